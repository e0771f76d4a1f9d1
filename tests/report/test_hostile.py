"""A case whose every text is hostile, through the whole program: files, hosts, users, agents, accounts, payers, notes, requests."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from tests.report.browser import CHROMIUM, Browser
from tests.report.files import HOSTILE, hostile

from forensics.text import FORMULA_START

FOREIGN = 'main script:not([type="application/json"]), img, iframe, object, embed, base'
COMMANDS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture(scope="module")
def out(forensics: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    hostile(folder / "evidence")
    done = forensics("investigate", folder / "evidence", "--case", folder / "case", "--out", folder / "report")
    assert done.returncode == 0, done.stderr
    assert not COMMANDS.search(done.stdout + done.stderr)
    return folder


def test_the_hostile_accounts_are_what_the_report_is_about(out: Path) -> None:
    with (out / "report" / "participants.csv").open(newline="", encoding="utf-8") as stream:
        named = [row["account_id"] for row in csv.DictReader(stream) if row["role"] == "participant"]
    assert len(named) >= 12
    assert any("<script>" in name for name in named)
    assert any("\x1b" in name for name in named)


@pytest.mark.parametrize("style", ["table", "json", "jsonl"])
def test_nothing_of_it_commands_a_terminal(style: str, out: Path, quick: Any) -> None:
    for command in (["status"], ["incidents"], ["timeline"], ["actors"], ["taken"], ["response"], ["sql", "SELECT * FROM accounts"]):
        done = quick(*command, "--case", out / "case", "--format", style)
        assert not COMMANDS.search(done.stdout + done.stderr), command


def test_no_cell_is_a_formula_and_the_raw_text_is_there(out: Path) -> None:
    texts: set[str] = set()
    for path in (out / "report").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            cells = {cell for row in csv.reader(stream) for cell in row}
        assert not [cell for cell in cells if re.match(FORMULA_START, cell)], path.name
        texts |= cells
    messages = {text[1:] if text.startswith("'") else text for text in texts}
    assert {text.replace("\0", "") + f" {n}" for n, text in enumerate(HOSTILE) if "\r" not in text} <= {
        m.strip("\n") for m in messages
    } | messages


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_nothing_of_it_executes_or_asks_for_anything(out: Path, tmp_path: Path) -> None:
    page = out / "report" / "report.html"
    own = re.compile(r'<script type="module">.*?</script>', re.DOTALL)
    assert not COMMANDS.search(own.sub("", page.read_text(encoding="utf-8")))
    with Browser(tmp_path / "profile") as browser:
        for width in (1280, 380):
            browser.open(page, width=width)
            title = browser.run("document.title")
            browser.run("for (const e of document.querySelectorAll('a.q, th button')) e.click()")
            fired = "for (const n of ['error', 'load', 'mouseover']) e.dispatchEvent(new Event(n))"
            browser.run(f"for (const e of document.querySelectorAll('*')) {fired}")
            assert browser.run("document.title") == title
            assert "PWNED" not in title
            assert browser.run(f"document.querySelectorAll({FOREIGN!r}).length") == 0
            assert browser.run("[...document.querySelectorAll('a')].every((a) => a.getAttribute('href').startsWith('#'))")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), width
        assert browser.messages == []
        assert browser.requests == []
