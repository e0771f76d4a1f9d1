"""The export tables of known systems: one TOML file per system in ``exports/systems/``; the folder is the registry.

A file says which header names mark the system (``marks``: of every group at least one must be there, ``columns.FIELD`` in a plain table
being all that it reads for that field; ``not``: none may be) and which of its columns carry what (``columns``: in order of preference;
``a+b`` joins two columns). What a system's columns do not tell is looked
up in the plain table of its kind, so that reports with columns that a user chose or renamed are read by name all the same; only which
account it is of is for the system to say, and an empty list says that there is nothing of the kind. Further plain tables of a kind
(``plain_accounts_by_*``) are told by other marks; what speaks against the first speaks against them, too.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"[\W_]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")

LOG_MARKS = frozenset(
    {"path", "uri", "request", "request_uri", "request_method", "http_method", "http_user_agent", "remote_addr", "bytes_sent"}
)
"""Columns that only a log of requests has: such a file is never an export."""

KEYS = frozenset({"account_id", "account_key", "payer_id", "card_fingerprint"})
"""Fields of which a system's own columns are all that there are: others of the same name hold other things there."""

_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ø": "o"})


def normalised(header: str) -> str:
    """Return a header in the form that the tables use: English, lower case, every run of other characters one ``_``."""
    word = _plain_word(header)
    return _translations().get(word, word)


def foreign(header: str) -> bool:
    """Whether a header is in another language than English."""
    return _plain_word(header) in _translations()


def _plain_word(header: str) -> str:
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", header.strip().lower().translate(_SPELT)))
    return _WORD.sub("_", unicodedata.normalize("NFC", plain)).strip("_")


@cache
def _translations() -> dict[str, str]:
    """Return header -> its English name, of all languages in ``headers.toml``."""
    table = tomllib.loads((files("forensics") / "exports" / "headers.toml").read_text(encoding="utf-8"))
    return {_plain_word(word): name for language in table.values() for word, name in language.items()}


@dataclass(frozen=True, kw_only=True)
class System:
    """How the export of one system is recognised and read."""

    name: str
    title: str
    reference: str
    kind: str
    """accounts | payments | identifiers | notes"""
    marks: tuple[frozenset[str], ...]
    excluded: frozenset[str]
    columns: dict[str, tuple[str, ...]] = field(hash=False)
    """Field -> header names in order of preference (normalised; ``a+b`` joins)."""
    minor_units: bool = False
    """Whether amounts are in cents."""
    minor_in_json: bool = False
    """Whether they are in JSON, as an interface returned it (``minor_units = "in JSON"``), and not in a table of the same service."""
    outgoing: dict[str, str] = field(default_factory=dict, hash=False)
    """Header -> the header that is read in its place where the amount is negative: who gets money back is the payer."""
    nothing: dict[str, str] = field(default_factory=dict, hash=False)
    """Header -> what stands there for nothing (the account 0 of a guest)."""
    beside: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Header -> headers beside which it means something else (the state of an address) and is not read."""
    failed: dict[str, str] = field(default_factory=dict, hash=False)
    """Header -> what its values look like (lower case) in rows that tell of something that did not succeed: these are skipped."""
    once: frozenset[str] = frozenset()
    """Headers that do not speak against it where each account stands in one row."""
    called: bool = False
    """Whether its tables are known only where their file is called after people."""
    records: str | None = None
    """The key of a JSON object under which the list of records is."""
    order: tuple[str, ...] = ()
    """The names of the columns of a table that has no header, in their order."""
    row: str = ""
    """How a row of such a table begins (a regular expression)."""
    constant: dict[str, str] = field(default_factory=dict, hash=False)
    """Field -> what it is in every row, whatever the columns say (the type of identifiers, the kind of note)."""
    also: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Of identifiers: type -> the headers under which a row tells a second one (the session, beside the address)."""

    def marked(self, headers: frozenset[str]) -> bool:
        """Whether these (normalised) headers may be this system's."""
        return all(group & headers for group in self.marks)

    def fits(self, headers: frozenset[str]) -> bool:
        """Whether they are: none speaks against it."""
        return self.marked(headers) and not self.excluded & headers

    def mapping(self, headers: list[str]) -> dict[str, tuple[str, ...]]:
        """Return field -> the headers that are read for it, for the normalised headers of a file; empty fields are left out."""
        present = set(headers)
        present -= {header for header, others in self.beside.items() if not present.isdisjoint(others)}
        chosen: dict[str, tuple[str, ...]] = {}
        for name, aliases in self.columns.items():
            found = next((parts for alias in aliases if present.issuperset(parts := tuple(alias.split("+")))), None)
            if found:
                chosen[name] = found
        return chosen


@cache
def account_headers(of: str) -> tuple[str, ...]:
    """Return headers of account exports, of one of the lists that ``plain_accounts.toml`` has beside its columns."""
    table = tomllib.loads((files("forensics") / "exports" / "systems" / "plain_accounts.toml").read_text(encoding="utf-8"))
    return tuple(table[of])


