"""Whether those who asked without an account came for the same things, as people do, or for each thing once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.things import FEWEST_USUAL, walks
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import bounds
from forensics.attribution.wording import percent
from forensics.case.case import Case

FEWEST = 200
"""Requests beyond the usual below which nothing is said."""


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
    return found if walks(found.once, found.usually) else None
