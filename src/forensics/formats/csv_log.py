"""Tables of requests with a header line (CSV with commas, semicolons, tabs or bars): exports of log tools, of Athena, of Kibana.

A table that has the columns of a known service's JSON is read by its keys. Of others the columns are understood by the same names as JSON
keys (``json_general``), whatever their case, blanks and punctuation, and those that nobody knows are kept in ``extra``. A quoted field may
go on over line ends; its row counts for its first line. One unbalanced quote never swallows the rows after it: a line that is a whole row
by itself is one, whatever stands before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl

from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.json_format import JsonKeys, Record, plain_paths, record_events
from forensics.formats.json_general import AT_END, KEYS, MOST_FURTHER, understood
from forensics.formats.summaries import of_many

_FIELDS = "#Fields:"
"""What stands before the header where a table has comment lines (Exchange's HttpProxy logs)."""
SEPARATORS = (",", ";", "\t", "|")
_COLUMNS = replace(KEYS, quoted=())
"""Columns by these names; a table's own quotes are taken off already."""
_HTTP_STATUS = r"^(?:10[0-3]|20[0-8]|30[0-8]|4(?:0\d|1[0-8]|2[1-689]|31|4[49]|51|60|9[4-9])|5(?:0\d|1[01]|2\d|30))(?:\.0)?$"
"""Those that are registered, and what nginx and Cloudflare add to them."""
_SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{4},? )"
"""A date as spreadsheets write it in most countries, with the day first or the month."""
_TIMES = frozenset((*KEYS.roles["time"], *KEYS.roles["start"]))
_DURATIONS = frozenset(path for entry in KEYS.roles["duration"] for path in plain_paths(entry))
_LOOK_FOR_HEADER = 20
LONGEST_ROW = 1000
"""Lines that one row may take."""


def plain_name(name: str) -> str:
    """Return a column name in one spelling: lower case, words joined by ``_``, levels by ``.``."""
    return re.sub(r"[\s\-]+", "_", name.strip().strip('"').strip()).lower()


def _known_names() -> dict[str, str]:
    """Return plain name -> path of the alias table; the better path wins."""
    known: dict[str, str] = {}
    entries = [entry for paths in (*KEYS.roles.values(), *KEYS.extra.values()) for entry in paths]
    bare = [path for entry in entries for path in plain_paths(entry)]
    for level in (".", "_"):
        for path in bare:
            known.setdefault(plain_name(path.replace(">", level)), path)
    return known


@dataclass(frozen=True)
class _Table:
    """The columns of a known service's table."""

    keys: JsonKeys
    time_basis: str
    columns: dict[str, str]
    """Column -> path."""
    requires: tuple[frozenset[str], ...]
    """Of each group at least one column must be there."""


@cache
def _tables() -> tuple[_Table, ...]:
    """Return the tables of the services whose JSON is known, the more specific first."""
    from forensics.formats.registry import all_formats  # which imports this module

    return tuple(_table(entry.keys, entry.time_basis) for entry in all_formats() if entry.keys is not None and entry.keys is not KEYS)


def _table(keys: JsonKeys, time_basis: str) -> _Table:
    columns = {path.replace(">", level): path for path in keys.paths() for level in (".", "_", ">")}
    groups = (*keys.requires, keys.roles["time"], *((path,) for path in keys.matching))
    return _Table(keys, time_basis, columns, tuple(frozenset(c for c, path in columns.items() if path in group) for group in groups))


def _of_service(names: list[str]) -> _Table | None:
    """Return the service's table that has these columns, None for tables of others."""
    present = frozenset(names)
    return next((table for table in _tables() if all(present & group for group in table.requires)), None)


