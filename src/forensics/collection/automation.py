"""Fill ``automation``: how machine-like accounts, actors and anonymous networks ask, with reasons.

No list of agents is used. Each sign is worth as many bits as it is rare among everybody (a sign that one in 64 has is worth six), at most
six; signs hang together, so their sum is discounted. The prior is that one subject in 64 is a machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.certainty import bounded
from forensics.collection import PACKAGE

FEWEST = 20
"""Requests below which nothing is said of a subject."""
LOOKED_AT = 80
"""Busiest accounts whose requests are looked at one by one, and as many ordinary ones to compare them with."""
FEWEST_GAPS = 10
"""Intervals between requests below which nothing is said of how they are spaced."""
CROWD = 20
"""Networks in a subject's busiest minute from which on, where fewer than ``FEWEST`` requests came from each, it is many clients under
one name (a key that a page or an app carries): how fast and how much they ask in all is no sign of a machine."""
MOST_BITS = 6.0
PRIOR_BITS = -6.0
DISCOUNT = 0.6
RARE = 0.1
"""A sign that more than this share of the others has, too, is none."""

SCHEMA: dict[str, Any] = {
    "subject_type": pl.String, "subject_id": pl.String, "score": pl.Float64, "likelihood": pl.Float64, "reasons": pl.List(pl.String),
}  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """A column that grows with machine-likeness, the least value that is a sign at all, and how it is said."""

    column: str
    least: float
    sentence: str


HABITS = (
    Sign("peak", 20, "{value:,.0f} requests in its busiest minute"),
    Sign("hours", 12, "active in {value:.0f} hours of one day"),
    Sign("narrowness", 0.9, "{value:.0%} of its requests on two routes"),
)
CADENCE = (
    Sign("evenness", 0.7, "evenly spaced: half of its intervals differ from the middle one by less than {rest:.0%}"),
    Sign("walking", 0.5, "walks the ids upwards in {value:.0%} of its steps"),
    Sign("coverage", 0.2, "fetched {value:.0%} of all ids between its lowest and its highest"),
    Sign("paired", 0.5, "fetched {value:.0%} of its objects in two kinds, one after the other"),
    Sign("objects", 100, "{value:,.0f} different objects in eleven minutes"),
)


def score(case: Case) -> None:
    """Fill ``automation`` for the busiest accounts, the actors they belong to, and the busiest networks without accounts."""
    habits = case.frame(PACKAGE, "habits", fewest=FEWEST).filter(~_crowd())
    accounts = habits.filter(pl.col("subject_type") == "account")
    networks = habits.filter(pl.col("subject_type") == "network")
    rows = _scored(accounts, _cadence(case, accounts), "account") + _scored(networks, pl.DataFrame(), "network")
    owners = dict(case.table("account_actors").sort("account_id").select("account_id", "actor_id").iter_rows())
    rows += _of_actors(rows, owners)
    frame = pl.DataFrame(rows, schema=SCHEMA)
    case.replace("automation", frame.sort(["subject_type", "score", "subject_id"], descending=[False, True, False]))


def _crowd() -> pl.Expr:
    return (pl.col("networks") >= CROWD) & (pl.col("peak") < FEWEST * pl.col("networks"))


def _busiest(accounts: pl.DataFrame) -> pl.DataFrame:
    return accounts.sort(["peak", "subject_id"], descending=[True, False]).head(LOOKED_AT)


def _cadence(case: Case, accounts: pl.DataFrame) -> pl.DataFrame:
    """Look at the busiest accounts and at as many others, spread evenly over all, to know what is ordinary."""
    if accounts.is_empty():
        return pl.DataFrame()
    busy = _busiest(accounts)
    rest = accounts.join(busy, on="subject_id", how="anti").sort("subject_id")
    looked = pl.concat([busy, rest.gather_every(max(1, len(rest) // LOOKED_AT)).head(LOOKED_AT)])
    found = case.frame(PACKAGE, "cadence", accounts=looked["subject_id"].to_list(), peaks=looked["peak_minute"].to_list())
    known = found.with_columns(evenness=(1.0 - pl.col("unevenness")).clip(0.0, 1.0)).rename({"account_id": "subject_id"})
    enough = pl.col("gaps") >= FEWEST_GAPS
    signs = [pl.when(enough).then(pl.col(sign.column)).alias(sign.column) for sign in CADENCE]
    return looked.select("subject_id").join(known, on="subject_id", how="left", maintain_order="left").with_columns(signs)


def _scored(subjects: pl.DataFrame, cadence: pl.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Return rows for the busiest subjects of a kind."""
    if subjects.is_empty():
        return []
    chosen = _busiest(subjects)["subject_id"].to_list()
    bits: dict[str, list[tuple[float, str]]] = {name: [] for name in chosen}
    for frame, signs in ((subjects, HABITS), (cadence, CADENCE)):
        for sign in signs if not frame.is_empty() else ():
            for name, found in _signs(frame.select("subject_id", sign.column).drop_nulls(), sign, len(frame)).items():
                if name in bits:
                    bits[name].append(found)
    return [_row(kind, name, found) for name, found in bits.items() if found]


def _signs(frame: pl.DataFrame, sign: Sign, everybody: int) -> dict[str, tuple[float, str]]:
    """Return subject -> (bits, sentence) of those who show a sign; ``everybody`` counts those, too, of whom it cannot be said."""
    values = frame[sign.column].cast(pl.Float64).to_numpy()
    ordered = np.sort(values)
    rarity = (len(values) - np.searchsorted(ordered, values, side="left")) / max(everybody, 1)
    names = frame["subject_id"].to_list()
    return {
        names[i]: (min(MOST_BITS, -float(np.log2(rarity[i]))), sign.sentence.format(value=values[i], rest=1.0 - values[i]))
        for i in np.flatnonzero((values >= sign.least) & (rarity <= (RARE if sign in HABITS else 0.5)))
    }


def _row(kind: str, name: str, found: list[tuple[float, str]]) -> dict[str, Any]:
    total = sum(bits for bits, _ in found)
    likelihood = 1.0 / (1.0 + 2.0 ** -(PRIOR_BITS + DISCOUNT * total))
    reasons = [f"{sentence} ({bits:.1f} bits)" for bits, sentence in sorted(found, key=lambda f: (-f[0], f[1]))]
    return {
        "subject_type": kind, "subject_id": name, "score": round(total, 2), "likelihood": round(bounded(likelihood), 3), "reasons": reasons,
    }  # fmt: skip


def _of_actors(rows: list[dict[str, Any]], owners: dict[str, str]) -> list[dict[str, Any]]:
    """Return one row per actor: that of its most machine-like account, and how many of its accounts are like it."""
    members: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["subject_type"] == "account" and row["subject_id"] in owners:
            members.setdefault(owners[row["subject_id"]], []).append(row)
    found = []
    for actor, accounts in sorted(members.items()):
        top = max(accounts, key=lambda r: (r["score"], r["subject_id"]))
        alike = sum(row["likelihood"] >= 0.55 for row in accounts)
        like = "1 of its accounts asks like a machine," if alike == 1 else f"{alike} of its accounts ask like machines, most of all"
        reasons = [f"{like} {top['subject_id']}", *top["reasons"]] if alike else top["reasons"]
        found.append(top | {"subject_type": "actor", "subject_id": actor, "reasons": reasons})
    return found
