"""Logs that are no lines: arrays, envelopes, pretty-printed objects and Parquet load with line numbers that lead back to the record."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stored_case import new_case

from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.errors import RefusedEvidenceError
from forensics.evidence import documents
from forensics.evidence.documents import depth_of_records, record_lines, sample_of, text_chunks
from forensics.formats.schema import LONGEST_LINE
from forensics.progress import Silent


def record(number: int) -> dict[str, Any]:
    return {
        "timestamp": f"2026-03-02T00:00:{number % 60:02d}Z",
        "client_ip": "203.0.113.9",
        "method": "GET",
        "url": f"/things/{number}?q=}}],[{{",
        "status": 200,
        "tags": [{"k": "v"}, []],
        "user_agent": 'say "hi" \\ }{ ][',
    }


def loaded(folder: Path, name: str, content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    path = folder / name
    path.write_bytes(content)
    with new_case(folder / "case") as case:
        load(case, [path], LoadOptions(), Silent())
        return case.table("evidence_files").to_dicts()[0], case.table("stored_events").sort("line").to_dicts()


RECORDS = [record(number) for number in range(5)]
LAID_OUT = {
    "array": (json.dumps(RECORDS, indent=2), 14),
    "one a line": ("[\n" + ",\n".join(json.dumps(entry) for entry in RECORDS) + "\n]\n", 1),
    "envelope": (json.dumps({"count": 5, "records": RECORDS}, indent=1), 14),
    "envelope with keys behind": (json.dumps({"data": RECORDS, "meta": {"page": {"after": "x"}}}, indent=1), 14),
    "objects": ("\n".join(json.dumps(entry, indent=1) for entry in RECORDS), 14),
}


@pytest.mark.parametrize("name", LAID_OUT)
def test_records_keep_the_line_where_they_begin(name: str, tmp_path: Path) -> None:
    text, step = LAID_OUT[name]
    row, events = loaded(tmp_path, "log.json", text.encode())
    lines = text.splitlines()
    assert [event["path"] for event in events] == [f"/things/{number}" for number in range(5)]
    assert all("{" in lines[event["line"] - 1] for event in events)
    assert {second["line"] - first["line"] for first, second in pairwise(events)} == {step}
    assert row["lines"] == len(lines) == row["parsed"] + row["rejected"] + row["skipped"]
    assert events[0]["user_agent"] == 'say "hi" \\ }{ ]['


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps({"value": RECORDS}),
        json.dumps({"data": RECORDS, "meta": {"page": {"after": "x"}, "more": {"a": {}}}}),
        json.dumps({"took": 1, "hits": {"total": 5, "hits": RECORDS}}),
        "\n".join(json.dumps({"records": RECORDS[start : start + 2]}) for start in (0, 2, 4)),
    ],
)
def test_records_that_share_lines_are_numbered(text: str, tmp_path: Path) -> None:
    row, events = loaded(tmp_path, "log.json", text.encode())
    assert [event["line"] for event in events] == [1, 2, 3, 4, 5]
    assert row["lines"] == row["parsed"] == 5
    assert any("records" in told for told in row["assumptions"])


def test_records_that_nothing_parts_are_records(tmp_path: Path) -> None:
    row, events = loaded(tmp_path, "log.json", "".join(json.dumps(record) for record in RECORDS).encode())
    assert [event["path"] for event in events] == [f"/things/{number}" for number in range(5)]
    assert row["lines"] == row["parsed"] == 5
    assert depth_of_records(b'{"path":"/a}{b"}\n') is None
    assert depth_of_records(b'{"path":"/a} {"}\n{"path":"/b"}\n') is None


def test_json_lines_with_lists_inside_are_lines() -> None:
    assert depth_of_records(b'{"method":"GET","data":[{"a":1}]}\n{"method":"GET","data":[{"a":1}]}\n') is None
    assert depth_of_records(b'{"a":1,"params":[{"key":1}]}\n') is None
    assert depth_of_records(b"[10/Oct/2000:13:55:36 -0700] GET /\n") is None


def test_parquet_rows_are_events(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "time": [datetime(2026, 3, 2, 0, 0, second, 250000, tzinfo=UTC) for second in range(3)],
            "client_ip": ["203.0.113.1", "2001:DB8::1", None],
            "method": ["GET", "POST", "GET"],
            "path": ["/a", "/b?c=d", "/e"],
            "status": [200, 500, 404],
            "duration_ms": [1.5, 2.25, None],
        }
    )
    frame.write_parquet(tmp_path / "log.parquet")
    row, events = loaded(tmp_path, "log.parquet", (tmp_path / "log.parquet").read_bytes())
    assert [(event["line"], event["path"], event["query"], event["duration_ms"]) for event in events] == [
        (1, "/a", None, 1.5),
        (2, "/b", "c=d", 2.25),
        (3, "/e", None, None),
    ]
    assert events[0]["timestamp"] == datetime(2026, 3, 2, 0, 0, 0, 250000)
    assert events[1]["client_ip"] == "2001:db8::1"
    assert row["lines"] == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), min_size=1, max_size=6), st.integers(0, 3), st.integers(1, 40)
)
def test_any_records_come_back_whole(records: list[dict[str, Any]], indent: int, size: int) -> None:
    data = json.dumps(records, indent=indent or None).encode()
    lines = b"".join(record_lines((data[start : start + size] for start in range(0, len(data), size)), 1))
    assert [json.loads(line) for line in lines.split(b"\n") if line.strip()] == records


def test_blocks_may_be_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(RECORDS, indent=1).encode()
    whole = b"".join(record_lines([data], 1))
    monkeypatch.setattr(documents, "BLOCK", 1)
    for size in (1, 7, 100):
        assert b"".join(record_lines((data[start : start + size] for start in range(0, len(data), size)), 1)) == whole


def test_brackets_that_never_close_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LONGEST_RECORD", 1000)
    monkeypatch.setattr(documents, "BLOCK", 100)
    with pytest.raises(RefusedEvidenceError, match="never close"):
        list(record_lines([b"[{" + b'"a":[' * 50] * 20, 1))


def test_text_passes_unchanged() -> None:
    text = b"\xef\xbb\xbfone\ntwo\r\n\n[three]"
    assert b"".join(text_chunks(io.BufferedReader(io.BytesIO(text)))) == text[3:]  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [0, 5, LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE])
@pytest.mark.parametrize("size", [1000, LONGEST_LINE, 1 << 30])
def test_of_an_endless_first_line_a_sample_has_the_beginning(first: int, size: int) -> None:
    """Whatever the chunks are, the lines behind it are whole, and the file is not copied for the sake of one line."""
    text = b"a" * first + b"\n" + b"b\nc" * 300
    begun = [text[start : start + size] for start in range(0, len(text), size)]
    assert sample_of(begun) == b"a" * min(first, LONGEST_LINE + 1) + b"\n" + b"b\nc" * 300
    assert sample_of([b"a" * 700] * 3000) == b"a" * (LONGEST_LINE + 1)


_LINE = json.dumps(RECORDS[0])
_LAID_OUT = json.dumps(RECORDS[1], indent=2)


@pytest.mark.parametrize(
    ("text", "events", "rejected"),
    [
        ("\n".join([_LINE[:50], _LINE, _LINE, _LINE]), 3, 1),
        ("\n".join([_LINE[:-2], _LINE, _LINE, _LINE]), 3, 1),
        ("\n".join([_LAID_OUT, _LAID_OUT, _LAID_OUT[:60]]), 2, 1),
        ("[\n" + ",\n".join([_LAID_OUT, _LAID_OUT[:70]]), 1, 1),
        (f"[\n{_LINE},\n{_LINE}\n]\n\n\nsome\nwords\n", 2, 1),
        (f'{{"records":[\n{_LINE},\n{_LINE}\n],"next":{{"page":\n2}}}}\n', 2, 0),
    ],
    ids=["first line cut", "first brace lost", "last record cut", "array cut", "words behind", "envelope goes on"],
)
def test_every_line_of_a_broken_document_is_counted(tmp_path: Path, text: str, events: int, rejected: int) -> None:
    row, found = loaded(tmp_path, "broken.json", text.encode())
    assert (len(found), row["rejected"]) == (events, rejected)
    assert row["lines"] == row["parsed"] + row["rejected"] + row["skipped"] == len(text.rstrip("\n").split("\n"))


@pytest.mark.parametrize("array", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_whole_in_a_broken_document_is_read(seed: int, array: bool) -> None:
    """A part of a pretty-printed document is lost: every record that it did not touch comes out, on the line where it begins."""
    random = Random(seed)
    records = [{"time": f"2026-03-02T00:00:{n:02d}Z", "path": f"/{n}", "tags": ["a{", n], "more": {"a": {}, "b": "}\\"}} for n in range(20)]
    text = json.dumps(records, indent=2) if array else "\n".join(json.dumps(record, indent=2) for record in records)
    start = random.randrange(len(text) - 1)
    end = random.randrange(start + 1, min(len(text), start + 700))
    begins = [match.start() for match in re.finditer(r"(?m)^ *\{$", text) if '"time"' in text[match.end() : match.end() + 12]]
    ends = [*begins[1:], len(text)]
    spared = [(n, a) for n, (a, b) in enumerate(zip(begins, ends, strict=True)) if b <= start or a > end]
    broken = text[:start] + text[end:]
    lines = b"".join(text_chunks(io.BufferedReader(io.BytesIO(broken.encode())))).decode().split("\n")
    for n, at in spared:
        line = broken[: at if at < start else at - (end - start)].count("\n")
        read = lines[line].rstrip(" ],") if n == 19 else lines[line]
        assert json.loads(read)["path"] == f"/{n}", (n, start, end)


def test_broken_records_that_share_a_line_cost_no_other() -> None:
    whole = [json.dumps({"time": n, "path": f"/{n}"}) for n in range(8)]
    broken = "[" + ",\n".join([*whole[:4], '{"time": 4, "x": {' + ", " + whole[5] + ", " + whole[6], whole[7]]) + "]\n"
    lines = b"".join(record_lines([broken.encode()], 1)).decode().split("\n")
    assert [json.loads(line)["time"] for line in lines[:4]] == [0, 1, 2, 3]
    assert json.loads(lines[5].rstrip("]"))["time"] == 7
