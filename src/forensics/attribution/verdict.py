"""The verdict on one incident, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forensics.attribution.evidence import refused_with_others
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.origin import Origin
from forensics.attribution.facts.refusals import MEASURE, asked_as_ever, shut_out
from forensics.attribution.rivals import Names, Rival, likelihood_of
from forensics.attribution.rivals.missing_logs import of_clock
from forensics.attribution.search.blame import MIN_SHARE
from forensics.attribution.search.finding import SECOND, Blamed
from forensics.attribution.windows import ENOUGH_PLACEBOS, Window, begins_inside, gave_up, refusing
from forensics.attribution.wording import (
    NOT_TOGETHER,
    amount,
    clock,
    in_common,
    last_to_come,
    of_kin,
    percent,
    served_before,
    shares_of,
    turned_away,
    unit,
    with_one,
)
from forensics.certainty import EVEN, LIKELY, bounded, word
from forensics.text import counted

ATTRIBUTED, SEVERAL, NO_SINGLE, NOT_AN_OUTAGE, INCONCLUSIVE = (
    "attributed", "several actors", "no single actor", "not an outage", "inconclusive",
)  # fmt: skip
STATISTICS_ALONE = 0.79
"""Nothing is called more than likely with fewer than 19 placebo windows.

The order of events and the service's capacity lift nobody above it: they are counted from the same lines, and a heavy user who began
shortly before a machine died has both on his side.
"""
AS_LIKELY = 0.5
"""Of the likelihood of the best explanation, that of the next from which it is told beside it."""
SO_IT_LOOKS = (
    "so it looks where passwords are tried for many accounts or from many addresses, and where a program of many people has lost its "
    "login; which names were tried, and which got in afterwards, would tell."
)
LOST = "The logs are missing rather than the service."
NOBODY = ("organic surge", "bad deploy", "failing backend", "retry storm", "client release")


@dataclass(frozen=True)
class Verdict:
    """One of the contract's five, with its likelihood and the sentence that says why."""

    name: str
    likelihood: float
    summary: str
    told: bool = False
    """Whether the sentence says who made how much of the excess, though nobody is blamed."""


def capped(likelihood: float, facts: Facts) -> float:
    """Bound a likelihood by what the number of placebo windows allows."""
    return bounded(likelihood if facts.scene.placebos >= ENOUGH_PLACEBOS else min(likelihood, STATISTICS_ALONE))


def judge(facts: Facts, rivals: list[Rival], names: Names) -> Verdict:
    """Decide; who is blamed in ``facts.finding`` is blamed only when that is the most likely explanation."""
    if facts.scene.windows == 1 and begins_inside(facts.scene.incident, facts.scene.window, facts.scene.covered):
        began = f"The logs begin at {clock(facts.scene.covered.start)} UTC: what was asked before it is not in them"
        return Verdict(INCONCLUSIVE, 0.5, f"{began}, and nothing can be said of what led to it.")
    if facts.scene.windows == 1:
        return Verdict(INCONCLUSIVE, 0.5, "The logs hold nothing to compare this window with: no other day, and no earlier hours.")
    if facts.unseen is not None:
        return Verdict(INCONCLUSIVE, 0.5, facts.unseen)
    by_actor = likelihood_of(rivals, "one actor", "several actors", "crawler", "password guessing")
    if facts.finding.blamed and not (facts.follows or facts.echo) and by_actor >= EVEN:
        if by_actor < LIKELY:
            return Verdict(
                INCONCLUSIVE, 0.5, f"{_load(facts)} Some made much of it, and other explanations are about as likely: nobody is blamed."
            )
        return _somebody(facts, rivals, names, by_actor)
    return _nobody(facts, rivals, names)


def undecided(facts: Facts, around: Window, blamed: Sequence[Blamed], names: Names) -> Verdict:
    """Say who made most of a load that came within a minute of the first failures, and that it is not shown to have come before them."""
    sentence = (
        f"From {clock(around.start)} to {clock(around.end)}, around the first of what went wrong, of the excess made: "
        f"{shares_of(blamed, names)}. That began within a minute of it: whether it was the cause, or an answer to it, is not shown."
    )
    return Verdict(INCONCLUSIVE, 0.5, f"{_load(facts)} {sentence}", told=True)


