"""Many at once, none of them linked: accounts that each did what no ordinary account does, and together made the excess."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.scene import Scene
from forensics.attribution.search.beginnings import began_together
from forensics.attribution.search.history import cells, similarity, within
from forensics.attribution.search.scan import Kind, Subjects, Winner, expectation, load_matrix, placebo_p, scores
from forensics.attribution.search.things import walked
from forensics.case.case import Case

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

QUANTILE = 0.995
TIMES = 3.0
"""An account stands out when its load is so many times what 99.5 % of the accounts of any other window stay under."""
MEDIAN_TIMES = 5.0
"""Accounts that share an agent are a cohort, not a crowd, when half of them made so many times the load of an ordinary account."""
OWN_TIMES, OWN_SIGMAS = 2.0, 4.0
"""Each member's load is so many times its largest elsewhere, and so many of its own deviations above its mean."""
FEWEST = 30.0
MIN_SHARE, LEAST_SHARE = 0.01, 0.002
"""Of the excess an account that is named made so much at least; those who pay with one thing are many, and each does little."""
ALIKE = 0.9
"""Cosine of routes from which an account does what the others of its cohort do, where most of its excess is made with their agents."""


@dataclass(frozen=True)
class Cohort:
    """Its members as winners (largest first); p says how often such accounts make so much together."""

    members: list[Winner]
    p_value: float | None
    payer: bool = False
    """Whether what they pay with is all that they are known to have in common."""

    @property
    def excess(self) -> float:
        """What the members made beyond their expectation."""
        return sum(member.excess for member in self.members)


def cohorts(scene: Scene, measure: str, excess: float) -> list[Cohort]:
    """Return the candidates: accounts that stand out by themselves, that work through one agent, and that pay with one thing.

    Members made at least 1 % of ``excess`` each (fewer where they pay with one thing); the same search is made in every placebo window.
    """
    names, load = load_matrix(scene.loads, "actor_id", scene.windows, measure)
    if not names or scene.windows < 2:
        return []
    standing = np.stack([_standing(load, w) for w in range(scene.windows)], axis=1)
    p = placebo_p(np.where(standing, load, 0.0).sum(axis=0)) if scene.placebos else None
    alone = _members(scene, names, load, standing[:, 0], measure, MIN_SHARE * excess, p)
    return [Cohort(alone, p), _by_agent(scene, names, load, measure, excess), _by_payer(scene, names, load, measure, excess)]


def coherent(case: Case, scene: Scene, cohort: Cohort) -> Cohort:
    """Return those of a cohort that act with the others: at the same routes with the same agents, or from the same minutes on.

    Who happens to be busy on the same day is no part of it; nor are a payer's customers, who come for the same things as people do.
    """
    if cohort.payer and not walked(case, scene, _accounts(scene, cohort)):
        return Cohort([], cohort.p_value)
    ids = [member.id for member in cohort.members]
    loads = scene.loads.filter(pl.col("actor_id").is_in(ids))
    ways = cells(loads, scene.windows)
    by_actor = loads.drop("account_id").rename({"actor_id": "account_id"})
    alike = similarity(by_actor, ways, ids) >= ALIKE
    inside = within(loads, ways).filter(pl.col("w") == 0).group_by("actor_id").agg(pl.col("requests").sum())
    whole = loads.filter(pl.col("w") == 0).group_by("actor_id").agg(pl.col("requests").sum())
    shares = dict(whole.join(inside, on="actor_id").select("actor_id", pl.col("requests_right") / pl.col("requests")).iter_rows())
    alike &= np.array([shares.get(name, 0.0) >= 0.5 for name in ids], dtype=bool)
    owners = dict(loads.select("account_id", "actor_id").unique(maintain_order=True).iter_rows())
    together = began_together(case, scene, owners, {member.id: member.expected for member in cohort.members})
    kept = [member for member, a, b in zip(cohort.members, alike, together, strict=True) if a or b]
    return replace(cohort, members=kept)


def _accounts(scene: Scene, cohort: Cohort) -> list[str]:
    own = scene.loads.filter(pl.col("actor_id").is_in([member.id for member in cohort.members]) & (pl.col("w") == 0))
    return own["account_id"].drop_nulls().unique().sort().to_list()


