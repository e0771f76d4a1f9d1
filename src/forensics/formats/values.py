"""What every format does with its fields: no value, addresses, request lines, targets, numbers, and the frame that leaves a parser."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from forensics.formats.schema import EVENTS
from forensics.formats.views import adopted

UNITS_MS: dict[str, float] = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
"""Unit of a duration -> milliseconds."""
ENDLESS_MS = 1e10
"""Milliseconds that no request takes (a hundred days): such a number is a time of the day, and no duration."""
_GROUPED = r"^\d{1,3}(?:,\d{3})+$"
"""A whole number as Kibana writes it into tables."""
_OWN_UNITS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1000.0}
_UNIT_NAMES = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "usec", "usecs", "micros", "microseconds"), "us"),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanoseconds"), "ns"),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), "s"),
}
_LASTING = frozenset(["dur", "duration", "elapsed", "latency", "rt", "runtime", "taken", "time", "took"])
_OF_REQUESTS = _LASTING.union(
    ["exec", "execution", "handler", "handling", "http", "processing", "req", "request", "resp", "response", "total", "wall"]
)
_METHOD = r"^[A-Za-z][A-Za-z0-9_\-]*$"
_PLAIN = r"^[0-9.]+$"
_WHOLE_URL = r"^[A-Za-z][A-Za-z0-9+.\-]*://"
NINTH = r"^((?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}):\d{1,5}$"
"""A whole IPv6 address and the port behind it, without brackets: no address has a ninth group."""

V = pl.col("value")
"""The column that expressions given to ``of`` speak about."""


def of(values: pl.Series, expression: pl.Expr) -> pl.Series:
    """Return an expression over ``V``, evaluated for a series."""
    return values.rename("value").to_frame().select(expression).to_series()


def first_of(*candidates: pl.Series) -> pl.Series:
    """Return the first value of each row that is not NULL."""
    return candidates[0] if len(candidates) == 1 else pl.select(pl.coalesce(candidates)).to_series()


def present(value: pl.Expr) -> pl.Expr:
    """Return text without the notations of "nothing": empty and ``-`` are NULL."""
    return pl.when((value != "") & (value != "-")).then(value)


def count(text: pl.Series) -> pl.Series:
    """Return non-negative counts from text (``-``, negative, and anything else that is none: NULL)."""
    return _number(text, pl.Int64())


def status(text: pl.Series) -> pl.Series:
    """Return HTTP statuses from text, also with the reason (``200 OK``) or a cache's word (``TCP_HIT/200``); what does not fit is NULL."""
    number = _number(text, pl.Int16())
    if number.null_count() > text.null_count():
        number = first_of(number, text.str.extract(r"^(?:[A-Z_]+/)?(\d{3})(?: [A-Za-z].*)?$", 1).cast(pl.Int16))
    return of(number, pl.when(V <= 999).then(V))


def _number(text: pl.Series, kind: pl.DataType) -> pl.Series:
    """Return non-negative whole numbers; what is written with a fraction or an exponent is cut to one."""
    number = text.cast(kind, strict=False)
    if number.null_count() > text.null_count():
        number = first_of(number, text.cast(pl.Float64(), strict=False).cast(kind, strict=False))
    if number.null_count() > text.null_count():
        grouped = pl.when(V.str.contains(_GROUPED)).then(V.str.replace_all(",", "", literal=True))
        number = first_of(number, of(text, grouped).cast(kind, strict=False))
    return of(number, pl.when(V >= 0).then(V))


def unit_of(key: str) -> str | None:
    """Return the unit that a key tells of how long a request took (``dur_ms``, ``handlerTimeMicros``); None for every other key."""
    *words, unit = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-.]", "_", key).lower().split("_")
    return _UNIT_NAMES.get(unit) if _OF_REQUESTS.issuperset(words) and not _LASTING.isdisjoint(words) else None


def to_milliseconds(text: pl.Series, unit: str) -> pl.Series:
    """Return milliseconds from numbers in text, or from text that carries its own unit (``1.5ms``, ``0.3 s``, ``12µs``, ``1m2.5s``).

    Bare numbers are in ``unit`` (s, ms, us or ns). Negative values (``-1``: not known) and times of the day
    (``ENDLESS_MS``) are NULL.
    """
    result = of(text, (V.cast(pl.Float64, strict=False) * UNITS_MS[unit]).round(9))
    if result.null_count() > text.null_count():
        left = result.is_null() & text.is_not_null()
        result = result.scatter(left.arg_true(), _own_unit(text.filter(left)).round(9))
    return of(result, pl.when(V.is_finite() & (V >= 0) & (V < ENDLESS_MS)).then(V))


