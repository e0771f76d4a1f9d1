"""A command that needs more memory than is allowed ends, says so, and leaves the case as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.case import cases

from forensics.case.case import Case
from forensics.evidence import chain
from forensics.evidence.verify import verify
from forensics.memory import STATUS, sentence
from forensics.progress import Silent

GREEDY = """
import sys
import time
from forensics.cli import app, program
from forensics.report import ordering

def greedy(*given, **named):
    held = []
    while True:  # more than a gigabyte a second
        held.append(bytearray(b"x" * (4 << 20)))
        time.sleep(0.002)

ordering.write_report = greedy
sys.argv = ["forensics", "report", "--case", sys.argv[1], "--out", sys.argv[2], "--memory", "1GB"]
app.main()
"""


MEASURED = """
import os
import sys

process = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
_, status, used = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss)
"""
"""Starts a program and prints its exit code and its peak: a process begins with the peak of whoever started it, and this one is small."""


@pytest.mark.skipif(not STATUS.is_file(), reason="the system does not tell how much memory a process has")
def test_whatever_takes_too_much_ends_below_the_limit(tmp_path: Path) -> None:
    log = cases.write_log(tmp_path / "a.log")
    with Case.create(tmp_path / "case") as case:
        cases.load(case, log)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "-c", GREEDY, tmp_path / "case", tmp_path / "out"], capture_output=True, text=True, check=True
    )
    code, peak = map(int, done.stdout.split())
    assert code == 1, done.stderr
    assert done.stderr.endswith(f"forensics: {sentence(10**9)}\n")
    assert peak * 1024 <= 10**9
    assert "more memory than" in chain.read(tmp_path / "case" / "custody.jsonl").lines[-1]["result"]
    with Case.open(tmp_path / "case") as case:
        assert {check.state for check in verify(case, Silent())} == {"intact"}
        assert case.table("events").height == 50
