"""What programs clients come with: the loss of one drowns in what all ask, and is found by its name."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from tests.stored_case import new_case
from tests.traffic import at, found, lost, traffic

from forensics.analysis import ensure_analysed
from forensics.incidents import rollups
from forensics.progress import Silent

BROWSER, APP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/119.0", "ShopApp/3.1 (Android 12)"
START, END = at(4, 9), at(4, 15)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    """A seventh of the clients come with an app, the others with browsers."""
    mine = pl.col("user_name").hash(3) % 7 == 0
    return traffic("diurnal", 41, days=7).with_columns(user_agent=pl.when(mine).then(pl.lit(APP)).otherwise(pl.lit(BROWSER)))


def without(frame: pl.DataFrame, agent: str, start: datetime, end: datetime) -> pl.DataFrame:
    """Who comes with this agent does not come between the moments."""
    return frame.filter(~((pl.col("user_agent") == agent) & pl.col("started_at").is_between(start, end, closed="left")))


def test_an_app_that_asks_no_more_is_found_by_its_name(tmp_path, quiet):
    case, incidents = found(tmp_path, without(quiet, APP, START, END))
    case.close()
    (row,) = incidents
    assert (row["kind"], row["part"], row["scope"]) == ("silence", "program", "ShopApp")
    assert abs(row["started_at"] - START) <= timedelta(minutes=2)
    assert abs(row["ended_at"] - END) <= timedelta(minutes=2)
    assert row["summary"].startswith("Program ShopApp fell silent from")
    assert row["requests"] <= 3


def test_a_new_version_is_the_same_program(tmp_path, quiet):
    later = (pl.col("user_agent") == APP) & (pl.col("started_at") >= START)
    frame = quiet.with_columns(user_agent=pl.when(later).then(pl.lit("ShopApp/4.0 (Android 13)")).otherwise("user_agent"))
    case, incidents = found(tmp_path, frame)
    case.close()
    assert incidents == []


@pytest.mark.parametrize("accounts", [5, None])
def test_a_job_or_a_crawler_that_pauses_is_no_incident(tmp_path, quiet, accounts):
    """As many requests, but of five accounts, or of many addresses without any: they come when they like."""
    whose = pl.lit(None, pl.String) if accounts is None else pl.format("u{}", pl.col("user_name").hash(5) % accounts)
    frame = quiet.with_columns(user_name=pl.when(pl.col("user_agent") == APP).then(whose).otherwise("user_name"))
    case, incidents = found(tmp_path, without(frame, APP, START, END))
    case.close()
    assert incidents == []


def test_a_service_that_is_silent_is_not_said_to_have_lost_a_program(tmp_path, quiet):
    case, incidents = found(tmp_path, lost(quiet, START, START + timedelta(minutes=40)))
    case.close()
    assert [(row["kind"], row["scope"]) for row in incidents] == [("silence", "everything")]


def test_an_analysis_tells_of_a_lost_program_and_blames_nobody(tmp_path, quiet):
    case, _ = found(tmp_path, without(quiet, APP, START, END))
    with case:
        ensure_analysed(case, Silent())
        (row,) = case.table("incidents").to_dicts()
        assert (row["scope"], row["verdict"]) == ("ShopApp", "inconclusive")
        assert case.table("attributions").is_empty()
        assert case.table("timeline").height > 0


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        ("okhttp/4.9.3", "okhttp"),
        ("ELB-HealthChecker/2.0", "ELB-HealthChecker"),
        ("curl", "curl"),
        ("Mozilla/5.0 (Linux; Android 7.1.2; SM-G930V) AppleWebKit/537.36", "Linux; Android 7"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_1_2 like Mac OS X) Mobile/15E148", "iPhone; CPU iPhone OS 16 like Mac OS X"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.example/bot.html)", "compatible; Googlebot/2"),
        ("Mozilla/1.1", None),
        (None, None),
    ],
)
def test_a_program_is_what_it_calls_itself_without_its_version(tmp_path, agent, program):
    with new_case(tmp_path) as case:
        rollups.count(case)
        assert case.connection.execute("SELECT program_of($agent)", {"agent": agent}).fetchone() == (program,)
