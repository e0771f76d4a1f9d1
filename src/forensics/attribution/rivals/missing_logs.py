"""The service went on, its log did not."""

from __future__ import annotations

from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.minutes import ERROR_RATIO
from forensics.attribution.facts.parts import Host
from forensics.attribution.facts.unseen import between_files
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.wording import amount, percent

EXPLANATION = "missing logs"
PRIOR = -1.0
EXCLUSIVE = True
AS_USUAL = (0.7, 1.3)
"""Times the expected load of the other hosts between which they went on as usual."""


def growth_of(hosts: list[Host]) -> float:
    """Return the load of hosts in the impact over what was to be expected of them."""
    return sum(h.requests for h in hosts) / max(sum(h.expected for h in hosts), 1.0)


def of_clock(facts: Facts) -> bool:
    """Whether detection read the silence as a clock that was put forward, or back: the requests are there, at other times."""
    return facts.scene.incident.get("reading") == "clock"


def weigh(facts: Facts, names: Names) -> Weighed:
    """Silence that begins where a file ends, on one host, with no failure before it and the others as usual."""
    found = Weighed(wanted=["The missing files, or the logs of another tier for the same hours."])
    silent = [h for h in facts.hosts if h.silent]
    alive = [h for h in facts.hosts if not h.silent and h.expected > 0]
    if not silent:
        found.contra("No host whose log is counted was silent in the first half hour of the impact.", DECISIVE)
        return found
    names_of = ", ".join(h.name for h in silent)
    found.pro(f"Nothing was logged by {names_of} where {amount(sum(h.expected for h in silent))} requests were to be expected.", WEAK)
    if all(h.file_ends for h in silent):
        found.pro("The silence begins where a log file ends.", STRONG)
    else:
        found.contra("The silence begins inside a log file.", FAIR)
    if between_files(facts.scene.incident):
        found.pro("It ends where the next log file begins, and no file goes on meanwhile.", STRONG)
    if of_clock(facts):
        found.pro(
            "The hole is the work of the clock: what was asked then stands at other times (on what the finding rests says where).", DECISIVE
        )
    if alive:
        growth = growth_of(alive)
        if AS_USUAL[0] <= growth <= AS_USUAL[1]:
            found.pro(f"The other hosts went on as usual ({percent(growth)} of what was to be expected).", STRONG)
            if facts.finding.rise.known and not facts.finding.rise.significant:
                found.pro("Nor had load risen before it: nothing else was out of the ordinary.", FAIR)
        else:
            found.contra(f"The other hosts had {percent(growth)} of what was to be expected.", FAIR)
    if facts.failed_before > max(ERROR_RATIO, 3 * facts.usual_ratio) or facts.failing:
        found.contra(f"{percent(max(facts.failed_before, facts.impact_ratio))} of the requests beside it failed.", STRONG)
    else:
        found.pro("No more requests failed before the silence than usual.", FAIR)
    return found
