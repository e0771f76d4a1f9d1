"""What half a log says: where the log that names accounts is missing for the time of an incident, those who are named there all the same.

Nobody is blamed on it: it says which file would decide, and whom it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.attribution.rivals import Names
from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Blamed
from forensics.attribution.setting import PACKAGE
from forensics.attribution.wording import percent, shares_of
from forensics.case.case import Case

MUCH = 0.2
"""Share of the requests that must name nobody."""


@dataclass(frozen=True)
class Half:
    """A scene of which a log that names accounts is missing."""

    hosts: list[str]
    unnamed: float
    """Share of the requests that name nobody."""
    scene: Scene
    """The same, with the load that names somebody only."""

    def told(self, blamed: Sequence[Blamed], names: Names) -> str:
        """Say what is missing, and to whom the rest would be put down (nobody, if ``blamed`` is empty)."""
        one = len(self.hosts) == 1
        logs = f"the log{'' if one else 's'} of {' and '.join(self.hosts)} that name{'s' if one else ''} accounts at other times"
        said = f"{percent(self.unnamed)} of the requests name no account: {logs} {'is' if one else 'are'} missing for that time."
        if not blamed:
            return said
        return f"{said} Of what rose among the others: {shares_of(blamed, dict(names))}. Load what is missing before anybody is named."


def half(case: Case, scene: Scene) -> Half | None:
    """Return the scene without what names nobody; None where no log that names accounts is missing, or nearly all is named."""
    hosts = [str(row["host"]) for row in case.rows(PACKAGE, "names_missing", start=scene.window.start, end=scene.window.end)]
    own = scene.loads.filter(pl.col("w") == 0)
    named = float(own.filter(pl.col("account_id").is_not_null())["requests"].sum())
    unnamed = 1.0 - named / max(float(own["requests"].sum()), 1.0)
    if not hosts or unnamed < MUCH:
        return None
    return Half(hosts, unnamed, replace(scene, loads=scene.loads.filter(pl.col("account_id").is_not_null())))
