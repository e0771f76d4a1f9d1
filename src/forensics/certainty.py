"""The fixed scale of likelihoods: every word that says how sure the program is comes from here.

The scale follows ICD 203 (Office of the Director of National Intelligence, Analytic Standards), with its upper
two words joined; each word holds from its lower bound up to the next.
"""

from __future__ import annotations

EVEN, LIKELY = 0.45, 0.55
"""From here on something is roughly even, and likely."""
SCALE: tuple[tuple[float, str], ...] = (
    (0.01, "almost no chance"),
    (0.05, "very unlikely"),
    (0.20, "unlikely"),
    (EVEN, "roughly even"),
    (LIKELY, "likely"),
    (0.80, "very likely"),
    (0.95, "almost certain"),
)
"""(lower bound, word), ascending."""

FLOOR, CEILING = 0.01, 0.99


def bounded(likelihood: float) -> float:
    """Keep a likelihood within [.01, .99]: logs alone never make anything certain."""
    return min(CEILING, max(FLOOR, likelihood))


def word(likelihood: float) -> str:
    """Return the word of the scale for a likelihood in [0, 1], to the per cent: the number beside it never says otherwise."""
    return [name for bound, name in SCALE if round(likelihood, 2) >= bound or bound == FLOOR][-1]
