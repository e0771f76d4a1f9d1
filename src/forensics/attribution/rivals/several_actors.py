"""Several actors made the load, none of them most of it alone."""

from __future__ import annotations

from forensics.attribution.bearing import remainder
from forensics.attribution.evidence import order, settled, significance
from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.rivals.one_actor import nobody
from forensics.attribution.search.finding import SECOND
from forensics.attribution.wording import last_to_come, percent, shares_of, subject, with_one

EXPLANATION = "several actors"
PRIOR = -2.0
EXCLUSIVE = True


def weigh(facts: Facts, names: Names) -> Weighed:
    """The shares of those who stand out, together and each."""
    found = Weighed(wanted=["Links between these actors that the evidence does not hold: devices, payments, sign-up data."])
    blamed = [b for b in facts.finding.blamed if b.winner.kind == "actor"]
    if not blamed:
        nobody(facts, names, found)
        return found
    if len(blamed) == 1:
        found.contra(f"Beside {subject(blamed[0].winner, names)} nobody stands out.", STRONG)
        return found
    second = max(b.weight for b in blamed[1:]) / max(blamed[0].share, 1e-9)
    found.pro(f"Each did more than on any other day: {shares_of(blamed, names)} of the excess.", STRONG if second >= SECOND else WEAK)
    if second < SECOND:
        found.contra("One of them made most of it alone.", FAIR)
    if facts.spread.kin_by and any(b.together for b in blamed):
        found.pro(f"{percent(facts.spread.kin_share)} of the excess came from accounts {with_one(facts.spread.kin_by)}.", FAIR)
    if late := last_to_come(blamed, names):
        found.pro(f"{late} They were at it in the seconds before the first failures.", FAIR)
    first = [b for b in blamed if not b.at_fall]
    significance(facts, max(first, key=lambda b: (b.winner.p_value or 0.0, b.chance)), found, names, beside=len(first) - 1)
    settled(facts, found)
    order(facts, found)
    remainder(facts, found)
    return found
