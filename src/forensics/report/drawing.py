"""Vega's two ends: the static SVG (rendered here, in Rust) and the runtime that makes the chart live in the page."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from forensics.report.chart import Chart

RUNTIME_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def static_svg(drawn: Chart, name: str) -> Markup:
    """Return the chart as SVG; ``name`` keeps the ids of its clip paths apart from those of other charts in the page."""
    import vl_convert

    svg: str = vl_convert.vega_to_svg(drawn.whole())
    svg = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\1{name}-\2", svg)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


@cache
def runtime() -> str:
    """Return the JavaScript of Vega, as ``vl_convert.javascript_bundle(RUNTIME_SNIPPET)`` makes it.

    It is kept as package data because making it takes two seconds; a test holds it against what the library makes.
    """
    return files("forensics").joinpath("report", "static", "vega.js").read_text(encoding="utf-8")
