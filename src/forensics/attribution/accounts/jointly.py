"""Accounts that took part together: no one of them stands out by itself, all of them together do.

Each is looked at with the same question in the incident's window and in every window of comparison: did it ask in the way of its blamed
actor, for hardly anything else, and as it does in no other window? As many as say yes in an ordinary window are expected to by chance
(Tusher, Tibshirani and Chu, "Significance analysis of microarrays", 2001; Storey, "A direct approach to false discovery rates", 2002).
Those of the incident are named when hardly any of them is to be expected, and then it is said that this is known of them jointly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.blame import MIN_SHARE
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.history import SIGMAS, Bools, Floats, History, cells, history, telling, within
from forensics.attribution.search.history import TIMES as RISEN
from forensics.attribution.search.scan import belongs
from forensics.attribution.setting import PACKAGE
from forensics.case.case import Case

ONLY = 0.9
"""Who asked for the same things made this share of its requests for them."""
TIMES = 2.0
"""... and so many times what it asked in their way in any other window."""
COMMON = 0.25
"""Where so many of the other accounts that ask at such hours ask for nothing else either, it is no way of anybody's own."""
WRONG = 0.05
"""Of those that are named jointly no more may be expected to be named by chance: each is almost certain, as certainty is worded."""
JOINTLY = "jointly, not singly"
"""How the reason of an account begins that is known with the others only."""
FEWEST, LEAST = 3, (1, 2, 3, 4)
"""So many accounts are several; so many requests are asked of each, tried in this order (with more an account is looked at by itself)."""
WENT_ON = 0.1
"""To the end of the incident each asked this share, at least, of what half of the others asked."""


@dataclass(frozen=True)
class Together:
    """The accounts of one actor that are known jointly, and how many of so many would be named by chance."""

    accounts: frozenset[str]
    by_chance: float

    def told(self) -> str:
        """Say how it is known that each of them took part."""
        return (
            f"{JOINTLY}: {len(self.accounts)} accounts of the actor asked for the same things in the same way, as none of them does "
            f"at such hours; {self.by_chance:.2g} of them would be expected to by chance. Its own load alone does not stand out"
        )


@dataclass(frozen=True)
class Rest:
    """The accounts of a blamed actor that do not stand out by themselves: ``[account, window]``, the incident's window first."""

    accounts: list[str]
    asked: Floats
    """Requests in the actor's way (its agents and routes)."""
    same: Bools
    """Whether it asked for the same things and hardly anything else."""
    other: int
    """How many of them asked for other things in the incident's window."""
    goes_on: Floats
    """Requests for the same things until the end of the incident; none where it asked for other things, too."""


def together(case: Case, scene: Scene, blamed: Blamed, accounts: list[str]) -> Together | None:
    """Return those of some accounts that took part in the load of a blamed actor together; None when that cannot be known.

    ``accounts`` are the actor's, none of which stands out by itself. ``scene``: in which the actor is blamed; without the same hours of
    other days nothing is known of what is ordinary. What they made together must be as much as anybody is blamed for. The fewest requests
    that are asked of each are the fewest with which hardly anybody is named by chance.
    """
    if not scene.placebos or len(accounts) < FEWEST:
        return None
    own = scene.loads.filter(belongs(blamed.winner))
    ways = telling(scene.loads, cells(own, scene.windows))
    asked = history(within(own, ways), accounts, scene.windows)
    if not _risen(asked, blamed, history(own, own["account_id"].unique().sort().to_list(), scene.windows)):
        return None
    whole = history(scene.loads, accounts, scene.windows).load
    same = on_routes(scene.loads, ways, accounts, scene.windows) >= ONLY * whole
    other = int(np.count_nonzero((whole[:, 0] > 0) & ~same[:, 0]))
    rest = Rest(accounts, asked.load, same, other, went_on(case, scene, ways, accounts))
    others = _others(scene, blamed.winner.id, ways)
    return next((found for least in LEAST if (found := _with(rest, others, least))), None)


