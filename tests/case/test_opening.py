"""Opening cases: locks, read-only folders, odd names, folders that are no case."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from tests.case import cases

from forensics import CASE_VERSION
from forensics.analysis import ensure_analysed
from forensics.case import migration, query
from forensics.case.case import Case
from forensics.errors import ForensicsError, UsageError
from forensics.evidence import chain
from forensics.evidence.hashing import sha256_of
from forensics.evidence.verify import verify
from forensics.progress import Silent

HOLD = "import sys, time; from pathlib import Path; from forensics.case.case import Case\n"
HOLD += "with Case.open(Path(sys.argv[1])): print('open', flush=True); time.sleep(float(sys.argv[2]))"


def made(folder: Path) -> Path:
    log = cases.write_log(folder / "evidence" / "a.log")
    with Case.create(folder / "case") as case:
        cases.load(case, log)
    return folder / "case"


def count(folder: Path) -> int:
    with Case.open(folder) as case:
        return len(case.table("events"))


@pytest.fixture
def locker(tmp_path: Path) -> Path:
    """A case that nobody may write to."""
    folder = made(tmp_path)
    paths = [*folder.rglob("*"), folder]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in reversed(paths):
        path.chmod(0o755)


@pytest.mark.parametrize("name", ["événements ü", "a,b", "c[d]x", "st*r", "q'uo\"te", ":memory:", "s3:", "-x", " "])
def test_any_folder_name(tmp_path: Path, name: str) -> None:
    folder = made(tmp_path / name)
    assert count(folder) == 50


def test_a_query_in_a_folder_with_a_comma(tmp_path: Path) -> None:
    assert query.select(made(tmp_path / "Doe, J"), "SELECT count(*) AS n FROM events", Silent()).rows() == [(50,)]


@pytest.mark.parametrize("name", ["what?", "back\\slash"])
def test_folder_names_the_database_cannot_open_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="choose a path"):
        Case.create(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_relative_folder_survives_chdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Case.open(Path("case")) as case:
        monkeypatch.chdir("/")
        assert len(case.table("events")) == 50
        assert case.folder == tmp_path / "case"


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("mine")
    with pytest.raises(UsageError, match=r"thesis\.odt"):
        Case.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        Case.create(tmp_path / "x")
    with pytest.raises(UsageError, match="is a file"):
        Case.open(tmp_path / "x")


def test_no_case(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no case"):
        Case.open(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "case.duckdb")).execute("CREATE TABLE theirs (a INTEGER)").close()
    with pytest.raises(ForensicsError, match="not made by forensics"):
        Case.open(tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "case.duckdb").write_bytes(b"x" * 5000)
    with pytest.raises(ForensicsError, match="cannot be read"):
        Case.open(tmp_path)


def test_a_newer_case_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with Case.open(folder) as case:
        case.set_meta("case_version", str(CASE_VERSION + 1))
    with pytest.raises(ForensicsError, match="newer version"):
        Case.open(folder)


def test_an_older_case_is_migrated_and_the_old_one_kept(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with Case.open(folder) as case:
        case.set_meta("case_version", "0")
        case.connection.execute("DROP TABLE rulings CASCADE")
    assert count(folder) == 50
    with Case.open(folder) as case:
        assert case.meta("case_version") == str(CASE_VERSION)
        assert case.table("rulings").is_empty()
    assert (folder / "case.version-0.duckdb").is_file()
    assert '"action": "migrate"' in (folder / "custody.jsonl").read_text()


def aged(folder: Path) -> None:
    """Make a case one of an earlier program: columns that it did not have are missing, one that was given up is there."""
    with Case.open(folder) as case:
        ensure_analysed(case, Silent())
        case.connection.execute("INSERT INTO rulings VALUES (1, 'known', 'account', 'u-1', NULL, 'a partner')")
        case.connection.execute("ALTER TABLE incidents DROP COLUMN silent_hosts")
        case.connection.execute("ALTER TABLE rulings DROP COLUMN other")
        case.connection.execute("DROP VIEW links")
        case.connection.execute("CREATE TABLE links AS SELECT 'table once, a view now' AS why")
        case.connection.execute("ALTER TABLE evidence_files DROP COLUMN note")
        case.connection.execute("ALTER TABLE evidence_files ADD COLUMN forgotten VARCHAR")
        case.set_meta("layout", "an earlier one")


def test_columns_that_a_case_lacks_are_added_and_what_people_wrote_is_carried_over(tmp_path: Path) -> None:
    folder = made(tmp_path)
    aged(folder)
    assert query.select(folder, "SELECT count(*) AS n, any_value(silent_hosts) AS s FROM incidents", Silent()).height == 1
    with Case.open(folder) as case:
        assert case.table("rulings").drop("ruling").rows() == [("known", "account", "u-1", None, "a partner")]
        assert case.table("evidence_files").drop("loaded_at").rows() != []
        assert "table once, a view now" not in case.table("links")["why"].to_list()
        assert {"note", "forgotten"}.intersection(case.table("evidence_files").columns) == {"note"}
        assert [check for check in verify(case, Silent()) if check.state != "intact"] == []
    assert len(list(folder.glob("case.version-*"))) == 1
    with duckdb.connect(str(folder / f"case.version-{CASE_VERSION}.duckdb"), read_only=True) as old:
        assert old.execute("SELECT count(forgotten), count(*) FROM evidence_files").fetchall() == [(0, 1)]
    aged(folder)
    assert count(folder) == 50
    assert sorted(path.name for path in folder.glob("case.version-*")) == ["case.version-1.2.duckdb", "case.version-1.duckdb"]


def test_a_read_only_case_of_an_earlier_program_can_be_asked(tmp_path: Path) -> None:
    folder = made(tmp_path)
    aged(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for path in (folder, folder / "case.duckdb"):
        path.chmod(0o555)
    assert query.select(folder, "SELECT count(*) AS n FROM events", Silent()).rows() == [(50,)]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    folder.chmod(0o755)


@pytest.mark.parametrize("dies_in", ["copyfile", "flush", "_lay_out", "custody"])
def test_a_migration_that_dies_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_in: str) -> None:
    folder = made(tmp_path)
    aged(folder)
    owner = {"copyfile": migration.shutil, "custody": migration.custody}.get(dies_in, migration)

    def dying(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(owner, "append" if dies_in == "custody" else dies_in, dying)
        with pytest.raises(OSError, match="No space"):
            Case.open(folder)
    assert count(folder) == 50
    assert not list(folder.glob("*.new"))
    lines = chain.read(folder / "custody.jsonl").lines
    assert [line["action"] for line in lines].count("migrate") == 1
    kept = next(line for line in lines if line["action"] == "migrate")["outputs"][0]
    assert sha256_of(Path(kept["path"])) == kept["sha256"]


def test_a_second_process_is_refused_or_waits(tmp_path: Path, forensics) -> None:
    folder = made(tmp_path)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder), "60"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        refused = forensics("note", "x", "--at", "2024-03-02", "--case", folder, check=1)
        assert "in use by another process" in refused.stderr
        assert forensics("sql", "SELECT 1", "--case", folder, check=1).stdout == ""
        holder.kill()
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder), "1.5"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        began = time.monotonic()
        forensics("note", "x", "--at", "2024-03-02", "--case", folder, "--wait")
        assert time.monotonic() - began > 0.5


def test_a_read_only_case_can_be_analysed_and_asked(locker: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in locker.rglob("*")}
    with Case.open(locker) as case:
        assert case.read_only
        ensure_analysed(case, Silent())
        assert len(case.table("events")) == 50
        home = case.home
    assert not home.exists()
    assert query.select(locker, "SELECT count(*) AS n FROM events", Silent()).rows() == [(50,)]
    assert {path: path.stat().st_mtime_ns for path in locker.rglob("*")} == before


def test_nothing_is_added_to_a_read_only_case(locker: Path, forensics) -> None:
    before = sorted(locker.rglob("*"))
    assert "read-only" in forensics("note", "x", "--at", "2024-03-02", "--case", locker, check=2).stderr
    other = locker.parent / "other.log"
    other.write_text('198.18.0.1 - - [02/Mar/2024:00:00:01 +0000] "GET / HTTP/1.1" 200 1\n')
    told = forensics("load", other, "--case", locker, check=None)
    assert told.returncode != 0
    assert "read-only" in told.stderr
    assert "Loaded" not in told.stderr
    assert sorted(locker.rglob("*")) == before


def test_temporary_files_live_in_the_case_and_go_away(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with Case.open(folder) as case:
        setting = case.connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
        assert Path(setting) == folder / "temporary"
        (folder / "temporary").mkdir(exist_ok=True)
        (folder / "temporary" / "spilled").write_bytes(b"x")
    assert sorted(path.name for path in folder.iterdir()) == ["case.duckdb", "custody.jsonl", "events"]


def test_what_a_creation_that_died_left_is_removed(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "case.duckdb.new").hardlink_to(folder / "case.duckdb")
    assert count(folder) == 50
    assert not (folder / "case.duckdb.new").exists()


@pytest.mark.parametrize("left", [b"", b"DUCK", b"x" * 5000])
def test_a_creation_that_died_early_is_begun_again(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "case" / "events").mkdir(parents=True)
    (tmp_path / "case" / "case.duckdb.new").write_bytes(left)
    with Case.create(tmp_path / "case") as case:
        assert case.meta("case_version") == str(CASE_VERSION)
