"""Who made the requests that were refused: not whoever was refused, but whose asking more explains the refusals.

A login that breaks, a limit set too low, a ban refuse people who ask as ever; their clients may even try again and again. So a subject of
a refusal incident is held to be the maker of the refusals only when its own requests rose by about as much, when it did not lose the
service that it usually gets, and when the others were hardly refused more than usual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.attribution.networks import WIDE
from forensics.attribution.scene import Scene
from forensics.attribution.search.blame import MOST
from forensics.attribution.search.finding import Blamed, Finding
from forensics.attribution.search.scan import Winner
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import bounds, refusing
from forensics.case.case import Case

MEASURE = "refused"
"""The column of ``refused_loads.sql`` that is scanned."""
OWN_RISE = 0.7
"""Share of its surplus of refusals by which a maker asked more than usual."""
STILL_SERVED, FEWEST_SERVED = 0.5, 10.0
"""Share of what is usually served to a subject (if it is as much as this) without which it is locked out, not the maker."""
REST_TIMES, REST_MORE = 2.0, 0.05
"""Others are refused as usual up to so many times their usual share of refusals, or so much more."""
NEARLY_ALL, MOSTLY_LET_IN = 0.8, 0.5
"""Share of the surplus of refusals that is denied on one route, and of that route's requests; the most that is usually denied there."""


@dataclass(frozen=True)
class Denied:
    """One route on which nearly all that was asked beyond the usual was denied (401, 403)."""

    route_id: int
    share: float
    """Share of its requests that were denied."""
    usual: float | None
    """Share that is usually denied; None where the route is never asked for at other times."""
    accounts: int
    networks: int
    """How many accounts and networks were denied there."""


def makers(scene: Scene, finding: Finding) -> Finding:
    """Keep who is blamed for refusals only if they made them; nobody when what is left does not explain most of them.

    Where others were refused as well it may have been too much for the service, or a change of it hit all: it is told who asked most.
    """
    kept = [b for b in finding.blamed if _made(scene, b.winner)]
    if sum(b.share for b in kept) < MOST:
        return replace(finding, blamed=[])
    now, usual = rest_refused(scene, kept)
    alone = now <= max(REST_TIMES * usual, usual + REST_MORE)
    return replace(finding, blamed=kept if alone else [], asked_most=() if alone else tuple(kept))


def asked_as_ever(scene: Scene) -> bool:
    """Whether refusals rose far beyond the requests: who always asks was refused.

    Not where load had been rising before: of a day in which few come afterwards, the whole holds no more than usual.
    """
    if scene.incident.get("ramp_started_at") is not None:
        return False
    rose = {measure: _excess(scene.loads, measure, scene.windows) for measure in (MEASURE, "requests")}
    return rose["requests"] < (1 - MOST) * rose[MEASURE]


def shut_out(scene: Scene, finding: Finding) -> bool:
    """Whether nearly all whom the service refused it had served before: they are its own people, however often their clients try again.

    Not where most of it is one subject's that asked for more than ever: the others may have been refused because of it.
    """
    if finding.asked_most:
        return False
    met, regulars = (scene.incident.get(name) or 0 for name in ("refused_clients", "refused_regulars"))
    return bool(met and regulars >= NEARLY_ALL * met)


