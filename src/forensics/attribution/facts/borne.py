"""For how long a load was borne before it failed, and whether it then failed at once.

Too much load is kept waiting before it is turned away. A service that bore a load for ten minutes without a failure has answered it, but
for what was still in line then; so of the same load no more can fail at first, for the load alone, than is in a line that long over these
ten minutes. Where nine tenths fail from one minute to the next, nine minutes of load would have had to wait, and no service lets anybody
wait so long: something else happened, or something ran full.

Nor can more fail at first, for the load alone, than what is more than the service bears: of a third too much a quarter fails. Where nine
tenths fail at once of a load that is hardly beyond what was carried in health, it is not shown to be the load that broke it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import log2

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.facts.capacity import HEALTHY_RATIO, admitted
from forensics.attribution.windows import MINUTE

Floats = NDArray[np.float64]

LINE, NO_LINE = 1.5, 0.5
"""Minutes of load that a queue may hold: what waits longer is given up by clients and proxies (a minute is their usual limit). And what
it may hold where answers are known to come as fast as ever: nobody waited a minute before the fall."""


@dataclass(frozen=True)
class Step:
    """How failures began under a load that did not grow."""

    minutes: int
    """For how long that load was borne before."""
    failed: float
    """Share of the requests of the first whole minute of failure that failed."""

    @property
    def waiting(self) -> float:
        """How many minutes of load would have had to be in line, if the load alone had broken the service."""
        return self.minutes * self.failed

    def doublings(self, line: float = LINE) -> float:
        """Return how many times the longest line would have had to be doubled (0 where the line may have held it)."""
        return max(0.0, log2(self.waiting / line)) if self.waiting > 0 else 0.0


MUCH = 0.1
"""Share of a minute's requests from which what fails is the fall, and not a mishap before it."""
LEAST = 1 / 8
"""Share of a load that may be beyond what is carried in health though it is not known to be: what was carried was never the most."""


@dataclass(frozen=True)
class Fall:
    """How much failed at first, and of how much load."""

    failed: float
    """Share of the requests of the first whole minute of failure that failed."""
    load: float
    """The highest load of a minute until then, without what the blamed asked again."""
    requests: float

    def beyond(self, healthy: float, chance: float = 0.0) -> float:
        """Return which share of the load was more than was ever carried in health; ``chance``: of a load so many deviations higher."""
        load = self.load + chance * self.load**0.5
        return max(0.0, 1.0 - healthy / load) if load > 0 else 0.0

    def doublings(self, healthy: float) -> float:
        """Return how many times the share that was too much would have had to be doubled to make up what failed (0 where it may).

        Of few requests chance makes many fail, and a load of few seem less than it was: either is taken one deviation nearer to the other.
        """
        failed = self.failed - (self.failed * (1.0 - self.failed) / max(self.requests, 1.0)) ** 0.5
        return max(0.0, log2(failed / max(LEAST, self.beyond(healthy, chance=1.0)))) if failed > 0 else 0.0


def fall(near: pl.DataFrame, errors: datetime, peak: float) -> Fall | None:
    """Look at the minute (requests, failed, load) after the first in which much failed; ``peak``: the highest load of a minute before."""
    began = near.filter((pl.col("minute") >= errors) & (pl.col("failed") >= MUCH * pl.col("requests")) & (pl.col("requests") > 0))
    first = near.filter(pl.col("minute") == (began["minute"][0] if len(began) else errors) + MINUTE)
    if first.is_empty() or not first["requests"][0]:
        return None
    requests = float(first["requests"][0])
    return Fall(float(first["failed"][0]) / requests, max(peak, float(first["load"][0])), requests)


def step(near: pl.DataFrame, carried: int, errors: datetime | None, fell: Fall | None) -> Step | None:
    """Look at consecutive minutes (minute, requests, failed, load, blamed); None where nothing failed, or the load had just come.

    ``carried``: healthy minutes at that load, up to shortly before the first errors, as ``carried`` finds them in long stretches.
    """
    if errors is None or fell is None:
        return None
    borne = max(lately(near.filter(pl.col("minute") < errors)), carried + SMOOTH if carried else 0)
    return Step(borne, fell.failed) if borne else None


def lately(before: pl.DataFrame) -> int:
    """Return how many minutes without failures up to the last had as much load, and of the blamed, as the last; 0 if it is no stretch."""
    own, load, requests, failed = (before[name].to_numpy().astype(float) for name in ("blamed", "load", "requests", "failed"))
    like = (failed <= HEALTHY_RATIO * np.maximum(requests, 1.0 / HEALTHY_RATIO)) & _as_last(own, SAME_OWN) & _as_last(load, SAME_LOAD)
    other = np.flatnonzero(~like)
    length = len(like) - (int(other[-1]) + 1 if len(other) else 0)
    while length >= 2 * SMOOTH and any(_grown(part[-length:]) for part in (own, load)):
        length //= 2
    return length if length >= SMOOTH and own[-SMOOTH:].sum() > 0 else 0


