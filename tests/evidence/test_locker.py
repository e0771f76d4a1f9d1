"""An evidence locker: a case that may not be changed is analysed and reported; custody goes on beside the output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.case import cases
from tests.stored_case import new_case

from forensics.evidence import chain, custody


@pytest.fixture
def locker(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "case"
    with new_case(folder) as case:
        cases.load(case, cases.write_log(tmp_path / "a.log"))
    paths = [*folder.rglob("*"), folder]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in reversed(paths):
        path.chmod(0o755)


def test_the_report_of_a_read_only_case_continues_its_chain(locker: Path, tmp_path: Path, quick) -> None:
    before = {path: path.read_bytes() for path in locker.rglob("*") if path.is_file()}
    out = tmp_path / "out"
    quick("report", "--case", locker, "--out", out)
    quick("report", "--case", locker, "--out", out)
    assert {path: path.read_bytes() for path in locker.rglob("*") if path.is_file()} == before
    continued = chain.read(out / "custody.jsonl", start=custody.head(locker))
    assert continued.breaks == []
    assert [line["action"] for line in continued.lines] == ["report", "report"]
    assert json.loads((out / "run.json").read_text())["custody_head"] == continued.head
    quick("verify", "--case", locker)
