"""Log lines inside other lines: syslog (RFC 3164, 5424), journald, Docker JSON, Kubernetes CRI, docker compose, quoted lines.

Lines of named values (logfmt, LTSV) are turned into the JSON objects that they are another notation of.

A record that a container runtime cut into parts is joined again; it counts as an event of its first physical line, and the lines that
continue it are skipped with that reason. A JSON record or a request in text that has no time of its own, as a platform that stamps the
lines makes it needless, has that of its wrapping. Docker: https://docs.docker.com/engine/logging/drivers/json-file/, CRI:
https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md, syslog: RFC 3164 and RFC 5424.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import polars as pl

from forensics.evidence.led import LED, led
from forensics.evidence.pairs import as_json
from forensics.evidence.undated import RECORD, dated, timed, timeless
from forensics.formats.json_text import BLANK, extract
from forensics.formats.schema import LINES
from forensics.formats.values import V, of

CRI = r"^(?P<at>\d{4}-\d\d-\d\dT\S+) (?P<stream>stdout|stderr) (?P<part>[FP])(?::\S+)? (?P<text>.*)$"
RFC5424 = (
    r"^(?:\d{1,6} )?<\d{1,3}>\d (?P<at>\S+) (?P<machine>\S+) (?P<app>\S+) \S+ \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?"
    r"(?:\x{FEFF})?(?P<text>.*)$"
)
RFC3164 = (
    r"^(?:(?:\d{1,6} )?<\d{1,3}>)?(?:\[ *\d+\.\d+\]|[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?|"
    r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z0-9:+-]+|\d{10}\.\d{6}|"
    r"(?P<at>\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-][\d:]+)?)) "
    r"(?:(?P<machine>\S+) (?P<app>[^\s:\[\]{}\"]+)(?:\[[^\]]*\])?|[^\s:\[\]]+\[[\w.-]+\]): (?P<text>.*)$"
)
"""The times of RFC 3164 and its kin, the kernel's, and what journalctl prints (short, short-iso, short-full, short-unix)."""
COMPOSE = r"^(?:\x1b\[[\d;]*m)?(?:\d\d:\d\d:\d\d )?(?P<machine>[\w.-]+) +\|(?:\x1b\[[\d;]*m)? (?:\x1b\[[\d;]*m)?(?P<text>.*)$"
STAMPED = r"^(?P<at>\d{4}-\d\d-\d\d[T ][\d:.]+ ?(?:Z|UTC|[+-]\d\d:?\d\d))[ \t](?P<text>\{.*\}|\S+ .*)$"
COLOUR = r"\x1b\[[\d;]*[mK]"
COLOURED = rf"^(?P<text>(?:{COLOUR}|[^\x1b]*{COLOUR}.*\x1b\[0?m).*)$"
"""What is printed for a terminal: it begins with a colour, or some of it has one and goes back to none."""
PYTHON = r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:(?P<text>.*)$"
"""What Python's logging writes where nobody told it how (https://docs.python.org/3/library/logging.html#logging.basicConfig)."""
TAGGED = r"^\S+ (?P<app>[\w./-]+)(?:\[\d+\])?: (?P<text>.*)$"
HASHED = r"^\[\d+\] [^\s:]+: \[\[?(?P<at>\d{9,}\.\d+)(?:, \{.*?\}\])?, (?P<text>\{.*\})\]$"
"""What Fluent Bit writes to its terminal: https://docs.fluentbit.io/manual/data-pipeline/outputs/standard-output."""
EXPORTED = r"^MESSAGE=(?P<text>.*)$"
"""journalctl -o export: a field a line (https://systemd.io/JOURNAL_EXPORT_FORMATS/)."""
ARCHIVED = r"^\d+\t(?P<at>\d{4}-\d\d-\d\dT[^\t]+)(?:\t[^\t]*){7}\t(?P<text>.*)$"
"""Papertrail's archives: https://www.papertrail.com/help/permanent-log-archives/."""
PREFIXED = r"^(?:\[pod/[\w.-]+/[\w.-]+\]|[a-z0-9][a-z0-9.-]*-[a-z0-9]{8,10}-[a-z0-9]{5} [a-z0-9-]+) (?P<text>.*)$"
NUMBERED = (
    r"^[a-z0-9][a-z0-9.-]*-\d{1,3} [a-z][a-z0-9-]* +"
    r"(?P<text>(?:\{.*\}|(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+)[ :].*))$"
)
"""What ``kubectl logs --prefix`` and stern print before a line: its pod and container. A pod that only has a number may be a client's name
as well, and its container a user's: what follows must begin with an address, or be JSON."""
_STREAM = r"^(?P<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (?:\{(?:\w+=\"[^\"]*\"(?:, ?)?)*\}|[\w.-]+/\S+) +"
STREAMED = _STREAM + r"(?P<text>\{.*\}|.*\b(?:HTTP/\d|[A-Z]{3,7}(?: +\"?|, ?| *\| *)(?:/|https?\b)).*)$"
ALL_STREAMED = _STREAM + "(?P<text>.*)$"
"""What ``logcli`` and ``aws logs tail`` print: the time, the labels or the stream, and the line; all where enough tell of requests."""
CONSOLE = (
    r"^(?P<at>\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d[^\t\"]*)\t(?:\x1b\[[\d;]*m)?[A-Za-z]{3,6}(?:\x1b\[[\d;]*m)?\t"
    r"(?P<logger>[^\t{\"]*)(?:\t[^\t{]*)*\t\{(?P<text>.*\})$"
)
"""What Go's zap writes to a terminal (Caddy does by default): time, level and logger before the JSON object."""
SEARCHED = r"^[^\s:\"\[{]*[./][^\s:\"\[{]*(?::\d+)?:(?P<text>\{.*\}|\d*[^\d\s]\S* .*)$"
SEARCHED_IPV6 = r"^[^\s:\"\[{]*[./][^\s:\"\[{]*:(?P<text>[23]\d{3}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+ .*)$"
"""What grep prints of several files (with line numbers, none of which is the beginning of an address)."""
IN_A_FILE = r"^[^\s:\"\[{]*/[^\s:\"\[{/]+:\S"
"""A file's path before a line: no format has it, and some would take it for a part of what follows."""
COUNTED = r"^ *(?P<number>\d{1,9})(?P<mark>[:\t ]) *(?P<text>.*)$"
"""Line numbers that grep, cat, nl and less write before the lines (no epoch, which has ten digits)."""
_FOUND = r"^(?:\d{1,3}(?:\.\d{1,3}){3}[ ,:]|\{)"
"""A line that a number with a colon before it is no part of."""
_GLOBAL = r"^ *[23]\d{3}:[0-9A-Fa-f:.]*[: ]"
"""Beginnings of addresses on the Internet (IPv6), which are no line numbers."""
FIELD = r'(?:^|,)"((?:[^"]|"")*"" ?(?:[^"]|"")*)"(?:,|$)'
"""The field of a table that holds a line with quotes in it."""
QUOTED = r'^"(?P<text>.*)"$'
BARE = r'^"([^"\\]+)"$'
"""A line between quotes that has none inside."""
AROUND = r'^"([^"]* "[^"]+".*)"$'
"""A line between quotes that were not escaped: the first one inside opens a text."""
JSON_KEYS = (
    "log",
    "MESSAGE",
    "message",
    "@message",
    "textPayload",
    "line",
    "_raw",
    "result>_raw",
    "_source>message",
    "_source",
    "event>original",
    "attributes>message",
    "full_message",
    "short_message",
    "LogEntry",
    "LogMessage",
    "msg",
    "jsonPayload>message",
    "jsonPayload",
    *("properties>Log", "properties>log", "resultDescription", "ResultDescription", "Log_s"),  # consoles in Azure
    *("body>stringValue", "body", "Body", "event"),  # OpenTelemetry, Splunk's HTTP event collector
)
LOOSE_KEYS = JSON_KEYS[JSON_KEYS.index("full_message") :]
"""Where they may just as well keep a word beside the request (Caddy: ``"msg":"handled request"``): a line only where it looks like one."""
ENOUGH = 0.3
"""Where so many of the texts under such a key look like lines, all are: also those of connections that asked for nothing."""
LIKE_A_LINE = (
    r"^\s*\{|\b(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT)\b|HTTP/\d|^\S+ \S+ \S+ \[|\[\d\d/[A-Z][a-z]{2}/\d{4}:|\|https?://"
)
JSON_TIMES = (
    *("time", "@timestamp", "timestamp", "date", "TimeGenerated", "_time", "result>_time", "_source>@timestamp", "attributes>timestamp"),
    "__REALTIME_TIMESTAMP",
)
"""Where they keep its time."""
_CARRIER = (
    r'^\s*\{.*"(?:log|MESSAGE|@?message|textPayload|line|_raw|_source|original|full_message|short_message|LogEntry|LogMessage|msg|'
    r'jsonPayload|Log|[rR]esultDescription|Log_s|body|Body|stringValue|event)"\s*:'
)