def split_rows(raw: pl.Series, separator: str, count: int) -> pl.DataFrame:
    """Return ``count`` text columns ``f0`` ... and ``complete``: whether a line has exactly so many fields. Quotes are removed."""
    names = [f"f{index}" for index in range(count)]
    split = pl.col("raw").str.split_exact(separator, count).struct
    frame = raw.rename("raw").to_frame()
    fits = split[count - 1].is_not_null() & (split[count].is_null() | (split[count] == ""))
    table = frame.select(*(split[index].alias(name) for index, name in enumerate(names)), fits.fill_null(False).alias("complete"))
    quoted = raw.str.contains('"', literal=True).fill_null(False)
    if not quoted.any():
        return table
    one = re.escape(separator)
    parts = (raw.filter(quoted) + separator).str.extract_all(rf'(?:"(?:[^"]|"")*"|[^{one}"]*){one}').rename("p").to_frame()
    text = [pl.col("p").list.get(index, null_on_oob=True).str.strip_suffix(separator) for index in range(count)]
    bare = [
        pl.when(part.str.starts_with('"'))
        .then(part.str.slice(1, part.str.len_chars() - 2).str.replace_all('""', '"', literal=True))
        .otherwise(part)
        for part in text
    ]
    whole = (pl.col("p").list.len() == count) & (pl.col("p").list.join("") == pl.lit(raw.filter(quoted) + separator))
    slow = parts.select(*(part.alias(name) for part, name in zip(bare, names, strict=True)), whole.alias("complete"))
    where = quoted.arg_true()
    return pl.DataFrame([table[name].scatter(where, slow[name]) for name in (*names, "complete")])


