"""Members of zip and tar archives as evidence files, nested ones too; nothing is unpacked into a folder, and everything is bounded.

Names inside an archive are only ever shown: absolute paths and ``..`` cannot lead anywhere. What must be seekable (a compressed tar, an
archive inside an archive) is kept in an unnamed temporary file that goes away with the process; whoever wants one member only once takes
``passing_member``, which reads on to it and keeps nothing.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from forensics.errors import RefusedEvidenceError
from forensics.evidence.containers import (
    Backing,
    Handle,
    Header,
    Inflating,
    beginning,
    bound_directory,
    headers,
    resumed,
    shown,
    why_refused,
)
from forensics.evidence.streams import CHUNK, decompressed

DEPTH = 3
"""Archives inside archives are followed so deep."""
MEMBERS = 10_000
"""So many members of one archive are taken."""
SPOOLED = 16 << 30
"""Bytes that one compressed or nested archive may expand to."""
KEPT = 16
"""Archives that are kept open at a time."""

HEAD = 512
_OFFICE = ("[Content_Types].xml", "META-INF/manifest.xml")
"""Members that a document of Microsoft's formats, or of OpenDocument, has."""

workspace: Path | None = None
"""Where temporary files are made (the case folder); the system's place for them while no case is open, or one that may not be changed."""


@dataclass(frozen=True)
class Member:
    """One member: its path inside the archive (through nested ones, with ``/``), or why it is not taken."""

    path: str
    refused: str | None = None


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


def passing_member(location: Path, path: str) -> BinaryIO:
    """Open the bytes of a member as ``open_member`` does, reading on to it through what is compressed: nothing is unpacked to a file, and
    nothing behind the member is read.
    """
    stored = Backing(Handle(os.open(location, os.O_RDONLY)), 0, location.stat().st_size)
    if kind_of(stored.again(HEAD).read(HEAD)):
        return _find(Archive(stored), path, once=True)
    return _passing(stored.again(), path)


# Archives -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A member as its archive lists it: where a tar holds it, or its record in a zip; or why it is not taken."""

    path: str
    refused: str | None = None
    start: int = 0
    size: int = 0
    record: zipfile.ZipInfo | None = None


class Archive:
    """An archive that can be read anywhere: its members are listed once, however many of them are opened."""

    def __init__(self, backing: Backing, problem: str | None = None) -> None:
        """``problem``: what was wrong with the bytes that it was made of, though it was read."""
        self.backing, self.problem = backing, problem
        self.is_zip = kind_of(backing.again(HEAD).read(HEAD)) == "zip"
        self._inner: dict[str, Archive | None] = {}

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        bound_directory(self.backing)
        return zipfile.ZipFile(self.backing.again())

    @cached_property
    def listed(self) -> tuple[dict[str, Entry], list[Member]]:
        """The members by path, and what is said of others: that a name is there twice, that there are too many."""
        try:
            return _listed(self._in_zip() if self.is_zip else self._in_tar())
        except (zipfile.BadZipFile, tarfile.TarError, OSError, ValueError) as error:
            raise RefusedEvidenceError(f"is a damaged archive ({error}); copy it again from where it came") from error

    def _in_zip(self) -> Iterator[Entry]:
        records = self._zip.infolist()
        if {record.filename for record in records}.intersection(_OFFICE):
            raise RefusedEvidenceError("is an Office document; export it as CSV")
        for record in records:
            if not record.is_dir():
                yield Entry(shown(record.filename), "is encrypted" if record.flag_bits & 1 else None, record=record)

    def _in_tar(self) -> Iterator[Entry]:
        with tarfile.open(fileobj=cast("IO[bytes]", self.backing.again()), mode="r:", tarinfo=Header) as tar:
            for info in headers(tar):
                yield Entry(shown(info.name), why_refused(info), self.backing.start + info.offset_data, info.size)

    def open(self, entry: Entry) -> BinaryIO:
        """Open a member: a stretch of a tar, a decompressing stream of a zip."""
        if entry.record is None:
            return Backing(self.backing.handle, entry.start, entry.size).again()
        return cast("BinaryIO", io.BufferedReader(Inflating(self._zip, entry.record), CHUNK))

    def inner(self, entry: Entry) -> Archive | None:
        """Return the archive that a member is, None when it is none; the last one is kept: members are opened in order."""
        if entry.path not in self._inner:
            found = _archive(Backing(self.backing.handle, entry.start, entry.size)) if entry.record is None else self._unpacked(entry)
            self._inner = {entry.path: found}
        return self._inner[entry.path]

    def _unpacked(self, entry: Entry) -> Archive | None:
        """Return the archive that a member of a zip is."""
        if kind_of(self.open(entry).read(HEAD)):
            return _spooled(self.open(entry), b"", set())
        problems: set[str] = set()
        content = decompressed(self.open(entry), problems)
        try:
            start = beginning(content, HEAD)
        except RefusedEvidenceError:
            return None  # said again, by name, when the member itself is read
        return _spooled(content, start, problems) if kind_of(start) else None


