"""Who is behind load that nobody signed in for, as far as logs show it: addresses, agent, and what was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from forensics.attribution.networks import LEAST_REQUESTS, WIDE, beginning
from forensics.attribution.search.scan import Winner
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import Window
from forensics.case.case import Case
from forensics.text import counted, printable

if TYPE_CHECKING:
    from forensics.attribution.facts.spread import Alike

NEARLY_ALL = 0.9
"""A place of the path is told where so many of the requests have the same there, an agent where they come with it."""
ELSEWHERE = 5
"""An agent that is used from so many other networks is one that many have."""
BOT = re.compile(r"(?<!cu)bot\b|crawler\b|spider\b", re.IGNORECASE)
"""What programs call themselves that fetch pages by themselves (CUBOT makes telephones)."""


@dataclass(frozen=True)
class Origin:
    """What came from one network, or with one agent, without an account during an incident."""

    requests: int
    addresses: int
    range: str | None
    """The smallest network that holds these addresses; None for an agent."""
    agent: str | None
    """The agent of nearly all of it, as logged."""
    asked: str | None
    """What nearly all of it asked for: method and path, ``*`` for what differs; None where it is mixed."""
    bot: bool
    """Whether that agent calls itself a bot, and hardly anybody else has it."""

    def sentence(self) -> str:
        """Say it, as the end of a finding."""
        came = f"came from {self._addresses} of {self.range}" if self.range is not None else f"came with it, from {self._addresses}"
        bot = "; it calls itself a bot" if self.bot else ""
        agent = f", with the agent {printable(self.agent)!r} (as logged{bot})" if self.agent is not None and self.range is not None else ""
        told = " (* stands for what differs)" if self.asked is not None and "*" in self.asked else ""
        asked = f", for {printable(self.asked)}{told}" if self.asked is not None else ""
        return f"From the rise to the end, in whole minutes, {counted(self.requests, 'request')} without an account {came}{agent}{asked}."

    @property
    def _addresses(self) -> str:
        return counted(self.addresses, "address", "addresses")


def origins(case: Case, span: Window, winners: Sequence[Winner], common: Alike | None) -> dict[str, Origin]:
    """Return the origins of those of some subjects that are networks or agents, and of the one network that an excess has in common.

    Keys are those of ``names``: kind and id.
    """
    found = {f"{w.kind} {w.id}": origin(case, w, span) for w in winners if w.kind != "actor"}
    if common is not None and common.column == "wide_network" and common.value is not None:
        found.setdefault(f"network {common.value}", _of(case, common.value, None, span))
    return {key: value for key, value in found.items() if value is not None}


def called(found: dict[str, Origin]) -> dict[str, str]:
    """Return how wide networks are called: by the smallest network that holds the addresses that the load came from."""
    return {key: value.range for key, value in found.items() if key.endswith(WIDE) and value.range is not None}


def origin(case: Case, winner: Winner, span: Window) -> Origin | None:
    """Look at what a network, or an agent, brought in some minutes; None where the events hold nothing of it."""
    network = winner.id if winner.kind == "network" else None
    agent = winner.id if winner.kind == "agent" else winner.part[1] if winner.part and winner.part[0] == "agent_id" else None
    return _of(case, network, agent, span)


def _of(case: Case, network: str | None, agent_id: str | None, span: Window) -> Origin | None:
    row = case.rows(
        PACKAGE, "origin", beginning=beginning(network) if network else None, agent_id=int(agent_id) if agent_id else None,
        start=span.start, end=span.end, least=LEAST_REQUESTS, alike=NEARLY_ALL,
    )[0]  # fmt: skip
    if not row["requests"]:
        return None
    most = NEARLY_ALL * row["requests"]
    agent = row["user_agent"] if row["with_agent"] >= most else None
    told = row["form"] is not None and (row["of_form"] or 0) >= most and row["form"].strip("/*")
    rare = agent is not None and BOT.search(agent) is not None and row["elsewhere"] < ELSEWHERE
    return Origin(
        row["requests"], len(row["addresses"]), smallest(row["addresses"]) if network else None, agent,
        f"{row['method']} {row['form']}".strip() if told else None, rare,
    )  # fmt: skip


def smallest(addresses: list[str]) -> str | None:
    """Return the smallest network that holds addresses, one family of them; None where they are none."""
    try:
        known = [ip_address(address.removeprefix("::ffff:") if "." in address else address) for address in addresses]
    except ValueError:
        return None
    if not known or len({address.version for address in known}) > 1:
        return None
    bits = known[0].max_prefixlen
    low, high = int(min(known)), int(max(known))
    return str(ip_network((min(known), bits - (low ^ high).bit_length()), strict=False))
