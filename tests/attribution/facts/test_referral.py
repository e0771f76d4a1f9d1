"""A crowd comes from somewhere; what a service's own pages send every day is no news."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from tests.attribution.worlds import FIRST_DAY
from tests.stored_case import add_log, new_case

from forensics.attribution.facts.referral import referral
from forensics.attribution.windows import Window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOW = Window(FIRST_DAY + 3 * DAY, FIRST_DAY + 3 * DAY + HOUR)
OWN, FORUM = "https://shop.example/", "https://www.forum.example/t/7?page=2"


@pytest.mark.parametrize(
    ("usually", "then", "site"),
    [
        ([OWN] * 4 + [None], [FORUM], "forum.example"),
        ([OWN] * 4 + [None], [FORUM, "http://forum.example"], "forum.example"),
        ([OWN] * 4 + [None], [OWN] * 4 + [None], None),
        ([OWN] * 4 + [None], [None], None),
        ([OWN] * 4 + [None], [FORUM, None, None], None),
        ([None], ["android-app://com.example", "-", "nonsense"], None),
        ([FORUM, OWN], [FORUM], None),
    ],
)
def test_the_site_that_sent_a_crowd(tmp_path: Path, usually: list[str | None], then: list[str | None], site: str | None) -> None:
    case = new_case(tmp_path)
    others = [WINDOW.shifted(-day * DAY) for day in (1, 2, 3)]
    rows = []
    for window, referrers in ((WINDOW, [*usually * 60, *then * (1200 // len(then))]), *((other, usually * 60) for other in others)):
        rows += [
            {"started_at": window.start + timedelta(seconds=n), "path": "/", "status": 200, "referrer": each}
            for n, each in enumerate(referrers)
        ]
    add_log(case, "edge.log", pl.DataFrame(rows, infer_schema_length=None).sort("started_at"), "edge-1")
    scene: Any = SimpleNamespace(window=WINDOW, others=others)
    found = referral(case, scene)
    assert (found.site if found is not None else None) == site
    if found is not None:
        assert found.share > 0.9
        assert f"sent by pages of {site}" in found.told()
