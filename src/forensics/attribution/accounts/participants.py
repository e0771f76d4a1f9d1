"""Who took part in the load of an incident, and who is only linked to those who did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.accounts.jointly import ONLY, Together, on_routes, together, went_on
from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Finding
from forensics.attribution.search.history import Bools, Floats, History, cells, history, similarity, telling, within
from forensics.attribution.search.scan import Winner, belongs
from forensics.attribution.search.unlinked import MIN_SHARE
from forensics.attribution.setting import PACKAGE, SEVERAL
from forensics.attribution.windows import bounds, placebo_windows
from forensics.case.case import Case

BULK = 0.99
"""The largest own excesses that make up this much of their actor's are its load."""
PAYING = 0.9
"""Of several blamed actors so many pay with one thing, where that ties others to them."""
ALIKE = 0.9
"""Cosine of routes from which an account is said to have done the same thing."""
ABOUT = 0.7
"""... of few requests: about the same (one of two things only is .71)."""
PACE = 0.2
"""An account that came after the impact, or that nothing but its own doing ties to the others, must work at this share of their pace
(requests per active minute): a person who looks around or tries again does not."""
FEWEST_ALONE = 20
"""... and must have made so many requests."""
BRISK = 0.5
"""Who came after the impact with an agent that none of the others has must work at this share of their pace, and ask for nothing else."""
MOSTLY = 0.5
"""Of so many requests this part must be for the same things, of the part that it is with those who made the load."""
COMMON = 0.05
"""An agent that more of the other accounts use, in the windows of comparison, tells nobody from them."""
SMALL = 0.05
"""A small part in what the others of its actor did, in the same way, is this much of what each of them usually did, at least."""

SCHEMA: dict[str, Any] = {
    "actor_id": pl.String, "account_id": pl.String, "role": pl.String, "requests": pl.Int64, "load_share": pl.Float64, "why": pl.String,
}  # fmt: skip

LATER = "singly: after the impact had begun it did the same thing as those who took part, at their pace"
"""Why an account is held to have taken part that had none in what led to the impact."""
AS_THEY_PAY = ", and it pays with what they pay with; nothing else ties it to them"


@dataclass(frozen=True)
class Suspects:
    """Accounts that are looked at one by one: those of blamed actors, those linked above them, and strangers who did the same."""

    actor_of: dict[str, str]
    """account_id -> the actor that its load is counted to."""
    blamed: frozenset[str]
    """Accounts of the blamed actors themselves."""
    kin: dict[str, str]
    """account_id -> the blamed actor that it is linked to."""
    tied: frozenset[str]
    """Accounts that nothing links to the blamed ones, and that pay with the one thing that these pay with."""


def participants(case: Case, scene: Scene, finding: Finding) -> pl.DataFrame:
    """Return one row per account (columns of ``SCHEMA``): participants first, then those ruled known, then the uninvolved.

    A participant's own excess over its own other days is significant, and is part of the bulk of its actor's load or at least 1 % of the
    incident's excess, or was made in the very way of the others; it may also have taken over after the impact (shifts), at the
    participants' pace, doing the same thing; so may one that only pays with what all of several blamed actors pay with. Accounts of which
    none stands out so may be known jointly (``jointly.py``); ``why`` says which. An account that is linked by an organisation only, or by
    nothing, must have done the same thing with at least 1 % of the excess by itself. Who was ruled known is neither: what it did is told,
    and it is not blamed.
    """
    if not any(b.winner.kind == "actor" for b in finding.blamed):
        return pl.DataFrame(schema=SCHEMA)
    excess = max(finding.requests_excess(scene), 1.0)
    ways = _ways(scene, finding)
    known = _suspects(case, scene, finding, ways, excess)
    accounts = sorted(known.actor_of)
    whole = history(scene.loads, accounts, scene.windows)
    narrow = history(within(scene.loads, ways), accounts, scene.windows)
    inside = np.array([a in known.blamed for a in accounts])
    alone = inside & _singly(case, scene, ways, whole, narrow) & _bulk(np.maximum(whole.over, narrow.over), inside, excess)
    groups = _groups(case, scene, finding, known, {a for a, yes in zip(accounts, alone, strict=True) if yes})
    took = alone | np.array([account in groups for account in accounts])
    pace = _pace(case, scene, accounts)
    typical = float(np.median(pace[took])) if took.any() else np.inf
    as_fast = pace >= PACE * typical
    same = narrow.significant(4.0, 2.0) & _alike(scene, ways, accounts)
    small = max(FEWEST_ALONE, SMALL * float(np.median(narrow.load[took, 0]))) if took.any() else np.inf
    own = history(within(scene.loads, _peculiar(scene, ways, known.blamed)), accounts, scene.windows)
    strangers = ~inside & (own.over >= max(MIN_SHARE * excess, FEWEST_ALONE)) & as_fast & alone.any()
    like = same & (inside & (narrow.over >= small) | strangers)
    took |= like
    tied = np.array([a in known.tied for a in accounts])
    late = (inside | tied) & as_fast & _later(case, scene, accounts, took, ways, pace >= BRISK * typical)
    took |= late
    took &= np.array([account not in scene.ruled for account in accounts], dtype=bool)
    paying = (tied & ~inside).tolist()
    told = zip(accounts, alone.tolist(), like.tolist(), late.tolist(), paying, strict=True)
    why = [_why(account, groups, grounds) for account, *grounds in told]
    return _rows(scene, known, whole, took, why, max(finding.requests_shared(scene), 1.0))