def _with(rest: Rest, others: pl.DataFrame, least: int) -> Together | None:
    """Return those who asked at least so often, if hardly any of them is to be expected by chance.

    By chance come as many as do in an ordinary window, and of those who are there today to do ordinary things those who look like them.
    """
    windows = rest.asked.shape[1]
    chosen = np.stack([_as_never(rest.asked, w, least) for w in range(windows)], axis=1) & rest.same
    alike = others.filter((pl.col("inside") >= least) & (pl.col("on_routes") >= ONLY * pl.col("whole")))
    common = (len(alike) + 1.0) / (len(others) + 2.0)
    by_chance = (np.count_nonzero(chosen[:, 1:]) + 1.0) / (windows - 1) + rest.other * common / (1.0 - common)
    typical = float(np.median(rest.goes_on[chosen[:, 0]])) if chosen[:, 0].any() else 0.0
    named = chosen[:, 0] & (rest.goes_on >= max(WENT_ON * typical, least))
    count = int(np.count_nonzero(named))
    if common > COMMON or count < FEWEST or by_chance > WRONG * count:
        return None
    return Together(frozenset(account for account, yes in zip(rest.accounts, named, strict=True) if yes), float(by_chance))


def _risen(asked: History, blamed: Blamed, whole: History) -> bool:
    """Whether the rest of an actor, taken as one, rose clearly, and by what anybody is blamed for."""
    one = History(["all"], asked.load.sum(axis=0, keepdims=True))
    part = float(one.over[0]) / max(float(whole.over.sum()), 1.0)
    return bool(one.significant(SIGMAS, RISEN)[0]) and part * blamed.weight >= MIN_SHARE


def _as_never(load: Floats, w: int, least: int) -> Bools:
    """Return who asked so often in window ``w``, and clearly more than in any other; the incident's own is no measure of the others."""
    others = np.delete(load, [0, w], axis=1)
    result: Bools = (load[:, w] >= least) & (load[:, w] >= TIMES * others.max(axis=1, initial=0.0))
    return result


def on_routes(loads: pl.DataFrame, ways: pl.DataFrame, accounts: list[str], windows: int) -> Floats:
    """Return the load of accounts on the routes of chosen cells, with whatever agent: ``[account, window]`` of the first ``windows``."""
    routes = ways.select("route_id").unique()
    same = loads.filter(pl.col("w") < windows).join(routes, on="route_id", how="semi", nulls_equal=True)
    return history(same, accounts, windows).load


def _others(scene: Scene, actor: str, ways: pl.DataFrame) -> pl.DataFrame:
    """Return of other accounts, in each ordinary window in which they ask: requests, those in the same way, those on the same routes."""
    others = scene.loads.filter((pl.col("w") > 0) & pl.col("account_id").is_not_null() & (pl.col("actor_id") != actor))
    own, routes = (ways.select(columns).unique().with_columns(yes=True) for columns in (["agent_id", "route_id"], ["route_id"]))
    marked = others.join(own, on=["agent_id", "route_id"], how="left", nulls_equal=True)
    marked = marked.join(routes, on="route_id", how="left", nulls_equal=True, suffix="_route")
    return marked.group_by("account_id", "w").agg(
        whole=pl.col("requests").sum(),
        inside=pl.col("requests").filter(pl.col("yes").fill_null(False)).sum(),
        on_routes=pl.col("requests").filter(pl.col("yes_route").fill_null(False)).sum(),
    )


def went_on(case: Case, scene: Scene, ways: pl.DataFrame, accounts: list[str]) -> Floats:
    """Return the requests of each account for the same things until the end of the incident, 0 where it asked for other things, too."""
    span = {"starts": [scene.window.start], "ends": [max(scene.whole.end, scene.window.end)]}
    loads = case.frame(PACKAGE, "account_windows", accounts=accounts, **span)
    done = on_routes(loads, ways, accounts, 1)[:, 0]
    result: Floats = np.where(done >= ONLY * history(loads, accounts, 1).load[:, 0], done, 0.0)
    return result
