"""Times in text: the quick reading of a batch that is written alike gives what reading each value by itself gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.formats.instants import to_instant

NOTATIONS = (
    *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S,%f", "%Y-%m-%dT%H:%M:%S+02:00"),
    *("%Y-%m-%dT%H:%M:%S-0330", "%d/%b/%Y:%H:%M:%S +0100", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%dT%H:%M:%S"),
)
ODD = (
    *("2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00.12Z"),
    *(
        "2026-01-01T00:00:00ZZ",
        " 2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.1234567Z",
        "2026-01-01T00:00:00.123456789Z",
        "x",
        "",
        "-",
        "1772409600",
        "1772409600123",
    ),
    *("2026-1-01T00:00:00Z", "+026-01-01T00:00:00Z", "2026- 1-01T00:00:00Z", "2026-01-01T00:00:-1Z", "1/Mar/2026:00:00:00 +0000"),
    *("2026-01-01T0:00:000Z", "2026-01-01T00:00:00.+12Z", "2026-01-01T00:00:00. 12Z", "01/Mär/2026:00:00:00 +0000", "nan", "1e400"),
)
moments = st.datetimes(datetime(1999, 1, 1), datetime(2040, 1, 1)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
written = st.tuples(moments, st.sampled_from(NOTATIONS)).map(lambda pair: pair[0].strftime(pair[1]))


@cache
def by_itself(text: str | None, zone: str) -> datetime | None:
    return to_instant(pl.Series("t", ["no time", text], dtype=pl.String), zone)[1]


@settings(max_examples=200, deadline=None)
@given(st.lists(written | st.sampled_from(ODD) | st.none(), min_size=1, max_size=8), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_a_time_does_not_depend_on_its_neighbours(texts: list[str | None], zone: str) -> None:
    together = to_instant(pl.Series("t", texts, dtype=pl.String), zone).to_list()
    assert together == [by_itself(text, zone) for text in texts]


@pytest.mark.parametrize("notation", NOTATIONS)
@given(st.lists(moments, min_size=1, max_size=5))
def test_times_are_those_that_python_reads(notation: str, found: list[datetime]) -> None:
    texts = [moment.strftime(notation) for moment in found]
    literal = {"+02:00": timedelta(hours=2), "-0330": -timedelta(hours=3.5), "+0100": timedelta(hours=1)}
    offset = next((delta for mark, delta in literal.items() if notation.endswith(mark)), timedelta(0))
    kept = [moment if "%f" in notation else moment.replace(microsecond=0) for moment in found]
    assert to_instant(pl.Series("t", texts)).to_list() == [moment - offset for moment in kept]


def test_fractions_of_three_and_six_digits() -> None:
    for text in ("2026-03-02T00:00:00.125Z", "2026-03-02T00:00:00.125000+00:00", "2026-03-02 00:00:00,125"):
        assert (
            to_instant(pl.Series("t", [text] * 3)).to_list()
            == [datetime(2026, 3, 2, 0, 0, 0, 125_000, tzinfo=UTC).replace(tzinfo=None)] * 3
        )


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize(
    "form", ["2026-03-02T00:00:06.{}Z", "2026-03-02 00:00:06,{}", "02/Mar/2026:00:00:06.{} +0530", "2026-03-02T00:00:60.{}Z"]
)
def test_nanoseconds_are_cut_to_microseconds_alike_whatever_stands_first(form: str, time_zone: str) -> None:
    """What is written as the first time is takes another way than the others do."""
    fractions = ["589545005", "999999999", "000000999", "58954500", "5", "589545", "+89545005", "5895450050"]
    times = [form.format(fraction) for fraction in fractions]
    by_notation = to_instant(pl.Series(times), time_zone)
    one_by_one = to_instant(pl.Series(["no time", *times]), time_zone)[1:]
    assert by_notation.to_list() == one_by_one.to_list()
    assert form.startswith("2026-03-02T00:00:60") or [at.microsecond for at in by_notation[:4]] == [589545, 999999, 0, 589545]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 01:00:01.25 +0100 CET",
        "2026-03-02 00:00:01.25 +0000 UTC m=+12.5",
        "2026-03-02 05:30:01.25 +0530 +0530",
        '{"$date":"2026-03-02T00:00:01.25Z"}',
        '{"$date":{"$numberLong":"1772409601250"}}',
        '{"seconds":1772409601,"nanos":250000000}',
        '{"seconds":"1772409601","nanos":250000000}',
    ],
)
def test_times_of_go_and_times_in_objects(text: str) -> None:
    assert to_instant(pl.Series("t", ["x", text])).to_list() == [None, datetime(2026, 3, 2, 0, 0, 1, 250_000)]


def test_an_object_that_holds_no_time_is_none() -> None:
    assert to_instant(pl.Series("t", ['{"a":1772409601}', '{"seconds":"soon"}', "{}", "{"])).null_count() == 4


@pytest.mark.parametrize(
    "odd", ["2026-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00z"]
)
def test_one_time_that_is_none_costs_its_neighbours_nothing(odd: str) -> None:
    good = [f"20{year:02}-02-{day:02}T23:59:59Z" for year in (0, 24, 26) for day in (1, 28)] + ["2024-02-29T00:00:00Z"]
    read = to_instant(pl.Series([*good, odd])).to_list()
    assert read[:-1] == [datetime.fromisoformat(text.removesuffix("Z")) for text in good]
    assert read[-1] == to_instant(pl.Series(["no time", odd]))[1]