def _groups(case: Case, scene: Scene, finding: Finding, known: Suspects, alone: set[str]) -> dict[str, Together]:
    """Return who is known jointly, and with whom: of each blamed actor the accounts that are not known singly."""
    found: dict[str, Together] = {}
    for blamed in finding.blamed:
        seen = finding.fall if blamed.at_fall and finding.fall is not None else scene
        rest = sorted(a for a in known.blamed - alone - scene.ruled if known.actor_of[a] == blamed.winner.id)
        group = together(case, seen, blamed, rest) if blamed.winner.kind == "actor" and blamed.winner.part is None else None
        found |= dict.fromkeys(group.accounts, group) if group else {}
    return found


def _why(account: str, groups: dict[str, Together], grounds: list[bool]) -> str | None:
    """Say how it is known that an account took part (``grounds``: alone, like the others, later, tied by what it pays with
    alone); None where nothing says so.
    """
    alone, like, late, paying = grounds
    if alone:
        return "singly: its own load rose clearly above that of the same hours at other times"
    if account in groups:
        return groups[account].told()
    if like:
        return "singly: it did the same thing as those who took part, in the same way, more than ever at such hours"
    return (LATER + AS_THEY_PAY if paying else LATER) if late else None


def _ways(scene: Scene, finding: Finding) -> pl.DataFrame:
    """Return how those who are blamed work (as of ``cells``); who came last worked so around the first failures."""
    blamed = [b for b in finding.blamed if b.winner.kind == "actor"]
    ways = _of(scene, [b.winner for b in blamed if not b.at_fall])
    late = [b.winner for b in blamed if b.at_fall]
    if finding.fall is None or not late:
        return ways
    return pl.concat([ways, _of(finding.fall, late)]).group_by("agent_id", "route_id", maintain_order=True).agg(pl.col("over").sum())


def _of(scene: Scene, winners: list[Winner]) -> pl.DataFrame:
    return telling(scene.loads, cells(scene.loads.filter(pl.any_horizontal([belongs(winner) for winner in winners])), scene.windows))


def _peculiar(scene: Scene, ways: pl.DataFrame, blamed: frozenset[str]) -> pl.DataFrame:
    """Return the ways that hardly anybody else has: with an agent that is logged, and that few of the other accounts use at other times.

    Who browses with everybody's browser, or in a log without agents, is busy: that is not the way of those who made the load.
    """
    others = scene.loads.filter((pl.col("w") > 0) & pl.col("account_id").is_not_null() & ~pl.col("account_id").is_in(list(blamed)))
    people = max(others["account_id"].n_unique(), 1)
    users = others.group_by("agent_id").agg(pl.col("account_id").n_unique().alias("users"))
    common = users.filter(pl.col("users") > COMMON * people).select("agent_id")
    return ways.filter(pl.col("agent_id").is_not_null()).join(common, on="agent_id", how="anti")


