"""One run of the demo, shared by all end-to-end tests, and the answer that it is held against."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.outcome import Outcome

OFFLINE = {"PYTHONPATH": str(Path(__file__).parent / "offline")}
"""Environment in which whoever touches a socket dies of it."""


@pytest.fixture(scope="session")
def demo(forensics, tmp_path_factory) -> Outcome:
    """Run ``forensics demo`` once, with sockets forbidden."""
    out = tmp_path_factory.mktemp("demo") / "report"
    done = forensics("demo", "--out", out, env=OFFLINE)
    return Outcome(out, done.stderr + done.stdout)


@pytest.fixture(scope="session")
def answer(project) -> dict[str, Any]:
    """What happened according to those who made it up."""
    return json.loads((project / "sample_logs" / "answer.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def wheel(project, tmp_path_factory) -> Path:
    """Build the wheel and unpack it, as an installation elsewhere would; return the folder that holds the package."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    made = subprocess.run([sys.executable, "-c", build], cwd=project, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(folder / made.stdout.split()[-1]) as archive:
        archive.extractall(folder / "site")
    return folder / "site"
