"""From stored bytes to UTF-8 text: decompression told by the first bytes, encodings told by their marks, both bounded."""

from __future__ import annotations

import bz2
import codecs
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

from forensics.errors import RefusedEvidenceError

CHUNK = 1 << 20
PIECE = 1 << 16
"""Compressed bytes taken at a time."""
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


class _Gzip:
    """A decompressor of one gzip member with the face of ``bz2.BZ2Decompressor``; sizes and checksums are checked."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, size: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, size)

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


class Members(io.RawIOBase):
    """What a file of compressed members one after the other holds (gzip, bzip2, xz).

    As ``gzip`` and its relatives do, zeros between and after members are passed over, and what follows the last member and is none is left
    out; ``problem`` then says so.
    """

    def __init__(self, stored: BinaryIO, mark: bytes, start: Callable[[], Any]) -> None:
        """``mark``: the first bytes of a member; ``start`` makes its decompressor."""
        self._stored, self._mark, self._start = stored, mark, start
        self._member: Any = None
        self._waiting = b""
        self.problem: str | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, b"" at the end; ``EOFError`` where a member is cut off, the library's error where it is damaged."""
        while size != 0 and (self._member is not None or self._next()):
            given = self._waiting or (self._stored.read(PIECE) if self._member.needs_input else b"")
            ended = not given and self._member.needs_input
            self._waiting = b""
            data: bytes = self._member.decompress(given, CHUNK if size < 0 else size)
            if self._member.eof:
                self._waiting, self._member = self._member.unused_data, None
            elif ended and not data:
                raise EOFError
            if data:
                return data
        return b""

    def _next(self) -> bool:
        """Begin the next member; False at the end, or where something else stands."""
        if self.problem is not None:
            return False
        while not (found := self._waiting.lstrip(b"\0")) and (more := self._stored.read(PIECE)):
            self._waiting = more
        while len(found) < len(self._mark) and (more := self._stored.read(PIECE)):
            found += more
        self._waiting = found
        if found.startswith(self._mark):
            self._member = self._start()
            return True
        if found:
            rest = len(found) + sum(map(len, iter(lambda: self._stored.read(CHUNK), b"")))
            self.problem = f"{rest:,} bytes after the compressed data are something else and were not read"
        return False


OPENERS: tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x1f\x8b", lambda stream: cast("BinaryIO", Members(stream, b"\x1f\x8b", _Gzip))),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"BZh", lambda stream: cast("BinaryIO", Members(stream, b"BZh", bz2.BZ2Decompressor))),
    (b"\xfd7zXZ\x00", lambda stream: cast("BinaryIO", Members(stream, b"\xfd7zXZ\x00", lzma.LZMADecompressor))),
)
"""(first bytes, how to open)."""


def decompressed(stored: BinaryIO, problems: set[str] | None = None) -> BinaryIO:
    """Return a stream of the content; compression is told by its first bytes, and may be nested once (a gz in a gz is not a log).

    ``problems`` is told at the end what was wrong with the stored bytes, though what is good of them was read.
    """
    buffered = io.BufferedReader(cast("io.RawIOBase", stored), CHUNK)
    magic = buffered.peek(8)[:8]
    for mark, opener in OPENERS:
        if magic.startswith(mark):
            return cast("BinaryIO", Expanding(buffered, opener(buffered), set() if problems is None else problems))
    return buffered


def bounded_expansion(given: int, stored: int) -> None:
    """Raise ``RefusedEvidenceError`` when ``stored`` bytes have given more than any log would."""
    if given > EXPANSION_FREE and given > EXPANSION_RATIO * max(1, stored):
        raise RefusedEvidenceError(
            f"expands more than {EXPANSION_RATIO}-fold (a decompression bomb?); decompress it yourself if it is evidence"
        )


class Expanding(io.RawIOBase):
    """A decompressing stream that refuses to expand without end, and says plainly where its data are cut off or damaged."""

    def __init__(self, stored: BinaryIO, content: BinaryIO, problems: set[str]) -> None:
        self._stored, self._content, self._given, self._problems = stored, content, 0, problems

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
        if not data and (problem := getattr(self._content, "problem", None)):
            self._problems.add(problem)
        return data

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into a buffer and return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

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
        # One byte is looked for first: a search for several takes five times as long.
        yield from (_HOLE.sub(b"", chunk) if b"\0" in chunk and HOLE in chunk else chunk for chunk in text)
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
