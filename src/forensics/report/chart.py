"""The picture of an incident as a Vega specification: one source for the static SVG and for the zoomable chart in the page.

Colours are CSS variables of the page (``var(--rest)``), so light, dark and print need no second drawing. The page runs the
specification with Vega's own interpreter of expressions: no ``eval``. Vega: https://vega.github.io/vega/docs/specification/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from forensics.report.document import Document, Picture
from forensics.report.words import moment

WIDTH = 1000
PANELS = (("latency", "Time to answer, ms", 64), ("failed", "Failed requests per minute", 84), ("load", "Requests per minute", 250))
"""(panel, title, height in pixels), from the top."""

GAP = 46
MAX_MARKS = 60
UNMARKED = frozenset(
    {"logs begin", "logs end", "account starts", "account seen", "attribution", "verdict", "sign-up", "payment", "no log lines"}
)
"""Types of timeline rows that the picture leaves to the timeline (and every change of phase: the bands show it)."""

STRENGTH = {"ramp": 1, "backlog": 1, "flapping": 1, "overload": 2, "refusing": 2, "outage": 3, "silence": 4}
"""How strongly a phase is shaded; others are not."""

Spec = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """A picture ready to draw: the specification without its points, and the points as columns (a third of the weight of objects)."""

    spec: Spec
    columns: Mapping[str, Sequence[float | None]]

    def whole(self) -> Spec:
        """Return the specification with its points as Vega wants them."""
        keys = list(self.columns)
        values = [dict(zip(keys, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]
        return {**self.spec, "data": [{"name": "points", "values": values}, *self.spec["data"]]}


def panels_of(picture: Picture) -> list[tuple[str, str, int]]:
    """Return the panels that there is something to draw in: without times in the logs there is no latency, and often nothing fails."""
    empty = set() if any(value is not None for value in picture.latency_ms) else {"latency"}
    if not any(value for series in (picture.failed, picture.failed_without, picture.failed_high) for value in series):
        empty.add("failed")
    return [panel for panel in PANELS if panel[0] not in empty]


def millis(text: str) -> int:
    """Return a document's time as milliseconds since 1970."""
    at = moment(text)
    return 0 if at is None else int(at.replace(tzinfo=UTC).timestamp() * 1000)


def chart(document: Document, picture: Picture, whole: Picture | None = None) -> Chart:
    """Return the picture as a Vega chart; its marks are numbered as in ``whole``."""
    columns = _columns(picture)
    start, end = millis(picture.times[0]), millis(picture.times[-1]) + picture.step * 60_000
    shown = panels_of(picture)
    height = sum(size for _, _, size in shown) + GAP * (len(shown) - 1)
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": WIDTH,
        "height": height,
        "padding": {"left": 56, "right": 10, "top": 54, "bottom": 24},
        "autosize": "none",
        "config": {"axis": AXIS},
        "signals": _signals(start, end, picture.step * 60_000),
        "data": [
            {"name": "phases", "values": _phases(document, picture.incident_id, start, end)},
            {"name": "events", "values": [event for event in events(document, whole or picture) if within(event, picture)]},
        ],
        "scales": [{"name": "x", "type": "utc", "domain": {"signal": "xdom"}, "range": "width"}],
        "marks": [_bands(height), *_panels(picture, columns), _events(height), _pointer(height), _brush(height)],
    }
    return Chart(spec, columns)


AXIS: Spec = {
    "labelColor": "var(--soft)",
    "gridColor": "var(--grid)",
    "domainColor": "var(--line)",
    "tickColor": "var(--line)",
    "labelFont": "inherit",
    "labelFontSize": 12,
    "labelOverlap": True,
}


