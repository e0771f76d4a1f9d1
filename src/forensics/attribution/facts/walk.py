"""Whether those who asked without an account came for the same things, as people do, or for each thing once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import bounds
from forensics.attribution.wording import percent
from forensics.case.case import Case

FEWEST, FEWEST_USUAL = 200, 50
"""Requests beyond the usual, and usual ones, below which nothing is said."""
OFTEN, LESS = 0.2, 0.5
"""Share of the usual requests that are for what was asked for already, below which people here do not meet; and the part of it that is left
in the excess of those who walk: more people meet more often, not less."""


@dataclass(frozen=True)
class Walk:
    """What was asked for beyond the usual, as of things that nobody had asked for."""

    requests: float
    once: float
    """Share of them for a thing that nobody else asked for."""
    usually: float
    """The same of as many usual requests, or fewer."""

    def told(self) -> str:
        """Say it in a sentence."""
        return (
            f"{percent(self.once)} of what was asked for beyond the usual without an account were things that nobody had asked for in that "
            f"time (usually {percent(self.usually)}): the more people come, the more of them meet; who walks through a catalogue asks for "
            "each thing once"
        )


def walk(case: Case, scene: Scene) -> Walk | None:
    """Return what shows that the excess without an account walked through things; None where it does not, or that cannot be told.

    Of the windows of comparison no more are taken together than have as many requests: in more of them more would meet.
    """
    unnamed = scene.loads.filter(pl.col("account_id").is_null())
    now = float(unnamed.filter(pl.col("w") == 0)["requests"].sum())
    usual = float(unnamed.filter(pl.col("w") > 0)["requests"].sum()) / max(len(scene.others), 1)
    taken = scene.others[: max(1, int(now / max(usual, 1.0)))]
    rows = {row["w"]: row for row in case.rows(PACKAGE, "things_asked", **bounds([scene.window, *taken]))} if taken else {}
    if 0 not in rows or 1 not in rows or rows[1]["requests"] < FEWEST_USUAL:
        return None
    share = 1.0 / len(taken)
    over = rows[0]["requests"] - share * rows[1]["requests"]
    fresh = rows[0]["things"] - share * rows[1]["things"]
    if over < FEWEST:
        return None
    found = Walk(over, min(1.0, fresh / over), rows[1]["things"] / rows[1]["requests"])
    met, usually_met = 1.0 - found.once, 1.0 - found.usually
    return found if usually_met >= OFTEN and met <= LESS * usually_met else None
