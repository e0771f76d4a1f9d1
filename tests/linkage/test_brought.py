"""Identifiers that an investigator brings: crowds that share them with heavy tails, and what must not link anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.linkage.crowd import Crowd, linked, pairs, posters, wallets

START = datetime(2024, 3, 1, 8, 17)
Row = tuple[str, str, str, datetime | None]


def given(folder: Path, rows: list[Row]) -> dict[str, str]:
    """Link these rows among sixty accounts that share nothing."""
    others: list[Row] = [(f"other-{n:03d}", "funded_by", f"own-{n:03d}", START + timedelta(hours=3.7 * n)) for n in range(60)]
    path = folder / "identifiers.csv"
    columns = ["account_id", "identifier_type", "identifier_value", "first_at"]
    pl.DataFrame(rows + others, schema=columns, orient="row", infer_schema_length=None).write_csv(
        path, datetime_format="%Y-%m-%dT%H:%M:%SZ"
    )
    return linked(folder, path)


@pytest.mark.parametrize(("made", "size", "recall"), [(wallets, 2500, 0.2), (posters, 1000, 0.3)], ids=["wallets", "posters"])
def test_a_crowd_is_no_hairball(made: Callable[[int, int], Crowd], size: int, recall: float, tmp_path: Path) -> None:
    crowd = made(3, size)
    found = linked(tmp_path, crowd.write(tmp_path))
    both = Counter((crowd.master[name], found[name]) for name in found)
    said = pairs(Counter(found.values()))
    assert max(Counter(found.values()).values()) <= max(Counter(crowd.master.values()).values())
    assert pairs(both) / said >= 0.99
    assert pairs(both) / pairs(Counter(crowd.master.values())) >= recall
    sizes = Counter(found.values())
    coordinated = [name for name, master in crowd.master.items() if master.startswith("master")]
    assert sum(sizes[found[name]] > 1 for name in coordinated) / len(coordinated) >= 0.6


def test_who_likes_the_same_things_is_not_one(tmp_path: Path) -> None:
    """In a small crowd everybody shares rare links and tags with somebody: interests are one cause."""
    crowd = posters(6, 200)
    found = linked(tmp_path, crowd.write(tmp_path))
    both = Counter((crowd.master[name], found[name]) for name in found)
    assert pairs(both) == pairs(Counter(found.values()))


def test_one_rare_value_is_not_enough(tmp_path: Path) -> None:
    found = given(tmp_path, [("a-000001", "funded_by", "purse", None), ("a-000002", "funded_by", "purse", None)])
    assert found["a-000001"] != found["a-000002"]


def core(purse: str, count: int = 9) -> list[Row]:
    """Accounts that two rare values and a burst hold together; one of the values is who funded them."""
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", purse, START + timedelta(minutes=2 * n)) for n in range(count)]
    return rows + [(f"a-{n:06d}", "cash_out", "till", None) for n in range(count)]


def test_who_has_an_actors_source_is_his(tmp_path: Path) -> None:
    late: list[Row] = [(f"late-{n:03d}", "funded_by", "purse", START + timedelta(days=3 + 2 * n)) for n in range(3)]
    found = given(tmp_path, core("purse") + late)
    assert len({found[row[0]] for row in core("purse") + late}) == 1


def test_a_source_that_is_mostly_strangers_is_nobodys(tmp_path: Path) -> None:
    strangers: list[Row] = [(f"late-{n:03d}", "funded_by", "purse", START + timedelta(days=3 + 2 * n)) for n in range(8)]
    found = given(tmp_path, core("purse") + strangers)
    assert len({found[row[0]] for row in core("purse")}) == 1
    assert len({found[row[0]] for row in strangers}) == 8


def test_a_source_of_two_actors_is_neithers(tmp_path: Path) -> None:
    other: list[Row] = [(f"b-{n:06d}", "funded_by", "purse", START + timedelta(days=9, minutes=2 * n)) for n in range(4)]
    other += [(f"b-{n:06d}", "cash_out", "other till", None) for n in range(4)]
    stranger: list[Row] = [("late-000", "funded_by", "purse", START + timedelta(days=30))]
    found = given(tmp_path, core("purse") + other + stranger)
    assert found["late-000"] not in {found["a-000000"], found["b-000000"]}


def test_what_an_account_has_many_of_is_no_source(tmp_path: Path) -> None:
    """A niche contract that an actor's accounts mostly use is open to all."""
    rows = core("purse") + [(f"a-{n:06d}", "used", "niche", None) for n in range(9)] + [("late-000", "used", "niche", None)]
    rows += [(f"other-{n:03d}", "used", f"shop-{(n * k) % 29}", None) for n in range(60) for k in range(1, 5)]
    found = given(tmp_path, rows)
    assert found["late-000"] != found["a-000000"]