def _somebody(facts: Facts, rivals: list[Rival], names: Names, likelihood: float) -> Verdict:
    blamed = facts.finding.blamed
    late = f" {last_to_come(blamed, names)}" if any(b.at_fall for b in blamed) else ""
    seen = "".join(f" {origin.sentence()}" for origin in _origins(facts))
    if facts.spread.kin_by and any(b.together for b in blamed):
        whose = f"{counted(facts.spread.kin, 'account')} {with_one(facts.spread.kin_by)}"
        seen += f" {percent(facts.spread.kin_share)} of it came from {whose}; nothing else ties them."
    sentence = f"{_load(facts)} Of the excess made: {shares_of(blamed, names)}.{late}{seen}"
    several = len(blamed) > 1 and sum(b.weight for b in blamed[1:]) >= max(MIN_SHARE, SECOND * blamed[0].share)
    return Verdict(SEVERAL if several else ATTRIBUTED, capped(likelihood, facts), sentence)


def _origins(facts: Facts) -> list[Origin]:
    """Return who is behind the blamed networks and agents, the largest first."""
    keys = [f"{b.winner.kind} {b.winner.id}" for b in facts.finding.blamed]
    return [facts.origins[key] for key in keys if key in facts.origins]


def _nobody(facts: Facts, rivals: list[Rival], names: Names) -> Verdict:
    exclusive = [r for r in rivals if r.explanation in (*NOBODY, "missing logs")]
    best = exclusive[0]
    together = likelihood_of(rivals, *NOBODY)
    if best.explanation == "missing logs" and best.likelihood >= EVEN:
        what = "The clock of the log jumped; it was not the service that fell silent." if of_clock(facts) else LOST
        return Verdict(NOT_AN_OUTAGE, capped(best.likelihood, facts), what)
    one = _one_origin(facts, names) or _one_payer(facts)
    if refusing(facts.scene.incident):
        return _refused(facts, names)
    if facts.is_load and not facts.failing:
        return Verdict(NOT_AN_OUTAGE, capped(0.75, facts), f"{_load(facts)} No actor stands out, and nothing failed.{one}")
    if facts.finding.blamed and facts.echo:
        sentence = "Load and errors rose in the same minute: whether the load caused them, or answered them, cannot be told."
        return Verdict(INCONCLUSIVE, 0.5, f"{_load(facts)} {sentence}")
    crowd = best.explanation == "organic surge"
    if together >= EVEN and not (crowd and one):
        sure = capped(best.likelihood, facts)
        why = f"The best explanation is: {best.explanation} ({word(sure)}, {percent(sure)}){_runner_up(exclusive[:2], facts)}."
        beside = f" {of_kin(facts.spread)}; {NOT_TOGETHER}." if crowd and facts.spread.kin_notable else ""
        return Verdict(NO_SINGLE, capped(together, facts), f"{_load(facts)} {why}{beside}{_one_route(facts, best)}")
    if facts.finding.blamed and facts.follows:
        made = f"Of the excess made: {shares_of(facts.finding.blamed, names)}, and no earlier than the errors"
        return Verdict(INCONCLUSIVE, 0.5, f"{_load(facts)} {made}: whether it caused them, or answered them, is not shown.", told=True)
    return Verdict(INCONCLUSIVE, 0.5, f"{_load(facts)} No explanation is likely enough to be a verdict.{_turned(facts, names)}{one}")


def _runner_up(first: Sequence[Rival], facts: Facts) -> str:
    """Say which other explanation is about as likely, or half as likely: one that is best by a little is not the finding."""
    if len(first) < 2 or first[1].likelihood < AS_LIKELY * first[0].likelihood:
        return ""
    sure = capped(first[1].likelihood, facts)
    return f", the next: {first[1].explanation} ({word(sure)}, {percent(sure)})"


