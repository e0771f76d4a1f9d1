"""The result of an analysis as one document: frozen dataclasses that every renderer reads and ``report.json`` carries whole.

Renderers never query. A saved document re-renders without the case. Times are ISO 8601 text in UTC with ``Z``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.errors import ForensicsError

SCHEMA_VERSION = 1
"""Raised when a field changes its meaning or goes; new fields alone do not raise it."""

ROW_LIMIT = 10_000
"""Rows of one table in a document; the CSV beside it has them all, and ``Table.total`` says how many there are."""

COMPARED = frozenset({"incidents", "participants", "members", "rivals", "evidence"})
"""Tables that a document has whole, however long: a later report is compared with them. Of ``actors`` it has all of several accounts and
all that another table names."""


CHECKS = "report/checks"
"""Folder of the statements that count a table again from the requests, each named after the query that it checks."""

CSV_TABLES = (
    "incidents",
    "phases",
    "timeline",
    "attributions",
    "rivals",
    "actors",
    "accounts",
    "participants",
    "links",
    "taken",
    "response",
    "evidence",
)
"""The CSV files of the contract, each named after its query."""


def file_of(table: str) -> str:
    """Return the file of the report folder that holds the most rows of a table."""
    return f"{table}.csv" if table in CSV_TABLES else "report.json"


@dataclass(frozen=True)
class Column:
    """One column of a table; ``kind`` is text | integer | number | boolean | time | list | map."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """Rows of one query, at most ``ROW_LIMIT`` of ``total`` (more of those that are ``COMPARED``), the query of the same name made them."""

    name: str
    title: str
    why: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a mapping of column to value."""
        keys = [column.name for column in self.columns]
        return (dict(zip(keys, row, strict=True)) for row in self.rows)

    def of(self, incident_id: str) -> list[dict[str, Any]]:
        """Return the rows of one incident."""
        return [row for row in self.records() if row["incident_id"] == incident_id]


OTHERS = "others"
"""In the place of an actor's id: the layer of those that are not drawn on their own."""


@dataclass(frozen=True)
class Layer:
    """The load of one actor, or of several together, a value for each minute of the picture."""

    actor_id: str
    label: str
    requests: tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """One incident over time: aligned series, one value for each ``step`` minutes; None where nothing was measured."""

    incident_id: str
    scope: str
    """What failures, latency and the usual load are counted over: everything, a route, a host or a backend."""
    load_scope: str
    """What the load is counted over: actors are attributed with all they asked for, so their load stands against the whole service."""
    step: int
    """Minutes that one value stands for; counts are means per minute over them."""
    times: tuple[str, ...]
    requests: tuple[float | None, ...]
    failed: tuple[float | None, ...]
    latency_ms: tuple[float | None, ...]
    expected: tuple[float | None, ...]
    capacity: tuple[float | None, ...]
    without: tuple[float | None, ...]
    """Requests without the attributed actor (exact), the second line of the picture."""
    failed_without: tuple[float | None, ...]
    """Failures without it, estimated; None where the estimate was refused."""
    layers: tuple[Layer, ...]
    failed_low: tuple[float | None, ...] = ()
    """Between this and ``failed_high`` the failures without it lie; empty in documents of earlier versions."""
    failed_high: tuple[float | None, ...] = ()
    latency_without: tuple[float | None, ...] = ()
    """Time to answer without it, estimated."""

    @property
    def in_text(self) -> tuple[Layer, ...]:
        """The layers that text has room for: the largest, and the others together where there are any."""
        several = self.layers[3:] and self.layers[-1].actor_id == OTHERS
        return (*self.layers[:2], self.layers[-1]) if several else self.layers[:3]


@dataclass(frozen=True)
class Strip:
    """One incident in small: what was asked and what failed, in a few stretches of equal length; None where nothing was measured."""

    incident_id: str
    first_at: str
    last_at: str
    requests: tuple[float | None, ...]
    """Mean per minute."""
    failed: tuple[float | None, ...]


