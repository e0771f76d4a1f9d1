"""Logs that are no lines, as JSON lines: documents of many records (arrays, ``records`` envelopes, pretty-printed objects), Parquet.

A record is put on the physical line where it begins, and the other lines that it took become blank: line numbers stay those of the
file. Where several records share a line (a minified array, an envelope on each line) the record's number takes the place of the line's.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.streams import CHUNK, utf8_chunks
from forensics.formats.schema import LONGEST_LINE

HEAD = 1 << 20
LONGEST_START = 192 << 20
"""So much of a first line is looked past for lines that tell the format."""
BLOCK = 4 << 20
LONGEST_RECORD = 64 << 20
PARQUET = b"PAR1"
ENVELOPES = ("records", "value", "events", "logevents", "logs", "entries", "items", "data", "results", "rows", "hits")
"""Keys (without case) under which services put lists of records."""

_TOKEN = r'(?s)(?:[^"{}\[\]]|"(?:[^"\\]|\\.)*")+|[{}\[\]]|".*'
_ENVELOPE = re.compile(
    rb'^\s*\{(?:[^\[\]{}]|\{[^\[\]{}]*\})*?"([A-Za-z]+)"\s*:\s*(\{\s*(?:[^\[\]{}]|\{[^{}]*\})*?"([A-Za-z]+)"\s*:\s*)?\[\s*\{'
)
_REQUEST_KEYS = re.compile(rb'"(?:method|path|url|uri|status|request|http|httpRequest|message|msg|user_agent)"\s*:')
"""A record with these keys beside a list is itself the record."""
_ENVELOPES_END = re.compile(r'^\]\s*,\s*"[^"]*"\s*:.*\}$', re.DOTALL)
"""What stands behind the list of records: its end, and keys of the envelope."""
_ARRAY = re.compile(rb"^\s*\[\s*(?:\{|$)")


def text_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a log's content as UTF-8 lines: text as it is, documents of records as one JSON object a line."""
    if stream_head(stream)[: len(PARQUET)] == PARQUET:
        yield from parquet_lines(stream)
        return
    chunks = utf8_chunks(stream)
    begun = list(beginning(chunks))
    depth = depth_of_records(sample_of(begun)[:HEAD])
    whole = chain(begun, chunks)
    yield from whole if depth is None else record_lines(whole, depth)


def how_read(head: bytes) -> list[str]:
    """Return what ``status`` says of a log that is no text of lines, by its first bytes."""
    if head.startswith(PARQUET):
        return ["the lines are the rows of a Parquet file"]
    if depth_of_records(head.removeprefix(codecs.BOM_UTF8)) is None:
        return []
    return ["a document of JSON records: a record has the number of the line where it begins, or its own where several share a line"]


def stream_head(stream: BinaryIO) -> bytes:
    """Return some of the next bytes of a stream without taking them, empty where it cannot look ahead."""
    peek = getattr(stream, "peek", None)
    return bytes(peek(8)[:8]) if peek is not None else b""


