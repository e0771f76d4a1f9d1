"""The incident commands, through the installed program on a case of their own."""

from __future__ import annotations

import json

import pytest
from rich.console import Console
from tests.stored_case import add_log, add_user_accounts, new_case
from tests.traffic import at, failing, traffic

from forensics.analysis import ensure_analysed
from forensics.case.case import Case
from forensics.incidents.listing import chosen, keep_baseline, picture
from forensics.progress import Silent
from forensics.report.incident_view import show, sparkline


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands") / "case"
    world = failing(traffic("diurnal", 2, days=5, per_second=0.15), at(3, 12), at(3, 13))
    with new_case(folder) as case:
        for (host,), rows in world.partition_by("logged_by", as_dict=True, maintain_order=True).items():
            add_log(case, f"{host}.log", rows.drop("logged_by"), str(host))
        add_user_accounts(case)
    return folder


def test_incidents_lists_them_and_incident_shows_one(quick, case_folder):
    rows = json.loads(quick("incidents", "--case", case_folder, "--format", "json").stdout)
    assert [row["incident_id"] for row in rows] == ["2024-02-22T12:00Z-errors-everything"]
    shown = quick("incident", "1", "--case", case_folder).stdout
    assert "2024-02-22T12:00Z-errors-everything" in shown
    assert "outage" in shown
    assert "Basis" in shown
    (one,) = json.loads(quick("incident", "2024-02-22", "--case", case_folder, "--format", "json").stdout)
    assert one["phases"][0].startswith("normal")
    assert "incident" in quick("incidents", "--case", case_folder, "--format", "table").stdout


def test_an_unknown_incident_is_one_plain_sentence(quick, case_folder):
    done = quick("incident", "1999", "--case", case_folder, check=2)
    assert done.stderr.count("\n") == 1
    assert "2024-02-22T12:00Z-errors-everything" in done.stderr


@pytest.mark.parametrize("given", ["yesterday", "2024-02-21", "2024-02-23/2024-02-21"])
def test_a_baseline_that_is_no_range_is_wrong_usage(quick, case_folder, given):
    assert "baseline" in quick("incidents", "--help").stdout
    done = quick("incidents", "--case", case_folder, "--baseline", given, check=2)
    assert done.stderr.startswith("forensics: ")


def test_a_given_baseline_is_kept_until_auto(case_folder):
    with Case.open(case_folder) as case:
        keep_baseline(case, "2024-02-20T00:00:00+01:00/2024-02-21")
        assert case.option("baseline") == "2024-02-19T23:00:00/2024-02-21T00:00:00"
        keep_baseline(case, None)
        assert case.option("baseline") is not None
        keep_baseline(case, "auto")
        assert case.option("baseline") is None


def test_hostile_names_do_not_reach_the_terminal(case_folder):
    with Case.open(case_folder) as case:
        ensure_analysed(case, Silent())
        seen = picture(case, chosen(case, "1")["incident_id"])
    seen.incident["scope"] = "/x\x1b[2J[bold]y"
    console = Console(record=True, width=100, force_terminal=False)
    show(seen, console)
    text = console.export_text()
    assert "\x1b" not in text
    assert "[bold]y" in text


def test_sparklines_show_little_beside_much():
    assert sparkline([0, 1, 100, None], 100) == " ▁█·"
