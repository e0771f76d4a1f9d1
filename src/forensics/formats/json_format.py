"""A JSON log format is data: which keys hold what. One pipeline makes events of all of them.

Paths name nested keys (``request>headers>User-Agent``); the first path of a role that has a value wins. A duration's path ends in its
unit (``Duration@ns``). Header values that are lists count with their first entry, forwarded addresses with all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import FIRST_LINE, Columns, assemble_tidy
from forensics.formats.base import Format, Parser, ReadOptions
from forensics.formats.instants import INSTANT, to_instant
from forensics.formats.json_text import JsonReader, entries
from forensics.formats.parts import in_parts
from forensics.formats.percent import percent_decoded

_PLAIN_ROLES = (
    *("client", "user", "request", "method", "target", "path", "query", "protocol", "status", "bytes", "referrer", "user_agent", "host"),
)
_CLOUD_ACCOUNT = r"^\d{12}$"
"""An account at AWS, which is whose log it is and nobody who asked."""
_QUIET = ("get", "head", "post", "put", "delete", "patch", "options")
"""Methods as no client sends them."""
_SHORTEST = 9
"""Characters: an epoch since 1973, a date."""
_JOINED = frozenset({"forwarded_for"})
"""Extra keys whose lists are joined with commas; of all other lists the first entry counts."""


@dataclass(frozen=True, kw_only=True)
class JsonKeys:
    """Where a JSON format keeps its values."""

    roles: Mapping[str, tuple[str, ...]]
    """start, time, date (joined with time), end, client, user, account (where there is no user), principal (``user@domain``), method,
    request (a whole first line), target, path, query, protocol, status, bytes, duration, referrer, user_agent, host -> paths, best first.

    A duration's path may be a sum (``wait+send@ms``) and may hold only where another path has a value (``taken@s?cipher``),
    or one that looks so (``taken@s?instance~^v2_``)."""
    requires: tuple[tuple[str, ...], ...] = ()
    """A line is of this format when of each group at least one path has a value."""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key of ``extra`` -> paths, best first."""
    most_further: int = 0
    """How many keys of the first level that no path begins with are kept in ``extra``, as they are named, at most: for formats whose
    keys are chosen by who runs the server."""
    matching: Mapping[str, str] = field(default_factory=dict)
    """Path -> pattern that its value must match for a line to be of this format."""
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Path -> (pattern, reason): lines whose value matches are records of another kind and are skipped.

    ``kind?address`` holds only for lines that have a value of the second path, too."""
    other_kind: tuple[tuple[str, ...], ...] = ()
    """Lines that lack what is required but have a value of each of these groups are records of another kind and are skipped."""
    notices: str | None = None
    """Pattern of plain-text lines between the records that are no requests and are skipped."""
    said: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Path of a sentence -> (pattern, path that must have a value, too): what its named groups find is under the paths ``path:group``."""
    client_entry: int | None = None
    """Which entry counts where the client is a list: 0 the first, -1 the last."""
    plussed: tuple[str, ...] = ()
    """Roles whose blanks the logger writes as ``+``."""
    masked: str | None = None
    """What stands for a client that the logger was told not to name."""
    quoted: tuple[str, ...] = ()
    """Roles that may come with the quotes of the log line that they were taken from (Logstash's COMBINEDAPACHELOG)."""
    utc: bool = False
    """Whether times that carry no zone are UTC by the format's specification, whatever ``--time-zone`` says of other files."""
    headers: tuple[str, ...] = ()
    """Paths of texts that hold the request's headers, one a line, percent-encoded: they tell what roles and ``forwarded_for`` lack."""
    encoded: tuple[str, ...] = ()
    """Roles whose values are percent-encoded by the logger itself (as often as it takes)."""

    def paths(self) -> list[str]:
        """Return every path that is read, without units, sums and conditions."""
        named = [
            *self.roles.values(),
            *self.extra.values(),
            *self.requires,
            tuple(self.matching),
            tuple(self.others),
            *self.other_kind,
            *((path, needed) for path, (_, needed) in self.said.items()),
            self.headers,
        ]
        return sorted({path for group in named for entry in group for path in plain_paths(entry)})

    def names(self) -> list[str]:
        """Return the paths of users and further values: what is a number there is a name, and none is counted with."""
        named = (self.roles.get("user", ()), *self.extra.values())
        return sorted({path for group in named for path in group if "@" not in path[1:]})


