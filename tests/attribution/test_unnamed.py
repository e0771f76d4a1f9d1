"""Load that nobody signed in for: who it is put down to, and what can be done about it - from real files, in a log of few days."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.attribution.worlds import World
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.analysis import ensure_analysed
from forensics.attribution.attribute import attribute
from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.collection.listing import taken_listing
from forensics.errors import UsageError
from forensics.incidents import rollups
from forensics.investigation import investigate
from forensics.linkage.walk import from_seed
from forensics.progress import Silent
from forensics.report import write_report
from forensics.response import blocking
from forensics.response.blocking import block_list
from forensics.response.nameless import AGENT_MEASURE, MEASURE, addresses, agent_measure, network_measure

START = datetime(2026, 10, 5)
FLOOD = START + timedelta(days=3, hours=3, minutes=7)
LINE = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" {} 900 "-" "{}" 0.2\n'


def lines() -> list[tuple[datetime, str]]:
    """Four days of a small shop; in the last night five addresses of one network ask a hundred times as much, and most answers fail."""
    rng = random.Random(4)
    made = []
    for minute in range(4 * 1440):
        for _ in range(rng.randrange(2, 9)):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            down = FLOOD + timedelta(minutes=3) < at < FLOOD + timedelta(minutes=20) and rng.random() < 0.7
            who = f"198.51.100.{rng.randrange(1, 255)}"
            made.append(
                (at, LINE.format(who, at, f"/products/{rng.randrange(400)}", 503 if down else 200, f"Mozilla/5.{rng.randrange(3)}"))
            )
    for second in range(20 * 60):
        for _ in range(min(second // 4, 15)):
            at = FLOOD + timedelta(seconds=second)
            status = 503 if second > 180 and rng.random() < 0.7 else 200
            made.append((at, LINE.format(f"192.0.2.{rng.randrange(10, 15)}", at, f"/products/{rng.randrange(400)}", status, "script/2")))
    at = FLOOD + timedelta(minutes=2)
    return sorted([*made, (at, LINE.format("192.0.2.200", at, "/", 200, "Mozilla/5.0"))])


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flood")
    (folder / "access.log").write_text("".join(line for _, line in lines()))
    investigate(folder / "case", [str(folder / "access.log")], folder / "out", Silent(), LoadOptions())
    return folder


def test_a_flood_from_one_network_is_no_crowd(flooded: Path) -> None:
    """With few days to compare with, a network that makes nearly everything in the incident is not what it normally is."""
    with Case.open(flooded / "case") as case:
        (incident,) = case.table("incidents").to_dicts()
        (blamed,) = case.table("attributions").to_dicts()
    assert (blamed["subject_type"], blamed["subject_id"]) == ("network", "192.0.2.0/24")
    assert blamed["load_share"] > 0.95
    assert incident["verdict"] == "attributed"
    assert "192.0.2.0/24" in incident["summary"]


def test_a_log_of_another_year_is_nothing_to_compare_with(flooded: Path, tmp_path: Path) -> None:
    """The time between is not one without load: it would make everything a rise."""
    old = START - timedelta(days=400)
    (tmp_path / "old.log").write_text(
        "".join(LINE.format("198.51.100.1", old + timedelta(minutes=n), "/", 200, "Mozilla/5.0") for n in range(90))
    )
    evidence = [str(flooded / "access.log"), str(tmp_path / "old.log")]
    investigate(tmp_path / "case", evidence, tmp_path / "out", Silent(), LoadOptions())

    def told(folder: Path) -> list[dict[str, object]]:
        with Case.open(folder) as case:
            return case.table("rivals").select("explanation", "evidence_for", "evidence_against").to_dicts()

    assert told(tmp_path / "case") == told(flooded / "case")


def test_its_load_is_drawn_against_the_rest(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        minutes = case.table("actor_minutes")
    own = minutes.filter(pl.col("actor_id") == "192.0.2.0/24")["requests"].sum()
    assert own == sum(line.startswith("192.0.2.") for _, line in lines())
    assert "No accounts are known: whom it hurt cannot be said." in (flooded / "out" / "report.md").read_text()


def test_what_it_was_served_is_counted(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        (total,) = case.table("taken_totals").to_dicts()
        (row,) = taken_listing(case, "192.0.2.0/24", "csv", None).to_dicts()
    assert (total["actor_id"], row["actor_id"], row["account_id"]) == ("192.0.2.0/24", "192.0.2.0/24", None)
    assert total["objects"] == row["objects"] == 400
    page = (flooded / "out" / "report.md").read_text(encoding="utf-8")
    assert "While its incidents lasted, this load was served 400 objects" in page


def test_its_addresses_can_be_blocked_and_the_neighbour_is_not(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        planned, limited = case.table("response").to_dicts()
        listed = block_list(case, None, None, days=30, shared=False)
        assert listed == block_list(case, None, MEASURE, days=30, shared=False), "it is the only one"
        with pytest.raises(UsageError, match=MEASURE):
            block_list(case, None, "account", days=30, shared=False)
        with pytest.raises(UsageError, match=r"192\.0\.2\.12 asked without an account: [\d,]+ requests from 2026-10-08 03:07:"):
            from_seed(case, "192.0.2.12")
        with pytest.raises(UsageError, match=r"TYPE:VALUE\.$"):
            from_seed(case, "192.0.2.99")
    assert planned["measure"] == MEASURE
    assert limited["measure"] == "rate limit without account"
    assert "No network ever asked for more." in limited["basis"]
    assert "Outside of incidents nothing came from there." in planned["basis"]
    assert [entry.value for entry in listed.entries] == [f"192.0.2.{n}" for n in range(10, 15)]


def test_accounts_that_took_part_are_no_others_at_the_addresses_of_the_load(tmp_path: Path) -> None:
    """Pictures come without an account, to the address of who fetched what describes them, and of a neighbour."""
    start = datetime(2024, 3, 2)
    asked = [{"started_at": start + timedelta(seconds=n), "user_name": None} for n in range(60)]
    asked += [{"started_at": start + timedelta(seconds=n), "user_name": name} for name in ("ring", "neighbour") for n in range(5)]
    case = new_case(tmp_path)
    add_log(
        case,
        "edge.log",
        pl.DataFrame(asked, infer_schema_length=None).with_columns(path=pl.lit("/"), status=200, client_ip=pl.lit("192.0.2.7")),
    )
    add_user_accounts(case)
    rollups.count(case)
    incident = {"incident_id": "i", "kind": "errors", "scope": "everything", "started_at": start, "ended_at": start + timedelta(minutes=2)}
    case.insert("incidents", pl.DataFrame([incident]))
    blamed = {"incident_id": "i", "rank": 1, "subject_type": "network", "subject_id": "192.0.2.0/24", "load_share": 0.9}
    case.insert("attributions", pl.DataFrame([blamed]))
    case.insert("participants", pl.DataFrame([{"incident_id": "i", "account_id": "ring", "role": "participant"}]))
    with case:
        (row,) = case.table("incidents").to_dicts()
        (address,) = addresses(case, row, MEASURE)
        planned = network_measure(case, row, [], {"ring"})
    assert (address["address"], address["requests"], address["other_accounts"]) == ("192.0.2.7", 60, 1)
    assert planned is not None
    assert (planned["accounts_hit"], planned["uninvolved_hit"]) == (2, 1)


def test_an_agent_from_many_networks_can_be_blocked_by_its_addresses(flooded: Path, tmp_path: Path) -> None:
    """As if nothing but the agent stood out: others come with it at other times, and from an address that people share."""
    shutil.copytree(flooded / "case", tmp_path / "case")
    with Case.open(tmp_path / "case") as case:
        case.connection.execute("UPDATE attributions SET subject_type = 'agent', subject_id = 'script/2', part = NULL")
        incident = case.table("incidents").to_dicts()[0]
        planned = agent_measure(case, incident, [], set())
        listed = block_list(case, None, AGENT_MEASURE, days=30, shared=False)
        with pytest.raises(UsageError, match=AGENT_MEASURE):
            block_list(case, None, "account", days=30, shared=False)
    assert planned is not None
    assert (planned["measure"], planned["scope"]) == (AGENT_MEASURE, "script/2")
    assert "requests on 1 day came with it from 1 network" in planned["basis"]
    assert [entry.value for entry in listed.entries] == [f"192.0.2.{n}" for n in range(10, 15)]


def test_what_a_log_has_in_place_of_an_address_is_in_no_block_list(flooded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server reads the list as its configuration."""
    asked = [
        {"address": text, "requests": 50, "other_accounts": 0} for text in ("192.0.2.10", "192.0.2.11; allow all", "unix:", "2001:db8::1")
    ]
    monkeypatch.setattr(blocking, "addresses", lambda *_: asked)
    with Case.open(flooded / "case") as case:
        listed = block_list(case, None, MEASURE, days=30, shared=False)
    assert [entry.value for entry in listed.entries] == ["192.0.2.10", "2001:db8::1"]
    assert listed.left_out == ("192.0.2.11; allow all is no address.", "unix: is no address.")


