"""Lines of words and quoted texts: split at the quotes, then at the blanks. Splitting is many times faster than matching."""

from __future__ import annotations

import polars as pl


def tokens(raw: pl.Series, shape: str, least: int) -> pl.DataFrame:
    """Return the first tokens of each line as columns ``t0`` ...: ``shape`` has a letter for each, ``w`` a word, ``q`` a quoted text.

    Quotes are removed. Lines that do not split so (texts with quotes in them, bare ``-`` for a text) are matched by a regular expression;
    of lines that have not so much as the first ``least`` tokens in their places all are NULL, of others those that are missing.
    Further tokens are left alone.
    """
    runs = _runs(shape)
    pieces = raw.rename("raw").to_frame().select(pl.col("raw").str.splitn('"', 2 * len(shape.replace("w", "")) + 1).alias("p")).unnest("p")
    expressions, regular = _regular(runs)
    frame = pieces.select(*expressions, regular.fill_null(False).alias("regular"))
    names = [f"t{index}" for index in range(len(shape))]
    odd = ~frame["regular"]
    if not odd.any():
        return frame.select(names)
    groups = _matched(raw.filter(odd), names, _pattern(shape, len(shape)))  # all tokens tell best where each text ends
    some = groups["t0"].is_null().arg_true()
    if len(some):
        fewer = _matched(raw.filter(odd).gather(some), names, _pattern(shape, least))
        groups = groups.select(groups[name].scatter(some, fewer[name]) for name in names)
    where = odd.arg_true()
    return pl.DataFrame([frame[name].scatter(where, groups[name]) for name in names])


def _matched(raw: pl.Series, names: list[str], pattern: str) -> pl.DataFrame:
    return raw.str.extract_groups(pattern).struct.rename_fields(names).struct.unnest()


def _pattern(shape: str, least: int) -> str:
    """Return the regular expression of a shape: a text goes on to the first quote that what follows it lets be its end.

    A quote behind a backslash is none, unless nothing else fits.
    """
    parts = [r'(?:"((?:[^"\\]|\\.)*|.*?)"|-)' if kind == "q" else r'([^ "]+)' for kind in shape]
    optional = "".join(f"(?: +{part}" for part in parts[least:])
    return rf"^ *{' +'.join(parts[:least])}{optional}{')?' * (len(shape) - least)}(?: .*)?$"


def _runs(shape: str) -> list[int]:
    """Return how many words stand before each quoted text (and after the last)."""
    return [len(run) for run in shape.split("q")]


def _regular(runs: list[int]) -> tuple[list[pl.Expr], pl.Expr]:
    """Return one expression for each token, and whether a line has all of them in their places."""
    expressions: list[pl.Expr] = []
    regular = pl.lit(True)
    for number, words in enumerate(runs):
        piece = pl.col(f"field_{2 * number}")
        last = number == len(runs) - 1
        if words:
            split = piece.str.strip_chars(" ").str.split_exact(" ", words).struct
            first = len(expressions)
            expressions.extend(split[index].alias(f"t{first + index}") for index in range(words))
            regular = regular & split[words - 1].is_not_null() & (split[0] != "")
            if not last:
                regular = regular & split[words].is_null()
        elif not last and number:
            regular = regular & (piece == " ")
        if not last:
            quoted = pl.col(f"field_{2 * number + 1}")
            expressions.append(quoted.alias(f"t{len(expressions)}"))
            regular = regular & quoted.is_not_null()
    rest = pl.col(f"field_{2 * len(runs) - 2}")
    own = rest if runs[-1] else pl.lit("")  # the words behind the last text have no quotes
    regular = regular & ((rest == "") | rest.str.starts_with(" ")) & ~own.str.contains('"', literal=True)
    return expressions, regular
