"""One log file to one Parquet file: lines in batches, parsed, counted, written in row groups of fixed size.

Reading ahead, parsing and writing run side by side; what is written does not depend on how many threads there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import polars as pl

from forensics.case.folds import Folds
from forensics.evidence.hashing import HashedFile
from forensics.evidence.line_reader import LineReader
from forensics.evidence.lines import KEPT_OF_REJECT, NO_LINES, LineBatch, batch_among, batch_of, blocks
from forensics.evidence.prefetch import mapped
from forensics.evidence.recognise import Parsed
from forensics.formats.base import BlockParser
from forensics.formats.proxies import behind_proxies, unbelieved
from forensics.formats.schema import EVENTS, OUTCOME

ROW_GROUP = 131_072
DICTIONARY_SAMPLE = 16_384
"""Rows of a file's first batch that decide which columns are stored through a dictionary: those with fewer than half as many values."""
SOUGHT = ("evidence_id", "line", "timestamp", "started_at", "status", "duration_ms")
"""Columns with least and greatest values per row group: those that readers can skip row groups by (texts are spread over all of them)."""
WAITING_LINES = 4096
"""So many lines that a block parser left are read together."""
BACKWARD = timedelta(seconds=60)
"""A timestamp so much before the one above it is a backward step of the clock (slow requests are logged late by less)."""

FIRST_EVENTS = 4096
"""Events of a file that tell whether it is one of forwarded requests."""

BLANK = "blank"
OUTSIDE = "outside --from and --to"
"""Reasons of skipped lines that no format gives."""
_NUMBERED = r"^continues (?:line|the line) \d+$"

NO_OUTCOMES = pl.DataFrame(schema={"line": pl.Int64(), **OUTCOME})
REJECTS: dict[str, pl.DataType] = {"evidence_id": pl.String(), "line": pl.Int64(), "reason": pl.String(), "raw": pl.String()}


@dataclass
class Reading:
    """What one log file came to: lines = parsed + rejected + skipped."""

    lines: int = 0
    parsed: int = 0
    skipped: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    backward_steps: int = 0
    rejects: list[pl.DataFrame] = field(default_factory=list)
    skips: dict[str, int] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    """What was taken for granted of its times."""
    unbelieved: str = ""
    """What to tell of forwarded requests whose clients are not known (of the first batch)."""
    _before: datetime | None = None

    @property
    def rejected(self) -> int:
        """Lines that no format read."""
        return sum(len(frame) for frame in self.rejects)

    def arrived(self, lines: int, batch: LineBatch) -> None:
        """Add a block of so many lines, and those of its batch that never reach a format."""
        self.lines += lines
        self.skip(batch.blank, BLANK)
        if not batch.rejects.is_empty():
            self.rejects.append(batch.rejects)

    def skip(self, lines: int, reason: str) -> None:
        """Count lines that are no request, and why they are none."""
        if lines:
            self.skipped += lines
            self.skips[reason] = self.skips.get(reason, 0) + lines

    @property
    def skipped_because(self) -> list[str]:
        """The reasons of skipped lines with their counts, the commonest first."""
        return [f"{reason} ({lines})" for reason, lines in sorted(self.skips.items(), key=lambda told: (-told[1], told[0]))]

    def count(self, kept: pl.DataFrame, others: pl.DataFrame, lines: pl.DataFrame) -> None:
        """Add what lines were read as: events that are kept, and ``others`` (``lines`` holds their text)."""
        rejected = others.filter(pl.col("outcome") == "rejected")
        self.parsed += len(kept)
        if len(rejected) < len(others):
            told = (
                others.filter(pl.col("outcome") == "skipped")["reason"].fill_null("no request").str.replace(_NUMBERED, "continues a record")
            )
            for reason, count in told.value_counts().rows():
                self.skip(count, reason)
        if not rejected.is_empty():
            raw = lines.select("line", pl.col("raw").str.head(KEPT_OF_REJECT))
            self.rejects.append(rejected.select("line", "reason").join(raw, on="line", how="left", maintain_order="left"))
        if not kept.is_empty():
            began, ended = kept["started_at"].min(), kept["timestamp"].max()
            assert isinstance(began, datetime)
            assert isinstance(ended, datetime)
            self.first_at = began if self.first_at is None else min(began, self.first_at)
            self.last_at = ended if self.last_at is None else max(ended, self.last_at)

    def follow_clock(self, stamps: pl.Series) -> None:
        """Count the backward steps among timestamps in the order of the file."""
        if len(stamps):
            before = stamps.shift(1, fill_value=self._before if self._before is not None else stamps[0])
            self.backward_steps += int((before - stamps > BACKWARD).sum())
            self._before = stamps[-1]

    def rejects_of(self, evidence_id: str) -> pl.DataFrame:
        """Return the rows for the table ``rejects``, by line."""
        if not self.rejects:
            return pl.DataFrame(schema=REJECTS)
        return pl.concat(self.rejects).sort("line").select(pl.lit(evidence_id).alias("evidence_id"), "line", "reason", "raw")