def test_a_network_of_which_one_agent_rose_is_not_blocked_by_address(flooded: Path, tmp_path: Path) -> None:
    """Others are behind the same addresses."""
    shutil.copytree(flooded / "case", tmp_path / "case")
    with Case.open(tmp_path / "case") as case:
        case.connection.execute("UPDATE attributions SET part = 'agent script/2'")
        listed = block_list(case, None, MEASURE, days=30, shared=False)
    assert listed.entries == ()
    assert listed.left_out == ("192.0.2.0/24: only agent script/2 rose there, others are behind the same addresses.",)


ACCOUNTS = "account_id,email,created_at,signup_ip\n" + "".join(
    f"u{n},someone{n}@{'rival.example' if n < 3 else 'gmail.com'},2026-09-0{1 + n},192.0.2.{10 + n}\n" for n in range(3)
)
STRANGERS = (
    "".join(f"s{n},other{n}@gmail.com,2026-08-01,198.51.100.{n}\n" for n in range(1, 60)) + "n1,next@gmail.com,2026-08-02,192.0.2.200\n"
)


def told(folder: Path, accounts: str, where: Path | None = None) -> tuple[str, pl.DataFrame, pl.DataFrame]:
    """Return the report, ``network_accounts`` and what the timeline tells of accounts, with an account export beside the log."""
    folder.mkdir()
    (folder / "accounts.csv").write_text(accounts)
    with Case.open(where or folder.parent / "case") as case:
        load(case, [str(folder / "accounts.csv")], LoadOptions(), Silent())
        write_report(case, folder / "out", None, Silent())
        story = case.table("timeline").filter(pl.col("event_type").is_in(["sign-up", "account seen"])).sort("occurred_at")
        return (folder / "out" / "report.md").read_text(), case.table("network_accounts"), story


