"""Little, odd or broken evidence on the command line: it says what cannot be concluded, and concludes the rest."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

START = datetime(2024, 3, 4, 12)
FAILS, RING = (30, 40), (20, 40)
"""Minutes from the start in which nine of ten requests fail, and in which three clients ask four times as much as everybody."""
COMBINED = '{r.ip} - {r.user} [{r.at:%d/%b/%Y:%H:%M:%S} +0000] "GET {r.path} HTTP/1.1" {r.status} 512 "-" "{r.agent}"\n'
WITHOUT_STATUS = '{r.ip} - {r.user} [{r.at:%d/%b/%Y:%H:%M:%S} +0000] "GET {r.path} HTTP/1.1"\n'


@dataclass(frozen=True)
class Request:
    at: datetime
    ip: str
    user: str
    path: str
    agent: str
    status: int

    @property
    def minute(self) -> float:
        return (self.at - START).total_seconds() / 60


def hour() -> list[Request]:
    """An hour of a service that a ring overthrows after half of it."""
    rng = random.Random(7)
    made = []
    for minute in range(60):
        ring = 240 if RING[0] <= minute < RING[1] else 0
        for n in range(60 + ring):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            status = 503 if FAILS[0] <= minute < FAILS[1] and rng.random() < 0.9 else 200
            if n < 60:
                who = rng.randrange(40)
                path = rng.choice(["/", "/search", f"/items/{rng.randrange(900)}"])
                made.append(Request(at, f"198.18.{who}.7", f"u{who:02d}", path, f"Browser/{who % 5}", status))
            else:
                who = rng.randrange(3)
                made.append(Request(at, f"203.0.113.{who + 5}", f"bot{who}", f"/items/{rng.randrange(9000)}", "Fetch/1", status))
    return sorted(made, key=lambda r: r.at)


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    return hour()


Told = dict[str, Any]


@pytest.fixture
def told(quick, tmp_path) -> Callable[..., Told]:
    """Write requests as a log, load it with options, report; return what the tables and the page say."""

    def run(rows: list[Request], line: str = COMBINED, options: tuple[str, ...] = ()) -> Told:
        (tmp_path / "web1.log").write_text("".join(line.format(r=row) for row in rows))
        place = ("--case", tmp_path / "case")
        quick("load", tmp_path / "web1.log", *options, *place)
        shown = quick("report", "--out", tmp_path / "out", *place)
        texts = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.csv")}
        tables = {name: list(csv.DictReader(text.splitlines())) for name, text in texts.items()}
        return tables | {"narration": shown.stderr + shown.stdout, "page": (tmp_path / "out" / "report.html").read_text(encoding="utf-8"),
                         "basis": quick("sql", "SELECT basis FROM incidents", "--format", "csv", *place).stdout}  # fmt: skip

    return run


def incident(found: Told) -> dict[str, str]:
    """The one incident in which requests failed."""
    (row,) = [row for row in found["incidents"] if row["kind"] == "errors"]
    return row


def basis(found: Told) -> str:
    return str(found["basis"])


def test_a_single_hour_names_who_made_the_load_and_is_not_too_sure(told, requests):
    found = told(requests)
    row = incident(found)
    assert (row["started_at"][:16], row["ended_at"][:16]) == ("2024-03-04T12:30", "2024-03-04T12:39")
    assert {p["account_id"] for p in found["participants"] if p["role"] == "participant"} == {"bot0", "bot1", "bot2"}
    assert float(row["likelihood"]) < 0.8, "statistics alone"
    assert {a["p_value"] for a in found["attributions"]} == {""}, "no placebo day, no p-value"
    assert "less than three days" in basis(found)
    assert "3 accounts of 3 actors that the evidence does not join into one" in found["page"]
    assert "nothing can be told apart" in str(found["rivals"]), "one host only"
    assert "no durations are logged" in basis(found)
    assert not re.search(r"spent [0-9]+,[0-9,.]+ times over", basis(found)), "a month of such hours has that budget"


def test_without_accounts_the_network_is_named(told, requests):
    found = told([replace(row, user="-") for row in requests])
    assert [(a["subject_type"], a["subject_id"]) for a in found["attributions"]] == [("network", "203.0.113.0/24")]
    assert found["participants"] == []
    assert "none of its requests names an account: whom it hurt cannot be said" in basis(found)
    assert "came from the network 203.0.113.0/24" in found["page"]


def test_a_log_that_begins_inside_the_outage_says_so_and_blames_nobody(told, requests):
    found = told([row for row in requests if row.minute >= 33])
    row = incident(found)
    assert row["verdict"] == "inconclusive"
    assert (
        "The logs begin at 12:33 UTC: what was asked before it is not in them, and nothing can be said of what led to it." in row["summary"]
    )
    assert "the log begins inside the incident" in basis(found)
    assert row["started_at"][:16] == "2024-03-04T12:33"
    assert row["ended_at"][:16] == "2024-03-04T12:39", "what can be concluded is"
    assert int(row["failed_requests"]) > 1500
    assert found["attributions"] == found["participants"] == []


def test_a_log_that_ends_inside_the_outage_has_no_end(told, requests):
    found = told([row for row in requests if row.minute < 36])
    assert incident(found)["ended_at"] == ""
    assert "the log ends inside" in basis(found) + incident(found)["summary"]


def test_lines_out_of_order_change_nothing(told, requests):
    shuffled = told(random.Random(3).sample(requests, len(requests)))
    assert incident(shuffled)["started_at"][:16] == "2024-03-04T12:30"
    assert {p["account_id"] for p in shuffled["participants"] if p["role"] == "participant"} == {"bot0", "bot1", "bot2"}
    assert "set back" not in basis(shuffled), "so many steps back are no clock"


def test_a_clock_that_was_set_back_is_said(told, requests):
    wrong = [replace(row, at=row.at + timedelta(minutes=50)) if 5 <= row.minute < 15 else row for row in requests]
    found = told(wrong)
    assert incident(found)["started_at"][:16] == "2024-03-04T12:30"
    assert "the clock of web1 was set back by 50 min" in basis(found)


def test_without_statuses_failures_are_not_seen_and_silence_is(told, requests):
    gone = [row for row in requests if not 45 <= row.minute < 52 and not row.user.startswith("bot")]
    found = told(gone, WITHOUT_STATUS, ("--log-format", '%h %l %u %t "%r"'))
    assert all(row["kind"] != "errors" for row in found["incidents"])
    assert "silence" in {row["kind"] for row in found["incidents"]}
    assert "no status" in basis(found)


def test_investigate_takes_what_is_said_about_all_the_evidence(quick, tmp_path):
    log = tmp_path / "logs" / "app.jsonl"
    log.parent.mkdir()
    times = ("2024-03-01 23:59:59", "2024-03-02 00:30:00", "2024-03-02 01:30:00")
    log.write_text("".join(json.dumps({"time": t, "ip": "198.18.0.1", "method": "GET", "path": "/", "status": 200}) + "\n" for t in times))
    options = ("--time-zone", "Europe/Berlin", "--from", "2024-03-01T23:00", "--to", "2024-03-02T00:15:00Z")
    quick("investigate", log.parent, "--case", tmp_path / "case", "--out", tmp_path / "out", *options)
    events = quick("sql", "SELECT timestamp FROM events", "--case", tmp_path / "case", "--format", "json").stdout
    assert [row["timestamp"] for row in json.loads(events)] == ["2024-03-01T23:30:00.000000Z"]
    wrong = quick("investigate", log.parent, "--case", tmp_path / "other", "--time-zone", "Europe/Nowhere", check=2)
    assert "'Europe/Nowhere' is no time zone" in wrong.stderr
    assert not (tmp_path / "other").exists()


def test_callers_are_known_by_keys_among_an_accounts_metadata_and_no_report_shows_them(quick, tmp_path):
    """Auth0 and Keycloak keep them in metadata, the latter in lists."""
    keys = [f"pk_live_{n}afaaf0547bda457b93" for n in range(4)]
    line = {"time": "2024-03-02T00:00:00Z", "ip": "198.18.0.1", "method": "GET", "path": "/", "status": 200}
    (tmp_path / "gateway.jsonl").write_text("".join(json.dumps(line | {"api_key": key}) + "\n" for key in keys))
    auth0 = {"email": "m@x.example", "email_verified": True, "logins_count": 3}
    metadata = ({"app_metadata": {"api_key": keys[0]}}, {"user_metadata": {"apiKey": keys[1]}})
    (tmp_path / "auth0.jsonl").write_text("".join(json.dumps(auth0 | {"user_id": f"a{n}"} | m) + "\n" for n, m in enumerate(metadata)))
    users = [{"id": "b2", "username": "b", "emailVerified": True, "attributes": {"api_key": keys[2:3]}}]
    (tmp_path / "keycloak.json").write_text(json.dumps({"realm": "r", "users": users}))
    case = tmp_path / "case"
    quick("investigate", tmp_path, "--case", case, "--out", tmp_path / "report")
    rows = json.loads(quick("sql", "SELECT account_id FROM events ORDER BY line", "--case", case, "--format", "json").stdout)
    assert [row["account_id"] for row in rows] == ["a0", "a1", "b2", None]
    for path in (tmp_path / "report").iterdir():
        if path.is_file():
            assert not [key for key in keys if key.encode() in path.read_bytes()], path.name


def test_callers_are_known_by_their_api_keys_where_a_log_names_no_users(quick, tmp_path):
    case = tmp_path / "case"
    lines = [
        {"time": "2024-03-02T00:00:00Z", "ip": "198.18.0.1", "method": "GET", "path": "/", "status": 200, "api_key_id": f"k{n}"}
        | ({"user": "a1"} if n == 4 else {})
        for n in range(6)
    ]
    (tmp_path / "gateway.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "accounts.csv").write_text("account_id,email,API Key ID\na0,m@x.example,k0\na1,n@x.example,k1\na2,o@x.example,k3\n")
    quick("load", tmp_path / "gateway.jsonl", tmp_path / "accounts.csv", "--case", case)

    def made_by() -> dict[int, str | None]:
        rows = json.loads(quick("sql", "SELECT line, account_id FROM events ORDER BY line", "--case", case, "--format", "json").stdout)
        return {row["line"] - 1: row["account_id"] for row in rows}

    assert made_by() == {0: "a0", 1: "a1", 2: None, 3: "a2", 4: "a1", 5: None}
    (tmp_path / "more.csv").write_text("account_id,identifier_type,identifier_value\na2,api_key,k2\na1,api_key,k3\n")
    quick("load", tmp_path / "more.csv", "--case", case)
    assert made_by() == {0: "a0", 1: "a1", 2: "a2", 3: None, 4: "a1", 5: None}, "k3 is of two, k5 of nobody"
    told = quick("status", "--case", case, "--format", "table").stdout
    assert "joined to accounts by API key (3)" in told


def test_callers_are_known_by_how_their_keys_begin(quick, tmp_path):
    """A service keeps the first letters of a key. What two accounts or two keys have in common names nobody, and neither do four letters;
    the ids of the table are those of the keys, not of accounts; a user that the log names asked, whatever key stands there.
    """
    keys = [
        "pk_live_14d4aa16f00d",
        "pk_live_14d4aa17f00d",
        "pk_live_88888888aaaa",
        "pk_live_88888888bbbb",
        "pk_live_77777777f00d",
        "pk_live_abcdf00d",
    ]
    line = '198.18.0.{n} - {user} [02/Mar/2024:00:00:0{n} +0000] "GET /?api_key={key} HTTP/1.1" 200 9 "-" "x"\n'
    lines = [line.format(n=n, user="-", key=key) for n, key in enumerate(keys)] + [line.format(n=6, user="a1", key=keys[0])]
    (tmp_path / "access.log").write_text("".join(lines))
    (tmp_path / "accounts.csv").write_text("account_id,email\n" + "".join(f"a{n},m@x{n}.example\n" for n in range(4)))
    begin = {
        0: "pk_live_14d4aa16",
        1: "pk_live_14d4aa17",
        2: "pk_live_88888888",
        3: "pk_live_77777777",
        4: "pk_live_77777777",
        5: "pk_live_abcd",
    }
    rows = "".join(f"a{3 - n % 3},m@x{n % 4}.example,{prefix},2024-01-01,false\n" for n, prefix in begin.items())
    (tmp_path / "api_keys.csv").write_text(f"id,user_email,key_prefix,created_at,revoked\n{rows}")
    case = tmp_path / "case"
    quick("load", tmp_path, "--case", case)
    told = json.loads(quick("sql", "SELECT account_id FROM events ORDER BY line", "--case", case, "--format", "json").stdout)
    assert [row["account_id"] for row in told] == ["a0", "a1", None, None, None, None, "a1"]
    shown = quick("status", "--case", case, "--section", "assumptions", "--format", "csv").stdout
    assert "API keys of the logs,joined to accounts by the beginning of an API key (2)" in shown
    query = "SELECT count(*) AS n FROM links WHERE identifier_type LIKE '%prefix%'"
    assert json.loads(quick("sql", query, "--case", case, "--format", "json").stdout) == [{"n": 0}], "how a key begins links nobody"


def test_callers_are_known_by_their_sessions_where_a_log_names_no_users(quick, tmp_path):
    """A session of two accounts is nobody's, and neither is a short number, which others have too; a user that the log names asked."""
    sessions = {n: f"{n}67f89002ac0fcdc70ba1733" for n in range(5)} | {5: "17"}
    line = {"time": "2024-03-02T00:00:00Z", "ip": "198.18.0.1", "method": "GET", "path": "/", "status": 200}
    lines = [line | {"session_id": session} for session in sessions.values()] + [line | {"session_id": sessions[0], "user": "a3"}]
    (tmp_path / "app.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    (tmp_path / "accounts.csv").write_text("account_id,email\n" + "".join(f"a{n},m@x{n}.example\n" for n in range(4)))
    owners = [(0, "a0"), (1, "a1"), (2, "a2"), (2, "a3"), (4, "m@x3.example"), (5, "a2")]
    rows = "".join(f"{sessions[n]},{who},198.18.0.{n},2024-03-01T00:00:00Z\n" for n, who in owners)
    (tmp_path / "sessions.csv").write_text(f"session_id,user_id,ip,created_at\n{rows}")
    case = tmp_path / "case"
    quick("load", tmp_path, "--case", case)
    told = json.loads(quick("sql", "SELECT account_id FROM events ORDER BY line", "--case", case, "--format", "json").stdout)
    assert [row["account_id"] for row in told] == ["a0", "a1", None, None, "a3", None, "a3"]
    shown = quick("status", "--case", case, "--section", "assumptions", "--format", "csv").stdout
    assert "sessions of the logs,joined to accounts by session (3)" in shown


def test_callers_are_known_by_their_api_keys_in_urls(quick, tmp_path):
    """A parameter of that name that is nobody's key is nobody's; a user that the log names made the request, whatever key stands there."""
    asked = ["key=k0", "zoom=3&api_key=k1", "key=shoes", "monkey=k0", "page=2", "access_token=k1&key=k0"]
    line = '198.18.0.{n} - {user} [02/Mar/2024:00:00:0{n} +0000] "GET /tiles/1.pbf?{query} HTTP/1.1" 200 9 "-" "x"\n'
    lines = [line.format(n=n, user="-", query=query) for n, query in enumerate(asked)] + [line.format(n=9, user="a1", query="key=k0")]
    (tmp_path / "access.log").write_text("".join(lines))
    (tmp_path / "accounts.csv").write_text("account_id,email,api_key\na0,m@x.example,k0\na1,n@x.example,k1\n")
    case = tmp_path / "case"
    quick("load", tmp_path / "access.log", tmp_path / "accounts.csv", "--case", case)
    rows = json.loads(quick("sql", "SELECT account_id FROM events ORDER BY line", "--case", case, "--format", "json").stdout)
    assert [row["account_id"] for row in rows] == ["a0", "a1", None, None, None, "a1", "a1"]
    assert "joined to accounts by API key in the URL (2)" in quick("status", "--case", case, "--format", "table").stdout


def test_whoever_looks_at_two_pages_with_keys_does_not_link_the_keys_accounts(quick, tmp_path):
    """A hundred people see the maps of two sites; a third site's server asks for its own, and so does another account from there."""
    line = '198.18.0.{n} - - [02/Mar/2024:00:{m:02d}:{s:02d} +0000] "GET /tiles/{n}.pbf?key={key} HTTP/1.1" 200 9 "-" "x"\n'
    lines = [line.format(n=n, m=n % 60, s=n % 7 + 9 * (key == "k1"), key=key) for key in ("k0", "k1") for n in range(100)]
    lines += [line.format(n=200, m=n, s=5, key=key) for key in ("k2", "k3") for n in range(9)]
    (tmp_path / "access.log").write_text("".join(lines))
    (tmp_path / "accounts.csv").write_text("account_id,email,api_key\n" + "".join(f"a{n},m@x{n}.example,k{n}\n" for n in range(4)))
    case = tmp_path / "case"
    quick("load", tmp_path / "access.log", tmp_path / "accounts.csv", "--case", case)
    query = "SELECT DISTINCT account_id FROM links WHERE identifier_type LIKE 'client%' ORDER BY account_id"
    rows = json.loads(quick("sql", query, "--case", case, "--format", "json").stdout)
    assert [row["account_id"] for row in rows] == ["a2", "a3"]