def _suspects(case: Case, scene: Scene, finding: Finding, ways: pl.DataFrame, excess: float) -> Suspects:
    actors = [b.winner.id for b in finding.blamed if b.winner.kind == "actor"]
    named = scene.loads.filter(pl.col("account_id").is_not_null())
    kin: dict[str, str] = {}
    for actor in reversed(actors):
        kin |= dict.fromkeys(case.frame(PACKAGE, "kin", actor_id=actor)["account_id"].to_list(), actor)
    owners = dict(named.select("account_id", "actor_id").unique().iter_rows())
    blamed = {account for account, actor in owners.items() if actor in actors}
    blamed |= set(case.frame(PACKAGE, "own_accounts", actors=actors)["account_id"].to_list())
    strong = within(named, ways).filter(pl.col("w") == 0).group_by("account_id").agg(pl.col("requests").sum())
    strangers = set(strong.filter(pl.col("requests") >= MIN_SHARE * excess)["account_id"].to_list())
    tied = _tied(scene, finding)
    everyone = blamed | set(kin) | strangers | set(tied)
    known = tied | kin | owners
    return Suspects({account: known.get(account, "") for account in sorted(everyone)}, frozenset(blamed), kin, frozenset(tied))


def _tied(scene: Scene, finding: Finding) -> dict[str, str]:
    """Return the accounts (and their actors) that pay with the one thing that nearly all of several blamed actors pay with.

    Not where most who pay with it and asked meanwhile are others: a reseller's customers have that in common, and nothing else.
    """
    members = [b.winner.id for b in finding.blamed if b.winner.kind == "actor"]
    value, payers = ["identifier_type", "identifier_value"], scene.setting.payers
    held = payers.filter(pl.col("actor_id").is_in(members)).group_by(value).agg(pl.col("actor_id").n_unique().alias("members"))
    asked = (
        payers.join(scene.loads.filter(pl.col("requests") > 0), on="account_id", how="semi").group_by(value).agg(pl.len().alias("asked"))
    )
    theirs = payers.filter(pl.col("actor_id").is_in(members)).group_by(value).agg(pl.len().alias("theirs"))
    counts = held.join(asked, on=value).join(theirs, on=value)
    one = counts.filter(pl.col("members") >= max(SEVERAL, PAYING * len(members)), 2 * pl.col("theirs") > pl.col("asked"))
    return dict(payers.join(one, on=value, how="semi").select("account_id", "actor_id").iter_rows())


def _singly(case: Case, scene: Scene, ways: pl.DataFrame, whole: History, narrow: History) -> Bools:
    """Return who rose clearly above its own other days, most of it for the same things as the others.

    A visit of a person who was not there at that hour before is a rise, too, and no part in the load: of few requests nearly all must be
    for the same things, to the end of the incident, and in about the same proportions.
    """
    risen = whole.significant(3.0, 1.5) | narrow.significant(3.0, 1.5)
    same = History(whole.accounts, on_routes(scene.loads, ways, whole.accounts, scene.windows))
    many = np.maximum(whole.over, narrow.over) >= FEWEST_ALONE
    result: Bools = risen & many & (same.over >= MOSTLY * _usual_part(same, whole) * whole.over)
    few = risen & ~many & (same.load >= ONLY * whole.load)[:, 0] & (similarity(scene.loads, ways, whole.accounts) >= ABOUT)
    if few.any():
        result |= few & (went_on(case, scene, ways, whole.accounts) > 0)
    return result


def _usual_part(same: History, whole: History) -> float:
    """Return which part of their excess was for the same things, of those who made it: half where one route of a pair is looked at."""
    made = np.where(whole.over > 0, np.clip(same.over, 0.0, None), 0.0)
    part = np.minimum(1.0, made / np.maximum(whole.over, 1.0))
    return float((made * part).sum() / made.sum()) if made.any() else 1.0


