"""The folder is the registry: every module of this package that has ``FORMATS`` contributes its formats."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from forensics import formats
from forensics.errors import UsageError
from forensics.formats.base import Format


@cache
def all_formats() -> tuple[Format, ...]:
    """Return every format, the most specific (highest rank) first, then by name."""
    found: list[Format] = []
    for module in sorted(info.name for info in iter_modules(formats.__path__)):
        found.extend(getattr(import_module(f"forensics.formats.{module}"), "FORMATS", ()))
    return tuple(sorted(found, key=lambda entry: (-entry.rank, entry.name)))


def by_name(name: str) -> Format:
    """Return the format of that name; ``UsageError`` names the known ones."""
    for entry in all_formats():
        if entry.name == name:
            return entry
    known = ", ".join(sorted(entry.name for entry in all_formats()))
    raise UsageError(f"There is no log format {name!r}; known are {known} (or give a format string of Apache, nginx, HAProxy or Squid).")
