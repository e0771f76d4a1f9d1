"""SHA-256 of files, read in large blocks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from forensics.progress import Advance


def sha256_of(path: Path, advance: Advance | None = None) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits; ``advance`` is told the bytes read."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(1 << 20))
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
            if advance is not None:
                advance(count)
    return digest.hexdigest()


def sha256_of_stream(stream: BinaryIO, advance: Advance | None = None) -> str:
    """Return the SHA-256 of all that a stream gives; ``advance`` is told the bytes read."""
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
        if advance is not None:
            advance(len(block))
    return digest.hexdigest()
