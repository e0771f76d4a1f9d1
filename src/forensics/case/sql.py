"""Packaged ``.sql`` files: each starts with a header of title, why and parameters, and is run by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql(package: str, name: str) -> str:
    """Return the text of ``forensics/PACKAGE/NAME.sql`` (``package`` may hold slashes: ``linkage/signals``)."""
    return files("forensics").joinpath(*package.split("/"), f"{name}.sql").read_text(encoding="utf-8")


def names(package: str) -> list[str]:
    """Return the names of all ``.sql`` files of a package, sorted: the folder is the registry."""
    folder = files("forensics").joinpath(*package.split("/"))
    return sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql"))
