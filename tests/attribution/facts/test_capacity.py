"""A load that was borne for long is not what broke the service."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from forensics.attribution.facts.borne import carried
from forensics.attribution.facts.capacity import capacity, rest_peak, until_the_fall
from forensics.attribution.windows import Window

START = datetime(2024, 3, 2)


def minutes(own: list[float], others: float = 6.0, seed: int = 0) -> pl.DataFrame:
    """Forty quiet minutes, then these of the blamed beside some others, failing in the last one."""
    rng = np.random.default_rng(seed)
    blamed = rng.poisson([0.0] * 40 + own).astype(float)
    load = blamed + rng.poisson(others, len(blamed))
    failed = np.zeros(len(blamed))
    failed[-1] = load[-1]
    at = [START + timedelta(minutes=n) for n in range(len(blamed))]
    return pl.DataFrame({"minute": at, "requests": load, "failed": failed, "load": load, "refused": np.zeros(len(load)), "blamed": blamed})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("own", "least", "most"),
    [
        ([15.0] * 18 + [30.0], 14, 18),
        ([0.0] * 6 + [15.0] * 18 + [30.0], 14, 18),
        ([2.0 * n for n in range(19)], 0, 4),
        ([40.0] * 4, 0, 3),
    ],
)
def test_a_steady_load_is_told_from_one_that_grows_until_it_breaks(own: list[float], least: int, most: int, seed: int) -> None:
    near = minutes(own, seed=seed)
    began, failed = near["minute"][40], near["minute"][-1]
    assert least <= carried(near, began, failed) <= most


def service(load: list[float], refused: list[float], failed: list[float], taken: list[float] | None = None) -> pl.DataFrame:
    """Consecutive minutes of everybody, the blamed with three quarters of them; ``taken``: milliseconds for an answer."""
    at = [START + timedelta(minutes=n) for n in range(len(load))]
    shares = [0.75 * value for value in load]
    known = {"minute": at, "requests": load, "failed": failed, "load": load, "refused": refused, "blamed": shares}
    known |= {"timed": load if taken else [0.0] * len(load), "duration_ms": [a * b for a, b in zip(load, taken or load, strict=True)]}
    return pl.DataFrame(known).with_columns(pl.col("minute").cast(pl.Datetime("us")))


def test_what_is_refused_is_no_load_that_was_carried() -> None:
    usual = [40.0] * 200
    ramp, down, after = [100.0, 200.0, 300.0], [360.0] * 20, [364.0] * 5
    load = usual + ramp + down + usual[:20] + after + usual[:20]
    failed = [0.0] * 203 + [300.0] * 20 + [0.0] * 45
    impact = START + timedelta(minutes=203)
    incident = Window(START + timedelta(minutes=200), START + timedelta(minutes=223))
    nothing, banned = [0.0] * len(load), [0.0] * 243 + [343.0] * 5 + [0.0] * 20
    carried_it = capacity(service(load, nothing, failed), [incident], impact)
    sent_away = capacity(service(load, banned, failed), [incident], impact)
    assert carried_it is not None
    assert sent_away is not None
    assert carried_it.minutes_at(0.9 * 300) == 5
    assert carried_it.usual == 364
    assert sent_away.minutes_at(0.9 * 300) == 0
    assert sent_away.usual == 40


def test_a_load_under_which_answers_came_slowly_was_not_carried() -> None:
    load, impact = [40.0] * 100 + [200.0] * 30 + [900.0] * 4 + [900.0] * 20, START + timedelta(minutes=134)
    failed, nothing = [0.0] * 134 + [700.0] * 20, [0.0] * 154
    slow = [50.0] * 130 + [800.0] * 24
    incident = [Window(START + timedelta(minutes=100), START + timedelta(minutes=154))]
    assert [known.estimate for taken in (None, slow) if (known := capacity(service(load, nothing, failed, taken), incident, impact))] == [
        900,
        200,
    ]


def test_a_service_that_always_refuses_much_is_compared_as_it_is() -> None:
    load = [40.0] * 100 + [300.0] * 5 + [40.0] * 100 + [300.0] * 20
    failed = [0.0] * 205 + [250.0] * 20
    impact = START + timedelta(minutes=205)
    known = capacity(service(load, [0.6 * value for value in load], failed), [Window(impact, impact + timedelta(minutes=20))], impact)
    assert known is not None
    assert known.minutes_at(300) == 5


def test_minutes_in_which_the_blamed_were_sent_away_bore_nothing() -> None:
    load, failed = [40.0] * 20 + [400.0] * 30, [0.0] * 47 + [300.0] * 3
    let_in = service(load, [0.0] * 50, failed)
    turned_away = service(load, [0.0] * 20 + [390.0] * 22 + [0.0] * 8, failed)
    always = service(load, [0.5 * value for value in load], failed)
    start, errors = START + timedelta(minutes=20), START + timedelta(minutes=47)
    assert carried(let_in, start, errors) >= 20
    assert carried(turned_away, start, errors) <= 5
    assert carried(always, start, errors) == carried(let_in, start, errors)


@pytest.mark.parametrize(("blamed", "rest"), [([80.0, 300.0, 320.0, 100.0], 30.0), ([0.0, 0.0, 0.0, 300.0], 900.0)])
def test_what_the_balancer_refuses_without_a_name_is_not_the_others_load(blamed: list[float], rest: float) -> None:
    """The last minute fails; where the load of the blamed came in that minute only, it is the one that is looked at."""
    load = [blamed[0] + 20, blamed[1] + 30, blamed[2] + 25, blamed[3] + 900]
    at = [START + timedelta(minutes=n) for n in range(4)]
    assert rest_peak(pl.DataFrame({"minute": at, "load": load, "blamed": blamed}), at[3]) == rest


@pytest.mark.parametrize(("before", "failing", "minutes"), [(True, 4, 4), (False, 4, 5), (True, 0, 5), (True, None, 5), (False, 40, 5)])
def test_the_minute_of_the_fall_counts_where_the_load_was_not_there_before_it(before: bool, failing: int | None, minutes: int) -> None:
    """In that minute there are retries already: of two heavy users who were at it for an hour, they are no load that broke the service."""
    at = [START + timedelta(minutes=n) for n in range(60)]
    window = Window(at[0], at[5])
    errors = at[failing] if failing is not None else None
    found = until_the_fall(pl.DataFrame({"minute": at}), window, Window(at[4], at[30]), errors, there_before=before)
    assert len(found) == (1 if failing == 0 else minutes)
