"""The scan: which subject explains the excess, against its own baseline, paid for by the same search on other days.

A subject's load in a window is compared with its mean in all other windows, raised by as much as the rest of the service rose, by the
log likelihood ratio of a Poisson count (Kulldorff, "A spatial scan statistic", 1997). Windows are treated alike: the incident's own is
row 0 of the same matrix as its placebos, so the rank of its best score among theirs is a p-value that has paid for the search
(Phipson and Smyth, "Permutation p-values should never be zero", 2010). Overdispersed traffic needs no model: placebos have it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.networks import WIDE

Floats = NDArray[np.float64]

FLOOR = 0.5
"""Requests expected of a subject that was never seen before, in one window."""
PROXY_SHARE = 0.3
"""A network or agent that carries this much of everything in most windows is a proxy or a common client, not somebody."""
NEARLY_ALL = 0.9
"""An agent that carries this much of everything in most windows (a proxy in front of the service) is nobody on any one route either."""
PART_SHARE, PART_FEWEST = 0.02, 20.0
"""Part of a subject that is looked at by itself: in some window it made so much of a mean window's load, and so much at all."""
ONE_SITE = 0.9
"""A wider network of whose load one of its sites made this much is that site, and nobody else of it is named."""


@dataclass(frozen=True)
class Kind:
    """A kind of subjects: what they are called, the column of ``loads`` that tells them apart, and the column that parts them, if any."""

    name: str
    column: str
    part: str | None = None


KINDS = (
    Kind("actor", "actor_id"),
    Kind("actor", "actor_id", "account_id"),
    Kind("actor", "actor_id", "route_id"),
    Kind("network", "network"),
    Kind("network", "wide_network"),
    Kind("network", "network", "agent_id"),
    Kind("agent", "agent_id"),
    Kind("agent", "agent_id", "route_id"),
)
"""Of about equal scores the earlier, simpler one wins; networks and agents are those of requests without an account."""


@dataclass(frozen=True)
class Subjects:
    """Load of every candidate in every window: ``load[subject, window]``, the incident's window first; ``total[window]``."""

    kinds: list[Kind]
    ids: list[str]
    parts: list[str | None]
    load: Floats
    total: Floats
    sizes: dict[Kind, int]
    """How many of each kind there were to choose from."""


@dataclass(frozen=True)
class Winner:
    """The subject that explains most of what is left: its load and expectation in the window, in requests; p as placebos have it."""

    kind: str
    id: str
    load: float
    expected: float
    score: float
    p_value: float | None
    most_elsewhere: float
    """Its largest load in any window of comparison."""
    deviation: float
    """Standard deviation of its load in the windows of comparison (at least that of a Poisson count)."""
    part: tuple[str, str] | None = None
    """(column of ``loads``, value): the one account, route or agent in which its load rose, where that says more than all of it."""

    @property
    def excess(self) -> float:
        """Load beyond expectation."""
        return self.load - self.expected


@dataclass(frozen=True)
class Gathered:
    """Everybody of one kind: names, parts, and load in every window, ``[subject, window]``."""

    kind: Kind
    ids: list[str]
    parts: list[str | None]
    load: Floats

    def without_id(self, gone: str) -> Gathered:
        """Return all but one subject and its parts."""
        kept = [place for place, name in enumerate(self.ids) if name != gone]
        return Gathered(self.kind, [self.ids[i] for i in kept], [self.parts[i] for i in kept], self.load[kept])


def gathered(kind: Kind, loads: pl.DataFrame, windows: int, measure: str) -> Gathered:
    """Gather everybody of a kind (``loads`` as of ``loads.sql``; networks and agents are those of requests without an account)."""
    if kind.name != "actor":
        loads = loads.filter(pl.col("actor_id").is_null())
    if kind.column == "wide_network":
        loads = _of_several_sites(loads, measure)
    if kind.part is None:
        ids, matrix = load_matrix(loads, kind.column, windows, measure)
        return Gathered(kind, ids, [None] * len(ids), matrix)
    several = loads.filter(pl.col(kind.part).n_unique().over(kind.column) > 1)
    pair = pl.concat_str(kind.column, pl.col(kind.part).cast(pl.String), separator="\0")
    pairs, matrix = load_matrix(several.with_columns(pair.alias("pair")), "pair", windows, measure)
    return Gathered(kind, [p.partition("\0")[0] for p in pairs], [p.partition("\0")[2] for p in pairs], matrix)


