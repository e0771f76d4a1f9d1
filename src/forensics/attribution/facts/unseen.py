"""What the logs do not hold of an incident, without which they cannot show that any load broke the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Rise
from forensics.attribution.windows import Window, is_load


def between_files(incident: Mapping[str, Any]) -> bool:
    """Whether detection read a silence of everything as files that are missing: that the service fell silent is not known then."""
    everything = incident.get("kind") == "silence" and incident.get("part") == "everything"
    return everything and incident.get("reading") == "log missing"


def unseen_of(scene: Scene, rise: Rise) -> str | None:
    """Return in a sentence what is missing: all that went well, the time in question, or the time before it."""
    if scene.setting.only_failures and not is_load(scene.incident):
        return "The logs hold failures and refusals only: how much was asked for in all, and by whom, is not in them."
    if between_files(scene.incident) and rise.significant:
        return "Whether the service fell silent then, or only the log of that time is missing, cannot be told without the files of it."
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
