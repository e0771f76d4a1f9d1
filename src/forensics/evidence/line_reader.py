"""The lines of one log as events: by the file's main format, by others, and out of what they are wrapped in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from forensics.evidence.lines import of_blocks
from forensics.evidence.machines import Machines
from forensics.evidence.recognise import Asked, Parsed, Plan, candidates, is_general
from forensics.evidence.refusals import GENERAL_REASONS, what_line, why_rejected
from forensics.evidence.wrappings import DEEPEST, unwrap
from forensics.formats.base import BlockParser, Format, Parser, ReadOptions
from forensics.formats.parts import InParts
from forensics.formats.registry import all_formats
from forensics.formats.schema import EVENTS, LINES, OUTCOME
from forensics.formats.zones import LocalZone

_NOTHING = pl.DataFrame(schema={**EVENTS, **OUTCOME})


def share_read(plan: Plan, sample: pl.DataFrame, options: ReadOptions) -> float:
    """Return the share of the sampled lines that are read, by whatever format, among those that should be requests."""
    reader = LineReader(plan, options)
    outcomes = pl.concat([reader.read(sample).read["outcome"], reader.finish().read["outcome"]])
    events, rejected = int((outcomes == "event").sum()), int((outcomes == "rejected").sum())
    return events / (events + rejected) if events else 0.0


class LineReader:
    """Reads the lines of one file: the file's main format first, the other formats for the lines that it leaves, then what is wrapped.

    Before a main format that reads almost anything those are asked that read some of the sample and are more specific. Parsers keep their
    state from batch to batch; batches must come in the file's order, and ``finish`` after the last.
    """

    def __init__(self, plan: Plan, options: ReadOptions, *, alone: bool = False) -> None:
        self.main = plan.ranked[0].format
        self._options = options
        self.trusted_proxies, self.time_zone = options.trusted_proxies, options.time_zone
        self._parsers: dict[str, Parser] = {}
        self._zones = {self.main.name: LocalZone(options.time_zone)}
        rest = [rated.format for rated in plan.ranked[1:]]
        others = rest + [entry for entry in all_formats() if entry not in rest and entry is not self.main]
        self._others = [] if alone else sorted((entry for entry in others if not entry.main_only), key=is_general)
        above = [entry for entry in rest if entry.rank > self.main.rank and not entry.main_only]
        self._before = sorted(above, key=is_general) if is_general(self.main) and not alone else []
        self._wrapped = plan.wrapped
        self.whole = plan.whole
        self._machines = Machines()
        self._held = pl.DataFrame(schema=LINES)
        self._tried = {rated.format.name: rated for rated in (plan.tried if plan.whole and not plan.wrapped else ())}
        self._reasons = pl.DataFrame(schema=_REASONS)
        self.used: dict[str, int] = {}
        """Lines read by each format other than the main one."""

    @property
    def assumed(self) -> list[str]:
        """What the main format took for granted of this file."""
        return list(getattr(self._parser(self.main), "assumed", ()))

    @property
    def block_parser(self) -> BlockParser | None:
        """The main format's parser of whole blocks, where it can have one and its lines are not wrapped."""
        if self._wrapped or self._before or self.main.name in self._tried:
            return None
        if self.main.open_blocks is not None:
            return self.main.open_blocks(self._options_of(self.main))
        parser = self._parser(self.main)
        return of_blocks(parser.parser) if isinstance(parser, InParts) else None

    def read(self, lines: pl.DataFrame, *, last: bool = False) -> Parsed:
        """Return what the lines are; parts of a record that may go on in the next batch come back with that batch."""
        self._reasons = pl.DataFrame(schema=_REASONS)
        whole = pl.concat([self._held, lines]) if len(self._held) else lines
        whole, waiting = self._cut(whole, last=last)
        self._held = pl.DataFrame(schema=LINES)
        outcomes = self._unwrapped(whole, last=last) if self._wrapped else self._plain(whole, last=last)
        read = outcomes[0] if len(outcomes) == 1 else pl.concat([_NOTHING, *outcomes]).sort("line")
        if len(self._held):
            whole = whole.join(self._held.select("line"), on="line", how="anti", maintain_order="left")
        self._held = pl.concat([self._held, waiting]) if len(waiting) else self._held
        return Parsed(whole, read)

    def _cut(self, lines: pl.DataFrame, *, last: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the lines, and those at their end whose row may go on in the next batch (of formats whose rows go over lines)."""
        waits = None if last or self._wrapped else getattr(self._parser(self.main), "waits", None)
        count = waits(lines["raw"]) if waits is not None else 0
        return lines.head(len(lines) - count), lines.tail(count)

    def finish(self) -> Parsed:
        """Return what was still waited for."""
        return self.read(pl.DataFrame(schema=LINES), last=True)

    def _plain(self, lines: pl.DataFrame, *, last: bool) -> list[pl.DataFrame]:
        good, left = self._formats(lines, plain=True)
        if left.is_empty():
            return good
        more = self._unwrapped(left, last=last) if self._others else [_rejected(left, self._reasons)]
        return [*good, *more]

    def _unwrapped(self, lines: pl.DataFrame, *, last: bool) -> list[pl.DataFrame]:
        """Read what is wrapped in the lines; the rest is read as it is."""
        found = unwrap(lines, last=last, deepest=self._wrapped or DEEPEST)
        self._held = found.held
        done = [_skipped(found.continued, pl.format("continues line {}", "first"))] if len(found.continued) else []
        bare = lines.join(pl.concat([found.inner["line"], found.continued["line"], found.held["line"]]).to_frame(), on="line", how="anti")
        good, left = self._formats(found.inner)
        done += self._machines.told(good, lines)
        other = _other_lines(left)
        done += [other] if len(other) else []
        left = left.join(other, on="line", how="anti", maintain_order="left")
        asked = left.filter(pl.col("raw").str.contains('"', literal=True) & ~pl.col("line").is_in(found.continued["first"].implode()))
        left = pl.concat([left.select("line"), bare.select("line")]).join(lines, on="line", how="left", maintain_order="left")
        if self._wrapped:  # what passes for a wrapping may be a part of the line (a balancer's time)
            whole = pl.col("line").is_in(bare["line"].implode()) | (
                pl.col("line").is_in(asked["line"].implode()) & ~pl.col("raw").str.starts_with("{")
            )
            good, still = self._formats(left.filter(whole))
            done += good
            left = pl.concat([left.filter(~whole), still])
        return [*done, *_left_over(left, self._reasons)]

    def _formats(self, lines: pl.DataFrame, *, plain: bool = False) -> tuple[list[pl.DataFrame], pl.DataFrame]:
        """Return what the formats read, in turn, and the lines that none of them did; ``plain``: lines as the file has them.

        The more specific are asked first: what reads almost anything reads their lines, too, and not all that they tell.
        """
        kept, waiting = self._by_others(self._before, lines, plain=plain)
        if len(waiting):
            good, waiting = self._by(self.main, waiting, plain=plain)
            kept += [good] if len(good) else []
        more, waiting = self._by_others(self._others, waiting, plain=plain)
        return [*kept, *more], waiting

    def _by_others(self, formats: Sequence[Format], lines: pl.DataFrame, *, plain: bool) -> tuple[list[pl.DataFrame], pl.DataFrame]:
        """Return what formats that could read some of the lines read of them, in turn, and the lines that none of them did."""
        kept: list[pl.DataFrame] = []
        for entry in candidates(Asked(lines), formats, max(1, len(formats))) if len(lines) else ():
            good, lines = self._by(entry, lines, plain=plain)
            if len(good):
                kept.append(good)
                self.used[entry.name] = self.used.get(entry.name, 0) + int((good["outcome"] == "event").sum())
            if lines.is_empty():
                break
        return kept, lines

    def _by(self, entry: Format, lines: pl.DataFrame, *, plain: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return what one format reads, and the lines that it does not."""
        before = self._read_before(entry, lines) if plain else None
        read = self._parser(entry)(lines) if before is None else before
        bad = read["outcome"] == "rejected"
        if not bad.any():
            return read, lines.clear()
        if entry is self.main:
            told = read.filter(bad).select("line", "reason")
            self._reasons = pl.concat([self._reasons, told]).unique("line", keep="first", maintain_order=True)
        return read.filter(~bad), lines.filter(bad)

    def _read_before(self, entry: Format, lines: pl.DataFrame) -> pl.DataFrame | None:
        """Return what the format read the lines as when the file was recognised, None where it did not, or might read them otherwise."""
        rated = self._tried.get(entry.name)
        if rated is None or rated.sampled is None:
            return None
        known, read = rated.sampled.lines, rated.sampled.read
        if len(lines) < len(read) and isinstance(self._parser(entry), InParts):
            these = pl.col("line").is_in(lines["line"].implode())
            known, read = known.filter(these), read.filter(these)
        elif entry is not self.main:
            return None
        if not known.equals(lines):
            return None
        self._zones.setdefault(entry.name, LocalZone(self._options.time_zone)).used |= rated.unzoned
        return read

    def _parser(self, entry: Format) -> Parser:
        if entry.name not in self._parsers:
            self._parsers[entry.name] = entry.open(self._options_of(entry))
        return self._parsers[entry.name]

    def _options_of(self, entry: Format) -> ReadOptions:
        return replace(self._options, time_zone=self._zones.setdefault(entry.name, LocalZone(self._options.time_zone)))

    def carries_zones(self, entry: Format) -> bool:
        """Whether every time that a format has read so far carries its zone, or is UTC by specification."""
        return entry.zoned or not self._zones.get(entry.name, LocalZone()).used


_REASONS = {"line": pl.Int64(), "reason": pl.String()}


def _other_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Skip the lines of other logs among those that were wrapped."""
    told = lines.with_columns(what_line(pl.col("raw")).alias("what")) if len(lines) else lines.with_columns(pl.lit("").alias("what"))
    return _skipped(told.filter(pl.col("what").is_not_null()), pl.col("what"))


def _left_over(lines: pl.DataFrame, reasons: pl.DataFrame) -> list[pl.DataFrame]:
    """Say of lines that nothing reads what they are: lines of other logs are skipped, the rest is rejected."""
    if lines.is_empty():
        return []
    kind = lines.select(what_line(pl.col("raw")).alias("what"))["what"]
    told = lines.with_columns(kind)
    return [_skipped(told.filter(pl.col("what").is_not_null()), pl.col("what")), _rejected(told.filter(pl.col("what").is_null()), reasons)]


def _skipped(lines: pl.DataFrame, reason: pl.Expr) -> pl.DataFrame:
    return _no_events(lines.with_columns(reason.alias("reason")), "skipped")


def _rejected(lines: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Reject lines: for what the file's main format says of them where that says more than that they are not its own."""
    told = lines.join(reasons, on="line", how="left", maintain_order="left")
    own = pl.when(~pl.col("reason").is_in(list(GENERAL_REASONS))).then("reason")
    return _no_events(told.with_columns(pl.coalesce(own, why_rejected(pl.col("raw"))).alias("reason")), "rejected")


def _no_events(lines: pl.DataFrame, outcome: str) -> pl.DataFrame:
    blank = (pl.lit(None, dtype=kind).alias(name) for name, kind in EVENTS.items() if name != "line")
    return lines.select("line", *blank, pl.lit(outcome).alias("outcome"), pl.col("reason").cast(pl.String))
