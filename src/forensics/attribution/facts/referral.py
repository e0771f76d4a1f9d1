"""From whose pages a crowd came, as the requests say."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import bounds
from forensics.attribution.wording import percent
from forensics.case.case import Case
from forensics.text import printable

FEWEST = 200
"""Requests beyond the usual below which nothing is said."""
MOST, RARER = 0.5, 3.0
"""Share of the excess from which a site is told, and how many times as large that share is as its usual one at least: the pages of
the service itself, and its old friends, send most of the requests on every day."""


@dataclass(frozen=True)
class Referral:
    """The site whose pages sent most of what was asked beyond the usual."""

    site: str
    share: float
    usually: float
    """Share of the requests that it sends usually."""

    def told(self) -> str:
        """Say it in a sentence."""
        return (
            f"{percent(self.share)} of what was asked beyond the usual was sent by pages of {printable(self.site)}, as the requests say "
            f"(usually {percent(self.usually)} of the requests); that is what clients write, and a program can write anything"
        )


def referral(case: Case, scene: Scene) -> Referral | None:
    """Return the one site that sent most of an excess and sends little otherwise; None where there is none, or nothing to compare with."""
    if not scene.others:
        return None
    rows = case.rows(PACKAGE, "referrals", **bounds([scene.window, *scene.others]))
    now, usual = sum(row["now"] for row in rows), sum(row["usual"] for row in rows)
    excess = now - usual / len(scene.others)
    named = [row for row in rows if row["site"]]
    if not named or excess < FEWEST:
        return None
    top = max(named, key=lambda row: (row["now"] - row["usual"] / len(scene.others), row["site"]))
    found = Referral(top["site"], (top["now"] - top["usual"] / len(scene.others)) / excess, top["usual"] / max(usual, 1.0))
    return found if found.share >= MOST and found.share >= RARER * found.usually else None
