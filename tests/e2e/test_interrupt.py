"""Ctrl-C: exit code 130, one sentence, and a case that opens and can be completed."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from tests.conftest import PROGRAM


@pytest.mark.parametrize("after", [0.7, 1.6])
def test_ctrl_c(after, project, forensics, tmp_path):
    command = [PROGRAM, "investigate", project / "sample_logs" / "evidence", "--case", tmp_path / "case", "--out", tmp_path / "out"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    asked = time.monotonic()
    _, said = running.communicate(timeout=60)
    assert time.monotonic() - asked < 5
    assert running.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    if (tmp_path / "case" / "case.duckdb").exists():
        forensics("status", "--case", tmp_path / "case")
