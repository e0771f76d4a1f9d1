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

TABLES = {
    "evidence": "evidence_id path sha256 size_bytes kind format host tier time_zone time_zone_source time_basis lines events rejected "
    "skipped duplicates first_at last_at loaded_at",
    "events": "evidence_id line timestamp started_at client_ip user_name account_id method host path query protocol status bytes_sent "
    "duration_ms referrer user_agent request extra",
    "rejects": "evidence_id line reason raw",
    "duplicates": "evidence_id line of_evidence_id of_line",
    "accounts": "account_id source email email_domain name created_at plan status signup_ip extra",
    "account_aliases": "source key_type key account_id how",
    "payments": "payment_id account_id paid_at amount currency status card_fingerprint card_brand card_last4 card_expiry payer_id "
    "payer_email billing_name billing_postcode billing_country extra",
    "identifiers": "account_id identifier_type identifier_value signal first_at last_at uses",
    "links": "identifier_type identifier_value account_id actor_id weight_bits kept why",
    "actors": "actor_id parent_actor_id label accounts email_domains payers level likelihood first_at last_at requests",
    "actor_accounts": "actor_id account_id strength_bits via",
    "incidents": "incident_id kind scope started_at peaked_at mitigated_at ended_at severity requests failed_requests affected_accounts "
    "affected_paying_accounts verdict likelihood summary",
    "phases": "incident_id phase started_at ended_at",
    "attributions": "incident_id rank subject_type subject_id actor_id excess_requests load_share likelihood p_value smallest_p",
    "rivals": "incident_id explanation likelihood evidence_for evidence_against evidence_wanted",
    "participants": "incident_id actor_id account_id role requests load_share first_at last_at",
    "taken": "actor_id account_id object_kind objects pairs requests served bytes first_at last_at",
    "response": "incident_id measure scope accounts_hit uninvolved_hit load_covered basis",
    "timeline": "incident_id occurred_at event_type message observed actor_id account_id evidence_id line rows likelihood",
}
"""Table of the contract -> its columns, in their order; there may be more behind them."""

LISTINGS = ("status", "incidents", "timeline", "actors", "taken", "response", "formats")


@pytest.fixture(scope="module")
def case(demo, tmp_path_factory) -> Path:
    """A copy of the demo's case, for commands that add to it."""
    folder = tmp_path_factory.mktemp("commands") / "case"
    shutil.copytree(demo.case, folder)
    return folder


def test_every_command_of_the_contract_is_there():
    assert set(CONTRACT) <= set(COMMANDS)


def test_the_tables_of_the_contract_have_its_columns_and_so_have_the_files(demo, case, quick):
    query = "SELECT table_name AS t, column_name AS c, data_type AS d FROM duckdb_columns() WHERE NOT internal ORDER BY t, column_index"
    columns = json.loads(quick("sql", query, "--case", case, "--format", "json").stdout)
    there = {name: [row["c"] for row in columns if row["t"] == name] for name in TABLES}
    assert {name: there[name][: len(said.split())] for name, said in TABLES.items()} == {
        name: said.split() for name, said in TABLES.items()
    }
    assert {row["d"] for row in columns if row["t"] in TABLES and row["c"].endswith(("_at", "timestamp"))} == {"TIMESTAMP"}, "in UTC"
    assert {row["d"] for row in columns if row["t"] in TABLES and row["c"] == "likelihood"} == {"DOUBLE"}
    for path in sorted(demo.out.glob("*.csv")):
        with path.open(newline="") as stream:
            header = next(csv.reader(stream))
        expected = [column for column in there[path.stem] if (path.stem, column) != ("evidence", "loaded_at")]
        if path.stem == "timeline":
            assert header[:3] == ["message", "datetime", "timestamp_desc"]
            header, expected = sorted(set(header[3:])), sorted(set(expected) - {"message"})
        assert header == expected + (["actor_id", "strength_bits"] if path.stem == "accounts" else []), path.name


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command, quick):
    text = quick(command, "--help").stdout
    assert "Examples:" in text
    assert f"forensics {command}" in text.partition("Examples:")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command, project):
    assert f"`forensics {command}" in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", LISTINGS)
def test_listings_say_the_same_in_every_format(command, case, forensics, quick, tmp_path):
    options = [] if command == "formats" else ["--case", case]
    text = forensics(command, *options).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows, "csv in a pipe"
    objects = json.loads(quick(command, *options, "--format", "json").stdout)
    lines = [json.loads(line) for line in quick(command, *options, "--format", "jsonl").stdout.splitlines()]
    assert objects == lines
    assert len(objects) == len(rows)
    assert all(set(row) <= set(rows[0]) for row in objects)
    if command == "timeline":
        assert {"message", "datetime", "timestamp_desc"} <= set(objects[0]), "Timesketch asks for them"
    quick(command, *options, "--output", tmp_path / "listing.csv")
    assert (tmp_path / "listing.csv").read_text(encoding="utf-8") == text
    assert quick(command, *options, "--format", "table").stdout.strip()


