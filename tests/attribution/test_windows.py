"""Windows of comparison that are no placebos: other hours of the days around, and what lies between the incidents."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from forensics.attribution.windows import (
    APART,
    FORTNIGHT,
    MOST_HOURS,
    Window,
    between,
    earlier_windows,
    last_minutes,
    load_window,
    other_hours,
    whole_window,
)

BEGUN = datetime(2024, 3, 1)


def window(day: float, minutes: float, length: float = 30) -> Window:
    start = BEGUN + timedelta(days=day, minutes=minutes)
    return Window(start, start + timedelta(minutes=length))


@pytest.mark.parametrize("days", [2, 6, 40])
def test_other_hours_are_as_long_and_neither_near_the_incident_nor_in_another(days: int) -> None:
    covered, own, other = Window(BEGUN, BEGUN + timedelta(days=days)), window(days - 1, 600), window(0, 300, 90)
    found = other_hours(own, window(days - 1, 600, 120), covered, [other])
    assert 20 <= len(found) <= MOST_HOURS
    assert {w.minutes for w in found} == {30}
    assert not any(w.meets(other) or w.meets(Window(own.start - APART, own.end + APART + timedelta(minutes=90))) for w in found)
    assert all(max(covered.start, own.start - FORTNIGHT) <= w.start and w.end <= covered.end for w in found)


def test_a_log_shorter_than_the_window_has_no_other_hours() -> None:
    assert other_hours(window(0, 10), window(0, 10), Window(BEGUN, BEGUN + timedelta(minutes=40)), []) == []


@pytest.mark.parametrize(("logged", "minutes", "compared"), [(30, 10, 2), (20, 10, 1), (12, 3, 3), (10, 3, 2), (9, 10, 0)])
def test_where_the_log_hardly_begins_before_the_impact_its_last_minutes_are_compared_with_those_before(
    logged: int, minutes: int, compared: int
) -> None:
    incident = {"kind": "errors", "started_at": BEGUN + timedelta(minutes=logged), "ended_at": BEGUN + timedelta(minutes=logged + 5)}
    covered = Window(BEGUN, BEGUN + timedelta(hours=1))
    last = last_minutes(incident, load_window(incident), covered)
    assert last.end == incident["started_at"]
    assert (last.minutes, len(earlier_windows(last, covered, []))) == (minutes, compared)


@pytest.mark.parametrize(("known", "minutes"), [({}, 0), ({"last_at": BEGUN + timedelta(minutes=90)}, 90)])
def test_what_goes_on_beyond_the_end_of_the_log_lasts_to_its_end(known: dict[str, datetime], minutes: int) -> None:
    incident = {"kind": "errors", "started_at": BEGUN, "ended_at": None} | known
    assert whole_window(incident).end == BEGUN + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("masked", "left"),
    [
        ([], [(0, 1440)]),
        ([(0, 60), (50, 20), (200, 2000)], [(70, 200)]),
        ([(-100, 200), (1400, 10)], [(100, 1400), (1410, 1440)]),
        ([(2000, 10), (3000, 10)], [(0, 1440)]),
    ],
)
def test_what_is_left_between_windows(masked: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    found = between(Window(BEGUN, BEGUN + timedelta(days=1)), [window(0, start, length) for start, length in masked])
    assert [((w.start - BEGUN) / timedelta(minutes=1), (w.end - BEGUN) / timedelta(minutes=1)) for w in found] == left
