"""Whether those behind a network are a crowd: many clients that ask little each, with the agents that people usually come with.

The customers of one provider, the people of one country or one campus share a network and are not somebody. A program differs: in what it
says it is, or in how much one client asks.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.attribution.origin import origin
from forensics.attribution.scan import Winner, belongs
from forensics.attribution.scene import PACKAGE, Scene
from forensics.attribution.unnamed import beginning
from forensics.case.case import Case

COMMON, NETWORKS, MIXED = 0.8, 5, 3.0
"""Share of a network's load with agents that are usual, networks that such an agent is used from outside the incident, and how many of
them there are in effect (the inverse of Simpson's index): fewer only where fewer are usual."""
REQUESTS, TIMES, FEWEST = 20.0, 5.0, 20
"""A client that asks so much, or so many times what one usually asks, is none of a crowd; so many clients are one."""
COMPARED = 3
"""Windows from which it is learnt how much a client usually asks."""


def crowd(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a network that made a load is a crowd's."""
    if winner.kind != "network" or winner.part is not None or not _mixed(case, scene, winner):
        return False
    windows = [scene.window, *scene.others[:COMPARED]]
    rows = case.rows(
        PACKAGE, "clients", beginning=beginning(winner.id), starts=[w.start for w in windows], ends=[w.end for w in windows]
    )  # fmt: skip
    own = [row for row in rows if row["w"] == 0]
    usual = [row["requests"] / row["clients"] for row in rows if row["w"] > 0]
    most = max(REQUESTS, TIMES * (float(np.mean(usual)) if usual else 0.0))
    return any(row["clients"] >= FEWEST and row["requests"] < most * row["clients"] for row in own)


def one_program(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a network's load is that of one program, from however many addresses: people are no bots.

    Nearly all of it, during the whole incident, came with one agent that calls itself a bot and that hardly any other network has. An agent
    by itself is not believed: what is called a bot may be an app that many people have.
    """
    if winner.kind != "network":
        return False
    found = origin(case, winner, scene.whole)
    return found is not None and found.bot


def _mixed(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a network's load came with a mixture of the agents that others come with, too."""
    rows = case.frame(PACKAGE, "common_agents", start=scene.whole.start, end=scene.whole.end, least=NETWORKS)
    by_agent = scene.loads.group_by("agent_id").agg(
        own=pl.col("requests").filter(belongs(winner) & (pl.col("w") == 0)).sum(), usual=pl.col("requests").filter(pl.col("w") > 0).sum()
    )
    known = by_agent.join(rows, on="agent_id", how="semi")
    enough = float(known["own"].sum()) >= COMMON * float(by_agent["own"].sum())
    return enough and _effective(by_agent["own"]) >= min(MIXED, 0.5 * _effective(known["usual"]))


def _effective(counts: pl.Series) -> float:
    """Return of how many equal parts a mixture like this would be."""
    shares = counts.to_numpy().astype(float) / max(float(counts.sum()), 1.0)
    return 1.0 / max(float(shares @ shares), 1e-9)
