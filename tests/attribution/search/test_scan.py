"""The scan over subjects and their parts: what is narrower wins only where it says more."""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.attribution.search.scan import belongs, scan

WINDOWS = 12


def loads(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of ``loads.sql``: a background of thirty accounts and thirty networks, and whatever is added to window 0."""
    rng = np.random.default_rng(5)
    made = []
    for w in range(WINDOWS):
        for n in range(30):
            made.append({"w": w, "actor_id": f"actor-{n}", "account_id": f"u{n}", "route_id": n % 4, "requests": int(rng.poisson(20))})
            made.append({"w": w, "network": f"198.18.{n}.0/24", "route_id": n % 4, "agent_id": n % 3, "requests": int(rng.poisson(20))})
        made += [{"w": w, "actor_id": "agency", "account_id": f"a{n}", "route_id": r, "requests": int(rng.poisson(60))}
                 for n in range(3) for r in range(2)]  # fmt: skip
        made += [{"w": w, "network": "198.19.0.0/24", "agent_id": n, "route_id": 0, "requests": int(rng.poisson(80))} for n in range(6)]
    columns = {"w": pl.Int32, "actor_id": pl.String, "account_id": pl.String, "network": pl.String, "wide_network": pl.String,
               "agent_id": pl.Int32, "route_id": pl.Int32, "requests": pl.Int64}  # fmt: skip
    wide = pl.col("network").str.replace(r"[0-9]+[.][0-9]+/24$", "0.0/16").alias("wide_network")
    return pl.DataFrame([*made, *rows], schema=columns).with_columns(wide)


def first(frame: pl.DataFrame) -> tuple[str, str, tuple[str, str] | None]:
    winner = scan(frame, WINDOWS, "requests", WINDOWS - 1)[0]
    assert frame.filter(belongs(winner) & (pl.col("w") == 0))["requests"].sum() == winner.load
    return winner.kind, winner.id, winner.part


def test_an_account_of_a_busy_agency_is_found_by_itself() -> None:
    frame = loads({"w": 0, "actor_id": "agency", "account_id": "a1", "route_id": 0, "requests": 250},
                  {"w": 0, "actor_id": "agency", "account_id": "a1", "route_id": 1, "requests": 250})  # fmt: skip
    assert first(frame) == ("actor", "agency", ("account_id", "a1"))


def test_one_route_of_an_actor_is_found_by_itself() -> None:
    frame = loads(*({"w": 0, "actor_id": "agency", "account_id": f"a{n}", "route_id": 3, "requests": 90} for n in range(3)))
    assert first(frame) == ("actor", "agency", ("route_id", "3"))


def test_an_actor_whose_accounts_all_rose_is_found_whole() -> None:
    frame = loads(
        *({"w": 0, "actor_id": "agency", "account_id": f"a{n}", "route_id": r, "requests": 150} for n in range(3) for r in (0, 1))
    )
    assert first(frame) == ("actor", "agency", None)


def test_one_agent_behind_a_busy_network_is_found_by_itself() -> None:
    frame = loads({"w": 0, "network": "198.19.0.0/24", "agent_id": 5, "route_id": 0, "requests": 400})
    assert first(frame) == ("network", "198.19.0.0/24", ("agent_id", "5"))


def test_a_network_that_was_never_there_needs_no_part() -> None:
    frame = loads(*({"w": 0, "network": "198.19.9.0/24", "agent_id": n, "route_id": 1, "requests": 200} for n in range(2)))
    assert first(frame)[1:] == ("198.19.9.0/24", None)


def test_a_proxy_is_nobody_though_most_of_what_comes_through_it_is_signed_in() -> None:
    """Of what it carries a tenth has no account: the program behind it is an agent's load, and none of the proxy's."""
    frame = (
        loads().with_columns(network=pl.lit("10.0.0.0/24"), wide_network=pl.lit("10.0.0.0/16")).filter(pl.col("agent_id").fill_null(0) == 0)
    )
    more = loads({"w": 0, "network": "10.0.0.0/24", "agent_id": 9, "route_id": 1, "requests": 900}).filter(pl.col("agent_id") == 9)
    assert {(w.kind, w.id) for w in scan(pl.concat([frame, more]), WINDOWS, "requests", WINDOWS - 1)} >= {("agent", "9")}
    assert not any(w.kind == "network" for w in scan(pl.concat([frame, more]), WINDOWS, "requests", WINDOWS - 1))
