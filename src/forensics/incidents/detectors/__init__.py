"""What deviates: one module per signal, each with ``detect(view) -> list[Window]``; the folder is the registry."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from forensics.incidents.look import View
from forensics.incidents.windows import Window

Detector = Callable[[View], list[Window]]


@cache
def detectors() -> dict[str, Detector]:
    """Return every detector by the name of its module."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").detect for name in names}