def _columns(picture: Picture) -> dict[str, Sequence[float | None]]:
    """Return the series by short name; ``c0``, ``c1`` ... are the upper edges of the stack, the rest undermost."""
    load = [value or 0.0 for value in picture.requests]
    layers = [layer.requests for layer in picture.layers]
    rest = [max(0.0, total - sum(own)) for total, own in zip(load, zip(*layers, strict=True), strict=True)] if layers else load
    columns: dict[str, Sequence[float | None]] = {
        "t": [millis(time) for time in picture.times],
        "requests": picture.requests,
        "failed": picture.failed,
        "latency": picture.latency_ms,
        "expected": picture.expected,
        "capacity": picture.capacity,
        "without": picture.without,
        "failed_without": picture.failed_without,
        **_estimates(picture),
        "c0": _rounded(rest),
    }
    edge = rest
    for index, own in enumerate(layers, start=1):
        edge = [below + value for below, value in zip(edge, own, strict=True)]
        columns[f"c{index}"] = _rounded(edge)
    return columns


def _estimates(picture: Picture) -> dict[str, Sequence[float | None]]:
    """Return the series that only an attributed incident has."""
    found = {"failed_low": picture.failed_low, "failed_high": picture.failed_high, "latency_without": picture.latency_without}
    return {name: values for name, values in found.items() if any(value is not None for value in values)}


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 1) for value in values]


def _phases(document: Document, incident_id: str, start: int, end: int) -> list[Spec]:
    found = []
    for row in document.tables["phases"].of(incident_id):
        left, right = millis(row["started_at"]), millis(row["ended_at"]) if row["ended_at"] else end
        if right > start and left < end:
            strength = STRENGTH.get(row["phase"], 0)
            found.append({"name": row["phase"], "t0": max(left, start), "t1": min(right, end), "fill": f"var(--phase-{strength})"})
    return found


def events(document: Document, picture: Picture) -> list[Spec]:
    """Return the timeline rows that the picture marks, at most ``MAX_MARKS`` (of the incident first, then what was noted): number,
    time, time of the one before, type, sentence.
    """
    start, end = millis(picture.times[0]), millis(picture.times[-1]) + picture.step * 60_000
    rows = _marked(document, picture.incident_id, start, end)
    chosen = sorted(sorted(range(len(rows)), key=lambda place: (rows[place]["incident_id"] is None, place))[:MAX_MARKS])
    found = [
        {"t": millis(row["occurred_at"]), "type": row["event_type"], "text": row["message"][:300]} for row in (rows[n] for n in chosen)
    ]
    before = [None, *(event["t"] for event in found)]
    return [{"n": n, "before": last, **event} for n, (event, last) in enumerate(zip(found, before, strict=False), start=1)]


def unmarked(document: Document, picture: Picture) -> int:
    """Return how many rows of the timeline a picture has no mark for although they are within it."""
    start, end = millis(picture.times[0]), millis(picture.times[-1]) + picture.step * 60_000
    return max(0, len(_marked(document, picture.incident_id, start, end)) - MAX_MARKS)


def _marked(document: Document, incident_id: str, start: int, end: int) -> list[dict[str, Any]]:
    return [
        row
        for row in document.rows("timeline")
        if row["incident_id"] in (None, incident_id)
        and row["event_type"] not in UNMARKED
        and not row["event_type"].startswith("phase: ")
        and start <= millis(row["occurred_at"]) <= end
    ]


def within(event: Mapping[str, Any], picture: Picture) -> bool:
    """Whether a mark lies in the time that a picture shows."""
    return bool(millis(picture.times[0]) <= event["t"] <= millis(picture.times[-1]) + picture.step * 60_000)


def _signals(start: int, end: int, step: int) -> list[Spec]:
    """``xdom`` is the span shown (drag zooms into a span, double click shows all), ``at`` the minute under the pointer."""
    least = 8 * step
    zoomed = "[invert('x', min(brush[0], brush[1])), invert('x', max(brush[0], brush[1]))]"
    wide_enough = f"abs(invert('x', brush[1]) - invert('x', brush[0])) >= {least}"
    return [
        {"name": "step", "value": step},
        {"name": "whole", "value": [start, end]},
        {
            "name": "brush",
            "value": [0, 0],
            "on": [
                {"events": "pointerdown", "update": "[clamp(x(), 0, width), clamp(x(), 0, width)]"},
                {"events": "[pointerdown, window:pointerup] > window:pointermove!", "update": "[brush[0], clamp(x(), 0, width)]"},
            ],
        },
        {
            "name": "drag",
            "value": False,
            "on": [{"events": "pointerdown", "update": "true"}, {"events": "window:pointerup", "update": "false"}],
        },
        {
            "name": "xdom",
            "value": [start, end],
            "on": [
                {"events": {"signal": "drag"}, "update": f"!drag && {wide_enough} ? {zoomed} : xdom"},
                {"events": "dblclick", "update": "whole"},
            ],
        },
        {
            "name": "at",
            "value": None,
            "on": [
                {"events": "pointermove", "update": f"{start} + floor((invert('x', clamp(x(), 0, width)) - {start}) / step) * step"},
                {"events": "pointerout", "update": "null"},
            ],
        },
    ]


