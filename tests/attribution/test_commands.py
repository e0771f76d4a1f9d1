"""`forensics taken` and `forensics response` through the installed program, on logs with a small ring in them."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

RING = [f"ring{n}" for n in range(4)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, quick: Callable[..., Any]) -> Path:
    """Five days of a small service; on the last evening four accounts on one card fetch pairs until it fails."""
    rng = random.Random(7)
    base = tmp_path_factory.mktemp("ring")
    start = datetime(2024, 3, 1, tzinfo=UTC)
    fall = start + timedelta(days=4, hours=20)
    rows: list[tuple[datetime, str]] = []

    def ask(at: datetime, who: str, ip: str, path: str, status: int) -> None:
        rows.append((at, f'{ip} - {who} [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET {path} HTTP/1.1" {status} 1000 "-" "Agent/{who[-1]}"\n'))

    for _ in range(30_000):
        at = start + timedelta(seconds=rng.uniform(0, 5 * 86_400))
        down = fall <= at < fall + timedelta(minutes=40)
        person = rng.randrange(60)
        path = rng.choice(["/", f"/jobs/{rng.randrange(1000, 9000)}", "/explore"])
        ask(at, f"p{person}", f"198.18.{person}.7", path, 503 if down else 200)
    for n in range(2400):
        at = fall - timedelta(minutes=20) + timedelta(seconds=n * 0.7)
        member, thing, status = n % 4, 10_000 + n // 2, 200 if at < fall else 503
        ask(at, RING[member], f"198.19.{member}.9", f"/jobs/{thing}", status)
        ask(at + timedelta(seconds=0.3), RING[member], f"198.19.{member}.9", f"/images/{thing}.png", status)
    log = base / "evidence" / "access.log"
    log.parent.mkdir()
    log.write_text("".join(line for _, line in sorted(rows)))
    payments = "id,customer_id,created,amount,currency,status,card_fingerprint\n"
    payments += "".join(f"pay{n},{name},2024-03-01T00:00:00Z,10,usd,succeeded,fp_ring\n" for n, name in enumerate(RING))
    (log.parent / "payments.csv").write_text(payments)
    quick("load", log.parent, "--case", base / "case")
    return base


def test_taken_lists_served_objects_and_pairs(folder: Path, quick: Callable[..., Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(quick("taken", "--case", folder / "case", "--format", "csv").stdout)))
    assert {row["account_id"] for row in rows} == set(RING)
    assert {row["object_kind"] for row in rows} == {"job", "image"}
    assert sum(int(row["pairs"]) for row in rows) > 500
    assert all(int(row["served"]) < int(row["requests"]) for row in rows), "what failed was asked for and not taken"
    table = quick("taken", "--case", folder / "case", "--format", "table").stdout
    assert "share" in table


def test_response_compares_measures_and_writes_block_lists(folder: Path, quick: Callable[..., Any]) -> None:
    done = quick("response", "--case", folder / "case", "--format", "json")
    rows = {row["measure"]: row for row in json.loads(done.stdout)}
    assert rows["account"]["accounts_hit"] == 4
    assert rows["account"]["uninvolved_hit"] == 0
    assert rows["account"]["load_covered"] > 0.8
    listed = quick("response", "--case", folder / "case", "--block-list", "nginx-deny").stdout
    assert {f"deny 198.19.{n}.9;" in listed for n in range(4)} == {True}
    assert "198.18." not in listed
    plain = quick("response", "--case", folder / "case", "--block-list", "plain").stdout.splitlines()
    assert [line for line in plain if not line.startswith("#")] == [f"198.19.{n}.9" for n in range(4)]


def test_wrong_use_is_one_sentence(folder: Path, quick: Callable[..., Any]) -> None:
    for wrong in (("taken", "nobody"), ("response", "--block-list", "iptables"), ("response", "--measure", "x", "--block-list", "csv")):
        assert quick(*wrong, "--case", folder / "case", check=2).stderr.startswith("forensics: ")
    assert "--cost" in quick("response", "--cost", "/jobs=0", "--case", folder / "case", check=2).stderr
