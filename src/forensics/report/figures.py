"""What the templates need to draw: pictures with their keys, graphs with their edges, the coverage of the logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from markupsafe import Markup

from forensics.report.blocks import IncidentChart
from forensics.report.chart import Chart, chart, events, millis, unmarked, within
from forensics.report.document import Document, Edge, Graph, Node, Picture, Strip
from forensics.report.drawing import static_svg
from forensics.report.words import clock, number, span
from forensics.text import counted


@dataclass(frozen=True)
class Key:
    """One entry of a legend: how it is drawn, what it is called, and the columns whose difference is its value."""

    mark: str
    """area | line | dots | dashes"""
    color: str
    name: str
    upper: str
    lower: str | None = None


@dataclass(frozen=True)
class IncidentDrawing:
    """A picture ready for the page."""

    svg: Markup
    caption: str
    summary: str
    keys: tuple[Key, ...]
    marks: tuple[dict[str, Any], ...]
    """What the numbered marks stand for: number, time, type, sentence."""
    data: dict[str, Any] | None


def incident(document: Document, block: IncidentChart, name: str, draw: Callable[[Chart, str], Markup] = static_svg) -> IncidentDrawing:
    """Return the drawing of an incident, or of the beginning of one; ``name`` is unique in the page."""
    picture, live = block.picture, block.live
    drawn = chart(document, picture, block.whole)
    keys = _keys(picture)
    data = {"spec": drawn.spec, "columns": drawn.columns, "series": [[key.upper, key.lower] for key in keys]} if live else None
    found = events(document, block.whole or picture)
    shown = [mark for mark in found if within(mark, picture) and not (block.begun and within(mark, block.begun))]
    marks = tuple({**mark, "time": _minute(mark["t"])} for mark in shown)
    left = unmarked(document, block.whole or picture)
    return IncidentDrawing(draw(drawn, name), _caption(block, len(found) - len(shown), left), _summary(picture), keys, marks, data)


def _keys(picture: Picture) -> tuple[Key, ...]:
    layers = [Key("area", f"var(--actor-{n})", layer.label, f"c{n}", f"c{n - 1}") for n, layer in enumerate(picture.layers, start=1)]
    found = [
        *layers,
        Key("area", "var(--rest)", "everybody else" if layers else "all requests", "c0"),
    ]
    if any(picture.failed):
        found.append(Key("area", "var(--failed)", "failed", "failed"))
    if _any(picture.latency_ms):
        found.append(Key("line", "var(--latency)", "time to answer, ms", "latency"))
    if _any(picture.capacity):
        found.append(Key("dashes", "var(--capacity)", "estimated capacity", "capacity"))
    if _any(picture.expected):
        found.append(Key("line", "var(--expected)", "usual for the hour", "expected"))
    if layers and _any(picture.without):
        found.append(Key("dots", "var(--without)", f"without {picture.layers[0].label}", "without"))
    if layers and _any(picture.failed_without):
        found.append(Key("dots", "var(--without)", "failed without it (estimate)", "failed_without"))
    if layers and _any(picture.failed_high):
        found.append(Key("area", "var(--interval)", "... at most, by the interval of the estimate", "failed_high"))
    if layers and _any(picture.latency_without):
        found.append(Key("dots", "var(--without)", "time to answer without it, ms (estimate)", "latency_without"))
    return tuple(found)


def _any(values: tuple[float | None, ...]) -> bool:
    return any(value is not None for value in values)


def _caption(block: IncidentChart, elsewhere: int, left: int) -> str:
    """Tell the span, what a point stands for, and where the marks are listed that are not listed here."""
    picture = block.picture
    window = f"{clock(picture.times[0])[:16]} to {clock(picture.times[-1])[:16]} UTC."
    each = "one minute" if picture.step == 1 else f"the mean of {picture.step} minutes, {number(len(picture.times))} points in all"
    part = "How it began: " if block.whole else "The whole of it: " if block.begun else ""
    above = " The marks of the beginning are listed above." if block.begun and elsewhere else ""
    cut = f" {counted(left, 'more row')} of the timeline in this time {'has' if left == 1 else 'have'} no mark." if left else ""
    still = "" if block.live else " It does not zoom here; “forensics report ID” draws it so."
    return f"{part}{window} Each point is {each}.{above}{cut}{still}"


@dataclass(frozen=True)
class StripDrawing:
    """A small picture: areas of what was asked and what failed in a box of ``STRIP`` pixels, and both in words."""

    name: str
    requests: str
    failed: str
    told: str


STRIP = (240, 34)


def strip(name: str, item: Strip) -> StripDrawing:
    """Return the drawing of an incident in small, its height that of its highest load."""
    top = max((value for value in item.requests if value), default=0.0) or 1.0
    failed = max((value for value in item.failed if value), default=0.0)
    told = f"at most {number(round(top))} requests a minute, {number(round(failed))} failed"
    return StripDrawing(name, _silhouette(item.requests, top), _silhouette(item.failed, top), told)


def _silhouette(values: tuple[float | None, ...], top: float) -> str:
    width, height = STRIP
    each = width / max(1, len(values))
    steps = "".join(f"V{height * (1 - min(1.0, (value or 0) / top)):.1f}h{each:.2f}" for value in values)
    return f"M0 {height}{steps}V{height}z"


def _summary(picture: Picture) -> str:
    """Return what the picture shows, for those who cannot see it."""
    peak = max((value for value in picture.requests if value is not None), default=0)
    failed = max((value for value in picture.failed if value is not None), default=0)
    who = "; ".join(f"{layer.label} at most {number(max(layer.requests, default=0))} a minute" for layer in picture.layers)
    return (
        f"Load, failures and latency over {span(picture.times[0], picture.times[-1])}: at most {number(peak)} requests "
        f"and {number(failed)} failures a minute{'; ' + who if who else ''}."
    )


@dataclass(frozen=True)
class Line:
    """An edge of a graph, as a curve."""

    path: str
    width: float
    css: str
    account: str
    identifier: str
    title: str


@dataclass(frozen=True)
class GraphDrawing:
    """A graph ready for the page."""

    graph: Graph
    lines: tuple[Line, ...]
    caption: str
    kinds: tuple[str, ...]


def graph(drawn: Graph) -> GraphDrawing:
    """Return the drawing of a graph."""
    at = {node.id: (f"n{index}", node) for index, node in enumerate(drawn.nodes)}
    lines = tuple(_edge(at[edge.account], at[edge.identifier], edge) for edge in drawn.edges)
    accounts = len({edge.account for edge in drawn.edges})
    shown = len(drawn.nodes)
    held = f"{counted(drawn.accounts, 'account')} and {counted(drawn.identifiers, 'identifier')}, {counted(drawn.links, 'link')}"
    caption = f"{drawn.title}: {held}."
    if accounts < drawn.accounts or shown - accounts < drawn.identifiers or len(lines) < drawn.links:
        caption += (
            f" The strongest are drawn: {counted(accounts, 'account')}, {counted(shown - accounts, 'identifier')}, "
            f"{counted(len(lines), 'link')}."
        )
    return GraphDrawing(drawn, lines, caption, tuple(sorted({node.kind for node in drawn.nodes})))


def _edge(left: tuple[str, Node], right: tuple[str, Node], edge: Edge) -> Line:
    account, identifier = left[1], right[1]
    middle = (account.x + identifier.x) / 2
    path = f"M{account.x:g} {account.y:g}C{middle:g} {account.y:g} {middle:g} {identifier.y:g} {identifier.x:g} {identifier.y:g}"
    title = f"{edge.account[:80]} – {edge.identifier[:80]}: {edge.bits:g} bits{'' if edge.kept else ', rejected'}. {edge.why[:200]}"
    width = round(min(4.0, 0.6 + max(0.0, edge.bits) / 5), 2)
    return Line(path, width, "edge" if edge.kept else "edge rejected", left[0], right[0], title)


@dataclass(frozen=True)
class HostCoverage:
    """What one host wrote over the whole span: for each level of load (1 and up, see ``STEPS``) the hours that had it, as one SVG path."""

    host: str
    paths: tuple[tuple[int, Markup], ...]
    told: str


@dataclass(frozen=True)
class CoverageChart:
    """Which hours each host's logs cover; x is in per mille of the whole span."""

    rows: tuple[HostCoverage, ...]
    ticks: tuple[tuple[float, str], ...]
    windows: tuple[tuple[float, float], ...]
    """The incidents, in the same units."""
    caption: str


