"""One operator or many: what speaks for one hand behind the accounts that took part, and what against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.attribution.rivals import FAIR, STRONG, WEAK, Rival, Weighed
from forensics.attribution.scene import Scene
from forensics.attribution.setting import PACKAGE
from forensics.attribution.wording import minutes
from forensics.case.case import Case
from forensics.certainty import bounded
from forensics.linkage.components import through_values
from forensics.text import counted

EXPLANATION = "one operator"
WANTED = [
    "Device fingerprints, cookies or API keys of the accounts.",
    "Which addresses their sessions were opened from, and whether two sessions of one account ran at once.",
    "The schedule of the machine that ran the collection.",
]
COMMON = 0.05
"""An agent that this share of all other accounts use ties nobody."""
OWN = 0.1
"""What makes so much of an account's requests is its own agent or network, and no accident."""


@dataclass(frozen=True)
class Together:
    """How alike the participants worked."""

    accounts: int
    spread: int
    """Minutes within which nine of ten of them began."""
    agents: int
    common: bool
    """Whether they use agents only that many others use, too."""
    networks: int
    groups: int
    """Into how many groups they fall that have neither agent nor network in common."""
    correlation: float
    """Median correlation of their minute loads with that of the others, in the window."""
    operators: int
    """Leaf actors among them."""


def one_operator(case: Case, scene: Scene, participants: pl.DataFrame) -> Rival | None:
    """Weigh "one operator" for the accounts that took part; None when there are fewer than two."""
    names = sorted(participants.filter(pl.col("role") == "participant")["account_id"].to_list())
    if len(names) < 2:
        return None
    rows = case.frame(PACKAGE, "participant_minutes", accounts=names, start=scene.window.start, end=scene.whole.end)
    if rows.is_empty():
        return None
    leaves = case.frame(PACKAGE, "leaves", accounts=names)
    together = _together(rows, names, leaves, _common_agents(scene, names))
    found = Weighed(wanted=list(WANTED))
    _weigh(together, found)
    return Rival(EXPLANATION, bounded(1.0 / (1.0 + 2.0**-found.bits)), found)


def _common_agents(scene: Scene, names: list[str]) -> list[int]:
    """Return the agents that many of the accounts beside these use."""
    others = scene.loads.filter(pl.col("account_id").is_not_null() & ~pl.col("account_id").is_in(names))
    users = others.group_by("agent_id").agg(pl.col("account_id").n_unique())
    return users.filter(pl.col("account_id") > COMMON * others["account_id"].n_unique())["agent_id"].drop_nulls().sort().to_list()


def _groups(rows: pl.DataFrame, common: list[int]) -> int:
    """Count the groups of accounts that rare agents and networks of their own hold together."""
    whole = pl.col("requests").sum().over("account_id")
    ties = [
        rows.with_columns(whole=whole)
        .group_by("account_id", pl.format(f"{column} {{}}", column).alias("tie"))
        .agg(own=pl.col("requests").sum() / pl.col("whole").first(), rare=~pl.col("agent_id").is_in(common).first())
        .filter((pl.col("own") >= OWN) & (pl.col("rare") if column == "agent_id" else pl.lit(True)) & pl.col("tie").is_not_null())
        for column in ("agent_id", "network")
    ]
    tied = pl.concat(ties).with_columns(pl.col("account_id", "tie").rank("dense").cast(pl.Int64) - 1)
    accounts = rows["account_id"].n_unique()
    if tied.is_empty():
        return accounts
    account, tie = (tied[column].to_numpy().astype(np.int32) for column in ("account_id", "tie"))
    groups = through_values(int(account.max()) + 1, int(tie.max()) + 1, account, tie)
    return len(np.unique(groups)) + accounts - tied["account_id"].n_unique()


def _most(accounts: int) -> int:
    """Return nine tenths of so many accounts, rounded up: all of a few."""
    return -(-9 * accounts // 10)


def _together(rows: pl.DataFrame, names: list[str], leaves: pl.DataFrame, common: list[int]) -> Together:
    first = rows.group_by("account_id").agg(pl.col("minute").min())["minute"].sort()
    late = first[_most(len(first)) - 1]
    loads = rows.group_by("account_id", "minute").agg(pl.col("requests").sum())
    table = loads.pivot("account_id", index="minute", values="requests").fill_null(0).sort("minute")
    matrix = table.drop("minute").to_numpy().astype(float)
    return Together(
        accounts=len(names),
        spread=int((late - first[0]).total_seconds() // 60),
        agents=rows["agent_id"].n_unique(),
        common=bool(rows["agent_id"].is_in(common).all()),
        networks=rows["network"].n_unique(),
        groups=_groups(rows, common),
        correlation=_correlation(matrix),
        operators=leaves.filter(pl.col("account_id").is_in(names))["actor_id"].n_unique(),
    )


def _correlation(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Return the median correlation of each column with the sum of the others (0 where one does not vary)."""
    total = matrix.sum(axis=1)
    found = []
    for column in matrix.T:
        rest = total - column
        if len(column) > 3 and column.std() > 0 and rest.std() > 0:
            found.append(float(np.corrcoef(column, rest)[0, 1]))
    return float(np.median(found)) if found else 0.0


def _weigh(together: Together, found: Weighed) -> None:
    n = together.accounts
    if together.spread <= 5:
        when = "in the same minute" if together.spread == 0 else f"within {minutes(together.spread)}"
        who = f"All {n}" if _most(n) == n else f"{_most(n)} of the {n}"
        found.pro(f"{who} accounts began {when}.", FAIR)
    elif together.spread >= 60:
        found.contra(f"The accounts began over {minutes(together.spread)}.", WEAK)
    apart = 2 <= together.groups <= n // 2
    if apart:
        found.contra(f"They fall into {together.groups} groups that have neither a rare user agent nor a network in common.", STRONG)
    if together.agents <= max(1, n // 3) and not apart and not together.common:
        found.pro(f"They share {together.agents} user {'agent' if together.agents == 1 else 'agents'}.", FAIR)
    elif together.agents >= n:
        found.contra(f"They use {together.agents} user agents: no device is shared.", WEAK)
    if together.networks <= max(1, n // 3) and not apart:
        found.pro(f"They came from {together.networks} {'network' if together.networks == 1 else 'networks'}.", WEAK)
    elif together.networks >= n:
        found.contra(f"They came from {together.networks} networks.", WEAK)
    if together.correlation >= 0.5:
        found.pro(f"Their loads rise and fall together, minute by minute (median correlation {together.correlation:.2f}).", FAIR)
    elif together.correlation < 0.1:
        found.contra(f"Their loads do not rise and fall together (median correlation {together.correlation:.2f}).", FAIR)
    if together.operators == 1:
        found.pro("Sessions or devices tie all of them to one operator.", STRONG)
    elif together.operators >= 2:
        alone = f"By sessions and devices they are {counted(together.operators, 'operator')} of {n} accounts."
        found.contra("No session and no device ties any of them to another." if together.operators == n else alone, WEAK)
