"""What an installation brings: locked, hashed, licences listed, and the lock names no place to get it from."""

from __future__ import annotations

import re
import tomllib

import pytest

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def locked(project) -> str:
    return (project / "requirements.lock").read_text(encoding="utf-8")


def test_every_dependency_is_locked_with_hashes(project, locked):
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {plain(re.split(r"[<>=!~;\[ ]", text)[0]) for text in declared}
    pinned = {plain(name) for name, _ in PINNED.findall(locked)}
    assert names <= pinned
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", locked)) >= len(pinned)


def test_the_lock_names_no_place(locked):
    assert "://" not in locked
    assert "--index-url" not in locked


def test_every_licence_is_listed(project, locked):
    table = (project / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Dependencies and their licences")[2]
    listed = set(re.findall(r"[a-z0-9-]+", table))
    assert {plain(name) for name, _ in PINNED.findall(locked)} <= listed