@cache
def systems() -> tuple[System, ...]:
    """Return all known systems, those with most marks first (the more particular wins), then by name."""
    folder = files("forensics") / "exports" / "systems"
    tables = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    made = [_system(name, table, tables) for name, table in sorted(tables.items())]
    return tuple(sorted(made, key=lambda s: (s.name.startswith("plain_"), -len(s.marks), s.name)))


def _system(name: str, table: dict[str, Any], tables: dict[str, dict[str, Any]]) -> System:
    general = tables.get(f"plain_{table['kind']}", {})
    plain = {key: _spelt(aliases) for key, aliases in general.get("columns", {}).items()}
    columns = {key: _aliases(key, table["columns"], plain) for key in {**plain, **table["columns"]}}
    once = frozenset(_spelt(table.get("once", [])))
    return System(
        name=name,
        title=str(table["title"]),
        reference=str(table["reference"]),
        kind=str(table["kind"]),
        marks=tuple(_marks(group, columns if name.startswith("plain_") else {}) for group in table["marks"]),
        excluded=frozenset(_spelt([*(general.get("not", []) if name.startswith("plain_") else []), *table.get("not", [])])) - once
        | LOG_MARKS,
        columns={key: tuple(value) for key, value in columns.items()},
        outgoing=dict(table.get("outgoing", {})),
        nothing=dict(table.get("nothing", {})),
        beside={header: tuple(others) for header, others in general.get("beside", {}).items()},
        failed=dict(table.get("failed", {})),
        minor_units=table.get("minor_units") is True,
        minor_in_json=table.get("minor_units") == "in JSON",
        once=once,
        called=table.get("called") is True,
        records=str(table["records"]) if "records" in table else None,
        order=tuple(table.get("order", ())),
        row=str(table.get("row", "")),
        constant=dict(table.get("constant", {})),
        also={name: tuple(aliases) for name, aliases in table.get("also", {}).items()},
    )


def _marks(group: list[str], plain: dict[str, list[str]]) -> frozenset[str]:
    """Return the headers of a group of marks: names, and of a plain table ``columns.FIELD``, all that are read for that field."""
    named = [name for mark in group for name in (plain[mark.removeprefix("columns.")] if mark.startswith("columns.") else [mark])]
    return frozenset(_spelt(named) if plain else named)


def _spelt(aliases: list[str]) -> list[str]:
    """Return plain names, and after them as they are in one word (``paidAt``)."""
    return [*aliases, *(word for alias in aliases if (word := alias.replace("_", "")) != alias)]


def _aliases(name: str, own: dict[str, list[str]], plain: dict[str, list[str]]) -> list[str]:
    """Return the headers of a field: the system's own, then the plain ones, unless it says that there are no others."""
    final = name in own and (name in KEYS or not own[name])
    return own[name] if final else [*own.get(name, ()), *plain.get(name, ())]


def system_for(headers: list[str], kind: str | None = None) -> System | None:
    """Return the system whose export has these headers, or None; ``kind`` restricts the choice."""
    present = frozenset(normalised(header) for header in headers)
    fitting = [system for system in systems() if (kind is None or system.kind == kind) and system.fits(present) and not system.called]
    if not fitting or fitting[0].name.startswith("plain_"):
        return _plain(fitting, present)
    return fitting[0]


def system_said(headers: list[str], kind: str | None) -> System | None:
    """Return ``system_for`` these headers; who says the ``kind`` of a file knows better than what speaks against it."""
    present = frozenset(normalised(header) for header in headers)
    return system_for(headers, kind) or _plain([system for system in systems() if system.kind == kind and system.marked(present)], present)


def system_called(headers: list[str]) -> System | None:
    """Return the system whose export has these headers, where its file is called after people."""
    present = frozenset(normalised(header) for header in headers)
    return next((system for system in systems() if system.called and system.fits(present)), None)


def system_without_header(row: str, kind: str | None = None) -> System | None:
    """Return the system whose tables have no header and rows like this one; ``kind`` restricts the choice."""
    for system in systems():
        if system.order and (kind is None or system.kind == kind) and re.match(system.row, row) and row.count(",") >= len(system.order) - 1:
            return system
    return None


def _plain(fitting: list[System], present: frozenset[str]) -> System | None:
    """Choose between plain kinds: whoever finds more of its own columns; a column of payments alone decides for payments."""
    if not fitting:
        return None
    decisive = {"amount", "payment_id", "paid_at", "card_fingerprint", "transaction_id", "charge_id", "payer_id"}

    def rank(system: System) -> tuple[bool, bool, int]:
        own = {part for aliases in system.columns.values() for alias in aliases for part in alias.split("+")}
        return (system.kind == "identifiers", system.kind == "payments" and bool(present & decisive), len(present & own))

    return max(fitting, key=rank)
