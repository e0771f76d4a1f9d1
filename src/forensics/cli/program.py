"""What happens when a command goes wrong: one plain sentence, the right exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from forensics import memory
from forensics.errors import ExitCode, ForensicsError
from forensics.interrupts import watched

DEBUG = "FORENSICS_DEBUG"
"""Environment variable that names a file for the traceback of an unexpected error (1: ``forensics-traceback.txt``)."""

INTERRUPTED = "interrupted; what had completed is kept, run the same command again to continue."
INTERRUPTED_AT_ONCE = "interrupted before anything was done; run the same command again."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


said = False
"""Whether the user was told how the command ended."""
alone = False
"""Whether the process is this program's own, which then may end it."""


class Program(TyperGroup):
    """The group of all commands: gives each the limits that all take; errors of any of them end here."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command with ``--memory``, ``--threads`` and ``--wait`` added to its own options."""
        command = super().get_command(ctx, cmd_name)
        if command is not None and "memory" not in {parameter.name for parameter in command.params}:
            command.params.extend(_limits())
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what it raises becomes a sentence on standard error and an exit code."""
        with _bounded(ctx), watched(lambda: _interrupted(str(ctx.invoked_subcommand))) as interruption:
            try:
                result = super().invoke(ctx)
                sys.stdout.flush()
                return result
            except BaseException as error:
                memory.give_way(error)
                command = str(ctx.invoked_subcommand)
                if interruption.arrived or isinstance(error, KeyboardInterrupt) or _interrupted_query(error):
                    interruption.handled.set()
                    raise _ended(_interrupted(command), ExitCode.INTERRUPTED) from error
                raise _outcome(command, error) from error


def _bounded(ctx: Any) -> AbstractContextManager[None]:
    """Keep to the memory that is allowed while a command runs, where the process may be ended for it."""
    if not alone:
        return nullcontext()
    return memory.watched(lambda sentence: _on_record(str(ctx.invoked_subcommand), f"failed: {sentence}"))


def _outcome(command: str, error: BaseException) -> BaseException:
    """Return what to raise instead of ``error``, after putting it on record and telling the user."""
    if isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError):  # the latter is how Rich passes it on
        return _unread()
    if isinstance(error, SystemExit | typer.Abort) or (hasattr(error, "exit_code") and not isinstance(error, ForensicsError)):
        return error  # usage errors and exits are the command line's own
    sentence = str(error) if isinstance(error, ForensicsError) else _unexpected(error)
    code = error.exit_code if isinstance(error, ForensicsError) else ExitCode.FAILED
    if code != ExitCode.BROKEN_EVIDENCE:  # a verification that found something has said so in its own line
        _on_record(command, f"failed: {sentence}")
    return _ended(sentence, code)


def _interrupted(command: str) -> str:
    """Put an interruption on record; return the sentence that says what was kept."""
    _on_record(command, "interrupted")
    custody = sys.modules.get("forensics.evidence.custody")
    if custody is None or custody.session.folder is None:
        return INTERRUPTED_AT_ONCE
    loaded = custody.session.loaded
    if not loaded:
        return INTERRUPTED
    files, stay = ("1 evidence file of this run is", "stays") if loaded == 1 else (f"{loaded:,} evidence files of this run are", "stay")
    return f"interrupted; {files} loaded and {stay} in the case, run the same command again to continue."


def _on_record(command: str, outcome: str) -> None:
    """Put how a command ended on the custody record of the case that was open."""
    custody = sys.modules.get("forensics.evidence.custody")  # not imported: no case was opened
    if custody is None:
        return
    try:
        custody.settle_failure(command, outcome)
    except (ForensicsError, OSError) as second:
        print(f"forensics: this could not be put on record ({second})", file=sys.stderr)


def _limits() -> list[Any]:
    from forensics.cli.options import limiting

    only = typer.Typer(add_completion=False)
    only.command()(limiting)
    return [parameter for parameter in typer.main.get_command(only).params if parameter.name != "help"]


def _ended(sentence: str, code: ExitCode) -> typer.Exit:
    global said
    from forensics.text import printable

    print(f"forensics: {printable(sentence)}", file=sys.stderr)
    said = True
    return typer.Exit(code)


def _interrupted_query(error: BaseException) -> bool:
    """DuckDB turns Ctrl-C during a query into a RuntimeError."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def _unread() -> typer.Exit:
    """Whoever read the output (``head``) has enough: that is no failure, and Python must not complain about it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return typer.Exit(ExitCode.DONE)


def _disk_is_full(error: BaseException) -> bool:
    """Whether a write failed for want of room; DuckDB and Polars say so in the words of the operating system only."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return any(os.strerror(number) in str(error) for number in FULL)


def _unexpected(error: BaseException) -> str:
    if _disk_is_full(error):
        where = getattr(error, "filename", None) or "while writing"
        return f"The disk is full ({where}): make room and run the same command again; what had completed is kept."
    if isinstance(error, PermissionError):
        return f"{error.filename or 'A file'} may not be read or written by you: change its permissions, or choose another folder."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; check the path and run the same command again."
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # the latter is DuckDB's
        return "There is not enough memory for this: allow more with --memory, close other programs, or load fewer files at a time."
    name = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}" if str(error) else type(error).__name__
    return (
        f"This is a fault of the program, not of your evidence ({name}). The case is as it was before the step that failed. "
        f"Please report it, with {_traceback(error)}."
    )


def _traceback(error: BaseException) -> str:
    wanted = os.environ.get(DEBUG)
    if not wanted:
        return f"the traceback that {DEBUG}=1 writes to a file"
    import traceback

    path = Path("forensics-traceback.txt" if wanted == "1" else wanted)
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return f"the traceback in {path}"
