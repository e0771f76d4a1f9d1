"""Analysis options of this room, as they come from the command line."""

from __future__ import annotations

import math

from forensics.case.case import Case
from forensics.collection.taken import parse_object, parse_pair
from forensics.errors import UsageError


def keep(case: Case, *, objects: list[str] | None = None, pair: str | None = None, cost: list[str] | None = None) -> None:
    """Keep what was given with the case (``--object``, ``--pair``, ``--cost``); what was not given stays as it was."""
    if objects:
        case.set_option("object", dict(parse_object(text) for text in objects))
    if pair:
        case.set_option("pair", parse_pair(pair))
    if cost:
        case.set_option("cost", dict(parse_cost(text) for text in cost))


def parse_cost(text: str) -> tuple[str, float]:
    """Return (route, weight) of ``ROUTE=WEIGHT``; the weight is a number above 0."""
    route, equals, number = text.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not equals or not route or not math.isfinite(weight) or weight <= 0:
        raise UsageError(f"--cost wants ROUTE=WEIGHT with a weight above 0, as in --cost '/api/generate=50'; got {text!r}.")
    return route, weight