def plain_paths(entry: str) -> list[str]:
    """Return the paths of an entry ``a+b@unit?condition`` (keys that begin with ``@`` are no units)."""
    entry, _, condition = entry.partition("?")
    measured = entry[:1] + entry[1:].partition("@")[0]
    return [*(measured.split("+") if "@" in entry[1:] else [measured]), *([condition.partition("~")[0]] if condition else [])]


def json_format(*, keys: JsonKeys, time_basis: str = "request start", **about: Any) -> Format:
    """Return the format that reads ``keys``; ``about`` are further fields of ``Format``."""
    first = keys.requires[0] if len(keys.requires[0]) < 20 else ()  # some line must have one of these keys
    named = "|".join(r'\\?"\s*:.*'.join(map(re.escape, path.split(">"))) for path in first)  # a key stands behind those it lies under
    about.setdefault("hint", rf'(?:{named})\\?"\s*:' if named else r"^\s*\{")
    return Format(open=json_parser(keys, time_basis), time_basis=time_basis, keys=keys, **about)


def json_parser(keys: JsonKeys, time_basis: str) -> Callable[[ReadOptions], Parser]:
    """Return what ``Format.open`` wants for a JSON format."""

    def open_(options: ReadOptions) -> Parser:
        reader = JsonReader(keys.paths(), keys.names(), keys.most_further)

        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            read = reader.read(lines["raw"])
            record = Record(keys, read.found, read.lists, len(lines), read.further)
            return record_events(lines, record, read.good, options, time_basis)

        return in_parts(parse)

    return open_


