"""Tables that are too long to hold: kept in pieces outside of memory, to the same report and exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.report.made import fill

from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import frames
from forensics.report.collect import collect
from forensics.report.exports import write_export
from forensics.report.frames import Frames
from forensics.report.ordering import mail_domains
from forensics.report.redaction import Redaction, load_key
from forensics.report.write import Delivery, write_report


def written(case: Case, out: Path) -> dict[str, bytes | pl.DataFrame]:
    """Everything that is made of the frames of a case, plain and redacted."""
    redaction = Redaction(load_key(case.folder), mail_domains(collect(case, None)))
    for name, delivery in (("plain", Delivery()), ("redacted", Delivery(redaction=redaction))):
        write_report(case, out / name, None, Silent(), delivery)
        for kind in ("graphml", "parquet", "timesketch"):
            write_export(case, kind, out / name / kind, delivery.prepared(collect(case, None)))
    files = sorted(path for path in out.rglob("*.*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(out)): pl.read_parquet(path) if path.suffix == ".parquet" else path.read_bytes() for path in files}


def test_long_tables_give_the_same_report_and_exports(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(case, ring=60, minutes=300)
    held = written(case, tmp_path / "held")

    def pieces(self: Case, package: str, name: str, rows: int, **parameters: Any) -> Iterator[pl.DataFrame]:
        frame = self.frame(package, name, **parameters)
        yield from frame.iter_slices(17) if len(frame) else [frame]

    monkeypatch.setattr(Case, "pieces", pieces)
    monkeypatch.setattr(frames, "HELD_ROWS", 5)
    monkeypatch.setattr("forensics.report.exports.parquet.HELD_ROWS", 5)
    long = written(case, tmp_path / "long")
    assert held.keys() == long.keys()
    for name, content in held.items():
        assert content.equals(long[name]) if isinstance(content, pl.DataFrame) else content == long[name], name


def test_of_very_many_actors_the_document_has_those_that_matter(filled: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = collect(filled, None)
    several = whole["actors"].filter(pl.col("accounts") > 1)["actor_id"].to_list()
    named = set(whole["participants"]["actor_id"]) | set(whole["attributions"]["actor_id"])
    monkeypatch.setattr("forensics.report.collect.ROW_LIMIT", 1)
    from forensics.report.collect import document as made

    table = made(whole, analysis_id="x", incident=None).tables["actors"]
    found = [row["actor_id"] for row in table.records()]
    assert set(several) <= set(found)
    assert named - {None} <= set(found)
    assert table.total == len(whole["actors"])


def test_a_long_table_is_read_by_several_and_leaves_no_file(tmp_path: Path) -> None:
    tables = Frames(tmp_path)
    rows = pl.DataFrame({"n": range(100), "m": [{"k": str(n)} for n in range(100)]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "HELD_ROWS", 10)
        tables.add("long", rows.iter_slices(9))
    assert tables.total("long") == 100
    both = list(zip(tables.pieces("long"), tables.pieces("long"), strict=True))
    assert all(one.equals(other) for one, other in both)
    assert tables["long"].equals(rows)
    assert tables.head("long", 25).equals(rows.head(25))
    assert tables.where("long", pl.col("n") % 10 == 0)["n"].to_list() == list(range(0, 100, 10))
    assert list(tmp_path.iterdir()) == []