def _as_last(values: Floats, share: float) -> NDArray[np.bool_]:
    """Return which minutes have such a share of the last ones, but for chance."""
    last = float(values[-SMOOTH:].mean()) if len(values) else 0.0
    result: NDArray[np.bool_] = values >= share * last - 2.0 * last**0.5
    return result


def _grown(values: Floats) -> bool:
    middle = len(values) // 2
    return bool(values[middle:].mean() > GROWN * values[:middle].mean())


SMOOTH = 3
"""Minutes over which load is averaged before two minutes are compared: a slow service has few requests in any one."""
SAME_OWN, SAME_LOAD = 0.8, 0.85
"""A minute was like those of the impact when the blamed made, and everybody together made, so much of what they made then."""
GROWN = 1.25
"""Times the earlier half of a stretch from which load has grown."""


def carried(near: pl.DataFrame, start: datetime, errors: datetime | None) -> int:
    """Return how many healthy minutes, from ``start`` until shortly before the first errors, had as much load, and of the blamed, as then.

    ``near``: consecutive minutes with requests, failed, load, refused, blamed (load of the blamed). A service that bears a load for an
    hour is not broken by that load at once; what it was broken by came later, or builds up.
    """
    at = near["minute"].to_numpy()
    place = int(np.searchsorted(at, np.datetime64(errors))) if errors is not None else 0
    low = int(np.searchsorted(at, np.datetime64(start)))
    if place - SMOOTH <= low or place >= len(at):
        return 0
    carrying = _as_before(near, place)
    own, load = _smooth(near["blamed"].to_numpy().astype(float)), _smooth(carrying)
    ratio = near["failed"].to_numpy() / np.maximum(near["requests"].to_numpy().astype(float), 1.0)
    like = (own >= SAME_OWN * max(own[place - 1], own[place])) & (load >= SAME_LOAD * load[place - 1]) & (ratio <= HEALTHY_RATIO)
    if own[place] <= 0:
        return 0
    return max(int(like[low : place - SMOOTH].sum()), _steady(near.with_columns(load=carrying), low, place))


def outlasted(near: pl.DataFrame, after: pl.DataFrame | None, errors: datetime | None) -> int:
    """Return how many healthy minutes after the end of the incident (``after``) had as much load, and of the blamed, as when it began.

    What breaks a service breaks it again. A restart, a repair, and the end of what else was wrong leave it healthy under the same load.
    """
    place = int(np.searchsorted(near["minute"].to_numpy(), np.datetime64(errors))) if errors is not None else 0
    if after is None or not 0 < place < len(near):
        return 0
    own = _smooth(near["blamed"].to_numpy().astype(float))[place - 1 : place + SMOOTH].max()
    before = near[max(0, place - SMOOTH) : place]
    accepted = float(before["refused"].sum()) / max(float(before["load"].sum()), 1e-9)
    load = max(float(_smooth(_as_before(near, place))[place - 1]), own)
    ratio = after["failed"].to_numpy() / np.maximum(after["requests"].to_numpy().astype(float), 1.0)
    like = _smooth(after["blamed"].to_numpy().astype(float)) >= SAME_OWN * own
    like &= _smooth(admitted(after, accepted)) >= SAME_LOAD * load
    return int((like & (ratio <= HEALTHY_RATIO)).sum()) if own > 0 else 0


def _as_before(near: pl.DataFrame, place: int) -> NDArray[np.float64]:
    """Return the load of each minute without what was refused of it beyond the share that was right before the errors."""
    last = near[max(0, place - SMOOTH) : place]
    return admitted(near, float(last["refused"].sum()) / max(float(last["load"].sum()), 1e-9))


def _steady(near: pl.DataFrame, low: int, place: int) -> int:
    """Return how many minutes the blamed asked at one pace before the errors, all of them healthy together; 0 where their load grew.

    In a log of few requests single minutes waver too much to be compared: the halves of the stretch are, from where they had that pace.
    """
    own = near["blamed"].to_numpy().astype(float)[low:place]
    low += int(np.argmax(own >= 0.5 * np.median(own)))
    own, load, requests, failed = (near[c].to_numpy().astype(float)[low:place] for c in ("blamed", "load", "requests", "failed"))
    middle = len(own) // 2
    if middle < SMOOTH or failed.sum() > HEALTHY_RATIO * requests.sum():
        return 0
    grown = any(part[middle:].sum() > GROWN * part[:middle].mean() * (len(part) - middle) for part in (own, load))
    return 0 if grown else len(own) - SMOOTH


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average each minute with those just before it."""
    return np.convolve(values, np.ones(SMOOTH) / SMOOTH, "full")[: len(values)]
