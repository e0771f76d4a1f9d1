"""JSON lines to text columns: only the keys that a format knows are taken out, and one bad line never costs its neighbours.

Every value comes back as text (numbers in their shortest notation, or as they are written where that is asked for; ``true``/``false``,
nested values as JSON), so that strings, numbers and mixtures are the same to a format. Keys are paths with ``>`` between levels
(``request>headers>User-Agent``); of a key that occurs twice in an object the first counts. Besides, a reader may be told to keep keys
that no format knows.

DuckDB's ``json_extract_string`` takes many paths, nested ones too, out of one reading of each line. Measured per 6 MB of lines, one
thread: 11 ms for 14,000 flat lines and 20 ms for 16,000 nested ones, where Polars' ``read_ndjson`` takes 15 and 31, the latter with
everything below the first level still to be decoded, and ``json_decode`` 36.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

import duckdb
import numpy as np
import polars as pl

from forensics.formats.views import adopted

BLANK = " \t\r\n\ufeff\x00"
_SAMPLE = 256
"""Lines of a batch, evenly spread over it, whose keys are looked at for those that nobody asked for."""
_TRIED = 100
"""Lines that are asked what a value is that looks like a list or an object."""
_NAME = re.compile(r'[^"\\\x00-\x1f>]{1,64}\Z')
"""A key that can be kept: no path of several levels, nothing that a path cannot quote."""
_SURROGATE = r"\\u[dD][89abABcdefCDEF][0-9a-fA-F]{2}"
_WHOLE = r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
_CHARACTERS = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\x[89A-Fa-f][0-9A-Fa-f])+)")
_HEX = r"((?:^|[^\\])(?:\\\\)*)\\x([0-9A-Fa-f]{2})"
_REPAIRS = (
    (r"[\x00-\x1f]", r"\ufffd"),  # raw control characters
    (r"([:\[,]\s*)(?:None|undefined|-)?(\s*[,}\]])", "${1}null${2}"),  # nothing at all
    (r"([:\[,]\s*)(?:None|undefined|-)?(\s*[,}\]])", "${1}null${2}"),  # (its neighbour)
    (r"(:\s*)(-?[0-9][0-9.eE+\-]*)(\s*[,}])", '${1}"${2}"${3}'),  # 000
    (r"\[null\]", "[]"),
    (r",null\}", "}"),  # a comma too many
)
_OBJECT = r'^\{\s*["}]'
"""How an object begins; a text may begin with a bracket as well."""
_FRACTION = r"^-?[0-9]+(?:\.[0-9]+|(?:\.[0-9]+)?[eE][+-]?[0-9]+)$"
_MALFORMED = (duckdb.InvalidInputException, UnicodeDecodeError)
"""What a line that is no JSON raises: the latter where the message quotes it up to the middle of a character."""
_NO_NUMBER = r'":\s*-?(?i:nan|inf)'
_NO_NUMBERS = ["NaN", "Infinity", "-Infinity"]
_NUMBERLESS = [f"{before}{sign}{word}" for before in ('":', '": ') for sign in ("", "-") for word in ("NaN", "nan", "Inf", "inf", "INF")]
_SIGNS = {
    "surrogate": ("\\ud", "\\uD"),
    "hex": ("\\x",),
    "object in a text": ('"{\\', '"{ '),
    "no number": tuple(_NUMBERLESS),
    "list": ("[",),
}
"""What a file may hold that asks for more than plain decoding, and how it shows."""


@dataclass(frozen=True)
class Objects:
    """What was taken out of a batch of lines; it depends on no other batch, for several are read at the same time."""

    found: pl.DataFrame
    """The text columns that occur, named by path; NULL where a line has none."""
    good: pl.Series
    """Which lines are JSON objects."""
    lists: set[str] = field(default_factory=set)
    """Paths some of whose values are lists."""
    further: Sequence[str] = ()
    """Keys of the first level that are taken out although no path begins with them; numbers there are as they are written."""


class JsonReader:
    """Takes wanted paths out of JSON objects, batch by batch; remembers which of them this file has, to look for no others."""

    def __init__(self, paths: Iterable[str], exact: Iterable[str] = (), most_further: int = 0) -> None:
        """``exact``: paths whose numbers are names (a version, an id of thirty digits), and come back as they are written.

        ``most_further``: so many keys of the first level are taken out of a batch besides, the first by their names.
        """
        self._exact = set(exact)
        self._keys = {path: path.split(">") for path in sorted(set(paths))}
        self._objects = {">".join(keys[:depth]) for keys in self._keys.values() for depth in range(1, len(keys))}
        self._below: dict[str, JsonReader] = {}
        self._sought = {f'"{key}"': key for keys in self._keys.values() for key in keys}
        self._sought |= {text: sign for sign, texts in _SIGNS.items() for text in texts}
        self._seen: set[str] = set()
        self._known = {keys[0] for keys in self._keys.values()}
        self._most_further = most_further

    def read(self, text: pl.Series) -> Objects:
        """Return what a batch of lines holds."""
        if text.str.starts_with("{").all(ignore_nulls=False):
            return self._decode(text)
        text = text.str.strip_chars(BLANK)
        looks = text.str.starts_with("{").fill_null(False)
        if looks.all():
            return self._decode(text)
        objects = self._decode(text.filter(looks))
        where = pl.select(pl.when(looks).then(looks.cast(pl.UInt32).cum_sum() - 1)).to_series()
        good = pl.select(pl.when(looks).then(objects.good.gather(where)).otherwise(False)).to_series()
        return replace(objects, found=objects.found[where] if objects.found.width else objects.found, good=good)

    def _decode(self, text: pl.Series) -> Objects:
        self._learn(text)
        if "surrogate" in self._seen:
            text = _without_lone_surrogates(text)
        if "hex" in self._seen:
            text = _with_unicode_escapes(text)
        paths = [path for path, keys in self._keys.items() if self._seen.issuperset(keys)]
        within = sorted(self._objects) if "object in a text" in self._seen else []
        further = self._further(text)
        frame, good = extract(text, sorted({*paths, *within, *further}))
        exact = self._exact.union(further)
        named = frame.select(pl.col(path).str.contains(_FRACTION).any() for path in frame.columns if path in exact)
        frame = frame.with_columns(_as_written(text, path, frame[path]) for path in named.columns if named[path][0])
        if "no number" in self._seen:
            marked = text.str.contains(_NO_NUMBER)
            frame = frame.with_columns(pl.when(~(marked & pl.all().is_in(_NO_NUMBERS))).then(pl.all()))
        lists: set[str] = set()
        for path in frame.columns:
            if path in within:
                frame = self._with_text(frame, path, lists)
        frame = frame.select(path for path in frame.columns if path in self._keys or path in further)
        looks = [(path, frame[path].str.contains(_OBJECT)) for path in frame.columns if path in self._objects]
        objects = {path: like for path, like in looks if path in within or _some(text, path, like, "OBJECT")}  # no values
        frame = frame.with_columns(pl.select(pl.when(~like).then(frame[path])).to_series().alias(path) for path, like in objects.items())
        if "list" in self._seen:
            fresh = [path for path in frame.columns if path not in lists]
            bracketed = [
                (path, frame[path].str.starts_with("[") & frame[path].str.ends_with("]")) for path in fresh
            ]  # no [2001:db8::1]:443
            lists.update(path for path, like in bracketed if _some(text, path, like, "ARRAY"))
        return Objects(frame, good, lists, further)

    def _with_text(self, frame: pl.DataFrame, path: str, lists: set[str]) -> pl.DataFrame:
        """Add what is found in objects that are written as text within JSON, and to ``lists`` which of it are lists."""
        inner = frame[path].str.starts_with("{").fill_null(False)
        if not inner.any():
            return frame
        child = self._below.setdefault(path, JsonReader(key[len(path) + 1 :] for key in self._keys if key.startswith(f"{path}>")))
        objects = child.read(pl.select(pl.when(inner).then(frame[path])).to_series())
        found = objects.found
        lists.update(f"{path}>{key}" for key in objects.lists)
        columns = (found[key].alias(f"{path}>{key}") for key in found.columns)
        return frame.with_columns(pl.coalesce(pl.col(new.name), new) if new.name in frame.columns else new for new in columns)

    def _learn(self, text: pl.Series) -> None:
        """Note which of the wanted keys, and of ``_SIGNS``, occur; one pass over the text, so that no others are looked for."""
        while patterns := [pattern for pattern, meaning in self._sought.items() if meaning not in self._seen]:
            hits = text.filter(_holding(text, patterns))
            if hits.is_empty():
                return
            found = hits.head(1000).str.extract_many(patterns, overlapping=True).explode().unique().drop_nulls()
            self._seen.update(self._sought[pattern] for pattern in found)

    def _further(self, text: pl.Series) -> list[str]:
        """Return keys that no path begins with."""
        if not self._most_further:
            return []
        keys = _keys(text.gather_every(max(1, len(text) // _SAMPLE)))
        return sorted(key for key in keys - self._known if _NAME.match(key))[: self._most_further]


def _holding(text: pl.Series, patterns: Sequence[str]) -> pl.Series:
    """Return which lines hold one of the patterns.

    Lines are full of quotes: what begins with one is looked for by a regular expression, which takes two thirds of the time of
    ``contains_any`` (more than a hundred patterns are no table to it). Other beginnings are rare, and found at once.
    """
    others = [pattern for pattern in patterns if not pattern.startswith('"')]
    found = [text.str.contains(quoted)] if (quoted := _quoted(tuple(patterns))) else []
    found += [text.str.contains_any(others)] if others else []
    return found[0] if len(found) == 1 else found[0] | found[1]


@lru_cache(maxsize=64)
def _quoted(patterns: tuple[str, ...]) -> str:
    """Return a regular expression for those of the patterns that begin with a quote; none where there are none."""
    alternatives = [re.escape(pattern[1:]) for pattern in sorted(patterns) if pattern.startswith('"')]
    return f'"(?:{"|".join(alternatives)})' if alternatives else ""


# Decoding -------------------------------------------------------------------------------------------------------------


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "enable_external_access": False})


def _asked(text: pl.Series, function: str, *arguments: duckdb.Expression) -> pl.Series:
    """Return a DuckDB function of the texts."""
    lines = text.alias("raw").to_frame().to_arrow(compat_level=pl.CompatLevel.newest())
    value = duckdb.FunctionExpression(function, duckdb.ColumnExpression("raw"), *arguments).alias("value")
    found = _database().cursor().from_arrow(lines).select(value).to_arrow_table()
    return adopted("value", found["value"])


def entries(text: pl.Series) -> pl.Series:
    """Return the entries of JSON lists as lists of texts; NULL for text that is no JSON."""
    every = duckdb.ConstantExpression("$[*]")
    try:
        return _asked(text, "json_extract_string", every)
    except _MALFORMED:
        good = _asked(text, "json_valid")
        return _asked(pl.select(pl.when(good).then(text)).to_series(), "json_extract_string", every)


def _keys(text: pl.Series) -> set[str]:
    """Return the keys of the first level; of lines that are no JSON none. Lines are few: a query costs more than reading them."""
    found: set[str] = set()
    for line in text.drop_nulls():
        with suppress(ValueError, RecursionError):
            found.update(json.loads(line))
    return found


def _some(text: pl.Series, path: str, like: pl.Series, kind: str) -> bool:
    """Whether some of the first lines whose value looks ``like`` it have an ``ARRAY`` or ``OBJECT`` there, and no text."""
    hits = text.filter(like.fill_null(False)).head(_TRIED)
    if hits.is_empty():
        return False
    try:
        return bool((_asked(hits, "json_type", duckdb.ConstantExpression(_place(path))) == kind).any())
    except _MALFORMED:  # lines that were mended to be read
        return True


def _as_written(text: pl.Series, path: str, value: pl.Series) -> pl.Series:
    """Return a column whose numbers with a point or an exponent (also whole ones too large for 64 bits) are as the lines have them."""
    where = value.str.contains(_FRACTION).fill_null(value=False).arg_true()
    key = re.escape(path.rpartition(">")[2])
    written = text.gather(where).str.extract(rf'"{key}"\s*:\s*(-?[0-9][0-9.eE+-]*)', 1)
    read = value.gather(where)
    same = (written.cast(pl.Float64, strict=False) == read.cast(pl.Float64, strict=False)).fill_null(value=False)
    return value.scatter(where.filter(same), written.filter(same))


def _place(path: str) -> str:
    return "$" + "".join(f'."{key}"' for key in path.split(">"))


def _extract(text: pl.Series, paths: list[str]) -> pl.DataFrame | None:
    """Return a column for each path that has a value somewhere; None where a line is no JSON."""
    places = [_place(path) for path in paths] or ["$"]
    try:
        values = _asked(text, "json_extract_string", duckdb.ConstantExpression(places)).explode()
    except _MALFORMED:
        return None
    found = np.logical_or.reduce(values.is_not_null().to_numpy().reshape(len(text), len(places)), axis=0)
    return pl.DataFrame([values.gather_every(len(paths), place).alias(path) for place, path in enumerate(paths) if found[place]])


def extract(text: pl.Series, paths: list[str]) -> tuple[pl.DataFrame, pl.Series]:
    """Return a text column for each path with a value somewhere, whatever it is, and which lines are JSON, if need be mended a little."""
    frame = _extract(text, paths)
    if frame is not None:
        return frame, pl.Series("good", [True]).new_from_index(0, len(text))
    bad = ~_asked(text, "json_valid")
    mended = text.scatter(bad.arg_true(), _repaired(text.filter(bad).str.strip_chars(BLANK)))
    good = _asked(mended, "json_valid")
    frame = _extract(mended.scatter((~good).arg_true(), "{}"), paths)
    assert frame is not None
    return frame, good.alias("good")


def _repaired(text: pl.Series) -> pl.Series:
    for pattern, replacement in _REPAIRS:
        text = text.str.replace_all(pattern, replacement)
    return text


def _with_unicode_escapes(text: pl.Series) -> pl.Series:
    """Write ``\\xNN`` (nginx, unless told ``escape=json``) as JSON does: ``\\u00NN``. Two passes, as neighbours share a character.

    They are bytes: those of a character beyond ASCII are written as that character, where they are UTF-8.
    """
    some = text.str.contains("\\x", literal=True).fill_null(False)
    mended = text.filter(some)
    beyond = mended.str.contains(r"\\x[c-fC-F]")
    characters = [_CHARACTERS.sub(_character, line) for line in mended.filter(beyond)]
    mended = mended.scatter(beyond.arg_true(), pl.Series(characters, dtype=pl.String))
    for _ in range(2):
        mended = mended.str.replace_all(_HEX, r"$1\u00$2")
    return text.scatter(some.arg_true(), mended)


def _character(found: re.Match[str]) -> str:
    try:
        return found[1] + bytes.fromhex(found[2].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def _without_lone_surrogates(text: pl.Series) -> pl.Series:
    """Put U+FFFD for surrogates without their other half (no Unicode text can hold them)."""
    some = text.str.contains_any(list(_SIGNS["surrogate"]))
    marked = text.filter(some).str.replace_all(_WHOLE + "|" + _SURROGATE, "${1}\ufffd")
    return text.scatter(some.arg_true(), marked.str.replace_all(_WHOLE + "\ufffd", "${1}"))
