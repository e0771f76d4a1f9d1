"""It would have failed without whoever is blamed, too."""

from __future__ import annotations

from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.minutes import ERROR_RATIO
from forensics.attribution.rivals import FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.wording import amount, load, them

EXPLANATION = "it would have failed anyway"
PRIOR = 0.0
EXCLUSIVE = False


def weigh(facts: Facts, names: Names) -> Weighed | None:
    """Compare the load without the blamed with what the service carries in health; beyond it, either is about as likely."""
    found = Weighed(wanted=["A load test of the service at the load that would have been left."])
    if not facts.finding.blamed or facts.is_load:
        return None
    if facts.capacity is None:
        found.wanted.append("Logs of a healthy time: these hold none.")
        return found
    rest, healthy = facts.rest_peak, facts.capacity.usual
    left, who = load(rest, facts.finding.rise.measure), them(facts.finding.blamed, names)
    if facts.rest_within is None:
        found.contra(
            f"Without {who} the load would have been {left} a minute before the impact, hardly more than the "
            f"{amount(healthy)} that were carried in health.",
            0.0,
        )
    elif facts.rest_within:
        found.contra(
            f"Without {who} the load would have been at most {left} a minute before the impact; {amount(healthy)} were "
            "carried in health outside the incidents.",
            STRONG if rest <= 0.8 * healthy else FAIR,
        )
        if facts.failed_before <= ERROR_RATIO and facts.error_onset is not None:
            found.contra("Nothing failed before the load rose.", WEAK)
    else:
        found.pro(
            f"Without {who} the load would still have been {left} a minute; {amount(healthy)} is the most seen in health, so "
            "nothing is known of what happens there.",
            0.0,
        )
    return found
