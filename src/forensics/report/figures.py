"""What the templates need to draw: pictures with their keys, graphs with their edges, the coverage of the logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from forensics.report.chart import chart, millis
from forensics.report.document import Document, Edge, Graph, Node, Picture
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
    data: dict[str, Any] | None


def incident(document: Document, picture: Picture, *, live: bool, name: str) -> IncidentDrawing:
    """Return the drawing of an incident; ``name`` is unique in the page."""
    drawn = chart(document, picture)
    keys = _keys(picture)
    data = {"spec": drawn.spec, "columns": drawn.columns, "series": [[key.upper, key.lower] for key in keys]} if live else None
    return IncidentDrawing(static_svg(drawn, name), _caption(picture), _summary(picture), keys, data)


def _keys(picture: Picture) -> tuple[Key, ...]:
    layers = [Key("area", f"var(--actor-{n})", layer.label, f"c{n}", f"c{n - 1}") for n, layer in enumerate(picture.layers, start=1)]
    found = [
        *layers,
        Key("area", "var(--rest)", "everybody else" if layers else "all requests", "c0"),
        Key("area", "var(--failed)", "failed", "failed"),
    ]
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
    return tuple(found)


def _any(values: tuple[float | None, ...]) -> bool:
    return any(value is not None for value in values)


def _caption(picture: Picture) -> str:
    window = f"{clock(picture.times[0])[:16]} to {clock(picture.times[-1])[:16]} UTC."
    if picture.step == 1:
        return f"{window} Each point is one minute."
    return f"{window} Each point is the mean of {picture.step} minutes, {number(len(picture.times))} points in all."


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
    if accounts < drawn.accounts or shown - accounts < drawn.identifiers:
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
class Bar:
    """One file of evidence on the time axis, in per mille of the whole span."""

    x: float
    width: float
    title: str


@dataclass(frozen=True)
class CoverageChart:
    """Which hours each host's logs cover."""

    rows: tuple[tuple[str, tuple[Bar, ...]], ...]
    ticks: tuple[tuple[float, str], ...]
    windows: tuple[tuple[float, float], ...]
    """The incidents, in the same units."""


def coverage(document: Document) -> CoverageChart:
    """Return the coverage of the logs by host."""
    logs = [row for row in document.rows("evidence") if row["kind"] == "log" and row["first_at"] and row["last_at"]]
    if not logs:
        return CoverageChart((), (), ())
    start, end = min(millis(row["first_at"]) for row in logs), max(millis(row["last_at"]) for row in logs)
    scale = 1000 / max(1, end - start)
    hosts: dict[str, list[Bar]] = {}
    for row in logs:
        x, right = (millis(row["first_at"]) - start) * scale, (millis(row["last_at"]) - start) * scale
        title = f"{row['path']}: {clock(row['first_at'])} to {clock(row['last_at'])}, {number(row['events'])} requests"
        hosts.setdefault(row["host"] or row["path"], []).append(Bar(round(x, 2), round(max(1.5, right - x), 2), title))
    day = 86_400_000
    days = range(start - start % day + day, end, day * max(1, (end - start) // day // 8))
    ticks = tuple((round((at - start) * scale, 2), _day(at)) for at in days)
    windows = tuple(
        (
            round(max(0.0, (millis(row["started_at"]) - start) * scale), 2),
            round(min(1000.0, (millis(row["ended_at"] or logs[-1]["last_at"]) - start) * scale), 2),
        )
        for row in document.rows("incidents")
    )
    return CoverageChart(tuple((host, tuple(bars)) for host, bars in sorted(hosts.items())), ticks, windows)


def _day(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at / 1000, UTC).strftime("%m-%d")
