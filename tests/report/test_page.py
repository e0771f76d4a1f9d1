"""The page in a real browser: nothing is asked of any network, nothing from the evidence runs, the chart and the tables work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.report.browser import CHROMIUM, Browser
from tests.report.made import fill

from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import write_report
from forensics.report.html import MAX_BYTES

HOSTILE = (
    '<script>document.documentElement.dataset.ran="script"</script></script><script>document.documentElement.dataset.ran=1</script>'
    '<img src=x onerror="document.documentElement.dataset.ran=2"><svg/onload=document.documentElement.dataset.ran=3>'
    '"><a href="javascript:document.documentElement.dataset.ran=4">x</a><style>body{display:none}</style><base href=//evil.example>'
    "<!--<script>{{7*7}}{% raw %}${7*7}#{7*7}'-alert(1)-' =HYPERLINK(1) @SUM\t=1\r=2\x1b]8;;http://evil.example\x07\x1b[31m[link=x]\u202e\x00\ud7ff]]>"
)

chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def browser(running: Browser) -> Browser:
    running.messages.clear()
    running.requests.clear()
    return running


def _report(case: Case, out: Path, *, ring: int = 10, text: str = "", label: str = "lumenworks.example") -> Path:
    fill(case, ring=ring, text=text, label=label)
    write_report(case, out, None, Silent())
    return out / "report.html"


@chromium
def test_hostile_text_does_nothing_in_a_browser(case: Case, tmp_path: Path, browser: Browser) -> None:
    page = _report(case, tmp_path / "out", text=HOSTILE, label="evil" + HOSTILE)
    browser.open(page)
    browser.run("document.querySelector('figure.chart').scrollIntoView()")
    browser.until("document.querySelector('figure.chart').dataset.live === 'yes'")
    browser.run(
        "for (const e of document.querySelectorAll('*')) { e.dispatchEvent(new Event('error')); e.dispatchEvent(new Event('load')); }"
    )
    assert browser.run("document.documentElement.dataset.ran === undefined")
    assert browser.run("getComputedStyle(document.body).display") != "none"
    assert browser.run("document.querySelectorAll('a:not([href^=\"#\"]), base, iframe, img').length") == 0
    assert browser.messages == []
    assert browser.requests == []


@chromium
def test_tables_sort_and_filter_and_the_chart_tells_values_and_zooms(case: Case, tmp_path: Path, browser: Browser) -> None:
    browser.open(_report(case, tmp_path / "out"))
    browser.run("window.t = document.querySelector('#participants .table')")
    browser.run("window.first = () => t.querySelector('tbody tr:not([hidden]) td').textContent")
    browser.run("[...t.querySelectorAll('th button')].find((b) => b.textContent === 'Requests').click()")
    assert browser.run("first()") == "u10009"
    assert browser.run("t.querySelector('th[aria-sort]').getAttribute('aria-sort')") == "ascending"
    browser.run("t.querySelector('input').value = 'u10003'; t.querySelector('input').dispatchEvent(new Event('input'))")
    assert browser.run("[first(), t.querySelector('.count').textContent]") == ["u10003", "1 of the 10 rows shown here match."]
    browser.run("window.f = document.querySelector('figure.chart'); f.scrollIntoView({block: 'center', behavior: 'instant'})")
    browser.until("f.dataset.live === 'yes'")
    assert browser.run("f.querySelector('.static').hidden")
    frame = browser.run("(() => { const b = f.querySelector('.live').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()")
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=frame[0] + frame[2] * 0.12, y=frame[1] + frame[3] * 0.7)
    browser.until("/^2024-03-0[12] \\d\\d:\\d\\d UTC/.test(f.querySelector('.readout').textContent)")
    assert browser.run("f.querySelector('.keys output').textContent") != ""
    ticks = "[...f.querySelectorAll('.live .role-axis-label text')].map((label) => label.textContent).join()"
    before = browser.run(ticks)
    browser.run("[...f.querySelectorAll('button')].find((b) => b.textContent === 'Zoom in').click()")
    browser.until(f"({ticks}) !== {before!r}")
    assert browser.messages == []
    assert browser.requests == []


@chromium
@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_nothing_overflows_the_window_and_every_control_has_a_name(
    case: Case, tmp_path: Path, browser: Browser, width: int, scheme: str
) -> None:
    browser.open(_report(case, tmp_path / "out"), width=width, scheme=scheme)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    controls = "[...document.querySelectorAll('button, input, select, [tabindex]')]"
    assert browser.run(f"{controls}.every((e) => e.getAttribute('aria-label') || e.textContent.trim())")
    levels = browser.run("[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert browser.run("[...document.querySelectorAll('table')].every((t) => t.caption && t.tHead)")


@chromium
def test_a_page_of_five_thousand_accounts_is_light_and_opens_at_once(case: Case, tmp_path: Path, browser: Browser) -> None:
    page = _report(case, tmp_path / "out", ring=5_000)
    assert page.stat().st_size <= MAX_BYTES
    browser.open(page)
    assert "The strongest are drawn" in page.read_text()
    assert browser.run("document.querySelectorAll('.graph .node').length") <= 200
    assert browser.messages == []


def test_the_policy_allows_nothing_but_what_the_page_carries(case: Case, tmp_path: Path) -> None:
    html = _report(case, tmp_path / "out", text=HOSTILE).read_text()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy[1]
    body = re.sub(r"<script type=\"module\">.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    assert " style=" not in body
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', body))
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "\x00" not in html


def test_the_page_stays_small_whatever_the_case_holds(case: Case, tmp_path: Path) -> None:
    page = _report(case, tmp_path / "out", ring=400, text=" long" * 3_000)
    assert page.stat().st_size <= MAX_BYTES
