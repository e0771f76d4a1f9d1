"""The signals of behaviour: each shows in its own small world, and not in the trap beside it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.loading import LoadOptions, load
from forensics.evidence.overlap import find_duplicates
from forensics.evidence.tiers import assign_tiers
from forensics.exports.accounts import resolve
from forensics.linkage.identifiers import collect
from forensics.linkage.verdicts import SAID
from forensics.progress import Silent

DAY = datetime(2024, 3, 4, 9)
SECOND = timedelta(seconds=1)
Visit = tuple[datetime, str, str]


def walk(account: str, route: str, ids: list[int], begun: datetime, pace: float = 4.0) -> Iterator[Visit]:
    """Ask for these objects one after the other, not quite evenly."""
    chance = random.Random(f"{account} {route} {begun}")
    at = begun
    for number in ids:
        yield at, account, f"/{route}/{number}"
        at += timedelta(seconds=round(pace * chance.uniform(0.5, 1.5)))


def steady(account: str, seconds: float) -> Iterator[Visit]:
    chance = random.Random(account)
    return ((DAY + n * seconds * SECOND, account, f"/steady/{chance.randint(100, 999)}") for n in range(130))


def sessions(account: str, minutes: list[datetime]) -> Iterator[Visit]:
    return ((minute + random.Random(f"{account} {minute}").randint(0, 59) * SECOND, account, "/start") for minute in minutes)


def everything() -> Iterator[Visit]:
    """Each pair of what a signal should see, and its trap."""
    r = random.Random(5)
    yield from walk("hand-1", "relay", list(range(1000, 1050)), DAY)
    yield from walk("hand-2", "relay", list(range(1050, 1100)), DAY + timedelta(minutes=5))
    for begun, ids in ((DAY, range(2000, 2050)), (DAY + timedelta(minutes=30), range(2050, 2100))):  # both follow the newest
        yield from walk("newest-1", "newest", list(ids), begun)
        yield from walk("newest-2", "newest", list(ids), begun + timedelta(minutes=6))
    yield from walk("share-1", "shared", list(range(10000, 10800, 2)), DAY)
    yield from walk("share-2", "shared", list(range(10001, 10800, 2)), DAY)
    for name in ("alone-1", "alone-2"):
        yield from walk(name, "unshared", sorted(random.Random(name).sample(range(10000, 10800), 400)), DAY)
    listed, popular = r.sample(range(20000, 90000), 60), r.sample(range(20000, 90000), 60)
    for name in ("list-1", "list-2"):
        yield from walk(name, "list", listed, DAY + timedelta(hours=r.randint(0, 9)))
    for number in range(8):
        yield from walk(f"menu-{number}", "menu", popular, DAY + timedelta(hours=r.randint(0, 9)))
    for name in ("pace-1", "pace-2"):
        yield from steady(name, 37)
    for name in ("minute-1", "minute-2"):
        yield from steady(name, 60)
    moments = [DAY + timedelta(days=n, minutes=r.randint(0, 400)) for n in range(12)]
    for name in ("team-1", "team-2"):
        yield from sessions(name, moments)
    for name in ("hourly-1", "hourly-2"):
        yield from sessions(name, [DAY + timedelta(hours=n) for n in range(30)])
    rush = [DAY + timedelta(days=n, minutes=r.randint(0, 400)) for n in range(12)]
    for number in range(15):
        yield from sessions(f"rush-{number}", rush)
    for number in range(6):  # the same office hours, minutes of one's own
        chance = random.Random(number)
        yield from sessions(f"office-{number}", [DAY + timedelta(days=n, minutes=chance.randint(0, 59)) for n in range(20)])


def accounts() -> Iterator[tuple[str, str, datetime]]:
    for number in range(4):
        yield f"series-{number}", f"kelmota{80 + number}@gmail.com", DAY + timedelta(hours=5 * number)
    for number in range(30):
        yield f"john-{number}", f"johnny{number * 7}@gmail.com", DAY - timedelta(days=11 * number + number % 3)
    for number in range(3):
        yield f"short-{number}", f"ab{number}@gmail.com", DAY + timedelta(hours=number)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Return type -> value -> accounts, of values that several accounts have."""
    folder: Path = tmp_path_factory.mktemp("behaviour")
    visits = sorted(everything())
    lines = [f'198.18.0.{1 + len(a)} - {a} [{t:%d/%b/%Y:%H:%M:%S} +0000] "GET {p} HTTP/1.1" 200 9 "-" "Mozilla/5.0"' for t, a, p in visits]
    (folder / "access.log").write_text("\n".join(lines) + "\n")
    rows = [f"{key},{mail},{at:%Y-%m-%dT%H:%M:%SZ}" for key, mail, at in accounts()]
    (folder / "accounts.csv").write_text("account_id,email,created_at\n" + "\n".join(rows) + "\n")
    shared: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    with new_case(folder / "case") as case:
        load(case, [folder / "access.log", folder / "accounts.csv"], LoadOptions(), Silent())
        for stage in (find_duplicates, assign_tiers, resolve, collect):
            stage(case)
        rows_found = case.table("identifiers").select("identifier_type", "identifier_value", "account_id", "line")
    for kind, value, account, line in rows_found.iter_rows():
        assert line is not None, f"{kind} {value} leads to no line"
        shared[kind][value].add(account)
    return {kind: {value: who for value, who in values.items() if len(who) > 1} for kind, values in shared.items()}


