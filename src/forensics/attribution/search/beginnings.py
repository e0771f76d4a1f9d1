"""When accounts began: those of one hand begin together, people come when they come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.facts.minutes import onset
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE
from forensics.case.case import Case

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BEFORE, TOGETHER = 60 * MINUTE, 5
"""Loads are followed from so long before the window; those that rise within so many minutes of the others' began together."""


def began_together(case: Case, scene: Scene, groups: Mapping[str, str], expected: Mapping[str, float]) -> Bools:
    """Return, for each key of ``expected``, whether its load rose within five minutes of the median of all.

    ``groups``: account -> key; ``expected``: key -> load to be expected of it in the window. What rose nowhere is not with the others.
    """
    start, end = scene.window.start - BEFORE, scene.window.end
    keys = list(expected)
    places = {key: place for place, key in enumerate(keys)}
    place = pl.DataFrame({"account_id": list(groups), "place": [places[key] for key in groups.values()]})
    rows = case.frame(PACKAGE, "participant_minutes", accounts=sorted(groups), start=start, end=end)
    at = (pl.col("minute") - start).dt.total_minutes().alias("at")
    table = rows.join(place, on="account_id").group_by("place", at).agg(pl.col("requests").sum())
    load = np.zeros((len(keys), int((end - start) / MINUTE)))
    load[table["place"].to_numpy(), table["at"].to_numpy()] = table["requests"].to_numpy()
    minutes = max(scene.window.minutes, 1)
    found = [onset(row, expected[key] / minutes) for row, key in zip(load, keys, strict=True)]
    began = np.array([np.nan if place is None else place for place in found], dtype=float)
    if not np.isfinite(began).any():
        return np.zeros(len(keys), dtype=bool)
    result: Bools = np.abs(began - np.nanmedian(began)) <= TOGETHER
    return result