def denied(scene: Scene) -> Denied | None:
    """Return the one route on which more was asked than ever and nearly all of it denied; None when there is no such route.

    People who come for a service mostly get in. Passwords that are tried, and programs that have lost their login, do not.
    """
    others, now = max(scene.windows - 1, 1), pl.col("w") == 0
    by_route = scene.loads.group_by("route_id").agg(
        asked=pl.col("requests").filter(now).sum(),
        denied=pl.col("denied").filter(now).sum(),
        asked_before=pl.col("requests").filter(~now).sum(),
        denied_before=pl.col("denied").filter(~now).sum(),
        accounts=pl.col("account_id").filter(now & (pl.col("denied") > 0)).drop_nulls().n_unique(),
        networks=pl.col("network").filter(now & (pl.col("denied") > 0)).drop_nulls().n_unique(),
    )
    over = by_route.with_columns(over=pl.col("denied") - pl.col("denied_before") / others)
    top = over.filter(pl.col("route_id").is_not_null()).sort("over", "route_id", descending=[True, False]).head(1).to_dicts()
    if not top or asked_as_ever(scene) or top[0]["over"] < NEARLY_ALL * max(_excess(scene.loads, MEASURE, scene.windows), 1.0):
        return None
    row = top[0]
    usual = row["denied_before"] / row["asked_before"] if row["asked_before"] else None
    found = Denied(row["route_id"], row["denied"] / max(row["asked"], 1), usual, row["accounts"], row["networks"])
    return found if found.share >= NEARLY_ALL and (usual or 0.0) <= MOSTLY_LET_IN else None


def turned_away(case: Case, scene: Scene, finding: Finding) -> Denied | None:
    """Return ``denied`` where what is asked beyond the usual is denied to no account that is named and to no people of the service's own.

    Where requests failed they were denied before the impact: an excess on one route is looked at again, with the refusals in it.
    """
    if shut_out(scene, finding) or scene.windows == 1 or any(b.winner.kind == "actor" for b in finding.blamed):
        return None
    if refusing(scene.incident):
        return denied(scene)
    if not finding.rise.significant or _largest_part(scene) < NEARLY_ALL:
        return None
    loads = case.frame(PACKAGE, "refused_loads", **bounds([scene.window, *scene.others]))
    return denied(replace(scene, loads=loads))


def _largest_part(scene: Scene) -> float:
    """Return which part of the excess asked for the one route that most of it asked for."""
    over = pl.when(pl.col("w") == 0).then(pl.col("requests")).otherwise(-pl.col("requests") / max(scene.windows - 1, 1)).sum()
    by_route = scene.loads.filter(pl.col("route_id").is_not_null()).group_by("route_id").agg(over.alias("over"))["over"]
    return float(by_route.max() or 0.0) / max(_excess(scene.loads, "requests", scene.windows), 1.0)  # type: ignore[arg-type]


def _made(scene: Scene, winner: Winner) -> bool:
    own = scene.loads.filter(_all_of(winner))
    others = max(scene.windows - 1, 1)
    usual = float(own.filter(pl.col("w") > 0)["served"].sum()) / others
    served = float(own.filter(pl.col("w") == 0)["served"].sum())
    locked_out = usual >= FEWEST_SERVED and served < STILL_SERVED * usual
    asked, refused = (_excess(own, measure, scene.windows) for measure in ("requests", MEASURE))
    return not locked_out and asked >= OWN_RISE * refused


def _excess(loads: pl.DataFrame, measure: str, windows: int) -> float:
    """Return what came in the window beyond the mean of the others."""
    return float(loads.filter(pl.col("w") == 0)[measure].sum()) - float(loads.filter(pl.col("w") > 0)[measure].sum()) / max(windows - 1, 1)


def rest_refused(scene: Scene, makers: Sequence[Blamed]) -> tuple[float, float]:
    """Return the share of the requests of all others that was refused: now, and usually."""
    rest = scene.loads.filter(~pl.any_horizontal([_all_of(b.winner) for b in makers]))
    now, usual = (
        float(part[MEASURE].sum()) / max(float(part["requests"].sum()), 1.0)
        for part in (rest.filter(pl.col("w") == 0), rest.filter(pl.col("w") > 0))
    )
    return now, usual


def _all_of(winner: Winner) -> pl.Expr:
    """Return the condition that requests are a subject's, with an account or without: who is locked out asks without one."""
    column = {"actor": "actor_id", "agent": "agent_id"}.get(winner.kind, "wide_network" if winner.id.endswith(WIDE) else "network")
    own = pl.col(column).cast(pl.String) == winner.id
    if winner.part is not None and winner.kind != "actor":
        own &= pl.col(winner.part[0]).cast(pl.String) == winner.part[1]
    return own.fill_null(False)
