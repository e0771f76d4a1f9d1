"""A case survives anything: killed, disk full, failing writes, at every kind of step; continuing gives what an undisturbed run gives."""

from __future__ import annotations

import csv
import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.case import cases
from tests.faults import Server

from forensics.case import store
from forensics.case.case import Case
from forensics.evidence import chain
from forensics.evidence.verify import verify
from forensics.progress import Silent

COMMANDS = ("load", "investigate")
PLAN = [
    *(("load", "kill", part / 10) for part in range(10)),
    *(("investigate", "kill", part) for part in (0.6, 0.9)),
    *(("load", ("full", "error")[number % 2], (number + 0.5) / 5) for number in range(5)),
    ("investigate", "full", 0.95),
]
"""(command, what happens, at which part of its steps); the benchmark ``crash_safety.py`` does hundreds."""

Undisturbed = dict[str, tuple[dict[str, object], int]]
"""Command -> what an undisturbed run of it leaves, and how many steps it takes."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A warmed-up process that runs the program with faults."""
    served = Server(tmp_path_factory.mktemp("server"))
    yield served
    served.close()


def evidence(folder: Path) -> Path:
    """Four logs and an export: two batches of small files, a large file between them."""
    cases.write_log(folder / "a.log", lines=200)
    padded = (f'{cases.log_line(number)} "-" "{"x" * 400}"\n' for number in range(200, 2600))
    (folder / "b.log").write_text("".join(padded), encoding="utf-8")
    cases.write_log(folder / "c.log", lines=200, first=2600)
    cases.write_log(folder / "d.log", lines=200, first=2800)
    with (folder / "accounts.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["account_id", "email", "created_at", "plan"])
        writer.writerows([f"u-{number}", f"u{number}@corp.example", "2024-02-01T00:00:00Z", "pro"] for number in range(5))
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence."""
    folder = tmp_path_factory.mktemp("files") / "evidence"
    folder.mkdir()
    return evidence(folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, server: Server, files: Path) -> Undisturbed:
    """What undisturbed runs make of the evidence."""
    return undisturbed_runs(server, files, tmp_path_factory.mktemp("undisturbed"))


def undisturbed_runs(server: Server, files: Path, folder: Path, commands: tuple[str, ...] = COMMANDS) -> Undisturbed:
    found: Undisturbed = {}
    for name in commands:
        assert server.run(*command(name, files, folder / name)) == 0, server.log
        found[name] = content(folder / name), server.steps
    return found


def command(name: str, files: Path, folder: Path) -> list[object]:
    """The command line that works in ``folder``."""
    return [name, files, "--case", folder / "case", *(["--out", folder / "out"] if name == "investigate" else [])]


def content(folder: Path) -> dict[str, object]:
    """Everything that must not depend on what happened on the way: tables, Parquet files, report."""
    case, out = folder / "case", folder / "out"
    found: dict[str, object] = {}
    with duckdb.connect(str(case / "case.duckdb"), read_only=True) as connection:
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall():
            left_out = "EXCLUDE (loaded_at)" if name == "evidence_files" else ""
            found[name] = sorted(map(repr, connection.execute(f'SELECT * {left_out} FROM "{name}"').fetchall()))
    for path in sorted([*(case / "events").iterdir(), *(out.iterdir() if out.exists() else ())]):
        if path.name != "run.json":
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def survives(server: Server, files: Path, expected: dict[str, object], name: str, folder: Path) -> None:
    """After what happened in ``folder``, the case opens, holds what had completed, and the same command completes it."""
    assert "Traceback" not in server.log
    if (folder / "case" / "case.duckdb").exists():
        completed(folder / "case", files)
    assert server.run(*command(name, files, folder)) == 0, server.log
    assert content(folder) == expected
    assert chain.read(folder / "case" / "custody.jsonl").breaks == []
    assert not list((folder / "case").rglob("*.new"))


def completed(case: Path, files: Path) -> None:
    """The case opens and holds exactly evidence that had been loaded completely: rows, event files, custody lines agree."""
    with Case.open(case) as opened:
        assert [check for check in verify(opened, Silent()) if check.state != "intact"] == []
        loaded = opened.table("evidence_files").sort("path")
        assert loaded["path"].to_list() == sorted(path.name for path in files.iterdir())[: loaded.height]
        logs = loaded.filter(loaded["kind"] == "log")
        assert opened.table("stored_events").height == logs["parsed"].sum()
        assert (loaded["lines"] == loaded["parsed"] + loaded["rejected"] + loaded["skipped"]).all()


@pytest.mark.parametrize(("name", "mode", "part"), PLAN)
def test_survives(server: Server, files: Path, undisturbed: Undisturbed, tmp_path: Path, name: str, mode: str, part: float) -> None:
    expected, steps = undisturbed[name]
    code = server.run(*command(name, files, tmp_path), mode=mode, at=1 + int(part * steps))
    assert code == (-9 if mode == "kill" else 1), server.log
    survives(server, files, expected, name, tmp_path)


@pytest.mark.parametrize("largest", [3_000, 40_000])
def test_no_room_for_larger_files(server: Server, files: Path, undisturbed: Undisturbed, tmp_path: Path, largest: int) -> None:
    """The operating system itself cuts writes short, in the middle of whatever they are."""
    assert server.run(*command("load", files, tmp_path), largest=largest) == 1, server.log
    assert "fault of the program" not in server.log
    survives(server, files, undisturbed["load"][0], "load", tmp_path)


def test_a_file_system_that_is_full(server: Server, files: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """On a file system that is much too small, then of enough."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60k", "tmpfs", str(tmp_path)], capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a file system")
    try:
        assert server.run(*command("load", files, tmp_path)) == 1
        assert "The disk is full" in server.log
        subprocess.run(["mount", "-o", "remount,size=50m", str(tmp_path)], check=True)
        survives(server, files, undisturbed["load"][0], "load", tmp_path)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


class Lying:
    """A connection whose next commit works, or does not, and reports an error either way."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, works: bool) -> None:
        self._connection, self._works, self._lies = connection, works, True

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def commit(self) -> None:
        lies, self._lies = self._lies, False
        if not lies or self._works:
            self._connection.commit()
        if lies:
            raise OSError(5, "Input/output error")


@pytest.mark.parametrize("works", [True, False])
def test_a_commit_that_reports_an_error(tmp_path: Path, works: bool) -> None:
    """Whether it took effect or not, the rows, the event file and the custody line agree afterwards, and the load can go on."""
    first, second = cases.write_log(tmp_path / "a.log"), cases.write_log(tmp_path / "b.log", first=100)
    with Case.create(tmp_path / "case") as case:
        row = cases.evidence_row(first, 50)
        staged = cases.stage(case, row)
        case.connection = Lying(case.connection, works)  # type: ignore[assignment]
        with pytest.raises(OSError, match="Input/output"):
            store.commit(case, [store.Prepared(row, {}, staged)])
        store.settle(case)
        cases.load(case, second)
        assert case.table("evidence_files")["path"].sort().to_list() == (["a.log", "b.log"] if works else ["b.log"])
        assert case.table("events").height == (100 if works else 50)
        assert [check for check in verify(case, Silent()) if check.state != "intact"] == []
