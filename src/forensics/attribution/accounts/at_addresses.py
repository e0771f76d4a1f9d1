"""Which accounts are known at the addresses that a load without an account came from: a link, and no proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.case.case import Case

if TYPE_CHECKING:
    from forensics.attribution.facts.refusals import Denied
    from forensics.attribution.search.finding import Finding
from forensics.attribution.networks import LEAST_REQUESTS, beginning

SEEN_WITHIN_DAYS = 30
"""Who was seen at an address longer before or after than this may be whoever had it then."""
FEW = 3
"""An address at which more groups of accounts are seen is an exit of many, and names nobody."""
FEWEST_DENIED, MOSTLY_DENIED = 3, 0.8
"""From an address that tries passwords so many requests are denied at least, and this part of those that the login answered."""


def accounts_known(case: Case, scene: Scene, finding: Finding) -> pl.DataFrame | None:
    """Return the accounts that were opened from, or seen at, the addresses behind blamed networks; None where none is blamed.

    Columns: network, address, how, account_id, actor_id, first_at, last_at, uses, evidence_id, line.
    """
    winners = [b.winner for b in finding.blamed if b.winner.kind == "network"]
    if not winners:
        return None
    agents = [int(w.part[1]) if w.part and w.part[0] == "agent_id" else None for w in winners]
    return case.frame(
        PACKAGE, "network_accounts", networks=[w.id for w in winners], beginnings=[beginning(w.id) for w in winners], agents=agents,
        start=scene.whole.start, end=scene.whole.end, least=LEAST_REQUESTS, days=SEEN_WITHIN_DAYS, few=FEW,
    )  # fmt: skip


def let_in(case: Case, scene: Scene, turned: Denied | None) -> pl.DataFrame | None:
    """Return the accounts that were let in from addresses which were denied otherwise, where passwords are tried; None where none are.

    Columns as of ``accounts_known``.
    """
    if turned is None:
        return None
    bounds = {"start": min(scene.window.start, scene.whole.start), "end": scene.whole.end}
    return case.frame(PACKAGE, "let_in", route_id=turned.route_id, least=FEWEST_DENIED, share=MOSTLY_DENIED, **bounds)
