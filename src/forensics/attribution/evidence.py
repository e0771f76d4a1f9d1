"""Evidence that speaks for or against more than one explanation: how rare a rise is, who made it, and what came first."""

from __future__ import annotations

from math import log2

from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.minutes import MOST_LAG
from forensics.attribution.facts.refusals import rest_refused
from forensics.attribution.facts.seconds import EARLY
from forensics.attribution.rivals import DECISIVE, FAIR, WEAK, Names, Weighed
from forensics.attribution.search.finding import Blamed
from forensics.attribution.search.scan import Winner
from forensics.attribution.wording import (
    amount,
    clock,
    minutes,
    percent,
    shares_of,
    subject,
    unit,
)
from forensics.text import counted

MOSTLY, MORE = 0.8, 1.5
"""Share of an excess that came before the errors below which it is told how much came with them, and times their pace before from which it
is told that the blamed asked more once requests failed."""
MADE = 9.0
"""Bits for who made a load from which that is certain, and more of them say nothing of whether the load broke the service."""


def significance(facts: Facts, blamed: Blamed, found: Weighed, names: Names, beside: int = 0) -> None:
    """Say how often chance does as much: by rank among the placebos and, where none of them did, by the tail of all rises in them.

    ``beside``: so many others are weighed with it, who stand out by themselves.
    """
    p_value, placebos = blamed.winner.p_value, facts.scene.placebos
    joint = blamed.joint if beside else None
    by_tail = blamed.chance if joint is None else min(blamed.chance, joint)
    picked, searched = _picked_from(facts)
    bits, many = 0.0, max(len([b for b in facts.finding.blamed if b.together]) - 1, beside if joint is not None else 0)
    together = f", with {counted(many, 'other')} at least as far as the least of them," if many > 0 else ""
    if p_value is None:
        found.contra("The logs hold no other day with these hours: chance can only be judged by the hours before.", WEAK)
    else:
        bits = _bits(p_value * picked)
        found.pro(chance(p_value, placebos), bits)
    if p_value is None or p_value <= facts.scene.smallest_p:
        windows = counted(blamed.compared, "window")
        who, rare = subject(blamed.winner, names), "more than 1,000" if by_tail < 0.001 else amount(1.0 / by_tail)
        found.pro(
            f"{who} rose by {amount(blamed.winner.excess)} {unit(facts.finding.rise.measure)}; in {windows} of comparison nobody rose by "
            f"more than {amount(blamed.usual)}. By the tail of all rises in them, one like it{together} comes once in {rare} "
            f"windows{searched}.",
            max(0.0, _bits(by_tail * picked) - bits),
        )


def _picked_from(facts: Facts) -> tuple[float, str]:
    """Return of how many windows one was picked, and that in words: failures come by themselves, slowness is found where most is asked."""
    if not only_slow(facts):
        return 1.0, ""
    scene = facts.scene
    slow = sum(row["kind"] == scene.incident["kind"] for row in scene.setting.incidents)
    picked = max(1.0, scene.covered.minutes / scene.window.minutes / slow)
    return picked, f"; the service was slow in one of {amount(picked)}, which may be so because of just such a rise"


def _bits(chance: float) -> float:
    return min(DECISIVE, max(0.0, log2(1.0 / max(chance, 1e-9)) - 1.0))


def chance(p_value: float, placebos: int) -> str:
    """Return in words how often as much is seen without an incident, with the number behind it (see ``scan.placebo_p``)."""
    as_much = round(p_value * (placebos + 1)) - 1
    seen = f"in {as_much} of them somebody's" if as_much else "in none of them anybody's"
    windows = f"{counted(placebos, 'comparable window')} in which nothing was wrong (the same hours of other days)"
    least = ", the smallest that so many windows can give" if not as_much else ""
    return f"Of {windows}, each searched in the same way, {seen} load rose as far above the usual (p = {p_value:.3f}{least})."


def machine(facts: Facts, winner: Winner, found: Weighed) -> None:
    """Say why the subject asks like a machine, where it does; of an actor the first reason is how many of its accounts do."""
    reasons = facts.machines.get(winner.id)
    if reasons:
        like, *why = reasons[:4] if winner.kind == "actor" else ["It asks like a machine", *reasons[:4]]
        found.pro(f"{like}: {'; '.join(why)}.", WEAK)