@dataclass(frozen=True)
class Node:
    """An account or an identifier in the graph, at a place in pixels."""

    id: str
    kind: str
    """participant | uninvolved | account, or the family of an identifier (organisation, payment, network, device, behaviour, other)."""
    label: str
    detail: str
    x: float
    y: float


@dataclass(frozen=True)
class Edge:
    """A link between an account and an identifier; one that was rejected is drawn all the same."""

    account: str
    identifier: str
    bits: float
    kept: bool
    why: str


@dataclass(frozen=True)
class Graph:
    """The strongest links of one incident's actor, or of the largest actor."""

    title: str
    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    accounts: int
    """Accounts there are in all, drawn or not."""
    identifiers: int
    links: int


@dataclass(frozen=True)
class Document:
    """Everything a report says."""

    schema_version: int
    program: str
    contract: str
    analysis_id: str
    incident_id: str | None
    redaction: str | None
    """None: nothing withheld. Otherwise what was replaced, in one sentence."""
    secrets: str
    """``masked`` or ``shown``: what became of tokens and passwords in URLs."""
    queries: Mapping[str, str]
    """Every statement that a table was read with, as ``forensics sql`` runs it in the case."""
    tables: Mapping[str, Table]
    pictures: tuple[Picture, ...]
    graphs: tuple[Graph, ...]
    onsets: tuple[Picture, ...] = ()
    """The beginning of each long incident among ``pictures``, minute by minute."""
    strips: tuple[Strip, ...] = ()
    """Incidents that are not among ``pictures``, the worst first."""
    changes: tuple[str, ...] = ()
    """What differs from an earlier report, where one was given."""
    behind: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a query -> the ``.sql`` files that made its table, and the one that counts it again from the requests, by path."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table as mappings; none for a table that an earlier version did not know."""
        return list(self.tables[name].records()) if name in self.tables else []


def to_json(document: Document) -> str:
    """Return the document as JSON text, the same for the same document."""
    return json.dumps(vars(document), ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=vars) + "\n"


def from_json(text: str) -> Document:
    """Return the document that ``to_json`` wrote; ``ForensicsError`` when it is none or of a newer schema."""
    try:
        raw = json.loads(text)
        version = raw["schema_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise ForensicsError("This is no report.json of forensics: give the file from a report folder.") from error
    if version > SCHEMA_VERSION:
        raise ForensicsError(f"The report has schema version {version}, this program reads up to {SCHEMA_VERSION}: update forensics.")
    raw = {name: value for name, value in raw.items() if name in Document.__dataclass_fields__}  # a later version may say more
    made: dict[str, Any] = {
        "tables": {name: _table(table) for name, table in raw.pop("tables").items()},
        "pictures": tuple(_picture(picture) for picture in raw.pop("pictures")),
        "onsets": tuple(_picture(picture) for picture in raw.pop("onsets", ())),
        "strips": tuple(Strip(**{name: _tupled(value) for name, value in strip.items()}) for strip in raw.pop("strips", ())),
        "graphs": tuple(_graph(graph) for graph in raw.pop("graphs")),
        "changes": tuple(raw.pop("changes", ())),
    }
    return Document(**made, **raw)


def _table(raw: dict[str, Any]) -> Table:
    columns = tuple(Column(**column) for column in raw.pop("columns"))
    rows = tuple(tuple(row) for row in raw.pop("rows"))
    return Table(columns=columns, rows=rows, **raw)


def _picture(raw: dict[str, Any]) -> Picture:
    layers = tuple(Layer(requests=tuple(layer.pop("requests")), **layer) for layer in raw.pop("layers"))
    return Picture(layers=layers, **{key: _tupled(value) for key, value in raw.items()})


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _graph(raw: dict[str, Any]) -> Graph:
    nodes = tuple(Node(**node) for node in raw.pop("nodes"))
    return Graph(nodes=nodes, edges=tuple(Edge(**edge) for edge in raw.pop("edges")), **raw)
