"""Lines of fixed layout: literal text and values in turn, as Apache's ``LogFormat`` and nginx' ``log_format`` describe them.

A layout compiles once to two readers. The fast one splits: at the quotes, then at the spaces. What it cannot read (escaped quotes, spaces
in user names) goes to a regular expression made of the same tokens; a lenient one follows where the user gave the layout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from forensics.formats import cells, fields
from forensics.formats.base import BlockParser, BlockRead, Parser, ReadOptions
from forensics.formats.parts import in_parts
from forensics.formats.schema import EVENTS, OUTCOME
from forensics.formats.split import Token, cut, exactly, sections_of, values
from forensics.formats.values import ENDLESS_MS, extras

THREE_DECIMALS = r"\d{1,7}\.\d{3}|-"
"""nginx prints times in seconds with three decimals, and nothing else does but $msec, with more digits before them; ratios have two."""
_NO_IDENT = r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+|\d+\.\d{3})$"
"""What identd does not say: in its place it is the client's address, behind the name of the server, or a time that nginx took."""
_SHORTEST_ADDRESS = 3
_STRICT = r'(?:[^"\\]|\\.)*'
_LENIENT = r".*?"
_BARE_REQUEST = r"[A-Za-z][A-Za-z_-]* \S+ HTTP/[0-9.]+"
"""A whole first line that no quotes hold together."""
_FREE = ("text", "request", "target")
"""Kinds that may be anything inside quotes."""


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

    def block_opener(self, options: ReadOptions) -> BlockParser:
        """Return the parser of blocks: what splits at quotes and spaces is read, every other line is left to the parser of lines."""
        sections = sections_of(self.parts)
        names = [f"q{n}" for n in range(len(sections))]

        def parse(block: bytes) -> BlockRead | None:
            found = cells.cut(block, '"', names) if len(names) > 1 else None
            if found is None:
                return None
            stretches, lines = found
            split = values(stretches.lazy(), sections, self.tokens)
            read = self._assembled(fields.plain_requests(split, self._request) if self._request else split, options)
            events = (read if read["good"].all() else read.filter("good")).select(*EVENTS)
            every = pl.int_range(1, lines + 1, dtype=pl.Int64, eager=True)
            return BlockRead(events, every.filter(~every.is_in(events["line"].implode())) if len(events) < lines else every.clear())

        return parse

    def _parser(self, options: ReadOptions, patterns: Sequence[str]) -> Parser:
        sections = sections_of(self.parts)

        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            stretches = cut(lines.lazy().select("line", "raw"), "raw", '"', len(sections), "q")
            split = values(stretches.with_columns(exactly(len(sections), "q").alias("fits")), sections, self.tokens).collect()
            whole = split["fits"].all()
            read = self.assemble(split if whole else split.filter("fits"), options)
            good = read["good"].all()
            if whole and good:
                return outcome_of(read)
            # Lines that do not split are matched, and looked at no further before.
            left = pl.concat([split.filter(~pl.col("fits")).select("line", "raw"), read.filter(~pl.col("good")).select("line", "raw")])
            found = [read.filter("good")]
            for pattern in patterns:
                again = self.assemble(_match(left, pattern, len(self.tokens)), options)
                found.append(again.filter("good"))
                bad = again.filter(~pl.col("good"))
                left = bad.select("line", "raw")
                if bad.is_empty():
                    break
            return outcome_of(pl.concat([*found, bad]).sort("line"))

        return in_parts(parse)

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
                if part.kind == "request" and not inside:
                    out.append(rf"({_BARE_REQUEST}|{part.pattern})")
                    continue
                spaced = quoted == _LENIENT and part.column == "user_name"
                out.append(f"({quoted if spaced or (inside and part.kind in _FREE) else part.pattern})")
        return f"^{''.join(out)}$"

    @property
    def _request(self) -> str:
        """The raw column that holds the first line of the request; empty where the layout has none."""
        return next((f"t{n}" for n, token in enumerate(self.tokens) if token.kind == "request"), "")

    def assemble(self, raw: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """Turn raw values ``t0 ..`` (NULL: the line did not fit) into event columns, with ``good`` where they are plausible."""
        if self._request:
            asked = pl.col(self._request).str.extract(r"^[A-Za-z_-]+ (\S+)")  # lines that read at once have no whole URLs
            raw = pl.concat([raw, fields.request_columns(raw[self._request])], how="horizontal").with_columns(asked=fields.hosts(asked))
        users = [pl.col(f"t{n}").str.strip_chars('"') for n, token in enumerate(self.tokens) if token.column == "user_name"]
        return self._assembled(raw.with_columns(*users).lazy(), options)

    def _assembled(self, raw: pl.LazyFrame, options: ReadOptions) -> pl.DataFrame:
        """Return ``good`` and event columns (and ``raw``, if given) of raw values and the columns of their requests, in one pass."""
        columns: dict[str, pl.Expr] = {"line": pl.col("line")}
        extra: dict[str, pl.Expr] = {}
        checks = [pl.col("fits")]
        made: dict[str, pl.Expr] = {}
        for n, token in enumerate(self.tokens):
            value = pl.col(f"t{n}")
            if token.kind == "request":
                columns = {name: pl.col(name) for name in fields.REQUEST} | columns
                continue
            if token.kind == "target":
                columns |= {expr.meta.output_name(): expr for expr in fields.target_columns(value)}
                columns.setdefault("host", fields.hosts(value))
                continue
            made[f"m{n}"] = _reader(token, value, options)
            read = pl.col(f"m{n}")
            checks.extend(_plausible(token, value, read))
            if token.column.startswith("extra:"):
                extra[token.column] = value.cast(pl.String)
            elif token.column:
                columns[token.column] = pl.coalesce(columns[token.column], read) if token.column in columns else read
        if "asked" in raw.collect_schema():
            columns.setdefault("host", pl.col("asked"))
        known = [expr.cast(EVENTS[name]).alias(name) for name, expr in columns.items()]
        good = pl.all_horizontal(checks).fill_null(value=False).alias("good")
        plan = raw.with_columns(**made).select(cs.by_name("raw", require_all=False), good, *known, **extra)
        return _events(plan.collect(), self.time_basis)


def _escaped(literal: str) -> str:
    return "".join(" +" if char == " " else re.escape(char) for char in literal)


def _alone(parts: Sequence[str | Token], n: int) -> bool:
    """Whether the part at ``n`` is a text that fills a pair of quotes."""
    if not 0 < n < len(parts) - 1:
        return False
    before, token, after = parts[n - 1 : n + 2]
    filled = isinstance(before, str) and before.endswith('"') and isinstance(after, str) and after.startswith('"')
    return filled and isinstance(token, Token) and token.kind == "text"


# Matching -------------------------------------------------------------------------------------------------------------


def _match(lines: pl.DataFrame, pattern: str, count: int) -> pl.DataFrame:
    """Return ``line, raw, fits, t0 ..`` by the regular expression."""
    whole = f"^({pattern.removeprefix('^').removesuffix('$')})$"  # a group that every match has
    groups = lines.with_columns(pl.col("raw").str.strip_chars_end().str.extract_groups(whole).alias("g")).unnest("g")
    return groups.select("line", "raw", pl.col("1").is_not_null().alias("fits"), *(pl.col(str(n + 2)).alias(f"t{n}") for n in range(count)))


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
    if token.exact:
        return [value.is_null() | value.str.contains(f"^(?:{token.pattern})$")]
    if token.kind == "status":
        return [value.is_null() | made.is_not_null() | value.is_in(["-", "", "000", "0", "-1"])]
    if token.kind in fields.MILLISECONDS:
        read = value.is_null() | made.is_not_null() | value.is_in(["-", ""]) | value.str.starts_with("-")
        exact = [value.is_null() | (value == "-") | value.str.tail(4).str.starts_with(".")] if token.pattern == THREE_DECIMALS else []
        return [read & (made.fill_null(0.0) < ENDLESS_MS), *exact]
    if token.kind == "integer":
        return [value.is_null() | made.is_not_null() | value.is_in(["-", ""]) | value.str.starts_with("-")]
    if token.column == "timestamp":
        return [made.is_not_null()]
    if token.column == "extra:forwarded_for":  # a ratio or a time in its place is no address
        short = (value.str.len_bytes() < 7) | value.str.contains(r"^\d+[.]\d+$")
        words = value.str.contains(r"^[^.:]*[G-Zg-z][^.:]*$") & ~value.str.contains("(?i)unknown")
        named = value.str.contains(r"^(?:[A-Za-z0-9-]+[.])+[A-Za-z]{2,}$")  # nor is a server's name
        return [value.is_null() | value.is_in(["-", ""]) | (~short & ~words & ~named) | value.str.contains(":", literal=True)]
    if token.column == "host":  # a time or a mark that wraps the line is no host
        return [value.is_null() | ~value.str.contains(r'^\d{4}-\d\d-\d\dT|[/<>|"]|^\[.*[G-Zg-z#-]')]
    return []


def _events(frame: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Complete the columns of events: addresses in one spelling, ``extra`` as a map, ``started_at``, NULL for what the layout has not."""
    if "extra:ident" in frame.columns and (frame["extra:ident"].str.len_bytes().max() or 0) >= _SHORTEST_ADDRESS:  # type: ignore[operator]
        frame = frame.with_columns(pl.col("good") & ~pl.col("extra:ident").str.contains(_NO_IDENT).fill_null(value=False))
    named = {name.removeprefix("extra:"): frame[name] for name in frame.columns if name.startswith("extra:")}
    frame = frame.with_columns(extras(named, len(frame)))
    if "client_ip" in frame.columns:
        clients = fields.addresses(frame["client_ip"])
        frame = frame.with_columns(clients.alias("client_ip"), pl.col("good") & clients.is_not_null())
    began = pl.col("timestamp")
    if basis == "request end" and "duration_ms" in frame.columns:
        began = fields.started_at(began, pl.col("duration_ms"))
    missing = [pl.lit(None, kind).alias(name) for name, kind in EVENTS.items() if name not in (*frame.columns, "started_at")]
    return frame.with_columns(began.alias("started_at"), *missing).select(cs.by_name("raw", require_all=False), "good", *EVENTS)


def outcome_of(read: pl.DataFrame) -> pl.DataFrame:
    """Return ``EVENTS`` + ``OUTCOME`` of what ``assemble`` made."""
    good = pl.col("good")
    return read.select(
        *EVENTS,
        pl.when(good).then(pl.lit("event")).otherwise(pl.lit("rejected")).cast(OUTCOME["outcome"]).alias("outcome"),
        pl.when(~good).then(pl.lit("does not fit the format")).cast(OUTCOME["reason"]).alias("reason"),
    )