def settled(facts: Facts, found: Weighed) -> None:
    """Let what says so far who made the load count for ``MADE`` at most: it does not outweigh what says that the load broke nothing."""
    known = sum(bits for _, bits in found.speaks_for)
    if known > MADE and not facts.is_load:
        found.speaks_for[:] = [(sentence, bits * MADE / known) for sentence, bits in found.speaks_for]


def several(facts: Facts) -> bool:
    """Whether what is weighed is the load of several together, whichever of them an explanation begins with."""
    return len(facts.finding.blamed) > 1


def order(facts: Facts, found: Weighed) -> None:
    """Say what came first, the load or the errors; nothing of a load that broke nothing."""
    if facts.is_load:
        return
    if facts.lag is not None and facts.lag.correlation >= 0.3 and abs(facts.lag.lag) < MOST_LAG:
        lag, load_of = facts.lag, "the load of all of them" if several(facts) else "its load"
        if lag.low > 0:
            interval = f"90 % interval {lag.low} to {lag.high}; correlation {lag.correlation:.2f}"
            found.pro(f"Errors follow {load_of} by {minutes(lag.lag)} ({interval}).", 0.0)
        else:
            told = f"by minutes it is not told which comes first (90 % interval of the errors' delay {lag.low} to {lag.high})"
            found.pro(f"Errors rise and fall with {load_of} (correlation {lag.correlation:.2f}); {told}.", 0.0)
    if facts.load_onset is None or facts.error_onset is None:
        return
    ahead = int((facts.error_onset - facts.load_onset).total_seconds() // 60)
    began, errors, own = clock(facts.load_onset), clock(facts.error_onset), "their" if several(facts) else "its"
    _with_the_errors(facts, found, own, "They" if several(facts) else "It")
    if ahead > 0:
        found.pro(f"A tenth of {own} excess had come by {began}, {minutes(ahead)} before the errors at {errors} (UTC).", FAIR)
    elif ahead < 0 and not facts.follows:
        found.pro("By minutes that load rose no earlier than the errors; by seconds it did.", 0.0)
    elif ahead < 0:
        found.contra(f"A tenth of {own} excess had come by {began} only, after the errors had begun at {errors} (UTC).", DECISIVE)
    else:
        found.contra(f"Load and errors rose in the same minute, {began} UTC.", WEAK)


def _with_the_errors(facts: Facts, found: Weighed, own: str, they: str) -> None:
    """Say how much of the load of the blamed came no earlier than the errors, and what seconds tell of it."""
    if facts.echo:
        told = "seconds do not tell more" if facts.preceded is None else "nor did the seconds before them show it"
        share = f"Only {percent(facts.early_share)} of {own} excess came before the minute of the first errors"
        came = share if facts.early_share < EARLY else f"{own.capitalize()} load leapt up with the first errors"
        found.contra(f"{came}, {told}.", DECISIVE)
        return
    if facts.preceded:
        found.pro(f"{they} {'were' if several(facts) else 'was'} already at it in the seconds before the first failures.", FAIR)
    if facts.early_share < MOSTLY:
        late = percent(1.0 - facts.early_share)
        found.contra(f"{late} of {own} excess in these minutes came in that of the first errors or later.", 0.0)
    if facts.answered >= MORE:
        steady = f"{they} had asked at one pace for minutes until the first failure"
        found.contra(f"{steady}, and at {facts.answered:.1f} times that pace from then on: what came then is an answer to it.", 0.0)


def refused_with_others(facts: Facts, names: Names) -> str:
    """Say who made most of what was refused where the others were refused as well; empty where nobody did."""
    makers = facts.finding.asked_most
    if not makers:
        return ""
    now, usual = rest_refused(facts.scene, makers)
    verb = "asks" if len(makers) == 1 else "ask"
    beside = f"but of what all others asked {percent(now)} was refused as well (usually {percent(usual)})"
    alike = "a load that is too much for the service and a limit or a fault that hits everybody look alike here"
    made = f"Of what was refused beyond the usual made: {shares_of(makers, names)}; {beside}"
    return f"{made}: {alike}, and who {verb} most is not named for it."


def only_slow(facts: Facts) -> bool:
    """Whether requests took longer than usual and did not fail."""
    return facts.scene.incident.get("kind") == "latency" and not facts.failing
