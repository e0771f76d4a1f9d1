"""``forensics sql``: one SELECT, nothing outside the case, nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.case import cases

from forensics.case import query
from forensics.case.case import Case
from forensics.errors import ForensicsError, UsageError
from forensics.progress import Silent

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
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    log = cases.write_log(folder / "evidence" / "a.log")
    with Case.create(folder / "case") as opened:
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
        if "passwd" in text or "other" in text or "COPY" in text:
            with pytest.raises(ForensicsError):
                query.select(case, text, Silent())
    assert {name: data for name, data in contents(case).items() if name in before} == before


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
