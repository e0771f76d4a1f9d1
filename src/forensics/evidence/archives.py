"""Members of zip and tar archives as evidence files, nested ones too; nothing is unpacked into a folder, and everything is bounded.

Names inside an archive are only ever shown: absolute paths and ``..`` cannot lead anywhere. What must be seekable (a compressed tar, an
archive inside an archive) is kept in an unnamed temporary file that goes away with the process.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from forensics.errors import RefusedEvidenceError
from forensics.evidence.streams import CHUNK, bounded_expansion, decompressed
from forensics.files import spelled

DEPTH = 3
"""Archives inside archives are followed so deep."""
MEMBERS = 10_000
"""So many members of one archive are taken."""
SPOOLED = 16 << 30
"""Bytes that one compressed or nested archive may expand to."""

HEAD = 512
_OFFICE = "[Content_Types].xml"

workspace: Path | None = None
"""Where temporary files are made (the case folder); the system's place for them while no case is open, or one that may not be changed."""


@dataclass(frozen=True)
class Member:
    """One member: its path inside the archive (through nested ones, with ``/``), or why it is not taken."""

    path: str
    refused: str | None = None


class Backing(io.RawIOBase):
    """A stretch of an open file, read by position: many readers may share the file."""

    def __init__(self, handle: int, start: int, size: int) -> None:
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
        data = os.pread(self.handle, wanted, self.start + self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def again(self) -> BinaryIO:
        """Return a reader of the same bytes from their beginning."""
        return cast("BinaryIO", io.BufferedReader(Backing(self.handle, self.start, self.size), CHUNK))


def kind_of(head: bytes) -> str | None:
    """Return ``zip`` or ``tar`` by the first bytes, None for anything else."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if head[257:262] == b"ustar" else None


def members(location: Path) -> list[Member] | None:
    """Return what an archive holds, nested archives included, sorted; None when the file is no archive.

    ``RefusedEvidenceError`` when it is one that cannot be read.
    """
    archive = _top(location)
    return None if archive is None else sorted(_walk(archive, "", DEPTH), key=lambda member: member.path)


def open_member(location: Path, path: str) -> BinaryIO:
    """Open the bytes of a member; ``RefusedEvidenceError`` when it is not there or cannot be read."""
    archive = _top(location)
    if archive is None:
        raise RefusedEvidenceError(f"is not in {location.name}, which is no archive any more")
    return _find(archive, path)


# Archives -------------------------------------------------------------------------------------------------------------

_kept: dict[tuple[str, ...], Backing | None] = {}
_lock = threading.RLock()


def _top(location: Path) -> Backing | None:
    found = location.stat()
    key = (str(location), str(found.st_mtime_ns), str(found.st_size))
    with _lock:
        if key not in _kept:
            handle = os.open(location, os.O_RDONLY)
            _kept[key] = _archive(Backing(handle, 0, found.st_size))
            if _kept[key] is None or _kept[key].handle != handle:  # type: ignore[union-attr]
                os.close(handle)
        return _kept[key]


def _archive(stored: Backing) -> Backing | None:
    """Return the archive in these bytes (decompressed where it is), None when there is none."""
    head = stored.again().read(HEAD)
    if kind_of(head):
        return stored
    content = decompressed(stored.again())
    try:
        start = content.read(HEAD)
    except RefusedEvidenceError:
        return None  # said again, by name, when the file itself is read
    if kind_of(start) is None:
        return None
    return _spooled(content, start)


def _spooled(content: BinaryIO, start: bytes) -> Backing:
    with tempfile.TemporaryFile(dir=workspace) as file:
        size = file.write(start)
        while chunk := content.read(CHUNK):
            size += file.write(chunk)
            if size > SPOOLED:
                raise RefusedEvidenceError(f"expands to more than {SPOOLED >> 30} GB; unpack it yourself if it is evidence")
        file.flush()
        return Backing(os.dup(file.fileno()), 0, size)


def _walk(archive: Backing, prefix: str, depth: int) -> Iterator[Member]:
    for number, (name, refused) in enumerate(_entries(archive)):
        path = f"{prefix}{shown(name)}"
        if number >= MEMBERS:
            yield Member(prefix.rstrip("/") or ".", f"holds more than {MEMBERS:,} members; the rest was not read")
            return
        if refused is not None:
            yield Member(path, refused)
            continue
        inner = _nested(archive, name)
        if inner is None:
            yield Member(path)
        elif depth <= 1:
            yield Member(path, f"is an archive nested more than {DEPTH} deep; unpack it yourself if it is evidence")
        else:
            yield from _walk(inner, f"{path}/", depth - 1)


def shown(name: str) -> str:
    """Return a member's name without anything that leads out: no root, no ``..``."""
    return spelled("/".join(part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")))


def _entries(archive: Backing) -> list[tuple[str, str | None]]:
    """Return (name, why it is not taken) of the members, the first of equal names."""
    try:
        if kind_of(archive.again().read(HEAD)) == "zip":
            with zipfile.ZipFile(archive.again()) as opened:
                names = [info.filename for info in opened.infolist()]
                if _OFFICE in names:
                    raise RefusedEvidenceError("is an Office document; export it as CSV")
                found = [(info.filename, "is encrypted" if info.flag_bits & 1 else None) for info in opened.infolist() if not info.is_dir()]
        else:
            with tarfile.open(fileobj=cast("IO[bytes]", archive.again()), mode="r:") as tar:
                found = [(info.name, None if info.isreg() else "is a link or a device") for info in tar if not info.isdir()]
    except (zipfile.BadZipFile, tarfile.TarError, OSError, ValueError) as error:
        raise RefusedEvidenceError(f"is a damaged archive ({error}); copy it again from where it came") from error
    return list({name: (name, refused) for name, refused in reversed(found)}.values())[::-1]


def _nested(archive: Backing, name: str) -> Backing | None:
    """Return the archive that a member is, None when it is none."""
    stretch = _stretch(archive, name)
    if stretch is not None:
        return _archive(stretch)
    head = _open(archive, name).read(HEAD)
    if kind_of(head):
        return _spooled(_open(archive, name), b"")
    content = decompressed(_open(archive, name))
    try:
        start = content.read(HEAD)
    except RefusedEvidenceError:
        return None  # said again, by name, when the member itself is read
    return _spooled(content, start) if kind_of(start) else None


def _find(archive: Backing, path: str) -> BinaryIO:
    for name, refused in _entries(archive):
        if refused is None and shown(name) == path:
            return _open(archive, name)
        if refused is None and path.startswith(shown(name) + "/"):
            inner = _nested(archive, name)
            if inner is not None:
                return _find(inner, path.removeprefix(shown(name) + "/"))
    raise RefusedEvidenceError("is no longer in its archive")


def _open(archive: Backing, name: str) -> BinaryIO:
    """Open a member: a stretch of a tar, a decompressing stream of a zip."""
    stretch = _stretch(archive, name)
    if stretch is not None:
        return stretch.again()
    return cast("BinaryIO", io.BufferedReader(_Inflating(zipfile.ZipFile(archive.again()), name), CHUNK))


def _stretch(archive: Backing, name: str) -> Backing | None:
    """Return where a tar holds a member, None for a zip."""
    if kind_of(archive.again().read(HEAD)) == "zip":
        return None
    with tarfile.open(fileobj=cast("IO[bytes]", archive.again()), mode="r:") as tar:
        info = next(info for info in tar if info.name == name and info.isreg())
    return Backing(archive.handle, archive.start + info.offset_data, info.size)


class _Inflating(io.RawIOBase):
    """A member of a zip; the archive is closed with it."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._content = archive.open(name)
        self._stored, self._given = archive.getinfo(name).compress_size, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._given

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._content.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
            raise RefusedEvidenceError(f"cannot be taken out of its archive ({error})") from error
        buffer[: len(data)] = data
        self._given += len(data)
        bounded_expansion(self._given, self._stored)
        return len(data)

    def close(self) -> None:
        self._content.close()
        self._archive.close()
        super().close()
