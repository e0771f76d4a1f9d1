"""A finished run of the program, as its report tells it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


def moment(text: str) -> datetime:
    """Return a time of a CSV file or of the answer, in UTC without zone."""
    return datetime.fromisoformat(text.removesuffix("Z"))


@dataclass(frozen=True)
class Outcome:
    """A finished run: its report folder and what it printed."""

    out: Path
    said: str

    @property
    def case(self) -> Path:
        return self.out / "case"

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one CSV file of the report."""
        with (self.out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def incident(self, *kinds: str) -> Iterator[dict[str, str]]:
        """Yield the incidents of these kinds."""
        return (row for row in self.rows("incidents") if row["kind"] in kinds)

    def main_incident(self) -> dict[str, str]:
        """Return the incident that people will ask about: the one with the most failed requests."""
        return max(self.rows("incidents"), key=lambda row: int(row["failed_requests"] or 0))
