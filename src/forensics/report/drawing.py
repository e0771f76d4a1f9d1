"""Vega's two ends: the static SVG (see ``artist``) and the runtime that makes the chart live in the page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from forensics.report.artist import Artist
from forensics.report.chart import Chart

RUNTIME_SNIPPET = "window.vegaEmbed = vegaEmbed;"


@cache
def artist() -> Artist:
    """Return who draws; the first call lets the engine start, long before the first chart if possible."""
    return Artist()


def static_svg(drawn: Chart, name: str) -> Markup:
    """Return the chart as SVG; ``name`` keeps the ids of its clip paths apart from those of other charts in the page."""
    svg = renamed(artist().draw(drawn.whole()), name)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def renamed(svg: str, name: str) -> str:
    """Return the SVG with its ids as ``NAME-1``, ``NAME-2`` ... by first appearance.

    Vega counts its ids from the first chart that the process draws: as they come, the same chart would not always be the same bytes.
    """
    numbers: dict[str, int] = {}
    return re.sub(r'(id="|url\(#)((?:clip|gradient)\w*)', lambda m: f"{m[1]}{name}-{numbers.setdefault(m[2], len(numbers) + 1)}", svg)


@cache
def runtime() -> str:
    """Return the JavaScript of Vega, as ``vl_convert.javascript_bundle(RUNTIME_SNIPPET)`` makes it.

    It is kept as package data because making it takes two seconds; a test holds it against what the library makes.
    """
    return files("forensics").joinpath("report", "static", "vega.js").read_text(encoding="utf-8")