_ALONE = r'^\s*\{\s*"[\w.@-]+"\s*:\s*(\{.*\})\s*\}\s*$'
"""A record that has all of it under one name (``{"nginx":{...}}``)."""
_REQUEST = r'"(?:method|http_?[mM]ethod|request_?[mM]ethod|verb|req|request|httpRequest|url|uri|path|request_uri|status|statusCode)"\s*:'
_FILE = r'"log"\s*:\s*\{[^{}]*"file"\s*:\s*\{[^{}]*\}[^{}]*\}'
"""Where a shipper says from which file a line is: its path is no request's."""


@dataclass(frozen=True)
class Unwrapped:
    """Lines taken out of their wrapping."""

    inner: pl.DataFrame
    """``LINES``: wrapped lines only, with the text inside; a joined record under its first line."""
    continued: pl.DataFrame
    """line, first: lines that continue the record of an earlier line."""
    held: pl.DataFrame
    """``LINES``, as they were: parts at the end whose rest may be in the next batch."""


DEEPEST = 2
"""So many wrappings a line may be in: a container's runtime or a shipper keeps what syslog or a terminal wrote before it."""


def surely_wrapped(raw: pl.Series) -> bool:
    """Whether the lines have before them what passes for a part of what is behind it: a name, a path, the columns of an archive."""
    searched = raw.str.contains(IN_A_FILE).all() or uncounted(raw) is not None
    return bool(searched or raw.str.contains(EXPORTED).any() or raw.str.contains(ARCHIVED).all())


