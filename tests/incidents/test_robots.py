"""Robots that come without an account: what they ask for is their own business, and says nothing of what people ask for."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests.traffic import START, at, events, found, traffic

NIGHT = at(4, 3)
ALONE = {1: 1.0}


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    """A week of a service at which people ask by themselves."""
    return traffic("diurnal", 43, days=7)


def robots(begin: datetime, minutes: float, per_second: float, addresses: dict[int, float], path: str | None = None) -> pl.DataFrame:
    """Requests without an account, evenly spaced, from these numbers of addresses, each with its share of them."""
    count = int(minutes * 60 * per_second)
    rng = np.random.default_rng(7)
    frame = events(rng, (begin - START).total_seconds() + np.arange(count) / per_second, np.zeros(count, dtype=int), 0.0)
    which = rng.choice(list(addresses), count, p=list(addresses.values()))
    address = pl.format("198.19.{}.7", pl.Series(which))
    frame = frame.with_columns(user_name=pl.lit(None, pl.String), client_ip=address, user_agent=pl.lit("fetch/1.0"))
    return frame if path is None else frame.with_columns(path=pl.lit(path))


def with_robots(frame: pl.DataFrame, *more: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, *more]).sort("started_at", maintain_order=True)


@pytest.mark.parametrize(
    ("per_second", "addresses", "incident"),
    [
        (4.0, ALONE, False),
        (4.0, {1: 0.6, 2: 0.4}, False),
        (25.0, ALONE, True),  # a flood, whoever it is
        (4.0, dict.fromkeys(range(200), 0.005), True),  # a crowd, or what poses as one
    ],
)
def test_a_mirror_at_night_that_harms_nobody_is_no_incident(tmp_path, quiet, per_second, addresses, incident):
    case, incidents = found(tmp_path, with_robots(quiet, robots(NIGHT, 15, per_second, addresses)))
    case.close()
    assert [row["kind"] for row in incidents] == ["surge"] * incident


def test_a_crowd_through_the_proxy_that_most_people_use_is_one(tmp_path, quiet):
    everyday = quiet.with_columns(pl.lit(None, pl.String).alias("user_name"), client_ip=pl.lit("198.19.1.7"))
    case, incidents = found(tmp_path, with_robots(everyday, robots(NIGHT, 15, 4.0, ALONE)))
    case.close()
    assert [row["kind"] for row in incidents] == ["surge"]


def test_what_nobody_asks_for_in_a_quiet_hour_is_not_missed_beside_a_robot_that_asks_for_something_else(tmp_path):
    """Three hours are as busy as they like; in quiet ones a robot makes up for the people, and asks for one thing."""
    frame, rng = traffic("heavy-tailed", 44, days=10, per_second=0.7), np.random.default_rng(2)
    kept = rng.uniform(0.2, 1.0, 80)
    kept[52] = 0.2
    hours = (frame["started_at"] - START).dt.total_minutes().to_numpy() // 180
    people = frame.filter(pl.Series(rng.random(frame.height) < kept[hours]))
    case, incidents = found(tmp_path, with_robots(people, robots(at(6, 12.5), 100, 0.8, ALONE, "/explore")))
    case.close()
    assert incidents == []


def test_a_route_that_is_lost_is_missed_though_the_total_hardly_moves(tmp_path, quiet):
    begin, end = at(4, 12), at(4, 13)
    lost = quiet["started_at"].is_between(begin, end, closed="left") & quiet["path"].str.starts_with("/cdn")
    case, incidents = found(tmp_path, quiet.filter(~lost))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("silence", "/cdn/images/{id}.png")
    assert abs(row["started_at"] - begin) + abs(row["ended_at"] - end) <= timedelta(minutes=2)


def test_people_who_stay_away_while_health_checks_go_on_are_everybody(tmp_path):
    """Most lines are a probe's, which goes on: it is no single route that fell silent."""
    start, end = at(4, 9), at(4, 10)
    people = traffic("diurnal", 43, days=7)
    probe = robots(START, 7 * 1440, 0.5, ALONE, "/healthz")
    gone = people.filter(~pl.col("started_at").is_between(start, end, closed="left"))
    case, incidents = found(tmp_path, with_robots(gone, probe))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("collapse", "everything")
    assert row["summary"].startswith("The service lost a part of its load from")
    assert abs(row["started_at"] - start) <= timedelta(minutes=2) >= abs(row["ended_at"] - end)
