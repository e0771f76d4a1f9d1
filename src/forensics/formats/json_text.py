"""JSON lines to text columns: only the keys that a format knows are taken out, and one bad line never costs its neighbours.

Every value comes back as text (numbers as written, ``true``/``false``, nested values as JSON), so that strings, numbers and mixtures
are the same to a format. Keys are paths with ``>`` between levels (``request>headers>User-Agent``).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

BLANK = " \t\r\n\ufeff\x00"
_SURROGATE = r"\\u[dD][89abABcdefCDEF][0-9a-fA-F]{2}"
_PAIR = r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
_HEX = r"((?:^|[^\\])(?:\\\\)*)\\x([0-9A-Fa-f]{2})"
_REPAIRS = (
    (r"[\x00-\x1f]", r"\ufffd"),  # raw control characters
    (r"([:\[,]\s*)(?:-?(?:Infinity|inf)|NaN|nan|None|undefined|-)?(\s*[,}\]])", "${1}null${2}"),  # not a number, or nothing at all
    (r"([:\[,]\s*)(?:-?(?:Infinity|inf)|NaN|nan|None|undefined|-)?(\s*[,}\]])", "${1}null${2}"),  # (its neighbour)
    (r"(:\s*)(-?[0-9][0-9.eE+\-]*)(\s*[,}])", '${1}"${2}"${3}'),  # 000, 1e999, more digits than fit
    (r"\[null\]", "[]"),
    (r",null\}", "}"),  # a comma too many
)
_MARKS = (("\\\\", "\U0010fffa"), ('\\"', "\U0010fffb"), ("\\", "\U0010fffc"))
"""Escapes, and code points that stand for them while nested text passes through the decoder."""


class JsonReader:
    """Takes wanted paths out of JSON objects, batch by batch; remembers which of them this file has."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._tree: dict[str, JsonReader] = {}
        for path in paths:
            key, _, rest = path.partition(">")
            self._tree.setdefault(key, JsonReader(()))
            if rest:
                self._tree[key]._add(rest)
        self._seen: set[str] = set()
        self.lists: set[str] = set()
        """Paths whose values were lists of texts somewhere in the file."""

    def _add(self, path: str) -> None:
        key, _, rest = path.partition(">")
        self._tree.setdefault(key, JsonReader(()))
        if rest:
            self._tree[key]._add(rest)

    def read(self, text: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
        """Return the text columns that occur (named by path; NULL where a line has none), and which lines are JSON objects."""
        looks = (text.str.starts_with("{") & text.str.ends_with("}")).fill_null(False)
        if not looks.all():
            text = text.str.strip_chars(BLANK)
            looks = (text.str.starts_with("{") & text.str.ends_with("}")).fill_null(False)
        if looks.all():
            frame, good = self._decode(text)
            return frame, good
        frame, good = self._decode(text.filter(looks))
        where = pl.select(pl.when(looks).then(looks.cast(pl.UInt32).cum_sum() - 1)).to_series()
        spread = frame[where] if frame.width else frame
        return spread, pl.select(pl.when(looks).then(good.gather(where)).otherwise(False)).to_series()

    def _decode(self, text: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
        self._learn(text)
        if text.str.contains_any(["\\ud", "\\uD"]).any():
            text = _without_lone_surrogates(text)
        if text.str.contains("\\x", literal=True).any():
            text = _with_unicode_escapes(text)
        keys = sorted(self._seen)
        schema: dict[str, pl.DataType] = dict.fromkeys(keys, pl.String()) or {"\x00": pl.String()}
        frame, good = _decode_all(text, schema)
        if not keys:
            return pl.DataFrame(), good
        deep = [key for key in keys if (frame[key].str.starts_with("{") | frame[key].str.starts_with("[")).any()]
        self.lists.update(key for key in deep if frame[key].str.starts_with('["').any())
        if deep:
            frame = _with_escapes(frame, text, deep)
        for key in deep:
            nested = frame[key].str.starts_with("{").fill_null(False)
            if self._tree[key]._tree and nested.any():
                frame = _graft(frame, key, nested, self._tree[key])
                self.lists.update(f"{key}>{path}" for path in self._tree[key].lists)
        return frame, good

    def _learn(self, text: pl.Series) -> None:
        """Note which of the wanted keys occur; one pass over the text, so that the decoder is asked for no others."""
        missing = {f'"{key}"': key for key in self._tree if key not in self._seen}
        patterns = sorted(missing)
        while patterns:
            hits = text.filter(text.str.contains_any(patterns))
            if hits.is_empty():
                return
            found = hits.head(1000).str.extract_many(patterns, overlapping=True).explode().unique().drop_nulls().to_list()
            self._seen.update(missing[pattern] for pattern in found)
            patterns = [pattern for pattern in patterns if pattern not in found]


def _graft(frame: pl.DataFrame, key: str, nested: pl.Series, child: JsonReader) -> pl.DataFrame:
    """Decode a column whose values are objects themselves, and add what they hold under ``key>...``."""
    everywhere = nested.all()
    inner, _ = child.read(frame[key] if everywhere else frame[key].filter(nested))
    frame = frame.with_columns(pl.when(~nested).then(pl.col(key)).alias(key))  # an object is no value itself
    if not inner.width:
        return frame
    inner = inner.rename(lambda name: f"{key}>{name}")
    if not everywhere:
        inner = inner[pl.select(pl.when(nested).then(nested.cast(pl.UInt32).cum_sum() - 1)).to_series()]
    return frame.with_columns(inner.get_columns())


def _with_escapes(frame: pl.DataFrame, text: pl.Series, keys: list[str]) -> pl.DataFrame:
    """Take nested values again from lines with escapes, as JSON with its escapes in place (the decoder writes nested text without)."""
    escaped = text.str.contains("\\", literal=True)
    if not escaped.any():
        return frame
    marked = text.filter(escaped)
    for escape, mark in _MARKS:
        marked = marked.str.replace_all(escape, mark, literal=True)
    nested, _ = _decode_all(marked, dict.fromkeys(keys, pl.String()))
    where = escaped.arg_true()
    for key in keys:
        values = nested[key]
        textual = values.str.contains("^[\\[{]\\s*\U0010fffb")  # JSON within a string: the decoder has unescaped it already
        for escape, mark in _MARKS:
            values = values.str.replace_all(mark, escape, literal=True)
        old = frame[key].filter(escaped)
        values = pl.select(pl.when(old.str.contains(r"^[\[{]") & ~textual).then(values).otherwise(old)).to_series()
        frame = frame.with_columns(frame[key].scatter(where, values))
    return frame


def _read(text: pl.Series, schema: dict[str, pl.DataType]) -> pl.DataFrame | None:
    if text.is_empty():
        return pl.DataFrame(schema=schema)
    try:
        frame = pl.read_ndjson(text.str.join("\n")[0].encode("utf-8"), schema=schema, ignore_errors=True, low_memory=False)
    except pl.exceptions.ComputeError:
        return None
    return frame if len(frame) == len(text) else None


def _decode_all(text: pl.Series, schema: dict[str, pl.DataType]) -> tuple[pl.DataFrame, pl.Series]:
    frame = _read(text, schema)
    if frame is not None:
        return frame, pl.Series("good", [True]).new_from_index(0, len(text))
    good = text.str.json_path_match("$").is_not_null()
    mended = pl.select(pl.when(good).then(text).otherwise(_repaired(text))).to_series()
    good = mended.str.json_path_match("$").is_not_null().fill_null(False)
    blank = pl.select(pl.when(good).then(mended).otherwise(pl.lit("{}"))).to_series()
    frame = _read(blank, schema)
    return (frame, good) if frame is not None else _bisect(blank, good, schema)


def _repaired(text: pl.Series) -> pl.Series:
    for pattern, replacement in _REPAIRS:
        text = text.str.replace_all(pattern, replacement)
    return text


def _bisect(text: pl.Series, good: pl.Series, schema: dict[str, pl.DataType]) -> tuple[pl.DataFrame, pl.Series]:
    """Find the lines that the decoder alone refuses, by halves."""
    frame = _read(text, schema)
    if frame is not None:
        return frame, good
    if len(text) == 1:
        return pl.DataFrame({key: pl.Series([None], dtype=kind) for key, kind in schema.items()}), pl.Series("good", [False])
    half = len(text) // 2
    first, second = _bisect(text[:half], good[:half], schema), _bisect(text[half:], good[half:], schema)
    return pl.concat([first[0], second[0]]), pl.concat([first[1], second[1]])


def _with_unicode_escapes(text: pl.Series) -> pl.Series:
    """Write ``\\xNN`` (nginx, unless told ``escape=json``) as JSON does: ``\\u00NN``. Two passes, as neighbours share a character."""
    some = text.str.contains("\\x", literal=True).fill_null(False)
    mended = text.filter(some)
    for _ in range(2):
        mended = mended.str.replace_all(_HEX, r"$1\u00$2")
    return text.scatter(some.arg_true(), mended)


def _without_lone_surrogates(text: pl.Series) -> pl.Series:
    """Put U+FFFD for surrogates without their other half (the decoder would put NUL)."""
    marked = text.str.replace_all(_PAIR + "|" + _SURROGATE, "${1}\ufffd")
    return marked.str.replace_all(_PAIR + "\ufffd", "${1}")
