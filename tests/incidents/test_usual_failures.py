"""Services of which a part always fails: what is more than their usual is found, and their usual is no incident."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests import sites
from tests.traffic import at, failing, found, traffic

MINUTE = timedelta(minutes=1)
BEGIN, FINISH = at(0), at(6)
NIGHTS = tuple((at(day, 2), at(day, 4)) for day in range(6))


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return traffic("diurnal", 21, days=6)


def answered(
    frame: pl.DataFrame, status: int, share: float, start: datetime = BEGIN, end: datetime = FINISH, seed: int = 4
) -> pl.DataFrame:
    """A share of the requests between the moments is answered so."""
    draw = pl.lit(pl.Series(np.random.default_rng(seed).random(frame.height)))
    hit = pl.col("started_at").is_between(start, end, closed="left") & (draw < share)
    return frame.with_columns(status=pl.when(hit).then(status).otherwise("status"))


@pytest.mark.parametrize(("status", "usual", "then"), [(500, 0.08, 0.2), (500, 0.08, 0.4), (429, 0.3, 0.65)])
def test_more_than_the_part_that_always_fails_is_an_outage_of_everything(tmp_path, quiet, status, usual, then):
    frame = answered(quiet, status, usual)
    start, end = at(4, 12), at(4, 13)
    case, incidents = found(tmp_path, answered(frame, status, (then - usual) / (1 - usual), start, end, seed=5))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("errors", "everything")
    assert abs(row["started_at"] - start) <= 2 * MINUTE
    assert abs(row["ended_at"] - end) <= 2 * MINUTE


def test_a_part_that_always_fails_and_twice_as_much_every_night_is_no_incident(tmp_path, quiet):
    frame = answered(quiet, 500, 0.08)
    for start, end in NIGHTS:
        frame = answered(frame, 500, 0.1, start, end, seed=6)
    case, incidents = found(tmp_path, frame)
    case.close()
    assert incidents == []


def test_one_request_of_fifty_that_fails_for_a_day_is_one_incident_of_everything(tmp_path, quiet):
    """No hour of it is much; it was found as four pieces, of four routes."""
    start, end = at(3, 9), at(4, 9)
    case, incidents = found(tmp_path, answered(quiet, 500, 0.02, start, end, seed=8))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("errors", "everything")
    assert abs(row["started_at"] - start) <= 45 * MINUTE
    assert abs(row["ended_at"] - end) <= 45 * MINUTE


def test_one_request_of_fifty_that_fails_every_night_is_none(tmp_path, quiet):
    frame = quiet
    for start, end in NIGHTS:
        frame = answered(frame, 500, 0.02, start - 120 * MINUTE if start > BEGIN + 1440 * MINUTE else start, end + 240 * MINUTE, seed=6)
    case, incidents = found(tmp_path, frame)
    case.close()
    assert incidents == []


@pytest.mark.parametrize(("often", "told"), [(1, 1), (5, 0)])
def test_one_of_fifty_of_very_many_is_found_within_minutes_unless_it_comes_each_day(tmp_path, often, told):
    """A busy service of half an hour in each of six days: two hundred failures stand out though their share is small."""
    site = sites.Site("wiki", 60, 6, swing=0.1, weekend=1.0, pages=1, pictures=0, noise=0.02, whole_seconds=False)
    busy = sites.requests(site, np.random.default_rng(3), np.full(60, 900.0))
    frame = pl.concat([sites.quiet(site, 3), *(busy.with_columns(pl.col("started_at") + timedelta(days=d, hours=12)) for d in range(6))])
    frame = frame.sort("started_at", maintain_order=True)
    for day in range(6 - often, 6):
        start = sites.START + timedelta(days=day, hours=12, minutes=20)
        frame = answered(frame, 503, 0.02, start, start + 12 * MINUTE, seed=day)
    case, incidents = found(tmp_path, frame)
    case.close()
    errors = [row for row in incidents if row["kind"] == "errors"]
    assert len(errors) == told
    assert all(abs(row["started_at"] - start) <= MINUTE and abs(row["ended_at"] - start - 12 * MINUTE) <= MINUTE for row in errors)


@pytest.mark.parametrize(("days", "scopes"), [(1, ["canary"]), (6, [])])
def test_a_host_that_fails_in_all_its_hours_is_told_unless_it_has_for_days(tmp_path, quiet, days, scopes):
    """A canary gets a few requests of three hours of one day, or of every day; most of them fail."""
    draw = pl.lit(pl.Series(np.random.default_rng(3).random(quiet.height)))
    hours = pl.any_horizontal(pl.col("started_at").is_between(at(5 - day, 12), at(5 - day, 15), closed="left") for day in range(days))
    frame = quiet.with_columns(logged_by=pl.when(hours & (draw < 0.03)).then(pl.lit("canary")).otherwise("logged_by"))
    case, incidents = found(tmp_path, failing_of(frame, "canary", 0.6))
    case.close()
    assert [row["scope"] for row in incidents] == scopes


def failing_of(frame: pl.DataFrame, host: str, share: float) -> pl.DataFrame:
    """Most answers of a host fail."""
    bad = failing(frame.filter(pl.col("logged_by") == host), at(0), at(6), share)
    return pl.concat([frame.filter(pl.col("logged_by") != host), bad]).sort("started_at", maintain_order=True)


def test_a_small_route_among_many_that_fails_for_hours_is_found(tmp_path, quiet):
    """Thirty routes are asked for more than it, and it has six requests an hour."""
    draw = pl.lit(pl.Series(np.random.default_rng(11).random(quiet.height)))
    letter = pl.Series([chr(97 + n // 5) * 2 + chr(97 + n % 5) for n in range(30)])
    route = pl.format("/{}/list", pl.lit(letter).gather(pl.int_range(pl.len()) % 30))
    frame = quiet.with_columns(path=pl.when(draw < 0.006).then(pl.lit("/export/month")).otherwise(route))
    start, end = at(4, 9), at(4, 16)
    case, incidents = found(tmp_path, failing(frame, start, end, 0.95, route="/export"))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("errors", "/export/month")
    assert row["started_at"] >= start
    assert row["ended_at"] <= end
