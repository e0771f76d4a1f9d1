"""Log lines inside other lines: syslog (RFC 3164, 5424), journald, Docker JSON, Kubernetes CRI, docker compose, quoted lines.

Lines of named values (logfmt, LTSV) are turned into the JSON objects that they are another notation of.

A record that a container runtime cut into parts is joined again; it counts as an event of its first physical line, and the lines that
continue it are skipped with that reason. Docker: https://docs.docker.com/engine/logging/drivers/json-file/, CRI:
https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md, syslog: RFC 3164 and RFC 5424.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.evidence.pairs import as_json
from forensics.formats.json_text import BLANK, extract
from forensics.formats.schema import LINES

CRI = r"^\d{4}-\d\d-\d\dT\S+ (?P<stream>stdout|stderr) (?P<part>[FP])(?::\S+)? (?P<text>.*)$"
RFC5424 = r"^<\d{1,3}>\d \S+ \S+ (?P<app>\S+) \S+ \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?:\x{FEFF})?(?P<text>.*)$"
RFC3164 = (
    r"^(?:<\d{1,3}>)?(?:\[ *\d+\.\d+\]|[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?|"
    r"\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-][\d:]+)?) "
    r"(?:\S+ (?P<app>[^\s:\[\]]+)(?:\[[^\]]*\])?|[^\s:\[\]]+\[\d+\]): (?P<text>.*)$"
)
COMPOSE = r"^(?:\d\d:\d\d:\d\d )?[\w.-]+ +\| (?P<text>.*)$"
STAMPED = r"^\d{4}-\d\d-\d\d[T ][\d:.]+ ?(?:Z|UTC|[+-]\d\d:?\d\d) (?P<text>\S+ .*)$"
COLOURED = r"^(?:\x1b\[[\d;]*m)+(?P<text>.*?)(?:\x1b\[[\d;]*[mK])*$"
TAGGED = r"^\S+ (?P<app>[\w./-]+)(?:\[\d+\])?: (?P<text>.*)$"
TAILED = r"^\d{4}-\d\d-\d\dT[^\s\t]+\t[^\s\t]+\t(?P<text>\{.*\})$"
CONSOLE = (
    r"^(?P<at>\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d[^\t\"]*)\t(?:\x1b\[[\d;]*m)?[A-Za-z]{3,6}(?:\x1b\[[\d;]*m)?\t"
    r"(?P<logger>[^\t{\"]*)(?:\t[^\t{]*)*\t\{(?P<text>.*\})$"
)
"""What Go's zap writes to a terminal (Caddy does by default): time, level and logger before the JSON object."""
SEARCHED = r"^[^\s:\"\[{]*[./][^\s:\"\[{]*(?::\d+)?:(?P<text>\d*[^\d\s]\S* .*)$"
"""What fluentd writes to a file, and what grep prints of several files (with line numbers)."""
FIELD = r'(?:^|,)"((?:[^"]|"")*"" ?(?:[^"]|"")*)"(?:,|$)'
"""The field of a table that holds a line with quotes in it."""
QUOTED = r'^"(?P<text>.*)"$'
AROUND = r'^"([^"]* "[^"]+".*)"$'
"""A line between quotes that were not escaped: the first one inside opens a text."""
JSON_KEYS = (
    "log",
    "MESSAGE",
    "message",
    "textPayload",
    "line",
    "_raw",
    "result>_raw",
    "_source>message",
    "_source",
    "event>original",
    "attributes>message",
)
SYSLOG_NOTICE = r"^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d --- last message repeated"
"""Where JSON records of container runtimes, journald and log shippers keep the line."""


@dataclass(frozen=True)
class Unwrapped:
    """Lines taken out of their wrapping."""

    inner: pl.DataFrame
    """``LINES``: wrapped lines only, with the text inside; a joined record under its first line."""
    continued: pl.DataFrame
    """line, first: lines that continue the record of an earlier line."""
    held: pl.DataFrame
    """``LINES``, as they were: parts at the end whose rest may be in the next batch."""


def unwrap(lines: pl.DataFrame, *, last: bool = True) -> Unwrapped:
    """Take lines (a frame of ``LINES``) out of up to two wrappings; ``last`` says that nothing follows."""
    once = _inner(lines)
    wrapped = once.filter(pl.col("text").is_not_null())
    held = lines.clear()
    continued = pl.DataFrame(schema={"line": pl.Int64(), "first": pl.Int64()})
    if wrapped["partial"].any():
        wrapped, continued, held = _joined(wrapped, lines, last=last)
    if wrapped.is_empty():
        return Unwrapped(lines.clear(), continued, held)
    inner = wrapped.select("line", pl.col("text").alias("raw")).cast(dict(LINES))  # type: ignore[arg-type]
    again = _inner(inner, tagged=True)
    return Unwrapped(inner.with_columns(pl.coalesce(again["text"], inner["raw"]).alias("raw")), continued, held)


