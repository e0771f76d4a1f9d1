"""The case: a folder with one embedded database, an immutable event store and a custody record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from forensics.case.migration import check_version
from forensics.case.opening import DATABASE, Opened, connect, fresh, is_read_only, prepare_folder
from forensics.case.recovery import recover
from forensics.case.sql import sql
from forensics.errors import UsageError
from forensics.evidence import archives, custody


class Case:
    """An open case. SQL goes in by the name of a packaged file, values as ``$name`` parameters, frames come out."""

    def __init__(self, folder: Path, opened: Opened) -> None:
        self.folder = folder
        self.connection = opened.connection
        self._opened = opened
        self.unplaced = False
        """Whether rows of evidence may be committed while event files are not yet in their place (see ``store.commit``)."""

    @classmethod
    def create(cls, folder: Path) -> Case:
        """Open the case in ``folder``, making it when there is none; ``UsageError`` when the folder holds other things."""
        if not is_read_only(folder):
            prepare_folder(folder)
            cls._make(folder.absolute())
        return cls._open(folder)

    @classmethod
    def _make(cls, folder: Path) -> None:
        """Make the database under another name first: one that is cut short by a full disk could never be opened again."""
        if (folder / DATABASE).exists():
            return
        with fresh(folder) as opened:
            case = cls(folder, opened)
            check_version(case)
            case.checkpoint()

    @classmethod
    def open(cls, folder: Path) -> Case:
        """Open an existing case; ``UsageError`` when ``folder`` holds none.

        A read-only case is opened as a temporary copy of its database (``read_only`` is then True): it can be analysed, and nothing
        that is written to it outlives the process.
        """
        if folder.is_file():
            raise UsageError(f"{folder} is a file, not a folder: name the folder of a case with --case.")
        if not (folder / DATABASE).is_file():
            raise UsageError(f"There is no case in {folder}: load evidence first with `forensics load EVIDENCE... --case {folder}`.")
        return cls._open(folder)

    @classmethod
    def _open(cls, folder: Path) -> Case:
        folder = folder.absolute()
        case = cls(folder, connect(folder))
        try:
            check_version(case)
            if not case.read_only:
                recover(case)
        except BaseException:
            case.close()
            raise
        custody.session.folder = folder
        archives.workspace = None if case.read_only else folder
        return case

    @classmethod
    def reading(cls, folder: Path, connection: duckdb.DuckDBPyConnection) -> Case:
        """Return a case over a read-only connection that somebody else opened and will close."""
        return cls(folder.absolute(), Opened(connection, folder.absolute(), True))

    @property
    def home(self) -> Path:
        """The folder of the database that is open: the case's own, or the temporary copy's."""
        return self._opened.home

    @property
    def read_only(self) -> bool:
        """Whether this is a temporary copy of a case that may not be changed."""
        return self._opened.read_only

    def require_writable(self) -> None:
        """Raise ``UsageError`` where the case may not be changed: what is written to its copy would be lost."""
        if self.read_only:
            raise UsageError(f"The case in {self.folder} is read-only: copy it to a folder that can be written, and add to the copy.")

    def close(self) -> None:
        """Close the database and remove temporary files."""
        self._opened.close()

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database file."""
        self.connection.execute("CHECKPOINT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it."""
        self.connection.begin()
        try:
            yield
            self.connection.commit()
        except BaseException:
            with suppress(duckdb.TransactionException):  # a commit that failed may have ended the transaction itself
                self.connection.rollback()
            raise

    # SQL by name -----------------------------------------------------------------------------------------------------

    def execute(self, package: str, name: str, **parameters: Any) -> None:
        """Run every statement of ``forensics/PACKAGE/NAME.sql``; each gets those ``parameters`` that it names."""
        self._run(sql(package, name), parameters)

    def _run(self, text: str, parameters: dict[str, Any]) -> None:
        for statement in self.connection.extract_statements(text):
            used = {key: value for key, value in parameters.items() if key in statement.named_parameters}
            self.connection.execute(statement, used)

    def frame(self, package: str, name: str, **parameters: Any) -> pl.DataFrame:
        """Return the result of the one SELECT in ``forensics/PACKAGE/NAME.sql``."""
        result: pl.DataFrame = self.connection.sql(sql(package, name), params=parameters or None).pl()
        return result

    def pieces(self, package: str, name: str, rows: int, **parameters: Any) -> Iterator[pl.DataFrame]:
        """Yield the result of a SELECT in pieces of about so many rows, one at least, while the database makes it."""
        with self.connection.sql(sql(package, name), params=parameters or None).to_arrow_reader(rows) as reader:
            some = False
            for batch in reader:
                some = True
                yield pl.DataFrame(pl.from_arrow(batch))
            if not some:
                yield pl.DataFrame(pl.from_arrow(reader.schema.empty_table()))

    def table(self, name: str) -> pl.DataFrame:
        """Return a whole table or view of the contract, in its stored order."""
        result: pl.DataFrame = self.connection.table(name).pl()
        return result

    def rows(self, package: str, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the result of a SELECT as dictionaries (for small results: no frame is made, the statement is planned once)."""
        found = self._fetch(sql(package, name), parameters)
        columns = [column[0] for column in self.connection.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found]

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Append a frame to a table, columns matched by name; columns that the frame lacks become NULL."""
        if frame.is_empty():
            return
        self.connection.register("incoming", frame)
        try:
            self.connection.execute(f'INSERT INTO "{table}" BY NAME FROM incoming')
        finally:
            self.connection.unregister("incoming")

    def replace(self, table: str, frame: pl.DataFrame) -> None:
        """Make a derived table hold exactly this frame."""
        self.connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 (a table of our own schema)
        self.insert(table, frame)

    def _fetch(self, query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows: in DuckDB 2 a result that is not read to its end keeps the connection to itself."""
        return self.connection.execute(query, parameters or {}).fetchall()

    # Small facts -----------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Return a fact about the case itself (its version, what its analysis was made from)."""
        found = self._fetch("SELECT value FROM meta WHERE key = $key", {"key": key})
        return str(found[0][0]) if found else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a fact about the case itself."""
        self.connection.execute("DELETE FROM meta WHERE key = $key", {"key": key})
        self.connection.execute("INSERT INTO meta VALUES ($key, $value)", {"key": key, "value": value})

    def option(self, key: str, default: Any = None) -> Any:
        """Return an analysis option that was given for this case (``--cost``, ``--object`` ...), or the default."""
        found = self._fetch("SELECT value FROM options WHERE key = $key", {"key": key})
        return json.loads(found[0][0]) if found else default

    def set_option(self, key: str, value: Any) -> None:
        """Keep an analysis option with the case; None forgets it."""
        self.connection.execute("DELETE FROM options WHERE key = $key", {"key": key})
        if value is not None:
            self.connection.execute("INSERT INTO options VALUES ($key, $value)", {"key": key, "value": json.dumps(value, sort_keys=True)})

    def refresh_events(self) -> None:
        """Make the event views of what is loaded now: its files, which of them are counted, repeated lines, clocks that are off, API keys.

        Call it inside the transaction that changes any of these.
        """
        files = self.rows("case", "event_files")
        facts = self.rows("case", "event_views")[0]
        true = {name for name, holds in facts.items() if holds}
        lines = (line.partition("-- only: ") for line in sql("case", "events").splitlines())
        body = "\n".join(text for text, mark, condition in lines if not mark or condition in true).partition("CREATE")[2]
        body = body.replace("STORED_EVENTS", _stored([file["sha256"] for file in files]), 1)
        body = body.replace("COUNTED_EVENTS", _stored([file["sha256"] for file in files if file["counted"]]), 1)
        _, view, select = body.partition("CREATE OR REPLACE VIEW events")
        requests = view.replace("events", "requests") + select.replace("FROM stored_events", "FROM counted_events", 1)
        self._run("CREATE" + body + requests, {})


def _stored(shas: list[str]) -> str:
    """Return the relation of the events of these evidence files."""
    listed = ", ".join(f"'events/{sha}.parquet'" for sha in shas)
    return f"FROM read_parquet([{listed}])" if shas else sql("case", "no_events")
