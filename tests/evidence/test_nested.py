"""Records inside the answers of log stores: Loki's lists of times and lines, others' of fields and cells, OpenTelemetry's own JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl
import pytest
from tests.formats.test_looks import rows_of

from forensics.evidence.documents import how_read, text_chunks
from forensics.evidence.nested import unnested
from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions

LINE = '198.51.100.7 - - [02/Mar/2026:00:00:0{} +0000] "GET /a{} HTTP/1.1" 200 5 "-" "curl\\x22é"'
LOKI = {
    "status": "success",
    "data": {
        "resultType": "streams",
        "result": [
            {
                "stream": {"job": "nginx", "host": "web-1"},
                "values": [[f"177240960{n}123000000", LINE.format(n, n)] for n in range(2)],
            },
            {"stream": {}, "values": [["1772409602123000000", LINE.format(2, 2), {"structuredMetadata": {"a": "b"}}]]},
        ],
        "stats": {"summary": {"bytes": 5}},
    },
}


def lines_of(text: str) -> list[str]:
    return b"".join(text_chunks(io.BytesIO(text.encode()))).decode().splitlines()


@pytest.mark.parametrize("text", [json.dumps(LOKI), json.dumps(LOKI, indent=2), json.dumps({"streams": LOKI["data"]["result"]})])  # type: ignore[index]
def test_what_loki_answers_is_its_lines(text: str) -> None:
    assert how_read(text.encode()) != []
    rows = rows_of(*lines_of(text))
    assert [(row["outcome"], row["path"], row["timestamp"].second) for row in rows] == [("event", f"/a{n}", n) for n in range(3)]
    assert {row["user_agent"] for row in rows} == {"curl\\x22é"}


def test_an_answer_may_come_in_pieces_or_break_off() -> None:
    text = json.dumps(LOKI).encode()
    pieces = [text[place : place + 7] for place in range(0, len(text), 7)]
    assert len(b"".join(unnested(iter(pieces), text)).splitlines()) == 3
    assert len(lines_of(text[: text.index(b"177240960112300")].decode())) == 1
    assert [row["outcome"] for row in rows_of(*lines_of(text[: text.index(b"/a1")].decode()))] == ["event", "rejected"]


def found(**fields: str | None) -> list[dict[str, str]]:
    """Return an event as CloudWatch's queries do: a field that it has not comes without a value."""
    return [{"field": name} | ({} if value is None else {"value": value}) for name, value in fields.items()]


def results(*rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"results": rows, "statistics": {"recordsMatched": 3.0}, "status": "Complete"}


@pytest.mark.parametrize("indent", [None, 4])
def test_what_cloudwatch_answers_is_its_lines_or_its_fields(indent: int | None) -> None:
    lines = (
        found(**{"@timestamp": "2026-03-02 00:00:09.000", "@message": LINE.format(n, n), "@ptr": "CmEK", "[{": None, "x": None})
        for n in range(3)
    )
    text = json.dumps(results(*lines), indent=indent)
    assert how_read(text.encode()) != []
    rows = rows_of(*lines_of(text))
    assert [(row["outcome"], row["path"], row["timestamp"].second) for row in rows] == [("event", f"/a{n}", n) for n in range(3)]
    asked = {"time": "2026-03-02T00:00:01Z", "method": "GET", "status": "404"}
    fields = (found(**asked, path=path, ip="203.0.113.9") for path in ('/a"b', '/[{"field": "path", "value": "/c"}]'))
    rows = rows_of(*lines_of(json.dumps(results(*fields), indent=indent)))
    assert [(row["path"], row["status"], row["client_ip"]) for row in rows] == [
        ('/a"b', 404, "203.0.113.9"),
        ('/[{"field": "path", "value": "/c"}]', 404, "203.0.113.9"),
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_table_with_its_columns_apart_is_its_rows(indent: int | None) -> None:
    """A row with other cells than the table has columns is rejected: none of its values may slip into another's place."""
    names = ("TimeGenerated", "CIp", "CsMethod", "CsUriStem", "ScStatus", "Result")
    rows = [[f"2026-03-02T00:00:0{n}Z", "203.0.113.9", "GET", f"/a,[{n}]", 200 + n, None] for n in range(3)]
    rows[1] = ["2026-03-02T00:00:01Z", "203.0.113.9", "198.51.100.7", "GET", "/a", 404, None]
    table = {"name": "PrimaryResult", "columns": [{"name": name, "type": "string"} for name in names], "rows": rows}
    read = rows_of(*lines_of(json.dumps({"tables": [table]}, indent=indent)))
    assert [(row["outcome"], row["path"], row["status"], row["client_ip"]) for row in read] == [
        ("event", "/a,[0]", 200, "203.0.113.9"),
        ("rejected", None, None, None),
        ("event", "/a,[2]", 202, "203.0.113.9"),
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_cloudflares_answers_about_requests_are_records_and_those_about_sums_are_not(indent: int | None) -> None:
    told = {"clientIP": "203.0.113.9", "datetime": "2026-03-02T00:00:01Z", "clientRequestHTTPMethodName": "GET", "edgeResponseStatus": 403}

    def answer(name: str, *records: dict[str, Any]) -> str:
        zones = [{name: [record]} for record in records]
        return json.dumps({"data": {"viewer": {"zones": zones}}, "errors": None}, indent=indent)

    records = [told | {"clientRequestPath": f"/a{n}"} for n in range(2)]
    read = rows_of(*(line for line in lines_of(answer("firewallEventsAdaptive", *records)) if line))
    assert [(row["outcome"], row["path"], row["status"]) for row in read] == [("event", "/a0", 403), ("event", "/a1", 403)]
    sums = answer("httpRequestsAdaptiveGroups", *({"count": 37, "dimensions": record} for record in records))
    raw = lines_of(sums)
    assert not plan_for(pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}), ReadOptions()).ranked


