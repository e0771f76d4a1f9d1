"""Counts of requests by the minute are no requests; a count beside requests is no count of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.errors import ForensicsError
from forensics.progress import Silent


def rows(name: str, stamp: str, count: str) -> tuple[str, str]:
    """Return the same rows as a table and as JSON lines; ``{n}`` is the number of the row."""
    cells = [
        {"timestamp": stamp.format(n=n), "method": "GET", "path": f"/api/{n % 3}", "status": "200", name: count.format(n=n)}
        for n in range(10, 40)
    ]
    table = "\n".join([",".join(cells[0]), *(",".join(row.values()) for row in cells), ""])
    return table, "".join(json.dumps(row) + "\n" for row in cells)


def loaded(folder: Path, text: str) -> int:
    (folder / "export").write_text(text)
    with new_case(folder / "case") as case:
        return int(load(case, [str(folder / "export")], LoadOptions(), Silent()).loaded[0]["parsed"])


@pytest.mark.parametrize("name", ["count", "count(*)", "Hits", "requests"])
@pytest.mark.parametrize("of", [0, 1], ids=["table", "JSON"])
def test_sums_are_refused_by_what_they_are(tmp_path: Path, name: str, of: int) -> None:
    with pytest.raises(ForensicsError, match=rf"(?i)is a table of counts \({name.replace('(*)', '')}"):
        loaded(tmp_path, rows(name, "2024-03-02T00:{n}:00Z", "{n}")[of])


@pytest.mark.parametrize(
    ("name", "stamp", "count"),
    [
        ("count", "2024-03-02T00:{n}:07Z", "{n}"),  # what a search found
        ("count", "2024-03-02T00:{n}:00Z", "1"),  # counted one by one
        ("price", "2024-03-02T00:{n}:00Z", "{n}"),
    ],
)
@pytest.mark.parametrize("of", [0, 1], ids=["table", "JSON"])
def test_requests_with_a_number_of_their_own_are_read(tmp_path: Path, name: str, stamp: str, count: str, of: int) -> None:
    assert loaded(tmp_path, rows(name, stamp, count)[of]) == 30


@pytest.mark.parametrize(
    ("name", "stamp", "count"),
    [
        ("count", "2024-03-02T00:{n}:00Z", "{n}.0"),
        ("count_requests", "2024-03-02T00:{n}:00Z", '"1,1{n}"'),
        ("hits", "2024-03-02T{n}:00:50Z", "{n}"),
    ],
)
def test_however_the_sums_are_written(tmp_path: Path, name: str, stamp: str, count: str) -> None:
    table = rows(name, stamp, count)[0].splitlines(keepends=True)
    with pytest.raises(ForensicsError, match=rf"is a table of counts \({name}"):
        loaded(tmp_path, "".join(table[:15]))


def test_fractions_count_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, rows("count", "2024-03-02T00:{n}:00Z", "0.{n}")[0]) == 30


@pytest.mark.parametrize("of", [0, 1], ids=["table", "JSON"])
def test_what_is_refused_for_its_times_is_no_table_of_counts(tmp_path: Path, of: int) -> None:
    with pytest.raises(ForensicsError) as refused:
        loaded(tmp_path, rows("hits", "le 2 mars a 15h{n}", "1")[of])
    assert "table of counts" not in str(refused.value)
