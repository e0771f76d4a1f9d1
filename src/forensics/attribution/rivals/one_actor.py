"""One actor made the load."""

from __future__ import annotations

from math import log2

from forensics.attribution.blame import Blamed
from forensics.attribution.comers import Comers
from forensics.attribution.facts import Facts
from forensics.attribution.leadlag import MOST_LAG
from forensics.attribution.phrases import amount, clock, last_to_come, load, minutes, percent, shares_of, subject, unit
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.rivals.bad_deploy import OFTEN, confined
from forensics.attribution.step import LINE, NO_LINE
from forensics.text import counted

EXPLANATION = "one actor"
PRIOR = -1.0
EXCLUSIVE = True
LONG, HARDLY = 30, 0.5
"""Minutes beyond the first ones for which a load was borne that say twice as much, where it is hardly more than usual; where its
overshoot is below that, so long says up to five times as much, and half as long little more than twice. Every doubling adds two bits."""
FULL = 0.5
"""How much a load that is twice what was ever borne takes from a fall at once, where nobody waited before: something may have run full."""
SLOW, NO_SLOWER = 1.5, 1.2
"""Times the usual from which answers are slow, and below which they are not."""


def weigh(facts: Facts, names: Names) -> Weighed:
    """Share of the excess, significance against placebos, what came first, and what would have been left without it."""
    found = Weighed(wanted=["What the accounts ran at the time: client logs, scripts or a statement of their owners."])
    blamed = [b for b in facts.finding.blamed if b.winner.kind == "actor"]
    if not blamed:
        nobody(facts, names, found)
        return found
    top = blamed[0]
    who = subject(top.winner, names)
    found.pro(
        f"{who} made {percent(min(1.0, top.share))} of the excess: {amount(top.winner.load)} {unit(facts.finding.rise.measure)} where "
        f"{amount(top.winner.expected)} were to be expected.",
        STRONG if top.share >= 0.8 else FAIR,
    )
    if len(blamed) > 1:
        others, weight = sum(b.share for b in blamed[1:]), sum(b.weight for b in blamed[1:])
        late = f" {last_to_come(blamed, names)}" if any(b.at_fall for b in blamed) else ""
        found.contra(f"Others made {percent(min(1.0, others))} of the excess.{late}", STRONG if weight >= 0.25 * top.share else WEAK)
    significance(facts, top, found)
    machine(facts, top.winner.id, found)
    order(facts, found)
    remainder(facts, found)
    return found


def nobody(facts: Facts, names: Names, found: Weighed) -> None:
    """Say why nobody is held to have made the load."""
    rise = facts.finding.rise
    if not rise.known:
        found.contra("The logs hold nothing to compare the load with: who asked more than usual is not known.", STRONG)
    elif not rise.significant:
        found.contra(
            f"Load before the impact was {amount(rise.load)} {unit(rise.measure)}, {amount(rise.expected)} were to be expected: "
            "it did not rise beyond the usual range.",
            DECISIVE,
        )
    elif facts.finding.blamed:
        made = f"{percent(facts.finding.share)} of the excess came without an account: {shares_of(facts.finding.blamed, names)}"
        found.contra(f"{made}. No actor is known to have made it.", STRONG)
    elif facts.veil is not None and facts.spread.anonymous_share >= 0.5:
        found.contra(f"{facts.veil.told(names)}: nobody can stand out.", 0.0)
    elif facts.finding.winners:
        top = facts.finding.winners[0]
        share = percent(min(1.0, top.excess / max(rise.excess, 1.0)))
        if top.kind == "actor":
            found.contra(f"No actor stands out enough; the largest, {subject(top, names)}, made {share} of the excess.", STRONG)
        else:
            had = f"{subject(top, names)} had {share} of the excess, without an account, and is not known to be somebody"
            found.contra(f"No actor stands out; {had}.", STRONG)


