"""What comes again at the same hours is usual there; what does not is told, though something like it comes elsewhere."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.traffic import at, crowd, found, slow, traffic

from forensics.incidents.recurring import comes_again

MINUTE = timedelta(minutes=1)
BATCH = (2.0, 3.0)


@pytest.mark.parametrize(("days", "when"), [((6, 13, 20), BATCH), ((6, 20), BATCH), ((6, 13, 18, 20), (9.0, 10.0))])
def test_a_batch_of_every_week_is_no_surge_and_one_of_some_weeks_is(tmp_path, days, when):
    """Three Sundays of a log of three weeks; two of three; and a Friday besides, which is told alone."""
    frame = traffic("diurnal", 31, days=21, per_second=0.15)
    for day in days:
        frame = crowd(frame, at(day, when[0]), at(day, when[1]), 3.0, seed=day)
    case, incidents = found(tmp_path, frame)
    case.close()
    wanted = {(6, 13, 20): [], (6, 20): [6, 20]}.get(days, [18])
    assert [row["kind"] for row in incidents] == ["surge"] * len(wanted)
    assert all(abs(row["started_at"] - at(day, when[0])) <= 3 * MINUTE for row, day in zip(incidents, wanted, strict=True))


@pytest.mark.parametrize(("nights", "told"), [(range(8), 0), ((2, 5), 2)])
def test_a_backup_that_slows_every_night_is_no_incident(tmp_path, nights, told):
    frame = traffic("diurnal", 32, days=8)
    for day in nights:
        frame = slow(frame, at(day, 3), at(day, 3.4))
    case, incidents = found(tmp_path, frame)
    case.close()
    assert [row["kind"] for row in incidents] == ["latency"] * told


def test_too_few_other_days_say_nothing():
    values = np.zeros(3 * 1440)
    values[[100, 1540]] = 9.0
    assert not comes_again(values[: 2 * 1440], 100, 100, 5.0), "one other day is no habit"
    assert not comes_again(values, 100, 100, 5.0), "of two other days one is too few"
    values[2980] = 9.0
    assert comes_again(values, 100, 100, 5.0)
