"""One actor made the load."""

from __future__ import annotations

from forensics.attribution.bearing import remainder
from forensics.attribution.evidence import machine, order, refused_with_others, settled, significance
from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.search.finding import SECOND
from forensics.attribution.wording import amount, as_ever, last_to_come, percent, shares_of, subject, unit
from forensics.text import counted

EXPLANATION = "one actor"
PRIOR = -1.0
EXCLUSIVE = True


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
        found.contra(f"Others made {percent(min(1.0, others))} of the excess.{late}", STRONG if weight >= SECOND * top.share else WEAK)
    if top.days:
        on = counted(top.days, "other day")
        found.contra(f"It asked as much within as many minutes on {on}, too, and nothing was wrong then.", WEAK)
    significance(facts, top, found, names)
    machine(facts, top.winner, found)
    settled(facts, found)
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
    elif facts.finding.asked_most:
        found.contra(refused_with_others(facts, names), STRONG)
    elif facts.finding.blamed:
        made = f"{percent(facts.finding.share)} of the excess came without an account: {shares_of(facts.finding.blamed, names)}"
        found.contra(f"{made}. No actor is known to have made it.", STRONG)
    elif facts.finding.as_ever:
        found.contra(f"{as_ever(facts.finding.as_ever, names)}: what is often done names nobody.", STRONG)
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