def unwrap(lines: pl.DataFrame, *, last: bool = True, deepest: int = DEEPEST) -> Unwrapped:
    """Take lines (a frame of ``LINES``) out of up to ``deepest`` wrappings (1 or 2); ``last`` says that nothing follows."""
    once = _inner(lines)
    wrapped = once.filter(pl.col("text").is_not_null())
    held = lines.clear()
    continued = pl.DataFrame(schema={"line": pl.Int64(), "first": pl.Int64()})
    if wrapped["partial"].any():
        wrapped, continued, held = _joined(wrapped, lines, last=last)
    if wrapped.is_empty():
        return Unwrapped(lines.clear(), continued, held)
    inner = wrapped.select("line", pl.col("text").alias("raw")).cast(dict(LINES))  # type: ignore[arg-type]
    again = _inner(inner, tagged=True) if deepest > 1 else _untouched(inner)
    text, at = pl.coalesce(again["text"], inner["raw"]), pl.coalesce(again["at"], wrapped["at"])
    if wrapped["at"].null_count() + again["at"].null_count() == 2 * len(wrapped):
        return Unwrapped(inner.with_columns(text.alias("raw")), continued, held)
    both = pl.select(text=text, at=at)
    return Unwrapped(inner.with_columns(dated(both["text"], both["at"]).alias("raw")), continued, held)