def test_pay_day_makes_no_actor_of_the_staff(tmp_path: Path) -> None:
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", "employer", START + timedelta(minutes=2 * n)) for n in range(20)]
    rows += [(f"a-{n:06d}", "cash_out", "joint account", None) for n in range(2)]
    rows += [(f"a-{n + 2:06d}", "used", "canteen", None) for n in range(18)] + [
        (f"other-{n:03d}", "used", "canteen", None) for n in range(30)
    ]
    found = given(tmp_path, rows)
    assert max(Counter(found.values()).values()) <= 2


def test_one_source_in_one_run_and_three_tills(tmp_path: Path) -> None:
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", "purse", START + timedelta(minutes=2 * n)) for n in range(15)]
    rows += [(f"a-{n:06d}", "cash_out", f"till-{n % 3}", None) for n in range(12)]
    found = given(tmp_path, rows)
    assert len({found[f"a-{n:06d}"] for n in range(15)}) == 1


def test_a_source_that_gives_all_the_time_has_no_burst(tmp_path: Path) -> None:
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", "exchange", START + timedelta(minutes=7 * n)) for n in range(900)]
    assert max(Counter(given(tmp_path, rows).values()).values()) == 1


def test_an_hour_in_which_everybody_is_busy(tmp_path: Path) -> None:
    """Launch day: pairs share a source in the same minutes, as everybody gets something in these minutes."""
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", f"desk-{n // 3}", START + timedelta(seconds=5 * (n % 3) + n // 3)) for n in range(900)]
    assert max(Counter(given(tmp_path, rows).values()).values()) == 1


def test_days_without_a_time_are_no_burst(tmp_path: Path) -> None:
    day = datetime(2024, 3, 1)
    rows: list[Row] = [(f"a-{n:06d}", "funded_by", "purse", day) for n in range(6)]
    assert max(Counter(given(tmp_path, rows).values()).values()) == 1


def test_an_account_that_is_another_accounts_value(tmp_path: Path) -> None:
    """Who funded and traded with an account of the case has these values in common with it."""
    rows: list[Row] = [
        ("wallet-0001", "funded_by", "hot", None),
        ("wallet-0002", "funded_by", "wallet-0001", None),
        ("wallet-0002", "traded_with", "wallet-0001", None),
    ]
    found = given(tmp_path, rows)
    assert found["wallet-0001"] == found["wallet-0002"]


def test_a_number_that_happens_to_be_an_account(tmp_path: Path) -> None:
    rows: list[Row] = [("10115", "colour", "red", None)]
    rows += [(f"a-{n:06d}", kind, "10115", None) for n in range(1) for kind in ("postcode", "room", "desk")]
    rows += [(f"b-{n:06d}", kind, f"{n}", None) for n in range(40) for kind in ("postcode", "room", "desk")]
    found = given(tmp_path, rows)
    assert found["10115"] != found["a-000000"]


@pytest.mark.parametrize("kind", ["bin", "IIN", "card_bin", "first6", "Last4"])
def test_digits_of_a_card_never_link(kind: str, tmp_path: Path) -> None:
    rows: list[Row] = [(f"a-{n:06d}", kind, "411111", None) for n in range(2)]
    rows += [(f"a-{n:06d}", "device", "one", None) for n in range(2)]
    with_digits = given(tmp_path, rows)
    assert with_digits["a-000000"] == with_digits["a-000001"], "the device does"
    (tmp_path / "again").mkdir()
    assert len(set(given(tmp_path / "again", rows[:2]).values())) == 62, "nobody is tied by digits of a card"


@pytest.mark.parametrize("session", ["57", "20240302000000000057", "s-57"])
def test_sessions_that_are_counted_never_link(session: str, tmp_path: Path) -> None:
    """The fifty-seventh session of everybody is called so."""
    found = given(tmp_path, [(f"a-{n:06d}", "session_id", session, None) for n in range(2)])
    assert found["a-000000"] != found["a-000001"]


def test_a_thousand_identifiers_of_one_account(tmp_path: Path) -> None:
    """Whoever has everything shares something with anybody; that ties nobody together."""
    rows: list[Row] = [("collector", "link", f"page-{n}", None) for n in range(1000)]
    rows += [(f"a-{n % 300:06d}", "link", f"page-{n}", None) for n in range(900)]
    assert max(Counter(given(tmp_path, rows).values()).values()) == 1
