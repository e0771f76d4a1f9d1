"""Vectorised readers of the values that many formats share: numbers, addresses, request lines, times.

Expressions take and give ``pl.Expr``; functions over ``pl.Series`` are eager, so that the slow path runs only for the values that need it.
"""

from __future__ import annotations

import ipaddress

import polars as pl

from forensics.formats.values import NINTH
from forensics.formats.zones import needed

CLF_TIME = "%d/%b/%Y:%H:%M:%S %z"
"""``10/Oct/2000:13:55:36 -0700``: the time of the common log format."""

MILLISECONDS = {"s": 1e3, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
"""Duration unit -> milliseconds."""

_REQUEST = r"^(\S+) (.*) ([A-Za-z]+/[0-9]+(?:\.[0-9]+)?)$"
_SIMPLE = r"^([A-Z]{3,16}) (/\S*|https?://\S+) ?$"
"""HTTP/0.9's request, and what some servers log where the client named no protocol."""
_NUMBERED = r"^([A-Z]{3,16} (?:/\S*|https?://\S+)) (1\.[01]|[23](?:\.0)?)$"
"""What Hypercorn logs: the protocol by its number alone."""
_COLOUR = r"\x1b\[[\d;]*m"
"""What Werkzeug colours requests with that failed."""
_PROTOCOL = r"^[A-Za-z]+/[0-9]"
_USUAL = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "PROPFIND", "REPORT")
_TOKEN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
"""What a method is made of (RFC 9110, 5.6.2)."""
_NOT_CANONICAL = r"[A-F]|(?:^|:)0[0-9a-f]|:0:0(?:$|:)|^0:0:|^(?:[0-9a-f]+:){7}[0-9a-f]+$|::.*::"
REQUEST = ("method", "path", "query", "protocol", "request")
"""What the first line of a request comes to."""


# Values ---------------------------------------------------------------------------------------------------------------


def text(value: pl.Expr) -> pl.Expr:
    """Return the text, NULL where it is ``-`` or empty."""
    return pl.when(value.is_in(["-", ""])).then(None).otherwise(value)


def integer(value: pl.Expr, dtype: pl.DataType | None = None) -> pl.Expr:
    """Return a whole number (Int64 unless told), NULL for anything else."""
    return value.cast(dtype or pl.Int64(), strict=False)


def status(value: pl.Expr) -> pl.Expr:
    """Return an HTTP status: 0 for ``000`` and ``0``, which servers write where nothing was answered; NULL for ``-`` and anything else."""
    number = value.cast(pl.Int16(), strict=False)
    return pl.when(number.is_between(100, 999) | (number == 0)).then(number)


def milliseconds(value: pl.Expr, unit: str) -> pl.Expr:
    """Return a duration in ms from text in ``unit`` (s, ms, us, ns); NULL where it is no number or negative."""
    number = (value.cast(pl.Float64(), strict=False) * MILLISECONDS[unit]).round(6)
    return pl.when(number.is_finite() & (number >= 0)).then(number)


def started_at(timestamp: pl.Expr, duration_ms: pl.Expr) -> pl.Expr:
    """Return when a request began whose end was logged: the timestamp less the duration, the timestamp where there is none."""
    return timestamp - pl.duration(microseconds=(duration_ms.fill_null(0) * 1000).round(0).cast(pl.Int64()))


# Addresses ------------------------------------------------------------------------------------------------------------


def addresses(values: pl.Series) -> pl.Series:
    """Return addresses in one spelling: no brackets, port or zone, IPv6 as RFC 5952 writes it, IPv4-mapped as IPv4; names stay names."""
    plain = values.str.contains(r"^[0-9.]+$")
    if plain.all():
        return values
    others = values.filter(~plain).unique()  # a client asks often: each of its addresses is looked at once
    spelled = _one_spelling(others)
    changed = spelled.ne_missing(others)
    return values.replace(others.filter(changed), spelled.filter(changed)) if changed.any() else values


def _one_spelling(values: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"value": values})
    bare = (
        text(pl.col("value"))
        .str.strip_chars("\"' ")
        .str.replace(r"^\[([^\]]*)\](?::[0-9]*)?$", "$1")
        .str.replace(r"^([^:]+):[0-9]*$", "$1")
        .str.replace(NINTH, "$1")
        .str.replace(r"%[0-9A-Za-z]+$", "")
        .str.replace(r"(?i)^::ffff:([0-9.]+)$", "$1")
    )
    neither = bare.str.contains(r":") & bare.str.contains(r"[^0-9a-fA-F:.]")  # no name has a colon, no address another letter
    neither = neither | bare.str.ends_with(",") | bare.str.starts_with("(")  # one of a list, or what was forwarded
    known = pl.when(pl.col("value") == "unix:").then(pl.col("value")).when(~neither).then(text(bare))
    found = frame.select(known.alias("value"))["value"]
    odd = (found.str.contains(":", literal=True) & found.str.contains(_NOT_CANONICAL)).fill_null(value=False)
    if not odd.any():
        return found
    spelled = found.filter(odd).unique()
    names = {name: _canonical(name) for name in spelled}
    return found.replace(names)