def uncounted(raw: pl.Series) -> pl.Series | None:
    """Return lines without the line numbers before them, None where they are not numbered: all of them, each further than the one before.

    Behind a blank they must go up by one each, as all lines of a file were printed; with a colon (grep) some may be left out.
    """
    first = raw.first(ignore_nulls=True)
    if not isinstance(first, str) or re.match(r" *\d{1,9}[:\t ]", first) is None or raw.str.contains(_GLOBAL).all():
        return None
    parts = raw.str.extract_groups(COUNTED).struct.unnest()
    if parts["number"].null_count():
        return None
    searched = bool((parts["mark"] == ":").all())
    if len(raw) == 1:
        return parts["text"] if searched and parts["text"].str.contains(_FOUND).all() else None
    steps = parts["number"].cast(pl.Int64).diff().drop_nulls()
    return parts["text"] if bool((steps > 0).all() if searched else (steps == 1).all()) else None


def _inner(lines: pl.DataFrame, *, tagged: bool = False) -> pl.DataFrame:
    """Return line, text (NULL: not wrapped), partial, stream, at (the wrapping's own time)."""
    bare = uncounted(lines["raw"])
    if bare is not None:
        nothing = pl.lit(None, dtype=pl.String)
        return lines.select(
            "line", bare.alias("text"), pl.lit(value=False).alias("partial"), pl.lit("").alias("stream"), nothing.alias("at")
        )
    json, stamps = _json_text(lines["raw"], itself=tagged)
    first = lines.select("line", json.alias("json"), stamps.alias("stamp"), pl.when(json.is_null()).then("raw").alias("raw"))
    of_cri = _behind(first["raw"], CRI)
    groups = _before(CRI) if of_cri is not None else "^(?P<at>)(?P<stream>)(?P<part>)$"
    first = first.with_columns(pl.col("raw").str.extract_groups(groups).alias("cri"), pl.lit(of_cri, dtype=pl.String).alias("of_cri"))
    left = first.select(pl.when(pl.col("of_cri").is_null()).then("raw")).to_series()  # what nothing has taken yet
    streamed = (left.str.contains(STREAMED).mean() or 0.0) >= ENOUGH  # type: ignore[operator]
    patterns = tuple(ALL_STREAMED if streamed and each == STREAMED else each for each in _patterns(tagged=tagged))
    taken = _taken(left, patterns)
    text = pl.coalesce(pl.col("json").str.strip_suffix("\n"), "of_cri", pl.lit(taken))
    partial, stream = _parts(lines["raw"], json)
    told = first.select("line", text.alias("text"), partial.alias("partial"), stream.alias("stream"))
    if not (told["text"].str.contains(RECORD) | timeless(told["text"])).any():  # nobody will ask for the time
        return told.with_columns(pl.lit(None, dtype=pl.String).alias("at"))
    leads = (pattern.partition("(?P<text>")[0] for pattern in patterns if "(?P<at>" in pattern)
    times = (left.str.extract_groups(lead).struct.field("at") for lead in leads)
    return told.with_columns(first.select(pl.coalesce("stamp", pl.col("cri").struct.field("at"), *times).alias("at"))["at"])