@dataclass(frozen=True)
class Window:
    """Only events in [since, until) are kept; the others are skipped lines."""

    since: datetime | None = None
    until: datetime | None = None

    def kept(self, events: pl.DataFrame) -> pl.DataFrame:
        """Return the events inside the window."""
        if self.since is not None:
            events = events.filter(pl.col("timestamp") >= self.since)
        return events if self.until is None else events.filter(pl.col("timestamp") < self.until)


class EventWriter:
    """Writes batches of events to a Parquet file in a thread of its own; the evidence id may become known while batches wait.

    The first batch waits for the second: of the thousands of small files that services deliver each is one batch, which no thread is for.
    """

    def __init__(self, path: Path, evidence_id: Future[str]) -> None:
        self._path, self._evidence_id = path, evidence_id
        self._first: pl.DataFrame | None = None
        self._pool = ThreadPoolExecutor(1)
        self._pending: list[Future[None]] = []
        self._writer: Any = None
        self._file: HashedFile | None = None

    def __enter__(self) -> Self:
        return self

    def write(self, events: pl.DataFrame) -> None:
        """Hand over a batch; waits while several are still being written."""
        while len(self._pending) > 2:
            self._pending.pop(0).result()
        if events.is_empty():
            return
        if self._first is None:
            self._first = events
            return
        if self._writer is None and not self._pending:
            self._pending.append(self._pool.submit(self._append, self._first))
        self._pending.append(self._pool.submit(self._append, events))

    def _append(self, events: pl.DataFrame) -> None:
        import pyarrow.parquet as pq

        # One chunk, whatever the threads were, so that pages are the same; string views go over as they are, without a copy.
        table = stored(events, self._evidence_id.result()).rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
        if self._writer is None:
            self._file = HashedFile(self._path)
            self._writer = pq.ParquetWriter(
                self._file,
                table.schema,
                compression="lz4",
                store_schema=False,
                use_dictionary=["evidence_id", *_repetitive(events.head(DICTIONARY_SAMPLE))],
                write_statistics=list(SOUGHT),
                column_encoding={"line": "DELTA_BINARY_PACKED"},
            )
        self._writer.write_table(table, row_group_size=ROW_GROUP)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                for pending in self._pending:
                    pending.result()
                if self._first is not None and self._writer is None:
                    self._append(self._first)
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
            if self._file is not None:
                with self._file:
                    self._close_writer()

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the file, once the block has been left; None where nothing was written."""
        return None if self._file is None else self._file.sha256


def _repetitive(events: pl.DataFrame) -> list[str]:
    """Return the columns of text or small numbers whose values recur."""
    kinds = (pl.String(), pl.Int16())
    distinct = events.select(pl.col(name).n_unique() for name, kind in EVENTS.items() if kind in kinds)
    return [name for name, count in distinct.row(0, named=True).items() if 2 * count <= len(events)]


def stored(events: pl.DataFrame, evidence_id: str) -> pl.DataFrame:
    """Return events as the store keeps them: ``evidence_id`` before the columns, ``extra`` as a MAP."""
    return events.select(
        pl.lit(evidence_id).alias("evidence_id"),
        *(pl.col(name).cast(pl.Map(pl.String, pl.String)) if name == "extra" else name for name in EVENTS),
    )


class CutBlock(NamedTuple):
    """A block of text: what its format's block parser read at once, the batch of the other lines, and how many lines it has.

    Lines are counted from 1 in the block.
    """

    events: pl.DataFrame | None
    batch: LineBatch
    lines: int


def cut_block(parser: BlockParser | None, block: bytes) -> CutBlock:
    """Return a block read as far as it can be without knowing what came before it."""
    whole = parser(block) if parser is not None else None
    if whole is None or whole.events.is_empty():
        batch = batch_of(block)
        return CutBlock(None, batch, len(batch.lines) + len(batch.rejects) + batch.blank)
    left = whole.left
    return CutBlock(whole.events, batch_among(block, left) if len(left) else NO_LINES, len(whole.events) + len(left))


def read_log(chunks: Iterable[bytes], reader: LineReader, writer: EventWriter, window: Window) -> Reading:
    """Parse a whole log: text chunks in, events to ``writer``, counts out.

    Lines that a block parser leaves are read many blocks at a time, for it costs as much to find out what one such line is as a thousand;
    their events come after those of the blocks. Backward steps of the clock are looked for among the others.
    """
    reading = Reading()
    sink = _Sink(reading, writer, window, reader.trusted_proxies)
    folds = Folds(reader.time_zone)
    placed = _placing(reader, folds)
    waiting: list[pl.DataFrame] = []
    cutting = partial(cut_block, reader.block_parser)
    # Of a file that is one sample there is nothing to read ahead, and threads would cost more than all of it.
    with nullcontext(map(cutting, blocks(chunks))) if reader.whole else mapped(cutting, blocks(chunks)) as cut:
        for block in cut:
            batch = block.batch.moved(reading.lines)
            if block.events is None:
                parsed = placed(reader.read(batch.lines))
                sink.take(parsed)
                reading.follow_clock(parsed.read.filter(pl.col("outcome") == "event")["timestamp"])
            else:
                events = placed(Parsed(NO_LINES.lines, block.events.with_columns(pl.col("line") + reading.lines))).read
                sink.keep(events)
                reading.follow_clock(events["timestamp"])
                waiting.append(batch.lines)
            reading.arrived(block.lines, batch)
            if sum(map(len, waiting)) >= WAITING_LINES:
                sink.take(placed(reader.read(pl.concat(waiting))))
                waiting.clear()
    if waiting:
        sink.take(placed(reader.read(pl.concat(waiting))))
    sink.take(placed(reader.finish()))
    reading.assumed = folds.told()
    return reading


def _placing(reader: LineReader, folds: Folds) -> Callable[[Parsed], Parsed]:
    """Return what puts local times of the hour that a clock passed twice where they belong."""

    def placed(parsed: Parsed) -> Parsed:
        return parsed if reader.carries_zones(reader.main) else replace(parsed, read=folds.unfolded(parsed.read))

    return placed


@dataclass(frozen=True)
class _Sink:
    """Where what was read goes."""

    reading: Reading
    writer: EventWriter
    window: Window
    trusted_proxies: tuple[str, ...]

    def keep(self, events: pl.DataFrame, others: pl.DataFrame = NO_OUTCOMES, lines: pl.DataFrame = NO_LINES.lines) -> None:
        """Write the events inside the window, and count them and all other lines."""
        kept = behind_proxies(self.window.kept(events), self.trusted_proxies)
        if not self.reading.parsed:
            self.reading.unbelieved = unbelieved(kept.head(FIRST_EVENTS))
        self.reading.skip(len(events) - len(kept), OUTSIDE)
        self.reading.count(kept, others, lines)
        self.writer.write(kept)

    def take(self, parsed: Parsed) -> None:
        """Keep the events among parsed lines."""
        if parsed.read.is_empty():
            return
        is_event = parsed.read["outcome"] == "event"
        if is_event.all():
            self.keep(parsed.read.select(*EVENTS))
        else:
            self.keep(parsed.read.filter(is_event).select(*EVENTS), parsed.read.filter(~is_event), parsed.lines)
