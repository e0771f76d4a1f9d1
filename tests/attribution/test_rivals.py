"""What an explanation says where evidence is thin, and in what it counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from forensics.attribution.blame import Blamed, Rise
from forensics.attribution.facts import Facts
from forensics.attribution.rivals import anyway, crawler
from forensics.attribution.scan import Winner

NETWORK = Winner("network", "198.51.100.0/24", 5000.0, 12.0, 99.0, 0.05, 0.0, 1.0)


def facts(measure: str = "requests", **known: Any) -> Facts:
    rise = Rise(measure, 5300.0, 300.0, 50.0)
    finding = SimpleNamespace(rise=rise, blamed=[Blamed(NETWORK, 0.9, 0.001, 3.0)])
    told = {
        "finding": finding, "is_load": False, "capacity": SimpleNamespace(usual=100.0), "rest_peak": 120.0, "rest_within": False,
        "failed_before": 0.0, "error_onset": None, "spread": SimpleNamespace(anonymous_share=0.95), "origins": {}, "logins": {},
    }  # fmt: skip
    return cast(Facts, SimpleNamespace(**(told | known)))


@pytest.mark.parametrize(("within", "peak", "even"), [(False, 120.0, True), (None, 104.0, True), (True, 60.0, False)])
def test_whether_it_would_have_failed_anyway_stays_open_beyond_what_is_known(within: bool | None, peak: float, even: bool) -> None:
    """That nothing is known of a load is no evidence of what it does."""
    found = anyway.weigh(facts(rest_within=within, rest_peak=peak), {})
    assert found is not None
    assert len(found.speaks_for) + len(found.speaks_against) == 1
    assert (found.bits == 0) is even


@pytest.mark.parametrize(("measure", "unit"), [("cost", "requests weighted by service time"), ("requests", "requests")])
def test_a_crawlers_load_is_told_in_its_unit(monkeypatch: pytest.MonkeyPatch, measure: str, unit: str) -> None:
    for step in ("significance", "machine", "order", "remainder"):
        monkeypatch.setattr(crawler, step, lambda *given: None)
    found = crawler.weigh(facts(measure), {})
    assert f"5,000 {unit} where 12 were to be expected" in found.speaks_for[0][0]
