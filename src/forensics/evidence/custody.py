"""The custody record: ``custody.jsonl``, append-only, each line carrying the hash of the line before.

A chain proves order and completeness only against a head that was kept elsewhere: whoever can write the file can write a whole new
chain. ``run.json`` beside every report carries the head for that reason.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from forensics import CONTRACT_VERSION, __version__
from forensics.errors import ForensicsError
from forensics.evidence.hashing import sha256_of
from forensics.files import flush

GENESIS = "0" * 64
"""What the first line carries as the hash of the line before."""

NAME = "custody.jsonl"
TAIL = 1 << 14
"""Bytes of the record that are looked at first for its last line."""
LIBRARIES = ("duckdb", "polars", "pyarrow", "typer", "rich", "publicsuffixlist")


@dataclass
class Session:
    """What this process has opened and recorded, so that a failure can be put on record too."""

    folder: Path | None = None
    """The case that is open (or was)."""
    loaded: int = 0
    """Evidence files that this process has committed."""


session = Session()


@dataclass(frozen=True)
class Entry:
    """One action: ``inputs`` and ``outputs`` are mappings with ``path``, ``size_bytes`` and ``sha256`` (see ``described``)."""

    action: str
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    result: str = "done"
    details: Mapping[str, Any] = field(default_factory=dict)


def append(
    folder: Path,
    action: str,
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    outputs: Sequence[Mapping[str, Any]] = (),
    result: str = "done",
    details: Mapping[str, Any] | None = None,
) -> str:
    """Add one action to the chain of the case in ``folder`` and return the hash of the new line (the head of the chain).

    The line is flushed to disk before return. A read-only case is continued by ``custody.jsonl`` beside the first output; where there is
    no output, nothing is written and the case's head is returned. Raises ``ForensicsError`` when the line cannot be written; the record
    is then as before.
    """
    place = _place(folder, outputs)
    if place is None:
        return head(folder)
    return _extended(folder, place, [Entry(action, inputs, outputs, result, details or {})])


def extend(folder: Path, entries: Sequence[Entry]) -> None:
    """Add actions to the chain of a case that may be written, as ``append`` does: all of them or none."""
    _extended(folder, folder, entries)


def _extended(folder: Path, place: Path, entries: Sequence[Entry]) -> str:
    """Add lines to the record in ``place`` (a new one continues that of ``folder``) and return the hash of the last one."""
    with _held(place / NAME) as stream:
        previous = _head_of(stream)
        if previous is None:  # a new record: its name must be on the disk before anything is said to be
            flush(place)
            previous = head(folder)
        lines = []
        for entry in entries:
            line = json.dumps(_record(entry) | {"previous": previous}, ensure_ascii=False, sort_keys=True)
            lines.append(line.encode("utf-8", "backslashreplace"))
            previous = hashlib.sha256(lines[-1]).hexdigest()
        _write(stream, b"".join(line + b"\n" for line in lines))
    return previous


def head(folder: Path) -> str:
    """Return the SHA-256 of the last line (without its line end), or ``GENESIS`` when there is none."""
    path = folder / NAME
    if not path.is_file():
        return GENESIS
    with path.open("rb") as stream:
        return _head_of(stream) or GENESIS


def described(path: Path, name: str | None = None) -> dict[str, Any]:
    """Return a file as custody lines name it: path (as given), size and SHA-256 of its bytes now."""
    return {"path": name or str(path), "size_bytes": path.stat().st_size, "sha256": sha256_of(path)}


def evidence_input(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of ``evidence_files`` as an input of a custody line."""
    return {key: row.get(key) for key in ("path", "location", "size_bytes", "sha256")}


def mend(folder: Path) -> str:
    """Take back a last line that was never finished (its writer died) and return what it held; nothing is lost that was on record."""
    path = folder / NAME
    if not path.is_file():
        return ""
    with _held(path) as stream:
        content = stream.read()
        kept = content.rfind(b"\n") + 1
        if kept == len(content):
            return ""
        stream.truncate(kept)
        os.fsync(stream.fileno())
    return content[kept:].decode("utf-8", "replace")


ACTIONS = frozenset({"demo", "investigate", "load", "note", "decide", "report", "export", "verify"})
"""Commands whose failure is put on record; those that only look leave no line."""


def settle_failure(command: str, outcome: str) -> None:
    """Put a command that failed or was interrupted on the record of the case it had opened, the first load into a new one too.

    Raises ``ForensicsError`` when that cannot be written either.
    """
    folder = session.folder
    if folder is not None and command in ACTIONS and folder.is_dir():
        append(folder, command, result=outcome)


def _record(entry: Entry) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "action": entry.action,
        "command": sys.argv,
        "folder": str(Path.cwd()),
        "program": f"forensics {__version__} (contract {CONTRACT_VERSION})",
        "libraries": libraries(),
        "user": user(),
        "host": platform.node(),
        "inputs": list(entry.inputs),
        "outputs": list(entry.outputs),
        "details": dict(entry.details),
        "result": entry.result,
    }


@cache
def libraries() -> dict[str, str]:
    """Return the versions of Python and of the libraries that findings depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


@cache
def user() -> str:
    """Return who runs this, or the number of a user without an entry in the password file."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without an entry in the password file
        return f"uid {os.getuid()}"


def _place(folder: Path, outputs: Sequence[Mapping[str, Any]]) -> Path | None:
    from forensics.case.opening import is_read_only

    if not is_read_only(folder):
        return folder
    return Path(str(outputs[0]["path"])).absolute().parent if outputs else None


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO]:
    """Open the record for reading and appending; other processes wait until the block has ended."""
    try:
        with path.open("a+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.seek(0)
            yield stream
    except OSError as error:
        raise ForensicsError(
            f"The custody record {path} cannot be written ({error.strerror}): make room or check its permissions."
        ) from error


def _write(stream: BinaryIO, lines: bytes) -> None:
    """Write whole lines or nothing of them."""
    before = stream.seek(0, os.SEEK_END)
    try:
        stream.write(lines)
        stream.flush()
        os.fsync(stream.fileno())
    except OSError:
        os.ftruncate(stream.fileno(), before)
        raise


def _head_of(stream: BinaryIO) -> str | None:
    """Return the SHA-256 of the last finished line; None when there is none. Read from the end: a record of many loads is long."""
    size = stream.seek(0, os.SEEK_END)
    last, taken = b"", 0
    while taken < size and last.count(b"\n") < 2:
        taken = min(size, max(taken * 2, TAIL))
        stream.seek(size - taken)
        last = stream.read(taken)
    lines = last.split(b"\n")[:-1]
    return hashlib.sha256(lines[-1]).hexdigest() if lines else None
