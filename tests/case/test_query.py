"""``forensics sql``: one SELECT, nothing outside the case, nothing changed."""

from __future__ import annotations

import csv
import io
import json
import re
import resource
from importlib.resources import files
from pathlib import Path

import pytest
from tests.case import cases
from tests.stored_case import new_case

from forensics import limits
from forensics.case import query
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.errors import ForensicsError, UsageError
from forensics.progress import Silent
from forensics.report import tables

HOSTILE = [
    "SELECT 1; SELECT 2",
    "",
    "COPY evidence_files TO 'out.csv'",
    "EXPLAIN ANALYZE SELECT 1",
    "EXPLAIN ANALYZE COPY (SELECT 1 AS a) TO 'events/x.parquet' (USE_TMP_FILE false)",
    "EXPLAIN SELECT 1",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "ATTACH 'other.duckdb'",
    "SET enable_external_access = true",
    "RESET memory_limit",
    "INSTALL httpfs",
    "LOAD httpfs",
    "DROP TABLE evidence_files",
    "INSERT INTO notes VALUES (NULL, 'x', NULL, NULL, NULL)",
    "CREATE TABLE t AS SELECT 1",
    "EXPORT DATABASE 'x'",
    "PREPARE q AS SELECT 1",
    "CHECKPOINT",
    "SELECT $a",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM READ_TEXT('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "WITH a AS (SELECT * FROM read_blob('/etc/passwd')) SELECT * FROM a",
    "SELECT * FROM evidence WHERE path IN (SELECT file FROM glob('/*'))",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM enable_logging('file')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM parquet_metadata('events/x.parquet')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT getenv('HOME')",
    "SELECT GetEnv('HOME')",
    "SELECT write_log('x')",
    "SELECT current_setting('secret_directory')",
    "SELECT sleep_ms(10)",
    "FROM '/etc/passwd'",
    "SELECT * FROM 'other.csv'",
    'SELECT * FROM "/etc/passwd"',
    "WITH x AS (COPY (SELECT 1 AS a) TO 'events/x.parquet' (USE_TMP_FILE false)) SELECT * FROM x",
    "SELECT * FROM (WITH x AS (COPY notes TO 'x.csv') SELECT * FROM x)",
    "SELECT (WITH x AS (COPY notes TO 'x.csv') SELECT 1 FROM x)",
    "WITH x AS (INSERT INTO notes VALUES (NULL, 'x', NULL, NULL, NULL) RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM notes RETURNING *) SELECT * FROM x",
    "WITH x AS (UPDATE notes SET message = 'x' RETURNING *) SELECT * FROM x",
    "WITH x AS (TRUNCATE notes) SELECT * FROM x",
    "PIVOT events ON status USING count(*)",
    "SUMMARIZE '/etc/passwd'",
    "SUMMARIZE (FROM read_csv('/etc/passwd'))",
    "FROM query_table('other.csv')",
    "FROM query_table('duckdb_databases')",
    "FROM query_table(['duckdb_databases'])",
    "FROM histogram('duckdb_databases', path)",
    "FROM histogram('duckdb_' || 'databases', path)",
    "FROM histogram_values('main.duckdb_databases', path)",
    "FROM histogram('other.csv', a)",
    "FROM duckdb_databases",
    "FROM pg_catalog.pg_settings",
    "FROM pragma_database_list",
    "SELECT list_transform(['HOME'], lambda x: getenv(x))",
    "SELECT 'HOME'.getenv()",
    "SELECT pg_sleep(1)",
    "UPDATE EXTENSIONS",
    "BEGIN",
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    log = cases.write_log(folder / "evidence" / "a.log")
    with new_case(folder / "case") as opened:
        cases.load(opened, log)
    (folder / "case" / "other.csv").write_text("a,b\n1,2\n")
    query.select(folder / "case", "SELECT 1 AS one", Silent())  # analysed, at rest
    return folder / "case"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_answers(case: Path) -> None:
    assert query.select(case, "SELECT count(*) AS n, min(line) AS first FROM events", Silent()).rows() == [(50, 1)]
    assert query.select(case, "FROM evidence SELECT path;", Silent()).rows() == [("a.log",)]
    assert query.select(case, "SELECT * FROM range(3) AS r(i)", Silent())["i"].to_list() == [0, 1, 2]
    assert "events" in query.select(case, "SHOW TABLES", Silent())["name"].to_list()


@pytest.mark.parametrize("text", HOSTILE)
def test_refuses_everything_else_and_changes_nothing(case: Path, text: str) -> None:
    before = contents(case)
    with pytest.raises(ForensicsError) as refused:
        query.select(case, text, Silent())
    assert "\n" not in str(refused.value)
    assert contents(case) == before


def test_the_second_fence_holds_without_the_first(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "check", lambda text: None)
    before = contents(case)
    for text in HOSTILE:
        if any(word in text for word in ("passwd", "other", "COPY", "INSERT", "DELETE", "UPDATE", "TRUNCATE")):
            with pytest.raises(ForensicsError):
                query.select(case, text, Silent())
    assert {name: data for name, data in contents(case).items() if name in before} == before


def test_an_event_file_cannot_be_overwritten_though_it_may_be_read(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = next((case / "events").iterdir())
    before = file.read_bytes()
    text = f"WITH x AS (COPY (SELECT 1 AS a) TO '{file}' (USE_TMP_FILE false)) SELECT * FROM x"
    with pytest.raises(UsageError, match="not COPY"):
        query.select(case, text, Silent())
    monkeypatch.setattr(query, "check", lambda text: None)
    with pytest.raises(UsageError, match="not COPY_TO_FILE"):
        query.select(case, text, Silent())
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("FROM range(1000000000)", "result is larger than 67 MB"),
        ("SELECT repeat('x', 2000000000) AS a", "more memory than is allowed"),
        ("SELECT len(string_agg(repeat('x', 1000) || range)) AS n FROM range(1000000)", "more memory than is allowed"),
    ],
)
def test_a_query_keeps_to_the_memory_allowed(case: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str) -> None:
    monkeypatch.setattr(limits, "_chosen", limits.Limits(memory=256 << 20))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ForensicsError, match=sentence):
        query.select(case, text, Silent())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 400_000
    assert query.select(case, "SELECT 1 AS one", Silent()).rows() == [(1,)]


