"""What was taken is counted as a naive loop over the events counts it."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.attribution.settings import keep
from forensics.case.case import Case
from forensics.collection.taken import pair_of, taken_by, taken_together
from forensics.errors import UsageError
from forensics.incidents import rollups


def some_events(rng: random.Random) -> list[dict[str, Any]]:
    start = datetime(2024, 3, 1, 23, 30)
    rows = []
    for number in range(400):
        who, thing = rng.choice("ab"), 1000 + rng.randrange(150)
        at = start + timedelta(seconds=number)
        rows.append(
            {
                "started_at": at,
                "user_name": who,
                "path": f"/api/jobs/{thing}",
                "status": rng.choice([200, 200, 304, 503, 204]),
                "bytes_sent": 10,
                "method": rng.choice(["GET", "GET", "HEAD", None]),
            }
        )
        if rng.random() < 0.7:
            later = at + timedelta(seconds=0.4)
            rows.append(
                {
                    "started_at": later,
                    "user_name": who,
                    "path": f"/cdn/images/{thing}.png",
                    "status": rng.choice([200, 206, 203, 403]),
                    "method": rng.choice(["GET", "GET", "head"]),
                    "bytes_sent": 999,
                }
            )
        rows.append({"started_at": at, "user_name": "c", "path": "/explore", "status": 200, "bytes_sent": 5})
    return rows


def handed(row: dict[str, Any]) -> bool:
    """Whether the answer carried the thing that was asked for."""
    return row["status"] in (200, 203, 206) and (row.get("method") or "GET").upper() != "HEAD"


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Case, list[dict[str, Any]]]:
    rows = some_events(random.Random(3))
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    return case, rows


def test_objects_pairs_and_bytes_are_those_of_a_loop(loaded: tuple[Case, list[dict[str, Any]]]) -> None:
    case, rows = loaded
    found = {(row["account_id"], row["object_kind"]): row for row in taken_by(case, {"a": "actor-a", "b": "actor-b"})[0].to_dicts()}
    got: dict[tuple[str, str], set[str]] = defaultdict(set)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        if "/explore" in row["path"]:
            continue
        kind = "job" if "jobs" in row["path"] else "image"
        key = (row["user_name"], kind)
        served = handed(row)
        sums[key][0] += 1
        sums[key][1] += served
        sums[key][2] += row["bytes_sent"] * served
        if served:
            got[key].add("".join(c for c in row["path"] if c.isdigit()))
    assert set(found) == set(sums)
    for (who, kind), row in found.items():
        assert [row["requests"], row["served"], row["bytes"]] == sums[who, kind]
        assert row["objects"] == len(got[who, kind])
        assert row["pairs"] == (len(got[who, "job"] & got[who, "image"]) if kind == "job" else 0), "a pair is counted once"
        assert row["actor_id"] == f"actor-{who}"
        assert row["line"] >= 1


def test_nothing_is_taken_by_nobody(loaded: tuple[Case, list[dict[str, Any]]]) -> None:
    assert taken_by(loaded[0], {})[0].is_empty()


def test_a_pair_needs_shared_ids(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    start = datetime(2024, 3, 1)
    rows = [{"started_at": start + timedelta(seconds=n), "user_name": "a", "path": f"/jobs/{n + 1000}", "status": 200} for n in range(50)]
    rows += [{"started_at": start + timedelta(seconds=n), "user_name": "a", "path": f"/tags/{n + 5000}", "status": 200} for n in range(50)]
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    assert taken_by(case, {"a": "x"})[0]["pairs"].sum() == 0


def test_halves_that_go_to_different_accounts_are_pairs_of_their_actor(tmp_path: Path) -> None:
    """One account fetches the jobs, another their images: neither holds a pair, whoever runs both holds all."""
    case = new_case(tmp_path)
    start = datetime(2024, 3, 1)
    rows = [
        {"started_at": start + timedelta(seconds=n + later), "user_name": user, "path": path.format(1000 + n), "status": 200}
        for n in range(50)
        for user, path, later in (("a", "/jobs/{}", 0.0), ("b", "/images/{}.png", 0.4))
    ]
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    by_account, totals = taken_by(case, {"a": "x", "b": "x"})
    assert by_account["pairs"].sum() == 0
    assert dict(totals.select("object_kind", "pairs").rows()) == {"job": 50, "image": 0}
    assert taken_by(case, {"a": "x", "b": "y"})[1]["pairs"].sum() == 0, "two strangers"


def test_given_kinds_and_pairs_are_obeyed(loaded: tuple[Case, list[dict[str, Any]]]) -> None:
    case, _ = loaded
    keep(case, objects=["/api/jobs/*=prompt"], pair="prompt+image")
    rows = taken_by(case, {"a": "x"})[0]
    assert set(rows["object_kind"]) == {"prompt", "image"}
    assert rows.filter(pl.col("object_kind") == "prompt")["pairs"][0] > 0
    assert pair_of(case, {"accounts": ["a"], "actors": ["x"]}) == ["prompt", "image"]


@pytest.mark.parametrize(
    ("key", "value"), [("objects", ["nothing"]), ("pair", "job"), ("pair", "job+job"), ("cost", ["/a=-1"]), ("cost", ["/a=x"])]
)
def test_what_cannot_be_meant_is_refused(loaded: tuple[Case, list[dict[str, Any]]], key: str, value: Any) -> None:
    with pytest.raises(UsageError):
        keep(loaded[0], **{key: value})


def test_what_two_accounts_fetched_is_one_object_of_their_actor(loaded: tuple[Case, list[dict[str, Any]]]) -> None:
    case, rows = loaded
    totals = {row["object_kind"]: row for row in taken_by(case, {"a": "x", "b": "x"})[1].to_dicts()}
    served = {row["path"] for row in rows if handed(row) and row["user_name"] in "ab"}
    assert totals["job"]["objects"] == sum("jobs" in path for path in served)
    assert totals["image"]["accounts"] == 2
    assert totals["image"]["catalogue"] == totals["image"]["objects"], "nobody else was served any"
    assert totals["image"]["catalogue_share"] == 1.0


def test_variants_of_one_thing_are_one_object_of_the_catalogue(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    start = datetime(2024, 3, 1)
    paths = [f"/cdn/images/{n}.{kind}" for n in range(1000, 1040) for kind in ("png", "webp")]
    rows = [
        {"started_at": start + timedelta(seconds=n), "user_name": "ab"[n % 4 == 3], "path": path, "status": 200}
        for n, path in enumerate(paths)
    ]
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    total = taken_by(case, {"a": "x"})[1].to_dicts()[0]
    assert (total["objects"], total["catalogue"], total["catalogue_share"]) == (40, 40, 1.0)


def test_without_statuses_nobody_knows_what_was_served(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    start = datetime(2024, 3, 1)
    rows = [{"started_at": start + timedelta(seconds=n), "user_name": "a", "path": f"/jobs/{n + 1000}"} for n in range(50)]
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    row = taken_by(case, {"a": "x"})[0].to_dicts()[0]
    assert row["requests"] == 50
    assert [row[name] for name in ("served", "objects", "pairs", "bytes")] == [None] * 4


def test_who_fetched_no_objects_has_taken_none(tmp_path: Path) -> None:
    case = new_case(tmp_path)
    rows = [
        {"started_at": datetime(2024, 3, 1), "user_name": who, "path": path, "status": 200}
        for who, path in (("a", "/"), ("b", "/jobs/1234"))
    ]
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    rows_of, totals = taken_by(case, {"a": "x"})
    assert rows_of.is_empty()
    assert totals.is_empty()


def test_what_a_post_handed_over_is_counted_though_it_names_no_object(tmp_path: Path) -> None:
    """Every answer is a new picture: how many different ones is not known, how many and how large they were is."""
    start = datetime(2024, 3, 1, 23, 30)
    asked = [("POST", "/v2/render", [201, 503, 201][n % 3], 5000) for n in range(90)]
    asked += [("GET", f"/v2/jobs/{7000 + n}", 200, 10) for n in range(30)]
    asked += [("POST", "/login", 200, 7)] * 3 + [("GET", "/", 200, 7)] * 50
    asked += [("PUT", f"/v2/jobs/{8000 + n}", 200, 10) for n in range(40)] + [
        ("PUT", "/v2/import", 200, 10)
    ] * 40  # they bring, and take nothing
    rows = [
        {"started_at": start + timedelta(seconds=n), "user_name": "ab"[n % 2], "method": m, "path": p, "status": s, "bytes_sent": b}
        for n, (m, p, s, b) in enumerate(asked)
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    each, totals = taken_by(case, {"a": "actor", "b": "actor"})
    assert set(each["object_kind"]) == {"job", "POST /v2/render"}
    (made,) = totals.filter(pl.col("object_kind") == "POST /v2/render").to_dicts()
    assert (made["accounts"], made["requests"], made["served"], made["bytes"]) == (2, 90, 60, 60 * 5000)
    assert (made["objects"], made["pairs"], made["catalogue"], made["catalogue_share"]) == (0, 0, None, None)
    (jobs,) = totals.filter(pl.col("object_kind") == "job").to_dicts()
    assert (jobs["objects"], jobs["served"], jobs["bytes"]) == (30, 30, 300)


def test_a_page_that_is_asked_for_with_ids_hands_over_so_many_things(tmp_path: Path) -> None:
    """record.aspx?id=7 is a thing; what a search with many words found is no thing that could be counted, nor are versions of a script."""
    start = datetime(2024, 3, 1, 23, 30)
    asked = [(f"/record.aspx?id={7000 + n % 40}", [200, 200, 404][n % 3]) for n in range(120)]
    asked += [(f"/search?q=word{n}&page=2", 200) for n in range(30)] + [(f"/home.aspx?sid={n}x", 200) for n in range(50)]
    asked += [(f"/a.js?v={n}", 200) for n in range(50)] + [(f"/few.aspx?id={n}", 200) for n in range(5)] + [("/menu.aspx?id=1", 200)] * 90
    rows = [
        {
            "started_at": start + timedelta(seconds=n),
            "user_name": "a",
            "method": "GET",
            "path": path,
            "query": query,
            "status": s,
            "bytes_sent": 9,
        }
        for n, (path, _, query, s) in enumerate((*target.partition("?"), status) for target, status in asked)
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    _, totals = taken_by(case, {"a": "actor"})
    found = {row["object_kind"]: (row["objects"], row["served"], row["requests"]) for row in totals.to_dicts()}
    assert found == {"GET /record.aspx": (40, 80, 120), "GET /search": (0, 30, 30), "GET /home.aspx": (0, 50, 50)}


def test_pairs_of_pages_that_name_their_thing_among_other_parameters(tmp_path: Path) -> None:
    """Of several numbers in a query the thing is the one that differs most, wherever it stands: who asks is the same all the time."""
    start = datetime(2024, 3, 1, 23, 30)
    asked = [("/job.php", f"user_id=17&id={7000 + n}&fields=prompt") for n in range(40)]
    asked += [("/image.php", f"size=full&id={7000 + n}&user_id=17") for n in range(30)]
    rows = [
        {"started_at": start + timedelta(seconds=n % 40), "user_name": "a", "method": "GET", "path": path, "query": query, "status": 200}
        for n, (path, query) in enumerate(asked)
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    _, totals = taken_by(case, {"a": "actor"})
    assert {row["object_kind"]: row["objects"] for row in totals.to_dicts()} == {"GET /job.php": 40, "GET /image.php": 30}
    assert totals["pairs"].sum() == 30


def test_a_service_without_any_object_may_have_handed_over_answers(tmp_path: Path) -> None:
    """An interface to a model: every route is one path, and all that is worth anything is made by POST."""
    start = datetime(2024, 3, 1, 23, 30)
    answer = {"user_name": "a", "method": "POST", "path": "/v1/complete", "status": 200, "bytes_sent": 9}
    rows = [{"started_at": start + timedelta(seconds=n), **answer} for n in range(90)]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    _, totals = taken_by(case, {"a": "actor"})
    (made,) = totals.to_dicts()
    assert (made["object_kind"], made["served"], made["bytes"], made["catalogue"]) == ("POST /v1/complete", 90, 810, None)


def test_a_load_without_an_account_is_counted_while_it_lasted(tmp_path: Path) -> None:
    """By network, by agent, and by one agent of a network; two incidents that overlap count once."""
    start = datetime(2024, 3, 1, 23, 30)
    rows = [
        {
            "started_at": start + timedelta(seconds=n), "path": f"/jobs/{1000 + n % 70}", "bytes_sent": 10,
            "status": [200, 200, 503][n % 3],
            "client_ip": f"192.0.2.{n % 5}" if n % 2 else "198.51.100.9", "user_agent": "script/2" if n % 4 else "Mozilla/5.0",
            "user_name": "a" if n % 11 == 0 else None,
        }
        for n in range(300)
    ]  # fmt: skip
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    spans = [(start + timedelta(seconds=a), start + timedelta(seconds=b)) for a, b in ((50, 150), (100, 200))]
    meant = [("192.0.2.0/24", "192.0.2.0/24", None), ("script/2", None, "script/2"), ("192.0.0.0/16", "192.0.0.0/16", "script/2")]
    loads = [
        {"subject": subject, "network": network, "agent": agent, "starts": starts, "ends": ends}
        for subject, network, agent in meant
        for starts, ends in spans
    ]
    each, totals = taken_by(case, {}, loads)
    within = [row for n, row in enumerate(rows) if 50 <= n <= 200 and row["user_name"] is None]
    for subject, network, agent in meant:
        own = [
            row
            for row in within
            if (network is None or str(row["client_ip"]).startswith("192.0.2.")) and agent in (None, row["user_agent"])
        ]
        served = [row for row in own if row["status"] == 200]
        expected = (len({row["path"] for row in served}), len(own), len(served), 10 * len(served))
        for frame in (each, totals):
            (found,) = frame.filter(pl.col("actor_id") == subject).to_dicts()
            assert tuple(found[name] for name in ("objects", "requests", "served", "bytes")) == expected
    assert each["account_id"].null_count() == len(each) == 3
    assert totals["accounts"].to_list() == [0, 0, 0]


def test_what_several_actors_of_one_incident_fetched_is_one_object(loaded: tuple[Case, list[dict[str, Any]]]) -> None:
    case = loaded[0]
    one, two = taken_by(case, {"a": "x"})[1], taken_by(case, {"b": "y"})[1]
    totals, together = taken_together(case, {"a": "x", "b": "y"}, (), [("a", "i1"), ("b", "i1"), ("a", "i2")])[1:]
    alone = taken_by(case, {"a": "same", "b": "same"})[1]
    wanted = dict(alone.select("object_kind", "objects").iter_rows())
    assert dict(together.filter(incident_id="i1").select("object_kind", "objects").iter_rows()) == wanted
    assert dict(together.filter(incident_id="i2").select("object_kind", "objects").iter_rows()) == dict(
        one.select("object_kind", "objects").iter_rows()
    )
    assert totals["objects"].sum() == one["objects"].sum() + two["objects"].sum() >= together.filter(incident_id="i1")["objects"].sum()


def test_pairs_of_a_load_without_an_account_are_seen(tmp_path: Path) -> None:
    """Nobody signed in, and every job is followed by its image: which routes make a pair is seen from that load alone."""
    start = datetime(2024, 3, 1, 23, 30)
    rows = [
        {
            "started_at": start + timedelta(seconds=n + later),
            "path": path.format(1000 + n),
            "status": 200,
            "bytes_sent": 10,
            "client_ip": "192.0.2.7",
        }
        for n in range(60)
        for path, later in (("/jobs/{}", 0.0), ("/images/{}.png", 0.4))
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows).with_columns(pl.lit(None, pl.String).alias("user_name")), "edge-1")
    rollups.count(case)
    load = {"subject": "192.0.2.0/24", "network": "192.0.2.0/24", "agent": None, "starts": start, "ends": start + timedelta(minutes=5)}
    _, totals = taken_by(case, {}, [load])
    assert dict(totals.select("object_kind", "pairs").iter_rows()) == {"job": 60, "image": 0}


def test_half_of_a_pair_may_have_been_served_to_an_account_at_the_same_network(tmp_path: Path) -> None:
    """Accounts fetch jobs, and a delivery network that knows no accounts hands out their images: 40 to one network, 10 to another."""
    start = datetime(2024, 3, 1, 23, 30)
    rows = [
        {
            "started_at": start + timedelta(seconds=n + later),
            "path": path.format(1000 + n),
            "status": 200,
            "bytes_sent": 10,
            "user_name": name,
        }
        | {"client_ip": "192.0.2.7" if n < 40 or path.startswith("/images") else "198.51.100.1", "user_agent": "script/2"}
        for n in range(60)
        for path, later, name in (("/jobs/{}", 0.0, "a" if n % 2 else "b"), ("/images/{}.png", 0.4, None))
        if n < 50 or path.startswith("/jobs")
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows, infer_schema_length=None), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    load = {"subject": "192.0.2.0/24", "network": "192.0.2.0/24", "agent": None, "starts": start, "ends": start + timedelta(minutes=5)}
    owners = {"a": "one", "b": "one"}
    each, totals = taken_by(case, owners, [load])
    assert totals.select("actor_id", "pairs", "apart").rows() == [("192.0.2.0/24", 40, 40), ("one", 0, 0)]
    wanted = {("192.0.2.0/24", "image"): (50, 40, 50), ("one", "job"): (60, 0, 60)}
    for frame in (each, totals):
        summed = frame.group_by("actor_id", "object_kind").agg(pl.col("objects", "pairs", "requests").sum())
        assert {(row[0], row[1]): row[2:] for row in summed.rows()} == wanted
    by_agent = taken_by(case, owners, [load | {"subject": "script/2", "network": None, "agent": "script/2"}])[1]
    assert by_agent.select("actor_id", "objects", "pairs").rows() == [("one", 60, 0), ("script/2", 50, 0)], "a program is no place"


def test_half_of_a_pair_may_have_come_without_an_account_to_an_address_of_the_account(tmp_path: Path) -> None:
    """Images from a delivery network that knows no accounts: 20 to the address of a, 15 to another address, 5 to a's a day later."""
    start = datetime(2024, 3, 1, 23, 30)
    rows = [
        {"started_at": start + timedelta(seconds=n), "path": f"/jobs/{1000 + n}", "user_name": "a", "client_ip": "192.0.2.7"}
        for n in range(40)
    ]
    rows += [
        {"started_at": start + timedelta(days=n >= 35, seconds=n + 0.4), "path": f"/images/{1000 + n}.png", "user_name": None}
        | {"client_ip": "198.51.100.1" if 20 <= n < 35 else "192.0.2.7"}
        for n in range(40)
    ]
    case = new_case(tmp_path)
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(status=200, bytes_sent=10).sort("started_at")
    add_log(case, "edge.log", frame, "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    home = {"account_id": "a", "identifier_type": "client_ip", "identifier_value": "192.0.2.7", "first_at": start}
    case.insert("identifiers", pl.DataFrame([home | {"last_at": start + timedelta(seconds=40)}]))
    each, totals = taken_by(case, {"a": "actor"})
    assert each.select("object_kind", "objects", "pairs", "requests", "bytes").rows() == [("job", 40, 20, 40, 400)]
    assert totals.select("object_kind", "objects", "pairs", "apart", "requests").rows() == [("job", 40, 20, 20, 40)]
    others = [home | {"account_id": name, "last_at": start} for name in ("b", "c")]
    case.insert("identifiers", pl.DataFrame(others))
    assert taken_by(case, {"a": "actor"})[1]["pairs"].to_list() == [0], "an address of all is nobody's"


def test_what_was_only_answered_with_a_redirect_was_not_served_and_is_told(tmp_path: Path) -> None:
    """A service that sends on to signed URLs: 30 images redirected, 4 of them also served; a page that failed is neither."""
    start = datetime(2024, 3, 1, 23, 30)
    answers = [(n, 302) for n in range(30)] + [(n, 200) for n in range(4)] + [(50, 503)]
    rows = [
        {"started_at": start + timedelta(seconds=number), "path": f"/images/{1000 + n}.png", "user_name": "a", "status": status}
        for number, (n, status) in enumerate(answers)
    ]
    case = new_case(tmp_path)
    add_log(case, "edge.log", pl.DataFrame(rows).with_columns(bytes_sent=10), "edge-1")
    add_user_accounts(case)
    rollups.count(case)
    _, totals, together = taken_together(case, {"a": "actor"}, (), [("a", "incident")])
    for frame in (totals, together):
        assert frame.select("object_kind", "objects", "redirected", "requests").rows() == [("image", 4, 26, 35)]