def _members(scene: Scene, names: list[str], load: Floats, chosen: Bools, measure: str, least: float, p: float | None) -> list[Winner]:
    expected = expectation(load, scene.totals(measure))[:, 0]
    others = load[:, 1:]
    deviation = np.sqrt(np.maximum(others.var(axis=1), expected) + 1.0)
    found = [
        Winner("actor", names[i], float(load[i, 0]), float(expected[i]), 0.0, p, float(others[i].max()), float(deviation[i]))
        for i in np.flatnonzero(chosen & (load[:, 0] - expected >= least))
    ]
    return sorted(found, key=lambda m: (-m.excess, m.id))


def _risen(load: Floats, w: int) -> Bools:
    """Return who did clearly more in window ``w`` than in any other."""
    others = np.delete(load, w, axis=1)
    mean = others.mean(axis=1)
    deviation = np.sqrt(np.maximum(others.var(axis=1), mean) + 1.0)
    result: Bools = (load[:, w] >= OWN_TIMES * others.max(axis=1)) & (load[:, w] >= mean + OWN_SIGMAS * deviation)
    return result


def _standing(load: Floats, w: int) -> Bools:
    """Return who stands out in window ``w`` by what all the other windows show."""
    heavy = [float(np.quantile(column[column > 0], QUANTILE)) for column in np.delete(load, w, axis=1).T if (column > 0).any()]
    return _risen(load, w) & (load[:, w] >= max(FEWEST, TIMES * max(heavy, default=0.0)))


def _by_agent(scene: Scene, names: list[str], load: Floats, measure: str, excess: float) -> Cohort:
    """Return the accounts behind the one agent whose load rose most beyond its own other days."""
    named = scene.loads.filter(pl.col("actor_id").is_not_null())
    agents, by_agent = load_matrix(named, "agent_id", scene.windows, measure)
    if not agents:
        return Cohort([], None)
    kind = Kind("agent", "agent_id")
    matrix = scores(Subjects([kind] * len(agents), agents, [None] * len(agents), by_agent, scene.totals(measure), {kind: len(agents)}))
    best = int(np.argmax(matrix[:, 0]))
    p = placebo_p(matrix.max(axis=0)) if scene.placebos else None
    through = named.filter(pl.col("agent_id").cast(pl.String) == agents[best])
    users, used = load_matrix(through, "actor_id", scene.windows, measure)
    risen = {user for user, yes in zip(users, _risen(used, 0), strict=True) if yes}
    chosen = np.array([name in risen for name in names])
    ordinary = load[:, 1:][load[:, 1:] > 0]
    usual = float(np.median(ordinary)) if len(ordinary) else 0.0
    if not chosen.any() or float(np.median(used[used[:, 0] > 0, 0])) < max(MEDIAN_TIMES * usual, FEWEST / 2):
        return Cohort([], p)
    return Cohort(_members(scene, names, load, chosen, measure, MIN_SHARE * excess, p), p)


def _by_payer(scene: Scene, names: list[str], load: Floats, measure: str, excess: float) -> Cohort:
    """Return the accounts that pay with the one thing whose accounts, taken together, rose most beyond their other days and the others.

    Linkage makes no actor of them: what many pay with may be a reseller's. That they rise at once, in the same way, is not a reseller's
    doing, unless it is people's way: his customers come together as well, when he calls them, and meet at the same things (``coherent``).
    """
    value = pl.concat_str("identifier_type", "identifier_value", separator="\0").alias("value")
    tied = scene.loads.join(scene.setting.payers.select("account_id", value), on="account_id")
    values, by_value = load_matrix(tied, "value", scene.windows, measure)
    if not values:
        return Cohort([], None)
    kind = Kind("actor", "account_id")
    matrix = scores(Subjects([kind] * len(values), values, [None] * len(values), by_value, scene.totals(measure), {kind: len(values)}))
    best = int(np.argmax(matrix[:, 0]))
    p = placebo_p(matrix.max(axis=0)) if scene.placebos else None
    holders = set(tied.filter(pl.col("value") == values[best])["actor_id"].to_list())
    chosen = _risen(load, 0) & np.array([name in holders for name in names])
    if not _risen(by_value[best : best + 1], 0)[0]:
        return Cohort([], p)
    return Cohort(_members(scene, names, load, chosen, measure, LEAST_SHARE * excess, p), p, payer=True)
