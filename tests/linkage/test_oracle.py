"""Components, weights and coherence against naive oracles on seeded random input."""

from __future__ import annotations

import math
import random

import numpy as np
import polars as pl
import pytest

from forensics.linkage import coherence
from forensics.linkage.coherence import TIED_BY_CHANCE, TIED_IF_OWNED, held_together, tied_accounts
from forensics.linkage.components import components
from forensics.linkage.registry import signals
from forensics.linkage.weights import (
    CORROBORATION_CAP,
    DISCOUNT,
    combine,
    likelihood,
    likelihood_expr,
    prior_bits,
    value_bits,
    value_bits_expr,
)


def naive_components(size: int, edges: list[tuple[int, int]]) -> list[int]:
    """Flood from every node in turn; the first node to reach another names it."""
    near: dict[int, set[int]] = {node: set() for node in range(size)}
    for left, right in edges:
        near[left].add(right)
        near[right].add(left)
    name = [-1] * size
    for start in range(size):
        waiting = [start] if name[start] < 0 else []
        while waiting:
            node = waiting.pop()
            if name[node] < 0:
                name[node] = start
                waiting.extend(near[node])
    return name


@pytest.mark.parametrize("seed", range(20))
def test_components_are_those_of_a_flood(seed: int) -> None:
    r = random.Random(seed)
    size = r.randint(1, 80)
    edges = [(r.randrange(size), r.randrange(size)) for _ in range(r.randint(0, size))]
    left, right = (np.array([edge[i] for edge in edges], dtype=np.int32) for i in (0, 1))
    assert components(size, left, right).tolist() == naive_components(size, edges)


def naive_bits(rows: list[tuple[str, str, float]]) -> float:
    """Fellegi-Sunter by hand: strongest value of each block, discounted within a family, families but the strongest capped."""
    totals = []
    for family in {row[0] for row in rows}:
        blocks: dict[str, float] = {}
        for name, block, bits in rows:
            if name == family:
                blocks[block] = max(bits, blocks.get(block, -math.inf))
        factor, total = 1.0, 0.0
        for bits in sorted(blocks.values(), reverse=True):
            total += factor * bits
            factor *= DISCOUNT
        totals.append(total)
    totals.sort(reverse=True)
    return totals[0] + sum(min(CORROBORATION_CAP, total) for total in totals[1:])


@pytest.mark.parametrize("seed", range(20))
def test_combined_bits_are_those_by_hand(seed: int) -> None:
    r = random.Random(seed)
    rows = [(r.choice(("payment", "network", "device")), r.choice("abcd"), round(r.uniform(0.1, 20), 3)) for _ in range(r.randint(1, 12))]
    frame = pl.DataFrame([(1, *row) for row in rows], schema=["who", "family", "block", "bits"], orient="row")
    found = combine(frame, ["who"]).to_dicts()[0]
    assert found["bits"] == pytest.approx(naive_bits(rows))
    assert found["families"] == len({row[0] for row in rows})


def test_a_value_weighs_by_its_frequency_outside_the_actor() -> None:
    rare, common = value_bits(0.9, 0, 0.02, 10_000), value_bits(0.9, 100, 0.02, 10_000)
    assert rare == pytest.approx(math.log2(0.9 * 10_000 / 0.02))
    assert common == pytest.approx(math.log2(0.9 * 10_000 / 100.02))
    frame = pl.DataFrame({"m": [0.9], "chance": [0.02], "others": [100]})
    assert frame.select(value_bits_expr(pl.col("others"), 10_000)).item() == pytest.approx(common)


def test_likelihood_is_the_logistic_of_bits_above_the_prior() -> None:
    bits = prior_bits(50_000) + 3
    assert likelihood(3) == pytest.approx(8 / 9)
    assert pl.DataFrame({"b": [bits]}).select(likelihood_expr(pl.col("b"), 50_000)).item() == pytest.approx(8 / 9)


@pytest.mark.parametrize("seed", range(10))
def test_tied_accounts_are_the_largest_flood(seed: int) -> None:
    r = random.Random(seed)
    rows = sorted({(r.randrange(3), r.randrange(12), r.randrange(8)) for _ in range(r.randint(1, 30))})
    ties = pl.DataFrame(rows, schema={"value_no": pl.Int32(), "account_no": pl.Int32(), "other_no": pl.Int32()}, orient="row")
    expected = {}
    for value in {row[0] for row in rows}:
        edges = [(account, 12 + other) for v, account, other in rows if v == value]
        names = naive_components(20, edges)
        members = {account for account, _ in edges}
        expected[value] = max(sum(names[a] == name for a in members) for name in {names[a] for a in members})
    assert dict(tied_accounts(held_together(ties)).select("value_no", "tied").iter_rows()) == expected


def test_coherence_is_a_ratio_of_binomials() -> None:
    loose = math.log2((1 - TIED_BY_CHANCE) / (1 - TIED_IF_OWNED))
    values = pl.DataFrame(
        {"value_no": [1, 2, 3], "sharers": [25, 8, 3], "owner_bits": [5.0] * 3, "loose_bits": [loose] * 3, "level": ["payer"] * 3}
    )
    found = coherence.tested(values, pl.DataFrame({"value_no": [1, 2], "tied": [2, 5], "second": [0, 0]}))
    reseller, company, family = found.sort("value_no").to_dicts()
    assert not reseller["owned"]
    assert company["owned"]
    assert family["owned"]
    by_hand = math.log2(TIED_IF_OWNED**5 * (1 - TIED_IF_OWNED) ** 3 / (TIED_BY_CHANCE**5 * (1 - TIED_BY_CHANCE) ** 3))
    assert company["coherence_bits"] == pytest.approx(5 + by_hand, abs=0.01)


def test_every_signal_says_how_it_weighs() -> None:
    for signal in signals().values():
        assert signal.family
        assert signal.level in ("operator", "payer", "organisation")
        assert 0 < signal.m <= 1
        assert signal.chance > 0
