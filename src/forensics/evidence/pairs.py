"""Lines of named values (``key=value`` as logfmt has them, ``label:value`` between tabs) as JSON objects, for the formats that read JSON.

A time that stands before the first pair becomes the pair ``timestamp`` where no pair is a time. logfmt has no specification beyond
https://brandur.org/logfmt; LTSV: http://ltsv.org (its ``host`` is the client).
"""

from __future__ import annotations

import polars as pl

_KEY = r"[A-Za-z_@][\w.@/-]*"
_PAIR = rf'(?:^|[\s,;(\[]){_KEY}=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)'
_LOGFMT = rf"^[^{{\"]*?(?:^|[\s,;(\[]){_KEY}="
_ASKED = r"(?i)(?:^|[\s,;(\[])(?:[\w.]*(?:method|verb|request|req|uri|url|path))="
_ANSWERED = r"(?i)(?:^|[\s,;(\[])(?:[\w.]*(?:status|status_?code|code|remote_?addr|client_?ip|addr|fwd))="
_FIRST_ASKED = rf'^(?:[^"]|"(?:[^"\\]|\\.)*")*?{_ASKED}(<[A-Za-z]+ https?://)?'
"""What Scrapy asked of others, as the value of the first key that says what was asked: what clients write stands behind, or in quotes."""
_LTSV = r"^[\w.-]+:[^\t]*(?:\t[\w.-]+:[^\t]*){3,}$"
_TIME = (
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?|\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?)"
)
_SPACED = r"([\s,]\w*(?i:time|ts|date)\w*)=(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:[.,]\d+)?)(?: ([+-]\d\d:?\d\d)| UTC\b)?"
"""A time with blanks that nobody put between quotes (lograge)."""
_TIMED = r'"(?i:timestamp|@timestamp|time|ts|t|datetime|date|msec|time_local|time_iso8601)":'
_LABELS = (
    (r'"host":("[0-9.]+"|"[0-9a-fA-F:]*:[0-9a-fA-F:.]+")', '"client_ip":$1'),
    ('"vhost":', '"host":'),
    ('"req":', '"request":'),
    ('"forwardedfor":', '"xff":'),
    ('"reqtime":', '"request_time":'),
    ('"reqtime_microsec":', '"duration_us":'),
)
"""LTSV's labels that mean something else, or nothing, to the readers of JSON."""


def as_json(raw: pl.Series) -> pl.Series:
    """Return the named values of lines as JSON text, NULL for lines that are no such requests."""
    nothing = pl.Series("pairs", [None], dtype=pl.String).new_from_index(0, len(raw))
    logfmt, ltsv = raw.str.contains(_ASKED).fill_null(value=False), raw.str.contains("\t", literal=True).fill_null(value=False)
    if logfmt.any():
        logfmt = logfmt & (raw.str.contains(_ANSWERED) & raw.str.contains(_LOGFMT)).fill_null(value=False)
        if raw.str.contains("=<", literal=True).any():
            logfmt = logfmt & raw.str.extract(_FIRST_ASKED).is_null()
    if ltsv.any():
        ltsv = ltsv & raw.str.contains(_LTSV).fill_null(value=False)
    for mask, read in ((logfmt & ~ltsv, _of_logfmt), (ltsv, _of_ltsv)):
        if mask.any():
            nothing = nothing.scatter(mask.arg_true(), read(raw.filter(mask)))
    return nothing


def _of_logfmt(raw: pl.Series) -> pl.Series:
    raw = raw.str.replace(_SPACED, "${1}=${2}T${3}${4}")
    frame = raw.rename("raw").to_frame()
    key = pl.element().str.extract(rf"^[\s,;(\[]?({_KEY})=")
    value = pl.element().str.replace(rf"^[\s,;(\[]?{_KEY}=", "")
    quoted = value.str.starts_with('"')
    plain = (
        pl.when(quoted)
        .then(value.str.extract(r'(?s)^"(.*)"$').str.replace_all('\\"', '"', literal=True))
        .otherwise(value.str.strip_chars_end(",;)]"))
    )
    pairs = pl.col("raw").str.extract_all(_PAIR).list.eval(pl.format('"{}":"{}"', key, _escaped(plain))).list.join(",")
    lead = pl.col("raw").str.extract(rf"^(.*?)(?:^|[\s,;(\[]){_KEY}=").str.extract(_TIME)
    stamp = (
        pl.when(lead.is_not_null() & ~pl.col("pairs").str.contains(_TIMED)).then(pl.format('"timestamp":"{}",', lead)).otherwise(pl.lit(""))
    )
    return frame.with_columns(pairs.alias("pairs")).select("{" + stamp + pl.col("pairs") + "}").to_series()


def _of_ltsv(raw: pl.Series) -> pl.Series:
    label, value = pl.element().str.extract(r"^([\w.-]+):"), pl.element().str.replace(r"^[\w.-]+:", "")
    fields = pl.col("raw").str.split("\t").list.eval(pl.format('"{}":"{}"', label, _escaped(value))).list.join(",")
    text = "{" + fields + "}"
    for old, new in _LABELS:
        text = text.str.replace(old, new)
    return raw.rename("raw").to_frame().select(text).to_series()


def _escaped(value: pl.Expr) -> pl.Expr:
    """Return text as it stands between the quotes of a JSON string."""
    return value.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True).str.replace_all(r"[\x00-\x1f]", " ")