def subjects(everybody: Sequence[Gathered], total: Floats) -> Subjects:
    """Return the candidates among everybody: parts that are large enough, and no proxies or common clients."""
    chosen = [_candidates(group, total) for group in everybody]
    return Subjects(
        kinds=[group.kind for group, places in zip(everybody, chosen, strict=True) for _ in places],
        ids=[group.ids[i] for group, places in zip(everybody, chosen, strict=True) for i in places],
        parts=[group.parts[i] for group, places in zip(everybody, chosen, strict=True) for i in places],
        load=np.concatenate([group.load[places] for group, places in zip(everybody, chosen, strict=True)]),
        total=total,
        sizes={group.kind: max(len(group.ids), 1) for group in everybody},
    )


def _candidates(group: Gathered, total: Floats) -> list[int]:
    keep = np.ones(len(group.ids), dtype=bool)
    if group.kind.part is not None:
        keep &= group.load.max(axis=1, initial=0.0) >= max(PART_FEWEST, PART_SHARE * max(float(total.mean()), 1.0))
    if group.kind.name == "agent":
        keep &= _usual_share(group.load, total) <= PROXY_SHARE  # on one route as at all: what an agent does behind a proxy is the agent's
        keep &= _usual_share(_of_whole(group), total) <= NEARLY_ALL
    places: list[int] = np.flatnonzero(keep).tolist()
    return places


def proxies(loads: pl.DataFrame, windows: int, column: str = "network", measure: str = "requests") -> list[str]:
    """Return the networks that carry much of everything, signed in or not, in most windows: who comes through them is not told apart."""
    names, load = load_matrix(loads, column, windows, measure)
    shares = _usual_share(load, totals(loads, windows, measure)).tolist()
    return [name for name, share in zip(names, shares, strict=True) if share > PROXY_SHARE]


def _without_proxies(loads: pl.DataFrame, windows: int, measure: str) -> pl.DataFrame:
    for column in ("network", "wide_network"):
        known = proxies(loads, windows, column, measure)
        loads = loads.with_columns(pl.when(~pl.col(column).is_in(known)).then(pl.col(column))) if known else loads
    return loads


def _usual_share(load: Floats, total: Floats) -> Floats:
    """Return for each row the share of everything that it has in most windows."""
    result: Floats = np.quantile(load / np.maximum(total, 1.0), 0.5, axis=1, method="lower")
    return result


def _of_whole(group: Gathered) -> Floats:
    """Return for each candidate the load of all of its subject, of which it may be a part."""
    if group.kind.part is None or not group.ids:
        return group.load
    _, places = np.unique(np.array(group.ids), return_inverse=True)
    whole = np.zeros((int(places.max()) + 1, group.load.shape[1]))
    np.add.at(whole, places, group.load)
    result: Floats = whole[places]
    return result


def totals(loads: pl.DataFrame, windows: int, measure: str) -> Floats:
    """Return everybody's load in each window."""
    return np.bincount(loads["w"].to_numpy(), loads[measure].to_numpy(), windows).astype(np.float64)


