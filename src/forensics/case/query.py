"""``forensics sql``: one SELECT statement of somebody else's, which can read the case and nothing else, and change nothing.

Four fences: the statement is parsed and must be a single SELECT, at every depth (DuckDB 2.0 takes ``COPY ... TO`` and ``INSERT`` as
the body of a common table expression and still calls the whole a SELECT), that calls no table function but a few harmless ones; the
connection is read-only with file access limited to the event files of the case; the plan, made before anything runs, must hold no
operator that writes; the configuration is locked. What a query may use of memory is bounded twice: by the database's own limit, and by
one on the process, since functions that make one huge value do not count against the first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from forensics import limits
from forensics.analysis import analysis_id, ensure_analysed
from forensics.case.case import Case
from forensics.case.migration import layout
from forensics.case.opening import DATABASE, TEMPORARY, is_read_only, locked
from forensics.case.sql import sql
from forensics.errors import ForensicsError, UsageError
from forensics.files import scratch_folder
from forensics.progress import Progress

TABLE_FUNCTIONS = frozenset({
    "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "summary",
    "duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas", "duckdb_functions", "duckdb_types", "duckdb_keywords",
    "pragma_table_info", "pragma_show", "pragma_version",
})  # fmt: skip
"""Table functions that a query may call; all others are refused: those that read files, and those that read whatever table they are told by
name (``query_table``, ``histogram``), DuckDB's own too."""

REFUSED_FUNCTIONS = frozenset({
    "write_log", "getenv", "getvariable", "current_setting", "nextval", "setval", "sleep_ms", "setseed", "json_execute_serialized_sql",
    "parse_duckdb_log_message", "add_parquet_key", "in_search_path", "pg_sleep",
})  # fmt: skip
"""Scalar functions that look outside the case, wait, or leave something behind."""

READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
"""What a statement and each part of it may be; others (``COPY_QUERY_NODE``, ``INSERT_QUERY_NODE`` ...) write."""

WRITING_OPERATORS = ("COPY", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "ATTACH", "EXPORT", "VACUUM", "LOAD")
"""Beginnings of the names of operators that write, as DuckDB explains its plans."""

INTERNAL = ("duckdb_", "pg_", "pragma_", "sqlite_")
"""Beginnings of the names of DuckDB's own views, which tell about the machine; those over ``TABLE_FUNCTIONS`` are harmless."""

ROWS_AT_ONCE = 50_000
"""Rows of a result that are fetched together."""

AS_TEXT = re.compile(r"\b(?:INTERVAL|TIME WITH TIME ZONE|BLOB|BIT|BIGNUM|VARIANT|UNION)\b")
"""Types, also inside lists and structs, that a frame cannot hold, or only as bytes."""
ZONED = "TIMESTAMP WITH TIME ZONE"

FENCES = (
    "SET enable_external_access = false",
    "SET python_enable_replacements = false",
    "SET autoload_known_extensions = false",
    "SET autoinstall_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET lock_configuration = true",
)


def check(query: str) -> None:
    """Raise ``UsageError`` unless ``query`` is one SELECT statement that calls nothing outside the case."""
    with duckdb.connect() as parser:
        try:
            statements = parser.extract_statements(query)
        except duckdb.Error as error:
            raise UsageError(f"The query cannot be read as SQL: {_plain(error)}") from error
        if len(statements) != 1:
            raise UsageError(f"One SELECT statement is wanted, not {len(statements)}: run them one at a time.")
        kind = _kind(statements[0])
        if kind != duckdb.StatementType.SELECT.name:
            raise UsageError(f"Only a SELECT statement is allowed here, not {kind}: the case is never changed by a query.")
        if statements[0].named_parameters:
            raise UsageError("The query has parameters ($name or ?) and nothing to fill them: write the values into it.")
        parsed = json.loads(parser.execute("SELECT json_serialize_sql($query)", {"query": query}).fetchall()[0][0])
    if parsed.get("error"):
        raise UsageError("Only a plain SELECT statement is allowed here.")
    for node in _nodes(parsed):
        _check_node(node)


def _kind(statement: duckdb.Statement) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # a kind of statement that the Python client has no name for
        return "that"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a parsed statement."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _check_node(node: dict[str, Any]) -> None:
    kind = str(node.get("type"))
    if kind.endswith("_NODE") and kind not in READING_NODES:
        raise UsageError(f"Only SELECT is allowed here, not {kind.partition('_')[0]}, at any depth: the case is never changed by a query.")
    if kind == "BASE_TABLE" and _internal(str(node.get("table_name", "")).lower()):
        raise UsageError(f"{node['table_name']} is not part of the case: `SHOW ALL TABLES` lists what is.")
    if kind == "TABLE_FUNCTION":
        called = str(node["function"].get("function_name", "")).lower()
        if called not in TABLE_FUNCTIONS:
            raise UsageError(f"The function {called} is not allowed in a query: it can reach outside the case.")
    elif "function_name" in node and str(node["function_name"]).lower() in REFUSED_FUNCTIONS:
        raise UsageError(f"The function {node['function_name']} is not allowed in a query: it can reach outside the case.")


def _internal(table: str) -> bool:
    return table.startswith(INTERNAL) and table not in TABLE_FUNCTIONS