def significance(facts: Facts, blamed: Blamed, found: Weighed, beside: int = 0) -> None:
    """Say how often chance does as much: by rank among the placebos and, where none of them did, by the tail of all rises in them.

    ``beside``: so many others are weighed with it, who stand out by themselves.
    """
    p_value, placebos = blamed.winner.p_value, facts.scene.placebos
    joint = blamed.joint if beside else None
    by_tail = blamed.chance if joint is None else min(blamed.chance, joint)
    bits, many = 0.0, max(len([b for b in facts.finding.blamed if b.together]) - 1, beside if joint is not None else 0)
    together = f", with {counted(many, 'other')} at least as far as the least of them," if many > 0 else ""
    if p_value is None:
        found.contra("The logs hold no other day with these hours: chance can only be judged by the hours before.", WEAK)
    else:
        bits = _bits(p_value)
        found.pro(chance(p_value, placebos), bits)
    if p_value is None or p_value <= facts.scene.smallest_p:
        windows = counted(blamed.compared, "window")
        rare = "more than 1,000" if by_tail < 0.001 else amount(1.0 / by_tail)
        found.pro(
            f"It rose by {amount(blamed.winner.excess)} {unit(facts.finding.rise.measure)}; in {windows} of comparison nobody rose by more "
            f"than {amount(blamed.usual)}. By the tail of all rises in them, one like it{together} comes once in {rare} windows.",
            max(0.0, _bits(by_tail) - bits),
        )


def _bits(chance: float) -> float:
    return min(DECISIVE, max(0.0, log2(1.0 / max(chance, 1e-9)) - 1.0))


def chance(p_value: float, placebos: int) -> str:
    """Return in words how often as much is seen without an incident, with the number behind it (see ``scan.placebo_p``)."""
    as_much = round(p_value * (placebos + 1)) - 1
    seen = f"in {as_much} of them somebody's" if as_much else "in none of them anybody's"
    windows = f"{counted(placebos, 'comparable window')} in which nothing was wrong (the same hours of other days)"
    least = ", the smallest that so many windows can give" if not as_much else ""
    return f"Of {windows}, each searched in the same way, {seen} load rose as far above the usual (p = {p_value:.3f}{least})."


def machine(facts: Facts, subject_id: str, found: Weighed) -> None:
    """Say why the subject asks like a machine, where it does."""
    reasons = facts.machines.get(subject_id)
    if reasons:
        found.pro(f"It asks like a machine: {'; '.join(reasons[:4])}.", WEAK)


