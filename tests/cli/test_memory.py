"""A command that needs more memory than is allowed ends, says so, and leaves the case as it was."""

from __future__ import annotations

import os
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
    while True:  # half a gigabyte a second: a busy machine looks at a process as seldom as every tenth of a second
        held.append(bytearray(b"x" * (4 << 20)))
        time.sleep(0.008)

ordering.write_report = greedy
sys.argv = ["forensics", "report", "--case", sys.argv[1], "--out", sys.argv[2], "--memory", "1GB"]
app.main()
"""


@pytest.mark.skipif(not STATUS.is_file(), reason="the system does not tell how much memory a process has")
def test_whatever_takes_too_much_ends_below_the_limit(tmp_path: Path) -> None:
    log = cases.write_log(tmp_path / "a.log")
    with Case.create(tmp_path / "case") as case:
        cases.load(case, log)
    process = subprocess.Popen([sys.executable, "-c", GREEDY, tmp_path / "case", tmp_path / "out"], stderr=subprocess.PIPE)
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1, said
    assert said.endswith(f"forensics: {sentence(10**9)}\n")
    assert used.ru_maxrss * 1024 <= 10**9
    assert "more memory than" in chain.read(tmp_path / "case" / "custody.jsonl").lines[-1]["result"]
    with Case.open(tmp_path / "case") as case:
        assert {check.state for check in verify(case, Silent())} == {"intact"}
        assert case.table("events").height == 50
