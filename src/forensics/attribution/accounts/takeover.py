"""Were the accounts that took part used by strangers? Whose account it is and who sat at it are two questions, and logs answer neither.

What speaks for it: each account has a life of its own elsewhere, all of them come in the incident from one network that none of them ever
came from, nothing that a stranger cannot bring along ties them, and logins were refused in great number shortly before. Of one account,
or two, only the first can be asked, and a holder who starts a program elsewhere leaves the same traces: it is never likely by that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Rival, Weighed
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.case.case import Case
from forensics.certainty import LIKELY, bounded
from forensics.linkage.registry import signals
from forensics.text import counted

EXPLANATION = "accounts taken over"
PRIOR = -6.0
LEAST = 3
"""Accounts with a life of their own elsewhere, below which each is looked at alone."""
DAYS = 2
"""Days of earlier use that make a life of its own."""
MOST_FROM_THERE = 0.9
"""Of what an account asked in the incident, so much came from one network."""
ROTATING = 4
"""Networks from which an account moves about."""
STUFFING = timedelta(days=3)
"""How long before the incident refused logins are looked for."""
ELSEWHERE = frozenset({"network", "device", "behaviour"})
"""Families of evidence that whoever sits at the keyboard brings along."""
WANTED = [
    "Records of logins, password resets and second factors of these accounts; lists of leaked passwords that hold them.",
    "What the holders of the accounts say, and from where they used them that day.",
]


HOLDER = "the account was likely used by strangers (see the explanations): whoever holds it is then their victim"


@dataclass(frozen=True)
class Strangers:
    """The participants that were used from elsewhere than ever before."""

    accounts: list[str]
    networks: list[str]
    """Where they came from in the incident, the most common first."""
    new_agents: bool
    """Whether none of them had been used with the agents of the incident."""
    seen_between: int
    """How many were used from networks new to them while logins were refused."""


def taken_over(case: Case, scene: Scene, participants: pl.DataFrame) -> Rival | None:
    """Weigh "accounts taken over" for the accounts that took part; None where too few have a life elsewhere, or they share one."""
    names = sorted(participants.filter(pl.col("role") == "participant")["account_id"].to_list())
    if not names:
        return None
    refusals = _refusals(case, scene.incident)
    before = min([row["started_at"] for row in refusals], default=scene.whole.start)
    bounds = {"before": min(before, scene.whole.start), "start": scene.whole.start, "end": scene.whole.end}
    use = case.frame(PACKAGE, "takeover_use", accounts=names, **bounds)
    weighed = Weighed(wanted=list(WANTED))
    if len(names) < LEAST:
        alone = _alone(use)
        if alone.height < len(names):
            return None
        _weigh_alone(alone, refusals, weighed)
    else:
        found = _strangers(use, len(names))
        if found is None:
            return None
        _weigh(case, found, len(names), refusals, weighed)
    return Rival(EXPLANATION, bounded(1.0 / (1.0 + 2.0 ** -(PRIOR + weighed.bits))), weighed)


def as_victims(participants: pl.DataFrame, over: Rival | None) -> pl.DataFrame:
    """Return the participants with that said of each whose account strangers likely used: ``why`` is how its part is known."""
    if over is None or over.likelihood < LIKELY:
        return participants
    took = pl.col("role") == "participant"
    return participants.with_columns(why=pl.when(took).then(pl.format("{}; {}", pl.col("why"), pl.lit(HOLDER))).otherwise("why"))


def _refusals(case: Case, incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the incidents of refused requests of the days before, the first to begin first."""
    began: datetime = incident["started_at"]
    recent = (pl.col("refused_requests") > 0) & pl.col("started_at").is_between(began - STUFFING, began)
    return case.table("incidents").filter(recent & (pl.col("incident_id") != incident["incident_id"])).sort("started_at").to_dicts()


def _strangers(use: pl.DataFrame, participants: int) -> Strangers | None:
    """Return the accounts whose network of the incident is new to them, each with a home of its own; None where they are too few."""
    by_network = use.group_by("account_id", "network").agg(pl.col("earlier", "during", "between").sum(), pl.col("days").explode())
    home = by_network.filter(pl.col("earlier") > 0).sort("earlier", "network", descending=[True, False])
    lives = home.group_by("account_id", maintain_order=True).agg(
        pl.col("network").first().alias("home"), pl.col("days").explode().drop_nulls().n_unique().alias("days")
    )
    asked = by_network.sort("during", "network", descending=[True, False]).group_by("account_id", maintain_order=True)
    main = asked.agg(pl.col("network", "earlier").first(), (pl.col("during").first() / pl.col("during").sum()).alias("share"))
    foreign = main.join(lives, on="account_id").filter(
        (pl.col("earlier") == 0) & (pl.col("share") >= MOST_FROM_THERE) & (pl.col("days") >= DAYS)
    )
    n = foreign.height
    if n < max(LEAST, participants * 2 / 3) or foreign["home"].n_unique() < 0.9 * n or foreign["network"].n_unique() > n / 2:
        return None
    names = foreign["account_id"].sort().to_list()
    there = use.join(foreign.select("account_id", "network"), on=["account_id", "network"]).filter(pl.col("during") > 0)
    before = use.filter(pl.col("earlier") > 0).select("account_id", "agent_id").unique()
    between = by_network.filter(pl.col("account_id").is_in(names) & (pl.col("earlier") == 0) & (pl.col("between") > 0))
    places = foreign.group_by("network").len().sort("len", "network", descending=[True, False])["network"].to_list()
    known = there.join(before, on=["account_id", "agent_id"]).height
    return Strangers(names, places, known == 0, between["account_id"].n_unique())


