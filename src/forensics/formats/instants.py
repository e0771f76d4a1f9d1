"""Times as logs write them, to UTC: one place for every notation, per line, so that a file may mix them.

A log writes its times alike: the first one of a batch is looked at, and all are read by exactly its notation, which Polars does at
35 ns each (as long as no part has a variable length). Only what that leaves over is matched by pattern.
"""

from __future__ import annotations

import re

import polars as pl

from forensics.formats.digits import iso_times
from forensics.formats.values import V, of
from forensics.formats.zones import needed

INSTANT = pl.Datetime("us")
_EPOCH = r"^\s*-?\d{1,20}(?:\.\d+)?(?:[eE]\+?\d+)?\s*$"
_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"
_CLF = r"^\[?\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
_ABROAD = r"^\[?(?P<day>\d{1,2})/(?P<month>\p{L}{3,5})\.?/(?P<rest>\d{4}:\d\d:\d\d:\d\d.*)$"
_MONTHS = {
    "Jan": "jan janv jän ene gen",
    "Feb": "feb febr fév févr fev",
    "Mar": "mar mars mär märz maart mrt",
    "Apr": "apr avr april abr",
    "May": "may mai mei mag maj",
    "Jun": "jun juin juni giu",
    "Jul": "jul juil juli lug",
    "Aug": "aug août aoû ago",
    "Sep": "sep sept set",
    "Oct": "oct okt ott out",
    "Nov": "nov",
    "Dec": "dec déc dez dic",
}
"""What months are called where a Java server (Jetty) names them by its locale: in French, German, Spanish, Italian, Portuguese, Dutch."""
_ENGLISH = {word: english for english, words in _MONTHS.items() for word in words.split()}
_TAIL = r"^(?:[.,](\d+))?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?\]?$"
_GO = r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4}) [A-Z+-][A-Z0-9+-]*(?: m=.*)?$"
"""What Go prints of a time: the zone by its number and again by its name, and the clock of the process."""
_OBJECT = r'^\{\s*"(?:\$date|seconds|_?seconds)"\s*:.*?"?(\d[^",}]*)"?\s*(?:,\s*"_?nanos(?:econds)?"\s*:\s*"?(\d+)"?)?[\s}]*$'
"""A time in an object: MongoDB's ``{"$date":...}``, protobuf's ``{"seconds":1,"nanos":5}``."""
_EXACT = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)(?P<t>[T ])|\d\d/[A-Z][a-z]{2}/\d{4}:)\d\d:\d\d:(?P<seconds>\d\d)"
    r"(?:(?P<point>[.,])(?P<digits>\d{3}|\d{6}|\d{9}))?(?P<zone> ?(?:Z|UTC|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)))?"
)
_NAMED_ZONE = r" \([A-Za-z ]+\)$"
"""The zone's name behind its number, where JavaScript prints a date."""
_RARE = (
    "%Y%m%dT%H%M%S%#z",
    "%Y%m%dT%H%M%SZ",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a, %d %b %Y %H:%M:%S UTC",
    "%a %b %e %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %Z %Y",
    "%a %b %d %Y %H:%M:%S GMT%z",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S %z",
    "%Y/%m/%d - %H:%M:%S",
    "%d/%b/%Y %H:%M:%S%.f",
    "%d/%b/%Y %H:%M:%S%.f %z",
    "%d %b %Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M:%S%.f",
    "%m/%d/%Y:%H:%M:%S %z",
    "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%d:%H:%M:%S%.fZ",
    "%Y-%m-%d %H:%M",
    "%b %d, %Y @ %H:%M:%S%.f",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d %Y %H:%M:%S%.f",
    "%b %d %Y %H:%M:%S%.f %z",
    "%b %d %Y %H:%M:%S%.f UTC",
    "%b %d %Y %H:%M:%S%.f GMT",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p %:z",
    "%m/%d/%Y, %I:%M:%S%.f %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%y%m%d %H:%M:%S%.f",
)


def to_instant(text: pl.Series, time_zone: str = "UTC") -> pl.Series:
    """Return UTC microseconds for times in text; NULL where no notation fits.

    Understood: ISO 8601 and its relatives (``T`` or blank, fraction after ``.`` or ``,``, any offset), the common log format's
    ``10/Oct/2000:13:55:36 -0700``, epoch seconds, milliseconds, microseconds and nanoseconds (told apart by size), and a few
    rarer ones. Times without an offset are taken to be in ``time_zone`` (IANA name).
    """
    quick = _alike(text, time_zone)
    if quick.null_count() == text.null_count():
        return quick.alias("instant")
    left = quick.is_null() & text.is_not_null()
    return _scatter(quick, left, _each(text.filter(left), time_zone)).alias("instant")