def test_one_incident_and_one_actor(demo, case, quick):
    incident = demo.main_incident()["incident_id"]
    assert incident in quick("incident", incident, "--case", case).stdout
    assert "lumenworks.example" in quick("incident", incident, "--case", case, "--format", "table").stdout.partition("attributed to")[2]
    person = next(row for row in demo.rows("participants") if row["role"] == "participant")
    assert quick("actor", person["actor_id"], "--case", case).stdout.strip()
    assert person["account_id"] in quick("explain", person["account_id"], "--case", case, "--format", "table").stdout
    assert quick("timeline", incident, "--case", case).stdout.strip()
    assert quick("response", incident, "--case", case).stdout.strip()
    assert quick("taken", person["actor_id"], "--case", case).stdout.strip()


def test_two_accounts_linked_and_not_linked(demo, answer, case, quick):
    ring = sorted(answer["participants"])
    assert "not linked" not in quick("explain", ring[0], ring[1], "--case", case, "--format", "table").stdout
    stranger = answer["decoys"]["heavy"][0]
    shown = quick("explain", ring[0], stranger, "--case", case, "--format", "table")
    assert "not linked" in (shown.stdout + shown.stderr).lower()


@pytest.mark.parametrize("seed", ["lumenworks.example", "198.18.140.20"])
def test_everything_reachable_from_a_suspect(seed, case, quick, answer):
    shown = quick("actors", "--seed", seed, "--case", case).stdout
    assert any(account in shown or data["email"] in shown for account, data in answer["participants"].items()) or "lumenworks" in shown


def test_notes_and_rulings_are_kept_and_obeyed(case, quick, answer):
    quick("decide", "known", answer["decoys"]["heavy"][0], "--why", "works for us", "--case", case)
    quick("note", "Called the company", "--at", "2024-03-02T09:00:00Z", "--case", case)
    query = "SELECT verdict, why FROM rulings"
    assert "works for us" in quick("sql", query, "--case", case).stdout
    assert "Called the company" in quick("timeline", "--case", case).stdout


def test_sql_reads_and_only_reads(case, quick):
    counted = quick("sql", "SELECT count(*) AS n FROM requests", "--case", case, "--format", "csv").stdout
    assert int(counted.splitlines()[1]) > 150_000
    quick("sql", "DELETE FROM incidents", "--case", case, check=2)
    quick("sql", "SELECT * FROM read_text('/etc/hostname')", "--case", case, check=None)
    assert quick("sql", "SELECT count(*) AS n FROM requests", "--case", case, "--format", "csv").stdout == counted


def test_a_finding_leads_to_its_line(demo, case, quick):
    row = next(row for row in demo.rows("timeline") if row["evidence_id"] and row["line"])
    raw = quick("show", f"{row['evidence_id']}:{row['line']}", "--case", case).stdout
    assert raw.strip()


def test_the_demo_verifies(case, quick):
    shown = quick("verify", "--case", case)
    assert shown.returncode == 0


@pytest.mark.parametrize("kind", ["timesketch", "parquet", "graphml"])
def test_exports(kind, case, quick, tmp_path):
    quick("export", kind, "--case", case, "--out", tmp_path / "out")
    assert any(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("command", "typed", "meant"),
    [
        ("explain", "slate.heron-70316@outlok.com", "did you mean acc_9753a1d9fa27 (slate.heron-70316@outlook.com)?"),
        ("actor", "hana.ebner", "did you mean acc_bfc146b107f8 (hana.ebner@lumenworks.example)?"),
        ("taken", "zz", "`forensics actors` lists the actors."),
    ],
)
def test_an_account_that_is_mistyped_is_asked_back(command, typed, meant, case, quick):
    assert meant in quick(command, typed, "--case", case, check=2).stderr


def test_a_report_of_one_incident(demo, case, quick, tmp_path):
    incident = demo.main_incident()["incident_id"]
    quick("report", incident, "--case", case, "--out", tmp_path / "one")
    assert (tmp_path / "one" / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("demo", "investigate", "load", "formats")])
def test_without_a_case_it_says_what_to_do(command, quick, tmp_path):
    given = {
        "incident": ["2024"], "actor": ["x"], "explain": ["x"], "note": ["x", "--at", "2024-03-02T09:00:00Z"],
        "decide": ["known", "x", "--why", "y"],
        "export": ["parquet"], "show": ["x:1"], "sql": ["SELECT 1"], "report": ["--out", str(tmp_path / "r")],
    }.get(command, [])  # fmt: skip
    shown = quick(command, *given, "--case", tmp_path / "nowhere", check=2)
    assert "There is no case in" in shown.stderr
    assert not (tmp_path / "nowhere").exists()
    assert not (tmp_path / "r").exists()
