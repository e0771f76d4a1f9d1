"""What `forensics actors` lists."""

from __future__ import annotations

import polars as pl

from forensics.case.case import Case
from forensics.linkage.explain import PACKAGE


def clusters(case: Case) -> pl.DataFrame:
    """Return the actors of several accounts, those with most requests first."""
    return case.frame(PACKAGE, "clusters")


def brief(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of an actors listing that fit a terminal."""
    return frame.select("actor_id", "label", "level", "accounts", "likelihood", "requests")