def _alike(text: pl.Series, time_zone: str) -> pl.Series:
    """Return the times that are written exactly as the first one is; NULL for the others."""
    known = text.first(ignore_nulls=True)
    if isinstance(known, str) and known.isascii():
        exact = _EXACT.fullmatch(known)
        if exact is not None:
            return _exactly(text, exact, time_zone)
        if re.fullmatch(_EPOCH, known):
            return _epoch(text, time_zone)
    return pl.Series("instant", [None], dtype=INSTANT).new_from_index(0, len(text))


def _exactly(text: pl.Series, like: re.Match[str], time_zone: str) -> pl.Series:
    """Return the times of one notation: its zone, if it has one, taken literally."""
    read = iso_times(text, like[0], len(like["digits"] or "")) if like["iso"] else None
    if read is None:
        read = _by_notation(text, like)
    if like["zone"] is None:
        return in_zone(read, time_zone)
    if like["sign"] is None:
        return read
    minutes = int(like["sign"] + "1") * (int(like["hours"]) * 60 + int(like["minutes"]))
    return read.dt.offset_by(f"{-minutes}m") if minutes else read


def _by_notation(text: pl.Series, like: re.Match[str]) -> pl.Series:
    date = f"%Y-%m-%d{like['t']}" if like["iso"] else "%d/%b/%Y:"
    fraction = f"{like['point']}%{len(like['digits'])}f" if like["digits"] else ""
    shape = re.sub(r"[A-Z][a-z]{2}", "[A-Z][a-z]{2}", re.sub(r"\d", "[0-9]", re.escape(like[0][: like.end("seconds")])))
    whole = V.str.contains(f"^{shape}")  # Polars alone would take signs, blanks and single digits too
    notation = f"{date}%H:%M:%S{fraction}{like['zone'] or ''}"
    return of(text, pl.when(whole).then(V).str.to_datetime(notation, time_unit="us", strict=False, cache=not fraction))


def _each(text: pl.Series, time_zone: str) -> pl.Series:
    """Return times in whatever notation each is written."""
    frame = pl.DataFrame({"t": _bare(text.str.strip_chars())})
    result = pl.Series("instant", [None], dtype=INSTANT).new_from_index(0, len(frame))
    for pattern, read in ((_ISO, _iso), (_CLF, _clf), (_EPOCH, _epoch), (_ABROAD, _abroad), (None, _rare)):
        left = result.is_null() & frame["t"].is_not_null()
        if pattern is not None:
            left = left & frame["t"].str.contains(pattern).fill_null(False)
        if left.all():
            result = read(frame["t"], time_zone)
        elif left.any():
            result = _scatter(result, left, read(frame["t"].filter(left), time_zone))
    return result


def _bare(text: pl.Series) -> pl.Series:
    """Return the times without what Go adds to them, and out of objects."""
    if text.str.contains(_GO).any():
        text = text.str.replace(_GO, "$1")
    if not text.str.starts_with("{").any():
        return text
    parts = V.str.extract_groups(_OBJECT).struct
    nanos = pl.when(parts[1].is_not_null()).then("." + parts[1].str.pad_start(9, "0")).otherwise(pl.lit(""))
    return of(text, pl.when(V.str.starts_with("{")).then(parts[0] + nanos).otherwise(V))


def _abroad(text: pl.Series, time_zone: str) -> pl.Series:
    """Read common log times whose month is in another language."""
    parts = text.str.extract_groups(_ABROAD).struct.unnest()
    month = parts["month"].str.to_lowercase().replace_strict(_ENGLISH, default=None, return_dtype=pl.String)
    return _clf(parts["day"] + "/" + month + "/" + parts["rest"], time_zone)


def _scatter(into: pl.Series, mask: pl.Series, values: pl.Series) -> pl.Series:
    return into.scatter(mask.arg_true(), values)


def _iso(text: pl.Series, time_zone: str) -> pl.Series:
    head = (
        text.str.head(19)
        .str.replace("T", " ", literal=True)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False, cache=False)
    )
    return _with_tail(head, text.str.slice(19), time_zone)


def _clf(text: pl.Series, time_zone: str) -> pl.Series:
    plain = text.str.strip_chars_start("[")
    plain = pl.select(pl.when(plain.str.contains(r"^\d/")).then(pl.lit("0") + plain).otherwise(plain)).to_series()
    head = plain.str.head(20).str.to_datetime("%d/%b/%Y:%H:%M:%S", time_unit="us", strict=False, cache=False)
    return _with_tail(head, plain.str.slice(20), time_zone)


