"""Collect everything that can link two accounts: ``identifiers``."""

from __future__ import annotations

from forensics.case.case import Case
from forensics.linkage.registry import FOLDER, signals


def collect(case: Case) -> None:
    """Fill ``identifiers`` (one row per account, type and value) by running every signal over accounts, payments and events.

    A signal's file makes the view ``signal``; ``gather`` keeps what it shows.
    """
    case.execute("linkage", "forget")
    case.execute("linkage", "macros")
    case.execute("linkage", "addresses")
    for step in ("brought_uses", "steps"):
        case.execute("linkage", step)
    for name in signals():
        case.execute(FOLDER, name)
        case.execute("linkage", "gather", signal=name)
    if case.rows("linkage", "brought_any")[0]["brought"]:
        case.execute("linkage", "merge_identifiers")
