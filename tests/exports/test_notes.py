"""Notes as evidence: every physical line is a note, a reject or skipped; times become UTC."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import RefusedEvidenceError
from forensics.exports import notes
from forensics.exports.notes import NotesMatch, read, recognise


@dataclass
class Given:
    content: bytes
    name: str = "notes.csv"

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


def test_csv_notes_with_a_comma_a_line_break_and_a_bad_time() -> None:
    text = (
        'time,type,message\n2024-03-02T00:21:00Z,status,"Looking, and\nlooking"\n\n'
        "yesterday,,x\n2024-03-02 16:05:00+01:00,ban,Seven accounts\n"
    )
    match = recognise(text.encode(), "notes.csv")
    assert match is not None
    rows = read(Given(text.encode()), match, "e1")
    assert (rows.lines, rows.parsed, rows.rejected.height, rows.skipped) == (6, 2, 1, 3)
    notes = rows.frames["notes"]
    assert notes["occurred_at"].to_list() == [datetime(2024, 3, 2, 0, 21), datetime(2024, 3, 2, 15, 5)]
    assert notes["line"].to_list() == [2, 6]
    assert notes["event_type"].to_list() == ["status", "ban"]
    assert rows.assumptions == []


def test_markdown_notes_in_lists_and_tables_with_an_assumed_zone() -> None:
    text = "# Log\n\n- 2024-03-02 00:04 UTC: Page\n* **2024-03-02 00:21** – Status page\n| 2024-03-02T15:05:00Z | Banned |\nprose\n"
    match = recognise(text.encode(), "notes.md")
    assert match == NotesMatch("markdown")
    rows = read(Given(text.encode(), "notes.md"), match, "e1", time_zone="Europe/Berlin")
    assert rows.frames["notes"].select("occurred_at", "message", "line").rows() == [
        (datetime(2024, 3, 2, 0, 4), "Page", 3),
        (datetime(2024, 3, 1, 23, 21), "Status page", 4),
        (datetime(2024, 3, 2, 15, 5), "Banned", 5),
    ]
    assert rows.lines == 6 == rows.parsed + rows.rejected.height + rows.skipped
    assert rows.assumptions == ["times of notes without a zone were taken as Europe/Berlin"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"account_id,email,created_at\n", "accounts.csv"),
        (b"time,account_id,message\n", "audit.csv"),
        (b'198.18.0.1 - - [02/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5\n', "access.log"),
        (b"2024-03-02 00:00:00 error: something\n", "app.log"),
        (b"", "notes.md"),
        (b"\x00\x01\x02", "notes.csv"),
    ],
)
def test_other_files_are_not_taken_for_notes(head: bytes, name: str) -> None:
    assert recognise(head, name) is None


@pytest.mark.parametrize("strange", ["\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])
def test_notes_are_told_with_the_line_that_an_editor_shows(strange: str) -> None:
    table = f'time,message\n2024-03-02T00:00:00Z,"one{strange}more"\n2024-03-02T00:01:00Z,two\n'
    prose = f"# Log\n2024-03-02 00:00 one{strange}more\n2024-03-02 00:01 two\n"
    for text, name in ((table, "notes.csv"), (prose, "notes.md")):
        match = recognise(text.encode(), name)
        assert match is not None
        rows = read(Given(text.encode()), match, "e1")
        assert rows.frames["notes"]["line"].to_list() == [2, 3]
        assert rows.lines == text.count("\n")


def test_a_long_note_and_line_ends_of_an_old_machine_are_read() -> None:
    for text in ("time,message\n2024-03-02T00:00:00Z," + "a" * 200_000 + "\n", "time,message\r2024-03-02T00:00:00Z,a\r"):
        rows = read(Given(text.encode()), NotesMatch("csv"), "e1")
        assert (rows.parsed, rows.frames["notes"]["line"].to_list()) == (1, [2])


def test_what_is_longer_than_people_write_is_no_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "LIMIT_BYTES", 1 << 20)
    with pytest.raises(RefusedEvidenceError, match="larger than 1 MB"):
        read(Given(b"time,message\n" + b"a" * (1 << 20)), NotesMatch("csv"), "e1")


@given(st.binary(max_size=300))
def test_every_physical_line_is_accounted_for(content: bytes) -> None:
    for container, text in (("csv", b"time,message\n" + content), ("markdown", content)):
        rows = read(Given(text), NotesMatch(container), "e1")
        assert rows.lines == rows.parsed + rows.rejected.height + rows.skipped


def test_a_manual_with_an_example_is_no_notes() -> None:
    manual = "# Files\n" + "What a file is.\n" * 300 + "2024-03-01 22:00 is a time.\n"
    assert recognise(manual.encode(), "files.md") is None
    assert recognise(manual.encode(), "files.md", "notes") == NotesMatch("markdown"), "unless it is said to be"
