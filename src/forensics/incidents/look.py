"""One scope as the detectors see it: its minutes, and what they should have been."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.incidents.baseline import FEWEST_DAYS, Baseline, bursts, busy_lulls, fit, lulls, once, rolling, spreads
from forensics.incidents.series import Axis, Bools, Series

USUAL_ERROR_RATIO = 0.02
"""A service that fails more often than this is taken to be failing, unless it did so for days."""

LEAST_KNOWN = 0.15
"""Share of the minutes that has to teach what is usual; where less is left, all of them do."""
PARTS_SEARCHED, MONTH = 1.0, 30.0
HOURS = 0.5
"""Days below which a log holds hours: what happened in it once would set the measure of chance."""


@dataclass(frozen=True)
class View:
    """A scope's series beside its baseline; ``masked`` minutes were found deviating before and taught the baseline nothing."""

    axis: Axis
    series: Series
    baseline: Baseline
    masked: Bools

    @property
    def search(self) -> float:
        """Decimal orders of improbability that missing load needs beyond what it needs in everything of a month.

        Parts are many, and each is searched; a year holds twelve times as many places to search as a month.
        """
        longer = max(0.0, float(np.log10(self.axis.days / MONTH)))
        return longer + PARTS_SEARCHED * (self.series.scope.part != "everything")


def look(axis: Axis, series: Series, masked: Bools) -> View:
    """Fit the baseline of one scope to its unmasked minutes."""
    if (~masked).mean() < LEAST_KNOWN:
        masked = np.zeros_like(masked)
    expected, rhythm = fit(axis, series.requests, masked)
    slowness, scale = _slowness(series, masked)
    empty = lulls(series, expected, masked)
    unusual = masked | (once(series.requests, expected) if axis.days < HOURS else False)
    together = bursts(series.requests, expected, masked)
    dispersion, falls, rises = spreads(series.requests, expected, unusual, empty, together)
    baseline = Baseline(
        expected=expected,
        dispersion=dispersion,
        falls=falls,
        rises=rises,
        lulls=empty,
        busy_lulls=busy_lulls(series, expected, masked),
        bursts=together,
        days=float(np.sum(~masked)) / 1440,
        rhythm=rhythm,
        error_ratio=_error_ratio(series, masked),
        refused_ratio=_refused_ratio(series, masked),
        slowness=slowness,
        slowness_scale=scale,
    )
    return View(axis, series, baseline, masked)


def beside(part: View, whole: View) -> View:
    """A host or backend beside the others: it is expected to do its usual share of what is done at all.

    Where everything is quiet none of them is to be blamed for it, and noise that they share is no news about one of them.
    """
    others = whole.series.requests - part.series.requests
    clean = ~part.masked
    share = part.series.requests[clean].sum() / max(others[clean].sum(), 1.0)
    if others[clean].sum() < 0.1 * whole.series.requests[clean].sum():
        return part
    nearby = np.roll(rolling(others, 5), -2) / 5 * share
    expected = np.maximum(np.minimum(part.baseline.expected, nearby), 1e-6)
    empty = lulls(part.series, expected, part.masked)
    together = bursts(part.series.requests, expected, part.masked)
    dispersion, falls, rises = spreads(part.series.requests, expected, part.masked, empty, together)
    usual = replace(
        part.baseline,
        expected=expected,
        dispersion=dispersion,
        falls=falls,
        rises=rises,
        lulls=empty,
        busy_lulls=busy_lulls(part.series, expected, part.masked),
        bursts=together,
    )
    return replace(part, baseline=usual)


def _error_ratio(series: Series, masked: Bools) -> float:
    """The usual share of failing answers; bounded where the log may hold nothing but the outage."""
    answered, failed = series.answered[~masked], series.failed[~masked]
    pooled = (failed.sum() + 0.5) / (answered.sum() + 50.0)
    if pooled <= USUAL_ERROR_RATIO:
        return float(max(pooled, 1e-5))
    width = min(360, max(1, len(answered) // 4))
    known = rolling(answered, width)[::width]
    ratios = (rolling(failed, width)[::width] / np.maximum(known, 1))[known > 0]
    # A canary that failed in all its three hours did not fail for days.
    days = len(np.unique(np.flatnonzero(~masked)[::width][known > 0] // 1440))
    usual = float(np.median(ratios)) if days >= FEWEST_DAYS else 0.0
    return float(min(pooled, max(USUAL_ERROR_RATIO, usual)))


def _refused_ratio(series: Series, masked: Bools) -> float:
    """The usual share of refused requests (lost pages, passwords mistyped), whatever it is."""
    answered, refused = series.answered[~masked].sum(), series.refused[~masked].sum()
    return float((refused + 0.5) / (answered + 50.0))


def _slowness(series: Series, masked: Bools) -> tuple[float, float]:
    """The usual logarithm of slowness and the spread of a single request's, from their medians."""
    known = np.isfinite(series.slowness) & ~masked
    if known.sum() < 10:
        return 0.0, 1.0
    values, weight = series.slowness[known], series.timed[known]
    middle = float(np.median(values))
    return middle, float(np.sqrt(np.median(weight * (values - middle) ** 2) / 0.455)) + 1e-3