def _canonical(address: str) -> str:
    """Return one IPv6 address as RFC 5952 writes it; what is no address stays as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


# Requests -------------------------------------------------------------------------------------------------------------


def target_columns(targets: pl.Expr) -> list[pl.Expr]:
    """Return ``path`` and ``query`` of request targets: scheme and host removed, cut at the first ``?``, as logged."""
    parts = _local(targets).str.splitn("?", 2)
    return [text(parts.struct.field("field_0")).alias("path"), text(parts.struct.field("field_1")).alias("query")]


def hosts(targets: pl.Expr) -> pl.Expr:
    """Return the hosts of targets that are whole URLs, and of tunnels (``example.org:443``); NULL for all others."""
    return pl.coalesce(
        targets.str.extract(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)"),
        targets.str.extract(r"^(\[[^\]/]*\]|[^/?#:\[]+):\d+$"),
    )


def _local(targets: pl.Expr) -> pl.Expr:
    """Return targets without scheme and host."""
    return pl.when(targets.str.contains(r"^[A-Za-z][A-Za-z0-9+.-]*://")).then(_origin_form(targets)).otherwise(targets)


def _origin_form(targets: pl.Expr) -> pl.Expr:
    rest = targets.str.replace(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*", "")
    return pl.when(rest.str.starts_with("/")).then(rest).otherwise("/" + rest)


def request_columns(requests: pl.Series) -> pl.DataFrame:
    """Split raw request lines ``METHOD target PROTOCOL`` into method, path, query, protocol; what is no such line stays in ``request``.

    ``-`` and the empty line give NULL everywhere. A target may hold spaces (some servers log them as they came).
    ``- error:transaction-end-before-headers HTTP/0.0`` is how Squid says that there was none.
    """
    if requests.str.starts_with("\x1b[").any():
        requests = requests.str.replace_all(_COLOUR, "")
    frame = pl.DataFrame({"raw": requests})
    words = frame.select("raw", pl.col("raw").str.split_exact(" ", 3).alias("w")).unnest("w")
    http = words["field_2"].str.starts_with("HTTP/").all()
    other_protocol = pl.lit(value=False) if http else pl.col("field_2").str.contains(_PROTOCOL)
    formed = (
        (pl.col("field_2").str.starts_with("HTTP/") | other_protocol)
        & pl.col("field_3").is_null()
        & (pl.col("field_0") != "")
        & (pl.col("field_1") != "")
    ).fill_null(value=False)
    words = words.with_columns(formed.alias("formed"))
    if not words["formed"].all():
        words = _with_odd_requests(words)
    if words["field_1"].str.starts_with("error:").any():
        words = words.with_columns(pl.col("formed") & ~pl.col("field_1").str.starts_with("error:"))
    plain = words.select((_usual("field_0") | ~pl.col("formed")).all()).item()
    word = pl.lit(value=True) if plain else pl.col("field_0").str.contains(_TOKEN)  # <script>x</script> asks for a path with no method
    kept = pl.col("formed")
    absolute = words["field_1"].str.contains("://", literal=True).any()
    targets = words.select(pl.when(kept).then(_local(pl.col("field_1")) if absolute else pl.col("field_1"))).to_series()
    parts = targets.str.splitn("?", 2).struct.rename_fields(["path", "query"]).struct.unnest()  # once: an expression used twice runs twice
    whole = (pl.col("field_0") != "-") & (pl.col("field_1") != "-")
    split = pl.concat([words, parts], how="horizontal").select(
        pl.when(kept & word).then(text(pl.col("field_0"))).alias("method"),
        text(pl.col("path")).alias("path"),
        text(pl.col("query")).alias("query"),
        pl.when(kept).then(text(pl.col("field_2"))).alias("protocol"),
        pl.when(~kept | ~whole | ~word).then(text(pl.col("raw"))).alias("request"),
    )
    return split.select(pl.col(name).cast(pl.String) for name in REQUEST)


def plain_requests(frame: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Add the columns ``REQUEST`` where the line is ``METHOD /target HTTP/version`` or one word (no request); other lines no longer fit.

    Those of rare methods do not fit either.
    """
    words = pl.col(column).str.split_exact(" ", 3).struct.rename_fields(["_method", "_target", "protocol", "_more"])
    parts = pl.col("_target").str.splitn("?", 2).struct.rename_fields(["path", "_query"])
    one = pl.col("_target").is_null()
    plain = (
        pl.col("protocol").str.starts_with("HTTP/")
        & pl.col("_more").is_null()
        & (pl.col("path").str.starts_with("/") | (pl.col("path") == "*"))
        & _usual("_method")
    )
    split = frame.with_columns(words.alias("_words")).unnest("_words").with_columns(parts.alias("_parts")).unnest("_parts")
    # A name of its own for each step: Polars 2.1 loses an expression that replaces a column that came out of a struct.
    return split.with_columns(
        pl.col("fits") & (one | plain),
        pl.when(~one).then(pl.col("_method")).alias("method"),
        text(pl.col("_query")).alias("query"),
        pl.when(one).then(text(pl.col(column))).alias("request"),
    )


