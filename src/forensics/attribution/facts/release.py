"""A new version of a program that many people have: they rise at once, each as never before, and none of them chose to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.scan import belongs
from forensics.attribution.setting import PACKAGE
from forensics.attribution.wording import amount, clock
from forensics.case.case import Case
from forensics.text import counted, printable

SEVERAL = 3
"""So many people who have nothing in common but a program."""
NEARLY_ALL = 0.8
"""Share of their load that came with its new version, and of them who had an older one before."""
OTHERS, TIMES = 10, 2.0
"""So many other accounts, and so many times as many as the blamed, came with an older version: it is no tool of their own."""
NEW = timedelta(days=1)
"""Since how long, before the load rose, the version may have been seen at most."""
BROWSERS = ("Mozilla", "Opera")
"""What names like these stand for are all programs of a kind: their versions say nothing."""


@dataclass(frozen=True)
class Release:
    """A new version of a program that all who are blamed came with."""

    agent: str
    older: str
    since: datetime
    blamed: int
    accounts: int
    """Accounts that came with it until the end of the incident."""
    others: int
    """Accounts beside the blamed that came with an older version before."""

    def told(self) -> str:
        """Say it in a sentence."""
        return (
            f"{counted(self.blamed, 'account')} that rose came with {printable(self.agent)!r}, which nobody had before "
            f"{clock(self.since)} UTC; before, they had come with {printable(self.older)!r} or another version, as {amount(self.others)} "
            f"other accounts did. Until the end {counted(self.accounts, 'account')} came with the new one: a program of many people that "
            "changed"
        )


def release(case: Case, scene: Scene, blamed: Sequence[Blamed]) -> Release | None:
    """Return the new version that the blamed came with; None where they are few, or of one hand, or use their own tool."""
    actors = [b.winner for b in blamed if b.winner.kind == "actor"]
    if len(actors) < SEVERAL or len(actors) < len(blamed):
        return None
    own = scene.loads.filter(pl.any_horizontal([belongs(winner) for winner in actors]) & (pl.col("w") == 0))
    by_agent = own.group_by("agent_id").agg(pl.col("requests").sum()).sort("requests", "agent_id", descending=True)
    top = by_agent.row(0, named=True)
    accounts = own["account_id"].drop_nulls().unique().sort().to_list()
    if top["agent_id"] is None or top["requests"] < NEARLY_ALL * float(own["requests"].sum()) or len(accounts) > 2 * len(actors):
        return None
    seen = case.rows(PACKAGE, "agent_since", agent_id=int(top["agent_id"]), end=scene.whole.end)[0]
    program = str(seen["user_agent"] or "").split("/", 1)
    if seen["since"] is None or seen["since"] < scene.window.start - NEW or len(program) < 2 or program[0] in BROWSERS:
        return None
    before = case.rows(PACKAGE, "earlier_agents", accounts=accounts, program=program[0], before=seen["since"], end=scene.whole.end)[0]
    if before["own"] < NEARLY_ALL * len(accounts) or before["others"] < max(OTHERS, TIMES * len(accounts)):
        return None
    return Release(seen["user_agent"], before["last"], seen["since"], len(accounts), seen["accounts"], before["others"])
