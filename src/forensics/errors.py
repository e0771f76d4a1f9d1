"""Errors a user can act on, and the exit codes of the contract."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BROKEN_EVIDENCE = 3
    INTERRUPTED = 130


class ForensicsError(Exception):
    """One plain sentence that says what is wrong and what to do next; never shown with a traceback."""

    exit_code = ExitCode.FAILED


class UsageError(ForensicsError):
    """The command was asked for something that cannot be meant."""

    exit_code = ExitCode.USAGE


class BrokenEvidenceError(ForensicsError):
    """Evidence no longer matches its hash, or the custody chain is broken."""

    exit_code = ExitCode.BROKEN_EVIDENCE


class RefusedEvidenceError(ForensicsError):
    """One evidence file cannot be read; the rest of the load goes on and the refusal is listed."""


class FaultError(RefusedEvidenceError):
    """The program itself failed at one evidence file (``fault``); the rest of the load goes on, the command fails at its end."""

    def __init__(self, fault: BaseException) -> None:
        said = str(fault).splitlines()[0][:200] if str(fault) else ""
        super().__init__(f"met a fault of the program ({type(fault).__name__}{': ' if said else ''}{said})")
        self.fault = fault
