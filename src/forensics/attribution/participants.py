"""Who of a blamed actor's accounts took part in its load, and who did not."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from forensics.attribution.scene import PACKAGE, Scene
from forensics.case.case import Case

MIN_SHARE = 0.01
"""An account with this share of the excess is named, however large its actor."""
BULK = 0.99
"""The largest own excesses that make up this much of their actor's are its load."""


def participants(case: Case, scene: Scene, actor_id: str, excess: float) -> pl.DataFrame:
    """Return one row per account of the actor, and of the organisation above it: account_id, role, requests, load_share.

    A participant's own excess over its own baseline is significant, and is part of the bulk of its actor's load or at least 1 % of the
    ``excess`` (requests) of the incident. All others are uninvolved.
    """
    members = case.frame(PACKAGE, "kin", actor_id=actor_id)
    own = scene.loads.filter(pl.col("account_id").is_not_null() & (pl.col("actor_id") == actor_id).fill_null(False))
    kin = sorted(set(members["account_id"].to_list()) | set(own["account_id"].to_list()))
    place = {account: i for i, account in enumerate(kin)}
    matrix = np.zeros((len(kin), scene.windows))
    for row in own.group_by("account_id", "w").agg(pl.col("requests").sum()).iter_rows(named=True):
        matrix[place[row["account_id"]], row["w"]] = row["requests"]
    load = matrix[:, 0]
    others = matrix[:, 1:]
    over = load - others.mean(axis=1)
    took_part = _significant(load, others) & _bulk(over, excess)
    rows = [
        {
            "actor_id": actor_id,
            "account_id": account,
            "role": "participant" if took_part[i] else "uninvolved",
            "requests": int(load[i]),
            "load_share": round(float(min(1.0, max(0.0, over[i]) / excess)), 4) if excess > 0 else 0.0,
        }
        for i, account in enumerate(kin)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


_SCHEMA: dict[str, Any] = {
    "actor_id": pl.String, "account_id": pl.String, "role": pl.String, "requests": pl.Int64, "load_share": pl.Float64,
}  # fmt: skip


def _significant(load: Any, others: Any) -> Any:
    """Whether an account did clearly more than ever in the windows of comparison: three deviations, and half as much again."""
    mean = others.mean(axis=1)
    deviation = np.sqrt(np.maximum(others.var(axis=1), mean) + 1.0)
    return (load >= mean + 3.0 * deviation) & (load >= 1.5 * others.max(axis=1, initial=0.0)) & (load >= 5)


def _bulk(over: Any, excess: float) -> Any:
    order = np.argsort(-over, kind="stable")
    positive = np.maximum(over[order], 0.0)
    before = np.cumsum(positive) - positive
    inside = np.zeros(len(over), dtype=bool)
    inside[order] = before < BULK * positive.sum()
    return inside | (over >= MIN_SHARE * excess)
