"""What a section is made of: a small vocabulary that every renderer (HTML, Markdown) knows how to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.report import words
from forensics.report.document import Document, Graph, Picture, Strip


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
    section: str | None = None
    """Id of the section that tells more."""


@dataclass(frozen=True)
class Sentences:
    """Statements in order; ``numbered`` ones open the report."""

    items: tuple[Sentence, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


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
    accent: bool = False
    """Belongs to the attributed actor."""


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
    facet: str | None = None
    """Column with few distinct values that readers want to choose by."""
    anchors: bool = False
    """Whether links to evidence lead to these rows."""
    ranks: tuple[int, ...] = ()
    """How late each row may be told where not all fit; without them the first rows are told."""
    paper: int = 40
    """Rows that are printed."""

    def told(self, most: int) -> list[int]:
        """Return the places of the rows that are told, at most so many, in their order."""
        if not self.ranks or len(self.rows) <= most:
            return list(range(min(most, len(self.rows))))
        return sorted(sorted(range(len(self.rows)), key=lambda place: (self.ranks[place], place))[:most])

    @property
    def which(self) -> str:
        """Which rows are told where not all of them are, as the beginning of a sentence."""
        return "Those that tell most, {shown} of {total} rows," if self.ranks else "The first {shown} of {total} rows"


@dataclass(frozen=True)
class IncidentChart:
    """The picture of an incident; one that is not ``live`` is drawn as static SVG only."""

    picture: Picture
    live: bool = True
    whole: Picture | None = None
    """The picture that this one shows the beginning of: marks are numbered as there."""
    begun: Picture | None = None
    """The picture of its beginning, which comes before this one and lists the marks that it shows."""


@dataclass(frozen=True)
class Strips:
    """Incidents that have no picture of their own, each as a small one."""

    items: tuple[tuple[str, Strip], ...]
    """What each is called, and its load."""


@dataclass(frozen=True)
class LinkGraph:
    """Accounts and the identifiers that tie them, as drawn by ``report.graph``."""

    graph: Graph


@dataclass(frozen=True)
class Coverage:
    """What hours the logs of each host cover."""


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
class Queries:
    """The statements behind the numbers of the document."""


@dataclass(frozen=True)
class Terms:
    """Words with their meaning."""

    items: tuple[tuple[str, str], ...]


Block = Sentences | Note | Heading | Figures | TableView | IncidentChart | Strips | LinkGraph | Coverage | Arguments | Terms | Queries


@dataclass(frozen=True)
class Section:
    """A part of the report: one module in ``report/sections`` with a module-level ``SECTION``; the folder is the registry."""

    order: int
    id: str
    title: str
    build: Callable[[Document], tuple[Block, ...]] = field(repr=False)


def view(
    document: Document,
    name: str,
    columns: Mapping[str, str],
    *,
    empty: str,
    rows: list[dict[str, Any]] | None = None,
    caption: str | None = None,
    facet: str | None = None,
    total: int | None = None,
    anchors: bool = False,
    ranks: tuple[int, ...] = (),
    paper: int = 40,
) -> TableView:
    """Return a view of a document's table; columns without any value are left out.

    ``rows`` narrows it to some of its rows, or brings rows made from them: then ``total`` says how many there are in all.
    """
    table = document.tables[name]
    chosen = document.rows(name) if rows is None else rows
    total = total if total is not None else table.total if rows is None else len(rows)
    told = {column: heading for column, heading in columns.items() if any(_tells(row, column) for row in chosen)}
    return TableView(name, told, tuple(chosen), total, empty, caption or table.title, facet, anchors, ranks, paper)


def _tells(row: Mapping[str, Any], column: str) -> bool:
    return row["evidence_id" if column == "source" else column] is not None


def by_incident(document: Document, name: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the rows of a table for each incident that has any, the worst incident first, with a heading that names it."""
    incidents = document.rows("incidents")
    rows_of: dict[str, list[dict[str, Any]]] = {}
    for row in document.tables[name].records():
        rows_of.setdefault(row["incident_id"], []).append(row)
    found = [(titled(row), rows_of.get(row["incident_id"], [])) for row in incidents]
    return [(title if len(incidents) > 1 else "", rows) for title, rows in found if rows]


def titled(incident: Mapping[str, Any]) -> str:
    """Return what an incident is called in headings."""
    kind, scope = str(incident["kind"] or "incident"), incident["scope"]
    hit = "the whole service" if scope in (None, "everything") else str(scope)
    return f"{kind[:1].upper()}{kind[1:]}, {hit}, from {words.clock(incident['started_at'])[:16]} UTC"
