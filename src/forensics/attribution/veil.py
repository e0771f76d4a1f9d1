"""Whether everybody without an account stands behind one proxy, or has no address: then neither networks nor agents tell who asked."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.attribution.scan import NEARLY_ALL
from forensics.attribution.scene import Scene
from forensics.text import counted

ADDRESS = "address"
"""What all have in common is that they have none."""


@dataclass(frozen=True)
class Veil:
    """What nearly all requests without an account have in common, in the window as at any other time."""

    column: str
    value: str
    networks: int
    """From how many networks they came in the window."""

    def told(self, names: dict[str, str]) -> str:
        """Say what it is, as the beginning of a sentence."""
        if self.column == ADDRESS:
            return "Nearly all requests without an account carry no address either"
        if self.column == "wide_network":
            return f"Nearly all requests without an account always come from the one network {self.value}"
        agent = names.get(f"agent {self.value}", self.value)
        return f"Nearly all requests without an account always come with the one agent {agent!r}, from {counted(self.networks, 'network')}"

    def lifted(self) -> str:
        """Say where those who asked can be told apart, as the end of a sentence."""
        if self.column == ADDRESS:
            return "who asked may be told by the logs of another tier, or by a field of these that was not understood"
        return "a proxy in front of the service, say, in whose own logs those who asked can be told apart"


def veil(scene: Scene, measure: str) -> Veil | None:
    """Return the network, or the agent that comes from the same networks as ever, of nearly all requests without an account.

    Or that they carry no address.
    """
    rows = scene.loads.filter(pl.col("account_id").is_null())
    now, before = pl.col(measure).filter(pl.col("w") == 0), pl.col(measure).filter(pl.col("w") > 0)
    places = rows.group_by("network").agg(now=now.sum(), before=before.sum())
    whole, usual = float(places["now"].sum()), float(places["before"].sum())
    if min(whole, usual) <= 0:
        return None
    hidden = places.filter(pl.col("network").is_null())
    if float(hidden["now"].sum()) >= NEARLY_ALL * whole and float(hidden["before"].sum()) >= NEARLY_ALL * usual:
        return Veil(ADDRESS, "", 0)
    as_ever = float(places.filter(pl.col("before") > 0)["now"].sum()) >= NEARLY_ALL * whole
    for column in ("wide_network", "agent_id") if as_ever else ("wide_network",):
        by_value = rows.filter(pl.col(column).is_not_null()).group_by(column).agg(now=now.sum(), before=before.sum())
        top = by_value.filter((pl.col("now") >= NEARLY_ALL * whole) & (pl.col("before") >= NEARLY_ALL * usual))
        if len(top):
            return Veil(column, str(top[column][0]), int(places.filter(pl.col("now") > 0).height))
    return None
