"""Weights in bits: how much a shared value says for two accounts having one operator, payer or organisation.

The weight of a value is ``log2(m / u)`` (I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64, 1969): ``m`` is the
probability that two accounts of one actor share it, ``u`` that two unrelated ones do. ``u`` is the value's own frequency in this case
(term frequency: W. E. Winkler, "Frequency-Based Matching in Fellegi-Sunter Model of Record Linkage", 2000) among the accounts *outside*
the actor, so that the actor's own accounts do not make their own value look common, plus what its type has by chance.

Evidence of one family (payment, network, device ...) follows from one cause: of a family the strongest value counts in full, the
others add less and less. Families are added up. The prior odds that two accounts picked at random belong together are one in the
number of accounts.
"""

from __future__ import annotations

import math

SMALLEST_POPULATION = 1000
"""A case with fewer accounts is weighed as if it had this many: frequencies in a handful of accounts mean little."""

NEEDED_BITS = 3.0
"""Bits that must be left above the prior for a link to be kept: odds of 8 to 1."""

DISCOUNT = 0.5
"""What each further value of one family adds, against the one before it."""

CORROBORATION_CAP = 6.0
"""The most that a second family can add, in bits: sharing a household or an office explains several families at once."""


def prior_bits(accounts: int) -> float:
    """Return the bits that speak against any two of ``accounts`` accounts belonging together."""
    return math.log2(max(accounts, SMALLEST_POPULATION))


def value_bits(m: float, others: float, chance: float, accounts: int) -> float:
    """Return ``log2(m / u)`` for a value that ``others`` accounts outside the actor have, ``chance`` more being expected unseen."""
    return math.log2(m * max(accounts, SMALLEST_POPULATION) / (others + chance))


def likelihood(bits_above_prior: float) -> float:
    """Return the probability for log2-odds."""
    return 1.0 / (1.0 + math.exp2(-max(-60.0, min(60.0, bits_above_prior))))
