"""Groups that several weak values hold together, where none would be enough by itself."""

from __future__ import annotations

from forensics.linkage.components import Numbers
from forensics.linkage.world import Verdict, World


def corroborated(world: World, verdicts: dict[int, Verdict], groups: Numbers) -> tuple[Numbers, dict[int, Verdict]]:
    """Return the groups after joining those that weak values of several families hold together, and the verdicts that changed."""
    return groups, {}
