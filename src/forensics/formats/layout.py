"""Lines of fixed layout: literal text and values in turn, as Apache's ``LogFormat`` and nginx' ``log_format`` describe them.

A layout compiles once to two readers. The fast one splits: at the quotes, then at the spaces. What it cannot read (escaped quotes, spaces
in user names) goes to a regular expression made of the same tokens; a lenient one follows where the user gave the layout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forensics.formats import fields
from forensics.formats.base import Parser, ReadOptions
from forensics.formats.schema import EVENTS, OUTCOME
from forensics.formats.values import extras

WORD = r"\S+"
_STRICT = r'(?:[^"\\]|\\.)*'
_LENIENT = r".*?"
_FREE = ("text", "request", "target")
"""Kinds that may be anything inside quotes."""


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


@dataclass(frozen=True)
class _Word:
    """Text between two spaces (or quotes): literal, value, literal."""

    before: str
    tokens: tuple[int, ...]
    between: tuple[str, ...]
    after: str


@dataclass(frozen=True)
class Layout:
    """Literal strings and tokens in the order of the line."""

    parts: tuple[str | Token, ...]
    time_basis: str = "request start"

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The values, in order."""
        return tuple(part for part in self.parts if isinstance(part, Token))

    @property
    def strict(self) -> str:
        """The regular expression of lines that follow the layout to the letter."""
        return self.pattern(_STRICT)

    def opener(self, options: ReadOptions) -> Parser:
        """Return the parser of lines that follow this layout to the letter (it keeps no state between batches)."""
        return self._parser(options, (self.pattern(_STRICT),))

    def lenient_opener(self, options: ReadOptions) -> Parser:
        """Return a parser that also takes unescaped quotes, bare ``-`` for quoted values and spaces in user names."""
        return self._parser(options, (self.pattern(_STRICT), self.pattern(_LENIENT)))

    def _parser(self, options: ReadOptions, patterns: Sequence[str]) -> Parser:
        sections = _sections(self.parts)

        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            read = self.assemble(_split(lines, sections, self.tokens), options)
            for pattern in patterns:
                left = read.filter(~pl.col("good"))
                if left.is_empty():
                    break
                again = self.assemble(_match(left.select("line", "raw"), pattern, len(self.tokens)), options)
                read = pl.concat([read.filter("good"), again])
            return outcome_of(read.sort("line") if not read["line"].is_sorted() else read)

        return parse

    def pattern(self, quoted: str) -> str:
        """Return the regular expression of the whole line; ``quoted`` is what may stand inside quotes.

        The lenient one takes a bare ``-`` for a quoted value, as some servers write it.
        """
        out = []
        inside = trimmed = False
        for n, part in enumerate(self.parts):
            if isinstance(part, str):
                literal = part[1:] if trimmed else part
                trimmed = quoted == _LENIENT and _alone(self.parts, n + 1)
                inside ^= part.count('"') % 2 == 1
                out.append(_escaped(literal[:-1] if trimmed else literal))
            elif trimmed:
                out.append(f'(?:"({quoted})"|-)')
            else:
                spaced = quoted == _LENIENT and part.column == "user_name"
                out.append(f"({quoted if spaced or (inside and part.kind in _FREE) else part.pattern})")
        return f"^{''.join(out)}$"

    def assemble(self, raw: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """Turn raw values ``t0 ..`` (NULL: the line did not fit) into event columns, with ``good`` where they are plausible."""
        columns: dict[str, pl.Expr] = {}
        extra: dict[str, pl.Expr] = {}
        checks = [pl.col("fits")]
        made: dict[str, pl.Expr] = {}
        ready = raw
        for n, token in enumerate(self.tokens):
            value = pl.col(f"t{n}")
            if token.kind == "request":
                ready = pl.concat([ready, fields.request_columns(ready[f"t{n}"])], how="horizontal")
                columns |= {name: pl.col(name) for name in ("method", "path", "query", "protocol", "request") if name not in columns}
                continue
            if token.column == "user_name":
                ready = ready.with_columns(value.str.strip_chars('"'))
            if token.kind == "address":
                ready = ready.with_columns(fields.addresses(ready[f"t{n}"]).alias(f"t{n}"))
            if token.kind == "target":
                columns |= {expr.meta.output_name(): expr for expr in fields.target_columns(value)}
                continue
            made[f"m{n}"] = _reader(token, value, options)
            read = pl.col(f"m{n}")
            checks.extend(_plausible(token, value, read))
            if token.column.startswith("extra:"):
                extra[token.column.removeprefix("extra:")] = value
            elif token.column:
                columns[token.column] = pl.coalesce(columns[token.column], read) if token.column in columns else read
        ready = ready.with_columns(**made)  # once: an expression used twice runs twice
        return _events(ready, columns, extra, pl.all_horizontal(checks), self.time_basis)


def _escaped(literal: str) -> str:
    return "".join(" +" if char == " " else re.escape(char) for char in literal)


def _alone(parts: Sequence[str | Token], n: int) -> bool:
    """Whether the part at ``n`` is a text that fills a pair of quotes."""
    if not 0 < n < len(parts) - 1:
        return False
    before, token, after = parts[n - 1 : n + 2]
    filled = isinstance(before, str) and before.endswith('"') and isinstance(after, str) and after.startswith('"')
    return filled and isinstance(token, Token) and token.kind == "text"


# Splitting ------------------------------------------------------------------------------------------------------------


def _sections(parts: Sequence[str | Token]) -> list[list[_Word]]:
    """Return the words of each stretch between quotes; a quoted stretch with one value is one word, spaces and all."""
    stretches: list[list[str | int]] = [[]]
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
    return [_words(stretch, tokens, quoted=n % 2 == 1) for n, stretch in enumerate(stretches)]


def _words(stretch: list[str | int], tokens: Sequence[Token], *, quoted: bool) -> list[_Word]:
    count = sum(isinstance(item, int) for item in stretch)
    if count == 0 or (quoted and count == 1):
        return [_word(stretch)]
    words: list[list[str | int]] = [[]]
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


def _word(items: list[str | int]) -> _Word:
    numbers = tuple(item for item in items if isinstance(item, int))
    if not numbers:
        return _Word("".join(str(item) for item in items), (), (), "")
    literals = [""]
    for item in items:
        if isinstance(item, int):
            literals.append("")
        else:
            literals[-1] += item
    return _Word(literals[0], numbers, tuple(literals[1:-1]), literals[-1])


def _split(lines: pl.DataFrame, sections: list[list[_Word]], tokens: Sequence[Token]) -> pl.DataFrame:
    """Return ``line, raw, fits, t0 ..``: the values of the lines that split into exactly these words."""
    stretches = _cut(lines.select("line", "raw"), "raw", '"', len(sections), "q")
    fits = [pl.col("q_fits")]
    values: dict[int, list[pl.Expr]] = {}
    for n, words in enumerate(sections):
        names = [f"q{n}"]
        if len(words) > 1:
            stretches = _cut(stretches, f"q{n}", " ", len(words), f"w{n}_")
            fits.append(pl.col(f"w{n}__fits"))
            names = [f"w{n}_{k}" for k in range(len(words))]
        for word, name in zip(words, names, strict=True):
            checks, found = _values(word, pl.col(name), tokens)
            fits.extend(checks)
            for index, expr in found:
                values.setdefault(index, []).append(expr)
    joined = [
        (pl.concat_str(exprs, separator=" ") if len(exprs) > 1 else exprs[0]).alias(f"t{index}") for index, exprs in sorted(values.items())
    ]
    return stretches.select("line", "raw", pl.all_horizontal(fits).fill_null(value=False).alias("fits"), *joined)


def _cut(frame: pl.DataFrame, column: str, at: str, count: int, prefix: str) -> pl.DataFrame:
    """Add ``PREFIX0 ..`` (``count`` pieces of a column) and ``PREFIX_fits``: there were exactly so many."""
    cut = pl.col(column).str.split_exact(at, count).struct.rename_fields([*(f"{prefix}{n}" for n in range(count)), f"{prefix}_more"])
    pieces = frame.with_columns(cut.alias("_cut")).unnest("_cut")
    exact = pl.col(f"{prefix}{count - 1}").is_not_null() & pl.col(f"{prefix}_more").is_null()
    return pieces.with_columns(exact.alias(f"{prefix}_fits"))


def _values(word: _Word, text: pl.Expr, tokens: Sequence[Token]) -> tuple[list[pl.Expr], list[tuple[int, pl.Expr]]]:
    """Return what must hold for a word, and the values in it."""
    if not word.tokens:
        return [text == word.before], []
    if len(word.tokens) > 1:
        pattern = [re.escape(word.before)]
        for n, index in enumerate(word.tokens):
            last = n == len(word.tokens) - 1
            pattern += [f"({tokens[index].pattern})", re.escape(word.after if last else word.between[n])]
        groups = text.str.extract_groups("^" + "".join(pattern) + "$").struct
        found = [(index, groups.field(str(n + 1))) for n, index in enumerate(word.tokens)]
        return [found[0][1].is_not_null()], found
    checks = []
    value = text
    if word.before:
        checks.append(text.str.starts_with(word.before))
        value = value.str.strip_prefix(word.before)
    if word.after:
        checks.append(text.str.ends_with(word.after))
        value = value.str.strip_suffix(word.after)
    return checks, [(word.tokens[0], value)]


def _match(lines: pl.DataFrame, pattern: str, count: int) -> pl.DataFrame:
    """Return ``line, raw, fits, t0 ..`` by the regular expression."""
    groups = lines.with_columns(pl.col("raw").str.strip_chars_end().str.extract_groups(pattern).alias("g"))
    named = [pl.col("g").struct.field(str(n + 1)).alias(f"t{n}") for n in range(count)]
    fits = pl.col("raw").str.strip_chars_end().str.contains(pattern)
    return groups.select("line", "raw", fits.alias("fits"), *named)


# Reading --------------------------------------------------------------------------------------------------------------


def _reader(token: Token, value: pl.Expr, options: ReadOptions) -> pl.Expr:
    kind, _, argument = token.kind.partition(":")
    if kind in fields.MILLISECONDS:
        return fields.milliseconds(value, kind)
    if kind == "clf_time":
        return fields.clf_time(value)
    if kind == "iso_time":
        return fields.iso_time(value, options.time_zone)
    if kind == "epoch":
        return fields.epoch_time(value)
    if kind == "strptime":
        parsed = value.str.to_datetime(argument, time_unit="us", strict=False)
        return parsed.dt.replace_time_zone(None) if "%z" in argument else fields.in_utc(parsed, options.time_zone)
    if kind == "status":
        return fields.status(value)
    if kind == "integer":
        return fields.integer(value)
    if kind == "query":
        return fields.text(value.str.strip_prefix("?"))
    return fields.text(value)


def _plausible(token: Token, value: pl.Expr, made: pl.Expr) -> list[pl.Expr]:
    """Return what a value must satisfy for its line to be taken as one of this layout."""
    if token.column == "client_ip":
        return [value.is_not_null()]
    if token.kind == "status":
        return [value.is_null() | made.is_not_null() | value.is_in(["-", "", "000", "0"])]
    if token.kind == "integer" or token.kind in fields.MILLISECONDS:
        return [value.is_null() | made.is_not_null() | value.is_in(["-", ""]) | value.str.starts_with("-")]
    if token.column == "timestamp":
        return [made.is_not_null()]
    if token.column == "host":  # a time that wraps the line is no host
        return [value.is_null() | ~value.str.contains(r"^\d{4}-\d\d-\d\dT")]
    return []


def _events(frame: pl.DataFrame, columns: dict[str, pl.Expr], extra: dict[str, pl.Expr], good: pl.Expr, basis: str) -> pl.DataFrame:
    named = frame.select(value.cast(pl.String).alias(key) for key, value in extra.items()).to_dict() if extra else {}
    frame = frame.with_columns(extras(named, len(frame)))
    known = {"line": pl.col("line"), "extra": pl.col("extra"), **columns}
    out = frame.select(
        "raw",
        good.fill_null(value=False).alias("good"),
        *(known.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in EVENTS.items() if name != "started_at"),
    )
    began = fields.started_at(pl.col("timestamp"), pl.col("duration_ms")) if basis == "request end" else pl.col("timestamp")
    return out.select("raw", "good", *(began.alias(name) if name == "started_at" else name for name in EVENTS))


def outcome_of(read: pl.DataFrame) -> pl.DataFrame:
    """Return ``EVENTS`` + ``OUTCOME`` of what ``assemble`` made."""
    good = pl.col("good")
    return read.select(
        *EVENTS,
        pl.when(good).then(pl.lit("event")).otherwise(pl.lit("rejected")).cast(OUTCOME["outcome"]).alias("outcome"),
        pl.when(~good).then(pl.lit("does not fit the format")).cast(OUTCOME["reason"]).alias("reason"),
    )
