"""Severity by burn rate, after the Site Reliability Workbook, chapter 5 (multiwindow, multi-burn-rate alerts).

The objective is 99.9 % of requests over 30 days. Bad requests are those that failed and those that should have come and did not.
"""

from __future__ import annotations

import numpy as np

from forensics.incidents.baseline import rolling
from forensics.incidents.look import View
from forensics.incidents.series import Floats

OBJECTIVE = 0.999
BUDGET_DAYS = 30.0
PAGES = ((60, 5, 14.4), (360, 30, 6.0))
"""(long window, short window, burn rate) in minutes that wake somebody up; the third of the chapter, three days at 1, opens a ticket."""
BASELINE_HOLDS = 0.1
"""A baseline below this share of what the usual minute of the log brings is none."""
TICKET = (4320, 360, 1.0)


def severity(whole: View, bad: Floats, first: int, last: int) -> tuple[str, float]:
    """Return critical | high | medium | low and the share of the whole service's 30-day error budget that was spent.

    critical: the whole budget and a page; high: a page; medium: a ticket; low: neither.
    """
    wanted = np.maximum(whole.baseline.expected, whole.series.requests)
    allowed = (1 - OBJECTIVE) * _usual(whole) * 1440 * BUDGET_DAYS
    spent = float(bad[first : last + 1].sum()) / max(allowed, 1e-9)
    paged = any(_burns(bad, wanted, rule, first, last) for rule in PAGES)
    if paged and spent >= 1.0:
        return "critical", spent
    if paged:
        return "high", spent
    return ("medium" if _burns(bad, wanted, TICKET, first, last) else "low"), spent


def _usual(whole: View) -> float:
    """Return the usual requests of a minute: by the baseline or, where the log is too short to have one, by the minutes that it holds."""
    expected, seen = float(whole.baseline.expected.mean()), float(np.median(whole.series.requests))
    return expected if expected >= BASELINE_HOLDS * seen else seen


def _burns(bad: Floats, wanted: Floats, rule: tuple[int, int, float], first: int, last: int) -> bool:
    long, short, rate = rule
    burning = np.ones(last - first + 1, dtype=bool)
    for width in (long, short):
        ratio = rolling(bad, width) / np.maximum(rolling(wanted, width), 1.0)
        burning &= ratio[first : last + 1] >= rate * (1 - OBJECTIVE)
    return bool(burning.any())