def order(facts: Facts, found: Weighed) -> None:
    """Say what came first, the load or the errors."""
    if facts.lag is not None and facts.lag.correlation >= 0.3 and abs(facts.lag.lag) < MOST_LAG:
        lag = facts.lag
        sentence = (
            f"Errors follow its load by {minutes(lag.lag)} (90 % interval {lag.low} to {lag.high}; correlation {lag.correlation:.2f})."
        )
        found.pro(sentence, 0.0)
    if facts.load_onset is None or facts.error_onset is None:
        return
    ahead = int((facts.error_onset - facts.load_onset).total_seconds() // 60)
    began, errors = clock(facts.load_onset), clock(facts.error_onset)
    if facts.echo:
        share = percent(facts.early_share)
        told = "seconds do not tell more" if facts.preceded is None else "nor was it there in the seconds before them"
        found.contra(f"Only {share} of its excess came before the minute of the first errors, {told}.", DECISIVE)
    elif facts.preceded:
        found.pro("It was already asking at that pace in the seconds before the first failures.", FAIR)
    if ahead > 0:
        found.pro(f"A tenth of its excess had come by {began}, {minutes(ahead)} before the errors at {errors} (UTC).", FAIR)
    elif ahead < 0 and not facts.follows:
        found.pro("By minutes it rose no earlier than the errors; by seconds it did.", 0.0)
    elif ahead < 0:
        found.contra(f"A tenth of its excess had come by {began} only, after the errors had begun at {errors} (UTC).", DECISIVE)
    else:
        found.contra(f"Load and errors rose in the same minute, {began} UTC.", WEAK)


def remainder(facts: Facts, found: Weighed) -> None:
    """Compare the load without the blamed with what the service carries in health; first, whether they had a hand in it at all."""
    if facts.release is not None:
        found.contra(f"{facts.release.told()}.", 2.0 * DECISIVE)
    if facts.capacity is None or facts.is_load:
        return
    confined(facts, found)
    overload(facts, found)
    if facts.comers is not None and facts.comers.crowd:
        found.contra(came(facts.comers), 2.0 * DECISIVE)
    borne(facts, found)
    measure, usual = facts.finding.rise.measure, amount(facts.capacity.usual)
    peak, rest = load(facts.peak_load, measure), load(facts.rest_peak, measure)
    if facts.beyond_health:
        found.pro(
            f"With it the load reached {peak} a minute; at most {usual} were carried in health outside the incidents.",
            FAIR * facts.overshoot,
        )
        if facts.rest_within:
            found.pro(f"Without it the load would have been at most {rest} a minute.", WEAK)
        elif facts.rest_within is None:
            found.pro(f"Without it the load would have been at most {rest} a minute, hardly more than that.", 0.0)
        else:
            bits = FAIR * facts.overshoot_left
            found.contra(f"Without it the load would still have reached {rest} a minute, more than was carried in health.", bits)
    elif facts.within_health:
        found.contra(
            f"Such a load is nothing new: {facts.within_health} healthy minutes had nine tenths of its peak of {peak} a minute or more.",
            DECISIVE + min(DECISIVE, log2(facts.within_health / OFTEN)) if facts.within_health >= OFTEN else STRONG,
        )


def borne(facts: Facts, found: Weighed) -> None:
    """Say for how long the load was borne before it failed, and whether it then failed at once.

    Too much load is kept waiting, and answered slowly, before it fails. What runs full (memory, a disk) fails at once, too, and does so
    sooner the further a load is beyond all that was ever borne.
    """
    timed = facts.slower is not None and facts.slower < SLOW
    if facts.carried >= OFTEN:
        how = ", and answered no slower" if timed else ""
        bore = f"The service bore that load for {minutes(facts.carried)} before it failed{how}: the load alone did not break it."
        found.contra(bore, _long_borne(facts, timed=timed))
    if facts.step is None or not (timed or facts.slower is None):
        return
    quick = facts.slower is not None and facts.slower < NO_SLOWER
    doublings = facts.step.doublings(NO_LINE if quick else LINE)
    if doublings > 0:
        waited = "and nobody had been waiting" if quick else "and so many cannot have been in line"
        found.contra(
            f"That load had been borne for {minutes(facts.step.minutes)}, it did not grow, and then {percent(facts.step.failed)} of all "
            f"requests failed at once: a load that is too much keeps people waiting first, {waited}.",
            STRONG * doublings * max(0.0, 1.0 - facts.overshoot * (FULL if quick else 1.0)),
        )


def _long_borne(facts: Facts, *, timed: bool) -> float:
    """Weigh that a load was borne for so long; where times are known, too much load would be seen in the answers before they fail."""
    bits = 2.0 * log2(facts.carried / 5.0)
    if not timed:
        return bits
    long = min(1.0, (facts.carried - OFTEN) / LONG)
    little = 1.0 - facts.overshoot + 3.0 * long * max(0.0, 1.0 - facts.overshoot / HARDLY)
    longer = 2.0 * max(0.0, log2(facts.carried / (OFTEN + LONG)))
    return max(bits, DECISIVE * (1.0 + long * little) + longer)


def came(crowd: Comers) -> str:
    """Say who came as the service broke."""
    return (
        f"In the {minutes(crowd.minutes)} in which it broke, {counted(crowd.clients, 'other client')} asked {amount(crowd.load)} times "
        f"({amount(crowd.usual_clients)} and {amount(crowd.usual_load)} in as long a time before), "
        f"the load that stands out was {amount(crowd.blamed)}."
    )


def overload(facts: Facts, found: Weighed) -> None:
    """Say whether answers became slow before they failed, as under too much load; or what was still served, where load came last."""
    if facts.served_slower is not None:
        times = f"What was still served in the first minutes of failure took {facts.served_slower:.1f} times as long as usual"
        if facts.served_slower >= SLOW:
            found.pro(f"{times}.", FAIR)
        elif facts.served_slower < NO_SLOWER:
            found.contra(f"{times}: it was not short of anything.", FAIR + STRONG * (1.0 - facts.overshoot))
    if facts.slower is None:
        return
    if facts.slower >= SLOW:
        found.pro(f"In the five minutes before the first failures answers took {facts.slower:.1f} times as long as usual.", FAIR)
    elif facts.slower < NO_SLOWER:
        bits = FAIR + STRONG * max(0.0, 1.0 - facts.overshoot / HARDLY)  # what breaks under hardly more than usual is slow before
        found.contra(f"In the five minutes before the first failures answers took no longer than usual ({facts.slower:.2f} times).", bits)
