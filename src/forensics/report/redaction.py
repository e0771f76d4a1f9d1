"""The same report for readers who may not see personal data: everything that names somebody becomes a keyed pseudonym.

Pseudonyms are HMAC-SHA-256 under a key that stays with the case (RFC 2104): the same value has the same pseudonym everywhere, and nobody
without the key can find it by hashing guesses. Columns that carry a name, mail box, address, card or account are replaced as a whole; in
every other text all words go that the program itself does not use in its sentences, short ones too, so that what nobody thought of is
withheld. A name that is also a word of the program (an account "load", a person called Will) is replaced wherever it stands as such.
Numbers stay, for the program counts; what is a number and names somebody (a birthday, a telephone, a postcode) is known by how it is
written, and by what the exports say of persons (``exports/personal.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from forensics.errors import ForensicsError
from forensics.exports.personal import DATE, TELEPHONE, Personal, as_day
from forensics.formats.schema import EVENTS
from forensics.report.frames import Frames

KEY_FILE = "redaction.key"

WHOLE: dict[str, str] = {
    "account_id": "account",
    "email": "mailbox",
    "name": "person",
    "user_name": "person",
    "signup_ip": "address",
    "client_ip": "address",
    "network": "network",
    "actor_id": "actor",
    "parent_actor_id": "actor",
    "label": "actor",
    "payers": "payer",
    "identifier_value": "identifier",
    "subject_id": "subject",
    "host": "host",
    "logged_by": "host",
    "key": "key",
    "raw": "line",
}
"""Column -> kind of pseudonym for the whole cell."""

DOMAINS = frozenset({"email_domain", "email_domains"})

NAMING = frozenset({"account_id", "email", "name", "user_name", "label", "payers"})
"""Columns whose values are replaced in sentences even where they are words of the program."""

UNTOUCHED = frozenset({"evidence_id", "sha256", "kind", "how", "level", "role", "verdict", "severity", "phase", "family", "time_basis"})
"""Columns whose words are the program's own, and hashes of evidence."""

SPEAKING = ("timeline", "incidents", "collection", "attribution", "response", "linkage", "report", "evidence", "case")
"""Packages that write sentences: the words of their files may stay."""

_TOKEN = re.compile(
    r"(?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?(?!\w)|\b\d{8}T\d{4,6}Z?(?!\w))"
    r"|(?P<pseudonym>\b(?:account|mailbox|person|address|network|actor|payer|identifier|subject|host|key|line|domain|word|number|date)-[0-9a-f]{10}\b)"
    rf"|(?P<date>{DATE})"
    rf"|(?P<number>{TELEPHONE}|\d(?:[ -]?\d){{6,}})"
    r"|(?P<address>\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?"
    r"|(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6})?::[0-9a-fA-F:]*(?:\.\d{1,3}){0,3}(?:/\d+)?"
    r"|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){4,7}(?:/\d+)?)"
    r"|(?P<word>[^\W_][\w’']*(?:@[\w.-]+)?)"
)

_WORD = re.compile(r"[^\W_][\w’']*")
_COUNT = re.compile(r"\d{1,6}")

Say = Callable[[str], str]


def load_key(folder: Path) -> bytes:
    """Return the case's redaction key, making it (32 random bytes, readable by the owner only) when there is none."""
    path = folder / KEY_FILE
    try:
        if not path.is_file():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ForensicsError(f"The redaction key {KEY_FILE} of the case cannot be read or made: make the case folder writable.") from error