def _untouched(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what ``_inner`` does of lines none of which is wrapped."""
    nothing = pl.lit(None, dtype=pl.String)
    return lines.select("line", nothing.alias("text"), nothing.alias("at"))


def _taken(raw: pl.Series, patterns: tuple[str, ...]) -> pl.Series:
    """Return the text in each line, by the first that finds one of named values, a console, the patterns and quotes; each is asked for
    what those before it left."""
    taken = as_json(raw)
    takes: list[Callable[[pl.Series], pl.Series | None]] = [
        _of_console,
        *(partial(_of_pattern, pattern) for pattern in patterns),
        _unquoted,
    ]
    for take in takes:
        left = pl.select(pl.when(taken.is_null()).then(raw)).to_series()
        if left.null_count() == len(left):
            break
        found = take(left)
        if found is not None and found.null_count() < len(found):
            taken = pl.select(pl.coalesce(taken, found)).to_series()
    return taken


def _of_console(raw: pl.Series) -> pl.Series | None:
    if not raw.str.contains(CONSOLE).any():
        return None
    console = raw.str.extract_groups(CONSOLE).struct
    return pl.select('{"ts":"' + console.field("at") + '","logger":"' + console.field("logger") + '",' + console.field("text")).to_series()


def _of_pattern(pattern: str, raw: pl.Series) -> pl.Series | None:
    """Return what stands in a wrapping, Fluent Bit's ``"key"=>value`` as JSON, and without colours."""
    text = _behind(led(raw) if pattern == LED else raw, pattern)
    said = {HASHED: (r'([^\\])"=>', '$1":'), COLOURED: (COLOUR, "")}.get(pattern)
    return text.str.replace_all(*said) if text is not None and said is not None else text


_TEXT = "(?P<text>.*)$"


@cache
def _before(pattern: str) -> str:
    """Return the part of a pattern that stands before a text of any kind; the whole pattern where the text is of some kind."""
    return pattern.removesuffix(_TEXT)


def _behind(raw: pl.Series, pattern: str) -> pl.Series | None:
    """Return the text of lines that match, None where none does.

    To cut off what stands before a text takes a tenth of the time of matching the text, too, as a group.
    """
    before = re.sub(r"\(\?P<\w+>", "(?:", _before(pattern))
    fits = raw.str.contains(before)
    if not fits.any():
        return None
    if not pattern.endswith(_TEXT):
        return raw.str.extract_groups(pattern).struct.field("text")
    return of(raw, pl.when(pl.lit(fits)).then(V.str.replace(before, "")))


def _parts(raw: pl.Series, json: pl.Series) -> tuple[pl.Expr, pl.Expr]:
    """Return which lines are parts that go on in a later one, and of which stream."""
    cri = pl.col("cri").struct
    partial, stream = cri.field("part") == "P", cri.field("stream")
    if json.null_count() < len(json):
        docker = raw.str.contains('"log":', literal=True) & raw.str.contains('"stream":', literal=True)
        ended = json.str.ends_with("\n")
        if ended.any() and not ended.all():  # where no record ends its line, a shipper took the ends away
            partial = partial.fill_null(value=False) | pl.lit(docker & ~ended)
            stream = pl.coalesce(stream, pl.lit(raw.str.extract(r'"stream":\s*"(\w+)"')))
    return partial.fill_null(value=False), stream.fill_null("")


def _patterns(*, tagged: bool) -> tuple[str, ...]:
    stamped = (RFC5424, RFC3164, COMPOSE, PREFIXED, NUMBERED, STREAMED, ARCHIVED, LED, STAMPED)
    plain = (*stamped, HASHED, EXPORTED, SEARCHED_IPV6, SEARCHED, COLOURED, PYTHON)
    return (*plain, TAGGED) if tagged else plain


def _json_text(raw: pl.Series, *, itself: bool) -> tuple[pl.Series, pl.Series]:
    """Return the text that a JSON record carries and the record's time, NULL for what is no such record.

    ``itself``: a record that tells a request itself is left as it is, whatever message stands beside it.
    """
    looks = raw.str.contains(_CARRIER) & ~raw.str.contains('"httpRequest":', literal=True)  # Google's records tell the request themselves
    if itself:
        looks = looks & ~raw.str.replace(_FILE, "").str.contains(_REQUEST)
    text, stamps = (pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(raw)) for name in ("json", "stamp"))
    if raw.str.contains(_ALONE).any():
        whole = raw.str.extract(_ALONE)
        kept = whole.str.contains(_REQUEST) & timed(whole) & ~whole.str.contains(r'\}\s*,\s*"')
        text = pl.select(pl.when(kept).then(whole)).to_series()
    if not looks.any():
        return text, stamps
    records = raw.filter(looks).str.strip_chars(BLANK)
    found, _ = extract(records, list(JSON_KEYS))
    keys = [key for key in JSON_KEYS if key in found.columns]
    if not keys:
        return text, stamps
    found = found.with_columns(_lines_in(key) for key in LOOSE_KEYS if key in keys)
    if "log" in keys and "message" in keys:  # what a shipper says of the file
        found = found.with_columns(pl.when(~(pl.col("log").str.starts_with("{") & pl.col("message").is_not_null())).then("log"))
    carried = found.select(pl.coalesce(keys)).to_series()
    untimed = carried.str.contains(RECORD) & ~timed(carried)
    if (untimed | timeless(carried)).any():
        times, _ = extract(records, list(JSON_TIMES))
        known = [key for key in JSON_TIMES if key in times.columns]
        stamps = stamps.scatter(looks.arg_true(), times.select(pl.coalesce(known)).to_series()) if known else stamps
    text = text.scatter(looks.arg_true(), carried)
    bytes_ = text.str.contains(r"^\[[\d, ]+\]$").fill_null(value=False)
    return (text.scatter(bytes_.arg_true(), _of_bytes(text.filter(bytes_))) if bytes_.any() else text), stamps