def _usual(column: str) -> pl.Expr:
    """Whether a column holds one of the methods that need no closer look: comparing takes a third of the time of a look."""
    return pl.any_horizontal(pl.col(column) == method for method in _USUAL)


def _with_odd_requests(words: pl.DataFrame) -> pl.DataFrame:
    """Give the rows that are not three plain words a second chance: targets with spaces, requests without a protocol or its name."""
    odd = pl.when(~pl.col("formed")).then(pl.col("raw").str.replace(_NUMBERED, "$1 HTTP/$2"))
    groups, simple = odd.str.extract_groups(_REQUEST).struct, odd.str.extract_groups(_SIMPLE).struct
    numbered = words.with_columns(
        groups.field("3").alias("g2"), *(pl.coalesce(groups.field(str(n + 1)), simple.field(str(n + 1))).alias(f"g{n}") for n in range(2))
    )
    second = pl.col("g0").is_not_null()
    return numbered.with_columns(
        *(pl.when(second).then(pl.col(f"g{n}")).otherwise(pl.col(f"field_{n}")).alias(f"field_{n}") for n in range(3)),
        (pl.col("formed") | second).alias("formed"),
    ).drop("g0", "g1", "g2")


# Times ----------------------------------------------------------------------------------------------------------------


def clf_time(value: pl.Expr) -> pl.Expr:
    """Return UTC from ``10/Oct/2000:13:55:36 -0700`` (``10/Oct/2000:13:55:36.123 -0700`` too), NULL for anything else."""
    return value.str.to_datetime(CLF_TIME, time_unit="us", strict=False).dt.replace_time_zone(None)


def iso_time(value: pl.Expr, time_zone: str = "UTC") -> pl.Expr:
    """Return UTC from ISO 8601 (``T`` or space, any fraction, ``Z`` or offset); without a zone it is in ``time_zone``."""
    tidy = value.str.replace(r"^(\d{4}-\d\d-\d\d) ", "${1}T").str.replace(r",(\d)", ".$1").str.replace(r" ?(?:Z|UTC)$", "+00:00")
    zoned = tidy.str.replace(r"([+-]\d\d)$", "${1}:00").str.replace(r" ?([+-]\d\d):?(\d\d)$", "$1:$2")
    offset = zoned.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False).dt.replace_time_zone(None)
    local = tidy.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    return pl.coalesce(offset, in_utc(local, time_zone))


def in_utc(local: pl.Expr, time_zone: str) -> pl.Expr:
    """Return UTC of wall-clock times in an IANA zone; an hour that occurs twice is the earlier, one that does not occur is NULL."""
    needed(time_zone)
    if time_zone == "UTC":
        return local
    zoned = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def epoch_time(value: pl.Expr) -> pl.Expr:
    """Return UTC from seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size (text or number)."""
    number = value.cast(pl.String()).str.strip_chars().cast(pl.Float64(), strict=False)
    whole = value.cast(pl.String()).str.strip_chars().cast(pl.Int64(), strict=False)
    size = number.abs()
    micros = (
        pl.when(size < 1e11)
        .then(pl.coalesce(whole * 1_000_000, (number * 1e6).round(0).cast(pl.Int64(), strict=False)))
        .when(size < 1e14)
        .then(pl.coalesce(whole * 1000, (number * 1e3).round(0).cast(pl.Int64(), strict=False)))
        .when(size < 1e17)
        .then(pl.coalesce(whole, number.round(0).cast(pl.Int64(), strict=False)))
        .otherwise(pl.coalesce(whole // 1000, (number / 1e3).round(0).cast(pl.Int64(), strict=False)))
    )
    return pl.when(number.is_finite() & (size >= 1e8)).then(micros).cast(pl.Datetime("us"))
