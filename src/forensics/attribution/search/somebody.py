"""Whether very few are behind what rose, or a crowd; and whether it rises so often.

The customers of one provider, the people of one country or one campus share a network and are not somebody. A program differs: in what it
says it is, or in how much one client asks.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.attribution.facts.origin import origin
from forensics.attribution.facts.walk import walk
from forensics.attribution.networks import beginning
from forensics.attribution.scene import Scene
from forensics.attribution.search.scan import Winner, belongs, proxies, wide
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import bounds
from forensics.case.case import Case

COMMON, NETWORKS, MIXED = 0.8, 5, 3.0
"""Share of a network's load with agents that are usual, networks that such an agent is used from outside the incident, and how many of
them there are in effect (the inverse of Simpson's index): fewer only where fewer are usual."""
REQUESTS, TIMES, FEWEST = 20.0, 5.0, 20
"""A client that asks so much, or so many times what one usually asks, is none of a crowd; so many clients are one."""
ALIKE = 0.8
"""Cosine of routes from which a network asks for what everybody asks for."""
COMPARED = 3
"""Windows from which it is learnt how much a client usually asks."""


def crowd(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a network that made a load is a crowd's, or may be one's where no agents are logged: a class behind one address, say."""
    if winner.kind != "network" or winner.part is not None:
        return False
    if _without_agents(scene, winner):
        return _as_people(case, scene, winner)
    if not _mixed(case, scene, winner):
        return False
    windows = [scene.window, *scene.others[:COMPARED]]
    rows = case.rows(PACKAGE, "clients", beginning=beginning(winner.id), **bounds(windows))
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


def _without_agents(scene: Scene, winner: Winner) -> bool:
    own = scene.loads.filter(belongs(winner) & (pl.col("w") == 0))
    unknown = float(own.filter(pl.col("agent_id").is_null())["requests"].sum())
    return unknown >= COMMON * max(float(own["requests"].sum()), 1.0)


def _as_people(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether a network asks as everybody usually does: for the same routes in the same proportions, and for things that others ask for."""
    bounded = {"start": scene.whole.start, "end": scene.whole.end, "most": REQUESTS}
    by_route = case.frame(PACKAGE, "routes_asked_for", beginning=beginning(winner.id), **bounded)
    own, usual = (by_route[name].to_numpy() for name in ("own", "usual"))
    alike = float(own @ usual) / max(float(np.linalg.norm(own) * np.linalg.norm(usual)), 1e-9)
    mixture = _effective(by_route["usual"])  # where all ask for one thing it tells nobody from anybody
    mixed = mixture >= MIXED and _effective(by_route["own"]) >= 0.5 * mixture
    return mixed and alike >= ALIKE and walk(case, scene) is None


def _effective(counts: pl.Series) -> float:
    """Return of how many equal parts a mixture like this would be."""
    shares = counts.to_numpy().astype(float) / max(float(counts.sum()), 1.0)
    return 1.0 / max(float(shares @ shares), 1e-9)


AS_MUCH = 0.8
"""Share of what it asked in the window that is as much, asked within as many minutes."""


def days_alike(case: Case, scene: Scene, winner: Winner) -> int:
    """Return on how many other days an actor asked as much: the windows of comparison may hold none of its bursts."""
    if winner.kind != "actor":
        return 0
    own = scene.loads.filter(belongs(winner) & (pl.col("w") == 0))
    accounts = own["account_id"].drop_nulls().unique().sort().to_list()
    found = case.rows(
        PACKAGE, "busy_days", accounts=accounts, minutes=scene.window.minutes, least=AS_MUCH * float(own["requests"].sum()),
        start=scene.window.start, end=scene.window.end, **bounds(scene.masked),
    )  # fmt: skip
    return int(found[0]["days"])


THROUGH = 0.5
"""Share of an agent's load that came through a proxy from which it is not known of how many."""
CLIENT_REQUESTS, CLIENT_TIMES = 20.0, 5.0
"""An agent, or a network wider than a site, is blamed only when its networks made so many requests each in the window, and so many times
what a network usually makes."""


def somebody(case: Case, scene: Scene, winner: Winner) -> bool:
    """Whether very few are behind a subject, as far as its load shows."""
    few = not wide(winner) or (_few_clients(scene, winner) and not _hidden(scene, winner)) or one_program(case, scene, winner)
    return few and not crowd(case, scene, winner)


def _hidden(scene: Scene, winner: Winner) -> bool:
    """Whether an agent's load came through a proxy: one program, or the app of everybody who is behind it."""
    if winner.kind != "agent":
        return False
    own = scene.loads.filter(belongs(winner) & (pl.col("w") == 0))
    through = own.filter(pl.col("network").is_in(proxies(scene.loads, scene.windows)))
    return float(through["requests"].sum()) >= THROUGH * float(own["requests"].sum())


def _few_clients(scene: Scene, winner: Winner) -> bool:
    """Whether a load comes from few clients that ask much each: a crowd that shares an agent or a provider is not somebody."""
    unnamed = scene.loads.filter(pl.col("actor_id").is_null())
    own = unnamed.filter(belongs(winner) & (pl.col("w") == 0)).group_by("network").agg(pl.col("requests").sum())["requests"]
    usual = unnamed.filter(pl.col("w") > 0).group_by("network", "w").agg(pl.col("requests").sum())["requests"]
    each = float(own.sum()) / max(len(own), 1)
    return each >= max(CLIENT_REQUESTS, CLIENT_TIMES * (float(usual.mean()) if len(usual) else 0.0))  # type: ignore[arg-type]