def select(folder: Path, query: str, progress: Progress) -> pl.DataFrame:
    """Return what one SELECT statement finds in the analysed case.

    Raises ``UsageError`` for anything but one harmless SELECT, ``ForensicsError`` when it fails.
    """
    check(query)
    folder = folder.absolute()
    with _analysed(folder, progress) as database, chdir(folder), _scratch(database.parent) as scratch:
        connection = locked(database, read_only=True)
        try:
            _fence(connection, folder, scratch)
            with limits.bounded_growth(limits.current().memory):  # planning computes what is constant
                _check_plan(connection, query)
                return _collected(connection, query)
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise ForensicsError(
                "The query needs more memory than is allowed: aggregate, add a LIMIT, or allow more with --memory."
            ) from error
        except duckdb.Error as error:
            raise ForensicsError(f"The query failed: {_plain(error)}") from error
        finally:
            connection.close()


def _check_plan(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise ``UsageError`` when the plan of a (parsed, single) SELECT has an operator that writes."""
    plan = json.loads(connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()[0][1])
    writing = [str(node["name"]) for node in _nodes(plan) if str(node.get("name", "")).startswith(WRITING_OPERATORS)]
    if writing:
        raise UsageError(f"Only SELECT is allowed here, not {writing[0]}: the case is never changed by a query.")


def _collected(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """Return the result; ``ForensicsError`` as soon as it is larger than a quarter of the memory allowed."""
    allowed = limits.current().memory // 4
    found = connection.sql(query)
    with _readable(found).to_arrow_reader(ROWS_AT_ONCE) as reader:
        batches, size = [], 0
        for batch in reader:
            batches.append(batch)
            size += batch.nbytes
            if size > allowed:
                raise ForensicsError(
                    f"The result is larger than {allowed / 1e6:,.0f} MB: aggregate, add a LIMIT, or allow more with --memory."
                )
        table = pa.Table.from_batches(batches, reader.schema)
        return pl.DataFrame(pl.from_arrow(table.rename_columns(_apart(found.columns))))


def _readable(found: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return the result with everything that a frame has no type for as the text that DuckDB makes of it; most results stay as they are."""
    kinds = [str(kind) for kind in found.types]
    if not any(AS_TEXT.search(kind) or kind == ZONED for kind in kinds):
        return found
    cast = {n: "CAST(#{} AS VARCHAR)" for n, kind in enumerate(kinds) if AS_TEXT.search(kind)}
    cast |= {n: "#{} AT TIME ZONE 'UTC'" for n, kind in enumerate(kinds) if kind == ZONED}
    return found.project(", ".join(f"{cast.get(n, '#{}').format(n + 1)} AS c{n}" for n in range(len(kinds))))


def _apart(columns: list[str]) -> list[str]:
    """Return names for columns, none of them twice (a join of two tables often has one twice): the second ``id`` is ``id_1``."""
    named: list[str] = []
    for column in columns:
        tries = (column if n == 0 else f"{column}_{n}" for n in count())
        named.append(next(name for name in tries if name not in named and (name == column or name not in columns)))
    return named


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """Give a place for what does not fit into memory, which goes away: in the case (or in the copy of a read-only one)."""
    scratch = home / f"{TEMPORARY}-{os.getpid()}"
    if not os.access(home, os.W_OK) or is_read_only(home):
        with scratch_folder() as elsewhere:
            yield elsewhere
        return
    try:
        yield scratch  # made by the database when it needs it
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _analysed(folder: Path, progress: Progress) -> Iterator[Path]:
    """Give the database of the analysed case: its own, or that of a temporary copy when the case may not be changed."""
    with ExitStack() as stack:
        if not (folder / DATABASE).is_file() or not _up_to_date(folder):
            case = stack.enter_context(Case.open(folder))
            ensure_analysed(case, progress)
            if case.read_only:
                case.checkpoint()
                home = case.home
                case.connection.close()  # the files stay until the case is closed
                yield home / DATABASE
                return
        stack.close()
        yield (folder / DATABASE).absolute()


def _up_to_date(folder: Path) -> bool:
    """Whether the findings belong to what is loaded; looked up without writing to the case."""
    if is_read_only(folder) and (folder / f"{DATABASE}.wal").exists():
        return False
    connection = locked(folder / DATABASE, read_only=True)
    try:
        facts = connection.execute(sql("case", "settled")).fetchall()
        unsettled, analysed, laid_out = facts[0]
        return bool(unsettled == "" and laid_out == layout()) and analysis_id(Case.reading(folder, connection)) == analysed
    except duckdb.CatalogException:  # no case yet, or one of another version: opening it for writing says so
        return False
    finally:
        connection.close()


def _fence(connection: duckdb.DuckDBPyConnection, folder: Path, scratch: Path) -> None:
    allowed = limits.current()
    connection.execute("SET memory_limit = $limit", {"limit": f"{allowed.database_memory}B"})
    if allowed.threads is not None:
        connection.execute("SET threads = $threads", {"threads": allowed.threads})
    connection.execute("SET temp_directory = $scratch", {"scratch": str(scratch)})
    events = sorted(str(path.absolute()) for path in (folder / "events").glob("*.parquet"))
    connection.execute("SET allowed_paths = $paths", {"paths": events})
    for fence in FENCES:
        connection.execute(fence)


def _plain(error: duckdb.Error) -> str:
    return " ".join(str(error).split("\n\n")[0].split())
