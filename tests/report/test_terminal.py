"""Standard output: tables for any width of a terminal that break no id, and nothing that commands the terminal."""

from __future__ import annotations

import io
import json
import random
import sys

import polars as pl
import pytest
from rich.console import Console

from forensics.linkage.explain import Explanation, Step
from forensics.report import terminal
from forensics.report.linkage_view import ASIDE, NO_LINK, show_explanation
from forensics.report.tables import as_json, as_jsonl

HEADS = ("id", "what it is", "n", "path")
ROWS = [
    ("2024-03-02T00:00Z-errors-everything", "requests to the service failed for a day", "11,731", "edge-1.log.1.gz"),
    ("org-0123456789ab", "", "7", "a/folder/with/a/long/path/access.2024-03-01.jsonl.gz"),
    ("x", "日本語の名前 and more", "1", ""),
]


def _printed(heads: tuple[str, ...], rows: list[tuple[str, ...]], width: int) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    console.print(terminal.laid_out(heads, rows, [head == "n" for head in heads], console))
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [200, 120, 100, 80, 70, 60, 56])
def test_no_word_is_broken_and_no_line_too_long(width: int) -> None:
    lines = _printed(HEADS, ROWS, width)
    assert max(map(len, lines)) <= width
    said = " ".join(lines).split()
    assert {word for row in ROWS for cell in row for word in cell.split()} <= set(said)
    assert {word for head in HEADS for word in head.split()} <= set(said)


def test_a_wide_terminal_has_a_row_in_a_line_and_a_narrow_one_the_long_columns_apart() -> None:
    assert len(_printed(HEADS, ROWS, 200)) == 1 + len(ROWS)
    narrow = [line.strip() for line in _printed(HEADS, ROWS, 60)]
    assert "a/folder/with/a/long/path/access.2024-03-01.jsonl.gz" in narrow, "on a line of its own"


def test_where_nothing_fits_each_row_is_a_list() -> None:
    heads = tuple(f"column {n}" for n in range(12))
    lines = _printed(heads, [tuple(f"value{n}" * 3 for n in range(12))], 60)
    assert [line.split()[:3] for line in lines[:2]] == [["column", "0", "value0" * 3], ["column", "1", "value1" * 3]]


def test_random_tables_lose_nothing() -> None:
    rng = random.Random(7)
    for _ in range(60):
        heads = tuple(f"h{n}" for n in range(rng.randint(1, 6)))
        rows = [
            tuple(" ".join("w" * rng.randint(1, 18) for _ in range(rng.randint(0, 6))) for _ in heads) for _ in range(rng.randint(0, 5))
        ]
        lines = _printed(heads, rows, rng.randint(30, 130))
        left = " ".join(lines).split()
        for word in (word for row in rows for cell in row for word in cell.split()):
            left.remove(word)


COMMANDS = "\x1b[2J \x9b2J \u202egnp.exe \u2066 \x00 \x07 \u200b \ufeff \u061c \U000e0041 é 日本"


def test_json_says_the_same_without_a_character_that_commands_a_terminal() -> None:
    frame = pl.DataFrame({"text": [COMMANDS]})
    for text in (as_json(frame), as_jsonl(frame)):
        assert not set(text) & set("\x1b\x9b\u202e\u2066\x00\x07\u200b\ufeff\u061c\U000e0041")
        assert "é 日本" in text
        read = json.loads(text)
        assert (read[0] if isinstance(read, list) else read) == {"text": COMMANDS}


@pytest.mark.parametrize("is_terminal", [True, False])
def test_text_is_made_visible_on_a_terminal_and_left_alone_in_a_pipe(is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Out(io.StringIO):
        def isatty(self) -> bool:
            return is_terminal

    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    terminal.write(f"a,b\n{COMMANDS},1\n")
    shown = "\\x1b[2J \\x9b2J \\u202egnp.exe \\u2066 \\x00 \\x07 \\u200b \\ufeff \\u061c \\U000e0041 é 日本"
    assert out.getvalue() == f"a,b\n{shown if is_terminal else COMMANDS},1\n"


def test_an_explanation_is_drawn_without_all_that_adds_nothing():
    weak = [Step(f"hand over {n}", "alone it is not enough", 8.2, 0.0, 5.0, "behaviour", False, "a.log:1") for n in range(9)]
    card = Step("card fingerprint f1", "shared by 2", 15.0, 15.0, 5.0, "payment", True, "charges.csv:2")
    console = Console(file=io.StringIO(), width=120)
    show_explanation(Explanation("a", None, "a is in b", 10.0, [card, *weak], 5.0, 0.99), console)
    text = console.file.getvalue()
    assert "card fingerprint f1" in text
    assert text.count("hand over") == ASIDE
    assert f"... and {len(weak) - ASIDE} more that add nothing" in text


def test_what_is_left_out_is_no_evidence_that_two_do_not_belong_together() -> None:
    walk = Step("id walk /jobs/{id}", "alone it is not enough", 8.2, 0.0, -10.0, "behaviour", False, "")
    console = Console(file=io.StringIO(), width=200)
    show_explanation(Explanation("a", "b", "not linked", 10.0, [walk], -10.0, 0.01, ["13 bits"]), console)
    left_out = "almost no chance (1%) by what is counted; 1 thing that they share is left out: it is too little by itself"
    assert left_out in console.file.getvalue()
    assert NO_LINK in console.file.getvalue(), "a report may find it likely that one hand worked both in an incident"
