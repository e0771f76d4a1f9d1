"""Who is named, and from what likelihood on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from forensics.attribution import verdict
from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import Rival


def facts() -> Facts:
    """An incident with one actor whose load rose before the errors."""
    scene = SimpleNamespace(windows=10, placebos=9, known=0.0, incident={"kind": "errors"})
    finding = SimpleNamespace(blamed=["somebody"])
    return cast(Facts, SimpleNamespace(scene=scene, finding=finding, unseen=None, follows=False, echo=False))


def rival(explanation: str, likelihood: float) -> Rival:
    return cast(Rival, SimpleNamespace(explanation=explanation, likelihood=likelihood))


@pytest.mark.parametrize(("likelihood", "named"), [(0.48, False), (0.54, False), (0.55, True), (0.7, True)])
def test_nobody_is_named_below_likely(monkeypatch: pytest.MonkeyPatch, likelihood: float, named: bool) -> None:
    monkeypatch.setattr(verdict, "_load", lambda facts: "Load rose.")
    monkeypatch.setattr(verdict, "_somebody", lambda *given: verdict.Verdict(verdict.ATTRIBUTED, given[-1], "It was somebody."))
    rivals: Any = [rival("one actor", likelihood), rival("failing backend", 0.99 - likelihood)]
    found = verdict.judge(facts(), rivals, {})
    assert (found.name == verdict.ATTRIBUTED) is named
    assert named or (found.name == verdict.INCONCLUSIVE and "nobody is blamed" in found.summary)
