"""Files that were given and could not be read: said while a load goes on, and kept with the case. None is left out in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

import polars as pl

from forensics.case.case import Case
from forensics.progress import Progress

TOLD_EACH = 2
"""Files refused for one reason of which each is told; of more, the number."""

KIND = r"^(.*?)(?: \(|;|$)"
"""A reason without what it says of one file, and without what to do."""


class Teller:
    """Says which files are refused: each of the first ones for one reason, and at the end how many more there were."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._counts: Counter[str] = Counter()

    def say(self, name: str, reason: str) -> None:
        """Say that a file is refused, unless enough were for the same reason."""
        kind = re.findall(KIND, reason, re.DOTALL)[0]
        self._counts[kind] += 1
        if self._counts[kind] <= TOLD_EACH:
            self._progress.say(f"Refused {name}: it {reason}.")

    def end(self) -> None:
        """Say how many more were refused for each reason, and where all are listed."""
        more = {kind: count - TOLD_EACH for kind, count in self._counts.items() if count > TOLD_EACH}
        for kind, count in more.items():
            self._progress.say(f"Refused {f'{count:,} more files: each' if count > 1 else 'one more file: it'} {kind}.")
        if more:
            self._progress.say(f"`forensics status --section refused` lists all {self._counts.total():,} that were refused.")


def keep(case: Case, refused: Sequence[tuple[str, str]], read: Collection[str]) -> None:
    """Keep (name, reason) of what a load refused; files that were ``read`` by now are refused no longer."""
    names = [*(name for name, _ in refused), *read]
    with case.transaction():
        case.execute("case", "forget_refused", paths=names)
        if refused:
            case.insert("refused_files", pl.DataFrame(list(refused), schema={"path": pl.String, "reason": pl.String}, orient="row"))