class Redaction:
    """Replaces what names somebody in the frames of a report; the domains in ``keep_domains`` stay readable."""

    def __init__(self, key: bytes, keep_domains: frozenset[str] = frozenset()) -> None:
        self._key = key
        self._kept = keep_domains
        self._named: dict[str, str] = {}
        self._personal = Personal()
        self._kept_words = frozenset(part.lower() for domain in keep_domains for part in re.split(r"[\W_]+", domain))

    @property
    def sentence(self) -> str:
        """What was done, in one sentence for the report."""
        domains = "mail domains were kept" if self._kept else "mail domains are replaced too"
        return (
            "Redacted copy: accounts, mail boxes, names, addresses, card data and free text are replaced by keyed pseudonyms "
            f"(the same value always has the same one); {domains}."
        )

    def pseudonym(self, kind: str, value: str) -> str:
        """Return the pseudonym of a value, e.g. ``account-0a1b2c3d4e``."""
        digest = hmac.digest(self._key, f"{kind}\0{value}".encode(), hashlib.sha256)
        return f"{kind}-{digest.hex()[:10]}"

    def __call__(self, frames: Frames) -> Frames:
        """Return the frames with everything replaced."""
        spoken = self._spoken(frames)
        return frames.changed(lambda piece: self._frame(piece, spoken))

    def _spoken(self, frames: Frames) -> dict[str, str]:
        """Return every sentence of the frames with its redacted form; one pass over all of them (Aho-Corasick)."""
        columns = (piece[column] for piece in _pieces(frames) for column in piece.columns if self._is_text(piece, column))
        old = sorted({text for series in columns for text in _texts(series)})
        self._personal = Personal.of(list(_pieces(frames)))
        known = self._known(frames, old)
        self._named = {value: said for value, said in known.items() if _WORD.fullmatch(value)} | self._parts(frames)
        self._named |= {number: self.pseudonym("number", number) for number in self._personal.numbers}
        ordered = sorted((value for value in known if value not in self._named), key=lambda value: (-len(value), value))
        texts = pl.Series("text", old, dtype=pl.String)
        if ordered:
            texts = texts.str.replace_many(ordered, [known[value] for value in ordered], leftmost=True)
        return dict(zip(old, (_TOKEN.sub(self._withheld, text) for text in texts), strict=True))

    def _known(self, frames: Frames, texts: list[str]) -> dict[str, str]:
        """Return the values that are replaced as a whole and may stand in the texts, so that sentences name them by the same pseudonym:
        single words where they stand alone, other values wherever they stand.
        """
        found: dict[str, dict[str, str]] = {}
        spelled = _Spelled(texts)
        for piece in _pieces(frames):
            for column in piece.columns:
                replace = self._whole(column)
                if replace is not None:
                    values = spelled.among(_distinct(piece[column]))
                    own = frozenset() if column in NAMING else vocabulary()
                    found.setdefault(column, {}).update((value, replace(value)) for value in values if value.lower() not in own)
        return {value: said for column in sorted(found) for value, said in found[column].items()}

    def _parts(self, frames: Frames) -> dict[str, str]:
        """Return the parts of people's names that are words of the program as well, written as in the name."""
        names = {value for piece in _pieces(frames) if "name" in piece.columns for value in _texts(piece["name"])}
        parts = {part for name in names for part in _WORD.findall(name) if part.lower() in vocabulary() and part != part.lower()}
        return {part: self.pseudonym("word", part) for part in sorted(parts)}

    def _whole(self, column: str) -> Say | None:
        """Return what replaces a whole cell of a column, None when the column is text."""
        if column in DOMAINS:
            return self._domain
        if column == "email":
            return self._mailbox
        kind = WHOLE.get(column)
        return None if kind is None else lambda value: value if value in self._kept or value in PLAIN else self.pseudonym(kind, value)

    def _domain(self, value: str) -> str:
        return value if value in self._kept else self.pseudonym("domain", value)

    def _mailbox(self, value: str) -> str:
        domain = value.rpartition("@")[2]
        return self.pseudonym("mailbox", value) + (f"@{domain}" if domain in self._kept else "")

    def _withheld(self, found: re.Match[str]) -> str:
        """Return a word of a sentence, or its pseudonym when it is not the program's own."""
        text = found[0]
        if text in self._named:
            return self._named[text]
        if found["date"] or (found["time"] and self._personal.is_date(text)):
            return self.pseudonym("date", as_day(text[:10] if found["time"] else text))
        own = text.lower() in vocabulary() or text.lower() in self._kept_words
        if found["time"] or found["pseudonym"] or own or _COUNT.fullmatch(text):
            return text
        return self.pseudonym(found.lastgroup or "word", text)

    def _is_text(self, frame: pl.DataFrame, column: str) -> bool:
        texts = frame.schema[column] in (pl.String, pl.List(pl.String))
        return texts and column not in UNTOUCHED and self._whole(column) is None

    def _frame(self, frame: pl.DataFrame, spoken: dict[str, str]) -> pl.DataFrame:
        changed = []
        for column, kind in frame.schema.items():
            if kind in (pl.String, pl.List(pl.String)):
                if column not in UNTOUCHED:
                    changed.append(_mapped(frame[column], self._whole(column) or spoken.__getitem__))
            elif not (kind.is_numeric() or kind.is_temporal() or kind == pl.Boolean):
                changed.append(pl.Series(column, [None] * frame.height, dtype=pl.String))  # maps of whatever an export carried
        return frame.with_columns(changed)


