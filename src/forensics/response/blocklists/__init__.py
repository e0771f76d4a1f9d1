"""Block lists: one format per module, each with ``NAME`` and ``render(list) -> text``; the folder is the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules


@dataclass(frozen=True)
class Entry:
    """One account, address or network to block, why, and until when (UTC)."""

    kind: str
    """``account``, ``address`` or ``network`` (in CIDR notation)."""
    value: str
    reason: str
    expires: datetime
    logins: tuple[str, ...] = ()
    """The names by which the logs know an account: what a proxy sees."""


@dataclass(frozen=True)
class BlockList:
    """All entries of one measure, and the shared addresses and networks that were left out."""

    incident_id: str
    measure: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]
    """One sentence for each address or network that was left out."""


def formats() -> dict[str, Callable[[BlockList], str]]:
    """Return every format by its name: each module of this package."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {module.NAME: module.render for module in sorted(modules, key=lambda m: str(m.NAME))}