_kept: OrderedDict[tuple[str, int, int], Archive | None] = OrderedDict()
_lock = threading.RLock()


def _top(location: Path) -> Archive | None:
    found = location.stat()
    key = (str(location), found.st_mtime_ns, found.st_size)
    with _lock:
        if key not in _kept:
            _kept[key] = _archive(Backing(Handle(os.open(location, os.O_RDONLY)), 0, found.st_size))
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def _archive(stored: Backing) -> Archive | None:
    """Return the archive in these bytes (decompressed where it is), None when there is none."""
    if kind_of(stored.again(HEAD).read(HEAD)):
        return Archive(stored)
    problems: set[str] = set()
    content = decompressed(stored.again(), problems)
    try:
        start = beginning(content, HEAD)
    except RefusedEvidenceError:
        return None  # said again, by name, when the file itself is read
    return _spooled(content, start, problems) if kind_of(start) else None


def _spooled(content: BinaryIO, start: bytes, problems: set[str]) -> Archive:
    with tempfile.TemporaryFile(dir=workspace) as file:
        size = file.write(start)
        while chunk := content.read(CHUNK):
            size += file.write(chunk)
            if size > SPOOLED:
                raise RefusedEvidenceError(f"expands to more than {SPOOLED >> 30} GB; unpack it yourself if it is evidence")
        file.flush()
        return Archive(Backing(Handle(os.dup(file.fileno())), 0, size), "; ".join(sorted(problems)) or None)


def _walk(archive: Archive, prefix: str, depth: int) -> Iterator[Member]:
    with _lock:
        entries, said = archive.listed
    if archive.problem is not None:
        yield Member(prefix.rstrip("/") or ".", f"was read, but {archive.problem}")
    yield from (Member(f"{prefix}{member.path}" if member.path else prefix.rstrip("/") or ".", member.refused) for member in said)
    for entry in entries.values():
        path = f"{prefix}{entry.path}"
        inner = archive.inner(entry) if entry.refused is None else None
        if inner is None:
            yield Member(path, entry.refused)
        elif depth <= 1:
            yield Member(path, f"is an archive nested more than {DEPTH} deep; unpack it yourself if it is evidence")
        else:
            yield from _walk(inner, f"{path}/", depth - 1)


def _listed(entries: Iterator[Entry]) -> tuple[dict[str, Entry], list[Member]]:
    found: dict[str, Entry] = {}
    said: list[Member] = []
    for entry in entries:
        if entry.path not in found and len(found) == MEMBERS:
            said.append(Member("", f"holds more than {MEMBERS:,} members; the rest was not read"))
            break
        if found.setdefault(entry.path, entry) is not entry:
            said.append(Member(entry.path, "is in its archive more than once; the first was read"))
    return found, list(dict.fromkeys(said))


def _find(archive: Archive, path: str, once: bool = False) -> BinaryIO:
    with _lock:
        entries, _ = archive.listed
        for around in (path, *(str(parent) for parent in PurePosixPath(path).parents)):
            entry = entries.get(around)
            if entry is None or entry.refused is not None:
                continue
            if around == path:
                return archive.open(entry)
            rest = path.removeprefix(f"{around}/")
            if once:
                return _passing(archive.open(entry), rest)
            inner = archive.inner(entry)
            if inner is not None:
                return _find(inner, rest)
    raise RefusedEvidenceError("is no longer in its archive")


# One member, once -----------------------------------------------------------------------------------------------------


def _passing(stream: BinaryIO, path: str) -> BinaryIO:
    """Return the member in a stream that can only be read on."""
    start = beginning(stream, HEAD)
    whole = resumed(start, stream)
    if kind_of(start) is None:
        content = decompressed(whole)
        start = beginning(content, HEAD)
        whole = resumed(start, content)
    kind = kind_of(start)
    if kind == "zip":  # its list of members stands at its end
        return _find(_spooled(whole, b"", set()), path, once=True)
    if kind is None:
        raise RefusedEvidenceError("is no longer in its archive")
    try:
        return _in_passing_tar(whole, path)
    except (tarfile.TarError, ValueError) as error:
        raise RefusedEvidenceError(f"is in a damaged archive ({error}); copy it again from where it came") from error


def _in_passing_tar(stream: BinaryIO, path: str) -> BinaryIO:
    tar = tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|", tarinfo=Header, bufsize=CHUNK)  # noqa: SIM115 (the member reads it)
    seen: set[str] = set()
    for info in headers(tar):
        name = shown(info.name)
        first = name not in seen
        seen.add(name)
        if not first or why_refused(info) is not None or not (path == name or path.startswith(f"{name}/")):
            continue
        member = resumed(b"", cast("BinaryIO", tar.extractfile(info)), tar)
        return member if path == name else _passing(member, path.removeprefix(f"{name}/"))
    raise RefusedEvidenceError("is no longer in its archive")
