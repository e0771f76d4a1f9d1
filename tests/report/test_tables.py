"""CSV of whole columns against the cell by cell rule: the same bytes for hostile text, lists, times, maps and numbers."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.case.case import Case
from forensics.case.status import brief, section
from forensics.incidents.listing import ranked
from forensics.report import write
from forensics.report.incident_view import short
from forensics.report.tables import as_csv, as_json, as_jsonl, cell, readable, write_table
from forensics.response.listing import response_listing
from forensics.text import counted

TEXTS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(
        ["=1+1", " =HYPERLINK()", "'quoted", "@SUM(A1)", "\t=x", "\r=x", "a,b", 'say "hi"', "two\nlines", "", "-", "+1", "%0", "|x"]
    ),
)


@given(st.lists(st.tuples(TEXTS, st.lists(st.text(max_size=5), max_size=3)), min_size=1, max_size=8))
def test_columns_are_written_as_cells_are(rows: list[tuple[str | None, list[str]]]) -> None:
    frame = pl.DataFrame({"text": [row[0] for row in rows], "list": [row[1] for row in rows], "n": list(range(len(rows)))})
    text = as_csv(frame)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["text", "list", "n"]
    assert read[1:] == [[cell(a), cell(b), str(n)] for n, (a, b) in enumerate(rows)]
    assert [row[0].removeprefix("'") for row in read[1:]] == [a or "" for a, _ in rows]


def test_every_other_type() -> None:
    frame = pl.DataFrame(
        {
            "at": [datetime(2024, 2, 29, 23, 59, 59, 5), None],
            "yes": [True, None],
            "share": [0.1, 1e-07],
            "paid": [Decimal("12.50"), None],
            "extra": [[{"key": "a", "value": "b"}], None],
        },
        schema_overrides={"paid": pl.Decimal(18, 4)},
    )
    lines = as_csv(frame).splitlines()
    assert lines[0] == "at,yes,share,paid,extra"
    assert lines[1].startswith("2024-02-29T23:59:59.000005Z,true,0.1,12.5,")
    assert lines[2] == ",,1e-07,,"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "'", "  ="])
def test_no_cell_is_a_formula_and_the_raw_value_can_be_recovered(start: str) -> None:
    raw = start + "cmd|' /C calc'!A0"
    written = next(csv.reader(io.StringIO(as_csv(pl.DataFrame({"x": [raw]})).partition("\n")[2], newline="")))[0]
    assert written == "'" + raw


def test_sums_of_whole_numbers_are_whole_in_every_style() -> None:
    whole, parts = [Decimal(319), Decimal(2**60 + 1), None], [Decimal("60.00"), Decimal("12.50"), None]
    frame = pl.DataFrame({"n": whole, "paid": parts}, schema={"n": pl.Decimal(38, 0), "paid": pl.Decimal(18, 2)})
    assert as_csv(frame).splitlines() == ["n,paid", "319,60.0", f"{2**60 + 1},12.5", ","]
    assert as_jsonl(frame).splitlines()[1] == f'{{"n": {2**60 + 1}, "paid": 12.5}}'
    assert '"n": 319,' in as_json(frame)
    assert readable(Decimal(1319)) == "1,319"


def test_one_of_a_thing_is_no_plural() -> None:
    assert [counted(1, "account"), counted(1204, "account"), counted(0, "account")] == ["1 account", "1,204 accounts", "0 accounts"]
    assert counted(2, "bot that answers", "bots that answer") == "2 bots that answer"


def test_what_a_terminal_lists_fits_a_hundred_characters_and_other_styles_carry_all(filled: Case, tmp_path: Path) -> None:
    files, choices = section(filled, "files"), response_listing(filled, None, "json", None)
    few = [brief(files), response_listing(filled, None, "table", None), short(ranked(filled), "table", None)]
    assert {"host", "time_zone", "duplicates", "first_at"} <= set(files.columns)
    assert {"incident_id", "basis", "accounts_hit"} <= set(choices.columns)
    assert "basis" not in few[1].columns
    for frame in few:
        write_table(frame, "Listing", tmp_path / "listing.txt")
        lines = (tmp_path / "listing.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == frame.height + 2  # title and heads, nothing folded
        assert max(len(line.rstrip()) for line in lines) <= 100


def test_a_table_written_in_pieces_is_the_same_text() -> None:
    frame = pl.DataFrame({"text": ["a\nb", 'q"', "=1", None, "x"], "only": [None, "", "é", "y", None], "n": [1, None, 3, 4, 5]})
    for rows in (1, 2, 5, 100):
        assert "".join(write.csv_pieces(frame.iter_slices(rows))) == as_csv(frame)
    assert "".join(write.csv_pieces([frame.clear()])) == as_csv(frame.clear())