def beginning(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the first chunks, enough for a sample: ``HEAD`` bytes, more where the first line alone is as long, or what there is."""
    size = behind = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if behind or b"\n" in chunk:
            behind += len(chunk) if behind else len(chunk) - chunk.index(b"\n")
        if size >= HEAD and (behind >= HEAD // 4 or size >= LONGEST_START):
            return


def sample_of(begun: list[bytes]) -> bytes:
    """Return the first chunks as one text; of a first line longer than any that is read, only the beginning (nobody copies the rest)."""
    kept: list[bytes] = []
    size = 0
    for place, chunk in enumerate(begun):
        first, end, rest = chunk.partition(b"\n")
        kept.append(first[: max(0, LONGEST_LINE + 1 - size)])
        size += len(first)
        if end:
            return b"".join((*kept, end, rest, *begun[place + 1 :]))
    return b"".join(kept)


def depth_of_records(head: bytes) -> int | None:
    """Return how deep in brackets a document's records lie, by its first bytes; None when it is a text of lines.

    0: pretty-printed objects one after the other; 1: an array; 2 and more: a list under a key of ``ENVELOPES``.
    """
    if _ARRAY.match(head):
        return 1
    start = head.lstrip(b" \t\r\n")
    if not start.startswith(b"{"):
        return None
    found = _ENVELOPE.match(head[:65536])
    if found:
        keys = [key.decode().lower() for key in (found[1], found[3]) if key is not None]
        if keys[-1] in ENVELOPES and not _REQUEST_KEYS.search(head, 0, found.end(1)):
            return 1 + len(keys)
    first, _, rest = start.partition(b"\n")
    first, second = first.strip(), rest.lstrip().partition(b"\n")[0].strip()
    if second.startswith(b"{") and _complete(second):
        return None  # lines of records, whose first was cut off
    return 0 if len(start) > len(first) and re.fullmatch(rb'\{\s*(?:"[^"]*"\s*:.*[^}])?', first) and not _complete(first) else None


def _complete(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def record_lines(chunks: Iterable[bytes], depth: int) -> Iterator[bytes]:
    """Yield one line for each record at ``depth``, blank lines between them where line numbers are those of the file."""
    splitter = _Splitter(depth)
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    held: list[str] = []
    size = 0
    for chunk in chunks:
        held.append(decoder.decode(chunk))
        size += len(chunk)
        if size >= BLOCK:
            yield from splitter.take("".join(held))
            held, size = [], 0
    yield from splitter.take("".join(held) + decoder.decode(b"", final=True))
    yield from splitter.finish()


class _Splitter:
    """Cuts a document into records, block by block; what is left of a block waits for the next."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._left = ""
        self._inside = 0
        self._line = 1
        self._written = 1
        self._numbered: bool | None = None

    def take(self, text: str) -> Iterator[bytes]:
        """Yield the records that end in this block."""
        text = self._left + text
        tokens = self._tokens(text)
        ends = (tokens["token"].is_in(["}"]) & (tokens["depth"] == self._depth)).arg_true()
        if not len(ends):
            self._left = text
            if len(text) > LONGEST_RECORD:
                raise RefusedEvidenceError(f"holds a JSON record longer than {LONGEST_RECORD >> 20} MB, or brackets that never close")
            return
        whole, rest = tokens[: int(ends[-1]) + 1], tokens[int(ends[-1]) + 1 :]
        yield self._written_out(self._records(whole))
        self._left = rest["token"].str.join("")[0] or ""
        self._inside = self._depth
        self._line += int(whole["breaks"].sum())

    def finish(self) -> Iterator[bytes]:
        """Yield what was begun and not finished as a line of its own; blank lines for those that it took, and for closing brackets."""
        body = self._left.strip()
        if body.strip(" \t\r\n,]}") and not _ENVELOPES_END.match(body):
            begins = self._line + self._left[: self._left.index(body[0])].count("\n")
            after = self._left[self._left.rindex(body[-1]) + 1 :]
            lead, over = begins - self._written, body.count("\n") + max(0, after.count("\n") - 1)
            if self._numbered:
                lead = over = 0
            yield ("\n" * lead + " ".join(body.split("\n")) + "\n" + "\n" * over).encode("utf-8", "backslashreplace")
        elif not self._numbered:
            last = self._line + self._left.count("\n") - self._left.endswith("\n")
            yield b"\n" * (last + 1 - self._written)

    def _tokens(self, text: str) -> pl.DataFrame:
        """Return token, depth behind it, line breaks in it, and line before it."""
        token = pl.Series("token", [text]).str.extract_all(_TOKEN).explode()
        if token.null_count():
            token = token.drop_nulls()
        change = pl.when(pl.col("token").is_in(["{", "["])).then(1).when(pl.col("token").is_in(["}", "]"])).then(-1).otherwise(0)
        return (
            token.to_frame("token")
            .with_columns(change.alias("change"), pl.col("token").str.count_matches("\n", literal=True).cast(pl.Int64).alias("breaks"))
            .with_columns(
                (pl.col("change").cum_sum() + self._inside).alias("depth"),
                (pl.col("breaks").cum_sum() - pl.col("breaks") + self._line).alias("line"),
            )
        )

    def _records(self, tokens: pl.DataFrame) -> pl.DataFrame:
        """Return line and text of each record."""
        start = (pl.col("token") == "{") & (pl.col("depth") == self._depth + 1)
        inside = (pl.col("depth") > self._depth) | ((pl.col("token") == "}") & (pl.col("depth") == self._depth))
        return (
            tokens.with_columns(start.cum_sum().alias("record"))
            .filter(inside & (pl.col("record") > 0))
            .group_by("record", maintain_order=True)
            .agg(pl.col("line").first(), pl.col("token").str.join("").str.replace_all(r"[\r\n]+", " ").alias("text"))
        )

    def _written_out(self, records: pl.DataFrame) -> bytes:
        if self._numbered is None:
            self._numbered = bool(records["line"].is_duplicated().any())
        if self._numbered:
            return ("".join(records.select(pl.col("text") + "\n")["text"].str.join(""))).encode("utf-8", "backslashreplace")
        lead = records["line"] - pl.concat([pl.Series([self._written], dtype=pl.Int64), (records["line"] + 1)[:-1]])
        if (lead < 0).any():
            raise RefusedEvidenceError("has records that share a line after others that do not; split it into one record a line")
        lines = pl.DataFrame({"text": records["text"], "lead": lead}).select(
            pl.lit("\n").repeat_by("lead").list.join("") + pl.col("text") + "\n"
        )
        self._written = int(records["line"][-1]) + 1
        joined = lines.to_series().str.join("")[0]
        return str(joined).encode("utf-8", "backslashreplace")


# Parquet --------------------------------------------------------------------------------------------------------------


def parquet_columns(stream: BinaryIO) -> list[str]:
    """Return the column names of a Parquet file, nested ones with dots."""
    import pyarrow.parquet as pq

    return [column.path for column in pq.ParquetFile(_seekable(stream)).schema]


def parquet_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the rows of a Parquet file as JSON lines, times in UTC as ISO 8601."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(_seekable(stream)).iter_batches(batch_size=8_192):
            frame = pl.DataFrame(pl.from_arrow(batch))
            rows = frame.select(_jsonable(name, kind) for name, kind in frame.schema.items() if kind != pl.Binary)
            lines = rows.select(pl.struct(pl.all()).struct.json_encode().alias("raw"))["raw"]
            yield (str(lines.str.join("\n")[0]) + "\n").encode()
    except pa.ArrowException as error:
        raise RefusedEvidenceError(f"is a Parquet file that cannot be read ({error})") from error


def _jsonable(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        zoned = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else column
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("Z" if kind.time_zone else "")).alias(name)
    if kind.is_temporal():
        return column.dt.to_string("iso")
    return column.cast(pl.String) if isinstance(kind, pl.Decimal | pl.Categorical | pl.Enum) else column


def _seekable(stream: BinaryIO) -> BinaryIO:
    if stream.seekable():
        return stream
    return io.BytesIO(b"".join(iter(lambda: stream.read(CHUNK), b"")))
