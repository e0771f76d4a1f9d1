"""Tiers: a request that two tiers logged is counted once, by the outer one; and whose clock is off.

Streams (host and format) that logged the same requests are told by twins, see ``tier_twins.sql``. Of two linked streams the inner one is
the one more of whose requests have twins (all that reaches a gateway came through an edge, but not the other way round), else the one that
answered sooner, else the one that knows fewer addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from forensics.case.case import Case
from forensics.evidence.clocks import Ahead, ahead
from forensics.evidence.told import tell

LEAST_TWINS = 20
LEAST_SHARE = 0.15
"""Share of a stream's rare requests with a twin in one other stream, for the two to be linked (an inner tier may have several outer)."""
LEAST_NEAR = 0.8
"""Share of twins within two seconds of their median distance in time: two hosts that merely serve alike are not so regular."""
INNER_COVER = 0.5
"""An inner stream is set aside when so much of it was logged by outer ones."""
CLOCK_SECONDS = 1.5
"""Smaller differences of clocks are below what whole seconds in logs can tell."""
DURATION_MS = 1.0
"""What one tier took longer than the other, at least: most round to milliseconds, which says nothing of who is in front."""
SAMPLED = 400_000
"""Requests that twins are looked for among."""

ORDER = {"edge": 0, "gateway": 1, "application": 2}
_HINTS = (
    ("edge", re.compile(r"(?i)(?:^|[^a-z])(?:edge|cdn|front|lb|proxy|waf)(?:[^a-z]|$)")),
    ("gateway", re.compile(r"(?i)(?:^|[^a-z])(?:gateway|gw|ingress|api)(?:[^a-z]|$)")),
    ("application", re.compile(r"(?i)(?:^|[^a-z])(?:app|application|backend|web)(?:[^a-z]|$)")),
)
_SCHEMA: dict[str, pl.DataType] = {
    "evidence_id": pl.String(),
    "tier": pl.String(),
    "counted": pl.Boolean(),
    "clock_offset_seconds": pl.Float64(),
    "why": pl.String(),
}


@dataclass
class Stream:
    """One host's log in one format, and what was found out about it."""

    number: int
    host: str
    format: str
    tier: str | None
    parsed: int
    outer: list[int] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    cover: float = 0.0
    """Share of its rare requests that linked streams logged too."""
    addresses: int = 0
    """Clients' addresses among them."""
    offset: float = 0.0
    moved: str = ""
    """Why its times are moved where no twins tell it."""
    why: str = "nothing in the evidence logged the same requests"


def assign_tiers(case: Case) -> None:
    """Fill ``tiers``: of every log its tier, whether rates count it, its clock offset in seconds, and why in a sentence."""
    case.execute("evidence", "tier_streams")
    streams = {row["stream"]: _stream(row) for row in case.rows("evidence", "tier_streams_list")}
    offsets = case.option("clock_offsets", {})
    links, clocks = _compared(case, streams, offsets) if len(streams) > 1 else ({}, {})
    _order(case, streams, links)
    _clocks(streams, links, clocks, offsets)
    tell(case, _inside(streams, links))
    case.replace("tiers", pl.DataFrame(_rows(case, streams), schema=_SCHEMA).sort("evidence_id"))
    case.refresh_events()


def _stream(row: dict[str, Any]) -> Stream:
    return Stream(row["stream"], row["host"] or "", row["format"] or "", row["given_tier"] or row["format_tier"], row["parsed"])


@dataclass(frozen=True)
class Link:
    """Twins of one stream in another."""

    share: float
    later_seconds: float
    """Median of the other's time less this stream's."""
    longer_ms: float | None


def _compared(case: Case, streams: dict[int, Stream], offsets: dict[str, float]) -> tuple[dict[tuple[int, int], Link], dict[int, Ahead]]:
    """Return the pairs of streams that logged the same requests, and whose clock is off by how much: set right, more are pairs."""
    links = _links(case, streams, {})
    requests = sum(stream.parsed for stream in streams.values())
    clocks = ahead(case, requests, links, {number for number, stream in streams.items() if stream.host in offsets})
    return (_links(case, streams, clocks) if clocks else links), clocks


