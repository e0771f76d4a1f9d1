"""What has to be on the disk before something else may happen; names of files that are no UTF-8."""

from __future__ import annotations

import os
import re
from pathlib import Path


def flush(path: Path) -> None:
    """Have a file's bytes (or a folder's entries) on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def spelled(path: str | Path) -> str:
    """Return a path as text that can be stored and shown: bytes that are no UTF-8 as ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def unspelled(text: str) -> Path:
    """Return the path that ``spelled`` made this text of."""
    path = Path(text)
    if path.exists() or "\\x" not in text:
        return path
    raw = re.sub(rb"\\x([89a-f][0-9a-f])", lambda found: bytes([int(found[1], 16)]), text.encode("utf-8"))
    return Path(os.fsdecode(raw))
