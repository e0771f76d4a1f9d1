"""How a line of fixed layout splits: at its quotes into sections, a section by known widths from its ends, what is left at its spaces.

Splitting is several times faster than matching; what it cannot do (escaped quotes, spaces in user names) is left to a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

WORD = r"\S+"
WIDTHS = {"clf_time": 26, "status": 3}
"""Kinds of values that are always so many characters wide in a line that splits."""
_HELD = "\x1f"
"""Stands for a space inside a list while a section is cut at its spaces (a line that holds one itself is not split)."""
_JOINTS = (", ", " : ")
"""What nginx joins the values of several upstream servers with."""


@dataclass(frozen=True)
class Token:
    """One value of a line: the column it fills (``extra:KEY`` for the map, empty for none), how it is read, what it may look like.

    ``kind``: text | address | integer | status | request | target | query | clf_time | iso_time | epoch
    | strptime:FORMAT | s | ms | us | ns.
    """

    column: str
    kind: str = "text"
    pattern: str = WORD
    spaces: int = 0
    """Spaces inside the value when it stands outside quotes (one in ``10/Oct/2000:13:55:36 -0700``)."""
    listed: bool = False
    """Whether it may be a list, ``a, b : c``, outside quotes."""
    exact: bool = False
    """Whether a line is of this layout only where the pattern fits: for values that tell layouts apart whose lines part alike."""


Piece = str | int
"""Literal text, or the number of a token."""


@dataclass(frozen=True)
class Word:
    """Text between two spaces (or quotes): literal, value, literal."""

    before: str
    tokens: tuple[int, ...]
    between: tuple[str, ...]
    after: str


@dataclass(frozen=True)
class Section:
    """What stands between two quotes: pieces of known width at both ends, and words between them."""

    head: tuple[Piece, ...]
    words: tuple[Word, ...]
    tail: tuple[Piece, ...]


# From parts to sections -----------------------------------------------------------------------------------------------


def sections_of(parts: Sequence[str | Token]) -> tuple[Section, ...]:
    """Return the sections of a layout: literals and tokens in the order of the line, cut at the quotes."""
    stretches: list[list[Piece]] = [[]]
    index = 0
    for part in parts:
        if isinstance(part, Token):
            stretches[-1].append(index)
            index += 1
            continue
        for n, piece in enumerate(part.split('"')):
            if n:
                stretches.append([])
            if piece:
                stretches[-1].append(piece)
    tokens = [part for part in parts if isinstance(part, Token)]
    return tuple(_section(stretch, tokens, quoted=n % 2 == 1) for n, stretch in enumerate(stretches))


def _section(stretch: list[Piece], tokens: Sequence[Token], *, quoted: bool) -> Section:
    """A quoted section with one value is one word, spaces and all; so is text without a value."""
    count = sum(isinstance(item, int) for item in stretch)
    if count == 0 or (quoted and count == 1):
        return Section((), (_word(stretch),), ())
    widths = [len(item) if isinstance(item, str) else WIDTHS.get(tokens[item].kind, 0) for item in stretch]
    first = next((n for n, width in enumerate(widths) if not width), len(stretch))
    last = len(stretch)
    while last > first and widths[last - 1]:
        last -= 1
    return Section(tuple(stretch[:first]), tuple(_words(stretch[first:last], tokens)), tuple(stretch[last:]))


def _words(stretch: list[Piece], tokens: Sequence[Token]) -> list[Word]:
    words: list[list[Piece]] = [[]]
    for item in stretch:
        if isinstance(item, int):
            words[-1].append(item)
            words.extend([item] for _ in range(tokens[item].spaces))
            continue
        for n, piece in enumerate(item.split(" ")):
            if n:
                words.append([])
            if piece:
                words[-1].append(piece)
    return [_word(word) for word in words]


def _word(items: Sequence[Piece]) -> Word:
    numbers = tuple(item for item in items if isinstance(item, int))
    if not numbers:
        return Word("".join(str(item) for item in items), (), (), "")
    literals = [""]
    for item in items:
        if isinstance(item, int):
            literals.append("")
        else:
            literals[-1] += item
    return Word(literals[0], numbers, tuple(literals[1:-1]), literals[-1])


# From sections to values ----------------------------------------------------------------------------------------------


def cut(frame: pl.LazyFrame, column: str, at: str, count: int, prefix: str) -> pl.LazyFrame:
    """Add ``PREFIX0 ..`` (``count`` pieces of a column) and ``PREFIX_more`` (NULL: there were no more)."""
    names = [*(f"{prefix}{n}" for n in range(count)), f"{prefix}_more"]
    pieces = pl.col(column).str.split_exact(at, count).struct.rename_fields(names)
    return frame.with_columns(pieces.alias(f"{prefix}_cut")).unnest(f"{prefix}_cut")


def exactly(count: int, prefix: str) -> pl.Expr:
    """Return whether a ``cut`` gave exactly so many pieces."""
    return pl.col(f"{prefix}{count - 1}").is_not_null() & pl.col(f"{prefix}_more").is_null()


def values(frame: pl.LazyFrame, sections: Sequence[Section], tokens: Sequence[Token]) -> pl.LazyFrame:
    """Return ``line, fits, t0 ..`` (and ``raw``, if given): the values of the lines whose sections ``q0 ..`` split as the layout has it.

    A column ``fits`` of the frame says which lines are looked at; without one all are.
    """
    known = "fits" in frame.collect_schema()
    checks = [pl.col("fits") if known else pl.lit(value=True)]
    found: dict[int, list[pl.Expr]] = {}
    held: set[int] = set()
    for n, section in enumerate(sections):
        words = section.words
        lists = {index for word in words for index in word.tokens if tokens[index].listed} if len(words) > 1 else set()
        if lists:
            held |= lists
            frame = frame.with_columns((~pl.col(f"q{n}").str.contains(_HELD, literal=True)).alias(f"free{n}"), _holding(f"q{n}"))
            checks.append(pl.col(f"free{n}"))
        text = pl.col(f"q{n}")
        checks += _ends(section, text, tokens, found)
        if len(words) > 1:
            frame = cut(frame.with_columns(_middle(section, text, tokens).alias(f"m{n}")), f"m{n}", " ", len(words), f"w{n}_")
            checks.append(exactly(len(words), f"w{n}_"))
        elif (section.head or section.tail) and words:
            frame = frame.with_columns(_middle(section, text, tokens).alias(f"w{n}_0"))
            checks.append(~pl.col(f"w{n}_0").str.contains(" ", literal=True))
        elif words:
            frame = frame.with_columns(text.alias(f"w{n}_0"))
        for k, word in enumerate(words):
            checks += _of_word(word, pl.col(f"w{n}_{k}"), tokens, found)
    joined = {index: pl.concat_str(exprs, separator=" ") if len(exprs) > 1 else exprs[0] for index, exprs in sorted(found.items())}
    made = [(_logged(expr) if index in held else expr).alias(f"t{index}") for index, expr in joined.items()]
    fits = pl.all_horizontal(checks).fill_null(value=False).alias("fits")
    return frame.select(cs.by_name("line", "raw", require_all=False), fits, *made)


def _holding(column: str) -> pl.Expr:
    """Return a column whose lists have no spaces; see ``_logged``."""
    return pl.col(column).str.replace_many(list(_JOINTS), [joint.replace(" ", _HELD) for joint in _JOINTS])


def _logged(value: pl.Expr) -> pl.Expr:
    """Return a list as it was logged."""
    return value.str.replace_all(_HELD, " ", literal=True)


def _width(pieces: Sequence[Piece], tokens: Sequence[Token]) -> int:
    return sum(len(piece) if isinstance(piece, str) else WIDTHS[tokens[piece].kind] for piece in pieces)


def _middle(section: Section, text: pl.Expr, tokens: Sequence[Token]) -> pl.Expr:
    """Return the text between head and tail."""
    if section.head:
        text = text.str.slice(_width(section.head, tokens))
    return text.str.head(-_width(section.tail, tokens)) if section.tail else text


def _ends(section: Section, text: pl.Expr, tokens: Sequence[Token], found: dict[int, list[pl.Expr]]) -> list[pl.Expr]:
    """Return what must hold for head and tail, and add their values to ``found``."""
    checks = []
    whole = _width(section.head + section.tail, tokens)
    if whole:
        checks.append(text.str.len_bytes() >= whole)
    for pieces, offset in ((section.head, 0), (section.tail, -_width(section.tail, tokens))):
        at = offset
        for piece in pieces:
            width = _width((piece,), tokens)
            if isinstance(piece, int):
                found.setdefault(piece, []).append(text.str.slice(at, width))
            elif at + width == 0:
                checks.append(text.str.ends_with(piece))
            else:
                checks.append(text.str.starts_with(piece) if at == 0 else text.str.slice(at, width) == piece)
            at += width
    return checks


def _of_word(word: Word, text: pl.Expr, tokens: Sequence[Token], found: dict[int, list[pl.Expr]]) -> list[pl.Expr]:
    """Return what must hold for a word, and add its values to ``found``."""
    if not word.tokens:
        return [text == word.before]
    if len(word.tokens) > 1:
        pattern = [re.escape(word.before)]
        for n, index in enumerate(word.tokens):
            last = n == len(word.tokens) - 1
            pattern += [f"({tokens[index].pattern})", re.escape(word.after if last else word.between[n])]
        groups = text.str.extract_groups("^" + "".join(pattern) + "$").struct
        for n, index in enumerate(word.tokens):
            found.setdefault(index, []).append(groups.field(str(n + 1)))
        return [groups.field("1").is_not_null()]
    checks = []
    value = text
    if word.before:
        checks.append(text.str.starts_with(word.before))
        value = value.str.strip_prefix(word.before)
    if word.after:
        checks.append(text.str.ends_with(word.after))
        value = value.str.strip_suffix(word.after)
    found.setdefault(word.tokens[0], []).append(value)
    return checks
