"""Every format of the registry reads its own samples, keeps its place in the frame, and cites a specification."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from forensics.formats.base import Format, ReadOptions, Sample
from forensics.formats.registry import all_formats
from forensics.formats.schema import EVENTS, OUTCOME

FORMATS = all_formats()


def lines_of(*raw: str) -> pl.DataFrame:
    return pl.DataFrame({"line": list(range(1, len(raw) + 1)), "raw": list(raw)}, schema={"line": pl.Int64, "raw": pl.String})


def differences(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    extra = {entry["key"]: entry["value"] for entry in row["extra"] or ()}
    found = {}
    for key, wanted in expected.items():
        value = {name: extra.get(name) for name in wanted} if key == "extra" else row[key]
        if isinstance(value, datetime) and isinstance(wanted, str):
            wanted = datetime.fromisoformat(wanted.replace("Z", "+00:00")).replace(tzinfo=None)
        if value != (pytest.approx(wanted) if isinstance(wanted, float) else wanted):
            found[key] = (wanted, value)
    return found


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_samples_are_read_as_expected(entry: Format) -> None:
    assert entry.samples
    frame = entry.open(ReadOptions())(lines_of(*(sample.line for sample in entry.samples)))
    for row, sample in zip(frame.to_dicts(), entry.samples, strict=True):
        if "outcome" not in sample.expected and not sample.line.startswith("#"):
            assert row["outcome"] == "event", (entry.name, sample.line, row["reason"])
        assert not differences(row, dict(sample.expected)), sample.line


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_frames_keep_rows_order_and_schema(entry: Format) -> None:
    hostile = ["", "-", "{", "{}", "[]", "\x00", "null", '{"a":', "é" * 10, '"', " ".join(["-"] * 40), "a\tb\tc", "#Fields:", "#"]
    raw = [*hostile, *(sample.line for sample in entry.samples), *hostile]
    frame = entry.open(ReadOptions())(lines_of(*raw))
    assert dict(frame.schema) == {**EVENTS, **OUTCOME}
    assert frame["line"].to_list() == list(range(1, len(raw) + 1))
    assert set(frame["outcome"]) <= {"event", "skipped", "rejected"}
    assert frame.filter(pl.col("outcome") != "event")["reason"].null_count() == 0
    assert frame.filter(pl.col("outcome") == "event")["timestamp"].null_count() == 0


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_batches_may_be_cut_anywhere(entry: Format) -> None:
    raw = [sample.line for sample in entry.samples] * 2
    whole = entry.open(ReadOptions())(lines_of(*raw))
    parser = entry.open(ReadOptions())
    single = pl.concat([parser(lines_of(*raw)[index : index + 1]) for index in range(len(raw))])
    assert whole.equals(single)


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_an_empty_batch_is_no_trouble(entry: Format) -> None:
    assert entry.open(ReadOptions())(lines_of()).is_empty()


def test_names_are_unique_and_references_are_addresses() -> None:
    names = [entry.name for entry in FORMATS]
    assert len(set(names)) == len(names)
    assert all(entry.reference.startswith("https://") for entry in FORMATS)
    assert all(isinstance(sample, Sample) for entry in FORMATS for sample in entry.samples)


@pytest.mark.parametrize("name", ["aws_cloudfront_json", "azure_app_gateway", "azure_front_door", "azure_app_service"])
def test_times_that_are_utc_by_specification_are_so_whatever_zone_is_given(name: str) -> None:
    """``--time-zone`` is given for the logs beside them that need it."""
    entry = next(entry for entry in FORMATS if entry.name == name)
    lines = lines_of(*(re.sub(r'((?:\d\d:){2}\d\d[\d.]*)(?:Z|\+00:00)"', r'\1"', sample.line) for sample in entry.samples))
    assert_frame_equal(entry.open(ReadOptions(time_zone="Asia/Tokyo"))(lines), entry.open(ReadOptions())(lines))
