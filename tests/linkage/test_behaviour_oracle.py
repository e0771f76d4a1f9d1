"""Divided ids and walks handed over, against plain loops over the same random visits."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.loading import LoadOptions, load
from forensics.linkage.identifiers import collect
from forensics.progress import Silent

DAY = datetime(2024, 3, 4, 9)
Visit = tuple[datetime, str, str, int]


def visits(seed: int) -> list[Visit]:
    """Return visits of accounts that take every third object of a stretch, or most, or walk on where another stopped."""
    r = random.Random(seed)
    made: list[Visit] = []
    for route in ("photo", "job"):
        for number in range(8):
            low = r.randint(1000, 1600)
            part = r.choice([0, 1, 2, None])
            ids = [
                n
                for n in range(low, low + r.randint(400, 900))
                if (n % 3 == part if part is not None else r.random() < 0.4) or r.random() < 0.01
            ]
            r.shuffle(ids)
            made += _asked(r, f"{route}-{number}", route, ids, DAY + timedelta(minutes=r.randint(0, 90)))
        at, place = DAY, 5000
        for leg in range(10):
            count = r.randint(5, 40)
            walk = [place + 2 * n for n in range(count)] if leg % 3 else list(range(place, place + count))
            legs = list(_asked(r, f"{route}-walker-{r.randint(0, 3)}", route, walk, at))
            made += legs
            at, place = legs[-1][0] + timedelta(minutes=r.choice([2, 30, 90])), walk[-1] + r.choice([1, 20, 400])
    for account in {visit[1] for visit in made}:
        made += _asked(r, account, "other", [r.randint(100, 10**9) for _ in range(40)], DAY + timedelta(days=2))
    return sorted(set(made))


def _asked(r: random.Random, account: str, route: str, ids: list[int], at: datetime) -> Iterator[Visit]:
    for number in ids:
        at += timedelta(seconds=r.randint(1, 9))
        yield at, account, route, number


def divided(made: list[Visit]) -> set[tuple[str, str]]:
    """Return (value, account) of accounts that took many objects of one stretch and hardly any of them both."""
    taken: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for _, account, route, number in made:
        taken[route][account].add(number)
    found = set()
    for route, accounts in taken.items():
        for one, other in combinations(sorted(account for account, ids in accounts.items() if len(ids) >= 100), 2):
            a, b = accounts[one], accounts[other]
            low, high = max(min(a), min(b)), min(max(a), max(b))
            if high - low < 0.5 * min(max(a) - min(a), max(b) - min(b)):
                continue
            a, b = ({n for n in ids if low <= n <= high} for ids in (a, b))
            expected = len(a) * len(b) / (high - low + 1)
            if expected >= 20 and len(a & b) <= 0.1 * expected:
                found |= {(f"/{route}/{{id}} {one} and {other}", account) for account in (one, other)}
    return found


def handed_over(made: list[Visit]) -> set[tuple[str, str]]:
    """Return (value, account) where a walk of ten or more goes on where another's stopped."""
    walks = []
    steps: dict[tuple[str, str], list[tuple[datetime, int]]] = defaultdict(list)
    for at, account, route, number in made:
        steps[account, route].append((at, number))
    for (account, route), asked in steps.items():
        runs = [[asked[0]]]
        for before, now in pairwise(asked):
            if not (1 <= now[1] - before[1] <= 50 and now[0] - before[0] <= timedelta(minutes=30)):
                runs.append([])
            runs[-1].append(now)
        walks += [(account, route, run[0][1], run[-1][1], run[0][0], run[-1][0]) for run in runs if len(run) >= 10]
    found = set()
    for one in walks:
        nexts = []
        for other in walks:
            near = other[1] == one[1] and one[3] < other[2] <= one[3] + 50 and other[0] != one[0]
            soon = one[5] - timedelta(minutes=5) <= other[4] <= one[5] + timedelta(hours=1)
            went_on = any(w[:2] == one[:2] and w[4] > one[5] and one[3] < w[2] <= one[3] + 50 for w in walks)
            came = any(w[:2] == other[:2] and w[5] < other[4] and other[2] - 50 <= w[3] < other[2] for w in walks)
            if near and soon and not went_on and not came:
                nexts.append(other)
        if len(nexts) <= 3:
            for other in nexts:
                names = " and ".join(sorted((one[0], other[0])))
                found |= {(f"/{one[1]}/{{id}} {names}", account) for account in (one[0], other[0])}
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_behaviour_is_found_where_plain_loops_find_it(tmp_path: Path, seed: int) -> None:
    made = visits(seed)
    lines = [f'198.18.0.1 - {a} [{t:%d/%b/%Y:%H:%M:%S} +0000] "GET /{route}/{n} HTTP/1.1" 200 9 "-" "-"\n' for t, a, route, n in made]
    (tmp_path / "access.log").write_text("".join(lines))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "access.log"], LoadOptions(), Silent())
        case.connection.execute(
            "INSERT INTO account_aliases SELECT DISTINCT 'log', 'user_name', user_name, user_name, '' FROM stored_events"
        )
        collect(case)
        rows = case.table("identifiers")
    wanted = {"ids_divided": divided(made), "hand_over": handed_over(made)}
    assert all(wanted.values())
    for kind, pairs in wanted.items():
        assert set(rows.filter(identifier_type=kind).select("identifier_value", "account_id").iter_rows()) == pairs
