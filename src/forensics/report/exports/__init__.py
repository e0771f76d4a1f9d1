"""Other tools' formats: one module each with a module-level ``EXPORT``; the folder is the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from forensics.errors import UsageError

if TYPE_CHECKING:
    from forensics.case.case import Case
    from forensics.report.frames import Frames


@dataclass(frozen=True)
class Export:
    """A format of another tool; ``write`` gets the case, the frames as the reader may see them, and the folder to write to."""

    name: str
    title: str
    reference: str
    """URL of the format's documentation."""
    write: Callable[[Case, Frames, Path], list[Path]] = field(repr=False)


@cache
def all_exports() -> dict[str, Export]:
    """Return every export by name."""
    modules = (import_module(f"{__name__}.{entry.name}") for entry in iter_modules(__path__))
    return {module.EXPORT.name: module.EXPORT for module in sorted(modules, key=lambda module: str(module.EXPORT.name))}


def named(kind: str) -> Export:
    """Return an export; ``UsageError`` that lists the known ones when there is none of that name."""
    known = all_exports()
    if kind not in known:
        raise UsageError(f"There is no export “{kind}”: choose one of {', '.join(known)}.")
    return known[kind]


def write_export(case: Case, kind: str, out: Path, frames: Frames) -> list[Path]:
    """Write one export to a folder and put the hashes on record; return the files, sorted."""
    from forensics.report.write import on_record

    export = named(kind)
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(export.write(case, frames, out))
    on_record(case, "export", files, {"kind": kind})
    return files