def _alone(use: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts that had been used for days, and in the incident nearly only from networks and with agents new to them.

    Columns: account_id, days (of earlier use), networks (new ones), home (requests in the incident from networks that it had used before).
    """
    own = pl.col("earlier").sum().over("account_id", "network") > 0
    known = pl.col("earlier").sum().over("account_id", "agent_id") > 0
    by_account = use.with_columns(own=own, known=known).group_by("account_id", maintain_order=True)
    during, strange = pl.col("during"), ~pl.col("own") & ~pl.col("known")
    found = by_account.agg(
        pl.col("days").filter(pl.col("earlier") > 0).explode().drop_nulls().n_unique().alias("days"),
        pl.col("network").filter(strange & (during > 0)).n_unique().alias("networks"),
        during.filter("own").sum().alias("home"),
        (during.filter(strange).sum() / during.sum()).alias("share"),
    )
    return found.filter((pl.col("days") >= DAYS) & (pl.col("share") >= MOST_FROM_THERE))


def _weigh_alone(found: pl.DataFrame, refusals: list[dict[str, Any]], weighed: Weighed) -> None:
    for row in found.to_dicts():
        name, places = row["account_id"], counted(row["networks"], "network")
        lived, moved = f"{name} had been used on {row['days']} days before", f"in the incident it came from {places}"
        weighed.pro(f"{lived}; {moved} and with agents that it had never used.", STRONG)
        if row["networks"] >= ROTATING:
            weighed.pro("It moved about between them, as whoever hides where he is does.", WEAK)
        if row["home"]:
            weighed.pro(f"Meanwhile it was used from where it had been before, too: {counted(row['home'], 'request')}.", WEAK)
    for refused in refusals[-1:]:
        since = f"{refused['started_at']:%Y-%m-%d %H:%M}"
        weighed.pro(f"From {since} UTC on, {counted(refused['refused_requests'], 'request')} to {refused['scope']} were refused.", FAIR)
    weighed.contra("A holder who starts a program of his own elsewhere leaves the same traces.", WEAK)


def _weigh(case: Case, found: Strangers, participants: int, refusals: list[dict[str, Any]], weighed: Weighed) -> None:
    n = len(found.accounts)
    who = f"All {n} accounts" if n == participants else f"{n} of the {participants} accounts"
    places = ", ".join(found.networks[:3]) + (" and others" if len(found.networks) > 3 else "")
    weighed.pro(
        f"{who} came from {places}, where none of them had ever come from; before, they had been used for days, each mostly from another "
        "network than the others.",
        STRONG,
    )
    if found.new_agents:
        weighed.pro("None of them had been used with these user agents before.", WEAK)
    for row in refusals[-1:]:
        weighed.pro(_refused(row, found), DECISIVE if found.seen_between >= n / 2 else FAIR)
    types = [s.name for s in signals().values() if s.family not in ELSEWHERE]
    ties = case.rows(PACKAGE, "takeover_ties", accounts=found.accounts, types=types)
    if ties:
        most = ties[0]
        what = f"{counted(most['accounts'], 'account')} share a {most['identifier_type'].replace('_', ' ')}"
        weighed.contra(f"{what}: strangers' accounts have nothing in common.", STRONG if most["accounts"] >= n / 2 else WEAK)
    else:
        weighed.pro("Nothing but where they came from and what they did ties them: no card, payer, company, mail domain or sign-up.", FAIR)


def _refused(row: dict[str, Any], found: Strangers) -> str:
    seen = f"{counted(found.seen_between, 'of them was', 'of them were')} used from networks new to them from then on, before the incident"
    seen = seen if found.seen_between else "none of them was seen from a new network in between"
    since, asked = f"{row['started_at']:%Y-%m-%d %H:%M}", counted(row["refused_requests"], "request")
    return f"From {since} UTC on, {asked} to {row['scope']} were refused; {seen}."
