"""What the logs do not hold of an incident, without which they cannot show that any load broke the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Finding
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import Window, is_load
from forensics.case.case import Case
from forensics.text import counted


def between_files(incident: Mapping[str, Any]) -> bool:
    """Whether detection read a silence of everything as files that are missing: that the service fell silent is not known then."""
    everything = incident.get("kind") == "silence" and incident.get("part") == "everything"
    return everything and incident.get("reading") == "log missing"


FEWEST_OTHERS, FEW_OTHERS, HARDLY_ANY = 3, 10, 0.1
"""Accounts and networks beside those who stand out without which nothing is compared; and fewer than that are too few where they are so
small a part of the accounts that were exported."""


def unseen_of(case: Case, scene: Scene, finding: Finding) -> str | None:
    """Return in a sentence what is missing: all that went well, what others asked for, the time in question, or the time before it."""
    if scene.setting.only_failures and not is_load(scene.incident):
        return "The logs hold failures and refusals only: how much was asked for in all, and by whom, is not in them."
    if between_files(scene.incident) and finding.rise.significant:
        return "Whether the service fell silent then, or only the log of that time is missing, cannot be told without the files of it."
    if (searched := _searched(case, finding)) is not None:
        return searched
    lost = next((hole for hole in map(_hole, scene.setting.incidents) if hole is not None and _hides(hole, scene.window)), None)
    if lost is None or between_files(scene.incident):
        return None
    span = f"{lost.start:%Y-%m-%d %H:%M} to {lost.end:%Y-%m-%d %H:%M}"
    return f"From {span} UTC nothing is logged: what was asked for before the impact is not in the logs."


def _hole(incident: Mapping[str, Any]) -> Window | None:
    return Window(incident["started_at"], incident["ended_at"]) if between_files(incident) and incident["ended_at"] else None


def _hides(hole: Window, window: Window) -> bool:
    """Whether more than half of a window lies in a hole."""
    return 2 * (min(hole.end, window.end) - max(hole.start, window.start)) > window.end - window.start


def _searched(case: Case, finding: Finding) -> str | None:
    """Return that a log looks as if it had been searched for those who stand out: hardly anybody else is in it."""
    actors = [blamed.winner.id for blamed in finding.blamed if blamed.winner.kind == "actor"]
    if not actors:
        return None
    accounts = case.frame(PACKAGE, "own_accounts", actors=actors)["account_id"].to_list()
    known = case.rows(PACKAGE, "others_logged", accounts=accounts)[0]
    others, exported = known["others"], known["exported"]
    if others >= FEW_OTHERS or (others >= FEWEST_OTHERS and others > HARDLY_ANY * exported):
        return None
    who = "nobody else is" if not others else f"only {counted(others, 'other')} {'is' if others == 1 else 'are'}"
    return f"Beside those who stand out {who} in these logs: what others asked for is not in them, as if they had been searched for some."
