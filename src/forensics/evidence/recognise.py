"""What format a log has: its first lines are parsed with every format that could be meant, and the best reader wins.

A format that reads a larger share of the sampled lines wins; equal shares go to the more specific format (``rank``), then to the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.evidence.lines import split_lines
from forensics.evidence.wrappings import DEEPEST, surely_wrapped, unwrap
from forensics.formats.base import Format, ReadOptions
from forensics.formats.registry import all_formats
from forensics.formats.zones import LocalZone

SAMPLE_LINES = 400
WELL_READ = 0.9
"""Where a format reads so many of the lines as they are, nobody looks for wrappings."""
LEAST_SHARE = 0.3
"""Below this share of read lines a file is not taken for a log of the format."""


ASKED_AT_ONCE = 8
"""Formats whose hints are looked for together."""
GENERAL_RANK = 5
"""Formats up to this rank read almost anything of their family."""


LONGEST_SAMPLE = 1 << 16
"""A longer line says little of its file's format, and trying it costs much."""


def sample_lines(head: bytes) -> pl.DataFrame:
    """Return the first lines of a text (``LINES``), on which formats are tried."""
    raw = first_lines(head)
    sample = pl.DataFrame({"line": pl.int_range(1, len(raw) + 1, dtype=pl.Int64, eager=True), "raw": raw}).drop_nulls()
    return sample.filter(pl.col("raw").str.len_bytes() <= LONGEST_SAMPLE)


def first_lines(text: bytes) -> pl.Series:
    """Return the first lines of a text: to split all of it for a few takes longer than to try a format on them."""
    end = 0
    for _ in range(SAMPLE_LINES):
        end = text.find(b"\n", end) + 1
        if not end:
            end = len(text)
            break
    return split_lines(text[:end]).head(SAMPLE_LINES)


@dataclass(frozen=True)
class Parsed:
    """Lines and what they were read as, ``LINES`` and ``EVENTS`` + ``OUTCOME``: the same lines in the same order."""

    lines: pl.DataFrame
    read: pl.DataFrame


@dataclass(frozen=True)
class Recognition:
    """One format's reading of the sample."""

    format: Format
    share: float
    """Events among the sampled lines that are no header."""
    events: int
    sampled: Parsed | None = None
    """The sample as the format reads it."""
    unzoned: bool = False
    """Whether a time of the sample carries no zone."""


@dataclass(frozen=True)
class Asked:
    """Lines that formats are asked about: whether they could read some, and what they read them as."""

    lines: pl.DataFrame
    """``LINES``"""

    def contain(self, hints: set[str]) -> dict[str, bool]:
        """Return whether some line contains each of the hints."""
        found = self.lines.select(pl.col("raw").str.contains(hint).any().alias(hint) for hint in hints)
        return found.row(0, named=True) if hints else {}

    def match(self, pattern: str) -> bool:
        """Whether some line, without blanks at its end, is as the pattern says."""
        return bool(self.lines["raw"].str.strip_chars_end().str.contains(pattern).any())

    def rated(self, entry: Format, options: ReadOptions) -> Recognition:
        """Return how a format reads the lines."""
        zone = LocalZone(options.time_zone)
        read = entry.open(replace(options, time_zone=zone))(self.lines)
        return recognition(entry, Parsed(self.lines, read), unzoned=zone.used)


def recognition(entry: Format, sampled: Parsed, *, unzoned: bool = False) -> Recognition:
    """Return a format's reading of sampled lines with the share that it read."""
    outcome = sampled.read["outcome"]
    events = 0 if entry.misread is not None and entry.misread(sampled.read) else int((outcome == "event").sum())
    tried = len(outcome) - int((outcome == "skipped").sum())
    return Recognition(entry, events / tried if tried else 0.0, events, sampled, unzoned)


def recognise(asked: Asked, options: ReadOptions, formats: Sequence[Format] | None = None) -> list[Recognition]:
    """Return the formats that were tried on sampled lines, best first.

    Formats come by rank: one that follows can win only by reading what the best so far leaves. Where that reads nearly all lines, only
    those are tried that could.
    """
    found: list[Recognition] = []
    left: Asked | None = None
    for entry in candidates(asked, formats):
        if left is not None and not any(candidates(left, [entry])):
            continue
        tried = asked.rated(entry, options)
        found.append(tried)
        if tried.share == 1.0:
            break
        if left is None and tried.share >= WELL_READ and entry.rank > GENERAL_RANK and tried.sampled is not None:
            left = Asked(asked.lines.filter(tried.sampled.read["outcome"] == "rejected"))
    return sorted(found, key=lambda tried: (-round(_weight(tried), 3), -tried.format.rank, tried.format.name))


