"""A change of the service itself: errors shift at equal load, on one route, with nobody asking more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import exp
from typing import Any

from forensics.attribution.facts import Facts, impact_window
from forensics.attribution.phrases import amount, between, clock, load, minutes, percent, served_before
from forensics.attribution.refusals import asked_as_ever, shut_out
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.windows import gave_up, refusing

EXPLANATION = "bad deploy"
PRIOR = -1.0
EXCLUSIVE = True
LITTLE, SPREAD = 0.05, 0.4
OFTEN = 10
"""Healthy minutes at such a load from which it cannot be called too much."""


def weigh(facts: Facts, names: Names) -> Weighed:
    """Errors at equal load, the routes they are on, and notes of a deploy."""
    found = Weighed(wanted=["The deployment record of the hours before; error messages of the application."])
    if refusing(facts.scene.incident):
        _sent_away(facts, found)
    elif only_slow(facts):
        equal_load(facts, found, "was slow")
        alone_slow(facts, found, "route")
    elif not facts.failing:
        found.contra(f"{between(impact_window(facts.scene.incident))}, as the impact began, no more requests failed than usual.", STRONG)
        return found
    else:
        equal_load(facts, found)
        concentration(facts, found, "route")
    deploys = [note for note in facts.notes if note["deploy"]]
    if deploys:
        _deployed(facts.scene.incident["started_at"], deploys[-1], found)
    elif facts.noted:
        found.contra("Of the notes of the operators none speaks of a deploy or another change in the three hours before.", WEAK)
    return found


def _deployed(began: datetime, deploy: Mapping[str, Any], found: Weighed) -> None:
    """A deploy shortly before, by how likely one so near is where it would be a coincidence (deploys that come like a Poisson process)."""
    ago = (began - deploy["occurred_at"]).total_seconds() / 60
    others = float(deploy["other_deploys_a_minute"])
    chance = 1.0 - exp(-others * max(ago, 1.0))
    what = "a deploy" if "deploy" in f"{deploy['event_type']} {deploy['message']}".lower() else "a change of the service"
    sentence = f"The operators noted {what} at {clock(deploy['occurred_at'])}, {minutes(round(ago))} before"
    usual = f"; with {others * 1440:,.1f} others a day, one so near is chance in {percent(chance)} of all cases" if chance >= 0.05 else ""
    found.pro(f"{sentence}{usual}.", (STRONG if ago <= 15 else FAIR if ago <= 60 else 0.0) * (1.0 - chance))


def _sent_away(facts: Facts, found: Weighed) -> None:
    """Whether people who ask as ever are refused, or wait in vain: the service has changed, not who asks."""
    if gave_up(facts.scene.incident):
        waited_in_vain(facts, found)
    elif asked_as_ever(facts.scene):
        found.pro("What was refused is what is usually asked: the service began to send people away.", STRONG)
    elif shut_out(facts.scene):
        found.pro(
            f"{served_before(facts.scene.incident)}: the service began to send its own people away, and their clients tried again.", STRONG
        )
    else:
        found.contra("Most of what was refused is more than is usually asked.", STRONG)


def waited_in_vain(facts: Facts, found: Weighed) -> None:
    """Whether the service left people waiting who ask as ever: as after a deploy, and as when something behind it hangs."""
    if asked_as_ever(facts.scene):
        found.pro("What was given up is what is usually asked: the service no longer answered it in time.", FAIR)
    else:
        found.contra("Most of what was given up is more than is usually asked.", STRONG)


def only_slow(facts: Facts) -> bool:
    """Whether requests took longer than usual and did not fail."""
    return facts.scene.incident.get("kind") == "latency" and not facts.failing


def alone_slow(facts: Facts, found: Weighed, *kinds: str) -> None:
    """Whether one part of such a kind was slow by itself."""
    part, scope = facts.scene.incident.get("part"), facts.scene.incident["scope"]
    if part in kinds:
        found.pro(f"Only {part} {scope} was slow; the rest of the service answered in its usual time.", FAIR)


def equal_load(facts: Facts, found: Weighed, did: str = "failed") -> None:
    """Whether the service failed (or was slow) at a load that it carries in health."""
    rise = facts.finding.rise
    if facts.carried >= OFTEN:
        found.pro(f"Right before, the service bore that load for {minutes(facts.carried)}: load alone did not break it.", FAIR)
    elif facts.step is not None and facts.step.doublings() >= 1:
        found.pro(f"The service had borne that load for {minutes(facts.step.minutes)}, and then failed at once.", FAIR)
    elif not rise.known:
        found.contra("The logs hold nothing to compare the load with: whether it had risen is not known.", 0.0)
    elif not rise.significant:
        compared = f"{amount(rise.load)} against {amount(rise.expected)} expected"
        found.pro(f"It {did} without a rise of load beyond the usual range ({compared}).", STRONG)
    elif facts.beyond_health and facts.capacity:
        found.contra(
            f"Load had reached {load(facts.peak_load, rise.measure)} a minute; at most {amount(facts.capacity.usual)} were carried in "
            "health outside the incidents.",
            max(FAIR, DECISIVE * facts.overshoot),
        )
    elif facts.within_health >= OFTEN:
        found.pro(f"{facts.within_health} healthy minutes had nine tenths of its load or more: load alone does not break it.", FAIR)
    else:
        found.contra(f"Load had risen to {amount(rise.load)} against {amount(rise.expected)} expected.", FAIR)


def concentration(facts: Facts, found: Weighed, kind: str) -> None:
    """Whether failures keep to one part of a kind."""
    parts = [p for p in facts.parts if p.kind == kind]
    top = facts.concentrated(kind)
    if len(parts) < 2:
        return
    if top is not None:
        found.pro(
            f"{percent(top.failure_share)} of the failures are on {kind} {top.name}, which usually has {percent(top.request_share)} of the "
            f"requests; {percent(top.ratio)} of its own failed, while the others were served.",
            STRONG,
        )
        return
    hit, most = [p for p in parts if p.struck], parts[0]
    if len(hit) >= 2:
        share = percent(most.failure_share)
        found.contra(
            f"{len(hit)} of {len(parts)} {kind}s failed clearly more than usual; {share} of the failures are on {most.name}.",
            FAIR,
        )
    elif most.hit:
        how = f"only {percent(most.ratio)} of its own requests failed" if most.ratio < LITTLE else f"other {kind}s failed as well"
        found.contra(f"{percent(most.failure_share)} of the failures are on {kind} {most.name}, but {how}.", WEAK)


def confined(facts: Facts, found: Weighed) -> None:
    """Too much load fails everywhere: say when failures keep to one route, host or backend instead."""
    for kind in ("route", "backend", "host"):
        top = facts.concentrated(kind)
        if top is None:
            continue
        found.contra(f"The failures keep to {kind} {top.name}; the rest of the service answered.", FAIR)
        share = facts.asked.get(top.name, 0.0)
        if kind == "route" and facts.asked and share < LITTLE:
            found.contra(
                f"Of the load that stands out {percent(share)} was for it: other routes bore that load, it had none of it.",
                DECISIVE,
            )
        elsewhere = 1.0 - facts.burdened.get(top.name, 0.0)
        if kind == "host" and facts.burdened and elsewhere >= SPREAD:
            found.contra(f"{percent(elsewhere)} of the excess went to other hosts, which answered.", DECISIVE)
        return