def joined_rows(raw: pl.Series, whole: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return lines with those appended that go on a quoted field of theirs, and which lines are such continuations.

    ``whole``: lines that are rows by themselves; a field never goes on over one of them.
    """
    open_end = (pl.col("quotes").cum_sum() % 2 == 1).over("run")
    frame = pl.DataFrame({"raw": raw, "whole": whole}).with_columns(
        pl.col("raw").str.count_matches('"', literal=True).alias("quotes"), pl.col("whole").cast(pl.UInt32).cum_sum().alias("run")
    )
    frame = frame.with_columns(pl.when("whole").then(0).otherwise("quotes").alias("quotes")).with_columns(open_end.alias("open"))
    goes_on = pl.col("open").shift(1, fill_value=False).over("run") & ~pl.col("whole")
    frame = frame.with_columns(goes_on.alias("continued")).with_columns((~pl.col("continued")).cast(pl.UInt32).cum_sum().alias("row"))
    text = pl.when(pl.len().over("row").is_between(2, LONGEST_ROW)).then(pl.col("raw").str.join("\n").over("row")).otherwise("raw")
    told = frame.select(pl.when(~pl.col("continued")).then(text).otherwise("raw").alias("raw"), "continued")
    return told["raw"], told["continued"]


def _kept(rows: pl.DataFrame, again: pl.DataFrame, complete: pl.Series, continued: pl.Series) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Return rows with the joined ones that are complete, which rows are complete, and which lines such a row goes on over."""
    gained = again["complete"] & ~complete & ~continued
    row = (~continued).cast(pl.UInt32).cum_sum()
    over = continued & row.is_in(row.filter(gained).implode())
    names = [name for name in rows.columns if name != "complete"]
    both = pl.concat([rows, again.rename({name: f"{name}_again" for name in again.columns})], how="horizontal").with_columns(
        gained.alias("gained")
    )
    merged = both.select(pl.when("gained").then(f"{name}_again").otherwise(name).alias(name) for name in (*names, "complete"))
    return merged, complete | gained, over


class _Csv:
    """Reads one file: the header among its first lines, then rows."""

    _known = _known_names()

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._header: str | None = None
        self._separator = ","
        self._columns: dict[str, int] = {}
        self._further: list[str] = []
        self._keys, self._time_basis = _COLUMNS, "request end"
        self._count = 0
        self._looked = False
        self._day_first: bool | None = None
        self.assumed: list[str] = []
        """What was taken for granted of this table's times."""

    def waits(self, raw: pl.Series) -> int:
        """Return how many of the last lines are the beginning of a row that goes on in the next batch."""
        self._find_header(raw)
        end = raw.tail(LONGEST_ROW)
        if self._header is None or not end.str.contains('"', literal=True).any():
            return 0
        whole = split_rows(end, self._separator, self._count)["complete"].to_numpy()
        since = int(np.flatnonzero(whole)[-1]) + 1 if whole.any() else 0
        quotes = end[since:].str.count_matches('"', literal=True).to_numpy()
        before = (np.cumsum(quotes) - quotes) % 2
        if not quotes.sum() % 2:
            return 0
        waiting = len(quotes) - int(np.flatnonzero(before == 0)[-1])
        return waiting if waiting < LONGEST_ROW else 0

    def _find_header(self, raw: pl.Series) -> None:
        if self._header is None and not self._looked and len(raw):
            self._look(raw)

    def __call__(self, lines: pl.DataFrame) -> pl.DataFrame:
        self._find_header(lines["raw"])
        header = (lines["raw"] == self._header).fill_null(False) if self._header is not None else lines["raw"].is_null() & False
        if self._header is not None and self._header.startswith("#"):
            header = header | lines["raw"].str.starts_with("#").fill_null(False)
        count = max(self._count, 1)
        rows = split_rows(lines["raw"], self._separator, count)
        complete = rows["complete"] & ~header & (self._header is not None)
        continued = complete & False
        if self._header is not None and not (complete | header).all():
            whole, continued = joined_rows(lines["raw"], complete | header)
            again = split_rows(whole, self._separator, count)
            rows, complete, continued = _kept(rows, again, complete, continued)
        found = rows.select(pl.when(complete).then(f"f{index}").alias(path) for path, index in self._columns.items())
        found = self._localised(_dated(found))
        record = Record(self._keys, found, set(), len(lines), self._further)
        read = record_events(lines, record, complete, self._options, self._time_basis)
        reason = (
            pl.when(header)
            .then(pl.lit("the header"))
            .when(continued)
            .then(pl.lit("continues the row of a line above"))
            .when(~complete)
            .then(pl.lit("not as many cells as the header has"))
            .otherwise("reason")
        )
        outcome = pl.when(header | continued).then(pl.lit("skipped")).otherwise("outcome")
        return read.with_columns(outcome.alias("outcome"), reason.alias("reason"))

    def _localised(self, found: pl.DataFrame) -> pl.DataFrame:
        """Return columns of which spreadsheets wrote the times and durations as their user's country does, in the notation of logs."""
        for path in _TIMES.intersection(found.columns):
            known = found[path].first(ignore_nulls=True)
            if isinstance(known, str) and re.match(_SLASHED, known):
                if self._day_first is None:
                    self._day_first = self._begins_with_day(found[path])
                if self._day_first:
                    found = found.with_columns(pl.col(path).str.replace(_SLASHED, "$2/$1/$3"))
        if self._separator != ";":  # which stands between cells where the comma is the decimal point
            return found
        return found.with_columns(pl.col(path).str.replace(r"^(\d+),(\d+)$", "$1.$2") for path in _DURATIONS.intersection(found.columns))

    def _begins_with_day(self, times: pl.Series) -> bool:
        """Whether ``a/b/year`` begins with the day: told by a part above 12, by a clock of twelve hours, by the part that alone changes."""
        parts = times.drop_nulls().str.extract_groups(_SLASHED).struct.unnest().select(pl.nth(0, 1).cast(pl.Int64))
        (first, second), (days, months) = parts.max().row(0), parts.select(pl.all().n_unique()).row(0)
        if (first or 0) > 12 or (second or 0) > 12:
            return bool((first or 0) > 12)
        if times.str.contains("(?i)[ap]m$").any() or (days == 1) != (months == 1):
            return bool(days > 1 and months == 1)
        day_first = self._separator == ";"
        self.assumed = [f"dates such as {times.drop_nulls()[0]} were read with the {'day' if day_first else 'month'} first"]
        return day_first

    def _look(self, raw: pl.Series) -> None:
        self._looked = True
        for line in raw.head(_LOOK_FOR_HEADER).drop_nulls():
            for separator in SEPARATORS:
                cells = _without_table(line.removeprefix(_FIELDS).split(separator))
                if not 3 < len(cells) < 500:
                    continue
                written = [cell.strip().strip('"').removesuffix(" [UTC]") for cell in cells]
                service = _of_service(written)
                if service is not None:
                    self._header, self._separator, self._count = line, separator, len(cells)
                    self._keys, self._time_basis = service.keys, service.time_basis
                    for index, name in enumerate(written):
                        if name in service.columns:
                            self._columns.setdefault(service.columns[name], index)
                    return
                names = [plain_name(name) for name in cells]
                keys = _meant(names, [self._known.get(name, "") for name in names])
                if keys is not None:
                    self._keys = keys
                    self._header, self._separator, self._count = line, separator, len(cells)
                    self._further = [name for name in dict.fromkeys(names) if name and name not in self._known][:MOST_FURTHER]
                    for index, name in enumerate(names):
                        if name in self._known or name in self._further:
                            self._columns.setdefault(self._known.get(name, name), index)
                    return


def _without_table(names: list[str]) -> list[str]:
    """Return the names of columns without that of their table, where each begins with it (``log.client_ip``, as Hive heads its answers)."""
    table = names[0].strip().strip('"').partition(".")[0]
    bare = [name.strip().strip('"').removeprefix(f"{table}.") for name in names]
    return bare if all(short != name.strip().strip('"') for short, name in zip(bare, names, strict=True)) else names


def _meant(names: list[str], paths: list[str]) -> JsonKeys | None:
    """Return by which keys columns are read that the alias table has as ``paths``; None where they are not those of an access log.

    A table may tell who was answered, when, how and with how much, and not in one column what was asked (the log that the SEC publishes
    of EDGAR). Its statuses must be those of HTTP: of mail and of other transfers tables say as much. Rows of measurements (k6 writes
    several of one request) are no requests.
    """
    if {"metric_name", "metric_value"}.issubset(names):
        return None
    if understood({*names, *(path.partition(">")[0] for path in paths)}):
        return _COLUMNS
    told = [next((path for path in _COLUMNS.roles[role] if path in paths), None) for role in ("time", "client", "status", "bytes")]
    if None in told:
        return None
    time, client, status, _ = (str(path) for path in told)
    return replace(_COLUMNS, requires=((time,), (client,), (status,)), matching={status: _HTTP_STATUS})


def _dated(found: pl.DataFrame) -> pl.DataFrame:
    """Join a column ``date`` and a column ``time`` of clock times."""
    if "date" not in found.columns or "time" not in found.columns:
        return found
    clock = pl.col("time").str.contains(r"^\d{1,2}:\d\d")
    return found.with_columns(pl.when(clock).then(pl.col("date") + " " + pl.col("time")).otherwise("time").alias("time"))


def open_csv(options: ReadOptions) -> Parser:
    """Return the parser of a table of requests; it keeps the header from batch to batch."""
    return _Csv(options)


FORMATS: tuple[Format, ...] = (
    Format(
        name="csv",
        title="Table of requests with a header line (CSV)",
        reference="https://www.rfc-editor.org/rfc/rfc4180",
        open=open_csv,
        time_basis="request end",
        zoned=False,
        assumption=AT_END,
        rank=-20,
        hint=r"[,;\t|]",
        misread=of_many,
        samples=(
            Sample(
                line="Timestamp,Client IP,http_method,URL,Status,Bytes Sent,duration_ms,User-Agent,user.name",
                expected={"outcome": "skipped"},
            ),
            Sample(
                line='2026-03-02T00:00:30.250Z,203.0.113.5,GET,"https://www.example.com/a,b?x=""1""",200,512,250,"Mozilla/5.0 (X, Y)",kim',
                expected={
                    "timestamp": "2026-03-02T00:00:30.250Z",
                    "started_at": "2026-03-02T00:00:30Z",
                    "client_ip": "203.0.113.5",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a,b",
                    "query": 'x="1"',
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "Mozilla/5.0 (X, Y)",
                },
            ),
            Sample(
                line="2026-03-02 00:00:31,203.0.113.6,POST,/c,500,-,,,", expected={"path": "/c", "bytes_sent": None, "duration_ms": None}
            ),
        ),
    ),
)
