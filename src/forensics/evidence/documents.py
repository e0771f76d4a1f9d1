"""Logs that are no lines, as JSON lines: documents of many records (arrays, ``records`` envelopes, pretty-printed objects), Parquet.

A record is put on the physical line where it begins, and the other lines that it took become blank: line numbers stay those of the
file. Where several records share a line (a minified array, an envelope on each line) the record's number takes the place of the line's.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import polars as pl

from forensics.errors import RefusedEvidenceError
from forensics.evidence.nested import is_nested, unnested
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

_TOKEN = r'(?:[^"{}\[\]]|"(?:[^"\\\n]|\\.)*["\n])+|[{}\[\]]|".*'
"""No text goes over lines: a quote that was lost says nothing of the next line."""
_ENVELOPE = re.compile(
    rb'^\s*\{(?:[^\[\]{}]|\{[^\[\]{}]*\}|\[[^\[\]{}]*\])*?"([A-Za-z]+)"\s*:\s*(\{\s*(?:[^\[\]{}]|\{[^{}]*\})*?"([A-Za-z]+)"\s*:\s*)?\[\s*\{'
)
_REQUEST_KEYS = re.compile(rb'"(?:method|path|url|uri|status|request|http|httpRequest|message|msg|user_agent)"\s*:')
"""A record with these keys beside a list is itself the record."""
_CLOUDFLARE = re.compile(
    rb'^\s*\{\s*"data"\s*:\s*\{\s*"viewer"\s*:\s*\{\s*"(?:zones|accounts)"\s*:\s*\[\s*\{\s*"[A-Za-z]+(?<!Groups)"\s*:\s*\[\s*\{'
)
"""Cloudflare's answer about requests (what it answers about groups of them are sums)."""
_APART = "\uffff"
"""Stands between the records of a broken document (no character of any text)."""
_ENVELOPES_END = re.compile(r'^\][\]}\s]*,\s*"[^"]*"\s*:.*\}$', re.DOTALL)
"""What stands behind the list of records: its end, and keys of the envelope."""
_PIECE = re.compile(rb'\s*(?:"(?:[^"\\]|\\.)*"\s*(?::\s*[^\s].*|,)?|[\[{]|[\]}][\]},]*|[-\d.eE+]+,?|true,?|false,?|null,?|)')
"""A line of a pretty-printed document."""
_ARRAY = re.compile(rb"^\s*\[\s*(?:\{|$)")


def text_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a log's content as UTF-8 lines: text as it is, documents of records as one JSON object a line."""
    if stream_head(stream)[: len(PARQUET)] == PARQUET:
        yield from parquet_lines(stream)
        return
    chunks = utf8_chunks(stream)
    begun = list(beginning(chunks))
    head = sample_of(begun)[:HEAD]
    depth = depth_of_records(head)
    whole = chain(begun, chunks)
    lines = whole if depth is None else record_lines(whole, depth)
    yield from unnested(lines, head) if is_nested(head) else lines


