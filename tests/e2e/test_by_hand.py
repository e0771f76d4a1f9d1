"""A stranger with ``duckdb``, ``jq`` and ``sha256sum`` comes to the same numbers and finds the same chain."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest


@pytest.fixture
def beside(demo, project, tmp_path, monkeypatch) -> Path:
    """A folder with ``report/`` and ``sample_logs/`` in it, as the documents say."""
    (tmp_path / "report").symlink_to(demo.out)
    (tmp_path / "sample_logs").symlink_to(project / "sample_logs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_reports_numbers_from_the_parquet_files(beside, project):
    text = (project / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Recomputing the report by hand")[2]
    setup, *questions = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    with duckdb.connect() as connection:
        connection.execute(setup)
        assert len(questions) == 3
        for question in questions:
            cursor = connection.execute(question)
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            assert rows
            for row in rows:
                compared = [name for name in names if name.endswith("_by_hand")]
                reported = {"failed_by_hand": "failed_requests"}
                for name in compared:
                    assert row[name] == row[reported.get(name, name.removesuffix("_by_hand"))], (question, row)


def test_nobody_is_left_out_by_hand(demo, beside):
    """The statements join to what is reported; this asks the other way round: is everybody who was reported there?"""
    main = demo.main_incident()["incident_id"]
    reported = {row["account_id"] for row in demo.rows("participants") if row["incident_id"] == main and row["role"] == "participant"}
    taken = {row["account_id"] for row in demo.rows("taken")}
    assert reported
    assert reported <= taken


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("sha256sum")), reason="jq or sha256sum is not installed")
def test_the_custody_chain_with_jq_and_sha256sum(beside, demo, project, tmp_path):
    readme = (project / "README.md").read_text(encoding="utf-8")
    script = next(block for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "sha256sum" in block)

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    good = check()
    assert good.returncode == 0, good.stderr
    assert [line for line in good.stdout.splitlines() if not line.startswith("head ")] == []
    head = good.stdout.split()[-1]
    assert head in (demo.out / "run.json").read_text() or len(head) == 64
    (tmp_path / "report").unlink()
    (tmp_path / "report" / "case").mkdir(parents=True)
    lines = (demo.case / "custody.jsonl").read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace('"result": "done"', '"result": "DONE"')
    (tmp_path / "report" / "case" / "custody.jsonl").write_text("".join(lines))
    assert "broken before" in check().stdout


def test_the_head_in_run_json_is_in_the_chain(demo, quick):
    head = json.loads((demo.out / "run.json").read_text())["custody_head"]
    quick("verify", "--case", demo.case, "--head", head)
    quick("verify", "--case", demo.case, "--head", "0" * 63 + "1", check=3)
