"""What archives are made of: stretches of files, headers of a tar, the list and the members of a zip, each bounded."""

from __future__ import annotations

import io
import os
import tarfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Self, cast

from forensics.errors import RefusedEvidenceError
from forensics.evidence.streams import CHUNK, bounded_expansion
from forensics.files import spelled

ENTRIES = 100_000
"""So many entries of a tar, folders included, are looked at."""
DIRECTORY = 16 << 20
"""Bytes that the list of members of a zip may take: more would be held in memory before a single one is read."""
LONGEST_HEADER = 1 << 20
"""Bytes of a name or of other facts about one member of a tar."""


class Stored(io.FileIO):
    """A file of evidence; where a medium cannot give its bytes, that is told as a refusal of this file."""

    def readinto(self, buffer: Any, /) -> int | None:
        """Read into a buffer; ``RefusedEvidenceError`` where the bytes cannot be read."""
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise RefusedEvidenceError(f"cannot be read ({error.strerror})") from error


class Handle:
    """An open file, closed when nobody reads it any more."""

    def __init__(self, number: int) -> None:
        self.number = number
        weakref.finalize(self, os.close, number)


class Backing(io.RawIOBase):
    """A stretch of an open file, read by position: many readers may share the file."""

    def __init__(self, handle: Handle, start: int, size: int) -> None:
        self.handle, self.start, self.size, self._at = handle, start, size, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a position."""
        self._at = max(0, offset + (0, self._at, self.size)[whence])
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into a buffer and return how many bytes."""
        wanted = max(0, min(len(buffer), self.size - self._at))
        try:
            data = os.pread(self.handle.number, wanted, self.start + self._at)
        except OSError as error:
            raise RefusedEvidenceError(f"cannot be read ({error.strerror})") from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def again(self, buffered: int = CHUNK) -> BinaryIO:
        """Return a reader of the same bytes from their beginning."""
        return cast("BinaryIO", io.BufferedReader(Backing(self.handle, self.start, self.size), buffered))


def shown(name: str) -> str:
    """Return a member's name without anything that leads out: no root, no ``..``."""
    return spelled("/".join(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")))


class Header(tarfile.TarInfo):
    """The header of a member; names and facts about a member are read into memory whole, so they are bounded."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Return the header in a block; ``RefusedEvidenceError`` for one that announces more than any name takes."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in _LONG and header.size > LONGEST_HEADER:
            raise RefusedEvidenceError("is a damaged archive (a name in it is longer than any name); copy it again from where it came")
        return header


_LONG = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)


def headers(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the entries of a tar that are no folders; what was passed is not kept."""
    for _ in range(ENTRIES):
        info = tar.next()
        if info is None:
            return
        cast("Any", tar).members.clear()
        if not info.isdir():
            yield info


def why_refused(info: tarfile.TarInfo) -> str | None:
    """Return why a member of a tar is not taken; None when it is."""
    if info.issparse():
        return "is stored with holes (sparse); unpack it yourself if it is evidence"
    return None if info.isreg() else "is a link or a device"


def bound_directory(backing: Backing) -> None:
    """Raise ``RefusedEvidenceError`` when the list of members of a zip, which stands at its end, is larger than can be taken."""
    reader = backing.again()
    reader.seek(max(0, backing.size - (1 << 16) - 22))
    tail = reader.read()
    end = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if size == 0xFFFFFFFF and (wide := tail.rfind(b"PK\x06\x06", 0, end)) >= 0:
        size = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    if size > DIRECTORY:
        raise RefusedEvidenceError("lists more members than can be read; unpack it yourself if it is evidence")


class Inflating(io.RawIOBase):
    """A member of a zip."""

    def __init__(self, archive: zipfile.ZipFile, record: zipfile.ZipInfo) -> None:
        try:
            self._content = archive.open(record)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise RefusedEvidenceError(f"cannot be taken out of its archive ({error})") from error
        self._stored, self._given = record.compress_size, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how much was given."""
        return self._given

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into a buffer; ``RefusedEvidenceError`` for damaged or endlessly expanding data."""
        try:
            data = self._content.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
            raise RefusedEvidenceError(f"cannot be taken out of its archive ({error})") from error
        buffer[: len(data)] = data
        self._given += len(data)
        bounded_expansion(self._given, self._stored)
        return len(data)

    def close(self) -> None:
        """Close the member; its archive stays open."""
        self._content.close()
        super().close()


def beginning(stream: BinaryIO, size: int) -> bytes:
    """Return the first bytes of a stream, fewer than ``size`` only where it ends: one read may give less."""
    found = b""
    while len(found) < size and (more := stream.read(size - len(found))):
        found += more
    return found


def resumed(start: bytes, rest: BinaryIO, kept: object = None) -> BinaryIO:
    """Return a stream of ``start`` and what is left of ``rest``; ``kept`` lives as long as it does."""
    return cast("BinaryIO", io.BufferedReader(_Resumed(start, rest, kept), CHUNK))


class _Resumed(io.RawIOBase):
    def __init__(self, start: bytes, rest: BinaryIO, kept: object) -> None:
        self._start, self._rest, self._kept, self._given = start, rest, kept, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._given

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._start[: len(buffer)] or self._rest.read(len(buffer))
        self._start = self._start[len(data) :]
        buffer[: len(data)] = data
        self._given += len(data)
        return len(data)