class Record:
    """The text columns of one batch by role."""

    def __init__(self, keys: JsonKeys, found: pl.DataFrame, lists: set[str], rows: int, further: Sequence[str] = ()) -> None:
        """``lists``: columns of ``found`` that hold lists; ``further``: those that no role knows."""
        self.keys = keys
        self.found = _with_said(keys, found.select(values.present(pl.all()))) if found.width else found
        self._written = found
        self.lists = lists
        self.rows = rows
        self.further = further

    def nothing(self) -> pl.Series:
        """Return a column without values."""
        return pl.Series([None], dtype=pl.String).new_from_index(0, self.rows)

    def any(self, paths: tuple[str, ...]) -> pl.Series:
        """Return the first value of each row among the paths."""
        candidates = [self.found[path] for path in paths if path in self.found.columns]
        if not candidates:
            return self.nothing()
        return values.first_of(*candidates)

    def entry(self, paths: tuple[str, ...]) -> pl.Series:
        """Return the first value of each row among the paths; of lists the first entry."""
        value = self.any(paths)
        return value if self.lists.isdisjoint(paths) else _first_entry(value)

    def role(self, name: str) -> pl.Series:
        """Return a role's text."""
        value = self.entry(self.keys.roles.get(name, ()))
        if name == "client" and self.keys.masked is not None:
            return values.of(value, pl.when(self.keys.masked != values.V).then(values.V))
        if name == "host":  # Fastly's VCL writes (null) where there is none; a number is the version of a log's form
            return values.of(value, pl.when(~values.V.str.contains(r"^(?:\(null\)|\d{1,3})$")).then(values.V))
        if name in self.keys.quoted and value.str.starts_with('"').any():
            return values.of(value, values.present(values.V.str.replace(r'^"(.*)"$', "$1")))
        if name == "method":
            return _loud(value)
        if name in self.keys.plussed:
            return _spaced(value)
        if name not in self.keys.encoded:
            return value
        return values.of(percent_decoded(_spaced(value)), values.present(values.V))

    def time(self, role: str = "time") -> pl.Series:
        """Return the text of a time, which is no number too short for one (how long a request took, under a name that may mean both)."""
        found = self.role(role)
        if (found.str.len_bytes().min() or _SHORTEST) >= _SHORTEST:  # type: ignore[operator]
            return found
        told = [self.found[path] for path in self.keys.roles[role] if path in self.found.columns]
        fit = values.V.str.len_bytes().ge(_SHORTEST) | ~values.V.str.contains(r"^\d+(?:[.]\d*)?$")
        return values.first_of(*(values.of(each, pl.when(fit).then(values.V)) for each in told))

    def has(self, paths: tuple[str, ...]) -> pl.Series:
        """Return where at least one of the paths has a value."""
        return self.any(paths).is_not_null()

    def asked_nothing(self, paths: tuple[str, ...]) -> pl.Series:
        """Return where a path stands without a value in the record of a connection that asked for nothing: what servers answer with 4xx."""
        written = [self._written[path].is_not_null() for path in paths if path in self._written.columns]
        if not written:
            return self.nothing().is_not_null()
        refused = self.role("status").str.contains(r"^4\d\d$").fill_null(False)
        return pl.select(pl.any_horizontal(written) & refused).to_series()

    def lacks_required(self) -> bool:
        """Whether no line can be of this format, as some group of required paths has no value at all: its other values need no reading."""
        return not all(any(path in self.found.columns for path in group) for group in self.keys.requires)

    def duration(self, entries: tuple[str, ...]) -> pl.Series:
        """Return milliseconds: the first entry with a readable value, each in its unit."""
        read = [value for entry in entries if (value := self._measured(entry)) is not None]
        return values.first_of(*read) if read else self.nothing().cast(pl.Float64)

    def _measured(self, entry: str) -> pl.Series | None:
        """Return ``a+b@unit?condition`` in milliseconds; None where the batch has no such key."""
        measured, _, held = entry.partition("?")
        condition, _, pattern = held.partition("~")
        paths, _, unit = measured.rpartition("@")
        if any(path not in self.found.columns for path in paths.split("+")) or (condition and condition not in self.found.columns):
            return None
        total, *rest = (values.to_milliseconds(self.entry((path,)), unit) for path in paths.split("+"))
        for part in rest:
            total = total + part
        if condition:
            looks = pl.col("condition").str.contains(pattern) if pattern else pl.col("condition").is_not_null()
            both = pl.DataFrame({"total": total, "condition": self.found[condition]})
            total = both.select(pl.when(looks).then("total")).to_series()
        return total

    def extras(self) -> Columns:
        """Return the extra columns that occur."""
        found: Columns = {key: self.found[key] for key in self.further if key in self.found.columns}
        for key, paths in self.keys.extra.items():
            value = self.duration(paths).cast(pl.String) if "@" in paths[0][1:] else self.any(paths)
            if value.null_count() < self.rows:
                found[key] = value if self.lists.isdisjoint(paths) else _joined(value) if key in _JOINED else _first_entry(value)
        return found


def _with_said(keys: JsonKeys, found: pl.DataFrame) -> pl.DataFrame:
    """Add what sentences tell, and as a request what is a whole first line under the name of a target: it tells the method."""
    for path, (pattern, needed) in keys.said.items():
        if {path, needed}.issubset(found.columns):
            said = found[path].str.extract_groups(pattern).struct.unnest()
            said = said.select(pl.when(pl.lit(found[needed].is_not_null())).then(pl.all()).name.prefix(f"{path}:"))
            found = found.with_columns(column for column in said if column.null_count() < len(column))
    requests = keys.roles.get("request", ())
    if requests and not any(path in found.columns for path in requests):
        for path in keys.roles.get("target", ()):
            if path in found.columns and not found[path].str.starts_with("/").all() and found[path].str.contains(FIRST_LINE).any():
                return found.with_columns(pl.when(pl.col(path).str.contains(FIRST_LINE)).then(path).alias(requests[0]))
    return found


