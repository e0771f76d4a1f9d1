"""The scan: which subject explains the excess, against its own baseline, paid for by the same search on other days.

A subject's load in a window is compared with its mean in all other windows, raised by as much as the rest of the service rose, by the
log likelihood ratio of a Poisson count (Kulldorff, "A spatial scan statistic", 1997). Windows are treated alike: the incident's own is
row 0 of the same matrix as its placebos, so the rank of its best score among theirs is a p-value that has paid for the search
(Phipson and Smyth, "Permutation p-values should never be zero", 2010). Overdispersed traffic needs no model: placebos have it too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOOR = 0.5
"""Requests expected of a subject that was never seen before, in one window."""
PROXY_SHARE = 0.3
"""A network or agent that normally carries this much of everything is a proxy or a common client, not somebody."""


_KINDS = (("actor", "actor_id"), ("network", "network"), ("network", "wide_network"), ("agent", "agent_id"))
"""Kinds of subjects and where they are found; of equal scores the earlier, narrower one wins."""


@dataclass(frozen=True)
class Subjects:
    """Load of every candidate in every window: ``load[subject, window]``, the incident's window first; ``total[window]``."""

    kinds: list[str]
    ids: list[str]
    load: Floats
    total: Floats


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

    @property
    def excess(self) -> float:
        """Load beyond expectation."""
        return self.load - self.expected


def subjects(loads: pl.DataFrame, windows: int, measure: str) -> Subjects:
    """Gather candidates: actors; networks and agents of requests without an account (``loads`` as of ``loads.sql``)."""
    total = np.zeros(windows)
    by_window = loads.group_by("w").agg(pl.col(measure).sum())
    total[by_window["w"].to_numpy()] = by_window[measure].to_numpy()
    anonymous = loads.filter(pl.col("actor_id").is_null())
    kinds: list[str] = []
    ids: list[str] = []
    parts: list[Floats] = []
    for kind, column in _KINDS:
        names, matrix = load_matrix(loads if kind == "actor" else anonymous, column, windows, measure)
        if kind != "actor":
            keep = matrix.mean(axis=1) <= PROXY_SHARE * max(float(total.mean()), 1.0)
            names, matrix = [n for n, k in zip(names, keep, strict=True) if k], matrix[keep]
        kinds += [kind] * len(names)
        ids += names
        parts.append(matrix)
    return Subjects(kinds, ids, np.concatenate(parts) if parts else np.zeros((0, windows)), total)


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
    sizes = {kind: found.kinds.count(kind) for kind in set(found.kinds)}
    penalty = np.array([np.log(sizes[kind]) for kind in found.kinds]).reshape(-1, 1)
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
    rows = loads
    while len(winners) < most and not rows.is_empty():
        found = subjects(rows, windows, measure)
        if not found.ids:
            break
        matrix = scores(found)
        best = int(np.argmax(matrix[:, 0]))
        if matrix[best, 0] <= 0:
            break
        p = placebo_p(matrix.max(axis=0)) if placebos else None
        expected = float(expectation(found.load[best : best + 1], found.total)[0, 0])
        row = found.load[best]
        deviation = float(np.sqrt(max(row[1:].var(), expected) + 1.0))
        winner = Winner(
            found.kinds[best], found.ids[best], float(row[0]), expected, float(matrix[best, 0]), p, float(row[1:].max()), deviation
        )
        winners.append(winner)
        rows = without(rows, winner)
    return winners


def without(loads: pl.DataFrame, winner: Winner) -> pl.DataFrame:
    """Return the loads without a winner's own."""
    return loads.filter(~belongs(winner))


def belongs(winner: Winner) -> pl.Expr:
    """Return the condition that a row of loads belongs to a winner."""
    if winner.kind == "actor":
        return (pl.col("actor_id") == winner.id).fill_null(False)
    column = "agent_id" if winner.kind == "agent" else "wide_network" if winner.id.endswith(("/16", "/48")) else "network"
    return pl.col("actor_id").is_null() & (pl.col(column).cast(pl.String) == winner.id).fill_null(False)
