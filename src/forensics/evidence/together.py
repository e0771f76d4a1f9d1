"""Many small files at a time: what each format makes of the lines of all of them is asked once.

Services deliver logs in thousands of files of a few lines, and to try a format on a few lines costs as much as on a thousand. Each file is
told its own part of the answer, which is what it would have been told alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from threading import RLock
from typing import TypeVar

import numpy as np
import polars as pl

from forensics.evidence.discover import EvidenceFile
from forensics.evidence.documents import beginning, sample_of, text_chunks
from forensics.evidence.recognise import GENERAL_RANK, SAMPLE_LINES, Asked, Parsed, Recognition, recognition, sample_lines
from forensics.formats.base import Format, ReadOptions
from forensics.formats.parts import InParts
from forensics.formats.zones import LocalZone

Answer = TypeVar("Answer")
FEWEST = 4
"""Small files from which it is worth to look at them together."""
SMALL = 1 << 18
"""Bytes of text up to which a file is small."""


class Together:
    """The samples of several files, as one; what was answered is remembered."""

    def __init__(self, samples: Sequence[pl.DataFrame]) -> None:
        """``samples``: of each file its lines (``LINES``), at least one."""
        self._samples = samples
        self._begins = np.cumsum([0, *(len(sample) for sample in samples)])
        # Lines are numbered apart: parsers may tell them by their numbers.
        self.lines = pl.concat([sample.with_columns(pl.col("line") + SAMPLE_LINES * n) for n, sample in enumerate(samples)])
        self._known: dict[Hashable, object] = {}
        self._lock = RLock()

    def __len__(self) -> int:
        return len(self._samples)

    def of(self, number: int) -> Asked:
        """Return the lines of one file, about which formats are asked with those of the others."""
        return _OneOfMany(self._samples[number], self, number)

    def contain(self, hint: str) -> list[bool]:
        """Return of each file whether some line contains the hint."""
        return self._once(("contain", hint), lambda: self._any(self.lines["raw"].str.contains(hint)))

    def match(self, pattern: str) -> list[bool]:
        """Return of each file whether some line, without blanks at its end, is as the pattern says."""
        return self._once(("match", pattern), lambda: self._any(self.lines["raw"].str.strip_chars_end().str.contains(pattern)))

    def rated(self, entry: Format, options: ReadOptions) -> list[Recognition] | None:
        """Return how a format reads the lines of each file; None where that may depend on other lines, or on the zone of one of them.

        Formats that read almost anything tell what is what by the looks of all lines; which further keys are kept depends on them, too.
        """
        if entry.rank <= GENERAL_RANK or (entry.keys is not None and entry.keys.most_further):
            return None
        return self._once(("rated", entry.name), lambda: self._rated(entry, options))

    def _once(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        with self._lock:
            if question not in self._known:
                self._known[question] = answer()
            return self._known[question]  # type: ignore[return-value]

    def _any(self, lines: pl.Series) -> list[bool]:
        found: list[bool] = np.logical_or.reduceat(lines.to_numpy(), self._begins[:-1]).tolist()
        return found

    def _rated(self, entry: Format, options: ReadOptions) -> list[Recognition] | None:
        zone = LocalZone(options.time_zone)
        parser = entry.open(replace(options, time_zone=zone))
        if not isinstance(parser, InParts):
            return None
        read = parser(self.lines)
        if zone.used:
            return None
        parts = [read[int(begin) : int(end)] for begin, end in zip(self._begins, self._begins[1:], strict=False)]
        return [
            recognition(entry, Parsed(sample, part.with_columns(sample["line"]))) for sample, part in zip(self._samples, parts, strict=True)
        ]


@dataclass(frozen=True)
class _OneOfMany(Asked):
    many: Together
    number: int

    def contain(self, hints: set[str]) -> dict[str, bool]:
        return {hint: self.many.contain(hint)[self.number] for hint in hints}

    def match(self, pattern: str) -> bool:
        return self.many.match(pattern)[self.number]

    def rated(self, entry: Format, options: ReadOptions) -> Recognition:
        known = self.many.rated(entry, options)
        return super().rated(entry, options) if known is None else known[self.number]


class Neighbours:
    """The files that one is loaded with; they are looked at when the first of them asks."""

    def __init__(self, files: Sequence[EvidenceFile] = ()) -> None:
        self._files = files if len(files) >= FEWEST else ()
        self._lock = RLock()
        self._places: dict[int, int] | None = None
        self._together: Together | None = None

    def asked(self, file: EvidenceFile, sample: pl.DataFrame) -> Asked | None:
        """Return the sample of a file where formats are asked about it with those of its neighbours; None where it has none."""
        with self._lock:
            if self._places is None:
                self._look()
        place = (self._places or {}).get(id(file))
        if place is None or self._together is None:
            return None
        asked = self._together.of(place)
        return asked if asked.lines.equals(sample) else None

    def _look(self) -> None:
        samples = {id(file): sample for file in self._files if (sample := _whole_sample(file)) is not None}
        self._places = {each: place for place, each in enumerate(samples)}
        self._together = Together(list(samples.values())) if len(samples) >= FEWEST else None


def _whole_sample(file: EvidenceFile) -> pl.DataFrame | None:
    """Return the lines of a file that is no longer than a sample; None where it is, or cannot be read: whoever loads it will say so."""
    with suppress(Exception), file.open() as stream:
        chunks = text_chunks(stream)
        head = sample_of(list(beginning(chunks)))
        if len(head) <= SMALL and head.count(b"\n") < SAMPLE_LINES and not list(islice(chunks, 1)):
            sample = sample_lines(head)
            return sample if len(sample) else None
    return None
