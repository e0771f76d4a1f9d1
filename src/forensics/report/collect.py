"""From the case's tables to a document: named queries in, frozen dataclasses out."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from forensics import CONTRACT_VERSION, __version__
from forensics.case.case import Case
from forensics.case.sql import names, sql
from forensics.incidents.listing import chosen
from forensics.report import telling
from forensics.report.document import CHECKS, COMPARED, CSV_TABLES, ROW_LIMIT, SCHEMA_VERSION, Column, Document, Table
from forensics.report.frames import ROWS_AT_ONCE, Frames
from forensics.report.graph import graphs
from forensics.report.picture import onsets, pictures, strips
from forensics.report.tables import plain_column

QUERIES = "report/queries"

PICTURE_ONLY = ("minutes", "actor_load", "counterfactuals")
"""Frames that the document carries as a picture, not as a table."""

NAMING_ACTORS = ("attributions", "participants", "network_accounts", "taken", "timeline")
"""Tables that name actors: readers may look those up in ``actors``, also where they are single accounts of very many."""


def collect(case: Case, incident: str | None, wanted: Iterable[str] | None = None) -> Frames:
    """Run every query of ``report/queries``, or those that are wanted, and return the frames by name.

    ``incident``: the one that is meant, by its id, the beginning of it, or its rank; ``UsageError`` when there is none such. None: all.
    """
    if incident is not None:
        incident = str(chosen(case, incident)["incident_id"])
    frames = Frames(case.home)
    for name in names(QUERIES) if wanted is None else wanted:
        if name in CSV_TABLES or name in COMPARED:
            frames.add(name, case.pieces(QUERIES, name, ROWS_AT_ONCE, **_parameters(name, incident)))
        else:
            frames.add(name, [query(case, name, incident)])
    return frames


def query(case: Case, name: str, incident: str | None) -> pl.DataFrame:
    """Run one query of ``report/queries``, for one incident or for all."""
    return case.frame(QUERIES, name, **_parameters(name, incident))


def _parameters(name: str, incident: str | None) -> dict[str, str | None]:
    return {"incident": incident} if "$incident" in sql(QUERIES, name) else {}


def document(frames: Frames, *, analysis_id: str, incident: str | None, redaction: str | None = None, secrets: str = "masked") -> Document:
    """Return the document that all renderers read."""
    tables = {name: _table(name, frames) for name in sorted(frames) if name not in PICTURE_ONLY}
    return Document(
        schema_version=SCHEMA_VERSION,
        program=f"forensics {__version__}",
        contract=CONTRACT_VERSION,
        analysis_id=analysis_id,
        incident_id=incident,
        redaction=redaction,
        secrets=secrets,
        queries={name: _runnable(sql(QUERIES, name), incident) for name in sorted(frames)},
        behind={name: _behind(name) for name in sorted(frames)},
        tables=tables,
        pictures=pictures(frames),
        onsets=onsets(frames),
        strips=strips(frames),
        graphs=graphs(frames),
    )


def _runnable(text: str, incident: str | None) -> str:
    """Return a statement as ``forensics sql`` takes it: without its header, the incident written out."""
    literal = "NULL" if incident is None else "'" + incident.replace("'", "''") + "'"
    return _body(text).replace("$incident", literal)


def _body(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("--")).strip() + "\n"


def _behind(name: str) -> dict[str, str]:
    """Return the files that made the rows of a query, as its header names them, and the one that counts them again."""
    made = [path.rpartition("/") for path in _header(sql(QUERIES, name)).get("made by", "").split(", ") if path]
    found = {f"{package}/{file}.sql": sql(package, file) for package, _, file in made}
    return found | ({f"{CHECKS}/{name}.sql": _body(sql(CHECKS, name))} if name in names(CHECKS) else {})


def _table(name: str, frames: Frames) -> Table:
    header = _header(sql(QUERIES, name))
    shown = _shown(name, frames)
    return Table(
        name=name,
        title=header.get("title", name),
        why=header.get("why", ""),
        columns=tuple(Column(column, _kind(kind)) for column, kind in shown.schema.items()),
        rows=tuple(zip(*(plain_column(shown[column]) for column in shown.columns), strict=True)),
        total=frames.total(name),
    )


def _shown(name: str, frames: Frames) -> pl.DataFrame:
    """Return the rows of a table that a document carries."""
    if name in COMPARED:
        return frames[name]
    if name == "timeline" and frames.total(name) > ROW_LIMIT and "incidents" in frames:
        return telling.head(frames, ROW_LIMIT)
    if name != "actors" or frames.total(name) <= ROW_LIMIT:
        return frames.head(name, ROW_LIMIT)
    named = pl.concat([frames.of(other, lambda piece: piece.select("actor_id").unique()) for other in NAMING_ACTORS]).to_series().implode()
    return frames.where(name, (pl.col("accounts") > 1) | pl.col("actor_id").is_in(named))


def _header(text: str) -> dict[str, str]:
    lines = (line.removeprefix("-- ").partition(": ") for line in text.splitlines() if line.startswith("-- "))
    return {key: value for key, colon, value in lines if colon}


def _kind(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind.is_numeric():
        return "number"
    if isinstance(kind, pl.Datetime):
        return "time"
    if isinstance(kind, pl.List):
        return "list"
    return {pl.Boolean: "boolean", pl.String: "text", pl.Null: "text"}.get(type(kind), "map")