def _links(case: Case, streams: dict[int, Stream], clocks: dict[int, Ahead]) -> dict[tuple[int, int], Link]:
    """Return the pairs of streams that logged the same requests, both ways round; twins are compared by clocks that were set right."""
    modulus = max(1, sum(stream.parsed for stream in streams.values()) // SAMPLED)
    case.execute("evidence", "tier_twins", modulus=modulus)
    seconds = {stream: clock.seconds for stream, clock in clocks.items()}
    found = {
        (row["stream"], row["other"]): Link(
            row["near"] / row["rare"],
            row["later_seconds"] + seconds.get(row["other"], 0.0) - seconds.get(row["stream"], 0.0),
            row["longer_ms"],
        )
        for row in case.rows("evidence", "tier_links")
        if row["near"] >= LEAST_TWINS and row["near"] >= LEAST_NEAR * row["twins"]
    }
    strong = {pair for pair, link in found.items() if link.share >= LEAST_SHARE}
    return {pair: link for pair, link in found.items() if pair in strong or pair[::-1] in strong}


def _order(case: Case, streams: dict[int, Stream], links: dict[tuple[int, int], Link]) -> None:
    """Say of each linked pair which is the outer."""
    if links:
        pairs = [f"{one}-{other}" for one, other in sorted(links)]
        for row in case.rows("evidence", "tier_cover", pairs=pairs):
            streams[row["stream"]].cover = row["twins"] / row["rare"] if row["rare"] else 0.0
            streams[row["stream"]].addresses = row["addresses"]
    for one, other in sorted(links):
        if one < other:
            outer, inner = _outer_first(streams[one], streams[other], links[one, other])
            outer.inner.append(inner.number)
            inner.outer.append(outer.number)


def _outer_first(one: Stream, other: Stream, link: Link) -> tuple[Stream, Stream]:
    if one.tier and other.tier and ORDER.get(one.tier) != ORDER.get(other.tier):
        return (one, other) if ORDER[one.tier] < ORDER[other.tier] else (other, one)
    if abs(one.cover - other.cover) > 0.02:
        return (one, other) if one.cover < other.cover else (other, one)
    longer = link.longer_ms or 0.0
    if abs(longer) >= DURATION_MS:
        return (one, other) if longer < 0 else (other, one)
    return (one, other) if one.addresses >= other.addresses else (other, one)


def _clocks(streams: dict[int, Stream], links: dict[tuple[int, int], Link], clocks: dict[int, Ahead], given: dict[str, float]) -> None:
    """Set each stream's offset: what was given for its host, else what makes it agree with its largest linked stream.

    Else with that of the largest stream where the same people ask both.
    """
    settled = {number for number, stream in streams.items() if stream.host in given}
    for stream in streams.values():
        stream.offset = given.get(stream.host, 0.0)
    largest, moving = {clock.base for clock in clocks.values()}, {number for number, clock in clocks.items() if clock.moves}
    linked = sorted(
        {number for pair in links for number in pair},
        key=lambda n: (n not in settled, n not in largest, n not in moving, -streams[n].parsed, n),
    )
    waiting = list(linked)
    while waiting:
        known = [number for number in waiting if number in settled] or waiting[:1]
        for number in set(known).difference(settled):
            _move(streams, number, clocks)
        settled.update(known)
        waiting = [number for number in waiting if number not in known]
        for number in list(waiting):
            bases = [base for base in known if (base, number) in links]
            if bases:
                later = links[bases[0], number].later_seconds
                off = streams[bases[0]].offset - later
                streams[number].offset = round(off, 3) if abs(off) >= CLOCK_SECONDS else 0.0
                settled.add(number)
    for number in sorted(clocks.keys() - settled):
        _move(streams, number, clocks)


def _move(streams: dict[int, Stream], number: int, clocks: dict[int, Ahead]) -> None:
    """Set the offset of a stream that no twins tell of, where those who ask do."""
    clock = clocks.get(number)
    if clock is not None and clock.moves:
        streams[number].offset = round(streams[clock.base].offset - clock.seconds, 3)
        streams[number].moved = f"; {clock.told(streams[clock.base].host)}"


def _inside(streams: dict[int, Stream], links: dict[tuple[int, int], Link]) -> list[tuple[int, int, float]]:
    """Return (outer, inner, seconds that the inner one's clock says later) of the linked streams."""
    return [(one, inner, links[one, inner].later_seconds) for one in streams for inner in streams[one].inner if (one, inner) in links]


def _rows(case: Case, streams: dict[int, Stream]) -> list[dict[str, Any]]:
    rows = []
    for stream in streams.values():
        set_aside = bool(stream.outer) and stream.cover >= INNER_COVER
        for file in case.rows("evidence", "tier_holes", inner=stream.number, outer=stream.outer):
            alone = set_aside and file["covered"] < INNER_COVER
            rows.append(
                {
                    "evidence_id": file["evidence_id"],
                    "tier": _tier(stream, streams),
                    "counted": not set_aside or alone,
                    "clock_offset_seconds": stream.offset,
                    "why": _why(stream, streams, file["covered"], set_aside=set_aside, alone=alone) + stream.moved,
                }
            )
    return rows


def _tier(stream: Stream, streams: dict[int, Stream]) -> str | None:
    if stream.tier:
        return stream.tier
    names = reversed(stream.host.split("/"))  # of MACHINE/PROGRAM the program says more
    hint = next((tier for name in names for tier, pattern in _HINTS if pattern.search(name)), None)
    if hint or not (stream.outer or stream.inner):
        return hint
    if not stream.outer:
        return "edge"
    return "gateway" if stream.inner or all(not streams[n].outer for n in stream.outer) else "application"


def _why(stream: Stream, streams: dict[int, Stream], covered: float, *, set_aside: bool, alone: bool) -> str:
    outer = " and ".join(sorted({streams[n].host for n in stream.outer}))
    inner = " and ".join(sorted({streams[n].host for n in stream.inner}))
    share = f"{min(stream.cover, 1):.0%} of its rarer requests"  # those that are common could match by chance: nothing is said of them
    if alone:
        return f"counted although {outer} logged the same requests at other times: for most of this file's time {outer} has no log here"
    if set_aside:
        hole = "" if covered > 0.99 else f"; {outer} covers {min(covered, 1):.0%} of this file's time, the rest is not counted"
        return f"not counted: {share} were logged by {outer} too, in front of it{hole}"
    if stream.outer:
        return f"counted although {share} were logged by {outer} too: most were not"
    if stream.inner:
        return f"counted: it is in front of {inner}, which logged {share} again"
    return stream.why
