"""Why an account is in its actor, why two accounts are linked - or are not, and what would be needed."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.certainty import bounded
from forensics.errors import UsageError
from forensics.linkage.registry import signals
from forensics.linkage.weights import CORROBORATION_CAP, DISCOUNT, NEEDED_BITS, likelihood, prior_bits, value_bits
from forensics.text import counted

PACKAGE = "linkage/queries"


@dataclass(frozen=True)
class Step:
    """One piece of evidence in the waterfall."""

    what: str
    why: str
    bits: float
    """The value's own weight."""
    counted: float
    """What of it is counted: full, discounted within its family, or 0."""
    total: float
    """Bits above the prior after this step."""
    family: str
    kept: bool
    where: str
    """File and line where it is seen."""


@dataclass(frozen=True)
class Explanation:
    """Evidence for and against, from the prior to what is left."""

    account_id: str
    other_id: str | None
    verdict: str
    prior: float
    steps: list[Step]
    total: float
    likelihood: float
    needed: list[str] = field(default_factory=list)
    """What would be needed for a link, where there is none."""
    chain: list[str] = field(default_factory=list)
    """How two accounts hang together through others."""

    def frame(self) -> pl.DataFrame:
        """Return the steps as rows: what, counted_bits, total_bits, weight_bits, kept, family, why, where."""
        first = (
            "any two accounts",
            0.0 - self.prior,
            0.0 - self.prior,
            None,
            None,
            "prior",
            "before any evidence: one in the number of accounts",
            "",
        )
        rows = [first, *((s.what, s.counted, s.total, s.bits, s.kept, s.family, s.why, s.where) for s in self.steps)]
        schema = {
            "evidence": pl.String(), "counted_bits": pl.Float64(), "total_bits": pl.Float64(), "weight_bits": pl.Float64(),
            "kept": pl.Boolean(), "family": pl.String(), "why": pl.String(), "where": pl.String(),
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")


def account_named(case: Case, wanted: str) -> str:
    """Return the one account that a name (id or email) means; ``UsageError`` when it is none or several."""
    found = [row["account_id"] for row in case.rows("case", "accounts_named", wanted=wanted)]
    if not found:
        how = alike(case, wanted) or "give an account id or an email address (`forensics actors --seed` takes more)."
        raise UsageError(f"There is no account {wanted!r} in the case: {how}")
    if len(found) > 1:
        raise UsageError(f"{wanted!r} could be any of the accounts {', '.join(found[:5])}: name one by its id.")
    return str(found[0])


ALIKE = 0.93
"""Jaro-Winkler similarity of names that differ by a slip or two; ids that count up are as alike, and no more than three are told."""


def alike(case: Case, wanted: str) -> str:
    """Return the question which account was meant, where one is called nearly so; nothing otherwise."""
    found = case.rows("case", "accounts_like", wanted=wanted, alike=ALIKE)
    names = [
        f"{row['account_id']} ({row['email']})" if row["email"] not in (None, row["account_id"]) else row["account_id"] for row in found
    ]
    return f"did you mean {' or '.join(names)}?" if names else ""


def explain_account(case: Case, wanted: str) -> Explanation:
    """Return why an account is in its actor: what it shares with the others there, and what was left out."""
    case.execute("linkage", "macros")
    account = account_named(case, wanted)
    prior = prior_bits(case.rows(PACKAGE, "account_count")[0]["accounts"])
    rows = case.rows(PACKAGE, "account_evidence", account=account)
    steps, total = waterfall(rows, prior, ("operator", "payer"))
    above = case.rows(PACKAGE, "above", account=account)
    groups = [row for row in above if row["accounts"] > 1]
    if not groups:
        verdict = f"{account} stands alone: nothing that it shares with others is enough"
        return Explanation(account, None, verdict, prior, steps, total, bounded(likelihood(total)), needed(-total, prior))
    names = ", within ".join(f"{row['label']} ({row['level']}, {counted(row['accounts'], 'account')}, {row['actor_id']})" for row in groups)
    alone = all(row["level"] == "same organisation" for row in groups)
    held = likelihood(total) if not alone else float(groups[0]["likelihood"])
    return Explanation(
        account, None, f"{account} is in {names}", prior, steps, total, bounded(held), needed(-total, prior) if alone else []
    )


def explain_pair(case: Case, wanted: str, other: str) -> Explanation:
    """Return what speaks for and against two accounts belonging together, and how they hang together through others."""
    case.execute("linkage", "macros")
    account, second = account_named(case, wanted), account_named(case, other)
    if account == second:
        raise UsageError(f"Both names mean the account {account}: a link has two ends.")
    prior = prior_bits(case.rows(PACKAGE, "account_count")[0]["accounts"])
    above = {row["actor_id"]: row for row in case.rows(PACKAGE, "above", account=account)}
    common = next((row for row in case.rows(PACKAGE, "above", account=second) if row["actor_id"] in above), None)
    levels = ("operator", "payer", "organisation") if common and common["level"] == "same organisation" else ("operator", "payer")
    rows = case.rows(PACKAGE, "pair_evidence", account=account, other=second)
    steps, total = waterfall(rows, prior, levels)
    chain = chain_between(case, account, second) if common else []
    if common is None:
        verdict = f"not linked: {account} and {second} are in different actors"
        shared = frozenset(str(row["identifier_type"]) for row in rows)
        return Explanation(account, second, verdict, prior, steps, total, bounded(likelihood(total)), needed(-total, prior, shared))
    verdict = f"linked, {common['level']}: both are in {common['label']} ({common['actor_id']})"
    return Explanation(
        account, second, verdict, prior, steps, total, bounded(float(common["likelihood"])), [], chain if len(chain) > 3 else []
    )


def waterfall(rows: list[dict[str, Any]], prior: float, levels: tuple[str, ...]) -> tuple[list[Step], float]:
    """Return the steps and the bits above the prior after the last; the same sums as ``weights.combine``.

    Per family: of a block (an address and its neighbours, one type of identifier) the strongest value, the next at a discount; every
    family but the strongest up to the cap. Evidence of an organisation alone shows no more than the organisation and is not counted.
    """
    counted = _counted([row for row in rows if row["kept"] and row["level"] in levels])
    steps, total = [], -prior
    for row in sorted(rows, key=lambda row: -counted.get(id(row), 0.0)):
        part = counted.get(id(row), 0.0)
        total += part
        places = [_place(row["path"], row["line"]), _place(row.get("other_path"), row.get("other_line"))]
        what = f"{row['identifier_type'].replace('_', ' ')} {row['identifier_value']}"
        where = ", ".join(place for place in places if place)
        steps.append(Step(what, row["why"] or "", row["bits"] or 0.0, part, total, row["family"], bool(row["kept"]), where))
    return steps, total


def _counted(rows: list[dict[str, Any]]) -> dict[int, float]:
    """Return what of each row (by identity) is counted."""
    families: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        best = families[row["family"]].get(row["block"])
        if best is None or row["bits"] > best["bits"]:
            families[row["family"]][row["block"]] = row
    parts: dict[str, list[tuple[int, float]]] = {}
    for family, blocks in families.items():
        ranked = sorted(blocks.values(), key=lambda row: -row["bits"])
        parts[family] = [(id(row), row["bits"] * DISCOUNT**place) for place, row in enumerate(ranked)]
    totals = {family: sum(part for _, part in found) for family, found in parts.items()}
    strongest = max(totals, key=lambda family: (totals[family], family), default=None)
    result: dict[int, float] = {}
    for family, found in parts.items():
        scale = 1.0 if family == strongest or totals[family] <= CORROBORATION_CAP else CORROBORATION_CAP / totals[family]
        result.update({key: part * scale for key, part in found})
    return result


def _place(path: str | None, line: int | None) -> str:
    return "" if path is None else f"{path}:{line}"


def needed(missing: float, prior: float, shared: frozenset[str] = frozenset()) -> list[str]:
    """Say what would be needed for a link when ``missing`` bits lie below the prior; types that are ``shared`` already are no example."""
    wanted = missing + NEEDED_BITS
    if wanted <= 0:
        return []
    enough = []
    accounts = round(2**prior)
    for signal in signals().values():
        bits = value_bits(signal.m, 0, signal.chance, accounts)
        if signal.level != "organisation" and bits >= wanted and signal.owner is not None and signal.name not in {"brought", *shared}:
            enough.append(f"{signal.title} ({bits:.1f} bits)")
    return [f"{wanted:.1f} more bits would be needed: for example {', '.join(enough[:4])}, shared with nobody else"]


def chain_between(case: Case, account: str, other: str) -> list[str]:
    """Return a shortest chain account, value, account ... through kept links; [] when there is none."""
    by_account: dict[str, list[str]] = defaultdict(list)
    by_value: dict[str, list[str]] = defaultdict(list)
    for row in case.rows(PACKAGE, "kept_links", accounts=None):
        value = f"{row['identifier_type'].replace('_', ' ')} {row['identifier_value']}"
        by_account[row["account_id"]].append(value)
        by_value[value].append(row["account_id"])
    before: dict[tuple[str, str], tuple[str, str] | None] = {("account", account): None}
    queue: deque[tuple[str, str]] = deque([("account", account)])
    while queue:
        node = queue.popleft()
        if node == ("account", other):
            break
        kind, name = node
        steps = [("value", v) for v in by_account[name]] if kind == "account" else [("account", a) for a in by_value[name]]
        for step in steps:
            if step not in before:
                before[step] = node
                queue.append(step)
    chain: list[str] = []
    at: tuple[str, str] | None = ("account", other) if ("account", other) in before else None
    while at is not None:
        chain.append(at[1])
        at = before[at]
    return chain[::-1]
