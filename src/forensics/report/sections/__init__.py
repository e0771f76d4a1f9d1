"""The sections of the report: one module each, in the order of their ``SECTION.order``; the folder is the registry."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from forensics.report.blocks import Section


@cache
def all_sections() -> tuple[Section, ...]:
    """Return every section, in reading order."""
    modules = (import_module(f"{__name__}.{entry.name}") for entry in iter_modules(__path__))
    return tuple(sorted((module.SECTION for module in modules), key=lambda section: section.order))
