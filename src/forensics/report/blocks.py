"""What a section is made of: a small vocabulary that every renderer (HTML, Markdown) knows how to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.report.document import Document, Picture


@dataclass(frozen=True)
class Sentence:
    """One statement. ``observed`` tells what was seen from what was inferred; ``source`` is a query or an evidence line."""

    text: str
    observed: bool = True
    likelihood: float | None = None
    evidence_id: str | None = None
    line: int | None = None
    query: str | None = None
    """Name of the table that the numbers in it come from."""


@dataclass(frozen=True)
class Sentences:
    """Statements in order."""

    items: tuple[Sentence, ...]


@dataclass(frozen=True)
class Note:
    """A paragraph of explanation, no finding."""

    text: str


@dataclass(frozen=True)
class Figure:
    """One key figure with what it counts and the query behind it."""

    label: str
    value: str
    detail: str = ""
    query: str | None = None


@dataclass(frozen=True)
class Figures:
    """Key figures side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True)
class TableView:
    """A table of the document, or rows derived from one: columns with their headings, at most ``limit`` rows shown."""

    name: str
    columns: Mapping[str, str]
    """Column -> heading."""
    rows: tuple[Mapping[str, Any], ...]
    total: int
    """Rows there are in all; the CSV has them."""
    empty: str = "Nothing was found."
    caption: str = ""
    limit: int = 500


@dataclass(frozen=True)
class Chart:
    """The picture of an incident."""

    picture: Picture


@dataclass(frozen=True)
class Argument:
    """An explanation with what speaks for and against it."""

    title: str
    likelihood: float | None
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Arguments:
    """Rival explanations, most likely first."""

    items: tuple[Argument, ...]


@dataclass(frozen=True)
class Terms:
    """Words with their meaning."""

    items: tuple[tuple[str, str], ...]


Block = Sentences | Note | Figures | TableView | Chart | Arguments | Terms


@dataclass(frozen=True)
class Section:
    """A part of the report: one module in ``report/sections`` with a module-level ``SECTION``; the folder is the registry."""

    order: int
    id: str
    title: str
    build: Callable[[Document], tuple[Block, ...]] = field(repr=False)


def view(
    document: Document, name: str, columns: Mapping[str, str], *, empty: str, rows: list[dict[str, Any]] | None = None, limit: int = 500
) -> TableView:
    """Return a view of a document's table; ``rows`` narrows it to some of its rows."""
    table = document.tables[name]
    chosen = document.rows(name) if rows is None else rows
    total = table.total if rows is None else len(rows)
    return TableView(name=name, columns=columns, rows=tuple(chosen[:limit]), total=total, empty=empty, caption=table.title, limit=limit)
