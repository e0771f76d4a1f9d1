"""One machine behind the service failed."""

from __future__ import annotations

from forensics.attribution.bearing import alone_slow, concentration, equal_load, waited_in_vain
from forensics.attribution.evidence import only_slow
from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.rivals.missing_logs import AS_USUAL, growth_of
from forensics.attribution.windows import gave_up, impact_window
from forensics.attribution.wording import amount, between, percent

EXPLANATION = "failing backend"
PRIOR = -0.5
EXCLUSIVE = True
TAKEN = 0.5
"""Share of the failures with a backend below which they tell nothing about one backend against another."""


def weigh(facts: Facts, names: Names) -> Weighed:
    """Failures of one host or backend, at equal load."""
    found = Weighed(wanted=["Health, memory and restart records of the hosts; the log of the layer below."])
    silent = [h for h in facts.hosts if h.silent]
    if gave_up(facts.scene.incident):
        waited_in_vain(facts, found)
        return found
    if only_slow(facts) and not silent:
        equal_load(facts, found, "was slow")
        alone_slow(facts, found, "backend", "host")
        return found
    if not facts.failing and not silent:
        span = between(impact_window(facts.scene.incident))
        found.contra(f"{span}, as the impact began, no more requests failed than usual, and no host was silent.", STRONG)
        return found
    equal_load(facts, found)
    kinds = [kind for kind in ("backend", "host") if sum(p.kind == kind for p in facts.parts) > 1]
    if facts.failing and not kinds:
        found.contra("The logs name one host only, and no backend: nothing can be told apart.", WEAK)
    answered = sum(p.failure_share for p in facts.parts if p.kind == "backend")
    if facts.failing and "backend" in kinds and answered < TAKEN:
        found.pro(
            f"{percent(1.0 - answered)} of the failures reached no backend: none was there to take them, the queue was full, or the proxy "
            "answered by itself.",
            0.0,
        )
        kinds.remove("backend")
    for kind in kinds[:1]:
        concentration(facts, found, kind)
    if facts.failing and kinds and not silent:
        routes = [p for p in facts.parts if p.kind == "route" and p.struck]
        if len(routes) > 1:
            found.pro(f"{len(routes)} routes failed more often than usual at once.", WEAK)
    alive = [h for h in facts.hosts if not h.silent]
    for host in silent:
        if alive and not host.file_ends:
            found.pro(f"{host.name} fell silent ({amount(host.requests)} of {amount(host.expected)} requests) while others went on.", FAIR)
    if silent and alive and not facts.failing and AS_USUAL[0] <= growth_of(alive) <= AS_USUAL[1]:
        found.contra(f"The others did no more than usual ({percent(growth_of(alive))}): nobody took over its work.", WEAK)
    if silent and not alive:
        share = facts.failed_before
        who = "All hosts" if len(silent) > 1 else "The only host in the logs"
        found.pro(f"{who} fell silent at once; {percent(share)} of the requests of the ten minutes before had failed.", WEAK)
    return found