def _with_tail(head: pl.Series, tail: pl.Series, time_zone: str) -> pl.Series:
    """Add what follows the seconds: a fraction and an offset. The distinct tails are few, or at most as many as lines."""
    distinct = tail.unique()
    few = len(distinct) * 4 < len(tail)
    parts = _tail_parts(distinct if few else tail)
    if few:
        parts = pl.DataFrame({"tail": tail}).join(parts, on="tail", how="left", maintain_order="left", nulls_equal=True)
    frame = parts.select("ok", "micros", "offset").with_columns(head.alias("head"))
    local = pl.when("ok").then(pl.col("head") + pl.duration(microseconds="micros"))
    frame = frame.with_columns(local.alias("local"), (local - pl.duration(seconds=pl.col("offset").fill_null(0))).alias("absolute"))
    if frame["offset"].null_count() == 0:
        return frame["absolute"].cast(INSTANT)
    if not frame.filter(pl.col("offset").is_null(), pl.col("local").is_not_null()).is_empty():
        needed(time_zone)
    if time_zone == "UTC":
        return frame["absolute"].cast(INSTANT)
    zoned = in_zone(frame["local"], str(time_zone))
    return frame.select(pl.when(pl.col("offset").is_null()).then(zoned).otherwise("absolute").cast(INSTANT)).to_series()


def _tail_parts(tail: pl.Series) -> pl.DataFrame:
    """Return for each tail: ok, micros (of the fraction) and offset (seconds east of UTC, NULL when there is none)."""
    groups = pl.col("tail").str.extract_groups(_TAIL)
    sign = pl.when(pl.col("z").str.starts_with("-")).then(-1).otherwise(1)
    digits = pl.col("z").str.replace_all(r"[^0-9]", "")
    numeric = sign * (
        digits.str.head(2).cast(pl.Int32, strict=False) * 3600 + digits.str.slice(2, 2).cast(pl.Int32, strict=False).fill_null(0) * 60
    )
    return (
        pl.DataFrame({"tail": tail})
        .with_columns(pl.col("tail").str.contains(_TAIL).fill_null(False).alias("ok"), groups.alias("g"))
        .with_columns(pl.col("g").struct.field("1").alias("f"), pl.col("g").struct.field("2").alias("z"))
        .select(
            "tail",
            "ok",
            pl.col("f").str.head(6).str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(0).alias("micros"),
            pl.when(pl.col("z").str.contains(r"^[+-]")).then(numeric).when(pl.col("z").is_not_null()).then(0).alias("offset"),
        )
    )


def in_zone(local: pl.Series, time_zone: str) -> pl.Series:
    """Return UTC for local times of a zone: the earlier of two when clocks go back; a time that clocks skip is moved on an hour."""
    if local.null_count() < len(local):
        needed(time_zone)
    if time_zone == "UTC":
        return local
    zoned = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    skipped = zoned.is_null() & local.is_not_null()
    if skipped.any():
        moved = local.dt.offset_by("1h").dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
        zoned = pl.select(pl.when(skipped).then(moved).otherwise(zoned)).to_series()
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _epoch(text: pl.Series, time_zone: str) -> pl.Series:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970: each unit covers 1973 to 5138 without overlap."""
    del time_zone
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        low, high = whole.min(), whole.max()
        if isinstance(low, int) and isinstance(high, int) and low > 0:
            for limit, multiply, divide in ((10**11, 10**6, 1), (10**14, 1000, 1), (10**17, 1, 1), (2**63, 1, 1000)):
                if high < limit and low >= limit // 1000:
                    return (whole * multiply // divide).cast(INSTANT)
    frame = pl.DataFrame({"whole": whole, "number": text.cast(pl.Float64, strict=False)})
    size = pl.col("number").abs()
    scale = pl.when(size < 1e11).then(1e6).when(size < 1e14).then(1e3).when(size < 1e17).then(1.0).otherwise(1e-3)
    exact = pl.when(pl.col("whole").abs() >= 10**17).then(pl.col("whole") // 1000).when(pl.col("whole").abs() >= 10**14).then("whole")
    return frame.select(pl.coalesce(exact, (pl.col("number") * scale).round().cast(pl.Int64, strict=False)).cast(INSTANT)).to_series()


def _rare(text: pl.Series, time_zone: str) -> pl.Series:
    result = pl.Series("instant", [None], dtype=INSTANT).new_from_index(0, len(text))
    text = text.str.replace(_NAMED_ZONE, "")
    for notation in _RARE:
        read = text.str.to_datetime(notation, time_unit="us", strict=False)
        if read.dtype.time_zone is not None:  # type: ignore[attr-defined]
            read = read.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        elif not notation.endswith(("Z", "GMT", "UTC")):
            read = in_zone(read, time_zone)
        result = pl.select(pl.coalesce(result, read)).to_series()
    return result