def _mark(kind: str, data: str | None = None, **channels: Any) -> Spec:
    """Return a mark that takes no part in pointing; plain values of channels are constants."""
    update = {name: value if isinstance(value, dict) else {"value": value} for name, value in channels.items()}
    source = {} if data is None else {"from": {"data": data}}
    return {"type": kind, "interactive": False, **source, "encode": {"update": update}}


def _bands(height: int) -> Spec:
    """The phases as shaded bands over all panels, named where there is room."""
    left, right = ({"signal": f"clamp(scale('x', datum.{edge}), 0, width)"} for edge in ("t0", "t1"))
    shown = "scale('x', datum.t1) > 0 && scale('x', datum.t0) < width"
    room = f"{shown} && scale('x', datum.t1) - scale('x', datum.t0) > 7 * length(datum.name) + 8"
    middle = {"signal": "(max(0, scale('x', datum.t0)) + min(width, scale('x', datum.t1))) / 2"}
    name, visible = {"field": "name"}, {"signal": f"{room} ? 1 : 0"}
    band = _mark("rect", "phases", x=left, x2=right, y=-32, y2=height, fill={"field": "fill"})
    label = _mark("text", "phases", x=middle, y=-38, text=name, align="center", opacity=visible, **_text("var(--soft)", 12))
    return _group(0, height, [band, label])


def _text(color: str, size: int) -> Spec:
    return {"fill": color, "fontSize": size, "font": "inherit"}


def _group(top: float, height: float, marks: list[Spec], *, clip: bool = False, **more: Any) -> Spec:
    size = {"y": {"value": top}, "width": {"signal": "width"}, "height": {"value": height}}
    return {"type": "group", "clip": clip, "interactive": False, "encode": {"update": size}, "marks": marks, **more}


def _panels(picture: Picture, columns: Mapping[str, Sequence[float | None]]) -> list[Spec]:
    tops = {
        "latency": _top(columns["latency"], columns.get("latency_without", ())),
        "failed": max(1.0, _top(columns["failed"], columns["failed_without"], columns.get("failed_high", ()))),
        "load": _top(columns["requests"], columns["capacity"]),
    }
    drawn = {"latency": _latency_marks, "failed": _failed_marks, "load": _load_marks}
    panels, top = [], 0
    for name, title, height in panels_of(picture):
        of = "" if (scope := picture.load_scope if name == "load" else picture.scope) == "everything" else f", {scope[:60]}"
        scale = {"name": name, "type": "linear", "domain": [0, tops[name]], "range": [height, 0], "nice": True, "zero": True}
        axes: list[Spec] = [
            {
                "orient": "left",
                "scale": name,
                "tickCount": 2 if height < 100 else 5,
                "grid": True,
                "domain": False,
                "format": _format(tops[name]),
            }
        ]
        if name == "load":
            axes.append(
                {
                    "orient": "bottom",
                    "scale": "x",
                    "tickCount": {"signal": "max(2, floor(width / 115))"},
                    "formatType": "utc",
                    "labelFlush": 24,
                    "format": TIME_FORMAT,
                }
            )
        heading = _mark("text", x=0, y=-24 if name == "load" else -12, text=title + of, fontWeight=600, **_text("var(--ink)", 13))
        marks = [heading, _group(0, height, drawn[name](picture, columns), clip=True)]
        panels.append(_group(top, height, marks, scales=[scale], axes=axes))
        top += height + GAP
    return panels


