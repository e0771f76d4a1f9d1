"""Bad input: one clear sentence each, the right exit code, and the case as it was."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from tests.conftest import PROGRAM

LINE = '198.18.0.7 - - [02/Mar/2024:00:00:{:02d} +0000] "GET /a/{} HTTP/1.1" 200 17 "-" "curl/8.0"\n'
LOG = "".join(LINE.format(second % 60, second) for second in range(300))


def listing(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "custody.jsonl"
    }


def contents(case: Path) -> list[tuple[object, ...]]:
    """What the case holds of evidence."""
    with duckdb.connect(str(case / "case.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT path, sha256, lines, parsed, rejected, skipped FROM evidence_files ORDER BY path").fetchall()


@pytest.fixture(scope="module")
def small_case(quick, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "ok.log").write_text(LOG)
    quick("load", folder / "ok.log", "--case", folder / "case")
    return folder / "case"


def write_empty(folder: Path) -> Path:
    (folder / "empty.log").write_bytes(b"")
    return folder / "empty.log"


def write_binary(folder: Path) -> Path:
    (folder / "program.bin").write_bytes(bytes(range(256)) * 64)
    return folder / "program.bin"


def write_truncated(folder: Path) -> Path:
    whole = gzip.compress(("".join(LINE.format(n % 60, n * 7919) for n in range(3000))).encode(), mtime=0)
    (folder / "cut.log.gz").write_bytes(whole[: len(whole) // 2])
    return folder / "cut.log.gz"


def write_no_account(folder: Path) -> Path:
    (folder / "people.csv").write_text("colour,shape\nred,round\ngreen,square\n")
    return folder / "people.csv"


def write_no_evidence(folder: Path) -> Path:
    (folder / "nothing" / "deeper").mkdir(parents=True)
    return folder / "nothing"


WRITERS = {
    "empty": write_empty, "binary": write_binary, "truncated gzip": write_truncated, "CSV without an account column": write_no_account,
    "folder without evidence": write_no_evidence,
}  # fmt: skip


@pytest.mark.parametrize("what", WRITERS)
def test_it_is_refused_by_name_and_the_case_stays_as_it_was(what, small_case, quick, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(small_case, case)
    before = contents(case)
    given = WRITERS[what](tmp_path)
    shown = quick("load", given, "--case", case, check=1)
    assert given.name in shown.stderr
    assert contents(case) == before


@pytest.mark.parametrize("what", WRITERS)
def test_the_rest_is_loaded_and_the_refusal_listed(what, quick, tmp_path):
    given = WRITERS[what](tmp_path)
    (tmp_path / "good.log").write_text(LOG)
    shown = quick("load", given, tmp_path / "good.log", "--case", tmp_path / "case")
    assert given.name in shown.stderr
    assert [row[0] for row in contents(tmp_path / "case")] == ["good.log"]
    quick("load", given, tmp_path / "good.log", "--case", tmp_path / "strict", "--strict", check=1)


def test_an_accounts_file_given_as_a_log(small_case, quick, tmp_path, project):
    case = tmp_path / "case"
    shutil.copytree(small_case, case)
    before = contents(case)
    shown = quick("load", project / "sample_logs" / "evidence" / "accounts.csv", "--kind", "log", "--case", case, check=1)
    assert "accounts.csv" in shown.stderr
    assert contents(case) == before


@pytest.mark.parametrize(
    ("command", "said"), [("incidents", "No incident was found"), ("actors", "No accounts share enough"), ("taken", "Nobody is")]
)
def test_a_listing_of_nothing_says_so(command, said, small_case, quick, tmp_path):
    shutil.copytree(small_case, tmp_path / "case")
    shown = quick(command, "--case", tmp_path / "case")
    assert said in shown.stderr
    assert len(shown.stdout.splitlines()) == 1, "its columns"


def test_a_missing_file_is_named(small_case, quick, tmp_path):
    shown = quick("load", tmp_path / "gone.log", "--case", small_case, check=None)
    assert shown.returncode in (1, 2)
    assert "gone.log" in shown.stderr


@pytest.mark.parametrize("command", ["load", "investigate"])
def test_nothing_loaded_leaves_no_evidence_and_no_report(command, quick, tmp_path):
    write_empty(tmp_path)
    out = ["--out", tmp_path / "out"] if command == "investigate" else []
    quick(command, tmp_path / "empty.log", "--case", tmp_path / "case", *out, check=1)
    assert contents(tmp_path / "case") == []
    assert not (tmp_path / "out").exists()


def test_a_case_of_a_newer_version_is_refused_and_left_alone(small_case, quick, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(small_case, case)
    with duckdb.connect(str(case / "case.duckdb")) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'case_version'")
    before = listing(case)
    (tmp_path / "more.log").write_text(LOG.replace("198.18.0.7", "198.18.0.8"))
    for command in (["status"], ["load", tmp_path / "more.log"], ["incidents"]):
        shown = quick(*command, "--case", case, check=1)
        assert "newer version of forensics" in shown.stderr
    assert listing(case) == before


def test_a_file_that_is_no_case_database(quick, tmp_path):
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.duckdb").write_bytes(b"this is not a database" * 1000)
    shown = quick("status", "--case", tmp_path / "case", check=1)
    assert "case" in shown.stderr


def test_the_same_bytes_again_change_nothing(small_case, quick):
    before = listing(small_case)
    shown = quick("load", small_case.parent / "ok.log", "--case", small_case)
    assert {name: data for name, data in listing(small_case).items() if name != "case.duckdb"} == {
        name: data for name, data in before.items() if name != "case.duckdb"
    }
    assert shown.returncode == 0


def test_investigate_without_accounts_or_payments(quick, tmp_path):
    (tmp_path / "only.log").write_text(LOG)
    shown = quick("investigate", tmp_path / "only.log", "--case", tmp_path / "a case", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "report.html").is_file()
    assert f"forensics timeline --case '{tmp_path}/a case'\n" in shown.stdout, "for the shell"


def test_a_job_without_standard_streams_works_and_says_why_it_cannot(small_case, tmp_path):
    told = tmp_path / "told.csv"
    asked = f'"{PROGRAM}" status --case "{small_case}" --output "{told}" --format csv <&- >&- 2>&-'
    assert subprocess.run(["bash", "-c", asked], check=False).returncode == 0
    assert "ok.log" in told.read_text()
    nothing = subprocess.run(
        ["bash", "-c", f'"{PROGRAM}" load - --case "{tmp_path}/case" <&-'], check=False, capture_output=True, text=True
    )
    assert nothing.returncode == 1
    assert "stdin is empty" in nothing.stderr
