"""Log records inside the answers of log stores, as JSON lines: what Loki answers to a query, and OpenTelemetry's own JSON.

Many records stand in one line there, so each has its own number for a line. Loki: https://grafana.com/docs/loki/latest/reference/loki-http-api/
(``streams``: lists of times and lines); OTLP: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/ (requests, a line each).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.streams import CHUNK

_LOKI = re.compile(rb'"(?:result|streams)"\s*:\s*\[\s*\{[^\[]*"values"\s*:\s*\[\s*\[\s*"\d{16,19}"')
_OTLP = re.compile(rb'^\s*\{\s*"resourceLogs"\s*:\s*\[')
_ENTRY = r'\[\s*"(\d{16,19})"\s*,\s*"((?:[^"\\]|\\.)*)"'
"""A time and a line (what may follow them, labels of this line, tells of no request)."""
_BLOCK = 4 * CHUNK
_LONGEST = 64 * CHUNK
_VALUE = pl.Struct(
    {
        "stringValue": pl.String,
        "intValue": pl.String,
        "doubleValue": pl.Float64,
        "boolValue": pl.Boolean,
        "arrayValue": pl.Struct({"values": pl.List(pl.Struct({"stringValue": pl.String}))}),
    }
)
_PAIRS = pl.List(pl.Struct({"key": pl.String, "value": _VALUE}))
_BODY = pl.Struct({"stringValue": pl.String, "kvlistValue": pl.Struct({"values": _PAIRS})})
_RECORD = pl.Struct(
    {"timeUnixNano": pl.String, "observedTimeUnixNano": pl.String, "traceId": pl.String, "body": _BODY, "attributes": _PAIRS}
)
_REQUEST = pl.Struct({"resourceLogs": pl.List(pl.Struct({"scopeLogs": pl.List(pl.Struct({"logRecords": pl.List(_RECORD)}))}))})
_TELLS = r'"(?:http\.|url\.|(?:request_?|http_?)?method"|request(?:_uri)?"|path"|status)'
"""Attributes that tell of a request themselves: then the body is only a text about it."""


def is_nested(head: bytes) -> bool:
    """Whether a log, by its first bytes, is one that ``unnested`` takes apart."""
    return _LOKI.search(head[:65536]) is not None or _OTLP.match(head) is not None


def unnested(chunks: Iterable[bytes], head: bytes) -> Iterator[bytes]:
    """Yield the records of a log that ``is_nested``, a JSON object a line; what holds none is yielded as it is."""
    return _entries(chunks) if _LOKI.search(head[:65536]) else _requests(chunks)


def _entries(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines that Loki answered."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    left, held = "", 0
    for chunk in chunks:
        left += decoder.decode(chunk)
        held += len(chunk)
        if held >= _BLOCK:
            done, left = _taken(left)
            held = 0
            yield done
            _bounded(left)
    yield _taken(left)[0]


def _bounded(left: str | bytes) -> None:
    """Refuse what goes on without an end."""
    if len(left) > _LONGEST:
        raise RefusedEvidenceError(f"holds a JSON record longer than {_LONGEST >> 20} MB, or brackets that never close")


def _taken(text: str) -> tuple[bytes, str]:
    """Return the entries of a text as lines, and what stands behind the last of them."""
    found = pl.Series([text]).str.extract_all(_ENTRY).explode(empty_as_null=False)
    if found.is_empty():
        return b"", text
    rest = text[text.rindex(str(found[-1])) + len(str(found[-1])) :]
    line = found.str.replace(rf"(?s)^{_ENTRY}$", r'{"timestamp":"$1","line":"$2"}' + "\n")
    return str(line.str.join("")[0]).encode("utf-8", "backslashreplace"), rest


def _requests(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the records of OTLP requests, block of lines by block of lines."""
    left = b""
    for chunk in chunks:
        left += chunk
        if len(left) >= _BLOCK and b"\n" in chunk:
            block, _, left = left.rpartition(b"\n")
            yield from _records_of(block)
        _bounded(left)
    yield from _records_of(left)


def _records_of(block: bytes) -> Iterator[bytes]:
    lines = pl.Series("line", block.decode("utf-8", "backslashreplace").split("\n")).str.strip_chars("\r ")
    lines = lines.filter(lines != "")
    if lines.is_empty():
        return
    try:
        decoded = lines.str.json_decode(_REQUEST)
    except pl.exceptions.ComputeError:
        whole = pl.Series([_is_json(line) for line in lines])  # some line is broken: it is handed on as it is
        decoded = pl.select(pl.when(whole).then(lines)).to_series().str.json_decode(_REQUEST)
    requests = decoded.struct.unnest().with_row_index("place")
    opened = requests.explode("resourceLogs").unnest("resourceLogs").explode("scopeLogs").unnest("scopeLogs").explode("logRecords")
    records = opened.drop_nulls("logRecords").unnest("logRecords").with_row_index("record")
    other = requests.select("place").join(records.select("place").unique(), on="place", how="anti")
    texts = _written(records).vstack(other.select("place", text=lines.gather(other["place"])))
    yield (str(texts.sort("place", maintain_order=True)["text"].str.join("\n")[0]) + "\n").encode()


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _written(records: pl.DataFrame) -> pl.DataFrame:
    """Return place and text of each record: a JSON object of its time, its attributes, and its body where that may be a line."""
    body = records.select("record", body=pl.col("body").struct.field("kvlistValue").struct.field("values"))
    pairs = pl.concat([records.select("record", pair="attributes"), body.select("record", pair="body")]).explode("pair").drop_nulls("pair")
    value = pl.col("value").struct
    listed = value.field("arrayValue").struct.field("values").list.eval(pl.element().struct.field("stringValue")).list.join(", ")
    number = pl.coalesce(value.field("intValue"), value.field("doubleValue").cast(pl.String))
    told = pl.coalesce(_quoted(value.field("stringValue")), number, _quoted(listed))
    named = pairs.unnest("pair").select("record", pair=_quoted(pl.col("key")) + ":" + told)
    joined = named.group_by("record", maintain_order=True).agg(pl.col("pair").drop_nulls().str.join(","))
    full = records.join(joined, on="record", how="left", maintain_order="left").with_columns(pl.col("pair").fill_null(""))
    text = _quoted(pl.col("body").struct.field("stringValue"))
    at = pl.col("timeUnixNano").replace("0", None)
    fields = [
        pl.lit('"timestamp":') + at,
        pl.when(at.is_null()).then(pl.lit('"_timestamp":') + pl.col("observedTimeUnixNano").replace("0", None)),
        pl.when(pl.col("pair") != "").then("pair"),
        pl.lit('"trace_id":') + _quoted(pl.when(pl.col("traceId") != "").then("traceId")),
        pl.when(pl.col("pair").str.contains(_TELLS)).then(pl.lit('"body":')).otherwise(pl.lit('"message":')) + text,
    ]
    return full.select("place", text="{" + pl.concat_str(fields, separator=",", ignore_nulls=True) + "}")


def _quoted(text: pl.Expr) -> pl.Expr:
    """Return a text as JSON writes it, NULL for none."""
    return pl.when(text.is_not_null()).then(pl.struct(t=text).struct.json_encode().str.slice(5).str.strip_suffix("}"))