def test_accounts_opened_from_its_addresses_are_told_and_the_neighbour_is_not(flooded: Path, tmp_path: Path) -> None:
    shutil.copytree(flooded / "case", tmp_path / "case")
    page, opened, story = told(tmp_path / "with", ACCOUNTS + STRANGERS)
    assert opened["account_id"].to_list() == ["u0", "u1", "u2"]
    assert opened["address"].to_list() == ["192.0.2.10", "192.0.2.11", "192.0.2.12"]
    assert story["message"][0] == "Account u0 is opened from 192.0.2.10, an address that a part of this load came from."
    assert story["actor_id"].null_count() == 3
    assert story["observed"].all()
    said = "3 accounts of one organisation, here called rival.example, were opened from 3 addresses that this load came from"
    assert said in page
    assert "Accounts known at addresses of the load" in (tmp_path / "with" / "out" / "report.html").read_text()
    assert "u0" not in [row["account_id"] for row in pl.read_csv(tmp_path / "with" / "out" / "participants.csv").to_dicts()]


def test_accounts_of_several_are_counted_without_a_name(flooded: Path, tmp_path: Path) -> None:
    shutil.copytree(flooded / "case", tmp_path / "case")
    mixed = ACCOUNTS.replace("someone2@rival.example", "third@gmail.com").replace("someone1@rival.example", "b@gmail.com")
    page, opened, _ = told(tmp_path / "with", mixed + STRANGERS)
    assert opened["actor_id"].n_unique() == 3
    assert "3 accounts were opened from 3 addresses that this load came from" in page


SIGN_INS = "user_id,ip_address,logged_in_at,success\n" + "".join(
    f"u{n},192.0.2.{10 + n},{day} 10:00:00,{good}\n"
    for n, day, good in [(0, "2026-09-20", 1), (0, "2026-09-21", 1), (1, "2026-09-21", 1), (2, "2026-09-22", 0), (2, "2025-02-01", 1)]
)
EXIT = "".join(f"s{n},192.0.2.14,2026-09-21 11:00:00,1\n" for n in range(1, 5))


def test_accounts_that_signed_in_from_its_addresses_are_told(flooded: Path, tmp_path: Path) -> None:
    shutil.copytree(flooded / "case", tmp_path / "case")
    folder = tmp_path / "with"
    folder.mkdir()
    (folder / "logins.csv").write_text(SIGN_INS + EXIT)
    nowhere = ACCOUNTS.replace(",192.0.2.", ",198.51.100.") + STRANGERS.replace("n1,next@gmail.com,2026-08-02,192.0.2.200\n", "")
    with Case.open(tmp_path / "case") as case:
        load(case, [str(folder / "logins.csv")], LoadOptions(), Silent())
    page, known, story = told(folder / "and", nowhere, tmp_path / "case")
    assert known.select("account_id", "how", "address", "uses").rows() == [
        ("u0", "seen at", "192.0.2.10", 2),
        ("u1", "seen at", "192.0.2.11", 1),
    ]
    assert known["line"].to_list() == [2, 4]
    seen = story.filter(event_type="account seen")["message"].to_list()
    assert seen[0].startswith("Account u0 is seen at 192.0.2.10, an address that a part of this load came from (2 times until 2026-09-21")
    assert "2 accounts of one organisation, here called rival.example, were seen at 2 addresses that this load came from" in page
    assert "s1" not in known["account_id"].to_list()  # an exit of many names nobody


