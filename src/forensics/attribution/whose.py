"""Whose load it was, where nobody is blamed: who made most of an excess is a fact of the logs, whether or not it broke anything.

It is told beside a verdict and blames nobody: no account takes part by it, and no measure follows from it.
"""

from __future__ import annotations

from dataclasses import replace

from forensics.attribution.bearing import remainder
from forensics.attribution.evidence import order, significance
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.origin import called
from forensics.attribution.facts.spread import MOST, UNNAMED, alike
from forensics.attribution.inquiry import Conclusion, Inquiry
from forensics.attribution.rivals import Names, Weighed
from forensics.attribution.verdict import NOT_AN_OUTAGE
from forensics.attribution.windows import is_load
from forensics.attribution.wording import NOT_TOGETHER, as_ever, came_from, of_kin, percent
from forensics.text import counted

RARE, SEVERAL = 0.05, 3
"""Share of what accounts usually ask up to which an agent is one that few have; accounts that have it in common which are worth a word."""


def whose(asked: Inquiry, found: Conclusion) -> str | None:
    """Return who made most of the load before an impact, and what speaks most against its having broken the service.

    Where that is what some often ask for, that they do. Where nobody stands out, what those who asked have in common: links, or the one
    program that it came with. None of a crowd, or of a program of many people that changed, where the logs do not hold what others asked
    for, where the verdict tells it already, and of a load that broke nothing.
    """
    facts = found.facts
    if is_load(facts.scene.incident) or found.verdict.name == NOT_AN_OUTAGE or found.verdict.told or not facts.finding.rise.significant:
        return None
    if facts.foremost:
        facts = asked.weighed(facts.scene, replace(facts.finding, blamed=facts.foremost)).facts
    if facts.unseen is not None or facts.release is not None:
        return None
    if sum(b.share for b in facts.finding.as_ever) >= MOST:
        return f"{as_ever(facts.finding.as_ever, asked.names)}: that it was the cause is not shown."
    if not facts.finding.blamed:
        kin = None if of_kin(facts.spread) in found.verdict.summary else _kin(facts)
        return " ".join(filter(None, (kin, _one_program(facts, asked.names)))) or None
    names = asked.names | called(facts.origins)
    return f"Of the excess {came_from(facts.finding.blamed, names)}; that it was the cause is not shown{_weighed(facts, names)}."


def _kin(facts: Facts) -> str | None:
    """Return that most of it came from accounts that are linked, of whom none stands out: a company's people, as often as one operator."""
    spread = facts.spread
    return f"{of_kin(spread)}; {NOT_TOGETHER}." if spread.kin > 1 and spread.kin_share >= MOST else None


def _one_program(facts: Facts, names: Names) -> str | None:
    """Return that nearly all of what accounts asked beyond the usual came with one agent that few have: it ties nobody to anybody."""
    if max(facts.spread.anonymous_share, facts.spread.top_share) >= MOST:
        return None
    found = alike(facts.scene, facts.finding.rise, "agent_id", of=~UNNAMED)
    if found is None or found.value is None or found.usual > RARE or found.accounts < SEVERAL:
        return None
    agent = names.get(f"agent {found.value}", found.value)
    return (
        f"Of what accounts asked beyond the usual {percent(found.share)} came with the one agent {agent!r} (usually "
        f"{percent(found.usual)}), from {counted(found.accounts, 'account')}: a tool of some, or a program that many have; logs do not "
        "tell which, and nobody is tied to anybody by it."
    )


def _weighed(facts: Facts, names: Names) -> str:
    """Return what speaks most against that a load broke the service, and for it, to end a sentence; empty where only likelihoods do."""
    cause, rare = Weighed(), Weighed()
    significance(facts, facts.finding.blamed[0], rare, names)
    order(facts, cause)
    remainder(facts, cause)
    against, bits = max([*rare.speaks_against, *cause.speaks_against], key=lambda said: said[1], default=("", 0.0))
    speaks, most = max(cause.speaks_for, key=lambda said: said[1], default=("", 0.0))
    told = f": above all, {against[0].lower()}{against[1:-1]}" if bits > 0 else ""
    return f"{told}. For it speaks most: {speaks[0].lower()}{speaks[1:-1]}" if told and most > 0 else told
