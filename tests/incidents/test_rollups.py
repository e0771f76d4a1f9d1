"""The rollups hold exactly the counted requests: against a naive loop over random events."""

from __future__ import annotations

import ipaddress
import random
from collections import Counter
from datetime import datetime, timedelta

import polars as pl
from tests.stored_case import add_log, add_user_accounts, new_case

from forensics.case.case import Case
from forensics.incidents import rollups


def some_events(rng: random.Random, count: int) -> pl.DataFrame:
    start = datetime(2024, 2, 29, 23, 50)
    rows = [
        {
            "started_at": start + timedelta(milliseconds=rng.randrange(1_200_000)),
            "user_name": rng.choice(["a", "b", None]),
            "client_ip": rng.choice(["198.18.3.7", "198.18.3.9", "198.19.0.1", "2001:db8::7", None]),
            "path": rng.choice([f"/v1/jobs/{rng.randrange(10**6)}", f"/cdn/images/{rng.randrange(10**6)}.png", "/", None]),
            "status": rng.choice([200, 206, 304, 401, 404, 429, 500, 503, None]),
            "bytes_sent": rng.choice([0, 1000, None]),
            "duration_ms": rng.choice([1.5, 20.0, None]),
            "user_agent": rng.choice(["curl/8", "bot", None]),
        }
        for _ in range(count)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def made_case(folder, seed: int = 5) -> tuple[Case, pl.DataFrame]:
    rng = random.Random(seed)
    case = new_case(folder)
    logs = {host: some_events(rng, 900) for host in ("edge-1", "edge-2")}
    for host, frame in logs.items():
        add_log(case, f"{host}.log", frame, host)
    add_user_accounts(case)
    with case.transaction():
        rollups.count(case)
    return case, pl.concat([frame.with_columns(pl.lit(host).alias("host")) for host, frame in logs.items()])


def test_service_minutes_hold_what_a_loop_counts(tmp_path):
    case, events = made_case(tmp_path)
    wanted: Counter[tuple] = Counter()
    for row in events.iter_rows(named=True):
        key = (row["started_at"].replace(second=0, microsecond=0), row["host"])
        status = row["status"] or 0
        wanted[(*key, "requests")] += 1
        wanted[(*key, "failed")] += status >= 500
        wanted[(*key, "refused")] += 400 <= status < 500
        wanted[(*key, "served")] += 200 <= status < 300
        wanted[(*key, "answered")] += row["status"] is not None
        wanted[(*key, "timed")] += row["duration_ms"] is not None
    with case:
        table = case.table("service_minutes")
    measures = ["requests", "failed", "refused", "served", "answered", "timed"]
    found = table.group_by("minute", "host").agg(pl.col(measures).sum())
    assert {
        (m, h, name): row[name] for row in found.iter_rows(named=True) for m, h in [(row["minute"], row["host"])] for name in measures
    } == dict(wanted)


def test_subject_minutes_hold_what_a_loop_counts(tmp_path):
    case, events = made_case(tmp_path)

    def network(address: str | None) -> str | None:
        if address is None:
            return None
        return str(ipaddress.ip_network((address, 24 if "." in address else 64), strict=False))

    wanted = Counter((row["user_name"], network(row["client_ip"]), row["user_agent"]) for row in events.iter_rows(named=True))
    with case:
        found = case.table("subject_minutes").join(case.table("agents"), on="agent_id", how="left")
    counted = found.group_by("account_id", "network", "user_agent").agg(pl.col("requests").sum())
    assert {row[:3]: row[3] for row in counted.iter_rows()} == dict(wanted)


def test_an_empty_case_has_empty_rollups(tmp_path):
    with new_case(tmp_path) as case:
        rollups.count(case)
        assert case.table("service_minutes").is_empty()
        assert case.table("routes").is_empty()


def test_networks_are_those_of_the_standard_library(tmp_path):
    rng = random.Random(7)
    masks = [(1 << 128) - 1, 0xFFFF, 0xFFFF0000FFFF << 80, 0xFFFF << 64]
    addresses = [str(ipaddress.IPv6Address(rng.getrandbits(128) & rng.choice(masks))) for _ in range(300)]
    addresses += ["::1", "::", "2001:0db8:0:1::5", "1:0:0:4::8", "192.0.2.77"]
    with new_case(tmp_path) as case:
        case.execute("incidents", "macros")
        found = case.connection.execute("SELECT a, network_of(a) FROM (SELECT unnest($a) AS a)", {"a": addresses}).fetchall()
        names = case.connection.execute("SELECT network_of('crawler.example'), network_of('::ffff:192.0.2.7')").fetchall()
    for address, network in found:
        parsed = ipaddress.ip_address(address)
        if parsed.version == 6 and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        assert network == str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False))
    assert names == [("crawler.example", "192.0.2.0/24")]


def test_long_logs_are_counted_stretch_by_stretch(tmp_path, monkeypatch):
    case, _ = made_case(tmp_path / "case")
    with case:
        rollups.count(case)
        whole = {
            name: case.connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in ("service_minutes", "subject_minutes")
        }
        monkeypatch.setattr(rollups, "MOST_REQUESTS", 100)
        assert len(case.rows("incidents", "slices", most=100)) > 10
        rollups.count(case)
        for name, rows in whole.items():
            assert case.connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() == rows