def _own_unit(text: pl.Series) -> pl.Series:
    """Return milliseconds of Go's notation of durations, and of protobuf's ``{"seconds":1,"nanos":5}``; NULL for anything else."""
    parts = pl.col("t").str.extract_groups(r"^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+) ?(ns|us|µs|μs|ms|s))?$")
    frame = pl.DataFrame({"t": text}).with_columns(parts.struct.rename_fields(["h", "m", "n", "u"]).alias("p")).unnest("p")
    scale = pl.col("u").replace_strict(_OWN_UNITS, default=None, return_dtype=pl.Float64)
    hours, minutes = (pl.col(name).cast(pl.Float64, strict=False).fill_null(0.0) for name in ("h", "m"))
    total = hours * 3.6e6 + minutes * 6e4 + (pl.col("n").cast(pl.Float64, strict=False) * scale).fill_null(0.0)
    whole, nanos = (pl.col("t").str.extract(rf'^\{{.*"{key}"\s*:\s*"?(\d+)').cast(pl.Float64, strict=False) for key in ("seconds", "nanos"))
    total += whole.fill_null(0.0) * 1000 + nanos.fill_null(0.0) * 1e-6
    some = whole.is_not_null() | nanos.is_not_null() | pl.col("h").is_not_null() | pl.col("m").is_not_null() | pl.col("u").is_not_null()
    return frame.select(pl.when(some).then(total)).to_series()


def before(timestamp: pl.Expr, duration_ms: pl.Expr) -> pl.Expr:
    """Return when a request began whose end was logged: the timestamp less the duration, or the timestamp where that is not known."""
    return timestamp - pl.duration(microseconds=(duration_ms.fill_null(0.0) * 1000).round().cast(pl.Int64))


def to_address(text: pl.Series) -> pl.Series:
    """Return client addresses in one notation: no port, no brackets, no zone id, IPv6 in its shortest form, IPv4-mapped as IPv4.

    What is no address (a host name, ``unix:``) stays as logged; empty and ``-`` are NULL.
    """
    value = of(text, present(V))
    odd = value.str.contains_any([":", " ", '"', "/"]).fill_null(False)
    if not odd.any():
        return value
    return value.scatter(odd.arg_true(), _odd_address(value.filter(odd)))


def _odd_address(text: pl.Series) -> pl.Series:
    value = of(text, present(V.str.strip_chars(' "').str.replace(r"^(\d{1,3}(?:\.\d{1,3}){3})/[A-Za-z]\S*$", "$1")))  # address/name
    ported = V.str.contains(r"^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}:[0-9]*|[^:\[\]/]+:[0-9]+)$")
    bracketed = pl.when(V.str.starts_with("[")).then(V).str.extract(r"^\[([^\]]*)\](?::\d*)?$", 1)
    plain = of(value, pl.when(ported).then(V.str.slice(0, V.str.find(":", literal=True))).otherwise(pl.coalesce(bracketed, V)))
    plain = of(plain, V.str.replace(NINTH, "$1"))
    if plain.str.contains("%", literal=True).any():
        plain = of(plain, V.str.replace(r"%.*$", ""))
    distinct = plain.unique()
    shortest = {old: _shortest(old) for old in distinct.filter(distinct.str.contains(r"^0|[:]0|[A-Z]|0:0|::|:.*\.").fill_null(False))}
    return plain.replace(shortest) if shortest else plain


def _shortest(address: str) -> str:
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or parsed)


def nth_address(text: pl.Series, index: int) -> pl.Series:
    """Return one entry (0 first, -1 last) of a comma-separated list of addresses, normalised."""
    if text.str.contains(_PLAIN).all():
        return text
    listed = text.str.contains(",", literal=True).any()
    return to_address(text.str.split(",").list.get(index, null_on_oob=True).str.strip_chars() if listed else text)


def split_target(target: pl.Series) -> pl.DataFrame:
    """Return path, query and host of request targets as logged: scheme and host removed, cut at the first ``?``, nothing decoded."""
    host = pl.Series([None], dtype=pl.String).new_from_index(0, len(target))
    if target.str.contains("://", literal=True).any():
        host, target = _split_url(target)
    return cut_query(target).with_columns(host.alias("host"))


def cut_query(target: pl.Series) -> pl.DataFrame:
    """Return path, query and host (none) of targets that are paths: cut at the first ``?``."""
    parts = target.str.splitn("?", 2).struct.rename_fields(["path", "query"]).struct.unnest()
    return parts.select(*(present(pl.col(name)) for name in parts.columns), pl.lit(None, pl.String).alias("host"))


