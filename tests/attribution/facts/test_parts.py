"""Where failures are: on one part, on several, or on none that took the request; and what is said of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from tests.stored_case import new_case
from tests.traffic import at, failing, found, traffic

from forensics.attribution.attribute import attribute
from forensics.attribution.bearing import concentration, confined
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.parts import parts_of
from forensics.attribution.rivals import Weighed, bad_deploy, failing_backend

USUAL = SimpleNamespace(known=True, significant=False, load=200.0, expected=190.0)


def broken(rows: list[tuple[int, str, str | None, str, int, int]]) -> pl.DataFrame:
    """Rows of breakdown.sql: 0 (now) or 1 (usual), host, backend, route, requests, failed."""
    kinds = {"w": pl.Int32, "host": pl.String, "backend": pl.String, "route": pl.String, "requests": pl.Int64, "failed": pl.Int64}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def scene(*, noted: bool = False, **incident: Any) -> Any:
    return SimpleNamespace(incident={"kind": "errors"} | incident, setting=SimpleNamespace(noted=noted))


def facts(rows: pl.DataFrame, **more: Any) -> Facts:
    known = {
        "parts": parts_of(rows), "usual_ratio": 0.001, "failing": True, "carried": 0, "outlasted": 0, "step": None, "fall": None,
        "release": None, "hosts": [], "failed_before": 0.0,
        "notes": [], "finding": SimpleNamespace(rise=USUAL), "scene": scene(),
    }  # fmt: skip
    made = SimpleNamespace(**(known | more))
    made.concentrated = lambda kind: Facts.concentrated(cast(Facts, made), kind)
    return cast(Facts, made)


def on_three_hosts() -> pl.DataFrame:
    """A route of few requests fails on all hosts, and is next to nothing of what each of them does."""
    now = [(0, host, None, "/upload", n + 1, n) for host, n in (("a", 9), ("b", 16), ("c", 9))]
    served = [(0, host, None, "/", 380, 0) for host in "abc"]
    usual = [(1, host, None, route, n, 1) for host in "abc" for route, n in (("/upload", 90), ("/", 2500))]
    return broken([*now, *served, *usual])


def test_failures_on_every_host_are_told_of_every_host() -> None:
    found = failing_backend.weigh(facts(on_three_hosts()), {})
    assert [s for s, _ in found.speaks_against] == ["3 of 3 hosts failed clearly more than usual; 47 % of the failures are on b."]
    routes = Weighed()
    concentration(facts(on_three_hosts()), routes, "route")
    assert "100 % of the failures are on route /upload" in routes.speaks_for[0][0]


def test_a_host_that_fails_alone_and_seldom_is_told_as_it_is() -> None:
    rows = broken([(0, "a", None, "/", 1000, 30), (0, "b", None, "/", 1000, 1), (1, "a", None, "/", 5000, 5), (1, "b", None, "/", 5000, 5)])
    found = Weighed()
    concentration(facts(rows), found, "host")
    assert found.speaks_against == [("97 % of the failures are on host a, but only 3 % of its own requests failed.", 1.0)]


def test_no_server_is_no_backend_that_failed() -> None:
    """HAProxy writes <NOSRV> where it chose none: that such requests fail is no finding about a backend."""
    for nobody in ("render/<NOSRV>", None):
        now = [(0, "lb", nobody, "/render", 500, 500), (0, "lb", "render/r1", "/render", 50, 2), (0, "lb", "api/a1", "/", 90, 0)]
        usual = [(1, "lb", "render/r1", "/render", 900, 1), (1, "lb", "api/a1", "/", 900, 0)]
        found = failing_backend.weigh(facts(broken([*now, *usual])), {})
        said = [sentence for sentence, _ in (*found.speaks_for, *found.speaks_against)]
        assert not any("NOSRV" in sentence for sentence in said)
        assert any(s.startswith("over 99") or s.startswith("99.6 % of the failures reached no backend") for s in said)
        assert found.bits == sum(b for s, b in found.speaks_for if "without a rise" in s)


def test_where_nobody_wrote_notes_their_silence_says_nothing() -> None:
    silent = bad_deploy.weigh(facts(on_three_hosts()), {})
    others = bad_deploy.weigh(facts(on_three_hosts(), scene=scene(noted=True)), {})
    assert not any("note" in sentence for sentence, _ in silent.speaks_against)
    assert others.speaks_against == [
        ("Of the notes of the operators none speaks of a deploy or another change in the three hours before.", 1.0)
    ]


def test_a_deploy_says_less_where_there_are_deploys_all_day() -> None:
    began = datetime(2024, 3, 2)

    def told(ago: int, others: float) -> list[tuple[str, float]]:
        note = {"occurred_at": began - timedelta(minutes=ago), "message": "api v2", "event_type": "deploy", "deploy": True}
        notes = [note | {"other_deploys_a_minute": others}]
        found = bad_deploy.weigh(facts(on_three_hosts(), scene=scene(noted=True, started_at=began), notes=notes), {})
        return [(sentence, round(bits, 1)) for sentence, bits in found.speaks_for if "noted a deploy" in sentence]

    assert told(10, 0.0)[0][1] == 4.0
    assert told(10, 0.0)[0][0].endswith("10 minutes before.")
    sentence, bits = told(10, 0.1)[0]
    assert sentence.endswith("; with 144.0 others a day, one so near is chance in 63 % of all cases.")
    assert bits == 1.5


def test_routes_are_counted_alike_by_every_explanation() -> None:
    """Retries put most failures on one route; that the others failed nearly always, too, is no less true."""
    routes = {"/app/home": 9000, "/cart": 60, "/item": 90, "/search": 40}
    rows = [(0, "a", None, route, n, n) for route, n in routes.items()] + [(0, "b", None, "/cart", 9, 9)]
    usual = [(1, host, None, route, 500, 1) for host in "ab" for route in routes]
    known = facts(broken([*rows, *usual]))
    backend, deploy = failing_backend.weigh(known, {}), Weighed()
    concentration(known, deploy, "route")
    assert "4 routes failed more often than usual at once." in [s for s, _ in backend.speaks_for]
    assert deploy.speaks_against[0][0] == "4 of 4 routes failed clearly more than usual; 98 % of the failures are on /app/home."


def test_whoever_asked_for_nothing_of_the_route_that_failed_did_not_break_it() -> None:
    others, own = Weighed(), Weighed()
    confined(facts(on_three_hosts(), asked={"/": 1.0}, burdened={}), others)
    confined(facts(on_three_hosts(), asked={"/upload": 0.4, "/": 0.6}, burdened={}), own)
    assert "Of the load that stands out 0 % was for it" in others.speaks_against[-1][0]
    assert (others.bits, own.bits) == (-8.0, -2.0)


def test_a_load_that_other_hosts_bore_did_not_break_the_one() -> None:
    rows = broken([(0, "a", None, "/", 300, 280), (0, "b", None, "/", 300, 1), (1, "a", None, "/", 900, 1), (1, "b", None, "/", 900, 1)])
    spread, own = Weighed(), Weighed()
    confined(facts(rows, asked={"/": 1.0}, burdened={"a": 0.5, "b": 0.5}), spread)
    confined(facts(rows, asked={"/": 1.0}, burdened={"a": 0.95, "b": 0.05}), own)
    assert "50 % of the excess went to other hosts, which answered." in [sentence for sentence, _ in spread.speaks_against]
    assert (spread.bits, own.bits) == (-8.0, -2.0)


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("cache purge of all renders", True), ("Flushed the CDN cache", True), ("Release 4.2", True), ("rolled out v7 to 50 %", True),
        ("feature flag new-search on", True), ("DB migration 0042", True), ("config change at the balancer", True),
        ("restarted app1", False), ("rolled back", False), ("status page: investigating", False), ("blocked 198.18.0.0/24", False),
    ],
)  # fmt: skip
def test_what_operators_note_is_a_change_or_what_they_did_about_it(tmp_path: Path, message: str, change: bool) -> None:
    at = datetime(2024, 3, 2, 10)
    with new_case(tmp_path / "case") as case:
        case.insert("notes", pl.DataFrame({"occurred_at": [at], "message": [message], "event_type": ["note"]}))
        (row,) = case.rows("attribution", "notes_before", start=at, end=at + timedelta(minutes=1))
        assert row["deploy"] is change


def test_a_part_of_few_requests_that_fails_is_said_to_have_failed(tmp_path: Path) -> None:
    """Of all requests hardly more fail than usual: "no more failed than usual" was said against every explanation."""
    start, end = at(4, 15), at(4, 16.25)
    quiet = traffic("diurnal", 47, days=6)
    rare = pl.int_range(pl.len()) % 120 == 0
    world = quiet.with_columns(path=pl.when(rare).then(pl.lit("/checkout")).otherwise("path"))
    case, _ = found(tmp_path, failing(world, start, end, route="/checkout"))
    with case.transaction():
        attribute(case)
    (incident,) = case.table("incidents").to_dicts()
    rivals = {row["explanation"]: row for row in case.table("rivals").to_dicts()}
    case.close()
    assert incident["scope"] == "/checkout"
    assert incident["failed_requests"] < 60
    assert not any("no more requests failed" in sentence for row in rivals.values() for sentence in row["evidence_against"])
    assert incident["verdict"] == "no single actor"
    assert "what only route /checkout depends on (a provider, a store) may have failed as well" in incident["summary"]
