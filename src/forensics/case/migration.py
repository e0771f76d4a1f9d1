"""The layout of a case: made for a new one, brought up to date for one of an older program, refused when it is newer.

What a case is laid out by is the text of ``schema.sql``; its hash is kept in the case. Where it differs, tables are made anew: what loads
and people wrote is carried over by the names of its columns, what the analysis derives is left empty and derived again. A change that
needs more (a column that was renamed) raises ``CASE_VERSION`` and adds ``migrations/from_N.sql``, which runs first.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from forensics import CASE_VERSION
from forensics.case.opening import DATABASE
from forensics.case.sql import names, sql
from forensics.errors import ForensicsError
from forensics.evidence import custody
from forensics.files import flush

if TYPE_CHECKING:
    from forensics.case.case import Case

LAYOUT = "layout"
"""Meta key: the hash of the schema that the case's tables were made by."""
MIGRATED = "migrated"
"""Meta key: what a migration did (JSON), until it is on the custody record."""
UNSETTLED = "unsettled"
"""Meta key: SHA-256 (with spaces between) of the evidence committed last, while views, event files or custody lines may be to come."""
WRITTEN = frozenset({
    "meta", "options", "evidence_files", "refused_files", "rejects", "account_records", "payment_records", "identifier_records", "notes",
    "rulings",
})  # fmt: skip
"""Tables that loads and people write; all others are derived."""

Columns = dict[str, list[tuple[str, str]]]
"""Table -> its columns, (name, type), in order."""


def layout() -> str:
    """Return the hash of the schema, comments and spaces aside."""
    text = " ".join(re.sub(r"--[^\n]*", "", sql("case", "schema")).split())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_version(case: Case) -> None:
    """Make the tables of a new case, migrate those of an older one; ``ForensicsError`` for a newer one and for foreign databases."""
    tables = {row["table_name"] for row in case.rows("case", "tables")}
    if tables and "meta" not in tables:
        raise ForensicsError(f"The database in {case.folder} was not made by forensics: name another folder with --case.")
    version = case.meta("case_version") if tables else None
    if version is None:
        _make(case)
        return
    made = int(version)
    if made > CASE_VERSION:
        raise ForensicsError(
            f"The case in {case.folder} was made by a newer version of forensics "
            f"(case version {made}, this one reads {CASE_VERSION}): update forensics, or load the evidence into a new --case."
        )
    if made < CASE_VERSION or case.meta(LAYOUT) != layout():
        _migrate(case, made)


def put_on_record(case: Case) -> None:
    """Put a migration on the custody record, unless it is there already."""
    done = case.meta(MIGRATED)
    if done:
        details = json.loads(done)
        custody.append(case.folder, "migrate", outputs=[custody.described(case.folder / details["kept"])], details=details)
        case.set_meta(MIGRATED, "")


def _make(case: Case) -> None:
    with case.transaction():
        case.execute("case", "schema")
        case.set_meta("case_version", str(CASE_VERSION))
        case.set_meta(LAYOUT, layout())
        case.set_meta(UNSETTLED, "")
        case.refresh_events()


def _migrate(case: Case, made: int) -> None:
    """Bring an older case up to date, the old database kept beside it; all of it or nothing."""
    kept = "" if case.read_only else _kept(case, made)
    steps = names("case/migrations")
    with case.transaction():
        for version in range(made, CASE_VERSION):
            if f"from_{version}" in steps:
                case.execute("case/migrations", f"from_{version}")
        _lay_out(case)
        case.set_meta("case_version", str(CASE_VERSION))
        case.set_meta(LAYOUT, layout())
        case.set_meta("analysis_id", "")
        if kept:
            case.set_meta(MIGRATED, json.dumps({"from": made, "to": CASE_VERSION, "layout": layout(), "kept": kept}))
        case.refresh_events()


def _kept(case: Case, made: int) -> str:
    """Copy the database as it is and return the name of the copy; a copy that an earlier migration made is never replaced."""
    case.checkpoint()
    number = 1
    while (case.folder / (name := f"case.version-{made}{f'.{number}' if number > 1 else ''}.duckdb")).exists():
        number += 1
    partial = case.folder / f"{name}.new"
    shutil.copyfile(case.folder / DATABASE, partial)
    flush(partial)
    partial.rename(case.folder / name)
    flush(case.folder)
    return name


def _lay_out(case: Case) -> None:
    """Make every table that differs from the schema anew, and all views."""
    with duckdb.connect() as fresh:
        fresh.execute(sql("case", "schema"))
        wanted = _columns(fresh)
    there = _columns(case.connection)
    differing = [table for table in there if there[table] != wanted.get(table)]
    for table in differing:
        if table in WRITTEN:
            case.connection.execute(f'CREATE TEMP TABLE "kept_{table}" AS FROM main."{table}"')
        case.connection.execute(f'DROP TABLE main."{table}" CASCADE')
    case.execute("case", "schema")
    for table in sorted(WRITTEN.intersection(differing)):
        common = ", ".join(f'"{name}"' for name, _ in there[table] if name in dict(wanted[table]))
        case.connection.execute(f'INSERT INTO main."{table}" BY NAME SELECT {common} FROM "kept_{table}"')  # noqa: S608 (our own names)
        case.connection.execute(f'DROP TABLE "kept_{table}"')


def _columns(connection: duckdb.DuckDBPyConnection) -> Columns:
    found: Columns = {}
    for table, column, kind in connection.execute(sql("case", "table_columns")).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def remove_partial_copies(folder: Path) -> None:
    """Remove copies of a database whose making was cut short."""
    for left in folder.glob("case.version-*.duckdb.new"):
        left.unlink(missing_ok=True)