def _split_url(target: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the hosts of whole URLs (NULL for other targets) and all targets without them."""
    whole_url = V.str.contains(_WHOLE_URL)
    rest = pl.when(whole_url).then(V.str.replace(_WHOLE_URL, ""))
    local = pl.when(whole_url).then(V.str.replace(_WHOLE_URL, "").str.replace(r"^[^/?#]*", ""))
    host = of(target, rest.str.extract(r"^([^/?#]*)", 1).str.replace(r"^.*@", "").str.replace(r":\d*$", ""))
    origin = pl.when(local == "").then(pl.lit("/")).when(local.str.starts_with("?")).then("/" + local).otherwise(pl.coalesce(local, V))
    return of(host, present(V)), of(target, origin)


def split_request(line: pl.Series) -> pl.DataFrame:
    """Return method, target, protocol and request of first lines ``METHOD target HTTP/x``.

    A line that is none has only ``request`` (the line as logged); one cut short before its protocol keeps method and target;
    targets that hold blanks keep them.
    """
    frame = pl.DataFrame({"line": of(line, present(V.str.strip_chars()))}).with_columns(pl.col("line").str.splitn(" ", 3).alias("p"))
    frame = frame.unnest("p").with_columns(good=pl.col("field_0").str.contains(_METHOD))
    simple = frame["good"] & frame["field_2"].str.starts_with("HTTP/") & ~frame["field_2"].str.contains(" ", literal=True)
    if (simple.fill_null(False) | frame["line"].is_null()).all():
        return frame.select(method="field_0", target="field_1", protocol="field_2", request=pl.lit(None, pl.String))
    blanks = pl.col("line").str.extract_groups(r"^([A-Za-z][A-Za-z0-9_\-]*) (.*) (HTTP/[0-9.]+)$")
    frame = frame.with_columns(simple.fill_null(False).alias("simple"), blanks.alias("b")).with_columns(
        tail=pl.when(pl.col("field_1").str.contains(r"^(?:/|\*|[A-Za-z][A-Za-z0-9+.\-]*://)") & pl.col("good")).then(
            pl.col("line").str.replace(r"^[^ ]* ", "")
        )
    )
    simply = pl.when("simple")
    cut_short = pl.when(pl.col("tail").is_not_null()).then("field_0")
    return frame.select(
        method=simply.then("field_0").otherwise(pl.coalesce(pl.col("b").struct[0], cut_short)),
        target=simply.then("field_1").otherwise(pl.coalesce(pl.col("b").struct[1], pl.col("tail"))),
        protocol=simply.then("field_2").otherwise(pl.col("b").struct[2]),
        request=pl.when(~pl.col("simple") & pl.col("b").struct[0].is_null() & pl.col("tail").is_null()).then("line"),
    )


def extras(columns: Mapping[str, pl.Series], rows: int) -> pl.Series:
    """Return the ``extra`` column from named text columns: sorted by key, values that are none left out, NULL when nothing is left.

    The values are put in the order of the rows by position alone (column-major to row-major) and cut into lists by their counts: several
    times faster than grouping.
    """
    empty = pl.Series("extra", [None], dtype=EVENTS["extra"]).new_from_index(0, rows)
    if not columns or not rows:
        return empty
    wanted = pl.DataFrame({key: columns[key].cast(pl.String) for key in sorted(columns)}).select(present(pl.all()))
    if all(values.null_count() == rows for values in wanted.iter_columns()):
        return empty
    width = wanted.width
    index = pl.int_range(0, rows * width, dtype=pl.UInt32, eager=True)
    key = index % width
    entries = pl.DataFrame(
        {"key": pl.Series(wanted.columns).gather(key), "value": wanted.unpivot()["value"].gather(key * rows + index // width)}
    )
    counts = pl.Series([width], dtype=pl.Int64).new_from_index(0, rows)
    if entries["value"].null_count():
        entries = entries.filter(pl.col("value").is_not_null())
        counts = wanted.select(pl.sum_horizontal(pl.all().is_not_null().cast(pl.Int64))).to_series()
    offsets = pl.concat([pl.Series([0], dtype=pl.Int64), counts.cum_sum()])
    newest = pl.CompatLevel.newest()
    lists = pa.LargeListArray.from_arrays(offsets.to_arrow(), entries.to_struct("e").to_arrow(compat_level=newest))
    made = adopted("extra", lists)
    if (counts > 0).all():
        return made
    return of(made, pl.when(counts > 0).then(V)).alias("extra")


def events(lines: pl.DataFrame, columns: Mapping[str, pl.Series], outcome: pl.Series, reason: pl.Series) -> pl.DataFrame:
    """Return the frame that leaves a parser: ``EVENTS`` + ``OUTCOME``; values of rows that are no event are NULL.

    ``columns`` holds what the format knows (NULL for the rest; ``started_at`` defaults to ``timestamp``).
    """
    values = dict(columns)
    values.setdefault("started_at", values["timestamp"])
    is_event = outcome == "event"
    every = is_event.all()
    made = [lines["line"]]
    for name, kind in EVENTS.items():
        if name == "line":
            continue
        column = values.get(name)
        if column is None:
            made.append(pl.Series(name, [None], dtype=kind).new_from_index(0, len(lines)))
        else:
            made.append(column.cast(kind).alias(name))
    frame = pl.DataFrame(made)
    if not every:
        frame = frame.select("line", *(pl.when(is_event).then(pl.col(name)) for name in EVENTS if name != "line"))
        reason = pl.select(pl.when(~is_event).then(reason)).to_series()
    return frame.with_columns(outcome.alias("outcome"), reason.alias("reason"))