def _format(top: float) -> str:
    """Return how a value is written beside its axis: large ones short, others whole."""
    return "~s" if top >= 100_000 else ",~r"


TIME_FORMAT = {"minutes": "%H:%M", "hours": "%H:%M", "date": "%-d %b", "week": "%-d %b", "month": "%b %Y", "seconds": "%H:%M:%S"}


def _top(*series: Sequence[float | None]) -> float:
    return max((value for values in series for value in values if value is not None), default=1.0) or 1.0


X: Spec = {"scale": "x", "field": "t"}


def _line(scale: str, field: str, color: str, width: float = 1.5, dash: list[int] | None = None) -> Spec:
    y, defined = {"scale": scale, "field": field}, {"signal": f"isValid(datum['{field}'])"}
    return _mark("line", "points", x=X, y=y, defined=defined, stroke=color, strokeWidth=width, strokeDash=dash or [], strokeJoin="round")


def _area(scale: str, upper: str, lower: str | None, color: str) -> Spec:
    base = {"scale": scale, "value": 0} if lower is None else {"scale": scale, "field": lower}
    defined = {"signal": f"isValid(datum['{upper}'])"}
    return _mark("area", "points", x=X, y={"scale": scale, "field": upper}, y2=base, fill=color, defined=defined)


def _latency_marks(_: Picture, columns: Mapping[str, Any]) -> list[Spec]:
    without = [_line("latency", "latency_without", "var(--without)", 2, [2, 3])] if "latency_without" in columns else []
    return [_line("latency", "latency", "var(--latency)"), *without]


def _failed_marks(_: Picture, columns: Mapping[str, Any]) -> list[Spec]:
    """What failed; what would have failed without the actor as an interval and its middle."""
    within = [_area("failed", "failed_high", "failed_low", "var(--interval)")] if "failed_high" in columns else []
    return [_area("failed", "failed", None, "var(--failed)"), *within, _line("failed", "failed_without", "var(--without)", 2, [2, 3])]


def _load_marks(picture: Picture, _: Mapping[str, Any]) -> list[Spec]:
    stack = [_area("load", "c0", None, "var(--rest)")]
    stack += [_area("load", f"c{index}", f"c{index - 1}", f"var(--actor-{index})") for index in range(1, len(picture.layers) + 1)]
    return [
        *stack,
        _line("load", "expected", "var(--expected)", 1),
        _line("load", "without", "var(--without)", 2, [2, 3]),
        _line("load", "capacity", "var(--capacity)", 1.5, [8, 4]),
    ]


def _events(height: int) -> Spec:
    """What the timeline tells, as small marks above the load, numbered where there is room."""
    top, color = height - PANELS[-1][2], "var(--mark)"
    inside = {"signal": "datum.t >= xdom[0] && datum.t <= xdom[1] ? 1 : 0"}
    tick = _mark("rule", "events", x=X, y=top, y2=height, stroke=color, strokeWidth=1, strokeDash=[1, 3], opacity=inside)
    head = _mark("symbol", "events", x=X, y=top - 6, shape="triangle-down", size=60, fill=color, opacity=inside)
    room = "datum.before === null || scale('x', datum.t) - scale('x', datum.before) > 15"
    named = {"signal": f"datum.t >= xdom[0] && datum.t <= xdom[1] && ({room}) ? 1 : 0"}
    number = _mark("text", "events", x=X, y=top - 13, text={"field": "n"}, align="center", opacity=named, **_text("var(--ink)", 11))
    return _group(0, height, [tick, head, number])


def _pointer(height: int) -> Spec:
    x, seen = {"signal": "at === null ? -100 : scale('x', at)"}, {"signal": "at === null || scale('x', at) < 0 ? 0 : 0.7"}
    return _mark("rule", x=x, y=0, y2=height, stroke="var(--ink)", opacity=seen)


def _brush(height: int) -> Spec:
    left, right = {"signal": "min(brush[0], brush[1])"}, {"signal": "max(brush[0], brush[1])"}
    return _mark("rect", x=left, x2=right, y=0, y2=height, fill="var(--ink)", opacity={"signal": "drag ? 0.12 : 0"})
