"""Load of very many addresses without an account: one program that says so is named, with what it asked for; an app of many is not."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forensics.attribution.facts.origin import BOT, Origin, smallest
from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.investigation import investigate
from forensics.progress import Silent

START = datetime(2026, 10, 19)
CRAWL = START + timedelta(days=4, hours=13, seconds=35)
HOUR = timedelta(hours=1)
LINE = '{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET {} HTTP/1.1" 200 900 "-" "{}" {:.3f}\n'
BROWSERS = [f"Mozilla/5.0 (X11; Linux x86_64; rv:13{n}.0) Gecko/20100101 Firefox/13{n}.0" for n in range(4)]


def lines(agent: str) -> list[str]:
    """Five days of a code forge, and one hour in which 60 addresses of 198.19.40.0/22 make it slow, each asking twice a minute."""
    rng = random.Random(11)
    made = []

    def ask(at: datetime, who: str, path: str, with_agent: str) -> None:
        slow = 3.0 if CRAWL <= at < CRAWL + HOUR else 1.0
        made.append((at, LINE.format(who, at, path, with_agent, slow * rng.lognormvariate(-1.4, 0.4))))

    def blame() -> str:
        return f"/u{rng.randrange(40)}/tool{rng.randrange(9)}/blame/branch/main/file{rng.choice('abcdefgh')}{rng.randrange(300)}.py"

    for minute in range(5 * 1440):
        for _ in range(rng.randrange(3, 12)):
            at = START + timedelta(minutes=minute, seconds=rng.random() * 60)
            path = blame() if rng.random() < 0.05 else f"/t/{rng.randrange(4000)}"
            ask(at, f"198.18.{rng.randrange(100, 200)}.{rng.randrange(2, 250)}", path, rng.choice(BROWSERS))
    for place in range(60):
        for _ in range(120):
            ask(CRAWL + HOUR * rng.random(), f"198.19.{40 + place % 4}.{10 + place}", blame(), agent)
    return [line for _, line in sorted(made)]


def analysed(folder: Path, agent: str) -> Case:
    (folder / "access.log").write_text("".join(lines(agent)))
    investigate(folder / "case", [str(folder / "access.log")], folder / "out", Silent(), LoadOptions())
    return Case.open(folder / "case")


def test_a_bot_that_says_so_is_named_from_however_many_addresses(tmp_path: Path) -> None:
    agent = "Mozilla/5.0 (compatible; HarvestBot/1.2; +https://harvest.example/bot)"
    with analysed(tmp_path, agent) as case:
        (incident,) = case.table("incidents").to_dicts()
        (blamed,) = case.table("attributions").to_dicts()
        (blocked, *_) = case.table("response").to_dicts()
    assert incident["verdict"] == "attributed"
    assert (blamed["subject_type"], blamed["subject_id"], blamed["called"]) == ("network", "198.19.0.0/16", "198.19.40.0/22")
    assert blocked["scope"] == "198.19.40.0/22"
    told = (agent, "7,200 requests without an account", "60 addresses", "/*/*/blame/branch/main/*", "it calls itself a bot")
    assert all(words in incident["summary"] for words in told)
    assert "/16" not in incident["summary"]
    assert agent in (tmp_path / "out" / "report.md").read_text().replace("\\", "")


def test_an_app_that_nobody_had_before_is_no_bot(tmp_path: Path) -> None:
    with analysed(tmp_path, "ForgeReader/1.0 (Android 15; phone)") as case:
        (incident,) = case.table("incidents").to_dicts()
        assert case.table("attributions").is_empty()
        said = str(case.table("rivals").to_dicts())
    assert incident["verdict"] == "inconclusive"
    assert "198.19.40.0/22" in incident["summary"]
    assert "(other)" not in said


@pytest.mark.parametrize(
    ("addresses", "network"),
    [
        (["192.0.2.7"], "192.0.2.7/32"),
        (["192.0.2.7", "192.0.2.8"], "192.0.2.0/28"),
        (["198.19.40.2", "198.19.43.250"], "198.19.40.0/22"),
        (["::ffff:192.0.2.7", "192.0.2.6"], "192.0.2.6/31"),
        (["2001:db8:1::1", "2001:db8:1:f::1"], "2001:db8:1::/60"),
        (["192.0.2.7", "2001:db8::1"], None),
        (["no address"], None),
        ([], None),
    ],
)
def test_the_smallest_network_holds_all_addresses(addresses: list[str], network: str | None) -> None:
    assert smallest(addresses) == network


def test_what_calls_itself_a_bot() -> None:
    bots = ["Googlebot/2.1 (+http://www.google.com/bot.html)", "Baiduspider/2.0", "a crawler", "DiscordBot (https://d.example, 2.0)"]
    others = ["python-requests/2.32", "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE) Chrome/129", "Bottle/0.13", "curl/8"]
    assert all(BOT.search(agent) for agent in bots)
    assert not any(BOT.search(agent) for agent in others)


def test_a_hostile_agent_is_shown_and_not_obeyed() -> None:
    said = Origin(30, 1, "192.0.2.7/32", "a\x1b[2Jbot", "GET /\u202egnp", True).sentence()
    assert "\x1b" not in said
    assert "\u202e" not in said
