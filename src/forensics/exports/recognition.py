"""What export a file is, by its first bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from forensics.exports import rows
from forensics.exports.people import called_after_people
from forensics.exports.systems import System, system_called, system_said, system_without_header, systems

LISTS = ("data", "results", "items", "list", "records", "orders", "value", "users", "accounts", "customers", "payments", "transactions")
"""Keys under which programming interfaces answer with a list, whatever it is of."""


Said = Callable[[list[str]], System | None]
"""Tells by headers of which system an export is."""


@dataclass(frozen=True)
class ExportMatch:
    """What a file was recognised as. ``system`` is None for Parquet, whose headers stand at its end: ``read`` finds it."""

    kind: str
    """accounts | payments | identifiers | notes"""
    container: str
    """csv | json lines | json | parquet"""
    system: System | None
    delimiter: str = ","
    records: str | None = None
    """Of JSON: the key under which the list of records is; None where the list is all of the file."""
    titles: int = 0
    """Of CSV: the lines before the header."""
    columns: tuple[str, ...] = ()
    """Of CSV without a header: its columns."""
    asked: bool = False
    """Whether somebody said what kind it is (``--kind``): then the rows are taken for that."""

    @property
    def format(self) -> str:
        """What ``status`` shows, e.g. ``stripe_payments (csv)``."""
        return f"{self.system.name if self.system else self.kind} ({self.container})"


def recognise(head: bytes, name: str, kind: str | None = None) -> ExportMatch | None:
    """Return what export a file is by its first bytes (decompressed, a few kilobytes), or None when it is none.

    ``kind`` (from ``--kind``) restricts the choice. Parquet is recognised by its magic; ``read`` finds its kind by its headers.
    """
    if head[:4] == b"PAR1":
        return ExportMatch(kind or "accounts", "parquet", None, asked=kind is not None)
    text = rows.decoded(head)
    found = _recognise_text(text, partial(system_said, kind=kind)) or _recognise_row(text, kind)
    if found is None and kind is None and called_after_people(name):
        found = _recognise_text(text, system_called)
    return found and replace(found, asked=kind is not None)


def _recognise_row(text: str, kind: str | None) -> ExportMatch | None:
    """Return the export of which a table without a header is."""
    unheaded = system_without_header(text.lstrip().partition("\n")[0], kind)
    return None if unheaded is None else ExportMatch(unheaded.kind, "csv", unheaded, columns=unheaded.order)


def _recognise_text(text: str, said: Said) -> ExportMatch | None:
    """Return the export of whose records ``said`` tells the system by their headers."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _recognise_json(text.lstrip(), start, said)
    if "\x00" in text.lstrip().partition("\n")[0]:  # no table; in a cell it is hostile, and no reason to refuse the others
        return None
    return _recognise_csv(text.partition("\n\n")[0] or text, said) or _recognise_csv(text, said, rows.MOST_TITLES)


def _recognise_csv(text: str, said: Said, most_titles: int = 0) -> ExportMatch | None:
    """Return the export whose header comes after so many other lines at most; of several separators the one that makes most cells."""
    best: tuple[int, ExportMatch] | None = None
    for delimiter in rows.DELIMITERS:
        first = rows.first_rows(text, delimiter)
        for titles, header in enumerate(first[: most_titles + 1]):
            system = said(header) if len(header) > 1 else None
            if system is None or (titles and not rows.is_table(first[titles:])):
                continue
            if best is None or len(header) > best[0]:
                best = (len(header), ExportMatch(system.kind, "csv", system, delimiter, titles=titles))
                break
    return best[1] if best else None


def _recognise_json(text: str, start: str, said: Said) -> ExportMatch | None:
    decoder = json.JSONDecoder()
    candidates: list[tuple[str, int, str | None]] = [("json lines", 0, None)] if start == "{" else [("json", 1, None)]
    candidates += [("json", text.find("[", text.find(f'"{key}"')) + 1, key) for key in _record_keys() if f'"{key}"' in text]
    for container, place, key in candidates:
        try:
            first, _ = decoder.raw_decode(text[place:].lstrip())
        except ValueError:
            continue
        system = said(list(rows.flat(first))) if isinstance(first, dict) else None
        if system is not None and (key in (None, *LISTS) or system.records == key):
            return ExportMatch(system.kind, container, system, records=key)
    return None


def _record_keys() -> list[str]:
    return sorted({*LISTS, *(system.records for system in systems() if system.records)})