def _inner(lines: pl.DataFrame, *, tagged: bool = False) -> pl.DataFrame:
    """Return line, text (NULL: not wrapped), partial, stream."""
    raw = pl.col("raw")
    json = _json_text(lines["raw"])
    found = lines.select(
        "line",
        json.alias("json"),
        as_json(lines["raw"]).alias("pairs"),
        raw.str.extract_groups(CRI).alias("cri"),
        raw.str.extract_groups(CONSOLE).alias("console"),
        *(raw.str.extract_groups(pattern).struct.field("text").alias(f"p{n}") for n, pattern in enumerate(_patterns(tagged=tagged))),
        _unquoted(raw).alias("quoted"),
    )
    cri = pl.col("cri").struct
    console = pl.col("console").struct
    named = pl.lit('{"ts":"') + console.field("at") + '","logger":"' + console.field("logger") + '",' + console.field("text")
    plain = pl.coalesce(pl.col("json").str.strip_suffix("\n"), cri.field("text"), named, "pairs", pl.col("^p\\d$"), "quoted")
    docker = lines["raw"].str.contains('"log":', literal=True) & lines["raw"].str.contains('"stream":', literal=True)
    open_end = pl.lit(docker) & pl.col("json").is_not_null() & ~pl.col("json").str.ends_with("\n")
    partial = ((cri.field("part") == "P") | open_end).fill_null(value=False)
    stream = pl.coalesce(cri.field("stream"), pl.lit(lines["raw"].str.extract(r'"stream":\s*"(\w+)"')), pl.lit(""))
    return found.select("line", plain.alias("text"), partial.alias("partial"), stream.alias("stream"))


def _patterns(*, tagged: bool) -> tuple[str, ...]:
    plain = (RFC5424, RFC3164, COMPOSE, STAMPED, TAILED, SEARCHED, COLOURED)
    return (*plain, TAGGED) if tagged else plain


def _json_text(raw: pl.Series) -> pl.Series:
    """Return the text that a JSON record carries, NULL for what is no such record."""
    looks = raw.str.contains(r'^\s*\{.*"(?:log|MESSAGE|message|textPayload|line|_raw|_source|original)"\s*:')
    if not looks.any():
        return pl.Series("json", [None] * len(raw), dtype=pl.String)
    found, _ = extract(raw.filter(looks).str.strip_chars(BLANK), list(JSON_KEYS))
    text = pl.Series("json", [None], dtype=pl.String).new_from_index(0, len(raw))
    if not found.width:
        return text
    carried = found.select(pl.coalesce(key for key in JSON_KEYS if key in found.columns)).to_series()
    text = text.scatter(looks.arg_true(), carried)
    bytes_ = text.str.contains(r"^\[[\d, ]+\]$").fill_null(value=False)
    return text.scatter(bytes_.arg_true(), _of_bytes(text.filter(bytes_))) if bytes_.any() else text


def _of_bytes(lists: pl.Series) -> pl.Series:
    """Return the text of journald's lists of bytes (what it writes for lines that are no UTF-8 or hold control characters)."""
    letters = {code: chr(code) if 32 <= code < 127 else f"\\x{code:02X}" for code in range(256)}
    numbers = lists.str.json_decode(pl.List(pl.Int64))
    return numbers.list.eval(pl.element().replace_strict(letters, default="", return_dtype=pl.String)).list.join("")


def _unquoted(raw: pl.Expr) -> pl.Expr:
    """Return what stands in a line that is quoted as a whole, with its quotes unescaped."""
    text = raw.str.extract(QUOTED)
    doubled = text.str.contains('""', literal=True)
    plain = pl.when(doubled).then(text.str.replace_all('""', '"', literal=True)).otherwise(text.str.replace_all('\\"', '"', literal=True))
    escaped = doubled | text.str.contains('\\"', literal=True)
    field = raw.str.extract(FIELD).str.replace_all('""', '"', literal=True)
    whole = pl.when(escaped).then(plain)
    return pl.coalesce(raw.str.extract(AROUND), pl.when(doubled.fill_null(False)).then(field), whole, field)


def _joined(wrapped: pl.DataFrame, lines: pl.DataFrame, *, last: bool) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Join the parts of each stream: a part begins a record unless the line before it in its stream was left open."""
    open_before = pl.col("partial").shift(1, fill_value=False).over("stream")
    grouped = wrapped.with_columns((~open_before).cum_sum().over("stream").alias("record"))
    whole = grouped.group_by("stream", "record", maintain_order=True).agg(
        pl.col("line").min().alias("first"), pl.col("line"), pl.col("text").str.join(""), pl.col("partial").last()
    )
    waiting = whole.filter(pl.col("partial")) if not last else whole.clear()
    held = lines.filter(pl.col("line").is_in(waiting["line"].explode().implode()))
    done = whole.filter(~pl.col("first").is_in(waiting["first"].implode()))
    rest = done.select("first", "line").explode("line").filter(pl.col("line") != pl.col("first")).select("line", "first")
    return done.select(pl.col("first").alias("line"), "text").sort("line"), rest, held
