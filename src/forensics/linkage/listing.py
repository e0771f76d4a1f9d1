"""What `forensics actors` lists."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case
from forensics.linkage.explain import PACKAGE
from forensics.text import counted

NOTHING = (
    "No accounts share enough to belong together. `forensics explain A B` tells what two share, `forensics status` how logs name them."
)


def clusters(case: Case) -> pl.DataFrame:
    """Return the actors of several accounts, those with most requests first."""
    return case.frame(PACKAGE, "clusters")


def brief(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of an actors listing that fit a terminal."""
    return frame.select("actor_id", "label", "level", "accounts", "likelihood", "requests")


def told_changes(case: Case) -> list[str]:
    """Return a sentence for every actor of the analysis before that is no longer the same."""
    words = {"merged": "is now part of", "split": "was split; some of it is", "renamed": "is now called"}
    told = []
    for row in case.rows(PACKAGE, "changes"):
        now = (
            f"{words[row['what']]} {row['actor_id']} ({row['label']})"
            if row["actor_id"]
            else "is gone: its evidence is no longer in the case"
        )
        told.append(f"Since the analysis before: {row['previous_id']} {now}, {counted(row['accounts'], 'account')}.")
    return told
