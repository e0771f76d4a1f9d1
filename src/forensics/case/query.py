"""``forensics sql``: one SELECT statement of somebody else's, which can read the case and nothing else, and change nothing.

Three fences, each enough by itself for what it stops: the statement is parsed and must be a single SELECT that calls no table function
but a few harmless ones; the connection is read-only with file access limited to the event files of the case; the configuration is locked.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from forensics import limits
from forensics.analysis import analysis_id, ensure_analysed
from forensics.case.case import Case
from forensics.case.opening import DATABASE, is_read_only, locked
from forensics.case.sql import sql
from forensics.errors import ForensicsError, UsageError
from forensics.progress import Progress

TABLE_FUNCTIONS = frozenset({
    "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "histogram", "histogram_values", "summary",
    "duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas", "duckdb_functions", "duckdb_types", "duckdb_keywords",
    "pragma_table_info", "pragma_show", "pragma_version", "query_table",
})  # fmt: skip
"""Table functions that a query may call; all others are refused, those that read files first."""

REFUSED_FUNCTIONS = frozenset({
    "write_log", "getenv", "getvariable", "current_setting", "nextval", "setval", "sleep_ms", "setseed", "json_execute_serialized_sql",
    "parse_duckdb_log_message", "add_parquet_key", "in_search_path",
})  # fmt: skip
"""Scalar functions that look outside the case, wait, or leave something behind."""

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
        if statements[0].type != duckdb.StatementType.SELECT:
            kind = statements[0].type.name
            raise UsageError(f"Only a SELECT statement is allowed here, not {kind}: the case is never changed by a query.")
        if statements[0].named_parameters:
            raise UsageError("The query has parameters ($name or ?) and nothing to fill them: write the values into it.")
        parsed = json.loads(parser.execute("SELECT json_serialize_sql($query)", {"query": query}).fetchall()[0][0])
    if parsed.get("error"):
        raise UsageError("Only a plain SELECT statement is allowed here.")
    for node in _nodes(parsed):
        _check_node(node)


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
    if node.get("type") == "TABLE_FUNCTION":
        called = str(node["function"].get("function_name", "")).lower()
        if called not in TABLE_FUNCTIONS:
            raise UsageError(f"The function {called} is not allowed in a query: it can reach outside the case.")
    elif "function_name" in node and str(node["function_name"]).lower() in REFUSED_FUNCTIONS:
        raise UsageError(f"The function {node['function_name']} is not allowed in a query: it can reach outside the case.")


def select(folder: Path, query: str, progress: Progress) -> pl.DataFrame:
    """Return what one SELECT statement finds in the analysed case.

    Raises ``UsageError`` for anything but one harmless SELECT, ``ForensicsError`` when it fails.
    """
    check(query)
    folder = folder.absolute()
    with _analysed(folder, progress) as database, chdir(folder), tempfile.TemporaryDirectory(prefix="forensics-") as scratch:
        connection = locked(database, read_only=True)
        try:
            _fence(connection, folder, Path(scratch))
            found: pl.DataFrame = connection.sql(query).pl()
        except duckdb.Error as error:
            raise ForensicsError(f"The query failed: {_plain(error)}") from error
        finally:
            connection.close()
    return found


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
        return bool(facts) and facts[0][0] == "" and analysis_id(Case.reading(folder, connection)) == facts[0][1]
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
