"""What `forensics actors` lists."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case
from forensics.linkage.explain import PACKAGE
from forensics.linkage.walk import FARTHEST
from forensics.text import counted

TOO_LITTLE = 5
"""Accounts that share too little to belong together, of which so many are shown."""
NOTHING = (
    "No accounts share enough to belong together. `forensics explain A B` tells what two share, `forensics status` how logs name them."
)


def clusters(case: Case) -> pl.DataFrame:
    """Return the actors of several accounts, those with most requests first."""
    return case.frame(PACKAGE, "clusters")


def brief(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of an actors listing that fit a terminal."""
    return frame.select("actor_id", "label", "level", "accounts", "likelihood", "requests")


def strongest(reached: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts of a walk that a terminal shows: all that links hold, and a few of those that share too little."""
    return pl.concat([reached.filter("kept"), reached.filter(~pl.col("kept")).head(TOO_LITTLE)])


def told_of_walk(reached: pl.DataFrame, shown: pl.DataFrame) -> list[str]:
    """Return what to say of the accounts of a walk that are not shown, and of those that it did not come to."""
    told = []
    if shown.height < reached.height:
        told.append(f"{counted(reached.height - shown.height, 'more account')} share too little to belong together: --format csv has all.")
    if reached.height >= FARTHEST:
        told.append(f"The walk ended at {FARTHEST} accounts, the most strongly linked ones: what else can be reached is not listed.")
    return told


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
