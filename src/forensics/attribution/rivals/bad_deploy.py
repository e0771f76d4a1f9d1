"""A change of the service itself: errors shift at equal load, on one route, with nobody asking more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import exp
from typing import Any

from forensics.attribution.bearing import alone_slow, concentration, equal_load, waited_in_vain
from forensics.attribution.evidence import only_slow
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.refusals import asked_as_ever, shut_out
from forensics.attribution.rivals import FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.windows import gave_up, impact_window, refusing
from forensics.attribution.wording import between, clock, minutes, percent, served_before

EXPLANATION = "bad deploy"
PRIOR = -1.0
EXCLUSIVE = True


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
    elif facts.scene.setting.noted:
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
    elif shut_out(facts.scene, facts.finding):
        found.pro(
            f"{served_before(facts.scene.incident)}: the service began to send its own people away, and their clients tried again.", STRONG
        )
    else:
        found.contra("Most of what was refused is more than is usually asked.", STRONG)