def _weight(tried: Recognition) -> float:
    """Return the share, half of it for formats that read almost anything: they come second even for the lines that they alone can read."""
    return tried.share / 2 if is_general(tried.format) else tried.share


def is_general(entry: Format) -> bool:
    """Whether a format reads almost anything of its family, and not all that those know that are made for one log."""
    return entry.rank <= GENERAL_RANK


def candidates(asked: Asked, formats: Sequence[Format] | None = None, at_once: int = ASKED_AT_ONCE) -> Iterator[Format]:
    """Yield the formats that could read some line: by their hint, then by their pattern. Trying one costs much more than asking.

    Hints are asked for some formats ``at_once``, beside each other: who wants no more soon spares most of them.
    """
    entries = formats if formats is not None else all_formats()
    for start in range(0, len(entries), at_once):
        some = entries[start : start + at_once]
        hinted = asked.contain({entry.hint for entry in some if entry.hint is not None})
        for entry in some:
            if (entry.hint is None or hinted[entry.hint]) and (entry.pattern is None or asked.match(entry.pattern)):
                yield entry


@dataclass(frozen=True)
class Plan:
    """How a file is read: the formats best first, and in what its lines are wrapped."""

    ranked: list[Recognition]
    """The formats that read anything."""
    wrapped: int = 0
    """In how many wrappings its lines are, at most; 0: in none."""
    whole: bool = False
    """Whether the sample is the whole file, as it may be of the hourly files of a quiet service."""
    tried: tuple[Recognition, ...] = ()
    """The formats that were tried on the lines as they are, also those that read nothing."""


def plan_for(sample: pl.DataFrame, options: ReadOptions, formats: Sequence[Format] | None = None, asked: Asked | None = None) -> Plan:
    """Return how to read a file by its sampled lines; wrappings are looked into where no format reads most lines as they are.

    ``asked`` is the sample where formats are asked about those of other files at the same time.
    """
    tried = recognise(asked or Asked(sample), options, formats)
    ranked = [each for each in tried if each.events]
    plain = Plan(ranked, tried=tuple(tried))
    exported = surely_wrapped(sample["raw"])
    best = ranked[0].format if ranked else None
    over = best is not None and best.rank <= GENERAL_RANK and best.keys is None  # it passes over what stands before a line
    if best is not None and ranked[0].share >= WELL_READ and not best.main_only and not over and not exported:
        return plain
    inner = _plan_within(sample, options, formats)
    if inner is None:
        return plain
    within = inner.ranked[0]
    if not ranked or _worth(within) > _worth(ranked[0]) or (exported and within.events >= ranked[0].events):
        return inner
    alike = over and not within.format.main_only and within.format is best
    all_of_them = within.sampled is not None and len(within.sampled.lines) == len(sample)
    return inner if alike and all_of_them and within.events == ranked[0].events else plain


def _plan_within(sample: pl.DataFrame, options: ReadOptions, formats: Sequence[Format] | None) -> Plan | None:
    """Return how to read what is wrapped in the lines, None where nothing in them can be read.

    What is taken out may begin as a wrapping does (a balancer's time): where little can be read of what is inside both, one is taken off.
    """
    plans: list[Plan] = []
    tried: pl.Series | None = None
    for deepest in range(DEEPEST, 0, -1):
        inner = unwrap(sample, deepest=deepest).inner
        if inner.is_empty() or (tried is not None and inner["raw"].equals(tried)):
            continue
        tried = inner["raw"]
        ranked = [each for each in recognise(Asked(inner), options, formats) if each.events]
        if ranked:
            plans.append(Plan(ranked, wrapped=deepest))
            if ranked[0].share >= WELL_READ:
                break
    return max(plans, key=lambda plan: _worth(plan.ranked[0]), default=None)


def _worth(rated: Recognition) -> tuple[bool, int, bool]:
    """Return what tells the lines as they are from what is wrapped in them: a format that means them, how many it reads, how exactly."""
    return not rated.format.main_only, rated.events, rated.format.rank > GENERAL_RANK
