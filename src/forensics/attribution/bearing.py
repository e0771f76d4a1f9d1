"""Evidence of what the service bears: whether a load was too much for it, how it failed under it, and where."""

from __future__ import annotations

from math import log2

from forensics.attribution.evidence import several
from forensics.attribution.facts.borne import LINE, NO_LINE
from forensics.attribution.facts.comers import Comers
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.refusals import asked_as_ever
from forensics.attribution.facts.slowdown import NO_SLOWER, SLOW
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Weighed
from forensics.attribution.wording import (
    amount,
    load,
    minutes,
    percent,
)
from forensics.text import counted

OFTEN = 10
"""Healthy minutes at such a load from which it cannot be called too much."""
FEW = 5
"""Healthy minutes at that load after the end of it from which they say anything."""
LITTLE, SPREAD = 0.05, 0.4
"""Share of the load that stands out which was for the failing route, below which it had none of that load; share of the excess on other
hosts from which these bore it."""
LONG, HARDLY = 30, 0.5
"""Minutes beyond the first ones for which a load was borne that say twice as much, where it is hardly more than usual; where its
overshoot is below that, so long says up to five times as much, and half as long little more than twice. Every doubling adds two bits."""
FULL = 0.5
"""How much a load that is twice what was ever borne takes from a fall at once, where nobody waited before: something may have run full."""
AT_ONCE = 10.0
"""Bits for each doubling of what was too much that it would have taken to make up what failed at once: that many came just then is left to
chance, or to what they asked for."""


def remainder(facts: Facts, found: Weighed) -> None:
    """Compare the load without the blamed with what the service carries in health; first, whether they had a hand in it at all."""
    if facts.release is not None:
        found.contra(f"{facts.release.told()}.", 2.0 * DECISIVE)
    if facts.unseen is not None:
        found.contra(facts.unseen, 2.0 * DECISIVE)
    if facts.capacity is None or facts.is_load:
        return
    confined(facts, found)
    overload(facts, found)
    if facts.comers is not None and facts.comers.crowd:
        found.contra(came(facts.comers), 2.0 * DECISIVE)
    borne(facts, found)
    measure, usual = facts.finding.rise.measure, amount(facts.capacity.usual)
    peak, rest = load(facts.peak_load, measure), load(facts.rest_peak, measure)
    them = "all of them" if several(facts) else "it"
    if facts.beyond_health:
        found.pro(
            f"With {them} the load reached {peak} a minute; at most {usual} were carried in health outside the incidents.",
            FAIR * facts.overshoot,
        )
        if facts.rest_within:
            found.pro(f"Without {them} the load would have been at most {rest} a minute.", WEAK)
        elif facts.rest_within is None:
            found.pro(f"Without {them} the load would have been at most {rest} a minute, hardly more than that.", 0.0)
        else:
            bits = FAIR * facts.overshoot_left
            found.contra(f"Without {them} the load would still have reached {rest} a minute, more than was carried in health.", bits)
    elif facts.within_health:
        nothing_new(facts, found)


def nothing_new(facts: Facts, found: Weighed) -> None:
    """Say that such a load was carried in health."""
    peak, often = load(facts.peak_load, facts.finding.rise.measure), facts.within_health
    found.contra(
        f"Such a load is nothing new: {counted(often, 'healthy minute')} had nine tenths of its peak of {peak} a minute or more.",
        DECISIVE + min(DECISIVE, log2(often / OFTEN)) if often >= OFTEN else STRONG,
    )


def borne(facts: Facts, found: Weighed) -> None:
    """Say for how long the load was borne before it failed, and whether it then failed at once.

    Too much load is kept waiting, and answered slowly, before it fails. What runs full (memory, a disk) fails at once, too, and does so
    sooner the further a load is beyond all that was ever borne.
    """
    timed = facts.slower is not None and facts.slower < SLOW
    if facts.carried >= OFTEN:
        how = ", and answered no slower" if timed else ""
        bore = f"The service bore that load for {minutes(facts.carried)} before anything was wrong{how}: the load alone did not break it."
        found.contra(bore, _long_borne(facts, timed=timed))
    if facts.outlasted >= FEW:
        went_on = f"The service was itself again under that load, and bore it for {minutes(facts.outlasted)}: it had not broken it"
        both = facts.carried >= OFTEN or (facts.step is not None and facts.step.doublings() >= 1)
        beyond = 0.0 if both else facts.overshoot  # what fails soon under a load far beyond health may have been given more since
        sure = DECISIVE * facts.outlasted / OFTEN * (1.0 - beyond)
        found.contra(f"{went_on}, unless the service was given more to bear it with meanwhile.", sure)
    _at_once(facts, found, _unslowed(facts))


