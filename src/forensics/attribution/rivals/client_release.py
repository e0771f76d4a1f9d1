"""A new version of a program that many people have asked more than it should."""

from __future__ import annotations

from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import DECISIVE, FAIR, Names, Weighed

EXPLANATION = "client release"
PRIOR = -1.0
EXCLUSIVE = True
WORDS = ("release", "version", "app", "rollout")


def weigh(facts: Facts, names: Names) -> Weighed | None:
    """Whether all who rose came with a new version of what many have; where they did not, nobody asks for such an explanation."""
    if facts.release is None:
        return None
    found = Weighed(wanted=["When that version was given out, to whom, and what it asks for by itself."])
    found.pro(f"{facts.release.told()}.", 2.0 * DECISIVE)
    for note in facts.notes[-1:]:
        if any(word in str(note["message"]).lower() for word in WORDS):
            found.pro("The operators noted a release shortly before.", FAIR)
    return found
