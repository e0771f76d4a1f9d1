"""Load of very many addresses: a crowd is a mixture, what all have in common is said, and nobody is named for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.attribution.worlds import World

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.spread import alike
from forensics.attribution.wording import in_common


def many_addresses(folder: Path, agent: int | None, networks: int = 5000) -> tuple[dict[str, object], dict[str, dict[str, object]], bool]:
    """Attribute an outage under ten times the load, of thousands of networks: incident, rivals, whether nobody is named."""
    world = World(seed=11)
    low, high = world.onset - world.ramp, world.end
    n = int(10 * world.per_minute * (high - low))
    at = world.last + world.rng.integers(low, high, n)
    agents = world.rng.integers(0, 6, n) if agent is None else np.full(n, agent)
    world.add_anonymous(4000 + world.rng.integers(0, networks, n), at, agents)
    with world.write(folder) as case:
        attribute(case)
        rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
        return case.table("incidents").to_dicts()[0], rivals, case.table("attributions").is_empty()


def test_one_agent_at_thousands_of_addresses_is_no_crowd_and_nobody(tmp_path: Path) -> None:
    incident, rivals, nobody = many_addresses(tmp_path, agent=9)
    assert nobody
    assert incident["verdict"] == "inconclusive"
    assert "came with the one agent 'Agent9/1.0' (usually 0 % of the requests without one), from" in str(incident["summary"])
    assert rivals["organic surge"]["likelihood"] < 0.45


def test_many_agents_at_thousands_of_addresses_are_a_crowd(tmp_path: Path) -> None:
    incident, rivals, nobody = many_addresses(tmp_path, agent=None, networks=20_000)
    assert nobody
    assert incident["verdict"] == "no single actor"
    assert rivals["organic surge"]["likelihood"] == pytest.approx(0.79)
    assert "one agent" not in str(incident["summary"])


def test_a_program_behind_a_proxy_is_told_and_neither_is_named(tmp_path: Path) -> None:
    """Its own networks cannot be seen: one program, or the app of everybody behind the proxy."""
    world = World(seed=13, anonymous=0.0)
    usual = world.rng.poisson(100 * 240, world.days)
    for day, n in enumerate(usual):
        world.add_anonymous(np.full(n, 9000), day * 1440 + world.rng.integers(22 * 60, 26 * 60, n))
    low, high = world.onset - world.ramp, world.end
    n = 3000 * (high - low)
    world.add_anonymous(np.full(n, 9000), world.last + world.rng.integers(low, high, n), np.full(n, 9))
    with world.write(tmp_path, strained=world.ramp) as case:
        attribute(case)
        named, (incident,) = case.table("attributions"), case.table("incidents").to_dicts()
        surge = case.table("rivals").filter(pl.col("explanation") == "organic surge")["likelihood"].item()
    assert named.is_empty()
    assert incident["verdict"] == "inconclusive"
    assert "came with the one agent 'Agent9/1.0'" in incident["summary"]
    assert "a proxy in front of the service, say" in incident["summary"]
    assert surge < 0.45, "that it was too much speaks for nobody in particular"


@pytest.mark.parametrize(
    ("excess", "usual", "beside"),
    [
        ({"34.77.0.0/16": 280.0, "35.90.0.0/16": 140.0, "86.42.0.0/16": 20.0}, {"86.42.0.0/16": 60.0}, ("35.90.0.0/16",)),
        ({"34.77.0.0/16": 28.0, "35.90.0.0/16": 14.0, "86.42.0.0/16": 2.0}, {"86.42.0.0/16": 6.0}, None),
        ({"34.77.0.0/16": 420.0, "86.42.0.0/16": 20.0}, {"86.42.0.0/16": 60.0}, ()),
        ({f"100.{n}.0.0/16": 60.0 for n in range(8)}, {"86.42.0.0/16": 60.0}, None),
        ({"34.77.0.0/16": 280.0, "35.90.0.0/16": 140.0}, {"34.77.0.0/16": 40.0, "35.90.0.0/16": 40.0}, None),
        ({"34.77.0.0/16": 200.0, **{f"100.{n}.0.0/16": 30.0 for n in range(6)}}, {"86.42.0.0/16": 60.0}, None),
    ],
    ids=["two", "two visitors", "one", "eight", "those from which everybody comes", "one and many"],
)
def test_what_came_from_very_few_networks_is_no_mixture(
    excess: dict[str, float], usual: dict[str, float], beside: tuple[str, ...] | None
) -> None:
    rows = [(0, network, asked + usual.get(network, 0.0)) for network, asked in excess.items()]
    rows += [(1, network, asked) for network, asked in usual.items()]
    loads = pl.DataFrame(rows, schema=["w", "wide_network", "requests"], orient="row").with_columns(
        account_id=pl.lit(None, pl.String), network=pl.col("wide_network")
    )
    found = alike(SimpleNamespace(loads=loads, windows=2), SimpleNamespace(significant=True, measure="requests"), "wide_network")  # type: ignore[arg-type]
    assert (found.beside if found else None) == beside
    if found and beside:
        assert "came from 2 networks alone, 34.77.0.0/16 and 35.90.0.0/16" in in_common(found, {})
