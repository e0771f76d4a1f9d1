"""Many people came, each asking a bit more: a launch, a news item, a season."""

from __future__ import annotations

from forensics.attribution.bearing import came, confined, nothing_new, overload
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.refusals import asked_as_ever, shut_out
from forensics.attribution.facts.spread import MOST, MOSTLY_ALIKE, NOTABLE
from forensics.attribution.rivals import DECISIVE, FAIR, STRONG, WEAK, Names, Weighed
from forensics.attribution.windows import refusing
from forensics.attribution.wording import amount, growth, in_common, measured, of_kin, percent, served_before, them, turned_away
from forensics.text import counted

EXPLANATION = "organic surge"
PRIOR = 0.0
EXCLUSIVE = True


def weigh(facts: Facts, names: Names) -> Weighed:
    """Whether load rose, over how many it is spread, and whether more people than usual were there."""
    found = Weighed(wanted=["Announcements, campaigns and referrers of that day; sign-ups by hour."])
    rise, spread = facts.finding.rise, facts.spread
    if not rise.known:
        found.contra("The logs hold nothing to compare the load with: whether it rose is not known.", 0.0)
        return found
    if facts.unseen is not None:
        found.contra(facts.unseen, DECISIVE)
        return found
    if refusing(facts.scene.incident) and asked_as_ever(facts.scene):
        found.contra("No more was asked than usual; it was refused.", DECISIVE)
        return found
    if refusing(facts.scene.incident) and shut_out(facts.scene, facts.finding):
        found.contra(f"{served_before(facts.scene.incident)}: no crowd came.", DECISIVE)
        return found
    if not rise.significant:
        compared = f"{amount(rise.load)} against {amount(rise.expected)} expected"
        found.contra(f"{measured(rise.measure)} did not rise beyond the usual range: {compared}.", DECISIVE)
        return found
    turned = facts.denied if not facts.finding.blamed else None
    if turned is not None:
        found.wanted.append("Which names were tried at the login, and which of them got in afterwards, and from where.")
        found.contra(f"{turned_away(turned, names)}: people who come for a service mostly get in.", DECISIVE)
        return found
    hidden = facts.veil is not None and spread.anonymous_share >= 0.5  # whoever is behind it, load rises alike
    compared = f"rose {growth(rise.load, rise.expected)} compared with the same hours of other days"
    found.pro(f"{measured(rise.measure)} {compared}.", 0.0 if hidden else FAIR)
    if facts.comers is not None and facts.comers.crowd:
        found.pro(came(facts.comers), 2.0 * DECISIVE)
        if not facts.is_load:
            overload(facts, found)
        return found
    if facts.finding.share >= 0.5:
        found.contra(f"{percent(facts.finding.share)} of the excess was made by {them(facts.finding.blamed, names)}.", DECISIVE)
    else:
        _spread(facts, names, found)
    if spread.active > 1.2 * spread.usually_active:
        found.pro(
            f"{counted(spread.active, 'account')} asked where {amount(spread.usually_active)} usually do.",
            FAIR,
        )
    elif spread.anonymous_share < 0.5:
        found.contra(f"No more accounts than usual were active ({amount(spread.active)}).", WEAK)
    if not facts.is_load and not hidden:
        _without_overload(facts, found)
    return found


def _spread(facts: Facts, names: Names, found: Weighed) -> None:
    """Say over whom the excess is spread: accounts are people, addresses are cheap, and people differ in what they come with."""
    top = facts.spread.top_share
    spread_out = f"{'It is spread: no' if top < NOTABLE else 'No'} account made more than {percent(top)} of the excess"
    if facts.spread.kin_share >= 0.5 and facts.spread.kin > 1:
        found.contra(f"{of_kin(facts.spread)}: they are no crowd.", DECISIVE)
    elif facts.spread.few:
        few = f"{amount(facts.spread.few)} of the {counted(facts.spread.active, 'account')} that asked made"
        found.contra(f"{few} {percent(facts.spread.few_share)} of the excess: they are no crowd.", DECISIVE)
    elif facts.foremost:
        few = f"{amount(len(facts.foremost))} of those who asked ({counted(facts.spread.active, 'account')}) made"
        found.contra(f"{few} {percent(min(1.0, sum(b.share for b in facts.foremost)))} of the excess: they are no crowd.", DECISIVE)
    elif top >= MOST:
        found.contra(f"One account made {percent(top)} of the excess: that is no crowd.", DECISIVE)
    elif facts.spread.anonymous_share < 0.5 and facts.spread.kin_notable:
        found.pro(f"{spread_out}; but {of_kin(facts.spread)}.", FAIR)
    elif facts.spread.anonymous_share < 0.5:
        found.pro(f"{spread_out}.", STRONG if top < NOTABLE else FAIR)
    elif facts.veil is not None:
        found.contra(f"{facts.veil.told(names)}: over how many people the excess is spread cannot be seen.", 0.0)
    elif facts.alike is not None:
        found.contra(f"{in_common(facts.alike, names)}: a crowd is a mixture.", STRONG)
    elif facts.spread.agentless:
        found.pro("It came without accounts, from no network that stands out; agents are not logged.", 0.0 if facts.route else FAIR)
    elif facts.spread.one_agent >= MOSTLY_ALIKE:
        found.pro("It came without accounts, from no network that stands out, nearly all with the agent that many always come with.", WEAK)
    else:
        found.pro("It came without accounts, from no network or agent that stands out.", FAIR if facts.route else STRONG)
    if facts.referral is not None:
        found.pro(f"{facts.referral.told()}.", 0.0)
    if facts.walk is not None:
        found.contra(f"{facts.walk.told()}.", 2.0 * DECISIVE)
    if facts.route is not None and facts.spread.anonymous_share >= 0.5:
        seen = facts.origins.get(f"network {facts.alike.value}") if facts.alike is not None else None
        route = seen.asked if seen and seen.asked else names.get(f"route {facts.route.value}", str(facts.route.value))
        found.contra(
            f"{percent(facts.route.share)} of that excess asked for {route} alone (usually {percent(facts.route.usual)} of the requests): "
            "people who open a page ask for its parts, too, where the same logs serve them.",
            FAIR,
        )


def _without_overload(facts: Facts, found: Weighed) -> None:
    """A surge breaks a service by overload: everywhere, and above what it is used to carry."""
    if facts.within_health:
        nothing_new(facts, found)
    if facts.scene.incident.get("kind") in ("silence", "collapse") and not facts.failing:
        found.contra("Nothing failed before it fell silent: of a crowd that is too much many are turned away first.", STRONG)
    confined(facts, found)
    overload(facts, found)
