"""Which minutes are asked, and what is made of those around the fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from forensics.attribution import conclude
from forensics.attribution.search.finding import Blamed, Finding, Rise
from forensics.attribution.search.scan import Winner
from forensics.attribution.windows import MINUTE, Window

FALL = datetime(2024, 3, 2)
LOUD = Blamed(Winner("actor", "a", 700.0, 0.0, 99.0, 0.1, 0.0, 1.0), 0.98, 0.001, 3.0, 40)


@pytest.mark.parametrize(("blamed", "sure", "kept"), [([], False, True), ([LOUD], False, True), ([LOUD], True, False)])
def test_who_made_most_of_what_came_at_once_is_no_crowd(
    monkeypatch: pytest.MonkeyPatch, blamed: list[Blamed], sure: bool, kept: bool
) -> None:
    """One account asked for a hundred times the usual as the service fell; whether it came before the failures, seconds do not tell."""
    before = Window(FALL - 10 * MINUTE, FALL)
    rise = Rise("requests", 10.0, 10.0, 0.0)
    monkeypatch.setattr(conclude, "sudden_window", lambda incident, errors: Window(FALL - 5 * MINUTE, FALL + 3 * MINUTE))
    monkeypatch.setattr(conclude, "rise_of", lambda scene, measure: rise)
    monkeypatch.setattr(conclude, "crowd_precedes", lambda *told: True)
    there = Finding(Rise("requests", 747.0, 142.0, 50.0), [], blamed)
    asked: Any = SimpleNamespace(
        case=None, incident={}, scene=lambda window: window, found=lambda scene: there,
        weighed=lambda scene, finding: SimpleNamespace(finding=finding, somebody=sure),
    )  # fmt: skip
    first: Any = SimpleNamespace(
        facts=SimpleNamespace(error_onset=FALL, scene=SimpleNamespace(window=before), finding=Finding(rise, [], []))
    )
    found: Any = conclude._came_at_once(asked, first)
    assert (found is not None and found.finding is there) is kept


@pytest.mark.parametrize(("requests", "kept"), [(200, False), (260, True)])
def test_what_went_on_as_it_was_did_not_come_at_once(requests: int, kept: bool) -> None:
    """An import had run at its pace for forty minutes, and was not held to have broken anything; then a crowd came."""
    own = Winner("actor", "import", 400.0, 0.0, 99.0, 0.1, 0.0, 1.0)

    def scene(minutes: int, requests: int) -> Any:
        loads = pl.DataFrame({"actor_id": ["import"], "w": [0], "requests": [requests]})
        return SimpleNamespace(loads=loads, window=Window(FALL, FALL + minutes * MINUTE))

    blamed = Blamed(own, 0.51, 0.001, 3.0, 40)
    known = Finding(Rise("requests", 400.0, 0.0, 50.0), [own], [blamed])
    assert conclude._quickened(scene(40, 400), known, scene(20, requests), blamed) is kept
    assert conclude._quickened(scene(40, 400), replace(known, blamed=[]), scene(20, requests), blamed)
