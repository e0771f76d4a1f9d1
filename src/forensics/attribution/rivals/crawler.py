"""A crawler: machines without an account."""

from __future__ import annotations

from forensics.attribution.bearing import remainder
from forensics.attribution.evidence import machine, order, settled, significance
from forensics.attribution.facts.facts import Facts
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, Names, Weighed
from forensics.attribution.wording import amount, in_common, measured, percent, subject, turned_away, unit
from forensics.text import counted

EXPLANATION = "crawler"
PRIOR = -1.0
EXCLUSIVE = True


def weigh(facts: Facts, names: Names) -> Weighed:
    """Whether the excess came without accounts, and from one network or agent."""
    found = Weighed(wanted=["Reverse DNS and published address ranges of the crawler's operator."])
    blamed = [b for b in facts.finding.blamed if b.winner.kind != "actor"]
    share = facts.spread.anonymous_share
    if not blamed:
        rise = facts.finding.rise
        if not rise.known:
            found.contra("The logs hold nothing to compare the load with: who asked more than usual is not known.", STRONG)
        elif not rise.significant:
            found.contra(f"{measured(rise.measure)} did not rise beyond the usual range.", DECISIVE)
        elif facts.finding.blamed or share < 0.5:
            found.contra(f"{percent(share)} of the excess came without an account.", STRONG)
        elif facts.veil is not None:
            found.contra(f"{facts.veil.told(names)}: whether machines asked cannot be seen.", 0.0)
        elif facts.walk is not None:
            found.pro(f"{facts.walk.told()}.", DECISIVE)
            found.contra("It came from no network or agent that stands out: from whose addresses it came cannot be seen.", FAIR)
        elif facts.alike is not None:
            found.contra(f"{in_common(facts.alike, names)}, but from so many addresses that they may be many people's.", FAIR)
        else:
            found.contra(f"{percent(share)} of the excess came without an account, from no network or agent that stands out.", FAIR)
        return found
    top = blamed[0]
    if facts.denied is not None:
        found.contra(f"{turned_away(facts.denied, names)}: a crawler reads what it may.", 2.0 * DECISIVE)
    found.pro(
        f"{subject(top.winner, names)} made {percent(min(1.0, top.share))} of the excess without an account: "
        f"{amount(top.winner.load)} {unit(facts.finding.rise.measure)} where {amount(top.winner.expected)} were to be expected.",
        STRONG if top.share >= 0.8 else FAIR,
    )
    seen = facts.origins.get(f"{top.winner.kind} {top.winner.id}")
    if seen is not None:
        found.pro(seen.sentence(), FAIR if seen.bot else 0.0)
    logins(facts, top.winner.id, found)
    significance(facts, top, found, names)
    machine(facts, top.winner, found)
    settled(facts, found)
    order(facts, found)
    remainder(facts, found)
    return found


def logins(facts: Facts, network: str, found: Weighed) -> None:
    """Say which accounts used the same network: a link, and no proof that they made the load."""
    accounts = facts.logins.get(network, [])
    if accounts:
        shown = ", ".join(row["account_id"] for row in accounts[:3]) + (" and others" if len(accounts) > 3 else "")
        found.pro(f"{counted(len(accounts), 'account')} logged in from the same network ({shown}); that links, and does not prove.", 0.0)
