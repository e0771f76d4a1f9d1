"""Connected components of the two-sided graph of accounts and values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


def make_ready() -> None:
    """Import what the search needs: a tenth of a second, for linear algebra that comes along."""
    components(1, np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32))


def components(size: int, left: Numbers, right: Numbers) -> Numbers:
    """Return for each of ``size`` nodes the smallest node of its component, given edges ``left[i]``-``right[i]``.

    The smallest node names a component, so that its name does not depend on the order of edges. SciPy's breadth-first search
    (Pearce, 2005) on a compressed sparse matrix: linear in nodes and edges.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size)).tocsr()
    count, labels = connected_components(graph, directed=False)
    smallest = np.full(count, size, dtype=np.int32)
    np.minimum.at(smallest, labels, np.arange(size, dtype=np.int32))
    named: Numbers = smallest[labels]
    return named


def through_values(accounts: int, values: int, account_no: Numbers, value_no: Numbers) -> Numbers:
    """Return for each account the smallest account of its component, where accounts hang together through values they share."""
    return components(accounts + values, account_no, (value_no + accounts).astype(np.int32))[:accounts]
