"""What is shipped: the wheel carries the sample evidence and everything that is no Python; the script still makes that evidence."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_script_makes_the_evidence_byte_for_byte(project, tmp_path):
    subprocess.run([sys.executable, str(project / "sample_logs" / "make.py"), str(tmp_path)], check=True, capture_output=True)
    assert digests(tmp_path / "evidence") == digests(project / "sample_logs" / "evidence")
    assert (tmp_path / "answer.json").read_bytes() == (project / "sample_logs" / "answer.json").read_bytes()


def test_the_evidence_is_small_and_fictional(project):
    evidence = project / "sample_logs" / "evidence"
    assert sum(path.stat().st_size for path in evidence.iterdir()) < 8_000_000
    free = {"gmail.com", "outlook.com", "proton.me", "yahoo.com", "icloud.com"}
    domains = {line.split(",")[2].partition("@")[2] for line in (evidence / "accounts.csv").read_text().splitlines()[1:]}
    assert all(domain in free or domain.endswith(".example") for domain in domains)


def test_the_wheel_carries_evidence_and_data(project, wheel):
    package = wheel / "forensics"
    assert digests(package / "sample_logs" / "evidence") == digests(project / "sample_logs" / "evidence")
    for path in (project / "src" / "forensics").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert (package / path.relative_to(project / "src" / "forensics")).is_file(), path
    assert not list(wheel.rglob("answer.json"))
    assert not (wheel / "tests").exists()


def test_help_answers_at_once(forensics):
    """Heavy libraries must not be imported for a help page: looked at directly, because a clock is no test."""
    heavy = ("polars", "duckdb", "pyarrow", "rich.table", "jinja2", "numpy", "scipy")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, forensics.cli.app; print([name for name in {heavy} if name in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"
    started = time.perf_counter()
    forensics("--help")
    assert time.perf_counter() - started < 5
