"""What the page, the paper and the document tell of a story that is too long for them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.report.browser import CHROMIUM, Browser
from tests.report.made import INCIDENT

from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import write_report
from forensics.report.blocks import TableView
from forensics.report.chart import MAX_MARKS, events
from forensics.report.collect import collect, document
from forensics.report.document import ROW_LIMIT, Document
from forensics.report.sections import actors

NOTES = ROW_LIMIT + 500


@pytest.fixture
def noted(filled: Case) -> Case:
    """Return a case with an incident after more notes than a document holds, and with more of them around it than a picture marks."""
    story = filled.table("timeline")
    start = datetime(2024, 2, 1)
    times = [start + timedelta(minutes=n) for n in range(NOTES)] + [
        datetime(2024, 3, 2) + timedelta(seconds=n) for n in range(3 * MAX_MARKS)
    ]
    notes = pl.DataFrame(
        {"occurred_at": times, "event_type": "note", "message": [f"note {n}" for n in range(len(times))], "observed": True}
    )
    every = pl.concat([notes.with_columns(pl.col("occurred_at").cast(pl.Datetime("us"))), story], how="diagonal_relaxed")
    filled.replace("timeline", every.select(story.columns))
    return filled


def test_a_document_keeps_the_rows_of_the_incident_and_says_how_many_there_are(noted: Case) -> None:
    told = document(collect(noted, None), analysis_id="0" * 16, incident=None).tables["timeline"]
    own = noted.table("timeline").filter(incident_id=INCIDENT)
    assert len(told.rows) == ROW_LIMIT < told.total
    assert len(told.of(INCIDENT)) == own.height
    times = [row["occurred_at"] for row in told.records()]
    assert times == sorted(times)


def test_the_page_shows_them_and_a_picture_marks_them_before_notes(noted: Case, tmp_path: Path) -> None:
    write_report(noted, tmp_path / "out", None, Silent())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert re.search(r"Those that tell most, 400 of [\d,]+ rows, are shown; <code>timeline\.csv</code> has them all", page)
    timeline = page[page.index('<section id="timeline"') : page.index('<section id="actors"')]
    for kind in ("impact starts", "peak", "mitigated", "recovered"):
        assert f">{kind}</td>" in timeline
    assert re.search(r"\d+ more rows of the timeline in this time have no mark\.", page)
    made = document(collect(noted, None), analysis_id="0" * 16, incident=None)
    marks = {mark["type"] for mark in events(made, made.pictures[0])}
    assert {"impact starts", "peak", "mitigated", "recovered"} <= marks
    markdown = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "impact starts" in markdown


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_paper_has_what_is_left_after_a_filter_and_headings_on_every_page(noted: Case, tmp_path: Path) -> None:
    write_report(noted, tmp_path / "out", None, Silent())
    with Browser(tmp_path / "profile") as browser:
        browser.open(tmp_path / "out" / "report.html")
        browser.call("Emulation.setEmulatedMedia", media="print")
        printed = "[...t.tBodies[0].rows].filter((row) => row.offsetHeight).map((row) => row.cells[1].textContent)"
        browser.run("window.t = document.querySelector('#timeline table')")
        assert len(browser.run(printed)) == 120
        assert {"impact starts", "recovered"} <= set(browser.run(printed))
        head = "getComputedStyle(t.tHead.rows[0].cells[1], '::before').content + getComputedStyle(t.querySelector('th button')).display"
        assert browser.run(head) == '"Type"none', "Chromium repeats no heading that holds a button"
        last = "[...t.tBodies[0].rows].filter((row) => row.classList.contains('late')).at(-1).cells[2].textContent"
        name = browser.run(last)
        browser.run(f"window.i = document.querySelector('#timeline input'); i.value = {name!r}; i.dispatchEvent(new Event('input'))")
        assert browser.run(printed) != []


def test_paper_has_the_strongest_link_of_each_account_before_the_second_of_any(made: Document) -> None:
    (table,) = [block for block in actors.build(made) if isinstance(block, TableView) and block.name == "links"]
    people = {row["account_id"] for row in table.rows}
    printed = [table.rows[place] for place in table.told(len(people))]
    assert {row["account_id"] for row in printed} == people
    assert {row["account_id"]: row["weight_bits"] for row in printed} == {
        account: max(row["weight_bits"] for row in table.rows if row["account_id"] == account and row["kept"]) for account in people
    }
    assert len(people) < table.paper < len(table.rows)
    held = sum(row["kept"] for row in table.rows)
    assert all(table.rows[place]["kept"] for place in table.told(held)), "what was rejected comes last"