@pytest.mark.parametrize(
    ("signal", "together"),
    [
        ("hand_over", {"hand-1", "hand-2"}),
        ("ids_divided", {"share-1", "share-2"}),
        ("same_order", {"list-1", "list-2"}),
        ("cadence", {"pace-1", "pace-2"}),
        ("at_work_together", {"team-1", "team-2"}),
        ("sign_up_names", {"series-0", "series-1", "series-2", "series-3"}),
    ],
)
def test_it_sees_those_and_nobody_else(found: dict[str, dict[str, set[str]]], signal: str, together: set[str]) -> None:
    assert list(found[signal].values()) == [together]


def test_a_walk_leads_to_its_own_lines_not_to_what_else_was_asked_for_that_day(tmp_path: Path) -> None:
    chance = random.Random(8)
    browsed = [chance.randint(100_000, 900_000) for _ in range(12)]
    browsed += [browsed[-1] + 7, browsed[-1] + 20]  # two small steps by chance
    begun = DAY + timedelta(hours=10)
    visits = [*walk("both", "album", browsed, DAY, pace=200), *walk("both", "album", list(range(5000, 5060)), begun)]
    lines = [f'198.18.0.9 - {a} [{t:%d/%b/%Y:%H:%M:%S} +0000] "GET {p} HTTP/1.1" 200 9 "-" "Mozilla/5.0"' for t, a, p in visits]
    (tmp_path / "access.log").write_text("\n".join(lines) + "\n")
    (tmp_path / "accounts.csv").write_text("account_id,email,created_at\nboth,b@corp.example,2024-01-01T00:00:00Z\n")
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "access.log", tmp_path / "accounts.csv"], LoadOptions(), Silent())
        for stage in (find_duplicates, assign_tiers, resolve, collect):
            stage(case)
        (row,) = case.table("identifiers").filter(identifier_type="id_walk").to_dicts()
    assert (row["first_at"], row["last_at"], row["uses"]) == (visits[15][0], visits[-1][0], 59)
    assert "/album/5001 " in lines[row["line"] - 1]


def test_behaviour_is_said_in_words_that_a_sentence_can_hold() -> None:
    """``this hand over is shared by 2 accounts`` means nothing to a reader; the words are of signals that there are."""
    signals = {path.stem for path in Path(str(files("forensics.linkage") / "signals")).glob("*.sql")}
    assert set(SAID) <= signals
    assert all(" over is" not in f"this {said} is shared" and "_" not in said for said in SAID.values())
