"""Over whom an excess is spread: over many who have nothing to do with each other, over the accounts of one group, or over clients that
have one thing in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Rise
from forensics.attribution.search.scan import NEARLY_ALL, PROXY_SHARE
from forensics.text import counted

MOST, FEWEST, OUTGROWN = 0.5, 3, 2.0
"""Accounts that pay with one thing are no crowd where so many of them rose and made this share of the excess together, so many times
their share of the usual load."""
NOTABLE = 0.2
"""Share of the excess that the accounts of one group made together which is worth a word."""
FEW, NEARLY = 0.02, 0.8
"""Share of the active accounts that is no crowd where it made nearly all of the excess, ``OUTGROWN`` times its share of the usual load."""
NO_KIN: dict[str, Any] = {"kin_share": 0.0, "kin": 0}


@dataclass(frozen=True)
class Spread:
    """Over how many accounts the excess is spread."""

    active: int
    usually_active: float
    top_share: float
    """Share of the excess that the largest single account made."""
    anonymous_share: float
    kin_share: float
    """Share of the excess that the accounts of one group (a payer, an organisation) made together, of the group that made most."""
    kin: int
    """How many accounts of that group asked for more than usual."""
    kin_by: tuple[str, str] | None = None
    """What they pay with, all of them, where only that ties them and linkage makes no actor of them (type and value)."""

    few: int = 0
    """How many accounts made nearly all of the excess, where they are hardly any of those that asked; 0: more than that."""
    few_share: float = 0.0
    """What share of it they made."""

    one_agent: float = 0.0
    """Share of the excess without an account that came with one agent, whether or not that is usual."""

    agentless: bool = False
    """Whether hardly any of the requests without an account came with an agent: where none is logged, that none stands out says little."""

    @property
    def kin_notable(self) -> bool:
        """Whether the accounts of that group made so much that it is worth a word, though most may have come from others."""
        return self.kin > 1 and self.kin_share >= NOTABLE


def spread(scene: Scene, rise: Rise) -> Spread:
    """Look at whose load rose in a scene's window, account by account and together: shares are of the one excess that all are told of."""
    measure, excess = rise.measure, max(rise.excess if rise.known else rise.load, 1.0)
    named = scene.loads.filter(pl.col("account_id").is_not_null())
    others = max(scene.windows - 1, 1)
    table = named.group_by("account_id").agg(
        pl.col(measure).filter(pl.col("w") == 0).sum().alias("now"), (pl.col(measure).filter(pl.col("w") > 0).sum() / others).alias("usual")
    )
    over = table["now"] - table["usual"]
    hidden = scene.loads.filter(pl.col("account_id").is_null())
    unnamed = float(hidden.filter(pl.col("w") == 0)[measure].sum()) - float(hidden.filter(pl.col("w") > 0)[measure].sum()) / others
    risen = table.with_columns(over=over).filter(pl.col("over") > 0).join(scene.setting.groups, on="account_id")
    kin = risen.group_by("root").agg(pl.col("over").sum(), pl.len()).sort("over", "root", descending=[True, False])
    own: Any = {"kin_share": min(1.0, float(kin["over"][0]) / excess), "kin": int(kin["len"][0])} if len(kin) else NO_KIN
    few, few_share = _few(table.with_columns(over=over), excess)
    paid = None if own["kin_share"] >= MOST else _one_payer(scene.setting.payers, table.with_columns(over=over), excess)
    return Spread(
        active=int((table["now"] > 0).sum()),
        usually_active=named.filter(pl.col("w") > 0).select("w", "account_id").n_unique() / others,
        top_share=min(1.0, max(0.0, float(over.max() or 0.0)) / excess),  # type: ignore[arg-type]
        anonymous_share=min(1.0, max(0.0, unnamed / excess)),
        agentless=_agentless(hidden.filter(pl.col("w") == 0)),
        few=few,
        few_share=few_share,
        one_agent=_one_agent(hidden, measure, others),
        **(paid or own),
    )


def _few(table: pl.DataFrame, excess: float) -> tuple[int, float]:
    """Return how many accounts made nearly all of the excess, and their share, where they are few and it is not theirs as ever."""
    active = int((table["now"] > 0).sum())
    top = table.sort("over", descending=True).head(int(FEW * active))
    made = top["over"].cum_sum() / excess
    if top.is_empty() or made[-1] < NEARLY:
        return 0, 0.0
    count = int((made < NEARLY).sum()) + 1
    share = min(1.0, float(made[count - 1]))
    usually = float(top["usual"].head(count).sum()) / max(float(table["usual"].sum()), 1.0)
    return (count, share) if share >= OUTGROWN * usually else (0, 0.0)


