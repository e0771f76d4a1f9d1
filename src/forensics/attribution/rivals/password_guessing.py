"""Names and passwords are tried, from so many addresses that none of them stands out."""

from __future__ import annotations

from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import DECISIVE, STRONG, WEAK, Names, Weighed
from forensics.attribution.wording import shares_of, turned_away

EXPLANATION = "password guessing"
PRIOR = -2.0
EXCLUSIVE = True


def weigh(facts: Facts, names: Names) -> Weighed | None:
    """Whether nearly all that was asked beyond the usual was denied on one route; where it was not, nobody asks for such an explanation."""
    if facts.denied is None:
        return None
    found = Weighed(wanted=["Which names were tried at the login, and which of them got in afterwards, and from where."])
    found.pro(f"{turned_away(facts.denied, names)}.", DECISIVE)
    if facts.finding.blamed:
        found.pro(f"Who tried stands out: {shares_of(facts.finding.blamed, names)} of the excess.", STRONG)
    found.contra("A program of many people that has lost its login is denied in the same way.", WEAK)
    return found
