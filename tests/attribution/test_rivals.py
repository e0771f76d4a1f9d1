"""What an explanation says where evidence is thin, and in what it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.attribution.worlds import World

from forensics.attribution import evidence
from forensics.attribution.attribute import attribute
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.minutes import LeadLag
from forensics.attribution.facts.parts import Host
from forensics.attribution.facts.spread import Spread
from forensics.attribution.rivals import Weighed, anyway, crawler, failing_backend, missing_logs, one_actor, organic_surge
from forensics.attribution.search.finding import Blamed, Rise
from forensics.attribution.search.scan import Winner

SPREAD_OUT = "It is spread: no account made more than 0.9 % of the excess"
NETWORK = Winner("network", "198.51.100.0/24", 5000.0, 12.0, 99.0, 0.05, 0.0, 1.0)


def facts(measure: str = "requests", **known: Any) -> Facts:
    rise = Rise(measure, 5300.0, 300.0, 50.0)
    finding = SimpleNamespace(rise=rise, blamed=[Blamed(NETWORK, 0.9, 0.001, 3.0, 5)])
    told = {
        "finding": finding, "is_load": False, "capacity": SimpleNamespace(usual=100.0), "rest_peak": 120.0, "rest_within": False,
        "failed_before": 0.0, "error_onset": None, "spread": SimpleNamespace(anonymous_share=0.95), "origins": {}, "logins": {},
        "denied": None, "unseen": None,
    }  # fmt: skip
    return cast(Facts, SimpleNamespace(**(told | known)))


@pytest.mark.parametrize(("within", "peak", "even"), [(False, 120.0, True), (None, 104.0, True), (True, 60.0, False)])
def test_whether_it_would_have_failed_anyway_stays_open_beyond_what_is_known(within: bool | None, peak: float, even: bool) -> None:
    """That nothing is known of a load is no evidence of what it does."""
    found = anyway.weigh(facts(rest_within=within, rest_peak=peak), {})
    assert found is not None
    assert len(found.speaks_for) + len(found.speaks_against) == 1
    assert (found.bits == 0) is even
    assert "Without network 198." in (found.speaks_for or found.speaks_against)[0][0], "who is looked at is called by name"


@pytest.mark.parametrize(("measure", "unit"), [("cost", "requests weighted by service time"), ("requests", "requests")])
def test_a_crawlers_load_is_told_in_its_unit(monkeypatch: pytest.MonkeyPatch, measure: str, unit: str) -> None:
    for step in ("significance", "machine", "order", "remainder"):
        monkeypatch.setattr(crawler, step, lambda *given: None)
    found = crawler.weigh(facts(measure), {})
    assert f"5,000 {unit} where 12 were to be expected" in found.speaks_for[0][0]


@pytest.mark.parametrize(
    ("kin", "share", "said"),
    [
        (0, 0.0, "It is spread: no account made more than 0.9 % of the excess."),
        (-8, 0.9, "8 of the 2,700 accounts that asked made 90 % of the excess: they are no crowd."),
        (
            51,
            0.43,
            "It is spread: no account made more than 0.9 % of the excess; but 43 % of the excess came from 51 accounts that hang together.",
        ),
        (51, 0.6, "60 % of the excess came from 51 accounts that hang together: they are no crowd."),
    ],
)
def test_a_crowd_of_whose_load_a_group_made_much_is_told_with_it(kin: int, share: float, said: str) -> None:
    few = {"few": -kin, "few_share": share, "kin": 0, "kin_share": 0.0}
    over = replace(Spread(2700, 17.0, 0.009, 0.0, share, kin), **few if kin < 0 else {})
    found = Weighed()
    organic_surge._spread(facts(spread=over, foremost=[], walk=None, referral=None, route=None), {}, found)
    assert [text for text, _ in (*found.speaks_for, *found.speaks_against)] == [said]


def test_a_few_of_whom_chance_makes_no_such_load_are_no_crowd() -> None:
    """Nine of three hundred accounts: by their number alone they might be one."""
    nine = [SimpleNamespace(share=0.11)] * 9
    found = Weighed()
    organic_surge._spread(
        facts(spread=Spread(309, 290.0, 0.12, 0.0, 0.0, 0), foremost=nine, walk=None, referral=None, route=None), {}, found
    )
    assert [text for text, _ in found.speaks_against] == ["9 of those who asked (309 accounts) made 99 % of the excess: they are no crowd."]
    assert not found.speaks_for


@pytest.mark.parametrize(
    ("top", "speaks", "said"),
    [
        (0.05, True, "It is spread: no account made more than 5 % of the excess."),
        (0.4, True, "No account made more than 40 % of the excess."),
        (0.94, False, "One account made 94 % of the excess: that is no crowd."),
    ],
)
def test_what_one_account_made_most_of_is_not_spread(top: float, speaks: bool, said: str) -> None:
    found = Weighed()
    over = Spread(90, 80.0, top, 0.0, 0.0, 0)
    organic_surge._spread(facts(spread=over, foremost=[], walk=None, referral=None, route=None), {}, found)
    assert [text for text, _ in (found.speaks_for if speaks else found.speaks_against)] == [said]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"early_share": 0.9}, []),
        ({"early_share": 0.3}, ["70 % of its excess in these minutes came in that of the first errors or later."]),
        ({"early_share": 0.3, "echo": True}, ["Its load leapt up with the first errors, seconds do not tell more."]),
        ({"early_share": 0.04, "echo": True},
         ["Only 4 % of its excess came before the minute of the first errors, seconds do not tell more."]),
        ({"early_share": 0.9, "answered": 4.7},
         ["It had asked at one pace for minutes until the first failure, and at 4.7 times that pace from then on: what came then is an "
          "answer to it."]),
    ],
)  # fmt: skip
def test_how_much_of_a_load_came_no_earlier_than_the_errors_is_told(known: dict[str, Any], said: list[str]) -> None:
    at = datetime(2024, 3, 1, 12)
    told = {"echo": False, "answered": 0.0, "preceded": None, "follows": False, "lag": None, "load_onset": at} | known
    found = Weighed()
    evidence.order(facts(error_onset=at + timedelta(minutes=6), **told), found)
    assert [text for text, _ in found.speaks_against] == said
    assert [text for text, _ in found.speaks_for] == [
        "A tenth of its excess had come by 12:00, 6 minutes before the errors at 12:06 (UTC)."
    ]
    loads = Weighed()
    evidence.order(facts(error_onset=at + timedelta(minutes=6), **(told | {"is_load": True})), loads)
    assert not [*loads.speaks_for, *loads.speaks_against]


def test_that_such_a_load_is_nothing_new_speaks_as_much_against_a_crowd_as_against_one() -> None:
    def weighed(minutes: int) -> float:
        found = Weighed()
        scene = SimpleNamespace(incident={"kind": "errors"})
        known = facts(within_health=minutes, peak_load=50.0, scene=scene, concentrated=lambda kind: None, served_slower=None, slower=None)
        organic_surge._without_overload(known, found)
        return -found.bits

    assert weighed(0) == 0 < weighed(3) < weighed(10) < weighed(300)


@pytest.mark.parametrize(("one_agent", "mixed"), [(0.95, False), (0.4, True)])
def test_where_all_came_with_one_usual_agent_it_is_not_said_that_none_stands_out(one_agent: float, mixed: bool) -> None:
    found = Weighed()
    over = Spread(40, 30.0, 0.01, 1.0, 0.0, 0, one_agent=one_agent)
    told = {"foremost": [], "walk": None, "referral": None, "route": None, "veil": None, "alike": None}
    organic_surge._spread(facts(spread=over, **told), {}, found)
    ((sentence, bits),) = found.speaks_for
    assert ("no network or agent that stands out" in sentence) is mixed
    assert (bits >= 4) is mixed


def silent_host(others: int, **incident: Any) -> Facts:
    """One of three hosts that wrote nothing from within its file on; the others did ``others`` requests of 2,000."""
    hosts = [Host("web2", 0, 0, 1000.0, False), Host("web1", others // 2, 0, 1000.0, False), Host("web3", others // 2, 0, 1000.0, False)]
    finding = SimpleNamespace(rise=Rise("requests", 2900.0, 3000.0, -0.2), blamed=[])
    scene = SimpleNamespace(incident={"reading": "log missing", **incident})
    return facts(
        finding=finding, hosts=hosts, failing=False, usual_ratio=0.002, carried=0, outlasted=0, step=None, fall=None, release=None,
        parts=[], beyond_health=False, scene=scene,
        spread=SimpleNamespace(anonymous_share=0.0),
    )  # fmt: skip


def test_a_host_whose_work_nobody_took_over_rather_lost_its_log() -> None:
    """As detection reads it: the explanations may not say otherwise than the finding that they explain."""
    logs, backend = (module.weigh(silent_host(2000), {}).bits + module.PRIOR for module in (missing_logs, failing_backend))
    assert logs > backend
    logs, backend = (module.weigh(silent_host(3000), {}).bits + module.PRIOR for module in (missing_logs, failing_backend))
    assert backend > logs, "the others did its work"


def test_a_clock_that_jumped_explains_the_hole() -> None:
    clock = missing_logs.weigh(silent_host(2000, reading="clock"), {})
    assert clock.bits > missing_logs.weigh(silent_host(2000), {}).bits + 5


def test_where_load_did_not_rise_no_share_of_an_excess_is_told() -> None:
    told = crawler.weigh(silent_host(2000), {})
    assert told is not None
    assert [sentence for sentence, _ in told.speaks_against] == ["Load did not rise beyond the usual range."]


@pytest.mark.parametrize(("rest", "left"), [(90.0, 0.0), (110.0, 0.07), (200.0, 0.5), (400.0, 1.0), (500.0, 1.0)])
def test_load_that_would_have_been_left_counts_by_how_far_beyond_health_it_goes(rest: float, left: float) -> None:
    told = facts(rest_peak=rest, peak_load=400.0)
    assert cast(Any, Facts.overshoot_left).fget(told) == pytest.approx(left, abs=0.005)


def test_several_who_rise_at_once_are_rarer_than_one_of_them() -> None:
    own = Winner("actor", "a", 500.0, 0.0, 99.0, 0.25, 0.0, 1.0)
    blamed = [Blamed(own, 0.3, 0.03, 3.0, 5, joint=0.0004) for _ in range(3)]
    told = facts(finding=SimpleNamespace(rise=Rise("requests", 1500.0, 0.0, 50.0), blamed=blamed),
                 scene=SimpleNamespace(placebos=3, windows=4, smallest_p=0.25, incident={"kind": "errors"}))  # fmt: skip
    alone, several = Weighed(), Weighed()
    one_actor.significance(told, blamed[0], alone, {"a": "Ann"})
    one_actor.significance(told, blamed[0], several, {"a": "Ann"}, beside=2)
    assert several.bits > alone.bits + 1
    assert "with 2 others at least as far as the least of them, comes once in more than 1,000 windows" in several.speaks_for[-1][0]
    assert "others" not in alone.speaks_for[-1][0]
    assert several.speaks_for[-1][0].startswith("Ann rose by 500 requests"), "one of several, and which"


@pytest.mark.parametrize(("low", "several", "told"), [
    (1, False, "Errors follow its load by 2 minutes (90 % interval 1 to 4"),
    (1, True, "Errors follow the load of all of them by 2 minutes"),
    (-3, False, "Errors rise and fall with its load (correlation 0.90); by minutes it is not told which comes first"),
])  # fmt: skip
def test_what_came_first_is_said_of_all_whose_load_it_was_and_only_if_the_interval_says_so(low: int, several: bool, told: str) -> None:
    own = Winner("actor", "a", 500.0, 0.0, 99.0, 0.25, 0.0, 1.0)
    blamed = [Blamed(own, 0.4, 0.03, 3.0, 5)] * (2 if several else 1)
    found = Weighed()
    evidence.order(facts(lag=LeadLag(2, low, 4, 0.9), finding=SimpleNamespace(blamed=blamed), load_onset=None), found)
    assert [sentence.startswith(told) for sentence, _ in found.speaks_for] == [True]


@pytest.mark.parametrize(("kind", "failing", "chance", "counts"), [
    ("latency", False, 0.03, False), ("latency", False, 0.0004, True), ("latency", True, 0.03, True), ("errors", True, 0.03, True),
])  # fmt: skip
def test_slowness_is_found_where_somebody_is_busy_anyway(kind: str, failing: bool, chance: float, counts: bool) -> None:
    """Of a week in pieces of ten minutes two were slow: a rise that comes once in thirty pieces is in one of them by chance."""
    own = Winner("actor", "a", 50.0, 0.0, 99.0, 1 / 7, 0.0, 1.0)
    week, window = (SimpleNamespace(minutes=minutes) for minutes in (7 * 1440, 10))
    setting = SimpleNamespace(incidents=[{"kind": kind}, {"kind": kind}, {"kind": "surge"}])
    scene = SimpleNamespace(placebos=6, windows=7, smallest_p=1 / 7, incident={"kind": kind}, covered=week, window=window, setting=setting)
    blamed = Blamed(own, 0.6, chance, 37.0, 38)
    found = Weighed()
    one_actor.significance(
        facts(failing=failing, scene=scene, finding=SimpleNamespace(rise=Rise("requests", 180.0, 95.0, 4.0), blamed=[blamed])),
        blamed,
        found,
        {},
    )
    assert (found.bits > 0) is counts
    assert ("the service was slow in one of 504" in found.speaks_for[-1][0]) is (not failing)


@pytest.mark.parametrize(("is_load", "bits"), [(False, evidence.MADE), (True, 11.0)])
def test_that_it_is_certain_who_made_a_load_does_not_outweigh_that_it_broke_nothing(is_load: bool, bits: float) -> None:
    found = Weighed([("It made nearly all of it.", 4.0), ("That is rare.", 6.0), ("It asks like a machine.", 1.0)])
    evidence.settled(facts(is_load=is_load), found)
    assert found.bits == pytest.approx(bits)
    assert len(found.speaks_for) == 3
    less = Weighed([("It made half of it.", 2.0)])
    evidence.settled(facts(is_load=is_load), less)
    assert less.bits == 2.0


def test_that_nothing_failed_before_a_silence_speaks_against_a_crowd(tmp_path: Path) -> None:
    said = {}
    for kind, fail in (("silence", 0.0), ("errors", 0.8)):
        world = World(seed=8, kind=kind)
        world.surge(1.5, new=100)
        case = world.write(tmp_path / kind, fail=fail)
        attribute(case)
        (surge,) = [row for row in case.table("rivals").to_dicts() if row["explanation"] == "organic surge"]
        said[kind] = any("Nothing failed before it fell silent" in sentence for sentence in surge["evidence_against"])
    assert said == {"silence": True, "errors": False}
