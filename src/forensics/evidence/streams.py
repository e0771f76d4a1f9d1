"""From stored bytes to UTF-8 text: decompression told by the first bytes, encodings told by their marks, both bounded."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, cast

from forensics.errors import RefusedEvidenceError

CHUNK = 1 << 20
EXPANSION_RATIO = 200
"""No log shrinks more than this on disk; what does is a decompression bomb ..."""
EXPANSION_FREE = 256 << 20
"""... once it has given this many bytes."""

HOLE = b"\x00" * 64
"""What is left where a file was cut while it was written to (copytruncate, a crash): zeros, and no text."""
_HOLE = re.compile(rb"\x00+")

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def _zstd(stream: BinaryIO) -> BinaryIO:
    import zstandard

    return cast("BinaryIO", zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True))


OPENERS: tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x1f\x8b", lambda stream: cast("BinaryIO", gzip.GzipFile(fileobj=stream))),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"BZh", lambda stream: cast("BinaryIO", bz2.BZ2File(stream, "rb"))),
    (b"\xfd7zXZ\x00", lambda stream: cast("BinaryIO", lzma.LZMAFile(stream, "rb"))),  # noqa: SIM115
)
"""(first bytes, how to open)."""


def decompressed(stored: BinaryIO) -> BinaryIO:
    """Return a stream of the content; compression is told by its first bytes, and may be nested once (a gz in a gz is not a log)."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stored), CHUNK)
    magic = buffered.peek(8)[:8]
    for mark, opener in OPENERS:
        if magic.startswith(mark):
            return cast("BinaryIO", Expanding(buffered, opener(buffered)))
    return buffered


def bounded_expansion(given: int, stored: int) -> None:
    """Raise ``RefusedEvidenceError`` when ``stored`` bytes have given more than any log would."""
    if given > EXPANSION_FREE and given > EXPANSION_RATIO * max(1, stored):
        raise RefusedEvidenceError(
            f"expands more than {EXPANSION_RATIO}-fold (a decompression bomb?); decompress it yourself if it is evidence"
        )


class Expanding(io.RawIOBase):
    """A decompressing stream that refuses to expand without end, and says plainly where its data are cut off or damaged."""

    def __init__(self, stored: BinaryIO, content: BinaryIO) -> None:
        self._stored, self._content, self._given = stored, content, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; ``RefusedEvidenceError`` for cut off, damaged or endlessly expanding data."""
        import zstandard

        try:
            data = self._content.read(CHUNK if size < 0 else size)
        except EOFError as error:
            raise RefusedEvidenceError(
                "is cut off: its compressed data end early; copy it again, or decompress what there is and load that"
            ) from error
        except (OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
            raise RefusedEvidenceError(f"cannot be decompressed ({error}); copy it again from where it came") from error
        self._given += len(data)
        bounded_expansion(self._given, self._stored.tell())
        return data

    def readall(self) -> bytes:
        """Return all that is left."""
        return b"".join(iter(lambda: self.read(CHUNK), b""))

    def close(self) -> None:
        """Close the content and what it is read from."""
        self._content.close()
        self._stored.close()
        super().close()


def utf8_chunks(stream: BinaryIO, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the content as UTF-8: byte-order marks removed, UTF-16 converted; bytes that are no UTF-8 pass as they are."""
    first = stream.read(size)
    encoding = encoding_of(first)
    if encoding is None:
        chunks = chain((first.removeprefix(codecs.BOM_UTF8),), iter(lambda: stream.read(size), b""))
        old = b"\n" not in first and first.count(b"\r") > 1  # line ends of old Macs
        text = (chunk.replace(b"\r", b"\n") for chunk in chunks) if old else chunks
        yield from (_HOLE.sub(b"", chunk) if HOLE in chunk else chunk for chunk in text)
        return
    decoder = codecs.getincrementaldecoder(encoding)("backslashreplace")
    yield decoder.decode(first).removeprefix("\ufeff").encode("utf-8", "backslashreplace")
    while chunk := stream.read(size):
        yield decoder.decode(chunk).encode("utf-8", "backslashreplace")
    yield decoder.decode(b"", final=True).encode("utf-8", "backslashreplace")


def encoding_of(first: bytes) -> str | None:
    """Return ``utf-16-le`` or ``utf-16-be`` by mark, or by every other byte of the first characters being zero; else None."""
    for mark, name in _UTF16.items():
        if first.startswith(mark):
            return name
    head = first[:512]
    if (len(head) >= 16 and len(head) % 2 == 0) or len(first) > 512:
        even, odd = head[0::2], head[1::2]
        if odd.count(0) > 0.9 * len(odd) and even.count(0) == 0:
            return "utf-16-le"
        if even.count(0) > 0.9 * len(even) and odd.count(0) == 0:
            return "utf-16-be"
    return None
