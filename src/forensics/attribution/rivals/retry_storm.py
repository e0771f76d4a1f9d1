"""Clients asked again and again because the service failed: load that follows errors is not their cause."""

from __future__ import annotations

from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.windows import impact_window
from forensics.attribution.wording import between, clock
from forensics.attribution.wording import growth as rose

EXPLANATION = "retry storm"
PRIOR = -1.0
EXCLUSIVE = True


def weigh(facts: Facts, names: Names) -> Weighed:
    """Whether load rose before or after the errors."""
    found = Weighed(wanted=["Retry settings of the clients; the first failure in the log of the layer below."])
    if not facts.failing:
        span = between(impact_window(facts.scene.incident))
        found.contra(f"{span}, as the impact began, no more requests failed than usual: there was nothing to retry yet.", STRONG)
        return found
    rise = facts.finding.rise
    growth, who = facts.impact_growth, "the others" if facts.finding.blamed else "everybody together"
    if rise.known and growth > 1.3:
        found.pro(f"In the half hour from the impact on, {who} asked {growth:.1f} times what is usual at these hours.", FAIR)
    elif rise.known:
        found.contra(f"In the impact {who} asked {growth:.1f} times what is usual: there was no storm.", FAIR)
    if not rise.known:
        found.contra("The logs hold nothing to compare the load with: whether it had risen before the errors is not known.", 0.0)
    elif not rise.significant:
        found.pro("Load had not risen before the errors.", FAIR if growth > 1.3 else 0.0)
    elif facts.finding.blamed and facts.echo:
        found.pro("The load rose no earlier than the errors, as an answer to them would.", FAIR)
    elif facts.follows and facts.load_onset and facts.error_onset:
        found.pro(f"The load rose at {clock(facts.load_onset)}, after the errors at {clock(facts.error_onset)} (UTC).", STRONG)
    else:
        found.contra(f"Load had risen {rose(rise.load, rise.expected)} before the impact.", STRONG)
    if growth > 1.3 and rise.known and not rise.significant:
        found.contra("Retries amplify a failure; something else must have begun it.", WEAK)
    return found