def _unslowed(facts: Facts) -> float:
    """Return how far it may be that nothing was short before the fall: 1 where answers are not known to be slow, 0 from twice ``SLOW``."""
    return 1.0 if facts.slower is None else min(1.0, max(0.0, 1.0 - log2(max(facts.slower, SLOW) / SLOW)))


def _at_once(facts: Facts, found: Weighed, unslowed: float) -> None:
    """Say that more failed at once than can have been in line, or than was beyond what the service bears: of both what says more."""
    in_line = 0.0
    if unslowed <= 0.0:
        return
    quick, doublings = _quick(facts), _beyond_line(facts)
    if facts.step is not None and doublings > 0:
        waited = "and nobody had been waiting" if quick else "and so many cannot have been in line"
        in_line = unslowed * STRONG * doublings * max(0.0, 1.0 - facts.overshoot * (FULL if quick else 1.0))
        long = minutes(facts.carried if facts.carried >= OFTEN else facts.step.minutes)  # one time, wherever it is told
        found.contra(
            f"That load had been borne for {long}, it did not grow, and then {percent(facts.step.failed)} of all requests failed at once: "
            f"a load that is too much keeps people waiting first, {waited}.",
            in_line,
        )
    if facts.fall is not None and too_many(facts) > 0:
        share = facts.fall.beyond(facts.capacity.usual) if facts.capacity else 0.0
        much = f"{percent(share)} of the load was" if share >= LITTLE else "hardly any of the load was"
        found.contra(
            f"In the first whole minute of failure {percent(facts.fall.failed)} of all requests failed, and {much} more than had been "
            "carried in health: of a load that is too much as much fails at first as is too much.",
            max(0.0, unslowed * min(2.0 * DECISIVE, AT_ONCE * too_many(facts)) - in_line),
        )


def too_many(facts: Facts) -> float:
    """Return how many times what was new of the load would have had to be doubled to make up what failed at once."""
    return facts.fall.doublings(facts.capacity.usual) if facts.fall is not None and facts.capacity is not None else 0.0


def was_slow(facts: Facts) -> bool:
    """Whether it is known that answers were slow right before the fall: then something was short before it broke."""
    return facts.slower is not None and facts.slower >= SLOW


def _quick(facts: Facts) -> bool:
    """Whether it is known that answers came as fast as ever right before the fall."""
    return facts.slower is not None and facts.slower < NO_SLOWER


def _beyond_line(facts: Facts) -> float:
    """Return how many times the longest line would have had to be doubled, had the load alone broken the service at once."""
    return facts.step.doublings(NO_LINE if _quick(facts) else LINE) if facts.step is not None else 0.0


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
        bits += FAIR * (1.0 - facts.overshoot) if facts.step is not None else 0.0  # more so where it has been there for minutes
        found.contra(f"In the five minutes before the first failures answers took no longer than usual ({facts.slower:.2f} times).", bits)


def waited_in_vain(facts: Facts, found: Weighed) -> None:
    """Whether the service left people waiting who ask as ever: as after a deploy, and as when something behind it hangs."""
    if asked_as_ever(facts.scene):
        found.pro("What was given up is what is usually asked: the service no longer answered it in time.", FAIR)
    else:
        found.contra("Most of what was given up is more than is usually asked.", STRONG)


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
    elif facts.outlasted >= OFTEN:
        found.pro(f"Right afterwards, the service bore that load for {minutes(facts.outlasted)}: load alone did not break it.", FAIR)
    elif facts.step is not None and _beyond_line(facts) >= 1 and not was_slow(facts):
        found.pro(f"The service had borne that load for {minutes(facts.step.minutes)}, and then failed at once.", FAIR)
    elif too_many(facts) >= 1 and not was_slow(facts):
        found.pro("Far more failed at once than was beyond what the service carries in health.", FAIR)
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