def _bulk(over: Floats, inside: Bools, excess: float) -> Bools:
    """Whether an account's excess is part of the 99 % that the largest make up, or at least 1 % of the incident's."""
    positive = np.where(inside, np.maximum(over, 0.0), 0.0)
    order = np.argsort(-positive, kind="stable")
    before = np.cumsum(positive[order]) - positive[order]
    result = np.zeros(len(over), dtype=bool)
    result[order] = before < BULK * positive.sum()
    return result | (over >= MIN_SHARE * excess)


def _alike(scene: Scene, ways: pl.DataFrame, accounts: list[str]) -> Bools:
    result: Bools = similarity(scene.loads, ways, accounts) >= ALIKE
    return result


def _later(case: Case, scene: Scene, accounts: list[str], took: Bools, ways: pl.DataFrame, brisk: Bools) -> Bools:
    """Return who took part after the impact began: doing the same thing, in the same way or else as busily (``brisk``) as the others."""
    nobody = np.zeros(len(accounts), dtype=bool)
    if scene.whole.end <= scene.window.end or not took.any():
        return nobody
    others = placebo_windows(scene.whole, scene.covered, scene.masked)
    windows = [scene.whole, *others]
    loads = case.frame(PACKAGE, "account_windows", accounts=accounts, **bounds(windows))
    done = history(within(loads, ways), accounts, len(windows))
    same = History(accounts, on_routes(loads, ways, accounts, len(windows)))
    least = 0.1 * float(np.median(done.load[took, 0]))
    only = same.load[:, 0] >= ONLY * history(loads, accounts, len(windows)).load[:, 0]
    so = done.significant(4.0, 2.0) & (done.load[:, 0] >= least) & (only | (done.over >= FEWEST_ALONE))
    otherwise = same.significant(4.0, 2.0) & (same.load[:, 0] >= max(least, FEWEST_ALONE)) & only & brisk
    result: Bools = (so | otherwise) & (similarity(loads, ways, accounts) >= ALIKE)
    return result


def _pace(case: Case, scene: Scene, accounts: list[str]) -> Floats:
    """Return requests per active minute of each account in the incident."""
    rows = case.rows(PACKAGE, "active_minutes", accounts=accounts, start=scene.whole.start, end=scene.whole.end)
    known = {row["account_id"]: row["requests"] / max(row["active_minutes"], 1) for row in rows}
    return np.array([known.get(account, 0.0) for account in accounts])


ROLES = ("participant", "known", "uninvolved")
"""What an account is to a load: it took part; its part is one that a person ruled known; or it is linked, and took none."""


NOT_SHOWN = "not shown: its load rose as well, but not clearly enough, or not in the way of those who took part"
"""Of an account that is linked, and asked for more than usual: it is not named, and nobody may say that it did nothing."""
NOT_SEEN = "not seen: these logs hold no request of it"
"""Of an account that is linked, and that is in an export only: nobody may say that it did nothing elsewhere."""


def _rows(scene: Scene, known: Suspects, whole: History, took: Bools, why: list[str | None], excess: float) -> pl.DataFrame:
    rows = []
    apart = history(scene.apart, whole.accounts, scene.windows)
    for i, account in enumerate(whole.accounts):
        if not took[i] and account not in known.blamed and account not in known.kin:
            continue
        excused = not took[i] and (account in scene.ruled or apart.load[i, 0] > 0)
        over = whole.over[i] + (apart.over[i] if excused else 0.0)
        rows.append({
            "actor_id": known.actor_of[account] if took[i] or account in known.blamed else known.kin[account],
            "account_id": account,
            "role": "participant" if took[i] else "known" if excused else "uninvolved",
            "requests": int(whole.load[i, 0] + (apart.load[i, 0] if excused else 0.0)),
            "load_share": round(float(min(1.0, max(0.0, over) / excess)), 4),
            "why": why[i] if took[i] else NOT_SHOWN if not excused and over >= max(MIN_SHARE * excess, FEWEST_ALONE) else None,
        })  # fmt: skip
    frame = pl.DataFrame(rows, schema=SCHEMA)
    order = pl.col("role").replace_strict(ROLES, range(len(ROLES)), return_dtype=pl.Int64)
    return frame.sort([order, "load_share", "account_id"], descending=[False, True, False])
