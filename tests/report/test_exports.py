"""The exports, held against what the other tools' importers do with a file.

Timesketch (``timesketch/lib/utils.py``): a CSV row without a time that can be read is dropped, a JSON line without one of the three fields
ends the import; ``timestamp`` is microseconds since 1970. Gephi (``ImportContainerImpl``, ``ImporterGraphML``): edges of weight 0 are
removed, a node's ``label`` and an edge's ``weight`` are known by those names.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.report.made import fill

from forensics.case.case import Case
from forensics.report.collect import collect
from forensics.report.exports import write_export

MANDATORY = ["message", "datetime", "timestamp_desc"]
SPACE = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture
def made(case: Case) -> Case:
    fill(case, text='\r\n=1+1 "quoted", \x1b[31m')
    return case


def test_timesketch_takes_every_row(made: Case, tmp_path: Path) -> None:
    frames = collect(made, None)
    write_export(made, "timesketch", tmp_path, frames)
    with (tmp_path / "timesketch.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lines = [json.loads(line) for line in (tmp_path / "timesketch.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(lines) == frames["timeline"].height
    assert list(rows[0])[:3] == MANDATORY
    for row, line in zip(rows, lines, strict=True):
        assert all(row[name] for name in MANDATORY)
        assert all(line[name] for name in MANDATORY)
        assert len(row["datetime"]) == len("2024-03-02T00:00:00.000000Z"), "one format for all: readers infer it from the first"
        assert row["datetime"] == line["datetime"]
        assert round(datetime.fromisoformat(line["datetime"]).timestamp() * 1e6) == line["timestamp"]
    assert not {"_id", "_type", "_index", "_source", "tag", "label"} & set(rows[0]), "names with a meaning of their own"


def test_gephi_keeps_every_edge_and_knows_labels_and_weights(made: Case, tmp_path: Path) -> None:
    frames = collect(made, None)
    write_export(made, "graphml", tmp_path, frames)
    root = ElementTree.parse(tmp_path / "links.graphml").getroot()
    keys = {(key.get("for"), key.get("attr.name")): key.get("attr.type") for key in root.iter(f"{SPACE}key")}
    assert keys["node", "label"] == "string"
    assert keys["edge", "weight"] == "double"
    assert set(keys.values()) <= {"boolean", "int", "long", "float", "double", "string"}
    edges = list(root.iter(f"{SPACE}edge"))
    assert len(edges) == frames["links"].height
    values = [{data.get("key"): data.text for data in edge} for edge in edges]
    assert all(float(value["weight"] or 0) > 0 for value in values)
    assert any(value["kept"] == "false" for value in values), "what was rejected is in the graph too"
    nodes = [node.get("id") for node in root.iter(f"{SPACE}node")]
    assert len(nodes) == len(set(nodes))
    assert {edge.get(end) for edge in edges for end in ("source", "target")} <= set(nodes)
