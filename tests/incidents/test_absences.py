"""Which stretches without requests are somebody's rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests import sites
from tests.traffic import found

from forensics.incidents.absences import comes_daily
from forensics.incidents.series import Axis

MONDAY = datetime(2024, 2, 19)
DAY, HOUR = 1440, 60


def _office(weeks: int, closes: dict[int, int]) -> np.ndarray:
    """Requests of an office at work from 8 to 18 on weekdays, or until an hour that a weekday closes at."""
    minute = np.arange(weeks * 7 * DAY)
    day, hour = minute // DAY % 7, minute % DAY // HOUR
    until = np.array([closes.get(n, 18) for n in range(7)])[day]
    return np.where((day < 5) & (hour >= 8) & (hour < until), 10.0, 0.0)


@pytest.mark.parametrize(
    ("first", "last", "rest"),
    [
        ((25, 10), (27, 6), False),  # from a Friday morning to the Sunday: no other Friday is so
        ((27, 20), (28, 11), False),  # nor is a Monday morning, after whatever night
        ((26, 20), (28, 11), False),
        ((25, 18), (28, 8), True),  # every weekend is
        ((26, 3), (27, 15), True),
        ((22, 18), (23, 8), True),
        ((25, 18), (26, 8), True),
    ],
)
def test_a_friday_without_anybody_is_no_weekend(first: tuple[int, int], last: tuple[int, int], rest: bool) -> None:
    requests = _office(5, {})
    low, high = first[0] * DAY + first[1] * HOUR, last[0] * DAY + last[1] * HOUR
    wanted = max(float(requests[low:high].sum()), 50.0)
    requests[low:high] = 0.0
    assert comes_daily(Axis(MONDAY, len(requests)), requests, low, high - 1, wanted) == rest


def test_who_closes_at_noon_on_fridays_is_at_rest_then() -> None:
    requests = _office(4, {4: 12})
    assert comes_daily(Axis(MONDAY, len(requests)), requests, 18 * DAY + 12 * HOUR, 20 * DAY, 2000.0)


OFFICE = sites.Site(
    "bf", 25, 28, swing=0.98, peak=11, weekend=0.05, routes=12, hosts=2, timed=True, accounts=True, whole_seconds=False, pages=3,
    pictures=1, holidays=(10,),
)  # fmt: skip
MATCHES = sites.Site("cup", 60, 5, swing=0.6, peak=14, routes=10, pages=5, pictures=4)


def test_the_pauses_of_a_holiday_are_no_silence(tmp_path: Path) -> None:
    """A few come on that Thursday, as on Sundays: they are few, and pause."""
    case, rows = found(tmp_path, sites.quiet(OFFICE, 1239))
    case.close()
    assert [row["incident_id"] for row in rows] == []


def test_a_crowd_of_most_evenings_that_stays_away_is_no_collapse(tmp_path: Path) -> None:
    """Matches on three evenings of five: on the others nothing happens."""
    world = sites.World(MATCHES, sites.quiet(MATCHES, 9), np.random.default_rng(4))
    for day in (1, 2, 3):
        world.crowd(sites.START + timedelta(days=day, hours=19), 110, 4.5, 50, 20)
    case, rows = found(tmp_path, world.frame)
    case.close()
    assert [row["incident_id"] for row in rows if row["kind"] == "collapse"] == []
