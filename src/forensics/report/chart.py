"""The picture of an incident as static SVG."""

from __future__ import annotations

from markupsafe import Markup, escape

from forensics.report.document import Picture

WIDTH, HEIGHT = 960, 260


def chart_svg(picture: Picture) -> Markup:
    """Return the load per minute, stacked by actor, as SVG that takes its colours from the page."""
    top = max((value for series in (picture.requests, picture.capacity) for value in series if value is not None), default=1) or 1
    whole = _area(picture.requests, top)
    layers = Markup("").join(
        Markup('<path d="{}" class="layer-{}"><title>{}</title></path>').format(_area(layer.requests, top), index, layer.label)
        for index, layer in enumerate(picture.layers)
    )
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}" class="rest"/>{}</svg>').format(
        WIDTH, HEIGHT, escape(f"Requests per minute, at most {top:,.0f}"), whole, layers
    )


def _area(values: tuple[float | None, ...], top: float) -> str:
    step = WIDTH / max(1, len(values) - 1)
    points = " ".join(f"L{index * step:.1f} {HEIGHT - HEIGHT * (value or 0) / top:.1f}" for index, value in enumerate(values))
    return f"M0 {HEIGHT} {points} L{WIDTH} {HEIGHT}Z"