def _lines_in(key: str) -> pl.Expr:
    """Return what of the texts under a key are lines: those that look like one, all where enough do."""
    looks = pl.col(key).str.contains(LIKE_A_LINE)
    return pl.when(looks | (looks.mean() >= ENOUGH)).then(key)


def _of_bytes(lists: pl.Series) -> pl.Series:
    """Return the text of journald's lists of bytes (what it writes for lines that are no UTF-8 or hold control characters)."""
    letters = {code: chr(code) if 32 <= code < 127 else f"\\x{code:02X}" for code in range(256)}
    numbers = lists.str.json_decode(pl.List(pl.Int64))
    return numbers.list.eval(pl.element().replace_strict(letters, default="", return_dtype=pl.String)).list.join("")


def _unquoted(raw: pl.Series) -> pl.Series | None:
    """Return what stands in a line that is quoted as a whole, with its quotes unescaped."""
    quoted = raw.str.starts_with('"') | raw.str.contains('""', literal=True)
    if not quoted.any():
        return None
    text = V.str.extract(QUOTED)
    doubled = text.str.contains('""', literal=True)
    plain = pl.when(doubled).then(text.str.replace_all('""', '"', literal=True)).otherwise(text.str.replace_all(r'\\(["\\])', "$1"))
    escaped = doubled | text.str.contains('\\"', literal=True)
    field = V.str.extract(FIELD).str.replace_all('""', '"', literal=True)
    whole = pl.when(escaped).then(plain)
    fields = pl.when(doubled.fill_null(False)).then(field)
    return of(raw, pl.coalesce(V.str.extract(AROUND), fields, whole, field, V.str.extract(BARE)))


def _joined(wrapped: pl.DataFrame, lines: pl.DataFrame, *, last: bool) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Join the parts of each stream: a part begins a record unless the line before it in its stream was left open."""
    open_before = pl.col("partial").shift(1, fill_value=False).over("stream")
    grouped = wrapped.with_columns((~open_before).cum_sum().over("stream").alias("record"))
    whole = grouped.group_by("stream", "record", maintain_order=True).agg(
        pl.col("line").min().alias("first"), pl.col("line"), pl.col("text").str.join(""), pl.col("partial").last(), pl.col("at").first()
    )
    waiting = whole.filter(pl.col("partial")) if not last else whole.clear()
    held = lines.filter(pl.col("line").is_in(waiting["line"].explode().implode()))
    done = whole.filter(~pl.col("first").is_in(waiting["first"].implode()))
    rest = done.select("first", "line").explode("line").filter(pl.col("line") != pl.col("first")).select("line", "first")
    return done.select(pl.col("first").alias("line"), "text", "at").sort("line"), rest, held
