"""What happened in one part is told of that part, with the part's own times; what happened in all of them is told of everything."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests import sites
from tests.traffic import at, failing, found, traffic

from forensics.incidents.episodes import Found, parted
from forensics.incidents.look import View, look
from forensics.incidents.narrowing import narrowed
from forensics.incidents.series import EVERYTHING, Axis, Scope, Series
from forensics.incidents.windows import Window

MINUTE = timedelta(minutes=1)
EAST, WEST = Scope("host", "east"), Scope("host", "west")


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    """Three hosts."""
    frame = traffic("diurnal", 51, days=6, per_second=0.3)
    return frame.with_columns(logged_by=pl.format("edge-{}", pl.int_range(pl.len()) * 7 % 3 + 1))


@pytest.mark.parametrize(("hosts", "scope"), [(["edge-3"], "edge-3"), (["edge-1", "edge-2", "edge-3"], "everything")])
def test_one_slow_host_of_three_is_named_and_its_own_minutes_say_when(tmp_path, quiet, hosts, scope):
    start, end = at(4, 9), at(4, 9.75)
    hit = pl.col("started_at").is_between(start, end, closed="left") & pl.col("logged_by").is_in(hosts)
    slower = pl.when(hit).then(pl.col("duration_ms") * 5).otherwise("duration_ms")
    case, incidents = found(tmp_path, quiet.with_columns(duration_ms=slower))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("latency", scope)
    assert abs(row["started_at"] - start) <= 2 * MINUTE
    assert abs(row["ended_at"] - end) <= 2 * MINUTE


@pytest.mark.parametrize(("second", "scopes"), [("/cdn", ["/api/jobs/{id}", "/cdn/images/{id}.png"]), ("/api/jobs", ["/api/jobs/{id}"])])
def test_what_fails_elsewhere_hours_later_is_no_relapse(tmp_path, quiet, second, scopes):
    frame = failing(quiet, at(4, 9), at(4, 9.5), 0.9, route="/api/jobs")
    case, incidents = found(tmp_path, failing(frame, at(4, 12), at(4, 12.5), 0.9, route=second, seed=2))
    case.close()
    assert [row["scope"] for row in incidents] == scopes
    assert abs(incidents[-1]["ended_at"] - at(4, 12.5)) <= MINUTE


@pytest.mark.parametrize(
    ("gap", "scopes", "incidents"),
    [(180, [EAST, WEST], 2), (180, [EAST, EAST], 1), (180, [EVERYTHING, WEST], 1), (40, [EAST, WEST], 1), (40, [EAST, EVERYTHING], 2)],
)
def test_episodes_of_other_parts_are_other_incidents_unless_they_follow_within_the_hour(gap, scopes, incidents):
    windows = tuple(Window("errors", EVERYTHING, first, first + 30, 20.0, 100.0) for first in (1000, 1030 + gap))
    whole = Found("errors", EVERYTHING, windows, tuple((w.first, w.last) for w in windows))
    told = parted(whole, lambda episode: scopes[0] if episode.first == 1000 else scopes[1])
    assert [len(f.episodes) for f in told] == [1] * incidents if incidents > 1 else [2]
    assert [w for f in told for w in f.windows] == list(windows)


@pytest.mark.parametrize(("others", "where"), [(20, "/a"), (3, "everything")])
def test_that_a_handful_of_others_were_answered_makes_no_route_of_it(others, where):
    """In one minute the busiest route fails; that the three others were answered may be chance, that twenty were is none."""
    minutes, route = 3000, Scope("route", "/a")
    failed, none = np.where(np.arange(minutes) == 2000, 7.0, 0.0), np.zeros(minutes)

    def seen(scope: Scope, load: float) -> View:
        series = Series(scope, none + load, failed, none, none + load, none, none + np.nan, none + 0.5, none + 0.5)
        return look(Axis(datetime(2024, 2, 19), minutes), series, np.zeros(minutes, dtype=bool))

    whole = Found("errors", EVERYTHING, (Window("errors", EVERYTHING, 2000, 2000, 20.0, 7.0),), ((2000, 2000),))
    assert narrowed(whole, seen(EVERYTHING, 8.0 + others), {route: seen(route, 8.0)}, ()).scope.name == where


@pytest.mark.parametrize(("nights", "told"), [(range(7), 0), ((1, 5), 2)])
def test_a_route_that_is_slow_as_everything_is_every_night_is_no_incident(tmp_path, nights, told):
    """Few requests ask for the route: of its own nights too few show that it is slow in all of them."""
    site = sites.Site("nightly_backup", 25, 7, 0.55, 15, 0.7, pages=3, pictures=0.5, hosts=3, routes=12, timed=True, accounts=True)
    frame = sites.quiet(site, 1962)
    minute = (pl.col("started_at") - sites.START).dt.total_minutes()
    hit = (minute // 1440).is_in(list(nights)) & (minute % 1440).is_between(120, 149)
    slower = pl.when(hit).then(pl.col("duration_ms") * 3).otherwise("duration_ms")
    case, incidents = found(tmp_path, frame.with_columns(duration_ms=slower))
    case.close()
    assert [(row["kind"], row["scope"]) for row in incidents] == [("latency", "everything")] * told


def test_what_failed_in_one_route_alone_is_bounded_as_the_route_failed(tmp_path):
    """Uploads are one request in thirty, at night one in two minutes: of everything a ratio that counts is there later."""
    site = sites.Site("uploads", 30, 6, 0.4, 13, 0.8, pages=1, pictures=0, hosts=3, routes=12, accounts=True, whole_seconds=False)
    frame, start, end = sites.quiet(site, 7), sites.START + timedelta(days=3, hours=3.5), sites.START + timedelta(days=3, hours=6.5)
    upload = pl.int_range(pl.len()) % 33 == 0
    failing_upload = upload & pl.col("started_at").is_between(start, end, closed="left")
    frame = frame.with_columns(
        path=pl.when(upload).then(pl.lit("/upload")).otherwise("path"), status=pl.when(failing_upload).then(507).otherwise("status")
    )
    case, incidents = found(tmp_path, frame)
    case.close()
    (row,) = incidents
    assert row["scope"] == "/upload"
    assert abs(row["started_at"] - start) <= 5 * MINUTE
    assert abs(row["ended_at"] - end) <= 5 * MINUTE


def test_a_flood_of_an_address_of_its_own_does_not_hide_that_everything_is_slow(tmp_path):
    """All that is known of the flood's address is how slow it was then: that is no usual to measure it by."""
    site = sites.Site("flooded", 20, 5, 0.65, 15, 0.7, pages=3, pictures=2, hosts=2, routes=14, timed=True)
    rng, start = np.random.default_rng(3), sites.START + timedelta(days=3, hours=17.2)
    flood = sites.events(site, rng, np.sort(rng.random(5000)) * 1300, rng.integers(5000, 9000, 5000)).with_columns(
        started_at=pl.col("started_at") + (start - sites.START), path=pl.lit("/search")
    )
    frame = pl.concat([sites.quiet(site, 8), flood]).sort("started_at", maintain_order=True)
    slower = pl.when(pl.col("started_at").is_between(start, start + 22 * MINUTE)).then(pl.col("duration_ms") * 7).otherwise("duration_ms")
    case, incidents = found(tmp_path, frame.with_columns(duration_ms=slower))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["scope"]) == ("latency", "everything")
    assert abs(row["started_at"] - start) <= 2 * MINUTE