STEPS = (0.5, 2, 6)
"""Times the usual cell above which a cell is drawn darker."""
CELLS = 360
"""At most so many cells side by side; longer spans have cells of several hours."""
HOSTS = 24
HOUR, DAY = 3_600_000, 86_400_000
"""Milliseconds."""


def coverage(document: Document) -> CoverageChart:
    """Return the coverage of the logs by host."""
    hours = document.rows("coverage")
    if not hours:
        return CoverageChart((), (), (), "")
    start, end = min(millis(row["hour"]) for row in hours), max(millis(row["hour"]) for row in hours) + HOUR
    width = HOUR * -(-(end - start) // (HOUR * CELLS))
    hosts: dict[str, dict[int, int]] = {}
    for row in hours:
        cells = hosts.setdefault(row["host"], {})
        place = (millis(row["hour"]) - start) // width
        cells[place] = cells.get(place, 0) + row["requests"]
    scale, usual = 1000 / (end - start), median(requests for cells in hosts.values() for requests in cells.values())
    rows = tuple(_host(host, cells, usual, width * scale, -(-(end - start) // width)) for host, cells in sorted(hosts.items())[:HOSTS])
    days = range(start - start % DAY + DAY, end, DAY * max(1, (end - start) // DAY // 8))
    ticks = tuple((round((at - start) * scale, 2), _day(at)) for at in days)
    spans = ((millis(row["started_at"]), millis(row["ended_at"]) if row["ended_at"] else end) for row in document.rows("incidents"))
    windows = tuple((round(max(0.0, (left - start) * scale), 2), round(min(1000.0, (right - start) * scale), 2)) for left, right in spans)
    return CoverageChart(rows, ticks, windows, _covered(width // HOUR, len(hosts)))


def _covered(hours: int, hosts: int) -> str:
    each = "hour" if hours == 1 else f"{hours} hours"
    cut = f" The first {HOSTS} of {number(hosts)} hosts are drawn." if hosts > HOSTS else ""
    return (
        f"What the counted logs of each host cover: one cell for each {each} with lines, darker for more requests; a blank is a hole.{cut}"
    )


def _host(host: str, cells: dict[int, int], usual: float, width: float, whole: int) -> HostCoverage:
    levels: dict[int, list[str]] = {}
    for place, requests in sorted(cells.items()):
        level = 1 + sum(requests > times * usual for times in STEPS)
        levels.setdefault(level, []).append(f"M{place * width:.2f} 0h{max(0.6, width - 0.3):.2f}v16h-{max(0.6, width - 0.3):.2f}z")
    told = f"{host}: lines in {number(len(cells))} of {number(whole)} cells, {number(sum(cells.values()))} requests"
    return HostCoverage(host, tuple((level, Markup("".join(paths))) for level, paths in sorted(levels.items())), told)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%m-%d")


def _minute(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%m-%d %H:%M")