def value(of: Any) -> dict[str, Any]:
    """Return a value as OTLP writes it."""
    if isinstance(of, list):
        return {"arrayValue": {"values": [value(entry) for entry in of]}}
    return {"intValue": str(of)} if isinstance(of, int) else {"doubleValue": of} if isinstance(of, float) else {"stringValue": of}


def pairs(**named: Any) -> list[dict[str, Any]]:
    """Return attributes; two underscores stand for a dot."""
    return [{"key": key.replace("__", "."), "value": value(of)} for key, of in named.items()]


def request(*records: dict[str, Any]) -> str:
    """Return a line of OTLP's JSON."""
    resource = {"attributes": pairs(service__name="web")}
    return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {}, "logRecords": list(records)}]}]})


ATTRIBUTES = pairs(
    http__request__method="GET",
    url__path='/a"b',
    http__response__status_code=200,
    client__address="203.0.113.9",
    http__server__request__duration=0.015,
    **{"http__request__header__x-forwarded-for": ["203.0.113.4", "203.0.113.5"]},
)


def test_records_of_opentelemetry_tell_by_their_attributes_or_their_body() -> None:
    told = {"timeUnixNano": "1772409600123000000", "traceId": "5b8e", "body": value("GET /a 200"), "attributes": ATTRIBUTES}
    plain = {"timeUnixNano": "0", "observedTimeUnixNano": "1772409609000000000", "body": value(LINE.format(2, 2))}
    fields = pairs(method="PUT", path="/c", status=404, remote_addr="203.0.113.8")
    mapped = {"timeUnixNano": "1772409603000000000", "body": {"kvlistValue": {"values": fields}}}
    rows = rows_of(*lines_of("\n".join([request(told, plain), request(mapped), ""])))
    assert [row["outcome"] for row in rows] == ["event"] * 3
    first, second, third = rows
    assert (first["path"], first["status"], first["duration_ms"], first["extra"]["trace_id"]) == ('/a"b', 200, 15.0, "5b8e")
    assert (second["path"], second["timestamp"].second) == ("/a2", 2)
    assert (third["method"], third["path"], third["status"], third["client_ip"]) == ("PUT", "/c", 404, "203.0.113.8")


def test_what_holds_no_records_is_handed_on() -> None:
    broken = request({"timeUnixNano": "1", "attributes": ATTRIBUTES})[:-9]
    other = '{"resourceMetrics":[]}'
    lines = lines_of("\n".join([request({"timeUnixNano": "1772409600123000000", "attributes": ATTRIBUTES}), other, broken, "x"]))
    assert lines[1:] == [other, broken, "x"]
    assert rows_of(*lines)[0]["status"] == 200