PLAIN = frozenset({"log", "export", "cost"})
"""Values of columns above that are the program's own."""


class _Spelled:
    """Which values can stand in some texts: those of which every four bytes in a row are in the texts as well.

    There may be a million names and addresses, of which sentences hold a few; looking for all of them would take a gigabyte.
    """

    def __init__(self, texts: list[str]) -> None:
        self._there = np.zeros(1 << 24, dtype=bool)
        for first in range(0, len(texts), 10_000):
            self._there[_fours("\0".join(texts[first : first + 10_000]).encode())] = True

    def among(self, values: pl.Series) -> pl.Series:
        """Return those of the values that can; values of less than four bytes always can."""
        ends = values.str.len_bytes().to_numpy().astype(np.int64).cumsum()
        missing = np.append(0, (~self._there[_fours("".join(values).encode() + b"\0\0\0")]).cumsum())
        starts = np.append(0, ends)[:-1]
        return values.filter(pl.Series(missing[np.maximum(starts, ends - 3)] == missing[starts]))


def _fours(text: bytes) -> np.ndarray[Any, Any]:
    """Return a number below 2**24 for every four bytes in a row."""
    codes = np.frombuffer(text, dtype=np.uint8).astype(np.uint32)
    four = codes[:-3] | codes[1:-2] << 8 | codes[2:-1] << 16 | codes[3:] << 24
    return (four * np.uint32(2_654_435_761)) >> np.uint32(8)


def _pieces(frames: Frames) -> Iterator[pl.DataFrame]:
    return (piece for name in frames for piece in frames.pieces(name))


def _texts(series: pl.Series) -> list[str]:
    return _distinct(series).to_list()


def _distinct(series: pl.Series) -> pl.Series:
    flat = series.explode() if isinstance(series.dtype, pl.List) else series
    return flat.cast(pl.String).drop_nulls().unique().sort()


def _mapped(series: pl.Series, replace: Say) -> pl.Series:
    """Return the series with each distinct text replaced."""
    old = _texts(series)
    new = [replace(value) for value in old]
    if isinstance(series.dtype, pl.List):
        return series.to_frame().select(pl.col(series.name).list.eval(pl.element().cast(pl.String).replace_strict(old, new))).to_series()
    return series.replace_strict(old, new, return_dtype=pl.String) if old else series


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that the program itself uses: those of the files of the packages that write sentences, and of the event columns."""
    found = set(EVENTS)
    for package in SPEAKING:
        for text in _sources(files("forensics").joinpath(package)):
            found.update(word.lower() for word in re.findall(r"[^\W\d_][\w’']*", text))
    return frozenset(found)


def _sources(folder: Traversable) -> Iterable[str]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir() and not entry.name.startswith("_"):
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".sql")):
            yield entry.read_text(encoding="utf-8")
