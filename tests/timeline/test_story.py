"""The story: every source yields its rows, in one total order, observation and inference told apart; the filters of the listing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.report.made import ACTOR, INCIDENT, LABEL, account, fill
from tests.stored_case import add_log, add_user_accounts, new_case
from tests.traffic import at, traffic

from forensics.case.case import Case
from forensics.case.sql import names
from forensics.case.status import section
from forensics.errors import UsageError
from forensics.incidents import rollups
from forensics.incidents.times import span
from forensics.progress import Silent
from forensics.report import words
from forensics.report.blocks import Sentences
from forensics.report.collect import collect, document
from forensics.report.sections import summary
from forensics.report.story import Filter, as_markdown, told
from forensics.timeline.story import COLUMNS, SOURCES, build


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with new_case(tmp_path / "case") as opened:
        yield opened


def test_an_empty_case_has_an_empty_story(case: Case) -> None:
    build(case)
    assert case.table("timeline").is_empty()


@pytest.mark.parametrize("name", names(SOURCES))
def test_every_source_has_the_columns_of_the_story_even_when_empty(case: Case, name: str) -> None:
    case.execute("incidents", "macros")
    frame = case.frame(SOURCES, name)
    assert set(frame.columns) == set(COLUMNS)


def test_the_story_is_whole_and_in_order(filled: Case) -> None:
    story = filled.table("timeline")
    types = set(story["event_type"])
    assert {"sign-up", "payment", "account starts", "actor starts", "ramp starts", "threshold crossed", "impact starts", "peak"} <= types
    assert {"mitigated", "recovered", "attribution", "deploy", "status page", "phase: silence"} <= types
    assert story["occurred_at"].is_sorted()
    order = story.filter(
        pl.col("event_type").is_in(["ramp starts", "threshold crossed", "impact starts", "peak", "mitigated", "recovered"])
    )
    assert order["event_type"].to_list() == ["ramp starts", "threshold crossed", "impact starts", "peak", "mitigated", "recovered"]
    inferred = story.filter(~pl.col("observed"))
    assert set(inferred["event_type"]) == {"attribution"}
    assert inferred["likelihood"].is_not_null().all(), "how sure an inference is stands beside it"
    (crossed,) = story.filter(event_type="threshold crossed")["message"]
    assert "third highest minute in which requests were still answered as usual" in crossed, "what the threshold is made of is said with it"
    assert story.filter(event_type="account starts")["account_id"].to_list() == [account(n) for n in range(9)]
    assert not story["account_id"].eq(account(9)).any()  # the uninvolved one has no part in the story


@pytest.mark.parametrize(("part", "told"), [(0.949, "95 %"), (0.9961, "99.6 %"), (0.9999, "over 99.9 %"), (1.0, "100 %")])
def test_a_hundred_per_cent_of_an_excess_is_all_of_it(filled: Case, part: float, told: str) -> None:
    filled.connection.execute("UPDATE attributions SET load_share = $part", {"part": part})
    assert filled.frame(SOURCES, "attribution")["message"][0].split(": ")[1].startswith(f"{told} of the whole excess")


def test_an_actor_of_many_accounts_is_told_as_one(case: Case) -> None:
    fill(case, ring=200)
    story = case.table("timeline")
    assert story.filter(event_type="account starts").is_empty()
    assert story.filter(event_type="sign-up").height == 1
    assert story.filter(event_type="actor starts")["message"][0].startswith(f"First request of {LABEL} in the load: 199 accounts and ")


def test_an_account_of_two_incidents_signs_up_once_in_the_story_of_all(filled: Case) -> None:
    for table in ("incidents", "participants"):
        rows = filled.table(table)
        other = rows.with_columns(pl.lit("another-incident").alias("incident_id"))
        filled.replace(table, pl.concat([rows, other.with_columns(pl.lit("low").alias("severity")) if table == "incidents" else other]))
    build(filled)
    once = pl.col("event_type").is_in(["sign-up", "payment"])
    assert filled.table("timeline").filter(once).height == 36  # nine accounts, each in both incidents
    everything = told(filled, None, Filter(), Silent())[0]
    assert everything.filter(once)["incident_id"].to_list() == [INCIDENT] * 18  # the worse one
    assert everything.filter(event_type="account starts").height == 18  # what belongs to an incident stays with each
    assert told(filled, "another-incident", Filter(), Silent())[0].filter(once).height == 18


def test_building_twice_changes_nothing(filled: Case) -> None:
    before = filled.table("timeline")
    build(filled)
    assert filled.table("timeline").equals(before)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(around="2024-03-02T00:00", within=1), {"impact starts", "phase: overload", "attribution"}),
        (Filter(around="2024-03-02 01:00+01:00", within=1), {"impact starts", "phase: overload", "attribution"}),
        (Filter(event_type="phase"), {"phase: ramp", "phase: overload", "phase: silence", "phase: outage"}),
        (Filter(actor=LABEL, around="2024-03-02T00:00", within=1), {"attribution"}),
        (Filter(actor=ACTOR, event_type="actor"), {"actor starts", "actor stops"}),
        (Filter(actor=account(3)), {"sign-up", "payment", "account starts"}),
    ],
)
def test_the_listing_can_be_narrowed(filled: Case, chosen: Filter, expected: set[str]) -> None:
    story, drawn = told(filled, INCIDENT, chosen, Silent())
    assert set(story["event_type"]) == expected
    assert [picture.incident_id for picture in drawn] == [INCIDENT, INCIDENT], "its beginning, and the whole of it"


def test_another_zone_is_told_beside_utc_across_a_change_of_day(filled: Case) -> None:
    story, _ = told(filled, None, Filter(event_type="impact", zone="America/Los_Angeles"), Silent())
    assert story["occurred_at"].to_list() == [datetime(2024, 3, 2)]
    assert story["local_time"].to_list() == ["2024-03-01 16:00:00 -0800"]


@pytest.mark.parametrize("wrong", [Filter(around="yesterday"), Filter(zone="Mars/Olympus"), Filter(zone="../../etc/passwd")])
def test_a_time_or_zone_that_cannot_be_read_is_a_usage_error(filled: Case, wrong: Filter) -> None:
    with pytest.raises(UsageError):
        told(filled, None, wrong, Silent())


def test_markdown_names_evidence_and_marks_inference(filled: Case) -> None:
    story, _ = told(filled, None, Filter(actor=ACTOR), Silent())
    text = as_markdown(story)
    assert "(`0123456789ab:4000`)" in text
    assert "– inferred, almost certain (96%)" in text


def test_what_was_concluded_is_in_no_row_that_was_observed(filled: Case) -> None:
    found = (
        pl.lit("Requests failed.").alias("seen"),
        pl.lit("Requests failed. The best explanation is: bad deploy (likely, 79 %).").alias("summary"),
    )
    filled.replace("incidents", filled.table("incidents").with_columns(*found, pl.lit("no single actor").alias("verdict")))
    build(filled)
    story = filled.table("timeline")
    assert story.filter(event_type="impact starts")["message"].to_list() == ["Requests failed."]
    (verdict,) = story.filter(event_type="verdict").to_dicts()
    assert verdict["message"] == 'No actor is blamed (verdict "no single actor"). The best explanation is: bad deploy (likely, 79 %).'
    assert not verdict["observed"]
    assert verdict["likelihood"] is not None


@pytest.mark.parametrize("seconds", [0, 38.98, 119.4, 119.6, 150, 700, 7_169, 7_171, 94_827, 172_769, 172_771, 400_000])
def test_the_story_and_the_page_tell_a_length_of_time_alike(case: Case, seconds: float) -> None:
    case.execute("incidents", "macros")
    told = case.connection.execute("SELECT lasting(to_microseconds(CAST(? AS BIGINT)))", [round(seconds * 1e6)]).fetchall()[0][0]
    assert (
        told
        == span(timedelta(seconds=seconds))
        == words.span("2024-03-01T00:00:00", f"{datetime(2024, 3, 1) + timedelta(seconds=seconds)}")
    )


def test_a_silent_host_is_told_even_where_another_tier_counts_the_same_requests(case: Case) -> None:
    """The origin is silent between two of its hourly files, while the edge before it goes on."""
    world = traffic("diurnal", 5, days=4)
    gone = pl.col("started_at").is_between(at(1, 10), at(1, 11.5))
    add_log(case, "edge.log", world.drop("logged_by"), "edge")
    left = world.drop("logged_by").filter(~gone)
    add_log(case, "origin-1.log", left.filter(pl.col("started_at") < at(1, 10)), "origin")
    second = add_log(case, "origin-2.log", left.filter(pl.col("started_at") > at(1, 11)), "origin")
    first = case.table("evidence_files").filter(path="origin-1.log")["evidence_id"][0]
    case.insert("tiers", pl.DataFrame([{"evidence_id": evidence, "tier": "app", "counted": False} for evidence in (first, second)]))
    case.refresh_events()
    rollups.count(case)
    (row,) = case.frame(SOURCES, "gaps").to_dicts()
    assert row["message"].startswith("No line from origin for 90 min, until 2024-02-20 11:30 UTC; about ")
    assert row["message"].endswith(" requests came in the same hours of other days.")
    assert (row["evidence_id"], row["line"]) == (first, left.filter(pl.col("started_at") < at(1, 10)).height)
    holes = section(case, "gaps").to_dicts()
    assert [(hole["host"], hole["path"], hole["since"]) for hole in holes] == [("origin", "origin-1.log", at(1, 10) - timedelta(minutes=1))]


def test_a_hole_is_measured_by_the_same_hours_of_other_weeks(case: Case) -> None:
    """Nobody is at work at the weekend: that nothing came then is no hole, whatever an average hour brings."""
    world = traffic("diurnal", 5, days=24)  # from a Monday on
    rested = pl.col("started_at").dt.weekday() > 5
    gone = pl.col("started_at").is_between(at(15, 9), at(15, 12))
    add_log(case, "intranet.log", world.drop("logged_by").filter(~rested & ~gone), "intranet")
    case.refresh_events()
    rollups.count(case)
    (row,) = case.frame(SOURCES, "gaps").to_dicts()
    assert row["message"].startswith("No line from intranet for 3 h 0 min, until 2024-03-05 12:00 UTC; about ")
    assert row["message"].endswith(" requests came in the same hours of other weeks.")
    came = [world.filter(pl.col("started_at").is_between(at(day, 9), at(day, 12))).height for day in (1, 8, 22)]
    assert f"about {sorted(came)[1]:,} requests" in row["message"]


def test_what_tools_recorded_is_told_near_incidents_alone(case: Case) -> None:
    start, end = datetime(2024, 3, 2), datetime(2024, 3, 2, 2)
    case.insert("incidents", pl.DataFrame([{"incident_id": INCIDENT, "started_at": start, "ended_at": end}]))
    case.insert(
        "evidence_files", pl.DataFrame([{"evidence_id": "d" * 12, "format": "deploys (csv)"}, {"evidence_id": "n" * 12, "format": "csv"}])
    )
    hours = {"d" * 12: (-30, -5, 1, 2.5, 30), "n" * 12: (-30,), None: (30,)}
    notes = [
        {"occurred_at": start + timedelta(hours=hour), "message": f"{hour}", "event_type": "deploy", "evidence_id": evidence, "line": 1}
        for evidence, many in hours.items()
        for hour in many
    ]
    case.insert("notes", pl.DataFrame(notes, infer_schema_length=None))
    told_notes = sorted((row["evidence_id"] or "", row["message"]) for row in case.rows(SOURCES, "notes"))
    assert told_notes == [("", "30"), ("d" * 12, "-5"), ("d" * 12, "1"), ("d" * 12, "2.5"), ("n" * 12, "-30")]


def test_a_stray_refusal_among_many_answers_is_no_block(case: Case) -> None:
    start = datetime(2024, 3, 2)
    status = pl.when(pl.col("second") == 130).then(429).when(pl.col("second") >= 480).then(403).otherwise(200)
    rows = pl.DataFrame({"second": range(600)}).select(
        (pl.lit(start) + pl.duration(seconds="second")).alias("started_at"), status.alias("status"), pl.lit("ann").alias("user_name"),
        pl.lit("GET").alias("method"), pl.lit("/a").alias("path"), pl.lit("198.18.0.1").alias("client_ip"),
    )  # fmt: skip
    add_log(case, "edge.log", rows)
    add_user_accounts(case)
    case.refresh_events()
    rollups.count(case)
    took_part = {"incident_id": INCIDENT, "actor_id": ACTOR, "account_id": "ann", "role": "participant", "requests": 600, "first_at": start}
    case.insert("participants", pl.DataFrame([took_part]))
    (row,) = case.rows(SOURCES, "blocks")
    assert row["occurred_at"] == start + timedelta(seconds=480)
    assert "with status 403: 120 requests" in row["message"]


@pytest.mark.parametrize("others_refused", [0.0, 0.9])
def test_a_limit_that_meets_everybody_is_no_block(case: Case, others_refused: float) -> None:
    start = datetime(2024, 3, 2)
    at = (pl.lit(start) + pl.duration(seconds="second")).alias("started_at")
    refused = pl.when((pl.col("second") >= 300) & (pl.col("second") % 10 < 10 * pl.col("share"))).then(429).otherwise(200).alias("status")
    asked = [("ann", 0.8), *((f"someone{n}", others_refused) for n in range(3))]
    rows = pl.concat(
        pl.DataFrame({"second": range(600)}).with_columns(share=pl.lit(share), user_name=pl.lit(who)) for who, share in asked
    ).select(at, refused, "user_name", pl.lit("GET").alias("method"), pl.lit("/a").alias("path"), pl.lit("198.18.0.1").alias("client_ip"))
    add_log(case, "edge.log", rows)
    add_user_accounts(case)
    case.refresh_events()
    rollups.count(case)
    took_part = {"incident_id": INCIDENT, "actor_id": ACTOR, "account_id": "ann", "role": "participant", "requests": 600, "first_at": start}
    case.insert("participants", pl.DataFrame([took_part]))
    assert [row["rows"] for row in case.rows(SOURCES, "blocks")] == ([] if others_refused else [240])


def test_who_came_back_after_a_ban_is_told(filled: Case) -> None:
    people = filled.table("participants").filter(role="participant").sort("account_id")
    who, when = people["account_id"][0], people["first_at"][0]
    row = {"actor_id": ACTOR, "account_id": who, "blocked_at": when - timedelta(hours=13), "appeared_at": when}
    filled.insert("possible_returns", pl.DataFrame([row]))
    build(filled)
    (told_row,) = filled.table("timeline").filter(event_type="possible return").to_dicts()
    assert f"{when:%Y-%m-%d %H:%M} UTC, 13 h 0 min after the service had begun to refuse others of {LABEL}" in told_row["message"]
    assert (told_row["account_id"], told_row["observed"], told_row["evidence_id"] is not None) == (who, False, True)
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    sentences = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    assert any("1 of which appeared after the service had begun to refuse others tied to it" in text for text in sentences)


def test_a_block_belongs_to_the_incident_before_it(case: Case) -> None:
    start = datetime(2024, 3, 2)
    rows = pl.DataFrame({"second": range(600)}).select(
        (pl.lit(start) + pl.duration(seconds="second")).alias("started_at"), pl.lit("ann").alias("user_name"),
        pl.when(pl.col("second") >= 480).then(403).otherwise(200).alias("status"),
        pl.lit("GET").alias("method"), pl.lit("/a").alias("path"), pl.lit("198.18.0.1").alias("client_ip"),
    )  # fmt: skip
    add_log(case, "edge.log", rows)
    add_user_accounts(case)
    case.refresh_events()
    rollups.count(case)
    for number, minute in enumerate((0, 5)):
        began, ended = start + timedelta(minutes=minute), start + timedelta(minutes=minute + 2)
        case.insert("incidents", pl.DataFrame([{"incident_id": f"i{number}", "started_at": began, "ended_at": ended}]))
        took_part = {
            "incident_id": f"i{number}",
            "actor_id": ACTOR,
            "account_id": "ann",
            "role": "participant",
            "requests": 60,
            "first_at": began,
        }
        case.insert("participants", pl.DataFrame([took_part]))
    assert [row["incident_id"] for row in case.rows(SOURCES, "blocks")] == ["i1"]
