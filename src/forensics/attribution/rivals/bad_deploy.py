"""A change of the service itself: errors shift at equal load, on one route, with nobody asking more."""

from __future__ import annotations

from forensics.attribution.facts import Facts, Part
from forensics.attribution.phrases import amount, clock, percent
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed

EXPLANATION = "bad deploy"
PRIOR = 0.0
EXCLUSIVE = True
CONCENTRATED = 0.8


def weigh(facts: Facts, names: Names) -> Weighed:
    """Errors at equal load, the routes they are on, and notes of a deploy."""
    found = Weighed(wanted=["The deployment record of the hours before; error messages of the application."])
    if not facts.failing:
        found.contra("No more requests failed than usual.", STRONG)
        return found
    equal_load(facts, found)
    concentration(facts, found, "route")
    deploys = [note for note in facts.notes if "deploy" in f"{note['event_type']} {note['message']}".lower()]
    if deploys:
        ago = (facts.scene.incident["started_at"] - deploys[-1]["occurred_at"]).total_seconds() / 60
        sentence = f"The operators noted a deploy at {clock(deploys[-1]['occurred_at'])}, {amount(ago)} minutes before."
        found.pro(sentence, STRONG if ago <= 15 else FAIR if ago <= 60 else 0.0)
    else:
        found.contra("No note speaks of a deploy in the three hours before.", WEAK)
    return found


def equal_load(facts: Facts, found: Weighed) -> None:
    """Whether the service failed at a load that it carries in health."""
    rise = facts.finding.rise
    if not rise.significant:
        found.pro(f"It failed without any rise of load ({amount(rise.load)} against {amount(rise.expected)} expected).", STRONG)
    elif facts.capacity and facts.peak_load > facts.capacity.healthy:
        found.contra(
            f"Load had reached {amount(facts.peak_load)} requests a minute, more than was ever carried in health "
            f"({amount(facts.capacity.healthy)}).",
            DECISIVE,
        )
    else:
        found.contra(f"Load had risen to {amount(rise.load)} against {amount(rise.expected)} expected.", FAIR)


def concentration(facts: Facts, found: Weighed, kind: str) -> Part | None:
    """Whether failures keep to one part of a kind; returns it."""
    parts = [p for p in facts.parts if p.kind == kind]
    if len(parts) < 2:
        return None
    top = parts[0]
    if top.failure_share >= CONCENTRATED and top.failure_share > 1.5 * top.request_share:
        found.pro(
            f"{percent(top.failure_share)} of the failures are on {kind} {top.name}, which usually has {percent(top.request_share)} "
            f"of the requests; {percent(top.ratio)} of them failed.",
            STRONG,
        )
        return top
    failing = [p for p in parts if p.ratio > max(0.05, 5 * p.usual_ratio)]
    found.contra(f"Failures are spread over {len(failing)} of {len(parts)} {kind}s.", FAIR if len(failing) >= 2 else WEAK)
    return None
