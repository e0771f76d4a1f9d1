"""Opening a case folder: the lock, read-only cases, temporary files, and folders that are no case."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from forensics import limits
from forensics.errors import ForensicsError, UsageError
from forensics.files import flush, scratch_folder

DATABASE = "case.duckdb"
FRESH = f"{DATABASE}.new"
TEMPORARY = "temporary"
"""Where the database puts what does not fit into memory; queries beside each other have a folder each, ``temporary-PROCESS``."""
OWN_NAMES = frozenset({DATABASE, f"{DATABASE}.wal", FRESH, f"{FRESH}.wal", "events", "custody.jsonl", "stdin", TEMPORARY})
"""What a case folder may hold before it has a database (a creation that died)."""


class UnreadableError(ForensicsError):
    """The database file is damaged, or none at all."""


@dataclass
class Opened:
    """A connection to a case's database and what has to be tidied when it is closed."""

    connection: duckdb.DuckDBPyConnection
    home: Path
    """Where the database is: the case folder, or a temporary one."""
    read_only: bool
    tidy: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self.connection.close()
        self.tidy.close()


def prepare_folder(folder: Path) -> None:
    """Make ``folder`` ready to hold a case; ``UsageError`` when it holds other things or cannot be a folder."""
    check_name(folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder: name another folder with --case.")
    if folder.is_dir() and not (folder / DATABASE).exists():
        foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in OWN_NAMES)
        if foreign:
            raise UsageError(
                f"{folder} holds other things ({', '.join(foreign[:3])}) and is no case: name a new or an empty folder with --case."
            )
    if not (folder / "events").is_dir():
        (folder / "events").mkdir(parents=True, exist_ok=True)
        flush(folder)
        flush(folder.parent)


def check_name(folder: Path) -> None:
    """Refuse folder names that the database cannot open (it takes ``?`` and backslash for something else)."""
    text = str(folder.absolute())
    if any(ch in text for ch in "?\\") or "\udc80" <= max(text) <= "\udcff":
        raise UsageError(f"A case cannot be kept in {text!r}: choose a path without '?', backslash or bytes that are not UTF-8.")


def is_read_only(folder: Path) -> bool:
    """Whether the case may not be changed: a folder or database without any write permission, for root too."""
    there = [path for path in (folder, folder / DATABASE) if path.exists()]
    return any(not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK) for path in there)


def connect(folder: Path) -> Opened:
    """Connect to the case in ``folder`` for writing; a read-only one is opened as a temporary copy of its database.

    Raises ``ForensicsError`` when another process holds the case (unless ``--wait``) or the database cannot be read.
    """
    check_name(folder)
    read_only = is_read_only(folder)
    tidy = ExitStack()
    try:
        home = _copied(folder, tidy) if read_only else folder
        connection = locked(home / DATABASE)
        tidy.callback(connection.close)
        _limit(connection, home / TEMPORARY)
        tidy.callback(shutil.rmtree, home / TEMPORARY, ignore_errors=True)
        connection.execute("SET file_search_path = $folder", {"folder": searchable(folder, tidy)})
    except BaseException:
        tidy.close()
        raise
    return Opened(connection, home, read_only, tidy)


@contextmanager
def fresh(folder: Path) -> Iterator[Opened]:
    """Give a new database to be filled, and make it the case's when the block has ended well.

    What an earlier attempt left is thrown away. Two processes do not get in each other's way: one holds the lock, and a database that
    exists by then is never replaced.
    """
    made = folder / FRESH
    try:
        connection = locked(made)
    except UnreadableError:
        made.unlink()
        connection = locked(made)
    try:
        connection.execute("SET file_search_path = $folder", {"folder": str(folder)})
        yield Opened(connection, folder, False)
    finally:
        connection.close()
    try:
        os.link(made, folder / DATABASE)  # unlike a rename, never replaces a database that another process made meanwhile
    except FileExistsError:
        made.unlink(missing_ok=True)
    except OSError:  # a file system without hard links (FAT)
        made.rename(folder / DATABASE)
    else:
        made.unlink(missing_ok=True)
    flush(folder)


def _copied(folder: Path, tidy: ExitStack) -> Path:
    scratch = tidy.enter_context(scratch_folder())
    for name in (DATABASE, f"{DATABASE}.wal"):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, scratch / name)
    return scratch


def searchable(folder: Path, tidy: ExitStack) -> str:
    """Return a path of ``folder`` for ``file_search_path``, which is a comma separated list."""
    text = str(folder.absolute())
    if "," not in text:
        return text
    link = tidy.enter_context(scratch_folder()) / "case"
    link.symlink_to(folder.absolute(), target_is_directory=True)
    tidy.callback(link.unlink, missing_ok=True)  # before the folder around it goes
    return str(link)


SETTINGS: dict[str, bool | int | float | str | list[str]] = {"disabled_optimizers": "projection_pullup"}
"""DuckDB 2.0.1 forgets a LIMIT above a LEFT JOIN whose right side its statistics show to be empty (the users of logs that
have none): ``SELECT ... FROM events LIMIT 1`` gave all of them. Without this optimizer it does not.
"""


def locked(database: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Connect when no other process holds the database; wait for it when ``--wait`` was given."""
    while True:
        try:
            return duckdb.connect(str(database.absolute()), read_only=read_only, config=SETTINGS)
        except duckdb.Error as error:
            if not isinstance(error, duckdb.IOException) or "lock" not in str(error):
                said = str(error).splitlines()[0]
                raise UnreadableError(
                    f"{database} cannot be read ({said}): is it a case of forensics? Load the evidence into a new --case."
                ) from error
            if not limits.current().wait:
                raise ForensicsError(
                    f"The case in {database.parent} is in use by another process: try again when it has finished, or add --wait."
                ) from error
        time.sleep(0.2)


def _limit(connection: duckdb.DuckDBPyConnection, temporary: Path) -> None:
    allowed = limits.current()
    connection.execute("SET memory_limit = $limit", {"limit": f"{allowed.database_memory}B"})
    if allowed.threads is not None:
        connection.execute("SET threads = $threads", {"threads": allowed.threads})
    connection.execute("SET temp_directory = $folder", {"folder": str(temporary.absolute())})
    # Nothing is ever fetched: extensions that are not built in stay unknown.
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions"):
        connection.execute(f"SET {setting} = false")
