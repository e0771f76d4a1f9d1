"""Machines stand out by what is rare; people who work a lot do not."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.collection.automation import score
from forensics.incidents import rollups


def test_a_machine_scores_high_and_a_busy_person_does_not(tmp_path: Path) -> None:
    rng = random.Random(5)
    start = datetime(2024, 3, 1, 8)
    rows = []
    for person in range(120):
        for _ in range(30):
            at = start + timedelta(seconds=rng.uniform(0, 36_000))
            path = rng.choice(["/explore", f"/api/jobs/{rng.randrange(90_000)}", f"/cdn/images/{rng.randrange(90_000)}.png", "/account"])
            rows.append({"started_at": at, "user_name": f"p{person:03}", "path": path, "status": 200})
    for step in range(900):  # all day long, but like a person
        at = start + timedelta(seconds=step * 40 + rng.uniform(0, 39))
        path = f"/api/jobs/{rng.randrange(90_000)}" if step % 3 else "/explore"
        rows.append({"started_at": at, "user_name": "busy", "path": path, "status": 200})
    for step in range(600):  # two a second, up the ids, in pairs
        for lag, path in ((0.0, f"/api/jobs/{50_000 + step}"), (0.4, f"/cdn/images/{50_000 + step}.png")):
            rows.append({"started_at": start + timedelta(seconds=step + lag), "user_name": "machine", "path": path, "status": 200})
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    score(case)
    found = {row["subject_id"]: row for row in case.table("automation").to_dicts()}
    assert found["machine"]["likelihood"] > 0.9
    assert any("all ids" in reason or "walks" in reason for reason in found["machine"]["reasons"])
    assert found.get("busy", {"likelihood": 0})["likelihood"] < 0.55
    assert [name for name, row in found.items() if row["likelihood"] >= 0.55] == ["machine"]


def test_a_key_that_thousands_of_people_carry_is_no_machine_however_fast_they_ask_in_all(tmp_path: Path) -> None:
    rng = random.Random(6)
    start = datetime(2024, 3, 1, 8)
    rows = []
    for person in range(120):
        for _ in range(30):
            at = start + timedelta(seconds=rng.uniform(0, 36_000))
            rows.append({"started_at": at, "user_name": f"p{person:03}", "path": "/explore", "status": 200, "client_ip": "198.18.0.9"})
    for name, networks in (("page", 200), ("farm", 3)):  # as many tiles, by those who look at a page, and by three machines
        for step in range(6000):
            ip = f"198.19.{rng.randrange(networks)}.{rng.randrange(250)}"
            at = start + timedelta(seconds=step / 20)
            rows.append({"started_at": at, "user_name": name, "path": f"/tiles/{70_000 + step}", "status": 200, "client_ip": ip})
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows).sort("started_at"), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    score(case)
    alike = case.table("automation").filter((pl.col("subject_type") == "account") & (pl.col("likelihood") >= 0.55))
    assert alike["subject_id"].to_list() == ["farm"]


def test_no_requests_no_scores(tmp_path: Path) -> None:
    with new_case(tmp_path) as case:
        rollups.count(case)
        score(case)
        assert case.table("automation").is_empty()
