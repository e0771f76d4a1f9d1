"""One actor from inside: its tree, its metrics, what may be related, who may have come back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.linkage.explain import PACKAGE, alike
from forensics.linkage.weights import prior_bits

MOST_ACCOUNTS = 500
"""Above so many accounts density and bridges are left out."""

SHORT_OF_PRIOR = 4.0
"""What is further below the prior than this many bits is not shown as possibly related."""


@dataclass(frozen=True)
class Metrics:
    """How an actor hangs together inside."""

    density: float | None
    """Share of pairs of accounts that share a value directly."""
    bridges: list[str]
    """Accounts without which the actor would fall apart."""
    weakest: tuple[str, float] | None
    """The account that is tied least, and its bits."""


@dataclass(frozen=True)
class Structure:
    """Everything that `forensics actor ID` draws."""

    tree: list[dict[str, Any]]
    """Rows of ``actor_tree``: actors and their accounts."""
    metrics: Metrics
    related: list[dict[str, Any]]
    returns: list[dict[str, Any]]


def actor_named(case: Case, wanted: str) -> str:
    """Return the id of the one actor that a name means: an id, the beginning of one, a label, an account, an email."""
    found = case.rows(PACKAGE, "actors_named", wanted=wanted)
    if not found:
        raise UsageError(f"There is no actor or account {wanted!r}: {alike(case, wanted) or '`forensics actors` lists the actors.'}")
    return str(found[0]["actor_id"])


def structure(case: Case, wanted: str) -> Structure:
    """Return an actor from inside."""
    actor = actor_named(case, wanted)
    tree = case.rows(PACKAGE, "actor_tree", actor_id=actor)
    accounts = sorted({row["account_id"] for row in tree if row["account_id"]})
    count = case.rows(PACKAGE, "account_count")[0]["accounts"]
    related = case.rows(PACKAGE, "related", accounts=accounts, least_bits=prior_bits(count) - SHORT_OF_PRIOR)
    returns = case.rows(PACKAGE, "returns_of", actor_id=actor)
    return Structure(tree, _metrics(case, tree, accounts), related, returns)


def _metrics(case: Case, tree: list[dict[str, Any]], accounts: list[str]) -> Metrics:
    tied = [(row["strength_bits"], row["account_id"]) for row in tree if row["strength_bits"] is not None]
    weakest = min(tied, default=None)
    if len(accounts) > MOST_ACCOUNTS or len(accounts) < 2:
        return Metrics(None, [], (weakest[1], weakest[0]) if weakest else None)
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in case.rows(PACKAGE, "kept_links", accounts=accounts):
        holders[(row["identifier_type"], row["identifier_value"])].add(row["account_id"])
    near = {frozenset(pair) for group in holders.values() for pair in combinations(sorted(group), 2)}
    density = len(near) / (len(accounts) * (len(accounts) - 1) / 2)
    graph: dict[str, set[str]] = {account: set() for account in accounts}
    for pair in near:
        left, right = sorted(pair)
        graph[left].add(right)
        graph[right].add(left)
    whole = _parts(graph, None)
    bridges = [account for account in accounts if len(accounts) > 2 and _parts(graph, account) > whole]
    return Metrics(density, bridges, (weakest[1], weakest[0]) if weakest else None)


def _parts(graph: dict[str, set[str]], without: str | None) -> int:
    """Count the connected parts of a graph when one node is gone."""
    seen: set[str] = set() if without is None else {without}
    parts = 0
    for start in graph:
        if start in seen:
            continue
        parts += 1
        stack = [start]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(graph[node] - seen)
    return parts