def test_what_does_not_fit_into_memory_lies_in_the_case_and_goes_away(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_chosen", limits.Limits(memory=200_000_000))
    before = contents(case)
    text = "SELECT count(*) AS n FROM (SELECT range, repeat(range::VARCHAR, 20) AS t FROM range(2000000) ORDER BY t LIMIT 1500000)"
    assert query.select(case, text, Silent()).rows() == [(1_500_000,)]
    assert contents(case) == before


def test_an_empty_result_has_its_columns(case: Path) -> None:
    assert query.select(case, "SELECT path, line FROM events WHERE line < 0", Silent()).columns == ["path", "line"]


def test_columns_of_one_name_are_told_apart(case: Path) -> None:
    found = query.select(case, "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS b, 5 AS a", Silent())
    assert found.to_dicts() == [{"a": 1, "a_2": 2, "a_1": 3, "b": 4, "a_3": 5}]
    assert query.select(case, "SELECT x.*, y.* FROM accounts AS x, accounts AS y", Silent()).width > 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("TIMESTAMP '2024-03-02 01:00' - TIMESTAMP '2024-03-01'", "1 day 01:00:00"), ("[INTERVAL 1 HOUR]", "['01:00:00']"),
        ("DATE '2024-03-02'", "2024-03-02"), ("[DATE '2024-03-02']", ["2024-03-02"]), ("TIME '10:00'", "10:00:00"),
        ("TIMETZ '10:00:00+02'", "10:00:00+02"), ("'\\xAA'::BLOB", "\\xAA"), ("'101'::BIT", "101"), ("1::VARIANT", "1"),
        ("TIMESTAMPTZ '2024-03-02 00:00+01'", "2024-03-01T23:00:00.000000Z"), ("0.0::DOUBLE / 0", None), ("union_value(k := 1)", "1"),
        ("sum(range) FROM range(3)", 3),
    ],
)  # fmt: skip
def test_every_type_of_a_result_can_be_written(case: Path, value: str, text: object) -> None:
    columns, rest = (value, "") if " FROM " not in value else value.split(" FROM ")
    found = query.select(case, f"SELECT {columns} AS a, 2 AS a, DATE '2024-02-29' AS b {rest and 'FROM ' + rest}", Silent())
    assert json.loads(tables.as_json(found)) == [{"a": text, "a_1": 2, "b": "2024-02-29"}]
    (row,) = csv.DictReader(io.StringIO(tables.as_csv(found)))
    assert row == {"a": "" if text is None else str(text if not isinstance(text, list) else text[0]), "a_1": "2", "b": "2024-02-29"}


def test_a_limit_is_kept_where_logs_have_no_users(tmp_path: Path) -> None:
    log = cases.write_log(tmp_path / "a.log")
    log.write_text(re.sub(r" - u-\d ", " - - ", log.read_text()))
    brought = tmp_path / "keys.csv"
    brought.write_text("account_id,identifier_type,identifier_value\na1,api_key,k1\na2,api_key,k2\n")
    with new_case(tmp_path / "case") as opened:
        load(opened, [str(log), str(brought)], LoadOptions(), Silent())
    assert query.select(tmp_path / "case", "SELECT line FROM events LIMIT 1", Silent()).height == 1
    assert query.select(tmp_path / "case", "SELECT line FROM requests LIMIT 3 OFFSET 2", Silent()).height == 3


def test_python_variables_are_out_of_reach(case: Path) -> None:
    secret = __import__("polars").DataFrame({"a": [1]})
    assert len(secret) == 1
    with pytest.raises(ForensicsError, match="secret"):
        query.select(case, "SELECT * FROM secret", Silent())


def test_a_query_does_not_touch_a_case_at_rest(case: Path) -> None:
    query.select(case, "SELECT 1 AS one", Silent())
    before = {path: path.stat().st_mtime_ns for path in case.rglob("*")}
    query.select(case, "SELECT count(*) FROM requests", Silent())
    assert {path: path.stat().st_mtime_ns for path in case.rglob("*")} == before


def test_a_relative_case_folder(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.parent)
    assert query.select(Path("case"), "SELECT count(*) AS n FROM events", Silent()).rows() == [(50,)]


def test_exit_code_of_a_refused_query(case: Path) -> None:
    with pytest.raises(UsageError):
        query.check("DROP TABLE events")


def test_no_statement_of_the_program_filters_in_a_window() -> None:
    """DuckDB looks at all rows before each one for that: 200,000 took seven seconds, and four times as long for twice as many."""
    windows = re.compile(r"FILTER\s*\((?:[^()]|\([^()]*\))*\)\s*OVER\b", re.IGNORECASE)
    assert windows.search("SELECT count(*) FILTER (WHERE coalesce(a, b)) OVER (ORDER BY c)")
    texts = {path: path.read_text(encoding="utf-8") for path in Path(str(files("forensics"))).rglob("*.sql")}
    assert len(texts) > 100
    assert [path.name for path, text in texts.items() if windows.search(text)] == []
