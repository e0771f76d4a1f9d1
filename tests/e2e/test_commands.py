"""Every command through the installed entry point, on the case of the demo."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from forensics.cli.app import app

COMMANDS = sorted(get_command(app).commands)

CONTRACT = (
    "demo", "investigate", "load", "status", "incidents", "incident", "timeline", "actors", "actor", "explain", "taken", "response", "note",
    "decide", "report", "export", "show", "verify", "sql", "formats",
)  # fmt: skip

LISTINGS = ("status", "incidents", "timeline", "actors", "taken", "response", "formats")


@pytest.fixture(scope="module")
def case(demo, tmp_path_factory) -> Path:
    """A copy of the demo's case, for commands that add to it."""
    folder = tmp_path_factory.mktemp("commands") / "case"
    shutil.copytree(demo.case, folder)
    return folder


def test_every_command_of_the_contract_is_there():
    assert set(CONTRACT) <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command, forensics):
    text = forensics(command, "--help").stdout
    assert "Examples:" in text
    assert f"forensics {command}" in text.partition("Examples:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command, project):
    assert f"`forensics {command}" in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", LISTINGS)
def test_listings_say_the_same_in_every_format(command, case, forensics, tmp_path):
    options = [] if command == "formats" else ["--case", case]
    text = forensics(command, *options).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows, "csv in a pipe"
    objects = json.loads(forensics(command, *options, "--format", "json").stdout)
    lines = [json.loads(line) for line in forensics(command, *options, "--format", "jsonl").stdout.splitlines()]
    assert objects == lines
    assert [list(row) for row in objects] == [list(row) for row in rows]
    forensics(command, *options, "--output", tmp_path / "listing.csv")
    assert (tmp_path / "listing.csv").read_text(encoding="utf-8") == text
    assert forensics(command, *options, "--format", "table").stdout.strip()


def test_one_incident_and_one_actor(demo, case, forensics):
    incident = demo.main_incident()["incident_id"]
    assert incident in forensics("incident", incident, "--case", case).stdout
    person = next(row for row in demo.rows("participants") if row["role"] == "participant")
    assert forensics("actor", person["actor_id"], "--case", case).stdout.strip()
    assert person["account_id"] in forensics("explain", person["account_id"], "--case", case).stdout
    assert forensics("timeline", incident, "--case", case).stdout.strip()
    assert forensics("response", incident, "--case", case).stdout.strip()
    assert forensics("taken", person["actor_id"], "--case", case).stdout.strip()


def test_two_accounts_linked_and_not_linked(demo, answer, case, forensics):
    ring = sorted(answer["participants"])
    assert "not linked" not in forensics("explain", ring[0], ring[1], "--case", case).stdout
    stranger = answer["decoys"]["heavy"][0]
    shown = forensics("explain", ring[0], stranger, "--case", case)
    assert "not linked" in (shown.stdout + shown.stderr).lower()


@pytest.mark.parametrize("seed", ["lumenworks.example", "198.18.140.20"])
def test_everything_reachable_from_a_suspect(seed, case, forensics, answer):
    shown = forensics("actors", "--seed", seed, "--case", case).stdout
    assert any(account in shown or data["email"] in shown for account, data in answer["participants"].items()) or "lumenworks" in shown


def test_notes_and_rulings_are_kept_and_obeyed(case, forensics, answer):
    forensics("note", "Called the company", "--at", "2024-03-02T09:00:00Z", "--case", case)
    assert "Called the company" in forensics("timeline", "--case", case).stdout
    forensics("decide", "known", answer["decoys"]["heavy"][0], "--why", "works for us", "--case", case)
    query = "SELECT verdict, why FROM rulings"
    assert "works for us" in forensics("sql", query, "--case", case).stdout


def test_sql_reads_and_only_reads(case, forensics):
    counted = forensics("sql", "SELECT count(*) AS n FROM requests", "--case", case, "--format", "csv").stdout
    assert int(counted.splitlines()[1]) > 150_000
    forensics("sql", "DELETE FROM incidents", "--case", case, check=2)
    forensics("sql", "SELECT * FROM read_text('/etc/hostname')", "--case", case, check=None)
    assert forensics("sql", "SELECT count(*) AS n FROM requests", "--case", case, "--format", "csv").stdout == counted


def test_a_finding_leads_to_its_line(demo, case, forensics):
    row = next(row for row in demo.rows("timeline") if row["evidence_id"] and row["line"])
    raw = forensics("show", f"{row['evidence_id']}:{row['line']}", "--case", case).stdout
    assert raw.strip()


def test_the_demo_verifies(case, forensics):
    shown = forensics("verify", "--case", case)
    assert shown.returncode == 0


@pytest.mark.parametrize("kind", ["timesketch", "parquet", "graphml"])
def test_exports(kind, case, forensics, tmp_path):
    forensics("export", kind, "--case", case, "--out", tmp_path / "out")
    assert any(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())


def test_a_report_of_one_incident(demo, case, forensics, tmp_path):
    incident = demo.main_incident()["incident_id"]
    forensics("report", incident, "--case", case, "--out", tmp_path / "one")
    assert (tmp_path / "one" / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("demo", "investigate", "load", "formats")])
def test_without_a_case_it_says_what_to_do(command, forensics, tmp_path):
    given = {
        "incident": ["2024"], "actor": ["x"], "explain": ["x"], "note": ["x", "--at", "2024-03-02T09:00:00Z"],
        "decide": ["known", "x", "--why", "y"],
        "export": ["parquet"], "show": ["x:1"], "sql": ["SELECT 1"], "report": ["--out", str(tmp_path / "r")],
    }.get(command, [])  # fmt: skip
    shown = forensics(command, *given, "--case", tmp_path / "nowhere", check=2)
    assert "There is no case in" in shown.stderr
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "r").exists()
