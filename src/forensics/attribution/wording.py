"""How numbers and times are put into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from forensics.text import counted

if TYPE_CHECKING:
    from forensics.attribution.facts.refusals import Denied
    from forensics.attribution.facts.spread import Alike, Spread
    from forensics.attribution.search.finding import Blamed
    from forensics.attribution.search.scan import Winner
    from forensics.attribution.windows import Window


def clock(at: datetime) -> str:
    """Hours and minutes in UTC."""
    return f"{at:%H:%M}"


def between(window: Window) -> str:
    """From when to when, at the beginning of a sentence; the day is told where it is another."""
    until = f"{window.end:%H:%M}" if window.start.date() == window.end.date() else f"{window.end:%H:%M (%Y-%m-%d)}"
    return f"From {clock(window.start)} to {until} UTC"


def amount(number: float) -> str:
    """A count with thousands separated."""
    return f"{number:,.0f}"


def with_one(value: tuple[str, str]) -> str:
    """What accounts have in common: the type of an identifier, and its value."""
    return f"with one {value[0].replace('_', ' ')} ({value[1]})"


def of_kin(spread: Spread) -> str:
    """How much the accounts of the largest group made of the excess together."""
    tie = with_one(spread.kin_by) if spread.kin_by else "that hang together"
    return f"{percent(spread.kin_share)} of the excess came from {counted(spread.kin, 'account')} {tie}"


NOT_TOGETHER = "that they acted together is not shown"
"""Of people whom links tie, where nobody is blamed."""


def percent(share: float) -> str:
    """A share as per cent; small ones with a digit, never 0 % or 100 % unless exact."""
    value = round(100.0 * share, 6)  # a sum of parts may miss the whole by a rounding
    if value == 0 or 1 <= value <= 99 or value >= 100:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if 0.05 <= value < 99.95 else ("under 0.1 %" if value < 1 else "over 99.9 %")


def growth(load: float, expected: float) -> str:
    """How much a load rose: by so many per cent, or to so many times."""
    ratio = load / max(expected, 1.0)
    return f"by {percent(ratio - 1.0)}" if ratio < 2.0 else f"to {ratio:,.1f} times what is usual"


def minutes(count: int) -> str:
    """So many minutes."""
    return counted(count, "minute")


def shares_of(blamed: Sequence[Blamed], names: dict[str, str], most: int = 4) -> str:
    """Who made how much of the excess, the largest first, the rest as a sum."""
    said = ", ".join(f"{subject(b.winner, names)} {percent(min(1.0, b.share))}" for b in blamed[:most])
    rest = blamed[most:]
    return said + (
        f", {counted(len(rest), 'other')} {percent(min(1.0, sum(b.share for b in rest)))}{' together' if len(rest) > 1 else ''}"
        if rest
        else ""
    )


def came_from(blamed: Sequence[Blamed], names: dict[str, str], most: int = 4) -> str:
    """From whom how much of a load came, the largest first, the rest as a sum: as a part of a sentence that blames nobody."""
    rest = blamed[most:]
    told = [(percent(min(1.0, b.share)), subject(b.winner, names)) for b in blamed[:most]]
    if rest:
        others = f"{counted(len(rest), 'other')}{' together' if len(rest) > 1 else ''}"
        told.append((percent(min(1.0, sum(b.share for b in rest))), others))
    parts = [f"{share} {'' if n else 'came '}from {who}" for n, (share, who) in enumerate(told)]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def as_ever(blamed: Sequence[Blamed], names: dict[str, str]) -> str:
    """Say of those who often ask as much what they made of an excess, and how often they do: as a sentence without its end."""
    told = [f"{percent(min(1.0, b.share))} of the excess was made by {subject(b.winner, names)}, which asked as much" for b in blamed]
    return "; ".join(f"{said} on {counted(b.days, 'other day')}, while nothing was wrong" for said, b in zip(told, blamed, strict=True))


def them(blamed: Sequence[Blamed], names: dict[str, str], most: int = 3) -> str:
    """Who made the load, by name: the largest first, the rest as a number."""
    said, rest = [subject(b.winner, names) for b in blamed[:most]], len(blamed) - most
    said += [counted(rest, "other")] if rest > 0 else []
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def last_to_come(blamed: Sequence[Blamed], names: dict[str, str]) -> str:
    """Say who came last, and what it made of the excess in which the service fell; empty where nobody did."""
    late = [b for b in blamed if b.at_fall]
    said = ", ".join(f"{subject(b.winner, names)} {percent(min(1.0, b.at_fall))}" for b in late)
    return f"Last came, with its share of the excess in the minutes around the first failures: {said}." if late else ""


def unit(measure: str) -> str:
    """What load is counted in."""
    return {"requests": "requests", "refused": "refused requests"}.get(measure, "requests weighted by service time")


def load(number: float, measure: str) -> str:
    """A load as a count, or as what it is where it is weighted by service time."""
    return f"the work of {amount(number)} usual requests" if measure == "cost" else amount(number)


def measured(measure: str) -> str:
    """What it is that rises, at the beginning of a sentence."""
    return "The number of refused requests" if measure == "refused" else "Load"


def subject(winner: Winner, names: dict[str, str]) -> str:
    """How a subject is called in a sentence."""
    name = names.get(f"{winner.kind} {winner.id}", names.get(winner.id, winner.id))
    called = {"actor": name, "network": f"network {name}", "agent": f"the agent {name!r}"}[winner.kind]
    return called if winner.part is None else f"{called} ({part(winner, names)})"


def in_common(found: Alike, names: dict[str, str]) -> str:
    """Say what an excess has in common: one network, or very few, or one agent from how many networks."""
    share, usual = percent(found.share), f"(usually {percent(found.usual)} of the requests without one)"
    if found.column == "wide_network":
        networks = [str(names.get(f"network {value}", value)) for value in (found.value, *found.beside)]
        which = f"the one network {networks[0]}" if len(networks) == 1 else f"{len(networks)} networks alone, {' and '.join(networks)}"
        return f"{share} of the excess without an account came from {which} {usual}"
    agent = "no agent" if found.value is None else f"the one agent {names.get(f'agent {found.value}', found.value)!r}"
    return f"{share} of the excess without an account came with {agent} {usual}, from {counted(found.networks, 'network')}"


def served_before(incident: dict[str, Any]) -> str:
    """Return how many of those who were refused the service had served before."""
    met, regulars = incident["refused_clients"], incident["refused_regulars"]
    return f"{regulars:,} of the {counted(met, 'client')} (accounts, and addresses without one) that were refused had been served before"


def turned_away(found: Denied, names: dict[str, str]) -> str:
    """Say of which route nearly all requests were denied, to how many, and how many usually are."""
    route = names.get(f"route {found.route_id}", str(found.route_id))
    who = f"{counted(found.accounts, 'account')} and " if found.accounts else ""
    usual = "at other times nobody asks for it" if found.usual is None else f"usually {percent(found.usual)}"
    return f"{percent(found.share)} of the requests for {route} were denied ({usual}), to {who}{counted(found.networks, 'network')}"


def part(winner: Winner, names: dict[str, str]) -> str | None:
    """How the one account, route or agent is called by which a subject's load rose; None when it was all of it."""
    if winner.part is None:
        return None
    kind, value = winner.part[0].removesuffix("_id"), winner.part[1]
    return f"{kind} {names.get(f'{kind} {value}', value)}"