def how_read(head: bytes) -> list[str]:
    """Return what ``status`` says of a log that is no text of lines, by its first bytes."""
    if head.startswith(PARQUET):
        return ["the lines are the rows of a Parquet file"]
    if is_nested(head.removeprefix(codecs.BOM_UTF8)):
        return ["records inside the answer of a log store: each has its own number, not that of the line where it stands"]
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

    0: pretty-printed objects one after the other, or objects that nothing parts;
    1: an array; 2 and more: a list under a key of ``ENVELOPES``.
    """
    if _ARRAY.match(head):
        return 1
    start = head.lstrip(b" \t\r\n")
    if not start.startswith(b"{"):
        return _behind_a_cut(start)[0]
    found = _ENVELOPE.match(head[:65536])
    if found:
        keys = [key.decode().lower() for key in (found[1], found[3]) if key is not None]
        if keys[-1] in ENVELOPES and not _REQUEST_KEYS.search(head, 0, found.end(1)):
            return 1 + len(keys)
    if _CLOUDFLARE.match(head):
        return 6
    first, _, rest = start.partition(b"\n")
    first, second = first.strip(), rest.lstrip().partition(b"\n")[0].strip()
    if second.startswith(b"{") and _complete(second):
        return None  # lines of records, whose first was cut off
    if _side_by_side(first):
        return 0
    return 0 if len(start) > len(first) and re.fullmatch(rb'\{\s*(?:"[^"]*"\s*:.*[^}])?', first) and not _complete(first) else None


def _side_by_side(line: bytes) -> bool:
    """Whether a line begins with records that nothing parts, as Firehose delivers them."""
    if b"}{" not in line and b"} {" not in line:
        return False
    text = line.decode(errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return False
    return text[end:].lstrip().startswith("{")


def _behind_a_cut(head: bytes) -> tuple[int | None, str]:
    """Return how deep the records lie of a pretty-printed document whose beginning was lost, and their indentation (None: another text)."""
    lines = [line.rstrip() for line in head[:65536].split(b"\n")[1:-1]]
    if len(lines) < 3 or not all(_PIECE.fullmatch(line) for line in lines):
        return None, ""
    begins = [line[: -len(b"{")] for line in lines if line.endswith(b"{") and not line[:-1].strip()]
    if not begins:
        return None, ""
    indent = min(begins, key=len)
    return int(indent + b"}," in lines), indent.decode()


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
        self._mark: str | None = None
        self._indent: str | None = None

    def take(self, text: str) -> Iterator[bytes]:
        """Yield the records that end in this block."""
        text = self._left + text
        if self._line == 1 and text[:1] not in ("{", "["):
            self._begin_behind_a_cut(text[:65536])
        tokens = self._tokens(text)
        if self._inside < self._depth or self._mark is None:
            text, tokens = self._first_record(text, tokens)
        self._left = text
        if self._astray(text, tokens) and (yield from self._recovered()):
            return
        ends = (tokens["token"].is_in(["}"]) & (tokens["depth"] == self._depth)).arg_true()
        if not len(ends):
            if len(text) >= LONGEST_RECORD:
                yield from self._recovered()
            if len(self._left) > LONGEST_RECORD:
                raise RefusedEvidenceError(f"holds a JSON record longer than {LONGEST_RECORD >> 20} MB, or brackets that never close")
            return
        whole, rest = tokens[: int(ends[-1]) + 1], tokens[int(ends[-1]) + 1 :]
        yield self._written_out(self._records(whole))
        self._left = rest["token"].str.join("")[0] or ""
        self._inside = self._depth
        self._line += int(whole["breaks"].sum())

    def finish(self) -> Iterator[bytes]:
        """Yield what was begun and not finished as a line of its own; blank lines for those that it took, and for closing brackets."""
        if (yield from self._recovered()):
            yield from self.take("")
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

    def _first_record(self, text: str, tokens: pl.DataFrame) -> tuple[str, pl.DataFrame]:
        """Return the text and its tokens from the first record on, and learn what every record begins with from it: its indentation, or
        its first key where it does not begin its line.

        JSON has no line breaks inside texts, and what a record holds is indented further: where brackets and quotes do not match, as
        part of the document was lost, this tells the next record all the same.
        """
        begins = self._begun(tokens).arg_true()
        if not len(begins):
            return text, tokens
        head = tokens["token"][: int(begins[0])].str.join("")[0] or ""
        before, behind = head.rpartition("\n")[2], text[len(head) + 1 : len(head) + 1000]
        key = re.match(r'\s*"((?:[^"\\]|\\.)*)"', behind)
        if before.strip() and key:
            self._mark = rf'([,}}]\s*)(\{{\s*"{re.escape(key[1])}"\s*:)'
        elif not before.strip() and not re.match(rf"\s*\n{before}\S", behind):
            self._indent, self._mark = before, rf"(?m)^()({before}\{{)"
        head = head[: len(head) - len(before)]
        self._line += head.count("\n")
        self._inside = self._depth
        return text[len(head) :], tokens[int(begins[0]) :]

    def _begin_behind_a_cut(self, head: str) -> None:
        """Begin inside the list of records where the beginning of the document was lost."""
        depth, indent = _behind_a_cut(head.encode())
        if depth is not None:
            self._inside, self._indent, self._mark = self._depth, indent, rf"(?m)^()({indent}\{{)"

    def _begun(self, tokens: pl.DataFrame) -> pl.Series:
        """Return which tokens open a record."""
        return (tokens["token"] == "{") & (tokens["depth"] == self._depth + 1)

    def _astray(self, text: str, tokens: pl.DataFrame) -> bool:
        """Whether some line begins as a record does, and is inside one by the count of brackets."""
        if self._indent is None:
            return False
        marked = pl.Series([text]).str.split("\n").explode().str.starts_with(self._indent + "{").arg_true().cast(pl.Int64) + self._line
        return not marked.is_in(tokens["line"].filter(self._begun(tokens)).implode()).all()

    def _recovered(self) -> Generator[bytes, None, bool]:
        """Yield what is left as one record from mark to mark, the last of them excepted; return whether there were several."""
        if self._mark is None:
            return False
        text = pl.Series("text", [self._left]).str.replace_all(self._mark, f"${{1}}{_APART}${{2}}")
        if self._indent is not None:
            text = text.str.replace_all(rf"(?m)^({self._indent}\}}[ \t]*,?)", f"${{1}}{_APART}")
        parts = text.str.split(_APART).explode().to_frame()
        if len(parts) < 2:
            return False
        breaks = pl.col("text").str.count_matches("\n", literal=True).cast(pl.Int64)
        leading = pl.col("text").str.extract(r"^([\s,]*)").str.count_matches("\n", literal=True).cast(pl.Int64)
        placed = parts.with_columns((breaks.cum_sum() - breaks + self._line + leading).alias("line"))
        cleaned = pl.col("text").str.strip_chars(" \t\r\n,").str.replace_all(r"[\r\n]+", " ")
        records = placed.head(-1).with_columns(cleaned).filter(pl.col("text") != "").select("line", "text")
        if self._numbered is False:  # what shares a line is one reject
            placed_once = records.with_columns(pl.col("line").clip(lower_bound=self._written))
            records = placed_once.group_by("line", maintain_order=True).agg(pl.col("text").str.join(" "))
        if len(records):
            yield self._written_out(records)
        self._left, self._inside, self._line = parts["text"][-1], self._depth, int(placed["line"][-1])
        return True

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
        """Return line and text of each record (what stands under a key of the envelope is none)."""
        start = pl.lit(self._begun(tokens))
        inside = (pl.col("depth") > self._depth) | ((pl.col("token") == "}") & (pl.col("depth") == self._depth))
        return (
            tokens.with_columns(start.cum_sum().alias("record"), pl.col("token").shift().str.contains(r":\s*$").alias("named"))
            .filter(inside & (pl.col("record") > 0))
            .group_by("record", maintain_order=True)
            .agg(pl.col("line", "named").first(), pl.col("token").str.join("").str.replace_all(r"[\r\n]+", " ").alias("text"))
            .filter(~pl.col("named").fill_null(value=False))
        )

    def _written_out(self, records: pl.DataFrame) -> bytes:
        if records.is_empty():
            return b""
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
