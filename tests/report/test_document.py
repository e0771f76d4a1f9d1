"""The document and what is made of it: comparison, Markdown, masks, the registries, the runtime of the charts, the same bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.report.made import ACTOR, EVIDENCE, IMPACT, INCIDENT, PAYER, RAMP, account, fill

from forensics.attribution.accounts.participants import LATER, NOT_SEEN
from forensics.case.case import Case
from forensics.case.sql import names, sql
from forensics.errors import ForensicsError
from forensics.progress import Silent
from forensics.report import exports, write_report
from forensics.report.blocks import Figures, IncidentChart, Note, Sentences, Strips, TableView
from forensics.report.collect import collect, document
from forensics.report.compare import as_frame, changes
from forensics.report.document import Document, Edge, from_json, to_json
from forensics.report.drawing import RUNTIME_SNIPPET, runtime
from forensics.report.figures import incident as drawn
from forensics.report.graph import MAX_NODES, graphs
from forensics.report.html import MAX_BYTES, as_html, shortened
from forensics.report.markdown import as_markdown, escaped, sparkline
from forensics.report.masking import MASK, masked
from forensics.report.naming import besides
from forensics.report.picture import DRAWN, POINTS, STRIPS, onsets, pictures
from forensics.report.sections import all_sections, method, participants, picture, rivals, summary
from forensics.report.sections import changes as changes_section
from forensics.report.sections import figures as key_figures
from forensics.report.sections.participants import blamed
from forensics.report.words import share

ORDER = (
    *("summary", "changes", "figures", "picture", "timeline", "actors", "participants", "taken", "rivals", "response", "method"),
    *("evidence", "queries", "glossary"),
)


def _made(case: Case, **options: object) -> Document:
    fill(case, **options)  # type: ignore[arg-type]
    return document(collect(case, None), analysis_id="0" * 16, incident=None)


def test_sections_come_in_the_order_of_the_contract() -> None:
    assert tuple(section.id for section in all_sections()) == ORDER


@pytest.mark.parametrize(
    ("verdict", "weighed", "named"),
    [
        ("attributed", {"one operator": 0.99, "one actor": 0.9, "bad deploy": 0.3}, "bad deploy"),
        ("several actors", {"one actor": 0.3, "several actors": 0.6, "organic surge": 0.1}, "one actor"),
        ("no single actor", {"it would have failed anyway": 0.99, "organic surge": 0.7, "crawler": 0.2}, "crawler"),
        ("inconclusive", {"one operator": 0.9, "crawler": 0.4, "bad deploy": 0.2}, "crawler"),
    ],
)
def test_the_strongest_rival_is_no_question_and_not_what_the_verdict_rests_on(
    filled: Case, verdict: str, weighed: dict[str, float], named: str
) -> None:
    filled.replace("incidents", filled.table("incidents").with_columns(pl.lit(verdict).alias("verdict")))
    filled.replace("rivals", pl.DataFrame([{"incident_id": INCIDENT, "explanation": e, "likelihood": p} for e, p in weighed.items()]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    told = [sentence for block in summary.build(made) if isinstance(block, Sentences) for sentence in block.items]
    (rival,) = [sentence for sentence in told if sentence.text.endswith(f"is “{named}”.")]
    assert rival.likelihood == weighed[named]
    assert not any(question in sentence.text for question in ("“one operator”", "anyway") for sentence in told)
    notes = [block.text for block in rivals.build(made) if isinstance(block, Note)]
    assert (rivals.ONE_HAND in notes) is ("one operator" in weighed)


@pytest.mark.parametrize("package", ["report/queries", "timeline/sources"])
def test_every_query_says_what_it_is_and_why(package: str) -> None:
    for name in names(package):
        assert re.match(r"-- title: .+\n-- why: (.|\n--)+\n-- parameters: ", sql(package, name)), name
        assert re.search(r"ORDER BY", sql(package, name)) or package != "report/queries" or name == "overview", name


def test_a_document_survives_json_and_a_newer_one_is_refused(made: Document) -> None:
    assert from_json(to_json(made)) == made
    newer = json.dumps({**json.loads(to_json(made)), "schema_version": 99})
    with pytest.raises(ForensicsError, match="schema version 99"):
        from_json(newer)
    for broken in ("", "[]", "{}", '"text"'):
        with pytest.raises(ForensicsError, match=r"no report\.json"):
            from_json(broken)


def test_changes_name_what_new_evidence_moved(case: Case) -> None:
    before = _made(case, ring=10)
    assert _told(before, before) == ["Nothing has changed: the same analysis."]
    after = replace(_made(case, ring=12), analysis_id="1" * 16)
    told = _told(before, after)
    assert f"Account {account(9)} was uninvolved in {NAMED}, now participant." in told
    assert f"Account {account(11)} is now named as uninvolved in {NAMED}." in told
    assert f"Actor lumenworks.example ({ACTOR}), same operator: 9 accounts before, 11 now." in told


NAMED = "Errors, the whole service, from 2024-03-02 00:00 UTC"


def test_changes_tell_evidence_first_then_verdicts_shares_and_odds(made: Document) -> None:
    after = made
    before = _changed(_changed(after, "attributions", p_value=0.25, load_share=0.5), "incidents", verdict="inconclusive", likelihood=0.3)
    before = replace(before, tables={**before.tables, "evidence": replace(before.tables["evidence"], rows=())})
    found = changes(before, after)
    assert [change.about for change in found][:3] == ["evidence", "incident", "incident"]
    told = [change.sentence for change in found]
    assert f"{NAMED}: verdict was “inconclusive”, now “attributed”." in told
    assert any("load share was 50 %, now" in sentence for sentence in told)
    assert any("p was 0.250, now" in sentence for sentence in told)
    rows = as_frame(found)
    assert rows.columns == ["about", "subject", "what", "sentence", "before", "after", "incident_id"]
    assert ("incident", INCIDENT, "verdict", "“inconclusive”", "“attributed”", INCIDENT) in rows.drop("sentence").rows()


def test_what_was_ruled_meanwhile_is_told(filled: Case, made: Document) -> None:
    rows = [(1, "known", "account", "u1", None, "load test"), (2, "reject", "account", "u1", "u2", "siblings")]
    filled.insert("rulings", pl.DataFrame(rows, schema=filled.table("rulings").columns, orient="row"))
    ruled = document(collect(filled, None), analysis_id="1" * 16, incident=None)
    assert _told(made, ruled) == ["New ruling: known u1 (load test).", "New ruling: reject u1 u2 (siblings).", "No finding has changed."]
    filled.insert(
        "rulings", pl.DataFrame([(3, *rows[0][1:-1], "their own load test")], schema=filled.table("rulings").columns, orient="row")
    )
    again = document(collect(filled, None), analysis_id="2" * 16, incident=None)
    assert _told(ruled, again)[:2] == ["New ruling: known u1 (their own load test).", "Ruling no longer in force: known u1 (load test)."]


def test_notes_that_were_written_meanwhile_are_told(filled: Case, made: Document) -> None:
    before = made
    story = filled.table("timeline")
    note = story.head(1).with_columns(
        pl.lit(None, pl.String).alias("incident_id"), pl.lit(None, pl.String).alias("evidence_id"), pl.lit(None, pl.Int64).alias("line"),
        pl.lit("note").alias("event_type"), pl.lit("Vendor called").alias("message"),
    )  # fmt: skip
    filled.replace("timeline", pl.concat([story, note]))
    after = document(collect(filled, None), analysis_id="1" * 16, incident=None)
    at = str(story["occurred_at"][0])[:19]
    assert _told(before, after) == [f"New notes, 1: {at} Vendor called.", "No finding has changed."]
    assert _told(after, before)[0] == f"Notes no longer there, 1: {at} Vendor called."


def test_a_gone_incident_and_a_new_one_are_told_by_name(made: Document) -> None:
    after = made
    told = _told(_changed(after, "incidents", incident_id="another"), after)
    assert any(sentence.startswith("New incident: Errors, the whole service") for sentence in told)
    assert any(sentence.startswith("No longer found: Errors, the whole service") for sentence in told)


def test_thousands_of_changes_are_cut_on_the_page_and_said(made: Document) -> None:
    made = replace(made, changes=tuple(f"Change {n}." for n in range(5_000)))
    sentences, note = changes_section.build(made)
    assert isinstance(sentences, Sentences)
    assert isinstance(note, Note)
    assert len(sentences.items) == 200
    assert note.text == "The first 200 of 5,000 changes are shown; changes.csv has them all."


def _told(before: Document, after: Document) -> list[str]:
    return [change.sentence for change in changes(before, after)]


def _changed(made: Document, table: str, **values: object) -> Document:
    """Return a document with other values in columns of a table."""
    columns = [column.name for column in made.tables[table].columns]
    rows = tuple(tuple(values.get(name, value) for name, value in zip(columns, row, strict=True)) for row in made.tables[table].rows)
    return replace(made, tables={**made.tables, table: replace(made.tables[table], rows=rows)})


@pytest.mark.parametrize("several", [False, True])
def test_the_share_that_is_told_is_that_of_the_accounts_that_are_told(made: Document, several: bool) -> None:
    made = _changed(made, "incidents", verdict="several actors" if several else "attributed")
    rows = made.rows("attributions")
    figures = key_figures.build(made)[0]
    assert isinstance(figures, Figures)
    (figure,) = [item for item in figures.items if item.label == "share of the excess load"]
    sentences = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    (told,) = [text for text in sentences if "load above the usual" in text]
    assert figure.value == share(sum(row["load_share"] for row in rows) if several else rows[0]["load_share"])
    assert told.startswith(figure.value)
    assert ("without an account" in told) == several


@pytest.mark.parametrize("within", [False, True])
def test_accounts_of_others_and_those_ruled_known_are_no_part_of_the_name_that_is_told(filled: Case, within: bool) -> None:
    people, own = filled.table("participants"), filled.table("attributions")["actor_id"][0]
    other = (
        people.filter(role="participant")
        .head(1)
        .with_columns(account_id=pl.lit("stranger"), actor_id=pl.lit("actor-other"), load_share=pl.lit(0.16))
    )
    ruled = people.filter(role="uninvolved").with_columns(account_id=pl.lit("ours"), role=pl.lit("known"), requests=pl.lit(1_179, pl.Int64))
    risen = people.filter(role="uninvolved").with_columns(
        account_id=pl.lit("busy"), requests=pl.lit(700, pl.Int64), load_share=pl.lit(0.12), why=pl.lit("not shown: its load rose as well")
    )
    absent = people.filter(role="uninvolved").with_columns(account_id=pl.lit("absent"), requests=pl.lit(0, pl.Int64), why=pl.lit(NOT_SEEN))
    filled.replace("participants", pl.concat([people, other, ruled, risen, absent]))
    filled.replace("incidents", filled.table("incidents").with_columns(pl.lit("attributed").alias("verdict")))
    if within:  # a company that both are of
        actors = filled.table("actors").filter(pl.col("actor_id") != "actor-other")
        own_row = actors.filter(actor_id=own)
        kin = own_row.with_columns(actor_id=pl.lit("actor-other"), parent_actor_id=pl.lit("org-both"))
        both = own_row.with_columns(
            actor_id=pl.lit("org-both"),
            parent_actor_id=pl.lit(None, pl.String),
            label=pl.lit("both.example"),
            level=pl.lit("same organisation"),
        )
        placed = actors.with_columns(
            parent_actor_id=pl.when(pl.col("actor_id") == own).then(pl.lit("org-both")).otherwise("parent_actor_id")
        )
        filled.replace("actors", pl.concat([placed, kin, both]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    (told,) = [
        item.text
        for block in summary.build(made)
        if isinstance(block, Sentences)
        for item in block.items
        if "load above the usual" in item.text
    ]
    mine = people.filter((pl.col("role") == "participant") & (pl.col("actor_id") == own)).height
    assert f"came from {mine} accounts of" in told
    tie = "of the same organisation, both.example," if within else "that the evidence does not join to them"
    assert f"; 1 account {tie} took part as well, with 16 %" in told
    assert "; 1 account linked to them, ruled known and not blamed, made 1,179 requests in that time" in told
    unseen = "of 1 account linked to them these logs hold no request"
    assert f"; 1 account linked to them took no part; {unseen}; 1 account linked to them rose as well, with 12 %: that" in told
    assert [row["role"] for row in made.rows("participants")] == ["participant"] * (mine + 1) + ["known"] + ["uninvolved"] * 3
    assert all(row["account_id"] != "ours" for row in made.rows("bystanders"))


@pytest.mark.parametrize(
    ("verdict", "sure", "best", "end"),
    [
        ("no single actor", 0.7, 0.7, "; the best explanation is “bad deploy”."),
        ("no single actor", 0.5, 0.7, "; the best explanation is “bad deploy”, by itself likely (70%)."),
        ("inconclusive", 0.5, 0.7, "; the likeliest explanation is “bad deploy”, likely (70%)."),
        ("not an outage", 0.75, 0.04, ": there is no outage to explain."),
        (
            "inconclusive",
            0.5,
            0.4,
            ": no explanation stands out; the likeliest are “bad deploy”, unlikely (40%) and “crawler”, unlikely (20%).",
        ),
    ],
)
def test_who_is_not_blamed_is_told_with_what_explains_it(filled: Case, verdict: str, sure: float, best: float, end: str) -> None:
    filled.replace("incidents", filled.table("incidents").with_columns(pl.lit(verdict).alias("verdict"), pl.lit(sure).alias("likelihood")))
    weighed = {"bad deploy": best, "crawler": 0.2, "one operator": 0.9}
    filled.replace("rivals", pl.DataFrame([{"incident_id": INCIDENT, "explanation": e, "likelihood": p} for e, p in weighed.items()]))
    filled.replace("attributions", filled.table("attributions").clear())
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    told = [sentence.text for block in summary.build(made) if isinstance(block, Sentences) for sentence in block.items]
    itself = ", roughly even (50%)" if "by itself" in end else ""
    assert f"No actor is blamed (verdict “{verdict}”{itself}){end}" in told


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (
            "attributed",
            "What can be done now: the measure “account” would have covered 94 % of the load and hits 9 accounts, "
            "none of them uninvolved; uninvolved accounts hit by wider ones: 1 by “organisation”, 45 by “network” (which covers 97 %). "
            "“forensics response” lists all, and writes block lists.",
        ),
        (
            "no single actor",
            "What can be done now: nobody is to be acted against on these logs; look at what they do not hold. The deployment record.",
        ),
        (
            "inconclusive",
            "What can be done now: the measure “denied addresses” would have covered 80 % of the load and hits 2 accounts, "
            "2 of them uninvolved. “forensics response” lists all, and writes block lists.",
        ),
        ("taken over", None),
    ],
)
def test_the_summary_ends_with_what_can_be_done(filled: Case, verdict: str, told: str | None) -> None:
    taken_over = verdict == "taken over"
    filled.replace("incidents", filled.table("incidents").with_columns(pl.lit("attributed" if taken_over else verdict).alias("verdict")))
    best = {"incident_id": INCIDENT, "evidence_for": ["So."], "evidence_wanted": ["The deployment record."]}
    weighed = {"bad deploy": 0.7, **({"accounts taken over": 0.9} if taken_over else {})}
    filled.replace("rivals", pl.DataFrame([{**best, "explanation": e, "likelihood": p} for e, p in weighed.items()]))
    plans = [("organisation", 10, 1, 0.94), ("account", 9, 0, 0.94), ("network", 54, 45, 0.97), ("rate limit", 9, 0, 0.2), ("-", 0, 0, 0.0)]
    plans += [("denied addresses", 2, 2, 0.8)] if verdict == "inconclusive" else []
    columns = ("measure", "accounts_hit", "uninvolved_hit", "load_covered")
    filled.replace("response", pl.DataFrame([{"incident_id": INCIDENT, **dict(zip(columns, plan, strict=True))} for plan in plans]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    sentences = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    assert [text for text in sentences if text.startswith("What can be done now")] == ([] if told is None else [told])


@pytest.mark.parametrize("known", [0, 2])
def test_the_advice_says_whom_a_block_of_a_network_would_hit_that_only_sign_ins_name(filled: Case, known: int) -> None:
    plan = {"incident_id": INCIDENT, "measure": "network without account", "accounts_hit": 0, "uninvolved_hit": 0, "load_covered": 0.76}
    filled.replace("response", pl.DataFrame([plan]))
    rows = [
        {"incident_id": INCIDENT, "account_id": account(n), "actor_id": ACTOR, "how": "seen at", "address": "192.0.2.1"}
        for n in range(known)
    ]
    if rows:
        filled.replace("network_accounts", pl.DataFrame(rows))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    texts = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    (advice,) = [text for text in texts if text.startswith("What can be done now")]
    assert f"hits no account that the logs name{', but 2 accounts known there otherwise' if known else ''}. " in advice


def test_what_a_load_without_an_account_was_served_is_told_beside_what_accounts_were(filled: Case) -> None:
    """Pictures often come from a delivery network that knows no accounts: what describes them is the accounts', they are an address's."""
    nobody = {"actor_id": "curl", "object_kind": "image", "objects": 2_940, "pairs": 2_940, "requests": 3_637, "served": 2_940}
    nobody |= {"bytes": 5_445_407_317, "evidence_id": EVIDENCE, "line": 7}
    taken = filled.table("taken")
    filled.replace("taken", pl.concat([taken, pl.DataFrame([nobody])], how="diagonal_relaxed"))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    told = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    accounts, other = [text for text in told if " served " in text]
    assert " pairs, " in accounts
    assert accounts.startswith("Over the whole time of the logs these accounts were served ")
    assert other == (
        "While its incidents lasted, the load without an account (curl) was served 2,940 objects (2,940 complete pairs, 5.4 GB)."
    )


@pytest.mark.parametrize(("redirected", "told"), [(7_000, True), (700, False), (None, False)])
def test_objects_that_were_only_redirected_are_told_where_they_are_many(filled: Case, redirected: int | None, told: bool) -> None:
    row = {"incident_id": INCIDENT, "object_kind": "image", "accounts": 9, "objects": 8_000, "pairs": 0, "redirected": redirected}
    filled.replace("taken_incidents", pl.DataFrame([row | {"requests": 18_000, "served": 16_000, "bytes": 1}]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    texts = [item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items]
    (text,) = [text for text in texts if " served " in text]
    assert ("7,000 objects more: answered with a redirect, " in text) == told


def test_load_without_an_account_is_told_apart_from_what_accounts_made(made: Document) -> None:
    """Whose it was is another question, also where the accounts are known at the very addresses that it came from."""
    told = _changed(_changed(made, "incidents", verdict="several actors"), "attributions", actor_id=ACTOR)
    (sentence,) = [s.text for block in summary.build(told) if isinstance(block, Sentences) for s in block.items if " came from " in s.text]
    accounts, nobody = (
        "9 accounts of one operator, here called lumenworks.example, with 94 %",
        "the agent curl without an account, with 2.0 %",
    )
    assert f" came from {accounts}, and from {nobody};" in sentence
    figures = key_figures.build(told)[0]
    assert isinstance(figures, Figures)
    (figure,) = [item for item in figures.items if item.label == "share of the excess load"]
    assert figure.detail.startswith("2 sources together, ")


def test_whose_times_were_moved_is_told_once_for_each_host(made: Document) -> None:
    host = next(row["host"] for row in made.rows("evidence") if row["kind"] == "log")
    blocks = method.build(_changed(made, "evidence", clock_offset_seconds=-2820.013))
    told = [item.text for block in blocks if isinstance(block, Sentences) for item in block.items if "are moved by" in item.text]
    assert f"Times of {host} are moved by -2,820 s," in told[0]
    assert len(told) == len({row["host"] for row in made.rows("evidence") if row["kind"] == "log"})
    assert not [item for block in method.build(made) if isinstance(block, Sentences) for item in block.items if "are moved by" in item.text]


def test_a_slow_service_is_told_with_how_slow_it_was(made: Document) -> None:
    times = {"latency_ms": 4_000.0, "latency_usual_ms": 30.0}
    slow = _changed(made, "incidents", kind="latency", failed_requests=0, **times)
    assert " the service answered slowly, in about 4.0 s (usually 30 ms); 0 of 412,000 " in _first_sentence(slow)
    figures = key_figures.build(slow)[0]
    assert isinstance(figures, Figures)
    (figure,) = [item for item in figures.items if item.label == "time to answer"]
    assert (figure.value, figure.detail) == ("4.0 s", "usually 30 ms")
    untimed = _changed(slow, "incidents", **dict.fromkeys(times))
    assert " the service answered slowly; 0 of" in _first_sentence(untimed)


def test_several_incidents_are_counted_before_the_gravest_is_told(made: Document) -> None:
    (row,), columns = made.tables["incidents"].rows, [column.name for column in made.tables["incidents"].columns]
    later = {"incident_id": "later", "verdict": "no single actor", "started_at": "2024-03-05T00:00:00.000000Z", "ended_at": None}
    other = tuple(later.get(name, value) for name, value in zip(columns, row, strict=True))
    several = replace(made, tables={**made.tables, "incidents": replace(made.tables["incidents"], rows=(row, other), total=2)})
    first = summary.build(several)[0]
    assert isinstance(first, Note)
    assert first.text == "2 incidents from 2024-03-02 00:00 to the end of the logs; somebody is blamed for 1 of them. The gravest:"
    assert not any(isinstance(block, Note) for block in summary.build(made))


def test_why_nobody_is_blamed_is_said_once_of_several_incidents(made: Document) -> None:
    """Other causes lie between: each is told in full, and at the first of several alike the others are named."""
    (row,), columns = made.tables["incidents"].rows, [column.name for column in made.tables["incidents"].columns]
    rows = [row]
    for day, verdict, sure in (
        (5, "no single actor", 0.8),
        (6, "inconclusive", 0.5),
        (7, "no single actor", 0.8),
        (8, "no single actor", 0.6),
    ):
        later = {"incident_id": f"later{day}", "verdict": verdict, "likelihood": sure, "started_at": f"2024-03-0{day}T00:00:00.000000Z"}
        rows.append(tuple((later | {"ended_at": None, "lead": None}).get(name, value) for name, value in zip(columns, row, strict=True)))
    several = replace(made, tables={**made.tables, "incidents": replace(made.tables["incidents"], rows=tuple(rows), total=5)})
    told = [block for block in summary.build(several) if isinstance(block, Sentences)][1].items
    same = " The same holds for what began on 2024-03-07 00:00:00 UTC."
    assert [sentence.text.endswith(same) for sentence in told] == [True, False, False, False]
    assert ["(verdict “" in sentence.text for sentence in told] == [True, True, False, True]
    assert [(sentence.observed, sentence.likelihood) for sentence in told] == [(False, 0.8), (False, 0.5), (True, None), (False, 0.6)]


def _first_sentence(made: Document) -> str:
    return next(item.text for block in summary.build(made) if isinstance(block, Sentences) for item in block.items)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "–"), (0.0, "0 %"), (0.0004, "< 0.1 %"), (0.0931, "9.3 %"), (0.1, "10 %"), (0.949, "95 %"),
        (0.9961, "99.6 %"), (0.9999, "> 99.9 %"), (1.0, "100 %"),
    ],
)  # fmt: skip
def test_a_share_that_is_nearly_nothing_or_all_is_told_to_a_tenth_of_a_per_cent(value: float | None, told: str) -> None:
    assert share(value) == told


def test_a_case_without_an_incident_has_no_sections_that_say_so_again(case: Case) -> None:
    made = document(collect(case, None), analysis_id="0" * 16, incident=None)
    empty = {section.id for section in all_sections() if not section.build(made)}
    assert empty == {"picture", "participants", "rivals", "response", "changes"}


def test_failures_that_are_no_incident_are_told(case: Case) -> None:
    made = document(collect(case, None), analysis_id="0" * 16, incident=None)
    (note,) = summary.build(_changed(made, "overview", failed=7, answered=1_040))
    assert isinstance(note, Note)
    assert "7 of 1,040 answered requests failed (status 500 or above)" in note.text
    figures = key_figures.build(_changed(made, "overview", failed=7, answered=1_040))[0]
    assert isinstance(figures, Figures)
    assert [(item.label, item.value, item.detail) for item in figures.items[:1]] == [("failed requests", "7", "of 1,040")]
    (note,) = summary.build(made)
    assert isinstance(note, Note)
    assert "failed" not in note.text


def test_changes_tell_merged_new_and_gone_actors_of_every_level(made: Document) -> None:
    after = made
    members = after.tables["members"]
    split = replace(members, rows=tuple(("actor-b" if n % 2 else "actor-a", *row[1:]) for n, row in enumerate(members.rows)))
    actors = after.tables["actors"]
    names = [column.name for column in actors.columns]
    (leaf,) = [row for row in actors.rows if row[names.index("actor_id")] == ACTOR]
    halves = tuple(tuple(half if name == "actor_id" else v for name, v in zip(names, leaf, strict=True)) for half in ("actor-a", "actor-b"))
    others = tuple(row for row in actors.rows if row != leaf)
    before = replace(after, tables={**after.tables, "members": split, "actors": replace(actors, rows=(*halves, *others))})
    assert _told(before, after) == [f"Actor lumenworks.example ({ACTOR}) joins what were actor-a, actor-b: 9 accounts."]
    untied = replace(
        after, tables={**after.tables, "members": replace(members, rows=()), "actors": replace(actors, rows=())}, analysis_id="x"
    )
    new = _told(untied, after)
    assert f"New actor: actor lumenworks.example ({PAYER}), same payer, 9 accounts." in new
    assert f"No longer found: actor lumenworks.example ({PAYER}), same payer: the evidence does not tie its 9 accounts so now." in _told(
        after, untied
    )


def test_markdown_is_whole_and_carries_no_markup_of_the_evidence(case: Case) -> None:
    text = as_markdown(_made(case, text=" <b>[x](javascript:1) | `y` \x1b[31m"))
    assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## {s.title}" for s in all_sections() if s.id != "changes"]
    assert "<b>" not in text
    assert "[x](" not in text.replace("\\[x\\](", "")
    assert "\x1b" not in text
    assert escaped("a|b\nc") == "a\\|b c"


def test_sparkline_keeps_gaps_and_peaks() -> None:
    assert sparkline([0, None, 8, 4]) == "▁ █▅"
    assert len(sparkline(range(1_000), 80)) == 80
    assert sparkline([]) == ""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("GET /a?token=abcdef123&x=1", "abcdef123"),
        ("/cb?code=s3cr3tcode&state=1", "s3cr3tcode"),
        ("?X-Amz-Signature=deadbeefdeadbeef", "deadbeefdeadbeef"),
        ("https://user:hunter2pass@host/x", "hunter2pass"),
        ("Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ", "eyJzdWIiOiIx"),
        ("/a?api_key=AAA%2Bbbb#frag", "AAA%2Bbbb"),
    ],
)
def test_secrets_in_urls_are_masked_in_texts_and_lists(text: str, hidden: str) -> None:
    frame = masked(pl.DataFrame({"a": [text, None], "b": [[text, "plain"], None]}))
    written = str(frame.to_dicts())
    assert hidden not in written
    assert MASK in written
    assert "plain" in written


@pytest.mark.parametrize(
    "name", ["api_key", "app_metadata_api_key", "attributes_api_key_0", "apiKey", "Access-Key", "user_metadata_token", "session_id"]
)
def test_secrets_in_columns_of_an_export_are_masked(name: str) -> None:
    extra = pl.Series([[{"key": name, "value": "h-4f5e6d7c8b"}, {"key": "api_key_id", "value": "k7"}], None, []]).cast(
        pl.Map(pl.String(), pl.String())
    )
    frame = masked(pl.DataFrame({"extra": extra}))
    assert frame.schema == {"extra": pl.Map(pl.String(), pl.String())}
    entries = frame["extra"].cast(pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))).to_list()
    assert entries == [[{"key": name, "value": MASK}, {"key": "api_key_id", "value": "k7"}], None, []]


def test_a_key_of_a_service_is_masked_under_any_name_and_in_any_text() -> None:
    extra = pl.Series([[{"key": "note", "value": "uses pk_live_afaaf0547bda457b93ee now"}]]).cast(pl.Map(pl.String(), pl.String()))
    frame = masked(pl.DataFrame({"extra": extra, "message": ["asked with rk_live_9ifp32nphp62a6z3"]}))
    assert "live" not in str(frame.to_dicts())
    assert str(frame.to_dicts()).count(MASK) == 2


def test_a_key_that_ties_accounts_is_masked_and_two_stay_two() -> None:
    values = ["9ifp32nphp62a6z3fynxx4xd", "9ifp32nphp62a6z3fynxx4xe", "short-key", "9ifp32nphp62a6z3fynxx4xd"]
    frame = masked(pl.DataFrame({"identifier_type": [*["api_key"] * 3, "card_fingerprint"], "identifier_value": values}))
    assert frame["identifier_value"].to_list() == [f"{MASK}…x4xd", f"{MASK}…x4xe", MASK, values[3]]


def test_what_is_no_secret_stays() -> None:
    kept = ["/search?q=token&page=2", "/keys?sort=asc", "basic plan", "monkey=1", "the session=open state"]
    assert masked(pl.DataFrame({"a": kept}))["a"].to_list() == kept


def test_a_long_incident_is_averaged_and_its_totals_agree(case: Case) -> None:
    fill(case, minutes=10_000)
    frames = collect(case, None)
    drawn = pictures(frames)[0]
    assert len(drawn.times) <= POINTS
    assert drawn.step == 7
    whole = sum(v or 0 for v in drawn.layers[0].requests) * drawn.step
    assert abs(whole - frames["actor_load"]["requests"].sum()) < 10
    firsts = frames["minutes"]["requests"].head(7)
    assert drawn.requests[0] == pytest.approx(firsts.mean(), abs=0.001)


def test_those_who_are_not_drawn_on_their_own_are_not_everybody_else(case: Case) -> None:
    fill(case)
    load = case.table("actor_minutes").filter(pl.col("actor_id").is_not_null())
    more = [load.with_columns(actor_id=pl.lit(f"actor-{n}"), requests=pl.lit(n, pl.Int64)) for n in range(1, 8)]
    case.replace("actor_minutes", pl.concat([case.table("actor_minutes"), *more]))
    (drawn,) = pictures(collect(case, None))
    assert [layer.label for layer in drawn.layers[1:]] == ["actor-7", "actor-6", "actor-5", "4 others of them"]
    whole = collect(case, None)["actor_load"].filter(pl.col("actor_id").is_not_null())["requests"].sum()
    assert sum(sum(layer.requests) for layer in drawn.layers) * drawn.step == pytest.approx(whole, rel=0.01)
    assert [layer.label for layer in drawn.in_text][1:] == ["actor-7", "4 others of them"]


def test_the_beginning_of_a_long_incident_is_drawn_minute_by_minute(filled: Case, made: Document) -> None:
    ((begun,), (whole,)) = made.onsets, made.pictures
    assert begun.step == 1
    assert begun.times[0] == f"{RAMP - timedelta(minutes=30):%Y-%m-%dT%H:%M}:00.000000Z"
    assert begun.times[-1] == f"{IMPACT + timedelta(minutes=61):%Y-%m-%dT%H:%M}:00.000000Z", "until after the peak, which comes soon"
    begins, ends = RAMP - timedelta(minutes=30), IMPACT + timedelta(minutes=61)
    exact = filled.table("incident_minutes").filter(pl.col("minute").is_between(begins, ends))
    assert list(begun.requests) == exact.sort("minute")["requests"].to_list()
    first, second = [block for block in picture.build(made) if isinstance(block, IncidentChart)]
    assert (first.picture, first.whole, second.picture, second.begun) == (begun, whole, whole, begun)
    numbers = [mark["n"] for block in (first, second) for mark in drawn(made, block, "x").marks]
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), "every mark is listed once, with one number in both"
    assert "How it began" in as_markdown(made)


def test_a_short_incident_has_one_picture(case: Case) -> None:
    fill(case, minutes=200)
    assert onsets(collect(case, None)) == ()


@pytest.mark.parametrize("incidents", [DRAWN, DRAWN + 3, DRAWN + STRIPS + 40])
def test_every_incident_is_reachable_however_many_there_are(case: Case, incidents: int, tmp_path: Path) -> None:
    fill(case, minutes=300)
    _multiply(case, incidents)
    made = document(collect(case, None), analysis_id="0" * 16, incident=None)
    blocks = picture.build(made)
    assert [block.total for block in blocks if isinstance(block, TableView)] == [incidents]
    small = [name for block in blocks if isinstance(block, Strips) for name, _ in block.items]
    assert len(small) == min(STRIPS, incidents - DRAWN)
    said = " ".join(block.text for block in blocks if isinstance(block, Note))
    if incidents > DRAWN:
        assert f"{DRAWN} of {incidents} incidents, the most severe ones, have a picture above, {len(small)} are drawn small" in said
    assert ("has the other" in said) == (incidents > DRAWN + STRIPS)
    page = as_html(made)
    assert len(page.encode()) <= MAX_BYTES
    assert page.count('<path class="asked"') == len(small)
    assert page.count('class="frame"') == page.count('class="frame" tabindex="0"') > 0, "what scrolls is reached by keyboard"
    assert from_json(to_json(made)) == made


def _multiply(case: Case, incidents: int) -> None:
    """Put so many incidents in the place of one, each with its minutes."""
    ids = pl.DataFrame({"other": [f"{INCIDENT}-{n:03}" for n in range(incidents)]})
    for table in ("incidents", "incident_minutes", "phases", "rivals", "attributions", "participants", "response"):
        frame = case.table(table)
        case.replace(table, ids.join(frame, how="cross").with_columns(pl.col("other").alias("incident_id")).select(frame.columns))


def test_a_report_of_a_later_version_that_only_says_more_is_read(made: Document) -> None:
    later = json.loads(to_json(made)) | {"a field of later": [1]}
    assert from_json(json.dumps(later)) == from_json(to_json(made))


def test_a_graph_is_bounded_says_so_and_holds_only_real_links(case: Case) -> None:
    fill(case, ring=700)
    frames = collect(case, None)
    (graph,) = graphs(frames)
    assert len(graph.nodes) <= MAX_NODES
    assert (graph.accounts, graph.links) == (700, frames["links"].height)
    real = {(row["account_id"], f"{row['identifier_type']}: {row['identifier_value']}") for row in frames["links"].to_dicts()}
    assert {(edge.account, edge.identifier) for edge in graph.edges} <= real
    assert len({(node.x, node.y) for node in graph.nodes}) == len(graph.nodes)
    assert all(isinstance(edge, Edge) and edge.account != edge.identifier for edge in graph.edges)


def test_the_runtime_in_the_page_is_the_librarys() -> None:
    import vl_convert

    assert runtime() == vl_convert.javascript_bundle(RUNTIME_SNIPPET)


def test_exports_are_what_the_tools_take(case: Case, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    fill(case, text=" \x00\x1b<&>")
    frames = collect(case, None)
    for kind, export in exports.all_exports().items():
        assert (export.name, export.reference[:4]) == (kind, "http")
        exports.write_export(case, kind, tmp_path, frames)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    graph = ElementTree.parse(tmp_path / "links.graphml").getroot()
    nodes = {node.get("id") for node in graph.iter(f"{space}node")}
    edges = [(edge.get("source"), edge.get("target")) for edge in graph.iter(f"{space}edge")]
    assert len(edges) == frames["links"].height
    assert all(source in nodes and target in nodes for source, target in edges)
    lines = [json.loads(line) for line in (tmp_path / "timesketch.jsonl").read_text().splitlines()]
    assert len(lines) == frames["timeline"].height
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["datetime"]) and line["message"] for line in lines)
    assert (tmp_path / "timesketch.csv").read_text().startswith("message,datetime,timestamp_desc,")
    assert pl.read_parquet(tmp_path / "participants.parquet").height == frames["participants"].height


def test_the_same_bytes_in_another_zone_locale_hash_seed_and_number_of_threads(filled: Case, tmp_path: Path) -> None:
    write_report(filled, tmp_path / "here", None, Silent())
    filled.connection.close()
    environment = {"TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "1"}
    command = [sys.executable, "-m", "forensics", "report", "--case", str(filled.folder), "--out", str(tmp_path / "there")]
    subprocess.run(command, check=True, env={**os.environ, **environment}, capture_output=True)
    for file in (tmp_path / "here").iterdir():
        if file.name != "run.json":
            assert file.read_bytes() == (tmp_path / "there" / file.name).read_bytes(), file.name


@pytest.mark.parametrize(
    ("within", "told"),
    [
        (["org-x", "org-x"], "of one organisation, here called lumenworks.example (2 actors that nothing ties closer)"),
        (["org-x", "org-x", None], "does not join into one (2 of the actors are of one organisation, lumenworks.example), "),
        ([None, None], " that the evidence does not join into one, "),
        ([None, None, None, None], "4 sources that the evidence does not join into one"),
    ],
)
def test_several_actors_of_one_organisation_are_told_as_such(filled: Case, within: list[str | None], told: str) -> None:
    filled.replace("incidents", filled.table("incidents").with_columns(pl.lit("several actors").alias("verdict")))
    actors, blamed = filled.table("actors"), filled.table("attributions").head(1)
    leaf = actors.filter(pl.col("actor_id") == ACTOR)
    office = leaf.with_columns(actor_id=pl.lit("org-x"), parent_actor_id=pl.lit(None, pl.String), level=pl.lit("same organisation"))
    parts = {f"actor-{n}": parent for n, parent in enumerate(within)}
    leaves = [leaf.with_columns(actor_id=pl.lit(name), parent_actor_id=pl.lit(parent, pl.String)) for name, parent in parts.items()]
    filled.replace("actors", pl.concat([office, *leaves]))
    filled.replace("attributions", pl.concat([blamed.with_columns(actor_id=pl.lit(name)) for name in parts]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    texts = [sentence.text for block in summary.build(made) if isinstance(block, Sentences) for sentence in block.items]
    assert any(told in text for text in texts)
    assert any("from the largest" in text for text in texts) == (len(set(within)) > 1 or within == [None, None]), (
        "of equals nobody is pointed at"
    )


def test_what_an_incident_began_with_is_dated_apart_and_one_site_named(made: Document) -> None:
    since, start = "2024-03-02T00:07:00.000000Z", made.rows("incidents")[0]["started_at"]
    changed = _changed(made, "incidents", kind="errors", kind_since=since, site="api.example", site_failed=11, site_requests=12)
    (first, *_) = [sentence.text for block in summary.build(changed) if isinstance(block, Sentences) for sentence in block.items]
    assert "the service was disturbed; requests to the service failed from 2024-03-02 00:07:00 on" in first
    assert "nearly all of them to api.example (11 of 12 there)" in first
    failed = made.rows("incidents")[0]["failed_requests"]
    whole = _changed(made, "incidents", kind="errors", site="api.example", site_failed=failed, site_requests=failed + 1)
    (first, *_) = [sentence.text for block in summary.build(whole) if isinstance(block, Sentences) for sentence in block.items]
    assert f", all of them to api.example ({failed:,} of {failed + 1:,} there)" in first
    nameless = _changed(made, "incidents", affected_accounts=0, affected_paying_accounts=0)
    told = [sentence.text for block in summary.build(nameless) if isinstance(block, Sentences) for sentence in block.items]
    assert "None of the failed requests names an account: whom it hurt cannot be said." in told
    values = {figure.label: figure.value for block in key_figures.build(nameless) if isinstance(block, Figures) for figure in block.items}
    assert values["accounts that met a failure"] == "not known"
    hit = made.rows("incidents")[0]["affected_accounts"]
    own = _changed(made, "incidents", participants_failed=failed - 198, participants_affected=hit - 98, failed_unnamed=0)
    told = [sentence.text for block in summary.build(own) if isinstance(block, Sentences) for sentence in block.items]
    met = (
        f"; {failed - 198:,} of the failed requests were those of the accounts that took part, 198 those of others (98 accounts among them)"
    )
    assert any(met in text for text in told)
    own = _changed(made, "incidents", participants_failed=failed - 198, participants_affected=hit - 98, failed_unnamed=100)
    told = [sentence.text for block in summary.build(own) if isinstance(block, Sentences) for sentence in block.items]
    assert any("98 those of others (98 accounts), 100 name no account" in text for text in told)
    refused = _changed(made, "incidents", affected_accounts=0, failed_requests=0, refused_requests=90, refused_clients=43)
    told = [sentence.text for block in summary.build(refused) if isinstance(block, Sentences) for sentence in block.items]
    assert "43 clients (accounts, and addresses without one) met a refusal; no account is known to have met a failure." in told
    refused = _changed(made, "incidents", affected_accounts=1, refused_requests=90, refused_clients=43, refused_regulars=41)
    told = [sentence.text for block in summary.build(refused) if isinstance(block, Sentences) for sentence in block.items]
    own = "43 clients (accounts, and addresses without one) met a refusal, 41 of which had been served before; 1 account met a failure."
    assert own in told
    same = _changed(made, "incidents", kind="errors", kind_since=start)
    (first, *_) = [sentence.text for block in summary.build(same) if isinstance(block, Sentences) for sentence in block.items]
    assert "disturbed" not in first


def test_the_headline_says_since_when_and_how_long_it_was_what_it_is_called(made: Document) -> None:
    """Slowness before the failures, and the pause before a relapse, are no failing requests."""
    day = "2024-03-02T"
    told = {"kind": "errors", "ended_at": f"{day}15:59:46.000000Z", "kind_since": f"{day}14:35:13.000000Z"}
    ends = {"kind_until": f"{day}15:59:46.000000Z", "kind_seconds": 3874}

    def headline(**values: object) -> str:
        title = str(re.search("<h1>(.*?)</h1>", as_html(_changed(made, "incidents", **(told | values))))[1])  # type: ignore[index]
        return re.sub("</?span>", "", title)

    def sentence(**values: object) -> str:
        blocks = summary.build(_changed(made, "incidents", started_at=f"{day}14:35:13.000000Z", **(told | values)))
        return next(item.text for block in blocks if isinstance(block, Sentences) for item in block.items)

    assert "(85 min) requests to the service failed, with pauses, for 65 min in all: " in sentence(**ends)
    assert "pauses" not in sentence(**ends | {"kind_seconds": 5073})
    assert headline(**ends) == "Requests failed for 65 min between 2024-03-02 14:35 and 15:59 UTC"
    assert headline(**ends | {"kind_seconds": 5073}) == "Requests failed for 85 min from 2024-03-02 14:35 UTC"
    over = headline(**ends | {"ended_at": "2024-03-03T01:10:00.000000Z", "kind_until": "2024-03-03T01:02:00.000000Z"})
    assert over == "Requests failed for 65 min between 2024-03-02 14:35 and 2024-03-03 01:02 UTC"
    assert headline(ended_at=None, **ends | {"kind_until": None}) == "Requests failed from 2024-03-02 14:35 UTC"
    assert headline(refused_requests=9) == "Requests were refused for 85 min from 2024-03-02 14:35 UTC"
    assert headline(refused_requests=9, given_up_requests=8).startswith("Most gave up waiting for an answer for 85 min")
    (first, *_) = [s.text for b in summary.build(_changed(made, "incidents", **told | ends)) if isinstance(b, Sentences) for s in b.items]
    assert "requests to the service failed from 2024-03-02 14:35:13 on, for 65 min in all" in first


def test_holes_are_told_as_not_examined_and_an_assumption_of_many_files_once(filled: Case) -> None:
    hole = (
        filled.table("timeline")
        .head(1)
        .with_columns(event_type=pl.lit("no log lines"), message=pl.lit("No line from web2 for 17 h."), incident_id=pl.lit(None, pl.String))
    )
    filled.replace("timeline", pl.concat([filled.table("timeline"), hole]))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    evidence = made.tables["evidence"]
    first = dict(zip((column.name for column in evidence.columns), evidence.rows[0], strict=True))
    rows = tuple(tuple((first | {"assumptions": ["read as UTC"], "path": f"{n}.log"}).values()) for n in range(9))
    made = replace(made, tables={**made.tables, "evidence": replace(evidence, rows=rows)})
    said = [item.text for block in method.build(made) if isinstance(block, Sentences) for item in block.items]
    assert "No line from web2 for 17 h." in said
    assert [text for text in said if "read as UTC" in text] == ["0.log and 8 more: read as UTC"]


def test_the_mailbox_stands_beside_the_account_that_is_called_otherwise(filled: Case) -> None:
    accounts = filled.table("accounts")
    filled.replace("accounts", accounts.with_columns(email=pl.format("{}@mail.example", "account_id")))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    (table, *_) = [block for block in participants.build(made) if isinstance(block, TableView)]
    assert list(table.columns.values())[:3] == ["Account", "Mailbox", "Role"]
    filled.replace("accounts", accounts.with_columns(email=pl.col("account_id")))
    made = document(collect(filled, None), analysis_id="0" * 16, incident=None)
    (table, *_) = [block for block in participants.build(made) if isinstance(block, TableView)]
    assert list(table.columns.values())[:2] == ["Account", "Role"], "nothing is told twice"


def test_accounts_that_only_went_on_with_a_load_are_no_part_of_what_led_to_the_impact(filled: Case) -> None:
    people = filled.table("participants")
    worst = filled.frame("incidents", "ranked")["incident_id"][0]
    took = (pl.col("incident_id") == worst) & (pl.col("role") == "participant")
    last = pl.col("account_id") == people.filter(took)["account_id"].max()
    why = pl.when(took & last).then(pl.lit(LATER)).otherwise("why").alias("why")
    filled.replace("participants", people.with_columns(why, pl.when(took & last).then(0).otherwise("requests").alias("requests")))
    made = document(collect(filled, None), analysis_id="1" * 16, incident=None)
    incident = next(row for row in made.rows("incidents") if row["incident_id"] == worst)
    found = blamed(made, incident)
    assert found is not None
    assert besides(made, found, False).startswith("; 1 of them went on with it only after the impact had begun")


@pytest.mark.parametrize(
    ("text", "length", "told"),
    [
        ("ann@firm.example", 34, "ann@firm.example"),
        ("render-worker-of-a-department-with-a-name-417", 34, "render-worker-of-a-depa…a-name-417"),
        ("many words of a sentence " * 5, 90, "many words of a sentence many words of a sentence many words of a sentence many words of…"),
    ],
)
def test_a_long_name_is_cut_in_its_middle_and_a_sentence_after_a_word(text: str, length: int, told: str) -> None:
    """The accounts of one company begin alike: what tells them apart often stands at the end."""
    assert shortened(text, length) == told
    assert len(told) <= length


@pytest.mark.parametrize("incidents", [1, 2])
def test_of_several_incidents_the_figures_say_which_they_are_of(made: Document, incidents: int) -> None:
    table = made.tables["incidents"]
    several = replace(made, tables={**made.tables, "incidents": replace(table, rows=table.rows[:1] * incidents)})
    notes = [block.text for block in key_figures.build(several) if isinstance(block, Note)]
    assert len(notes) == incidents - 1
    assert all(note.endswith("the others of the gravest of 2 incidents and those who took part in it.") for note in notes)
