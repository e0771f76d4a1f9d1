"""Who made the refused requests is named; who was merely refused is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.incidents.test_kinds import shut_out
from tests.traffic import START, at, events, found, traffic

from forensics.attribution.attribute import attribute
from forensics.attribution.facts.refusals import asked_as_ever, denied, makers
from forensics.attribution.search.finding import Blamed, Finding, Rise
from forensics.attribution.search.scan import Winner
from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import write_report
from forensics.response.blocking import block_list
from forensics.response.denied import DENIED, LET_IN
from forensics.response.plan import plan
from forensics.timeline.story import build

BEGIN, END = at(5, 12), at(5, 12.7)


@pytest.fixture(scope="module")
def quiet() -> pl.DataFrame:
    return traffic("diurnal", 41, days=8)


def refused(frame: pl.DataFrame, status: int = 401) -> pl.DataFrame:
    """Everything between the moments is refused, and whoever is refused has no account."""
    hit = pl.col("started_at").is_between(BEGIN, END, closed="left")
    return frame.with_columns(
        pl.when(hit).then(status).otherwise("status").alias("status"),
        pl.when(~hit).then(pl.col("user_name")).alias("user_name"),
    )


def burst(frame: pl.DataFrame, network: str, per_second: float, addresses: int, status: int, agent: str) -> pl.DataFrame:
    """Add refused requests without account from so many addresses of a network."""
    rng = np.random.default_rng(7)
    length = (END - BEGIN).total_seconds()
    seconds = np.sort(rng.random(rng.poisson(length * per_second)) * length) + (BEGIN - START).total_seconds()
    added = events(rng, seconds, np.zeros(len(seconds), dtype=int), 0.0)
    last = pl.Series(rng.integers(1, addresses + 1, len(seconds)))
    added = added.with_columns(
        pl.lit(None, pl.String).alias("user_name"), pl.format(f"{network}.{{}}", last).alias("client_ip"), pl.lit("/login").alias("path"),
        pl.lit(status).cast(added.schema["status"]).alias("status"), pl.lit(agent).alias("user_agent"),
    )  # fmt: skip
    return pl.concat([frame, added]).sort("started_at", maintain_order=True)


def judged(folder: Path, frame: pl.DataFrame) -> tuple[Case, dict, list[dict]]:
    case, _ = found(folder, frame)
    with case.transaction():
        attribute(case)
    rows = case.table("incidents").filter(pl.col("kind") == "errors").to_dicts()
    assert len(rows) == 1
    assert rows[0]["refused_requests"]
    return case, rows[0], case.table("attributions").filter(pl.col("incident_id") == rows[0]["incident_id"]).to_dicts()


@pytest.mark.parametrize("status", [401, 403, 429])
def test_the_network_that_tries_stolen_passwords_is_named(tmp_path, quiet, status):
    case, incident, blamed = judged(tmp_path, burst(quiet, "198.51.100", 4.0, 250, status, "python-requests/2.31"))
    case.close()
    assert incident["verdict"] == "attributed"
    assert [(row["subject_type"], row["subject_id"]) for row in blamed] == [("network", "198.51.100.0/24")]
    assert blamed[0]["load_share"] > 0.95


def test_nobody_is_named_when_everybody_is_sent_away(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, refused(quiet))
    case.close()
    assert (incident["verdict"], blamed) == ("no single actor", [])


def test_of_own_clients_that_are_shut_out_and_try_again_no_crowd_came(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, shut_out(quiet, BEGIN, END, own=True, times=8))
    rivals = {row["explanation"]: row for row in case.table("rivals").filter(incident_id=incident["incident_id"]).to_dicts()}
    case.close()
    assert blamed == []
    assert max(rivals.values(), key=lambda row: row["likelihood"])["explanation"] == "bad deploy"
    assert "were refused had been served before: the service began to send its own people away" in rivals["bad deploy"]["evidence_for"][0]
    assert rivals["organic surge"]["likelihood"] < 0.1


def test_a_client_that_tries_again_and_again_while_everybody_is_sent_away_is_not_named(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, burst(refused(quiet), "198.18.0", 1.0, 250, 401, "Mozilla/5.0"))
    case.close()
    assert incident["verdict"] in ("no single actor", "inconclusive")
    assert blamed == []


def test_an_overload_that_is_answered_with_refusals_to_everybody_says_who_asked_most(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, burst(refused(quiet, 429), "198.51.100", 4.0, 250, 429, "python-requests/2.31"))
    rivals = {row["explanation"]: row for row in case.table("rivals").filter(incident_id=incident["incident_id"]).to_dicts()}
    case.close()
    assert (incident["verdict"], blamed) == ("inconclusive", [])
    assert "beyond the usual made: network 198.51.100.0/24" in incident["summary"]
    assert "who asks most is not named for it" in incident["summary"]
    assert "who asks most is not named for it" in rivals["one actor"]["evidence_against"][0]
    assert rivals["bad deploy"]["likelihood"] < 0.45


def spread(frame: pl.DataFrame, status: int) -> pl.DataFrame:
    """Add a login tried for 3,000 names from 4,000 addresses, with the agents that people have."""
    added = burst(frame.clear(), "198.18.0", 4.0, 250, status, "")
    who = np.random.default_rng(8).integers(0, 4000, len(added))
    added = added.with_columns(
        pl.Series("user_name", [f"victim{i % 3000:04d}" for i in who.tolist()]),
        pl.Series("client_ip", [f"198.{18 + i // 256 % 2}.{i % 256}.{i % 251}" for i in who.tolist()]),
        pl.Series("user_agent", [f"Mozilla/5.0 ({i % 9})" for i in who.tolist()]),
    )
    return pl.concat([frame, added]).sort("started_at", maintain_order=True)


def test_a_login_tried_for_many_names_is_no_crowd_and_nobody_is_named(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, spread(quiet, 401))
    rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    case.close()
    assert (incident["verdict"], blamed) == ("inconclusive", [])
    assert "of the requests for /login were denied (usually 0 %), to " in incident["summary"]
    assert "passwords are tried for many accounts" in incident["summary"]
    assert "lost its login" in incident["summary"], "what else looks like it is said too"
    assert rivals["organic surge"]["likelihood"] < 0.05
    assert rivals["password guessing"]["likelihood"] > 0.7


def test_passwords_that_are_tried_until_the_login_breaks_are_no_crowd(tmp_path, quiet):
    """They are denied for some minutes, and then the login fails: the incident is one of failures."""
    tried = spread(quiet, 401)
    broken = pl.col("started_at").is_between(BEGIN + timedelta(minutes=12), END) & (pl.col("path") == "/login")
    failing = tried.with_columns(pl.when(broken).then(503).otherwise("status").cast(tried.schema["status"]).alias("status"))
    case, _ = found(tmp_path, failing)
    with case.transaction():
        attribute(case)
    (incident,) = case.table("incidents").filter(pl.col("failed_requests") > 1000).to_dicts()
    rivals = {row["explanation"]: row for row in case.table("rivals").filter(incident_id=incident["incident_id"]).to_dicts()}
    blamed = case.table("attributions").filter(incident_id=incident["incident_id"])
    case.close()
    assert blamed.is_empty()
    assert rivals["password guessing"]["likelihood"] > 0.7
    assert rivals["organic surge"]["likelihood"] < 0.1
    assert "passwords are tried for many accounts" in incident["summary"]


def test_who_is_let_in_where_passwords_are_tried_is_told_as_a_victim(tmp_path, quiet):
    """Five of the names are let in; two of the five come from an address at which they were seen before."""
    theirs = pl.format("198.19.{}.9", pl.col("user_name").str.extract(r"victim(\d+)", 1).cast(pl.Int64) % 200)
    world = spread(quiet, 401).with_columns(client_ip=pl.coalesce(theirs, "client_ip"))
    tried = pl.col("user_name").str.starts_with("victim") & (pl.col("started_at") > BEGIN + timedelta(minutes=20))
    names = [f"victim{number:04d}" for number in range(5)]
    fits = tried & pl.col("user_name").is_in(names) & (pl.int_range(pl.len()) == pl.int_range(pl.len()).last()).over("user_name", tried)
    told = world.with_columns(pl.when(fits).then(200).otherwise("status").cast(world.schema["status"]).alias("status"))
    own = told.filter((pl.col("status") == 200) & pl.col("user_name").is_in(names[:2])).with_columns(
        pl.col("started_at") - timedelta(days=2)
    )
    case, _, _ = judged(tmp_path, pl.concat([told, own]).sort("started_at", maintain_order=True))
    rows = case.table("network_accounts")
    assert rows["how"].unique().to_list() == ["let in at"]
    assert sorted(rows["account_id"]) == names[2:]
    assert (rows["first_at"] > BEGIN).all()
    with case.transaction():
        build(case)
    write_report(case, tmp_path / "out", None, Silent())
    case.close()
    page = (tmp_path / "out" / "report.md").read_text()
    assert "3 accounts were let in from addresses that were denied otherwise" in page
    assert "End their sessions, reset their passwords and tell their holders" in page
    assert "Their holders are victims, most likely, and no participants." in page


def test_denied_is_what_people_mostly_are_not() -> None:
    """Requests, refused, denied and served on the login (route 1) and elsewhere (route 2), on five days."""

    def seen(login: tuple[int, int], usual: tuple[int, int]) -> SimpleNamespace:
        days = [(0, 1, *login), *((w, 1, *usual) for w in range(1, 5)), *((w, 2, 900, 9) for w in range(5))]
        rows = [(w, route, None, "198.51.100.0/24", asked, no, no) for w, route, asked, no in days]
        names = ["w", "route_id", "account_id", "network", "requests", "refused", "denied"]
        return SimpleNamespace(loads=pl.DataFrame(rows, schema=names, orient="row"), windows=5, incident={})

    turned = denied(seen((2000, 1900), (100, 5)))
    assert turned is not None
    assert (turned.route_id, turned.share, turned.usual, turned.accounts, turned.networks) == (1, 0.95, 0.05, 0, 1)
    assert denied(seen((2000, 900), (100, 5))) is None, "most get in"
    assert denied(seen((2000, 1900), (100, 80))) is None, "it usually denies"
    assert denied(seen((120, 115), (100, 5))) is None, "no more is asked than usual: the service has changed"


def scene(rows: list[tuple[int, str | None, str, int, int, int]], windows: int = 5) -> SimpleNamespace:
    names = ["w", "actor_id", "network", "requests", "refused", "served"]
    loads = pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.lit(None, pl.String).alias("wide_network"), agent_id=1)
    return SimpleNamespace(loads=loads, windows=windows, incident={})


def finding(network: str, load: float) -> Finding:
    winner = Winner("network", network, load, 0.0, 99.0, 0.05, 0.0, 1.0)
    return Finding(Rise("refused", load, 0.0, 50.0), [winner], [Blamed(winner, 0.95, 0.001, 3.0, 5)])


OTHERS = [(w, "a", "192.0.2.0/24", 500, 10, 490) for w in range(5)]


def test_a_company_that_is_locked_out_and_tries_again_is_not_the_maker():
    usual = [(w, "b", "198.51.100.0/24", 300, 2, 298) for w in range(1, 5)]
    locked = [*OTHERS, *usual, (0, None, "198.51.100.0/24", 2000, 2000, 0)]
    assert makers(scene(locked), finding("198.51.100.0/24", 2000)).blamed == []
    served = [*OTHERS, *usual, (0, None, "198.51.100.0/24", 2000, 2000, 0), (0, "b", "198.51.100.0/24", 280, 2, 278)]
    assert len(makers(scene(served), finding("198.51.100.0/24", 2000)).blamed) == 1


def test_who_is_refused_without_asking_more_is_not_the_maker():
    usual = [(w, None, "198.51.100.0/24", 2000, 0, 5) for w in range(1, 5)]
    rows = [*OTHERS, *usual, (0, None, "198.51.100.0/24", 2000, 2000, 5)]
    assert makers(scene(rows), finding("198.51.100.0/24", 2000)).blamed == []
    assert asked_as_ever(scene(rows))
    risen = scene(rows)
    risen.incident = {"ramp_started_at": datetime(2024, 3, 1, 23, 30)}
    assert not asked_as_ever(risen), "load had been rising before: it was no load as ever"


def test_nobody_is_the_maker_where_the_others_are_refused_too():
    others = [(0, "a", "192.0.2.0/24", 500, 200, 300), *[row for row in OTHERS if row[0]]]
    rows = [*others, (0, None, "198.51.100.0/24", 2000, 2000, 0)]
    both = makers(scene(rows), finding("198.51.100.0/24", 2000))
    assert (both.blamed, [b.share for b in both.asked_most]) == ([], [0.95]), "who asked most is told, and not blamed"
    alone = makers(scene([*OTHERS, rows[-1]]), finding("198.51.100.0/24", 2000))
    assert (len(alone.blamed), alone.asked_most) == (1, ())
    assert not asked_as_ever(scene(rows))


def test_what_can_be_done_where_passwords_are_tried(tmp_path, quiet):
    """Of the addresses that try two are a customer's, too: a block list leaves them out, and the plan names whom it would hit."""
    world = spread(quiet, 401).with_columns(
        client_ip=pl.when(pl.col("user_name").str.starts_with("victim")).then(
            pl.format("203.0.113.{}", pl.col("user_name").str.extract(r"(\d+)$", 1).cast(pl.Int64) % 100)
        ).otherwise("client_ip")
    )  # fmt: skip
    mine = (pl.col("started_at") < BEGIN) & (pl.col("user_name") == "u7")
    world = world.with_columns(client_ip=pl.when(mine).then(pl.lit("203.0.113.7")).otherwise("client_ip"))
    case, incident, blamed = judged(tmp_path, world)
    assert blamed == [], "a plan is made though nobody is named"
    with case.transaction():
        plan(case)
    rows = {row["measure"]: row for row in case.table("response").to_dicts()}
    listed = block_list(case, incident["incident_id"], DENIED, days=30, shared=False)
    case.close()
    assert rows[DENIED]["scope"] == "203.0.113.0/24 (100 addresses)"
    assert rows[DENIED]["load_covered"] > 0.95
    assert (rows[DENIED]["accounts_hit"], "u7" in rows[DENIED]["basis"]) == (1, True)
    assert LET_IN not in rows, "nobody was let in"
    assert len(listed.entries) == 99
    assert listed.left_out == ("203.0.113.7 is shared with 1 other account.",)


def test_what_a_limit_refuses_is_not_denied_and_nothing_is_planned_against_it(tmp_path, quiet):
    """A limit refuses those who come too fast: an app's people, say."""
    case, incident, _ = judged(tmp_path, spread(quiet, 429))
    with case.transaction():
        plan(case)
    rows = case.table("response").filter(pl.col("measure").is_in([DENIED, LET_IN]))
    case.close()
    assert "denied" not in incident["summary"]
    assert rows.is_empty()


def test_guessers_who_stand_out_by_their_network_are_no_crawler(tmp_path, quiet):
    case, incident, blamed = judged(tmp_path, burst(quiet, "203.0.113", 4.0, 60, 401, "Guess/1.0"))
    rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    case.close()
    assert incident["verdict"] == "attributed"
    assert blamed
    assert rivals["password guessing"]["likelihood"] > 0.7
    assert rivals["crawler"]["likelihood"] < 0.1
