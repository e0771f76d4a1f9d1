"""Exit codes and plain sentences, whatever a command raises."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from forensics import limits
from forensics.case.loaded import TOLD_EACH, told
from forensics.case.loading import LoadResult
from forensics.cli.program import Program
from forensics.errors import BrokenEvidenceError, ForensicsError, UsageError
from forensics.progress import Silent


def ended(error: BaseException) -> int:
    """Run a command that raises ``error`` and return the exit code."""
    app = typer.Typer(cls=Program, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback()
    def group() -> None:
        """A group, so that the command has a name."""

    @app.command()
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        app(["fail"])
    return int(end.value.code or 0)


class PanicError(BaseException):
    """As Polars raises when its engine gives up: no Exception."""


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ForensicsError("No log here."), 1, "No log here."),
        (UsageError("There is no case in x."), 2, "There is no case in x."),
        (BrokenEvidenceError("a.log has changed."), 3, "a.log has changed."),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("Query interrupted"), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "case/x"), 1, "The disk is full (case/x)"),
        (PermissionError(errno.EACCES, "Permission denied", "a.log"), 1, "a.log may not be read or written by you"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.log"), 1, "a.log: No such file"),
        (MemoryError(), 1, "not enough memory"),
        (KeyError("x"), 1, "a fault of the program, not of your evidence (KeyError: 'x')"),
        (PanicError("engine\nline two"), 1, "(PanicError: engine)"),
    ],
)
def test_one_plain_sentence_and_the_exit_code_of_the_contract(error, code, sentence, capsys):
    assert ended(error) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("forensics: ")
    assert sentence in shown.err
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err


def test_an_error_cannot_move_the_cursor(capsys):
    ended(ForensicsError("bad name \x1b[2J\x07"))
    assert "\x1b" not in capsys.readouterr().err


def test_the_traceback_goes_to_a_file_only_when_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ended(KeyError("x"))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("FORENSICS_DEBUG", "1")
    ended(KeyError("x"))
    assert "forensics-traceback.txt" in capsys.readouterr().err
    assert "KeyError: 'x'" in (tmp_path / "forensics-traceback.txt").read_text()


def test_exits_of_the_command_line_itself_pass(capsys):
    assert ended(typer.Exit(3)) == 3
    assert ended(typer.BadParameter("not so")) == 2
    assert "not so" in capsys.readouterr().err


def test_a_reader_who_has_enough_is_no_failure():
    program = Path(sys.executable).parent / "forensics"
    piped = subprocess.run(
        f"{program} --help | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert piped.stdout.splitlines()[-1] == "0"
    assert piped.stderr == ""


def unheard() -> int:
    """Return the writing end of a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_table_that_nobody_reads_on_is_no_failure_and_work_whose_narration_nobody_hears_goes_on(quick, tmp_path):
    program = Path(sys.executable).parent / "forensics"
    (tmp_path / "ev").mkdir()
    (tmp_path / "ev" / "a.txt").write_text("nonsense\n")
    line = '198.18.0.7 - - [02/Mar/2024:00:00:{:02} +0000] "GET / HTTP/1.1" 200 17 "-" "curl/8.0"\n'
    (tmp_path / "ev" / "z.log").write_text("".join(line.format(second) for second in range(60)))
    work = [program, "investigate", tmp_path / "ev", "--case", tmp_path / "case", "--out", tmp_path / "out"]
    assert subprocess.run(work, stderr=unheard(), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert (tmp_path / "out" / "report.html").exists()
    table = [program, "status", "--case", tmp_path / "case", "--format", "table"]
    assert subprocess.run(table, stdout=unheard(), check=False).returncode == 0


def test_wrong_usage_is_2(forensics):
    assert "No such command" in forensics("conjure", check=2).stderr
    assert "Usage" in forensics(check=2).stderr + forensics(check=2).stdout


def test_a_stretch_of_time_that_ends_before_it_begins_is_wrong_usage_and_no_case_is_made(quick, tmp_path):
    told = quick("load", tmp_path, "--from", "2024-03-02", "--to", "2024-03-01", "--case", tmp_path / "case", check=2)
    assert "--to is no later than --from" in told.stderr
    assert not (tmp_path / "case").exists()


def test_the_status_of_an_empty_case_says_so(quick, tmp_path):
    (tmp_path / "empty.log").touch()
    quick("load", tmp_path / "empty.log", "--case", tmp_path / "case", check=1)
    record = (tmp_path / "case" / "custody.jsonl").read_text()
    assert "failed: Nothing was loaded: empty.log is empty" in record
    assert "Nothing has been loaded" in quick("status", "--case", tmp_path / "case", "--format", "table").stderr


@pytest.mark.parametrize(("text", "amount"), [("1GB", 10**9), ("1.5g", 1_500_000_000), ("2 GiB", 2 << 30)])
def test_memory_is_read_with_its_unit(text: str, amount: int) -> None:
    assert limits.parse_memory(text) == amount


def test_the_case_may_be_named_before_the_command_and_what_stands_behind_it_goes_before(tmp_path: Path, forensics) -> None:
    asked = ("status", "--format", "csv")
    for given in (("--case", tmp_path / "a", *asked), ("--case", tmp_path / "b", *asked, "--case", tmp_path / "a")):
        done = forensics(*given, check=2, env={"FORENSICS_CASE": str(tmp_path / "c")})
        assert f"There is no case in {tmp_path / 'a'}" in done.stderr


@pytest.mark.parametrize(("text", "sentence"), [("512MB", "allow at least 1GB"), ("much", "is not an amount of memory")])
def test_memory_that_cannot_be_kept_to_is_refused(text: str, sentence: str, forensics) -> None:
    done = forensics("status", "--memory", text, check=2)
    assert sentence in done.stderr


def test_of_thousands_of_files_those_of_one_format_are_told_together() -> None:
    """Services deliver logs in as many files; which of them held what is in ``status``."""

    class Said(Silent):
        def say(self, message: str) -> None:
            lines.append(message)

    lines: list[str] = []
    rows = [
        {"path": f"{n}.log", "kind": "log", "format": "aws_s3_access" if n else "combined", "parsed": 9, "lines": 10, "rejected": n % 2}
        | {"time_zone_source": "log"}
        for n in range(1001)
    ]
    told(LoadResult(loaded=rows), Said())
    assert lines == [
        "Loaded 0.log: log, combined, 9 of 10 lines.",
        "Loaded 1,000 files: log, aws_s3_access, 9,000 of 10,000 lines, 500 rejected.",
    ]
    lines.clear()
    told(LoadResult(loaded=rows[:TOLD_EACH]), Said())
    assert lines[1] == "Loaded 1.log: log, aws_s3_access, 9 of 10 lines, 1 rejected."
    assert len(lines) == TOLD_EACH
    lines.clear()
    unzoned = [row | {"time_zone_source": "assumed"} for row in rows[1:3]]
    told(LoadResult(loaded=[rows[0], *unzoned]), Said())
    assert lines[3:] == ["Times without a zone in 1.log and 1 other file are taken as UTC: `--time-zone` says otherwise."]
    told(LoadResult(loaded=unzoned[:1]), Said())
    assert lines[-1] == "Times without a zone in 1.log are taken as UTC: `--time-zone` says otherwise."
    behind = [row | {"assumptions": ["a", "their proxies are the clients: --trusted-proxy 10.0.0.1 says otherwise"]} for row in rows[1:3]]
    told(LoadResult(loaded=[rows[0], *behind]), Said())
    assert lines[-1] == "In 1.log and 1 other file their proxies are the clients: --trusted-proxy 10.0.0.1 says otherwise."
