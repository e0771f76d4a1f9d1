"""Finding evidence: files, folders, globs and standard input become a list of evidence files in canonical order.

Names are relative to what was given: to the one folder given, or, where several paths are given, to the folder that holds them all.
The case and output folders are never taken for evidence, and symbolic links that lead out of a given folder are not followed.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from forensics.errors import RefusedEvidenceError, UsageError
from forensics.evidence import archives
from forensics.evidence.containers import Stored
from forensics.evidence.streams import decompressed
from forensics.files import spelled, unspelled

STANDARD_INPUT = "-"
_NEVER = {"custody.jsonl", "case.duckdb", "case.duckdb.wal"}


class Fingerprint(NamedTuple):
    """Tells whether a file changed while it was read."""

    size: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, order=True)
class EvidenceFile:
    """One file of evidence, or one member of an archive.

    ``name`` is relative to what was given, with ``/``; ``location`` the file on disk; ``member`` the path inside an archive.
    """

    name: str
    location: Path
    member: str | None = None
    problems: set[str] = field(default_factory=set, compare=False)
    """What reading the content to its end has found wrong with the stored bytes, though what is good of them was read."""

    def open_stored(self) -> BinaryIO:
        """Open the bytes as they are stored (what is hashed); ``RefusedEvidenceError`` when they cannot be read."""
        try:
            return cast("BinaryIO", Stored(self.location)) if self.member is None else archives.open_member(self.location, self.member)
        except OSError as error:
            raise RefusedEvidenceError(f"cannot be read ({error.strerror or error})") from error

    def open(self) -> BinaryIO:
        """Open the content: what is compressed (by its first bytes, not its name) is decompressed while it is read."""
        return decompressed(self.open_stored(), self.problems)

    def open_once(self) -> BinaryIO:
        """Open the stored bytes as ``open_stored`` does, for one look: of an archive nothing is unpacked, or read behind the member."""
        try:
            return self.open_stored() if self.member is None else archives.passing_member(self.location, self.member)
        except OSError as error:
            raise RefusedEvidenceError(f"cannot be read ({error.strerror or error})") from error

    def fingerprint(self) -> Fingerprint:
        """Return size and time of change; ``RefusedEvidenceError`` when the file is gone."""
        try:
            found = self.location.stat()
        except OSError as error:
            raise RefusedEvidenceError(f"cannot be read ({error.strerror or error})") from error
        return Fingerprint(found.st_size, found.st_mtime_ns, found.st_ino)

    def stored_bytes(self) -> int:
        """Return the size on disk (of a member: of its archive), 0 when the file is gone: whoever opens it will say so."""
        try:
            return self.location.stat().st_size
        except OSError:
            return 0

    @property
    def where(self) -> str:
        """Where it was read, absolute: ``/logs/a.zip`` or ``/logs/a.zip/inner.log``."""
        base = spelled(self.location.absolute())
        return base if self.member is None else f"{base}/{self.member}"


@dataclass
class Discovery:
    """What was found, in canonical order, and what was left out with the reason."""

    files: list[EvidenceFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def discover(given: Sequence[str | Path], *, exclude: Sequence[Path] = (), spool: Path | None = None) -> Discovery:
    """Return the evidence files behind the given paths, sorted by name.

    ``exclude`` are folders that are never evidence (case, output); ``spool`` is where standard input is kept (``CASE/stdin``).
    ``UsageError`` when a given path does not exist.
    """
    found = Discovery()
    barred = {folder.resolve() for folder in exclude}
    paths = list(_expanded(given))
    base = _base([path for path in paths if str(path) != STANDARD_INPUT])
    for path in paths:
        if str(path) == STANDARD_INPUT:
            found.files.append(_spooled(spool))
        elif path.is_dir():
            before = len(found.files) + len(found.refused)
            _walk(path, base or path, barred, found)
            if len(found.files) + len(found.refused) == before:
                found.refused.append((path.name or str(path), "is a folder without evidence"))
        else:
            _add(path, _relative(path, base), found)
    unique = {(entry.location.resolve(), entry.member): entry for entry in sorted(found.files, reverse=True)}
    found.files = sorted(unique.values())
    found.refused.sort()
    return found


def _expanded(given: Sequence[str | Path]) -> Iterator[Path]:
    for item in given:
        text = str(item)
        if text == STANDARD_INPUT or Path(text).exists() or Path(text).is_symlink():
            yield Path(text)
            continue
        matches = sorted(glob.glob(text, recursive=True)) if glob.has_magic(text) else []  # noqa: PTH207
        if not matches:
            raise UsageError(f"{text} does not exist: give files, folders, globs, or - for standard input.")
        yield from (Path(match) for match in matches)


def _base(paths: Sequence[Path]) -> Path | None:
    """Return the folder that names are relative to; None when a file is named by its own name alone."""
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else None
    if not paths:
        return None
    common = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    return None if common == Path(common.anchor) else common


def _relative(path: Path, base: Path | None) -> str:
    if base is None:
        return spelled(path.name)
    try:
        return spelled(path.absolute().relative_to(base.absolute()).as_posix())
    except ValueError:
        return spelled(path.name)


def _walk(folder: Path, base: Path, barred: set[Path], found: Discovery) -> None:
    root = folder.resolve()

    def unlisted(error: OSError) -> None:
        found.refused.append((_shown(Path(str(error.filename)), folder, base), f"cannot be listed ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unlisted):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if (here / name).resolve() not in barred and not _is_ours(here / name))
        if here.resolve() in barred or _is_ours(here):
            folders[:] = []
            continue
        for name in sorted(names):
            path = here / name
            shown = _shown(path, folder, base)
            if os.path.islink(path) and not path.resolve().is_relative_to(root):  # noqa: PTH114 (a path too long is no link)
                found.refused.append((shown, "is a symbolic link that leads out of the folder; give its target itself if it is evidence"))
            elif not name.startswith("."):
                _add(path, shown, found)


def _shown(path: Path, folder: Path, base: Path) -> str:
    """Return how a file below a given folder is named."""
    return _relative(path, base) if base.absolute() in path.absolute().parents else spelled(path.relative_to(folder).as_posix())


def _is_ours(folder: Path) -> bool:
    """Whether a folder is a case, or a report made from one."""
    names = ("case.duckdb", "events"), ("run.json", "report.json", "report.html")
    return any(all(os.path.exists(folder / name) for name in group) for group in names)  # noqa: PTH110 (a path too long is none of ours)


def _add(path: Path, name: str, found: Discovery) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        found.refused.append((name, f"cannot be read ({error.strerror or error})"))
        return
    if not stat.S_ISREG(mode):
        piped = stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)
        found.refused.append((name, "is no regular file" + ("; to load what a program writes, pipe it into `forensics load -`" * piped)))
    elif path.name not in _NEVER:
        _add_members(path, name, found)


def _add_members(path: Path, name: str, found: Discovery) -> None:
    """Add a file, or the members of an archive."""
    try:
        held = archives.members(path)
    except (OSError, RefusedEvidenceError) as error:
        reason = error if isinstance(error, RefusedEvidenceError) else f"cannot be read ({error.strerror or error})"
        found.refused.append((name, str(reason)))
        return
    if held is None:
        found.files.append(EvidenceFile(name, path))
        return
    if not held:
        found.refused.append((name, "is an archive without files"))
    for member in held:
        if member.refused is None:
            found.files.append(EvidenceFile(f"{name}/{member.path}", path, member.path))
        else:
            found.refused.append((f"{name}/{member.path}", member.refused))


def _spooled(spool: Path | None) -> EvidenceFile:
    """Keep standard input as ``SPOOL/SHA256``: the one kind of evidence that must be copied."""
    if spool is None:
        raise UsageError("Standard input can only be loaded into a case.")
    spool.mkdir(parents=True, exist_ok=True)
    partial = spool / "incoming"
    digest = hashlib.sha256()
    with partial.open("wb") as out:
        while chunk := sys.stdin.buffer.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    kept = spool / digest.hexdigest()
    partial.replace(kept)
    return EvidenceFile("stdin", kept)


def at(where: str) -> EvidenceFile:
    """Return the evidence file that was read at ``where`` (``EvidenceFile.where``): a file, or a member of an archive that is a file."""
    path = unspelled(where)
    for archive in (path, *path.parents):
        if archive.is_file():
            member = spelled(path.relative_to(archive).as_posix())
            return EvidenceFile(spelled(path.name), archive, None if member == "." else member)
    return EvidenceFile(spelled(path.name), path)
