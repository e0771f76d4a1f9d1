"""Cause or answer: how much of the load of some subjects only asks again for what had failed for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.scan import Winner, owners
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import Window, impact_window
from forensics.case.case import Case

WITHIN = 60
"""Seconds after a failure in which the same request is an answer to it."""
COUNTED = ("requests", "failed", "load")
AFTER = timedelta(minutes=10)
"""How long after the impact, or the window, it is looked for."""
KEYS = ("account_id", "network", "agent_id", "route_id")


def asked_again(case: Case, scene: Scene, subjects: Sequence[Winner], measure: str) -> pl.DataFrame:
    """Return what of some subjects only repeats what had failed for them a minute before at most: minute, ``KEYS``, ``COUNTED``.

    From the rise of load to some minutes after the impact began, ``load`` in some measure. Who asks for the same thing over and over when
    it is served, too, asks no more when it fails: as large a share of what failed, as of what was served, would have been asked again
    anyway. Nothing is counted of those of whom that is not known.
    """
    accounts, networks = owners(scene.loads, subjects)
    span = Window(scene.window.start, max(scene.window.end, impact_window(scene.incident).start) + AFTER)
    chosen = {"accounts": accounts, "networks": networks, "start": span.start, "end": span.end}
    found = case.frame(PACKAGE, "asked_again", **chosen, within=WITHIN, **scene.weighted(measure))
    anyway = (float(found["served_again"].sum()) + 1.0) / (float(found["served"].sum()) + 1.0)
    return found.filter(pl.col("requests") > 0).select("minute", *KEYS, pl.col(COUNTED) * max(0.0, 1.0 - anyway))


def first_asked(scene: Scene, again: pl.DataFrame, measure: str) -> Scene:
    """Return a scene without what was only asked again in its window."""
    inside = again.filter(pl.col("minute").is_between(scene.window.start, scene.window.end, closed="left"))
    cost = pl.col("load" if measure == "cost" else "requests").sum()
    gone = inside.group_by(KEYS).agg(pl.col("requests").sum().round().cast(pl.Int64), cost=cost).with_columns(w=pl.lit(0, pl.Int32))
    marked = scene.loads.join(gone, on=["w", *KEYS], how="left", nulls_equal=True, maintain_order="left", suffix="_again")
    less = [(pl.col(name) - pl.col(f"{name}_again").fill_null(0)).clip(0) for name in ("requests", "cost")]
    return replace(scene, loads=marked.with_columns(less).drop("requests_again", "cost_again"))
