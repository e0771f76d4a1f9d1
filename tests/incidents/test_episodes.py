"""Which part of the service an incident is put down to, and which incident is told first."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from forensics.case.case import Case
from forensics.incidents.episodes import incidents_of
from forensics.incidents.series import EVERYTHING, Scope
from forensics.incidents.windows import Window


def window(signal: str, part: str, name: str) -> Window:
    return Window(signal, Scope(part, name), 600, 780, 90.0, 3000.0)


def test_a_host_that_wrote_nothing_is_told_before_the_backend_that_it_stands_for() -> None:
    (found,) = incidents_of([], [window("silence", "backend", "10.20.0.12"), window("silence", "host", "WEB02")])
    assert found.scope == Scope("host", "WEB02")


def test_failures_are_told_of_the_backend_before_the_host() -> None:
    (found,) = incidents_of([], [window("errors", "backend", "10.20.0.12"), window("errors", "host", "WEB02")])
    assert found.scope == Scope("backend", "10.20.0.12")


@pytest.mark.parametrize(("lasting", "size", "incidents"), [(20, 136.0, 1), (20, 60.0, 1), (60, 136.0, 2)])
def test_a_shorter_episode_is_a_relapse_though_more_failed(lasting: int, size: float, incidents: int) -> None:
    """More people were there by then; what is longer and greater is another outage."""
    before, after = (Window("errors", EVERYTHING, a, b, 90.0, n) for a, b, n in ((600, 633, 88.0), (710, 710 + lasting, size)))
    found = incidents_of([before, after], [])
    assert len(found) == incidents
    assert len(found[0].episodes) == 3 - incidents


@pytest.mark.parametrize(("package", "query"), [("incidents", "ranked"), ("report/queries", "incidents")])
def test_a_missing_log_is_told_after_what_happened_to_the_service(tmp_path: Path, package: str, query: str) -> None:
    columns = ("incident_id", "severity", "verdict", "failed_requests", "missing_requests", "refused_requests")
    rows = [
        ("hole", "low", "not an outage", 0, 3001.0, None),
        ("collected", "low", "several actors", 0, 0.0, None),
        ("refused", "low", "attributed", 0, 0.0, 42_006),
        ("outage", "critical", "no single actor", 1266, 0.0, None),
    ]
    with Case.create(tmp_path / "case") as case:
        case.insert("incidents", pl.DataFrame(rows, schema=columns, orient="row"))
        parameters = {"incident": None} if query == "incidents" else {}
        told = case.frame(package, query, **parameters)["incident_id"].to_list()
    assert told == ["outage", "refused", "collected", "hole"]


@pytest.mark.parametrize(("lasting", "incidents"), [(1, 2), (40, 1)])
def test_two_blips_hours_apart_are_no_outage_of_hours(lasting: int, incidents: int) -> None:
    """After a long outage the service is still shaken hours later; after a blip of a minute it is not."""
    before, after = (Window("errors", EVERYTHING, a, b, 90.0, 60.0) for a, b in ((600, 599 + lasting), (840 + lasting, 841 + lasting)))
    assert len(incidents_of([before, after], [])) == incidents


@pytest.mark.parametrize(("longest", "kind"), [(10, "collapse"), (180, "silence")])
def test_minutes_in_which_nobody_asks_while_little_is_left_are_no_silence(longest: int, kind: str) -> None:
    pauses = [Window("silence", EVERYTHING, at, at + 2, 20.0, 60.0) for at in range(610, 900, 10)]
    fallen = Window("collapse", EVERYTHING, 600, 905, 200.0, 3000.0)
    (found,) = incidents_of([fallen, *pauses, Window("silence", EVERYTHING, 700, 700 + longest, 90.0, 10.0 * longest)], [])
    assert found.kind == kind


@pytest.mark.parametrize(("before", "kinds"), [(False, ["silence", "errors"]), (True, ["errors"])])
def test_a_silence_that_may_be_a_lost_file_is_no_part_of_what_follows_it(before: bool, kinds: list[str]) -> None:
    """A day's file is missing, and the next begins with failures; what had failed when the file before ended goes on in the hole."""
    silence, failing = Window("silence", EVERYTHING, 1440, 2879, 90.0, 9000.0), Window("errors", EVERYTHING, 2880, 2999, 90.0, 900.0)
    earlier = [Window("errors", EVERYTHING, 1420, 1439, 90.0, 900.0)] if before else []
    found = incidents_of([*earlier, silence, failing, Window("surge", EVERYTHING, 1400, 1439, 9.0, 500.0)], [], lambda window: True)
    assert [f.kind for f in found if f.kind != "surge"] == kinds
    assert (len(found) > len(kinds)) != before, "load before a hole is told by itself"
