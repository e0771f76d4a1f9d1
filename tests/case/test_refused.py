"""Files that were given and could not be read are said, kept with the case, and shown wherever the evidence is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from forensics.analysis import ensure_analysed
from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.case.refused import TOLD_EACH, Teller
from forensics.case.status import overview, section
from forensics.progress import Silent
from forensics.report.collect import query

LINE = '198.18.0.7 - - [02/Mar/2024:00:00:01 +0000] "GET /x HTTP/1.1" 200 512 "-" "curl/8.5.0"\n'
SECRET = "ann@corp.example said this first"


class Heard(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        """Keep it."""
        self.said.append(message)


@contextmanager
def loaded(folder: Path):  # type: ignore[no-untyped-def]
    with Case.create(folder / "case") as case:
        load(case, [folder / "given"], LoadOptions(), Silent())
        yield case


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "access.log").write_text(LINE)
    (folder / "diary.txt").write_text(f"{SECRET}\n")
    (folder / "empty.log").write_text("")
    return folder


def test_files_refused_for_one_reason_are_told_up_to_a_number() -> None:
    heard = Heard()
    teller = Teller(heard)
    for number in range(TOLD_EACH + 2):
        teller.say(f"{number}.log", f"is in no log format that is known (it begins with 'line {number};')")
    teller.say("other.log", "is empty")
    teller.end()
    assert heard.said[TOLD_EACH:] == [
        "Refused other.log: it is empty.",
        "Refused 2 more files: each is in no log format that is known.",
        f"`forensics status --section refused` lists all {TOLD_EACH + 3} that were refused.",
    ]


def test_what_could_not_be_read_stands_in_the_status(given: Path) -> None:
    with loaded(given.parent) as case:
        ensure_analysed(case, Silent())
        rows = section(case, "refused").rows()
        told = dict(overview(case))
    assert [path for path, _ in rows] == ["diary.txt", "empty.log"]
    assert SECRET in rows[0][1]
    shown = next(frame for title, frame in told.items() if title.startswith("Files that could not be read"))
    assert shown.rows() == [("diary.txt", "is in no log format that is known"), ("empty.log", "is empty")]


def test_a_file_that_is_read_later_is_refused_no_longer(given: Path) -> None:
    with loaded(given.parent) as case:
        (given / "empty.log").write_text(LINE.replace("/x", "/y"))
        load(case, [given], LoadOptions(), Silent())
        assert [row["path"] for row in case.table("refused_files").to_dicts()] == ["diary.txt"]


def test_the_report_names_them_without_what_stands_in_them(given: Path) -> None:
    with loaded(given.parent) as case:
        rows = query(case, "refused_files", None).rows()
    assert rows == [("diary.txt", "is in no log format that is known"), ("empty.log", "is empty")]
