"""Whether things are asked for as people do, who come for the same ones, or each once, as programs do that walk through a catalogue."""

from __future__ import annotations

from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import DAY, Window, between, bounds
from forensics.case.case import Case

FEWEST_USUAL = 50
"""Requests below which nothing is said."""
OFTEN, LESS = 0.1, 0.5
"""Share of the usual requests that are for what was asked for already, below which people here do not meet; and the part of it that is left
where somebody walks: more people meet more often, not less."""

SIGMAS = 4.0


def walks(once: float, usually: float) -> bool:
    """Whether so large a share of requests for things that nobody else asked for is no people's, where theirs is usually so large."""
    return 1.0 - usually >= OFTEN and 1.0 - once <= LESS * (1.0 - usually)


def walked(case: Case, scene: Scene, accounts: list[str]) -> bool:
    """Whether accounts, taken together, walked through things until the end of the incident; False, too, where that cannot be told.

    They are compared with as many requests of everybody who has an account, the last of the day before.
    """
    span = Window(scene.window.start, max(scene.window.end, scene.whole.end))
    before = between(Window(max(scene.covered.start, span.start - DAY), span.start), scene.masked)
    if not before:
        return False
    found = case.rows(PACKAGE, "things_met", accounts=accounts, start=span.start, end=span.end, **bounds(before))[0]
    if min(found["requests"], found["usual_requests"]) < FEWEST_USUAL:
        return False
    once, usually = found["things"] / found["requests"], found["usual_things"] / found["usual_requests"]
    return walks(once, usually) and _clearly(once, usually, found["requests"], found["usual_requests"])


def _clearly(once: float, usually: float, requests: int, compared: int) -> bool:
    """Whether fewer of so many requests met than chance has it, of what usually meets among as many as are ``compared``."""
    expected = (1.0 - usually) * requests
    variance = expected + expected * requests / compared
    return expected - (1.0 - once) * requests >= SIGMAS * float(variance**0.5)