def _one_route(facts: Facts, best: Rival) -> str:
    """Say what else a change that nobody noted may have been: one route fails alone when what only it needs fails."""
    route = facts.concentrated("route")
    if best.explanation != "bad deploy" or route is None or not facts.failing or any(note["deploy"] for note in facts.notes):
        return ""
    return f" No change is noted: what only route {route.name} depends on (a provider, a store) may have failed as well."


def _refused(facts: Facts, names: Names) -> Verdict:
    """Decide on refusals that nobody is held to have made: people who ask as ever and are sent away are no cause of it."""
    if asked_as_ever(facts.scene) and gave_up(facts.scene.incident):
        sentence = (
            "Those who gave up asked no more than usual: the service did not answer them in time. What held it up is not in these logs."
        )
        return Verdict(NO_SINGLE, capped(0.8, facts), f"{_load(facts)} {sentence}")
    if asked_as_ever(facts.scene):
        sentence = "Those who were refused asked no more than usual: they were sent away (a login, a limit, a ban, lost pages)."
        return Verdict(NO_SINGLE, capped(0.8, facts), f"{_load(facts)} {sentence}")
    if shut_out(facts.scene, facts.finding):
        sentence = "they were sent away (a rule, a login, a limit, a ban), and their clients tried again."
        return Verdict(NO_SINGLE, capped(0.8, facts), f"{_load(facts)} {served_before(facts.scene.incident)}: {sentence}")
    sentence = refused_with_others(facts, names) or "More was asked than usual, and nobody stands out as the one who asked it."
    return Verdict(INCONCLUSIVE, 0.5, f"{_load(facts)} {sentence}{_turned(facts, names)}")


def _turned(facts: Facts, names: Names) -> str:
    return f" {turned_away(facts.denied, names)}: {SO_IT_LOOKS}" if facts.denied else ""


def _one_payer(facts: Facts) -> str:
    """Say whose accounts rose together where only what they pay with ties them: it names nobody, and is no crowd either."""
    spread = facts.spread
    if spread.kin_by is None or facts.finding.blamed:
        return ""
    return f" {of_kin(spread)}: one payer's, or those of a reseller's customers who came at once; nothing else ties them."


def _one_origin(facts: Facts, names: Names) -> str:
    """Say what is known of a load of very many addresses that have one thing in common: it names nobody, and is no crowd either."""
    if facts.spread.anonymous_share < 0.5 or facts.finding.blamed:
        return ""
    if facts.veil is not None:
        program = f" {in_common(facts.alike, names)}." if facts.alike is not None and facts.alike.column == "agent_id" else ""
        return f"{program} {facts.veil.told(names)}: {facts.veil.lifted()}."
    if facts.walk is not None:
        return f" {facts.walk.told()}: programs, at addresses that tell nothing of who runs them."
    if facts.alike is None:
        return ""
    seen = facts.origins.get(f"network {facts.alike.value}")
    if facts.alike.beside:
        what = "programs at rented machines, or many customers of few providers"
    elif seen is not None and seen.addresses == 1:
        what = "one program, or many people behind one address"
    elif facts.alike.column == "wide_network":
        what = "one site, or many customers of one provider, at very many addresses"
    else:
        what = "one program, or one app of many people, at very many addresses"
    return f" {in_common(facts.alike, names)}: {what}; logs do not tell which."


def _load(facts: Facts) -> str:
    rise, window = facts.finding.rise, facts.scene.window
    span = f"{clock(window.start)} to {clock(window.end)} UTC"
    known = f" {amount(facts.scene.known)} of the requests are of subjects ruled known." if facts.scene.known else ""
    if rise.measure == MEASURE:
        what = "given up by those who asked" if gave_up(facts.scene.incident) else "refused"
        return f"From {span} {amount(rise.load)} requests were {what} against {amount(rise.expected)} expected.{known}"
    return (
        f"Load from {span} was {amount(rise.load)} {unit(rise.measure)} against {amount(rise.expected)} expected.{_left_out(facts)}{known}"
    )


def _left_out(facts: Facts) -> str:
    again = round(facts.finding.again)
    return (
        f" Left out {'is' if again == 1 else 'are'} {counted(again, 'request')} that only repeated what had just failed." if again else ""
    )