def _of_several_sites(loads: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Return the loads of the wider networks in which no single site made nearly all of it."""
    sites = loads.group_by("wide_network", "network").agg(pl.col(measure).sum())
    shares = sites.group_by("wide_network").agg(share=pl.col(measure).max() / pl.col(measure).sum())
    return loads.join(shares.filter(pl.col("share") < ONE_SITE), on="wide_network", how="semi")


def load_matrix(rows: pl.DataFrame, column: str, windows: int, measure: str) -> tuple[list[str], Floats]:
    """Return the names in a column of ``loads`` (NULL left out), sorted, and their load: ``[name, window]``."""
    grouped = rows.filter(pl.col(column).is_not_null()).group_by(pl.col(column).cast(pl.String).alias("id"), "w").agg(pl.col(measure).sum())
    names = grouped["id"].unique().sort()
    places = grouped.join(pl.DataFrame({"id": names, "place": np.arange(len(names))}), on="id", maintain_order="left")
    matrix = np.zeros((len(names), windows))
    matrix[places["place"].to_numpy(), places["w"].to_numpy()] = places[measure].to_numpy()
    return names.to_list(), matrix


def expectation(load: Floats, total: Floats) -> Floats:
    """Return what each subject was to be expected to do in each window, from all the others: ``[subject, window]``.

    Raised (never lowered) by the growth of everybody else in that window, so that nobody is blamed for a share in a common rise.
    """
    others = max(load.shape[1] - 1, 1)
    mean = (load.sum(axis=1, keepdims=True) - load) / others
    rest = total - load
    rest_mean = (rest.sum(axis=1, keepdims=True) - rest) / others
    growth = np.maximum(1.0, (rest + 5.0) / (rest_mean + 5.0))
    result: Floats = mean * growth
    return result


def scores(found: Subjects) -> Floats:
    """Return the penalised log likelihood ratio (nats) of every subject in every window, 0 where it did no more than expected."""
    mu = expectation(found.load, found.total) + FLOOR
    x = found.load
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(x > mu, x * np.log(np.maximum(x, 1e-9) / mu) - (x - mu), 0.0)
    penalty = np.array([np.log(found.sizes[kind]) for kind in found.kinds]).reshape(-1, 1)
    result: Floats = np.maximum(ratio - penalty, 0.0)
    return result


def placebo_p(best: Floats) -> float:
    """Return the rank p-value of the first of ``best`` (one score per window) among all of them: at least 1 / len(best)."""
    return float(np.count_nonzero(best >= best[0] - 1e-9)) / len(best)


def scan(loads: pl.DataFrame, windows: int, measure: str, placebos: int, most: int = 8) -> list[Winner]:
    """Find the subject that explains most, take its load away, and search again, at most ``most`` times.

    ``placebos`` = 0 says that the other windows are no placebos (only a baseline): p is then None.
    """
    winners: list[Winner] = []
    rows = _without_proxies(loads, windows, measure)
    everybody = [gathered(kind, rows, windows, measure) for kind in KINDS]
    while len(winners) < most and not rows.is_empty():
        found = subjects(everybody, totals(rows, windows, measure))
        if not found.ids:
            break
        matrix = scores(found)
        best = _first_of_the_best(found, matrix[:, 0])
        if matrix[best, 0] <= 0:
            break
        p = placebo_p(matrix.max(axis=0)) if placebos else None
        expected = float(expectation(found.load[best : best + 1], found.total)[0, 0])
        row = found.load[best]
        deviation = float(np.sqrt(max(row[1:].var(), expected) + 1.0))
        kind, part = found.kinds[best], found.parts[best]
        winner = Winner(
            kind.name, found.ids[best], float(row[0]), expected, float(matrix[best, 0]), p, float(row[1:].max()), deviation,
            (kind.part, part) if kind.part is not None and part is not None else None,
        )  # fmt: skip
        winners.append(winner)
        rows = without(rows, winner)
        everybody = [_left(group, winner, rows, measure) for group in everybody]
    return winners


def _left(group: Gathered, winner: Winner, rows: pl.DataFrame, measure: str) -> Gathered:
    """Return who is left of a kind without a winner: load has either an account or none, so actors and networks do not overlap."""
    if winner.kind == "actor":
        return group.without_id(winner.id) if group.kind.name == "actor" else group
    return group if group.kind.name == "actor" else gathered(group.kind, rows, group.load.shape[1], measure)


def _first_of_the_best(found: Subjects, score: Floats) -> int:
    """Return the subject with the highest score; of those that differ by no more than the penalties do, the first.

    One network with an agent of its own is the same load twice: that there are fewer agents than networks to choose from is no reason
    to name the agent.
    """
    highest = float(score.max())
    slack = np.log(max(found.sizes.values()))
    return int(np.argmax(score >= max(highest - slack, min(highest, 1e-9))))


def without(loads: pl.DataFrame, winner: Winner) -> pl.DataFrame:
    """Return the loads without anything of a winner, the parts of it that did not win included: it is looked at once."""
    return loads.filter(~_whole(winner))


def belongs(winner: Winner) -> pl.Expr:
    """Return the condition that a row of loads belongs to a winner: to its part, where it won by one."""
    if winner.part is None:
        return _whole(winner)
    column, value = winner.part
    return _whole(winner) & (pl.col(column).cast(pl.String) == value).fill_null(False)


def owners(loads: pl.DataFrame, winners: Sequence[Winner]) -> tuple[list[str], list[str]]:
    """Return the accounts behind winners, and the networks of those that have none."""
    own = loads.filter(pl.any_horizontal([belongs(winner) for winner in winners]) if winners else pl.lit(value=False))
    accounts, networks = own["account_id"], own.filter(pl.col("account_id").is_null())["network"]
    return accounts.drop_nulls().unique().sort().to_list(), networks.drop_nulls().unique().sort().to_list()


def wide(winner: Winner) -> bool:
    """Whether very many may be behind a subject: an agent, or a network wider than a site."""
    return winner.kind == "agent" or winner.id.endswith(WIDE)


def _whole(winner: Winner) -> pl.Expr:
    if winner.kind == "actor":
        return (pl.col("actor_id") == winner.id).fill_null(False)
    column = "agent_id" if winner.kind == "agent" else "wide_network" if winner.id.endswith(WIDE) else "network"
    return pl.col("actor_id").is_null() & (pl.col(column).cast(pl.String) == winner.id).fill_null(False)
