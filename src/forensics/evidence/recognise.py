"""What format a log has: its first lines are parsed with every format that could be meant, and the best reader wins.

A format that reads a larger share of the sampled lines wins; equal shares go to the more specific format (``rank``), then to the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from forensics.formats.base import Format, Parser, ReadOptions
from forensics.formats.registry import all_formats

SAMPLE_LINES = 400
LEAST_SHARE = 0.3
"""Below this share of read lines a file is not taken for a log of the format."""


GENERAL_RANK = 5
"""Formats up to this rank read almost anything of their family."""


@dataclass(frozen=True)
class Recognition:
    """One format's reading of the sample."""

    format: Format
    share: float
    """Events among the sampled lines that are no header."""
    events: int


def recognise(sample: pl.DataFrame, options: ReadOptions, formats: Sequence[Format] | None = None) -> list[Recognition]:
    """Return the formats that read anything of the sample (a frame of ``LINES``), best first."""
    found = []
    for entry in candidates(sample["raw"], formats):
        rated = _rate(entry, sample, options)
        if rated.events:
            found.append(rated)
        if rated.share == 1.0:
            break  # formats come by rank: none that follows can win
    return sorted(found, key=lambda rated: (-round(_weight(rated), 3), -rated.format.rank, rated.format.name))


def _weight(rated: Recognition) -> float:
    """Return the share, half of it for formats that read almost anything: they come second even for the lines that they alone can read."""
    return rated.share / 2 if rated.format.rank <= GENERAL_RANK else rated.share


def candidates(raw: pl.Series, formats: Sequence[Format] | None = None) -> Iterator[Format]:
    """Yield the formats whose hint some line contains."""
    hinted: dict[str, bool] = {}
    for entry in formats if formats is not None else all_formats():
        if entry.hint is not None and entry.hint not in hinted:
            hinted[entry.hint] = bool(raw.str.contains(entry.hint).any())
        if entry.hint is None or hinted[entry.hint]:
            yield entry


def _rate(entry: Format, sample: pl.DataFrame, options: ReadOptions) -> Recognition:
    outcome = entry.open(options)(sample)["outcome"]
    events = int((outcome == "event").sum())
    tried = len(outcome) - int((outcome == "skipped").sum())
    return Recognition(entry, events / tried if tried else 0.0, events)


class LineReader:
    """Reads the lines of one file: the file's main format first, the other formats for the lines that it leaves.

    Parsers keep their state from batch to batch; batches must come in the file's order.
    """

    def __init__(self, ranked: Sequence[Recognition], options: ReadOptions, *, alone: bool = False) -> None:
        self.main = ranked[0].format
        self._options = options
        self._parsers: dict[str, Parser] = {self.main.name: self.main.open(options)}
        rest = [rated.format for rated in ranked[1:]]
        self._others = [] if alone else rest + [entry for entry in all_formats() if entry not in rest and entry is not self.main]
        self.used: dict[str, int] = {}
        """Lines read by each format other than the main one."""

    def read(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Return ``EVENTS`` + ``OUTCOME`` of the lines, in their order."""
        out = self._parsers[self.main.name](lines)
        if not (out["outcome"] == "rejected").any():
            return out
        kept = [out.filter(pl.col("outcome") != "rejected")]
        left = out.filter(pl.col("outcome") == "rejected")
        waiting = lines.filter(pl.col("line").is_in(left["line"].implode()))
        for entry in list(candidates(waiting["raw"], self._others)):
            parser = self._parsers.setdefault(entry.name, entry.open(self._options))
            again = parser(waiting)
            good = again.filter(pl.col("outcome") != "rejected")
            if good.is_empty():
                continue
            self.used[entry.name] = self.used.get(entry.name, 0) + int((good["outcome"] == "event").sum())
            kept.append(good)
            left = left.join(good.select("line"), on="line", how="anti")
            waiting = waiting.join(good.select("line"), on="line", how="anti")
            if waiting.is_empty():
                break
        return pl.concat([*kept, left]).sort("line")
