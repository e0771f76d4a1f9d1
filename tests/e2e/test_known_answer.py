"""The findings on the sample evidence, held against its known answer: everybody who took part, nobody else, boundaries to the minute."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from tests.e2e.outcome import moment

from forensics.case.sql import names
from forensics.certainty import word
from forensics.report.document import CHECKS

MINUTE = timedelta(minutes=1)


def near(found: str, truth: str, within: timedelta = MINUTE) -> bool:
    return abs(moment(found) - moment(truth)) <= within


def test_every_line_is_accounted_for(demo, answer):
    logs = [row for row in demo.rows("evidence") if row["kind"] == "log"]
    for row in logs:
        assert int(row["lines"]) == sum(int(row[part]) for part in ("events", "rejected", "skipped", "duplicates")), row["path"]
    for host, lines in answer["lines"].items():
        assert sum(int(row["lines"]) for row in logs if row["host"] == host) == lines
    assert sum(int(row["rejected"]) for row in logs) == 1, "the line that edge-2 died in, and no other"
    assert sum(int(row["duplicates"]) for row in logs) == 0


def test_both_tiers_are_told_apart(demo):
    tiers = {(row["host"], row["tier"]) for row in demo.rows("evidence") if row["kind"] == "log"}
    assert tiers == {("edge-1", "edge"), ("edge-2", "edge"), ("gateway-1", "gateway")}


def test_the_outage_has_its_boundaries_to_the_minute(demo, answer):
    incident = demo.main_incident()
    assert near(incident["started_at"], answer["started_at"])
    assert near(incident["mitigated_at"], answer["mitigated_at"])
    assert near(incident["ended_at"], answer["ended_at"])
    phases = [row for row in demo.rows("phases") if row["incident_id"] == incident["incident_id"]]
    ramp = [row for row in phases if row["phase"] == "ramp"]
    assert len(ramp) == 1
    assert near(ramp[0]["started_at"], answer["ramp_started_at"])


def test_relapses_are_phases_of_the_same_incident(demo, answer):
    incident = demo.main_incident()
    for begin, end in answer["relapses"]:
        others = [row for row in demo.incident("errors", "latency", "collapse") if row["incident_id"] != incident["incident_id"]]
        assert not [row for row in others if moment(row["started_at"]) < moment(end) and moment(row["ended_at"]) > moment(begin)]


def test_the_silence_of_one_host_is_found(demo, answer):
    """And that of the gateway behind it, whose log counts nothing: nights and other quiet hours are no holes."""
    silence = answer["silence"]
    holes = {row["message"].split()[3]: row for row in demo.rows("timeline") if row["event_type"] == "no log lines"}
    assert set(holes) == {"edge-2", "gateway-1"}
    assert near(holes["edge-2"]["datetime"], silence["started_at"])
    assert near(holes["gateway-1"]["datetime"], "2024-03-02T00:38:20Z"), "as the README of the sample tells it"
    for hole in holes.values():
        until = hole["message"].partition("until ")[2].partition(" UTC")[0]
        assert near(until, silence["ended_at"])


def test_the_outage_is_told_in_few_phases(demo):
    incident = demo.main_incident()
    phases = [row["phase"] for row in demo.rows("phases") if row["incident_id"] == incident["incident_id"]]
    assert len(phases) <= 15
    assert phases[:3] == ["normal", "ramp", "outage"]


def test_nothing_of_an_incident_is_told_after_its_end(demo):
    ends = {row["incident_id"]: moment(row["ended_at"]) for row in demo.rows("incidents")}
    seen = [(row["incident_id"], row["account_id"], row["last_at"]) for row in demo.rows("participants") if row["last_at"]]
    assert seen
    assert not [row for row in seen if moment(row[2]) > ends[row[0]]]
    story = [row for row in demo.rows("timeline") if row["incident_id"]]
    assert not [row for row in story if moment(row["datetime"]) > ends[row["incident_id"]]]


def test_everybody_who_took_part_is_named_and_nobody_else(demo, answer):
    incident = demo.main_incident()
    assert incident["verdict"] == "attributed"
    assert word(float(incident["likelihood"])) == "likely", "with fewer than 19 placebo windows the contract allows no more"
    people = [row for row in demo.rows("participants") if row["incident_id"] == incident["incident_id"]]
    assert {row["account_id"] for row in people if row["role"] == "participant"} == set(answer["participants"])
    assert {row["account_id"] for row in people if row["role"] == "uninvolved"} == set(answer["uninvolved"])


def test_failures_that_others_met_are_told_apart_from_those_of_who_took_part(demo, answer):
    incident = demo.main_incident()
    own, failed, hit = (int(incident[name]) for name in ("participants_failed", "failed_requests", "affected_accounts"))
    assert 0 < own < failed
    assert 0 < int(incident["participants_affected"]) <= len(answer["participants"])
    others = hit - int(incident["participants_affected"])
    nameless = int(incident["failed_unnamed"])
    assert nameless > 0
    said = f"made by accounts that took part, {failed - own - nameless:,} by others ({others:,} accounts); {nameless:,} name no account."
    assert said in incident["summary"]


def test_their_share_of_the_load_is_nearly_all_of_it(demo):
    incident = demo.main_incident()
    first = next(row for row in demo.rows("attributions") if row["incident_id"] == incident["incident_id"] and row["rank"] == "1")
    assert first["subject_type"] == "actor"
    assert float(first["load_share"]) >= 0.9


@pytest.mark.parametrize("decoy", ["agency", "campus", "gift_card", "vpn", "heavy"])
def test_decoys_are_not_blamed_for_anything(demo, answer, decoy):
    blamed = {row["account_id"] for row in demo.rows("participants")}
    assert blamed.isdisjoint(answer["decoys"][decoy])


def test_no_actor_is_blamed_for_the_deploy(demo, answer):
    deploy = moment(answer["deploy"])
    near_deploy = [row for row in demo.rows("incidents") if abs(moment(row["started_at"]) - deploy) < timedelta(minutes=10)]
    assert all(row["verdict"] not in ("attributed", "several actors") for row in near_deploy)


def test_accounts_of_the_ring_are_one_actor_and_strangers_are_not(demo, answer):
    incident = demo.main_incident()
    actors = {
        row["actor_id"]
        for row in demo.rows("participants")
        if row["incident_id"] == incident["incident_id"] and row["role"] == "participant"
    }
    assert len(actors) == 1, "one actor for all of them"
    leaf = {row["account_id"]: row["actor_id"] for row in demo.rows("accounts")}
    for decoy in ("campus", "gift_card", "vpn"):
        accounts = [leaf[account] for account in answer["decoys"][decoy] if account in leaf]
        assert max(accounts.count(actor) for actor in set(accounts)) <= 2, f"{decoy}: strangers are not one actor"


def test_what_was_taken_is_counted_exactly(demo, answer):
    taken: dict[str, dict[str, int]] = {}
    for row in demo.rows("taken"):
        if row["account_id"] in answer["participants"]:
            counted = taken.setdefault(row["account_id"], {})
            counted[row["object_kind"]] = int(row["objects"])
            counted["pairs"] = max(counted.get("pairs", 0), int(row["pairs"] or 0))
    for account, truth in answer["participants"].items():
        assert taken[account]["pairs"] == truth["pairs"]
        assert taken[account]["job"] == truth["jobs"]
        assert taken[account]["image"] == truth["images"]


def test_the_trial_run_before_is_found(demo, answer):
    begin, end = map(moment, answer["trial_run"])
    trial = [row for row in demo.rows("incidents") if begin - 5 * MINUTE <= moment(row["started_at"]) <= end]
    story = [row for row in demo.rows("timeline") if begin - 5 * MINUTE <= moment(row["datetime"]) <= end + MINUTE]
    assert trial or story


def test_every_row_of_the_story_leads_to_a_line_of_evidence(demo):
    story = demo.rows("timeline")
    assert list(story[0])[:3] == ["message", "datetime", "timestamp_desc"]
    lines = {row["evidence_id"]: int(row["lines"]) for row in demo.rows("evidence")}
    assert all(1 <= int(row["line"]) <= lines[row["evidence_id"]] for row in story)


def test_the_story_is_whole(demo):
    """Every type of row that a story can have, of the worst incident or of the whole case."""
    incident = demo.main_incident()
    story = [row for row in demo.rows("timeline") if row["incident_id"] in ("", incident["incident_id"])]
    assert {row["event_type"] for row in story} >= {
        "logs begin", "no log lines", "sign-up", "payment", "note", "actor starts", "ramp starts", "phase: ramp", "threshold crossed",
        "attribution", "impact starts", "peak", "phase: outage", "blocked", "mitigated", "relapse", "recovered", "actor stops", "logs end",
    }  # fmt: skip
    assert {row["event_type"] for row in story if row["observed"] == "false"} == {"attribution"}


def test_a_phase_points_at_a_line_of_its_own_time(demo, quick):
    """An outage is shown by a request that failed, a recovery by one that was served."""
    story = [row for row in demo.rows("timeline") if row["incident_id"] == demo.main_incident()["incident_id"]]
    for event, status in (("relapse", "50"), ("recovered", "20")):
        row = next(row for row in story if row["event_type"] == event)
        shown = quick("show", f"{row['evidence_id']}:{row['line']}", "--case", demo.out / "case").stdout
        assert f'" {status}' in shown


@pytest.mark.parametrize("name", names(CHECKS))
def test_numbers_of_the_report_are_counted_again_by_the_statements_it_shows(demo, quick, name):
    shown = json.loads((demo.out / "report.json").read_text(encoding="utf-8"))["behind"][name][f"{CHECKS}/{name}.sql"]
    rows = list(csv.DictReader(io.StringIO(quick("sql", shown, "--case", demo.case).stdout)))
    pairs = [(row[column.removesuffix("_again")], row[column]) for row in rows for column in row if column.endswith("_again")]
    assert pairs
    assert all(said == again for said, again in pairs)


def test_the_summary_on_the_terminal_names_the_actor_and_the_report(demo):
    assert "lumenworks.example" in demo.said
    assert "report.html" in demo.said