def _agentless(unnamed: pl.DataFrame) -> bool:
    return float(unnamed.filter(pl.col("agent_id").is_not_null())["requests"].sum()) <= (1.0 - NEARLY_ALL) * float(
        unnamed["requests"].sum()
    )


def _one_agent(unnamed: pl.DataFrame, measure: str, others: int) -> float:
    over = pl.col(measure).filter(pl.col("w") == 0).sum() - pl.col(measure).filter(pl.col("w") > 0).sum() / others
    by_agent = unnamed.filter(pl.col("agent_id").is_not_null()).group_by("agent_id").agg(over=over)["over"]
    rose = float(by_agent.filter(by_agent > 0).sum())
    return float(by_agent.max() or 0.0) / rose if rose > 0 else 0.0  # type: ignore[arg-type]


def _one_payer(payers: pl.DataFrame, table: pl.DataFrame, excess: float) -> dict[str, Any] | None:
    """Return the accounts that pay with one thing and made most of the excess, far more of it than of the usual load; None without."""
    value = ["identifier_type", "identifier_value"]
    joined = table.join(payers, on="account_id")
    groups = joined.group_by(value).agg(
        pl.col("over").filter(pl.col("over") > 0).sum(), (pl.col("over") > 0).sum().alias("risen"), pl.col("usual").sum()
    )
    usually = pl.col("usual") / max(float(table["usual"].sum()), 1.0)
    found = groups.filter(
        (pl.col("over") >= MOST * excess) & (pl.col("over") / excess >= OUTGROWN * usually) & (pl.col("risen") >= FEWEST)
    ).sort("over", *value, descending=[True, False, False])
    if found.is_empty():
        return None
    first = found.row(0, named=True)
    share = min(1.0, float(first["over"]) / excess)
    return {"kin_share": share, "kin": int(first["risen"]), "kin_by": (first["identifier_type"], first["identifier_value"])}


MOSTLY_ALIKE, FEW_NETWORKS = 0.8, 3
"""This much of an excess with one agent, from one network (or so few together) or on one route is not the mixture that people bring."""

ENOUGH = 100.0
"""Load of an excess below which a few visitors make most of it: that they came from few networks says nothing."""


@dataclass(frozen=True)
class Alike:
    """The agent, network (or very few) or route that nearly all of an excess has, though the usual load has not."""

    column: str
    value: str | None
    """None: no agent at all."""
    share: float
    """Its share of that excess."""
    usual: float
    """Its share of such requests in the windows of comparison."""
    networks: int
    """From how many networks it came in the window."""
    accounts: int = 0
    """From how many accounts."""
    beside: tuple[str, ...] = ()
    """Further networks, where few together have it in common, and each a part that is worth a word."""


UNNAMED = pl.col("account_id").is_null()


def alike(scene: Scene, rise: Rise, column: str, of: pl.Expr = UNNAMED) -> Alike | None:
    """Return what the excess of some rows of ``loads``, those without an account, has in common in a column; None when it is mixed.

    What many always have in common (one app, one page) says nothing: it must be rare in the windows of comparison.
    """
    if not rise.significant:
        return None
    measure = rise.measure
    rows = scene.loads.filter(of)
    now, before = pl.col("w") == 0, pl.col("w") > 0
    others = max(scene.windows - 1, 1)
    by_value = (
        rows.group_by(column)
        .agg(
            now=pl.col(measure).filter(now).sum(),
            before=pl.col(measure).filter(before).sum(),
            networks=pl.col("network").filter(now).n_unique(),
            accounts=pl.col("account_id").filter(now).n_unique(),
        )
        .with_columns(excess=pl.col("now") - pl.col("before") / others)
    )
    whole, usual = float(by_value["excess"].sum()), float(by_value["before"].sum())
    named = by_value.filter(pl.col(column).is_not_null() | (pl.lit(column) == "agent_id")).sort(
        ["excess", column], descending=[True, False]
    )
    if whole <= 0 or named.is_empty():
        return None
    most = FEW_NETWORKS if column == "wide_network" and whole >= ENOUGH else 1
    worth = named.filter(pl.col("excess") >= NOTABLE * whole)
    for top in (named.head(1), *(worth.head(n) for n in range(2, min(most, len(worth)) + 1))):
        share, usually = min(1.0, float(top["excess"].sum()) / whole), float(top["before"].sum()) / max(usual, 1.0)
        if share >= MOSTLY_ALIKE and usually <= PROXY_SHARE:
            first, *beside = (None if value is None else str(value) for value in top[column])
            networks, accounts = int(top["networks"].sum()), int(top["accounts"].sum())
            return Alike(column, first, share, usually, networks, accounts, tuple(str(value) for value in beside))
    return None


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
        where = "in whose own logs, or in what it forwards (--trusted-proxy),"
        return f"a proxy in front of the service, say, {where} those who asked can be told apart"


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