def _loud(value: pl.Series) -> pl.Series:
    """Return methods as they are written on the wire: hapi and its kin write ``get`` for ``GET``."""
    quiet = value.is_in(_QUIET)
    return values.of(value, pl.when(values.V.is_in(_QUIET)).then(values.V.str.to_uppercase()).otherwise(values.V)) if quiet.any() else value


def _spaced(value: pl.Series) -> pl.Series:
    """Return percent-encoded text with blanks for the ``+`` that forms write for them (where no blank was written otherwise)."""
    plussed = values.V.str.contains("+", literal=True) & ~values.V.str.contains(r" |%20")
    return values.of(value, pl.when(plussed).then(values.V.str.replace_all("+", " ", literal=True)).otherwise(values.V))


def _lists(value: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """Return the rows that hold JSON lists, and these lists; None where there are none."""
    where = value.str.starts_with('["').fill_null(False).arg_true()
    if where.is_empty():
        return None
    found = entries(value.gather(where))
    return where.filter(found.is_not_null()), found.drop_nulls()


def _first_entry(value: pl.Series) -> pl.Series:
    value = values.of(value, pl.when(values.V != "[]").then(values.V))
    found = _lists(value)
    return value if found is None else values.of(value.scatter(found[0], found[1].list.first()), values.present(values.V))


def _joined(value: pl.Series) -> pl.Series:
    found = _lists(value)
    return value if found is None else value.scatter(found[0], found[1].list.join(", "))


def record_events(lines: pl.DataFrame, record: Record, good: pl.Series, options: ReadOptions, time_basis: str) -> pl.DataFrame:
    """Return ``EVENTS`` + ``OUTCOME`` of records: ``good`` are the lines that are records at all."""
    if record.lacks_required():
        untimed = pl.Series([None], dtype=INSTANT).new_from_index(0, len(lines))
        return values.events(lines, {"timestamp": untimed}, *_outcome(lines, record, good, untimed))
    found = {role: record.role(role) for role in _PLAIN_ROLES if role in record.keys.roles}
    if "principal" in record.keys.roles:
        alone = record.role("principal").str.extract(r"^([^@]+)", 1)
        found["user"] = values.first_of(found["user"], alone) if "user" in found else alone
    extra = record.extras()
    if record.keys.headers:
        _add_headers(record, found, extra)
    if "account" in record.keys.roles:
        asked = record.role("account")
        found["user"] = values.first_of(found["user"], values.of(asked, pl.when(~values.V.str.contains(_CLOUD_ACCOUNT)).then(values.V)))
    times = _times(record, "UTC" if record.keys.utc else options.time_zone, time_basis)
    outcome = _outcome(lines, record, good, times["timestamp"])
    entry = record.keys.client_entry
    return assemble_tidy(lines, found, times=times, extra=extra, outcome=outcome, client_entry=entry)


_HEADERS = {"user_agent": "User-Agent", "referrer": "Referer", "host": "Host", "forwarded_for": "X-Forwarded-For"}
"""Role or key of ``extra`` -> the header that tells it."""


def _add_headers(record: Record, found: Columns, extra: Columns) -> None:
    """Fill what is missing from the block of the request's headers."""
    block = percent_decoded(record.any(record.keys.headers))
    for name, header in _HEADERS.items():
        told = values.of(block.str.extract(rf"(?im)^{header}: *(.*?)\s*$"), values.present(values.V))
        where = extra if name == "forwarded_for" else found
        where[name] = values.first_of(where[name], told) if name in where else told


def _times(record: Record, time_zone: str, time_basis: str) -> Columns:
    """Return timestamp, started_at and duration_ms."""
    time = record.time()
    if "date" in record.keys.roles:
        date = record.role("date")
        time = pl.select(pl.when(date.is_not_null() & time.str.contains(r"^\d{1,2}:")).then(date + " " + time).otherwise(time)).to_series()
    timestamp = to_instant(time, time_zone)
    duration = record.duration(record.keys.roles.get("duration", ()))
    if record.further and duration.null_count() == len(duration):
        duration = record.duration(tuple(f"{key}@{unit}" for key in record.further if (unit := values.unit_of(key))))
    if "end" in record.keys.roles:
        ended = to_instant(record.role("end"), time_zone)
        between = (ended - timestamp).dt.total_microseconds() / 1000.0
        fine = record.role("end").str.contains(r"[.]\d|\d{13}").fill_null(False)  # whole seconds say nothing about a request
        duration = values.first_of(duration, pl.select(pl.when(fine & (between >= 0)).then(between)).to_series())
    started = timestamp
    if time_basis == "request end":
        started = pl.select(values.before(pl.lit(timestamp), pl.lit(duration))).to_series()
    if record.has(record.keys.roles.get("start", ())).any():
        started = values.first_of(to_instant(record.time("start"), time_zone), started)
    return {"timestamp": timestamp, "started_at": started, "duration_ms": duration}


def _outcome(lines: pl.DataFrame, record: Record, good: pl.Series, timestamp: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return outcome and reason of each line."""
    missing = ~good
    for group in record.keys.requires:
        if not any(path in record.found.columns and not record.found[path].null_count() for path in group):
            missing = missing | ~(record.has(group) | record.asked_nothing(group))
    for path, pattern in record.keys.matching.items():
        missing = missing | ~record.any((path,)).str.contains(pattern).fill_null(False)
    plain = not (missing.any() or timestamp.null_count() or _told_apart(record))
    if plain:
        return pl.Series(["event"]).new_from_index(0, len(lines)), pl.Series([None], dtype=pl.String).new_from_index(0, len(lines))
    reason: pl.Expr = (
        pl.when(~good)
        .then(pl.lit("not a JSON object"))
        .when(missing)
        .then(pl.lit("the keys of this format are missing"))
        .when(timestamp.is_null())
        .then(pl.lit("no time that can be read"))
    )
    skipped = pl.lit(False)
    for other, why in _others(lines, record, good, missing):
        reason, skipped = pl.when(other).then(pl.lit(why)).otherwise(reason), skipped | other
    result = pl.select(reason=reason, skipped=skipped).select(
        outcome=pl.when("skipped")
        .then(pl.lit("skipped"))
        .when(pl.col("reason").is_null())
        .then(pl.lit("event"))
        .otherwise(pl.lit("rejected")),
        reason="reason",
    )
    return _filled(result["outcome"], len(lines)), _filled(result["reason"], len(lines))


def _told_apart(record: Record) -> dict[str, tuple[str, str]]:
    """Return those of ``others`` of whose paths the batch has values."""
    return {entry: told for entry, told in record.keys.others.items() if set(plain_paths(entry)).issubset(record.found.columns)}


def _others(lines: pl.DataFrame, record: Record, good: pl.Series, missing: pl.Series) -> Iterator[tuple[pl.Series, str]]:
    """Yield which lines are known to be something else than a request, and what."""
    for entry, (pattern, why) in _told_apart(record).items():
        first, *also = plain_paths(entry)
        other = record.any((first,)).str.contains(pattern).fill_null(False) & good
        yield (other & record.has(tuple(also)) if also else other), why
    if record.keys.other_kind:
        other = missing & good
        for group in record.keys.other_kind:
            other = other & record.has(group)
        yield other, "a record of another kind, no request"
    if record.keys.notices is not None:
        yield lines["raw"].str.contains(record.keys.notices).fill_null(False) & ~good, "a message between the records, no request"


def _filled(series: pl.Series, rows: int) -> pl.Series:
    return series.new_from_index(0, rows) if len(series) == 1 and rows != 1 else series
