"""The rows of an export file as text, whatever it is written in: CSV, JSON lines, a JSON array, Parquet.

A row is a list of cells beside its 1-based physical line; what cannot be read as a row is rejected with a reason.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.text import Numbered, line_end

DELIMITERS = (",", ";", "\t", "|")
MAX_CELL = 1 << 20
MOST_TITLES = 10
"""Lines (the name of the report, when it was made, Excel's ``sep=;``) that may stand before a header."""
FOLLOWING = 10
"""Rows behind a header that does not stand at the top, most of which must have its cells: prose has commas, too."""
LONGEST_NAME = 60
"""Characters that a column's name has at most, where the header does not stand at the top."""
BATCH = 100_000
TYPES = frozenset({"S", "N", "BOOL", "M", "L", "SS", "NS"})
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html"""
RULE = re.compile(r"\s*(?:[-+=][-+=\s]*)?|\(\d+ rows?\)\s*|\d+ rows? in set.*")
"""A line that is no row: a blank one, and what database clients draw around the rows of a table and say below them."""


@dataclass
class Table:
    """An export as text: ``frame`` has the file's own headers (all String) and ``line`` under the name ``LINE``."""

    frame: pl.DataFrame
    lines: int
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    """(line, reason, raw)"""
    assumptions: list[str] = field(default_factory=list)


LINE = "\x00line"


def decoded(data: bytes, assumptions: list[str] | None = None) -> str:
    """Return the text of an export: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252 (said in ``assumptions``)."""
    encoding = encoding_of(data)
    if encoding == "cp1252" and assumptions is not None:
        assumptions.append("text is not UTF-8; read as Windows-1252")
    return data.decode(encoding, errors="replace")


def encoding_of(data: bytes) -> str:
    """Return the encoding that ``decoded`` takes an export to be in."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def first_rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the cells of the first lines that are rows, one of which may be the header; [] when there are none of a table."""
    found: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if not RULE.fullmatch("".join(row)):
                found.append(row)
            if len(found) > MOST_TITLES + FOLLOWING:
                break
    except csv.Error:  # a cell longer than any header: what comes after it is none either
        return found
    return found


def is_table(found: list[list[str]]) -> bool:
    """Whether the first of these rows is the header of those that follow."""
    header, following = found[0], found[1 : 1 + FOLLOWING]
    alike = sum(len(row) == len(header) for row in following)
    return bool(following) and 2 * alike >= len(following) and all(len(name.strip()) <= LONGEST_NAME for name in header)


def read_csv(data: bytes, delimiter: str, titles: int = 0, columns: Sequence[str] = ()) -> Table:
    """Read delimited text whose header comes after so many lines of title, or that has none and these ``columns``; rows with more cells
    than headers are rejected, missing cells are empty.
    """
    csv.field_size_limit(MAX_CELL)
    table = Table(pl.DataFrame(), 0)
    whole = decoded(data, table.assumptions)
    table.lines = physical_lines(whole)
    text = io.TextIOWrapper(io.BytesIO(data), encoding_of(data), errors="replace", newline="")  # a StringIO takes four bytes a character
    lines = Numbered(text, whole)
    reader = csv.reader(lines, delimiter=delimiter)
    named = list(columns)
    header = unique(named)
    frames: list[pl.DataFrame] = []
    batch: list[list[Any]] = []
    for line, row in islice(_records(reader, lines, table), titles, None):
        if not header:
            named, header = row, unique(row)
        elif len(row) > len(header):
            table.rejected.append((line, f"{len(row)} cells under {len(header)} headers", delimiter.join(row)))
        else:
            batch.append([line, *row, *[""] * (len(header) - len(row))])
        if len(batch) >= BATCH:
            frames.append(_frame(batch, header))
            batch = []
    frames.append(_frame(batch, header))
    table.frame = _filled(pl.concat(frames), named, header)
    return table


def _filled(frame: pl.DataFrame, named: list[str], header: list[str]) -> pl.DataFrame:
    """Return the frame where the first of columns of one name also has what only a later one of them says.

    ``named``: the header as the file has it, ``header``: how its columns are called in the frame.
    """
    first: dict[str, str] = {}
    for name, column in zip((each.strip() for each in named), header, strict=True):
        earlier = first.setdefault(name, column)
        if name and earlier != column:
            empty = pl.col(earlier).str.strip_chars() == ""
            frame = frame.with_columns(pl.when(empty).then(pl.col(column)).otherwise(pl.col(earlier)).alias(earlier))
    return frame


def _records(reader: Any, lines: Numbered, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of every row; an unreadable record is rejected and reading goes on."""
    while True:
        line = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.rejected.append((line, f"not readable as CSV: {error}", ""))
            continue
        if not RULE.fullmatch("".join(row)):
            yield line, row


def _frame(batch: list[list[Any]], header: list[str]) -> pl.DataFrame:
    schema = {LINE: pl.Int64(), **{name: pl.String() for name in header}}
    return pl.DataFrame(batch, schema=schema, orient="row")


def unique(header: list[str]) -> list[str]:
    """Make header names distinct: a repeated one gets ``_2``, ``_3`` and so on; an empty one is named by its place."""
    seen: dict[str, int] = {}
    names = []
    for place, name in enumerate(header, start=1):
        plain = name.strip() or f"column {place}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain}_{seen[plain]}")
    return names


def physical_lines(text: str) -> int:
    """Count lines the way an editor does; a last line counts without its line end too."""
    end = line_end(text)
    return text.count(end) + (1 if text and not text.endswith(end) else 0)


def read_json_lines(data: bytes) -> Table:
    """Read one JSON object per line; nested keys are joined with dots."""
    table = Table(pl.DataFrame(), 0)
    text = decoded(data, table.assumptions)
    table.lines = physical_lines(text)
    objects: list[tuple[int, dict[str, str | None]]] = []
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
        except ValueError as error:
            table.rejected.append((line, f"not JSON: {error}", raw))
            continue
        if isinstance(value, dict):
            objects.append((line, flat(value)))
        else:
            table.rejected.append((line, "not a JSON object", raw))
    table.frame = _from_objects(objects)
    return table


def read_json_array(data: bytes, key: str | None) -> Table:
    """Read a JSON array of objects, or the array under ``key`` of one object; ``line`` is where each object starts."""
    table = Table(pl.DataFrame(), 0)
    text = decoded(data, table.assumptions)
    table.lines = physical_lines(text)
    start = array_start(text, key)
    objects = []
    decoder = json.JSONDecoder()
    line, counted, place = 1, 0, start
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if place >= len(text) or text[place] == "]":
            break
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, place = decoder.raw_decode(text, place)
        except ValueError as error:
            table.rejected.append((line, f"not JSON: {error}", text[place : place + 200]))
            break
        if isinstance(value, dict):
            objects.append((line, flat(value)))
        else:
            table.rejected.append((line, "not a JSON object", str(value)))
    table.frame = _from_objects(objects)
    table.lines = max(table.lines, len(objects) + len(table.rejected))
    return table


def array_start(text: str, key: str | None) -> int:
    """Return the place behind the array's opening bracket; RefusedEvidenceError when there is no array."""
    begin = 0 if key is None else text.find(f'"{key}"')
    bracket = text.find("[", max(begin, 0))
    if bracket < 0 or begin < 0:
        raise RefusedEvidenceError("holds no list of records: export one object per line, or one array of objects")
    return bracket + 1


def flat(value: dict[str, Any]) -> dict[str, str | None]:
    """Return a nested object as one level of text: keys joined with dots, list places as numbers (of a list of named values the names).

    A record that has all of it under one name is what stands there. An object that stands in a text (Firebase's ``customAttributes``,
    metadata of many systems) is nested, too. One that only says of what type a value is (``{"$oid": ...}``, as MongoDB exports them,
    ``{"S": ...}``, DynamoDB) is that value.
    """
    while len(value) == 1 and isinstance(inner := next(iter(value.values())), dict) and not next(iter(value)).startswith("$"):
        value = inner  # {"transaction": {...}}
    result: dict[str, str | None] = {}
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        prefix, item = stack.pop()
        item = _unpacked(item)
        if (
            isinstance(item, dict) and isinstance(item.get("attributes"), dict) and {"type", "id"} <= item.keys()
        ):  # https://jsonapi.org/format
            item = {**{key: inner for key, inner in item.items() if key != "attributes"}, **item["attributes"]}
        if isinstance(item, dict):
            item = _primary_first(item)
        if isinstance(item, dict | list):
            pairs = item.items() if isinstance(item, dict) else _named(item) or enumerate(item)
            stack.extend((f"{prefix}.{key}" if prefix else str(key), inner) for key, inner in pairs)
        elif item is not None:
            result[prefix] = item if isinstance(item, str) else json.dumps(item)
    return result


def _primary_first(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose lists begin with what it calls primary (Clerk: ``primary_email_address_id`` beside ``email_addresses``)."""
    for key, chosen in item.items():
        stem = key.removeprefix("primary_").removesuffix("_id")
        listed = item.get(f"{stem}es") or item.get(f"{stem}s") if key == f"primary_{stem}_id" else None
        if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
            listed.sort(key=lambda each: each.get("id") != chosen)
    return item


def _named(items: list[Any]) -> list[tuple[str, Any]]:
    """Return a list of ``{"Name": ..., "Value": ...}`` (attributes, as Amazon writes them) as pairs; nothing where it is none."""
    named = all(isinstance(item, dict) and item.keys() == {"Name", "Value"} for item in items)
    return [(str(item["Name"]), item["Value"]) for item in items] if named else []


def _unpacked(item: Any) -> Any:
    while isinstance(item, dict) and len(item) == 1 and ((key := next(iter(item))).startswith("$") or key in TYPES):
        item = next(iter(item.values()))
    if not (isinstance(item, str) and item[:1] == "{" and item[-1:] == "}"):
        return item
    try:
        return json.loads(item)
    except (ValueError, RecursionError):
        return item


def _from_objects(objects: list[tuple[int, dict[str, str | None]]]) -> pl.DataFrame:
    header = sorted({key for _, item in objects for key in item})
    return _frame([[line, *(item.get(key) for key in header)] for line, item in objects], header)


def read_parquet(stream: BinaryIO) -> Table:
    """Read a Parquet file; ``line`` is the row's number from 1, nested columns are flattened one level."""
    frame = pl.read_parquet(io.BytesIO(stream.read()))
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Struct):
            frame = frame.with_columns(pl.col(name).name.prefix_fields(f"{name}.")).unnest(name)
    texts = [
        pl.col(name).dt.to_string("iso") if kind.is_temporal() else pl.col(name).cast(pl.String, strict=False)
        for name, kind in frame.schema.items()
        if not kind.is_nested()
    ]
    return Table(frame.select(texts).with_row_index(LINE, offset=1).with_columns(pl.col(LINE).cast(pl.Int64)), frame.height)
