"""The same evidence gives the same bytes: other clock zone, locale, hash seed, number of threads, folder, order of arguments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

OWN = {"run.json"}
"""What differs from run to run by its nature."""


def contents(out):
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file() and path.name not in OWN}


def test_another_machine_gives_the_same_report(demo, wheel, project, tmp_path):
    """Run from the unpacked wheel, in another folder, zone, locale, with another hash seed and one thread, the files in another order."""
    elsewhere = dict(
        os.environ, TZ="Pacific/Apia", LC_ALL="tr_TR.UTF-8", LANG="tr_TR.UTF-8", PYTHONHASHSEED="271828", POLARS_MAX_THREADS="1"
    )
    elsewhere["PYTHONPATH"] = str(wheel)
    where = [sys.executable, "-c", "import forensics; print(forensics.__file__)"]
    assert str(wheel) in subprocess.run(where, env=elsewhere, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    files = sorted((wheel / "forensics" / "sample_logs" / "evidence").iterdir(), reverse=True)
    command = [sys.executable, "-m", "forensics", "investigate", *files, "--case", tmp_path / "c", "--out", tmp_path / "r"]
    done = subprocess.run(command, env=elsewhere, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = contents(demo.out), contents(tmp_path / "r")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_second_investigation_of_the_same_case_changes_nothing(demo, forensics, project, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(demo.case, case)
    stored = {path.name: path.read_bytes() for path in (case / "events").iterdir()}
    forensics("investigate", project / "sample_logs" / "evidence", "--case", case, "--out", tmp_path / "again")
    assert contents(demo.out) == contents(tmp_path / "again")
    assert {path.name: path.read_bytes() for path in (case / "events").iterdir()} == stored
