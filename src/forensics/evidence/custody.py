"""The custody record: ``custody.jsonl``, append-only, each line carrying the hash of the line before."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forensics import __version__

GENESIS = "0" * 64
"""What the first line carries as the hash of the line before."""


def append(
    folder: Path,
    action: str,
    *,
    inputs: Sequence[Mapping[str, Any]] = (),
    outputs: Sequence[Mapping[str, Any]] = (),
    result: str = "done",
    details: Mapping[str, Any] | None = None,
) -> str:
    """Add one action to ``FOLDER/custody.jsonl`` and return the hash of the new line (the head of the chain).

    ``inputs`` and ``outputs`` are mappings with ``path``, ``size_bytes`` and ``sha256``. The line is flushed to disk before return.
    """
    path = folder / "custody.jsonl"
    record = {
        "at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "action": action,
        "command": sys.argv,
        "program": f"forensics {__version__}",
        "user": getpass.getuser(),
        "host": platform.node(),
        "inputs": list(inputs),
        "outputs": list(outputs),
        "details": dict(details or {}),
        "result": result,
        "previous": head(folder),
    }
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    with path.open("ab") as stream:
        stream.write(line + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return hashlib.sha256(line).hexdigest()


def head(folder: Path) -> str:
    """Return the SHA-256 of the last line (without its line end), or ``GENESIS`` when there is none."""
    path = folder / "custody.jsonl"
    if not path.is_file():
        return GENESIS
    lines = path.read_bytes().splitlines()
    return hashlib.sha256(lines[-1]).hexdigest() if lines else GENESIS
