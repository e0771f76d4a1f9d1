"""What comes again at the same hours, on most days or in most weeks, is usual there: a backup that slows everything, a weekly batch."""

from __future__ import annotations

from forensics.incidents.series import Floats

DAY = 1440
FEWEST, OFTEN = 2, 2 / 3
"""Other days (weeks) that it takes to know, and the share of them that must show it."""


def comes_again(values: Floats, first: int, last: int, least: float) -> bool:
    """Whether the values of these minutes come to so much in the same minutes of most other days, or of that day in most other weeks."""
    return any(_in_most(values, first, last, least, period) for period in (DAY, 7 * DAY))


def _in_most(values: Floats, first: int, last: int, least: float, period: int) -> bool:
    starts = [at for at in range(first % period, len(values) - (last - first), period) if at != first]
    alike = sum(float(values[at : at + last - first + 1].sum()) >= least for at in starts)
    return len(starts) >= FEWEST and alike >= OFTEN * len(starts)
