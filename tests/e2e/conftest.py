"""One run of the demo, shared by all end-to-end tests, and the answer that it is held against."""

from __future__ import annotations

import json
import shutil
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
def demo(forensics, tmp_path_factory, once) -> Outcome:
    """Run ``forensics demo`` once, with sockets forbidden; a copy for each worker, because a case is one process's at a time."""

    def run(folder: Path) -> None:
        done = forensics("demo", "--out", folder / "report", env=OFFLINE)
        (folder / "said").write_text(done.stderr + done.stdout, encoding="utf-8")

    made = once("demo", run)
    mine = tmp_path_factory.mktemp("demo") / "report"
    shutil.copytree(made / "report", mine)
    return Outcome(mine, (made / "said").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def answer(project) -> dict[str, Any]:
    """What happened according to those who made it up."""
    return json.loads((project / "sample_logs" / "answer.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def wheel(project, once) -> Path:
    """Build the wheel and unpack it, as an installation elsewhere would; return the folder that holds the package."""

    def build(folder: Path) -> None:
        text = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
        made = subprocess.run([sys.executable, "-c", text], cwd=project, capture_output=True, text=True, check=True)
        with zipfile.ZipFile(folder / made.stdout.split()[-1]) as archive:
            archive.extractall(folder / "site")

    return once("wheel", build) / "site"
