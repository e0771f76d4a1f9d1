"""What has to be on the disk before something else may happen; temporary folders; names of files that are no UTF-8."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def flush(path: Path) -> None:
    """Have a file's bytes (or a folder's entries) on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_scratch: set[Path] = set()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder in the system's place for temporary files, which goes when the block ends or the process ends itself."""
    folder = Path(tempfile.mkdtemp(prefix="forensics-"))
    _scratch.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _scratch.discard(folder)


def discard_scratch() -> None:
    """Remove the temporary folders of this process, which is about to end without leaving their blocks."""
    for folder in tuple(_scratch):
        shutil.rmtree(folder, ignore_errors=True)


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
