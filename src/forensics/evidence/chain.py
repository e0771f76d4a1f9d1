"""Walking the custody chain: which line breaks it, and what its lines say that the case holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.evidence.custody import GENESIS


@dataclass
class Chain:
    """A custody record as read: its lines, where it is broken, and the hash of each line."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    breaks: list[str] = field(default_factory=list)
    """One sentence for each line that breaks the chain."""

    @property
    def head(self) -> str:
        """The hash of the last line."""
        return self.hashes[-1] if self.hashes else GENESIS


def read(path: Path, start: str = GENESIS) -> Chain:
    """Read and check a custody record; ``start`` is what its first line must carry (the case's head, for a continuation)."""
    chain = Chain()
    content = path.read_bytes() if path.is_file() else b""
    *finished, tail = content.split(b"\n")
    previous = start
    for number, line in enumerate(finished, start=1):
        record = _parsed(line)
        if record is None:
            chain.breaks.append(f"line {number} is not a custody line")
        elif record.get("previous") != previous:
            chain.breaks.append(f"line {number} does not follow line {number - 1}: that line, or one between them, was changed or removed")
        previous = hashlib.sha256(line).hexdigest()
        chain.lines.append(record or {})
        chain.hashes.append(previous)
    if tail:
        chain.breaks.append(f"line {len(finished) + 1} is cut off")
    return chain


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def loads(chain: Chain) -> Iterator[tuple[str, str | None]]:
    """Yield (SHA-256 of evidence, SHA-256 of its event file) in the order of loading."""
    for line in chain.lines:
        if line.get("action") == "load file":
            for entry in line.get("inputs", []):
                yield entry.get("sha256"), line.get("details", {}).get("events_sha256")
        yield from (line.get("details", {}).get("loaded_but_unrecorded") or {}).items()


def outputs(chain: Chain) -> dict[str, dict[str, Any]]:
    """Return absolute path -> what was recorded last of each file that was written (``size_bytes``, ``sha256``)."""
    found: dict[str, dict[str, Any]] = {}
    for line in chain.lines:
        for entry in line.get("outputs", []):
            found[str(Path(str(line.get("folder", "/")), str(entry.get("path"))))] = entry
    return found
