"""What comes and goes with what was masked is told only when it is clear."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from forensics.incidents.baseline import spreads
from forensics.incidents.chance import Chance
from forensics.incidents.detectors.collapse import _collapses
from forensics.incidents.detectors.refusals import detect as refused
from forensics.incidents.detectors.silence import detect as silences
from forensics.incidents.detectors.surge import detect as surges
from forensics.incidents.look import View, look
from forensics.incidents.series import EVERYTHING, Axis, Bools, Floats, Scope, Series
from forensics.incidents.survey import _missed, _steady
from forensics.incidents.windows import Window


def window(signal: str, first: int, score: float) -> Window:
    return Window(signal, EVERYTHING, first, first + 50, score, 500.0)


BOTH = window("silence", 100, 7.5)


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        ([BOTH], [window("silence", 110, 7.2)], [110]),
        ([BOTH, window("surge", 400, 9.7)], [BOTH, window("collapse", 900, 7.3)], [100, 400]),
        ([BOTH, window("surge", 400, 8.0)], [BOTH, window("collapse", 900, 12.0)], [100, 900]),
        ([window("surge", 100, 8.0)], [window("collapse", 100, 8.0)], []),
    ],
    ids=["the later bounds", "a clear one of the earlier fit", "a clear one of the later fit", "neither"],
)
def test_what_only_one_of_two_fits_shows_must_be_clear(before: list[Window], now: list[Window], kept: list[int]) -> None:
    assert [w.first for w in _steady(before, now)] == kept


def test_how_long_nobody_asks_at_night_says_nothing_of_the_hours_of_work() -> None:
    """An office: visits of six requests at work, and evenings of which one is lively and the next is not."""
    days, rng = 20, np.random.default_rng(4)
    minute = np.arange(days * 1440)
    hour, evening = minute % 1440 / 60, np.repeat(rng.gamma(0.5, 2.0, days), 1440)
    rate = np.where((hour >= 8) & (hour < 15), 2.0, np.where((hour >= 17) & (hour < 23), 0.2 * evening, 0.0))
    requests = 6.0 * rng.poisson(rate)
    none, never = np.zeros(len(minute)), np.full(len(minute), np.nan)
    series = Series(EVERYTHING, requests, none, none, requests, none, never, none + 0.5, none + 0.5)
    usual = look(Axis(datetime(2024, 2, 19), len(minute)), series, np.zeros(len(minute), dtype=bool)).baseline
    noon, night = usual.emptiness(3 * 1440 + 720, 3 * 1440 + 740), usual.emptiness(3 * 1440 + 1140, 3 * 1440 + 1160)
    assert noon.clump < 0.7 * night.clump


def test_a_stretch_that_is_low_at_its_very_ends_alone_is_no_collapse() -> None:
    """What is low there belongs to the lulls right before and after: nothing of the stretch is left."""
    requests = np.random.default_rng(6).poisson(10.0, 5760).astype(float)
    requests[95:100] = requests[121:126] = 0.0
    requests[100:121] = 10.0
    none, never = np.zeros(len(requests)), np.full(len(requests), np.nan)
    series = Series(EVERYTHING, requests, none, none, requests, none, never, none + 0.5, none + 0.5)
    view = look(Axis(datetime(2024, 2, 19), len(requests)), series, np.zeros(len(requests), dtype=bool))
    assert _collapses(view, [(100, 120)], none, Chance.few) == []


def seen(requests: Floats, refused: Floats | None = None, scope: Scope = EVERYTHING, masked: Bools | None = None) -> View:
    """What was asked, minute by minute, beside what is usual."""
    none, never = np.zeros(len(requests)), np.full(len(requests), np.nan)
    series = Series(scope, requests, none, none if refused is None else refused, requests, none, never, none + 0.5, none + 0.5)
    return look(Axis(datetime(2024, 2, 19), len(requests)), series, np.zeros(len(requests), dtype=bool) if masked is None else masked)


def test_minutes_that_a_few_visits_fill_are_not_each_a_visit_of_its_own() -> None:
    """Visits of three pages with two pictures each, four a minute: that fifty requests are missing is six visits that stayed away."""
    rng, minutes = np.random.default_rng(2), 8 * 1440
    begins = np.repeat(np.sort(rng.integers(0, minutes, 4 * minutes)), 3)
    pages = begins + rng.integers(0, 4, len(begins))
    usual = seen(3.0 * np.bincount(pages[pages < minutes], minlength=minutes)).baseline
    chance = usual.emptiness(5000, 5002)
    assert chance.clump >= 0.5 * usual.bursts[3]
    assert chance.few(np.zeros(1), np.array([50.0]))[0] < 6.0
    steady = seen(rng.poisson(17.0, minutes).astype(float)).baseline.emptiness(5000, 5002)
    assert steady.few(np.zeros(1), np.array([50.0]))[0] > 12.0


@pytest.mark.parametrize(("share", "told"), [(0.97, 1), (0.3, 0)])
def test_a_login_that_is_asked_for_twice_a_minute_and_refuses_for_half_an_hour_is_told(share: float, told: int) -> None:
    rng, minutes = np.random.default_rng(5), 8 * 1440
    requests = rng.poisson(1.6, minutes).astype(float)
    likely = np.where((np.arange(minutes) >= 6000) & (np.arange(minutes) < 6032), share, 0.08)
    view = seen(requests, rng.binomial(requests.astype(int), likely).astype(float), Scope("route", "/login"))
    assert len(refused(view)) == told


def test_the_silence_of_a_route_is_as_improbable_by_its_own_rhythm_as_silence_is() -> None:
    """A log of a day, of which nobody knows how the level wavers: that for three hours it would be next to nothing is another thing."""
    rng, minutes = np.random.default_rng(8), 1700
    level = np.exp(np.repeat(rng.normal(0, 0.6, 100), 30)[:minutes])
    requests = rng.poisson(16 * level).astype(float)
    requests[1000:1180] = 0.0
    route = Scope("route", "/a")
    assert _missed(Window("silence", route, 1000, 1179, 15.0, 2900.0), seen(requests, scope=route))
    requests[:] = rng.poisson(0.05, minutes)
    requests[1000:1180] = 0.0
    assert not _missed(Window("silence", route, 1000, 1179, 15.0, 2900.0), seen(requests, scope=route))


@pytest.mark.parametrize(("times", "told"), [(2.2, 1), (1.25, 0)])
def test_a_crowd_in_an_office_is_what_never_came_on_another_day_however_its_load_wavers(times: float, told: int) -> None:
    """At weekends nobody is there, so that load wavers by all there is; twice what the busiest day brings is a surge all the same."""
    minute = np.arange(12 * 1440)
    open_now = (minute // 1440 % 7 < 5) & (minute % 1440 >= 480) & (minute % 1440 < 1080)
    crowd = (minute >= 2 * 1440 + 640) & (minute < 2 * 1440 + 750)
    visits = np.random.default_rng(4).poisson(np.where(open_now, 3.0, 0.02) * np.where(crowd, times, 1.0))
    windows = surges(seen(12.0 * visits))
    assert len(windows) == told
    assert all(abs(w.first - 2 * 1440 - 640) <= 15 and abs(w.last - 2 * 1440 - 749) <= 15 for w in windows)


def test_a_surge_ends_before_the_next_one_begins_however_high_that_stands() -> None:
    """A long, low crowd would be widened by its own length into a higher one beside it, and both be told of the same requests."""
    minute, crowds = np.arange(10 * 1440), [(515, 650, 200.0), (704, 744, 800.0), (781, 818, 200.0), (863, 991, 60.0)]
    usual = 10.0 + 6.0 * np.sin(2 * np.pi * minute / 1440)
    for first, end, more in crowds:
        usual[8 * 1440 + first : 8 * 1440 + end] += more
    windows = surges(seen(np.random.default_rng(14).poisson(usual).astype(float)))
    assert [(w.first - 8 * 1440, w.last + 1 - 8 * 1440) for w in windows] == [(first, end) for first, end, _ in crowds]


def test_no_visit_is_smaller_than_half_of_what_comes_together() -> None:
    requests, never = np.random.default_rng(6).poisson(8.0, 4000).astype(float), np.zeros(4000, dtype=bool)
    bursts = np.array([2.0, 4.0, 6.0, 8.0, 9.0, 10.0])
    falls = spreads(requests, np.full(4000, 8.0), never, 0.0, bursts)[1]
    assert [falls[width].clump >= least for width, least in ((1, 1.0), (5, 4.5), (15, 5.0), (60, 5.0))] == [True] * 4
    assert spreads(requests, np.full(4000, 8.0), never, 0.0, np.full(6, np.inf))[1][15].clump < 2.0


@pytest.mark.parametrize("silent", [True, False])
def test_a_pause_that_begins_in_the_minute_of_a_job_is_not_as_empty_as_the_same_minutes_of_other_days(silent: bool) -> None:
    """Each full hour brings four times the usual within a minute: most of what is missing is missing from that."""
    minute, at = np.arange(10 * 1440), 5 * 1440 + 13 * 60
    requests = np.random.default_rng(9).poisson(np.where(minute % 60 == 0, 40.0, 9.0)).astype(float)
    before, after = np.full(len(minute), 0.05), np.full(len(minute), 0.05)
    if silent:
        requests[at : at + 4] = 13.0, 0.0, 0.0, 4.0
        after[at : at + 3], before[at + 1 : at + 4] = (0.78, 1.0, 1.0), (1.0, 1.0, 0.82)
    none, never = np.zeros(len(minute)), np.full(len(minute), np.nan)
    series = Series(EVERYTHING, requests, none, none, requests, none, never, before, after)
    windows = silences(look(Axis(datetime(2024, 2, 19), len(minute)), series, np.zeros(len(minute), dtype=bool)))
    assert [(w.first, w.last) for w in windows] == [(at + 1, at + 2)] * silent
