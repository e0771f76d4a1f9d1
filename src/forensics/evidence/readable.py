"""What a reader of evidence that is no log needs of a file, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

import polars as pl


class Readable(Protocol):
    """An evidence file: its name, and its decompressed bytes."""

    @property
    def name(self) -> str:
        """The name relative to what was given."""

    def open(self) -> BinaryIO:
        """Open the decompressed bytes."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """An evidence file as rows of record tables: lines = parsed + rejected + skipped."""

    frames: dict[str, pl.DataFrame]
    """Record table -> rows."""
    kind: str
    format: str
    lines: int
    parsed: int
    rejected: pl.DataFrame
    """evidence_id, line, reason, raw"""
    skipped: int
    assumptions: list[str] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None
    time_zone: str | None = None
    """The zone in which times that carry none were read; ``as logged`` where all carry one, None where there are no times."""
    time_zone_source: str | None = None
    """log | given | assumed"""
    account_header: str | None = None
    """The (normalised) header under which an export says whose a row is."""
