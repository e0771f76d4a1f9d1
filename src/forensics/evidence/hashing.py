"""SHA-256 of files, read in large blocks or taken while they are written."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any, BinaryIO

from forensics.progress import Advance


def sha256_of(path: Path, advance: Advance | None = None, size: int | None = None) -> str:
    """Return the SHA-256 of a file's bytes (of the first ``size``) as 64 hexadecimal digits; ``advance`` is told the bytes read."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(1 << 20))
    left = len(buffer) if size is None else size
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(buffer[:left]):
            digest.update(buffer[:count])
            left -= 0 if size is None else count
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


class HashedFile(io.RawIOBase):
    """A new file, written from beginning to end, whose hash is known when it is closed: nobody has to read it again."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any, /) -> int:
        """Write all of the bytes and return how many they are."""
        self._digest.update(data)
        return self._stream.write(data)

    def tell(self) -> int:
        """Return how many bytes have been written."""
        return self._stream.tell()

    def flush(self) -> None:
        """Hand over to the system what has been written."""
        if not self._stream.closed:
            self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written, as 64 hexadecimal digits."""
        return self._digest.hexdigest()
