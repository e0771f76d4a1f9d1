"""Walk outwards from a suspect: everything reachable, the strongest links first."""

from __future__ import annotations

import heapq
from collections import defaultdict

import polars as pl

from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.linkage.explain import PACKAGE
from forensics.text import counted

FARTHEST = 200
"""Accounts that a walk returns at most."""

SCHEMA = {
    "steps": pl.Int64(), "account_id": pl.String(), "strength_bits": pl.Float64(), "kept": pl.Boolean(), "via": pl.String(),
    "from_account": pl.String(), "why": pl.String(),
}  # fmt: skip


def from_seed(case: Case, seed: str) -> pl.DataFrame:
    """Return the accounts reachable from a seed (account, email, domain, address, identifier or actor), strongest path first.

    A path is as strong as its weakest link, in bits; links that were not enough (``kept`` false) come after all that hold, and are
    followed one step only. Raises ``UsageError`` when the seed names nothing.
    """
    seeds = [row["account_id"] for row in case.rows(PACKAGE, "seeds", seed=seed)]
    if not seeds:
        raise UsageError(
            f"No account leads to {seed!r}: give an account, an email, a domain, an address or TYPE:VALUE.{_asked(case, seed)}"
        )
    holders: dict[tuple[str, str], list[tuple[str, float, bool, str]]] = defaultdict(list)
    values: dict[str, list[tuple[str, str, float, bool]]] = defaultdict(list)
    for kind, value, account, bits, kept, why in case.frame(PACKAGE, "walk_links").iter_rows():
        holders[(kind, value)].append((account, bits, kept, why))
        values[account].append((kind, value, bits, kept))
    rows: list[tuple[int, str, float | None, bool, str, str | None, str]] = []
    done: set[str] = set()
    queue: list[tuple[int, float, int, str, str, str, str]] = [(0, 0.0, 0, account, "", "", "where the walk begins") for account in seeds]
    while queue and len(rows) < FARTHEST:
        weak, negative, steps, account, via, origin, why = heapq.heappop(queue)
        if account in done:
            continue
        done.add(account)
        rows.append((steps, account, -negative if steps else None, not weak, via, origin or None, why))
        if weak:
            continue
        for kind, value, bits, kept in values[account]:
            for other, other_bits, other_kept, other_why in holders[(kind, value)]:
                if other not in done:
                    strength = min(bits, other_bits, *([-negative] if steps else []))
                    holds = kept and other_kept
                    item = (int(not holds), -strength, steps + 1, other, f"{kind.replace('_', ' ')} {value}", account, other_why)
                    heapq.heappush(queue, item)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _asked(case: Case, address: str) -> str:
    """Return what an address asked for without an account, as a sentence; nothing where it is not in the logs."""
    (seen,) = case.rows(PACKAGE, "asked_from", address=address)
    if not seen["requests"]:
        return ""
    return f" {address} asked without an account: {counted(seen['requests'], 'request')} from {seen['since']} to {seen['until']} UTC."
