"""Every format reads its own samples, with the values that its specification gives them."""

from __future__ import annotations

import polars as pl
import pytest

from forensics.formats.base import Format, ReadOptions, Sample
from forensics.formats.registry import all_formats
from forensics.formats.schema import EVENTS, LINES, OUTCOME

SAMPLES = [pytest.param(entry, sample, id=f"{entry.name}-{n}") for entry in all_formats() for n, sample in enumerate(entry.samples)]


@pytest.mark.parametrize(("entry", "sample"), SAMPLES)
def test_a_format_reads_its_samples(entry: Format, sample: Sample) -> None:
    raw = sample.line.split("\n")
    lines = pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}, schema=LINES)
    read = entry.open(ReadOptions())(lines)
    assert dict(read.schema) == {**EVENTS, **OUTCOME}
    row = read.to_dicts()[-1]
    assert row["outcome"] == "event"
    row["extra"] = {pair["key"]: pair["value"] for pair in row["extra"] or []}
    for column, value in sample.expected.items():
        wanted = {key: row["extra"].get(key) for key in value} if column == "extra" else row[column]
        assert wanted == value, column


def test_every_format_says_where_it_is_specified() -> None:
    names = [entry.name for entry in all_formats()]
    assert len(names) == len(set(names))
    for entry in all_formats():
        assert entry.reference.startswith("https://"), entry.name
        assert entry.samples, entry.name
