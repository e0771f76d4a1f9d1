"""Whether somebody has often asked as much before, at whatever hour, and nothing broke."""

from __future__ import annotations

import polars as pl

from forensics.attribution.scan import Winner, belongs
from forensics.attribution.scene import PACKAGE, Scene
from forensics.case.case import Case

OFTEN_DAYS, AS_MUCH = 3, 0.8
"""Days, beside the incident's, on which it asked this share of what it asked in the window within as many minutes."""


def habitual(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a burst of an actor is one of many: the windows of comparison are the same hours of other days, and may hold none of them."""
    if winner.kind != "actor":
        return False
    own = scene.loads.filter(belongs(winner) & (pl.col("w") == 0))
    accounts = own["account_id"].drop_nulls().unique().sort().to_list()
    found = case.rows(
        PACKAGE, "busy_days", accounts=accounts, minutes=scene.window.minutes, least=AS_MUCH * float(own["requests"].sum()),
        starts=[mask.start for mask in scene.masked], ends=[mask.end for mask in scene.masked],
    )  # fmt: skip
    return int(found[0]["days"]) >= OFTEN_DAYS
