"""Log records inside the answers of log stores, as JSON lines: what Loki, CloudWatch and Log Analytics answer, OpenTelemetry's own JSON.

Many records stand in one line there, so each has its own number for a line.
Loki: https://grafana.com/docs/loki/latest/reference/loki-http-api/ (``streams``: lists of times and lines);
CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html (``results``: lists of fields);
Log Analytics: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format (``columns`` and ``rows``);
OTLP: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/ (requests, a line each).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.streams import CHUNK

_LOKI = re.compile(rb'"(?:result|streams)"\s*:\s*\[\s*\{[^\[]*"values"\s*:\s*\[\s*\[\s*"\d{16,19}"')
_OTLP = re.compile(rb'^\s*\{\s*"resourceLogs"\s*:\s*\[')
_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_ENTRY = rf'\[\s*"(\d{{16,19}})"\s*,\s*({_TEXT})'
"""A time and a line (what may follow them, labels of this line, tells of no request)."""
_RESULTS = re.compile(rb'"results"\s*:\s*\[\s*\[\s*\{\s*"field"\s*:')
_FIELD = rf'\{{\s*"field"\s*:\s*({_TEXT})\s*(?:,\s*"value"\s*:\s*({_TEXT}|null)\s*)?\}}'
_TABLES = re.compile(rb'^\s*\{\s*"tables"\s*:\s*\[\s*\{\s*"name"\s*:\s*"\w*"\s*,\s*"columns"\s*:\s*(\[[^\]]*\])\s*,\s*"rows"\s*:\s*\[')
_CELL = rf"(?:{_TEXT}|[-+.\w]+)"
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


class _Listed(NamedTuple):
    """Records in lists: what one is, how one begins that was cut off, and how a series of them is written as JSON objects."""

    record: str
    begun: str
    written: Callable[[pl.Series], pl.Series]


def is_nested(head: bytes) -> bool:
    """Whether a log, by its first bytes, is one that ``unnested`` takes apart."""
    return _listed(head) is not None or _OTLP.match(head) is not None


def unnested(chunks: Iterable[bytes], head: bytes) -> Iterator[bytes]:
    """Yield the records of a log that ``is_nested``, a JSON object a line; what holds none is yielded as it is."""
    listed = _listed(head)
    return _entries(chunks, listed) if listed else _requests(chunks)


def _listed(head: bytes) -> _Listed | None:
    head = head[:65536]
    if _LOKI.search(head):
        return _Listed(_ENTRY, r'\[\s*"\d{16,19}"', lambda found: found.str.replace(rf"^{_ENTRY}$", r'{"timestamp":"$1","line":$2}'))
    if _RESULTS.search(head):
        return _Listed(rf"\[\s*{_FIELD}(?:\s*,\s*{_FIELD})*\s*\]", r'\[\s*\{\s*"field"', _fields_written)
    table = _TABLES.match(head)
    columns = _columns(table[1]) if table else []
    return _Listed(rf"\[\s*{_CELL}(?:\s*,\s*{_CELL})*\s*\]", r"^\s*,\s*\[", partial(_cells_written, columns)) if columns else None


def _fields_written(found: pl.Series) -> pl.Series:
    """Return lists of CloudWatch's fields as objects (a field that an event has not comes without a value)."""
    valued = found.str.replace_all(rf'\{{\s*"field"\s*:\s*{_TEXT}\s*\}}', "").str.replace_all(rf"(?:^\[)?[\s,]*{_FIELD}[\s,\]]*", ",$1:$2")
    return "{" + valued.str.slice(1) + "}"


def _columns(text: bytes) -> list[str]:
    """Return the names of a table's columns, none where they are not told."""
    try:
        columns = json.loads(text)
    except ValueError:
        return []
    return [str(column.get("name")) for column in columns if isinstance(column, dict)]


def _cells_written(columns: list[str], found: pl.Series) -> pl.Series:
    """Return rows of a table as objects; a row that has not a cell for each column is left as it is."""
    cells = found.str.slice(1).str.extract_all(_CELL)
    named = pl.concat_str(
        [pl.lit(f"{json.dumps(name)}:") + pl.col("cells").list.get(place, null_on_oob=True) for place, name in enumerate(columns)],
        separator=",",
    )
    whole = pl.when(pl.col("cells").list.len() == len(columns))
    return pl.DataFrame({"cells": cells, "row": found}).select(whole.then("{" + named + "}").otherwise("row")).to_series()


def _entries(chunks: Iterable[bytes], listed: _Listed) -> Iterator[bytes]:
    """Yield records that stand in lists."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    left, held = "", 0
    for chunk in chunks:
        left += decoder.decode(chunk)
        held += len(chunk)
        if held >= _BLOCK:
            done, left = _taken(left, listed)
            held = 0
            yield done
            _bounded(left)
    done, left = _taken(left, listed)
    yield done
    cut = re.search(rf"{listed.begun}.*", left, re.DOTALL)
    if cut:
        yield (" ".join(cut[0].split("\n")) + "\n").encode("utf-8", "backslashreplace")


def _bounded(left: str | bytes) -> None:
    """Refuse what goes on without an end."""
    if len(left) > _LONGEST:
        raise RefusedEvidenceError(f"holds a JSON record longer than {_LONGEST >> 20} MB, or brackets that never close")


def _taken(text: str, listed: _Listed) -> tuple[bytes, str]:
    """Return the records of a text as lines, and what stands behind the last of them."""
    found = pl.Series([text]).str.extract_all(listed.record).explode(empty_as_null=False)
    if found.is_empty():
        return b"", text
    rest = text[text.rindex(str(found[-1])) + len(str(found[-1])) :]
    lines = listed.written(found).str.replace_all(r"[\r\n]+", " ")
    return (str(lines.str.join("\n")[0]) + "\n").encode("utf-8", "backslashreplace"), rest


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
