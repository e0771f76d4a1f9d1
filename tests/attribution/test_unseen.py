"""What logs do not hold: nobody is named for a load that they do not show, nor for an outage that they do not show."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.attribution.worlds import World

from forensics.attribution import conclude
from forensics.attribution.accounts.participants import participants
from forensics.attribution.attribute import attribute
from forensics.case.case import Case


def decided(case: Case) -> tuple[str, str, int]:
    attribute(case)
    (row,) = case.table("incidents").to_dicts()
    return row["verdict"], row["summary"], len(case.table("participants"))


def with_a_ring(kind: str, tmp_path: Path) -> Case:
    world = World(kind=kind)
    ring = world.newcomers(9)
    world.actor(ring)
    world.ring(ring, 150.0)
    return world.write(tmp_path)


@pytest.mark.parametrize(("reading", "verdict"), [("log missing", "inconclusive"), ("service down", "attributed")])
def test_who_was_busy_before_a_hole_between_two_files_broke_nothing_that_is_known(tmp_path: Path, reading: str, verdict: str) -> None:
    """A day's file that nobody handed over looks like a day without service; inside a file the hole is the service's."""
    case = with_a_ring("silence", tmp_path)
    case.connection.execute("UPDATE incidents SET part = 'everything', reading = ?", [reading])
    found, told, named = decided(case)
    assert found == verdict
    assert ("only the log of that time is missing, cannot be told" in told) == (reading == "log missing")
    assert (named > 0) == (verdict == "attributed")
    by_one = case.table("rivals").filter(pl.col("explanation") == "one actor")["likelihood"][0]
    assert (by_one > 0.5) == (verdict == "attributed")


def test_a_hole_between_two_files_before_which_nothing_rose_is_a_missing_log(tmp_path: Path) -> None:
    case = World(kind="silence").write(tmp_path)
    case.connection.execute("UPDATE incidents SET part = 'everything', reading = 'log missing'")
    assert decided(case)[0] in ("not an outage", "no single actor")
    assert case.table("participants").is_empty()


@pytest.mark.parametrize(
    ("kind", "served", "verdict"), [("errors", 0, "inconclusive"), ("errors", 1, "attributed"), ("surge", 0, "attributed")]
)
def test_of_load_nothing_is_known_where_only_failures_are_logged(tmp_path: Path, kind: str, served: int, verdict: str) -> None:
    """Who is in a log of failures is who was failed. A load of what is refused (a firewall's log) is one all the same."""
    case = with_a_ring(kind, tmp_path)
    case.connection.execute("UPDATE service_minutes SET answered = requests, refused = requests - coalesce(failed, 0)")
    case.connection.execute("UPDATE service_minutes SET refused = 0 WHERE ?", [bool(served)])
    found, told, named = decided(case)
    assert found == verdict
    assert told.endswith("is not in them.") == (verdict == "inconclusive")
    assert (named > 0) == (verdict == "attributed")
    if verdict == "inconclusive":
        assert case.table("rivals").filter(pl.col("explanation").is_in(["one actor", "organic surge"]))["likelihood"].max() < 0.2


@pytest.mark.parametrize(("reading", "verdict"), [("log missing", "inconclusive"), ("service down", "attributed")])
def test_nothing_is_said_of_what_led_to_an_outage_before_which_the_log_is_missing(tmp_path: Path, reading: str, verdict: str) -> None:
    case = with_a_ring("errors", tmp_path)
    hole = "SELECT incident_id || '-hole', 'silence', 'everything', ?, started_at - INTERVAL 1 DAY, started_at, summary FROM incidents"
    names = "incident_id, kind, part, reading, started_at, ended_at, summary"
    case.connection.execute(f"INSERT INTO incidents ({names}) {hole}", [reading])
    attribute(case)
    rows = {row["kind"]: row for row in case.table("incidents").to_dicts()}
    assert rows["errors"]["verdict"] == verdict
    assert ("nothing is logged" in rows["errors"]["summary"]) == (reading == "log missing")


@pytest.mark.parametrize(("others", "exported", "verdict"), [(2, 0, "inconclusive"), (8, 300, "inconclusive"), (8, 0, "attributed")])
def test_a_log_that_was_searched_for_some_says_nothing_of_the_others(tmp_path: Path, others: int, exported: int, verdict: str) -> None:
    """Of a log in which hardly any customer is but the suspects nobody knows who asked for more; a service may have few customers."""
    world = World(accounts=others, anonymous=0.0, per_minute=10.0)
    ring = world.newcomers(9)
    world.actor(ring)
    world.ring(ring, 150.0)
    case = world.write(tmp_path)
    records = pl.DataFrame({"account_id": [f"customer{n}" for n in range(exported)]}, schema={"account_id": pl.String})
    case.insert("account_records", records)
    found, told, named = decided(case)
    assert found == verdict
    assert ("what others asked for is not in them" in told) == (verdict == "inconclusive")
    assert (named > 0) == (verdict == "attributed")


def test_an_actor_of_whom_no_account_took_part_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = with_a_ring("errors", tmp_path)
    monkeypatch.setattr(conclude, "participants", lambda *given: participants(*given).clear())
    found, _, named = decided(case)
    assert found not in ("attributed", "several actors")
    assert named == 0
    assert case.table("attributions").is_empty()
