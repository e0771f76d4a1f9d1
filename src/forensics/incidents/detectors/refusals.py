"""Refused requests: far more 4xx than usual, for nearly everybody who asks.

A ban, a limit, a broken login or pages that are gone: whoever asks is sent away, though nothing failed. One client that tries many doors is
no incident of the service: whether many clients met it is looked at in the requests (facts.sql).
"""

from __future__ import annotations

from forensics.incidents.detectors.errors import Scans, windows
from forensics.incidents.look import View
from forensics.incidents.windows import Window

SCANS: Scans = ((2, 0.6, 60), (5, 0.5, 30), (15, 0.4, 40), (30, 0.7, 20), (60, 0.8, 20), (60, 0.12, 150))
"""(minutes, least ratio, least refusals) of a window worth testing."""


def detect(view: View) -> list[Window]:
    """Find stretches of refusals; ``size`` is refusals above the usual."""
    return windows("refused", view, view.series.refused, view.baseline.refused_ratio, SCANS)