def test_who_is_sent_away_afterwards_is_no_load_that_the_service_carried(tmp_path: Path) -> None:
    """The same addresses, banned, ask on for five minutes, and every answer is 403."""
    rng = random.Random(5)
    later = [FLOOD + timedelta(minutes=40, seconds=n // 15) for n in range(5 * 60 * 15)]
    banned = [LINE.format(f"192.0.2.{rng.randrange(10, 15)}", at, "/products/7", 403, "script/2") for at in later]
    (tmp_path / "access.log").write_text("".join(line for _, line in lines()) + "".join(banned))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "access.log"], LoadOptions(), Silent())
        ensure_analysed(case, Silent())
        fell = case.table("incidents").filter(pl.col("kind") == "errors")["incident_id"].item()
        rivals = case.table("rivals").filter(pl.col("incident_id") == fell)
        planned, limited = case.table("response").filter(pl.col("incident_id") == fell).to_dicts()
    said = " ".join(sentence for column in ("evidence_for", "evidence_against") for row in rivals[column] for sentence in row)
    assert "nothing new" not in said
    assert "carried in health outside the incidents" in said
    assert "No network ever asked for more." in limited["basis"]
    assert "Outside of incidents nothing came from there." in planned["basis"]


@pytest.mark.parametrize("seed", [61, 62])
def test_the_proxy_that_everything_comes_through_is_nobody(tmp_path: Path, seed: int) -> None:
    """A CDN before the service gives every request its own agent and its own few networks: on one route, too, it is not somebody."""
    world = World(seed=seed, anonymous=1.0, accounts=5)
    world.parts = [part for part in world.parts if (part["account"] < 0).all()]
    count = 300 * (world.end - world.onset + world.ramp)
    at = world.last + world.rng.integers(world.onset - world.ramp, world.end, count)
    world.add_anonymous(world.rng.integers(0, 4000, count), at)
    world.parts[-1]["route"][:] = 2
    for part in world.parts:
        part["agent"][:] = 3
        part["network"] = 10_000 + part["network"] % 19
    case = world.write(tmp_path)
    attribute(case)
    (incident,) = case.table("incidents").to_dicts()
    assert incident["verdict"] == "inconclusive"
    assert case.table("attributions").is_empty()
    assert "a proxy in front of the service, say, in whose own logs, or in what it forwards (--trusted-proxy)," in incident["summary"]
    rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    assert all(row["likelihood"] < 0.45 for row in rivals.values()), "what cannot be seen speaks for nothing"
    assert "nobody can stand out" in rivals["one actor"]["evidence_against"][0]


def test_who_asks_without_an_address_cannot_be_told_apart(tmp_path: Path) -> None:
    """The logs have neither accounts nor addresses: five may have asked, or five thousand, and no crowd is seen."""
    world = World(seed=71, anonymous=1.0, accounts=5)
    world.parts = [part for part in world.parts if (part["account"] < 0).all()]
    count = 300 * (world.end - world.onset + world.ramp)
    world.add_anonymous(world.rng.integers(0, 4, count), world.last + world.rng.integers(world.onset - world.ramp, world.end, count))
    case = world.write(tmp_path)
    case.connection.execute("UPDATE subject_minutes SET network = NULL")
    attribute(case)
    (incident,) = case.table("incidents").to_dicts()
    assert incident["verdict"] == "inconclusive"
    assert "carry no address either" in incident["summary"]
    said = [sentence for row in case.table("rivals").to_dicts() for sentence in (*row["evidence_for"], *row["evidence_against"])]
    assert not any("stands out" in sentence for sentence in said), "what cannot be seen speaks for nothing"


def test_the_explanations_do_not_deny_who_the_verdict_names(flooded: Path) -> None:
    with Case.open(flooded / "case") as case:
        rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    for other in ("one actor", "several actors"):
        (against,) = rivals[other]["evidence_against"]
        assert "of the excess came without an account: network 192.0.2.0/24" in against
        assert "stands out" not in against
