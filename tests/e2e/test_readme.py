"""The README's commands are run as they stand."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(project, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall((project / "README.md").read_text(encoding="utf-8")) if name == language]


def test_the_first_two_blocks_are_the_promised_commands(project):
    first, second = blocks(project, "sh")[:2]
    assert first == "pip install . && forensics demo --out report\n"
    assert second == "pip install '.[test]' && pytest\n"
    assert second.strip() in (project / ".ci" / "run").read_text(encoding="utf-8")


def commands(project) -> list[str]:
    found = []
    for block in blocks(project, "sh")[2:] + blocks(project, "console"):
        lines = block.replace("\\\n", " ").splitlines()
        found += [line.removeprefix("$ ") for line in lines if line.removeprefix("$ ").startswith("forensics ")]
    return found


def test_every_command_shown_runs(project, demo, forensics, tmp_path, monkeypatch):
    """In the order shown, in a folder where ``report`` is the demo's report and ``evidence`` what of its evidence is not rotated yet."""
    shutil.copytree(demo.out, tmp_path / "report")
    shutil.copytree(project / "sample_logs" / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("*.gz"))
    monkeypatch.chdir(tmp_path)
    shown = commands(project)
    if not shown:
        pytest.fail("the README shows no commands beyond the first two blocks")
    for line in shown:
        words = shlex.split(line, comments=True)
        if words[1] != "demo":
            forensics(*words[1:])
