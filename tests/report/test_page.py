"""The page in a real browser: nothing is asked of any network, nothing from the evidence runs, the chart and the tables work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from tests.report.browser import CHROMIUM, Browser
from tests.report.made import fill

from forensics.case.case import Case
from forensics.progress import Silent
from forensics.report import write_report
from forensics.report.graph import MAX_LINKS
from forensics.report.html import MAX_BYTES, MAX_CELLS

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


@pytest.fixture(scope="module")
def page(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a case as ``fill`` makes it without options."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(filled_folder, folder / "case")
    with Case.open(folder / "case") as case:
        write_report(case, folder / "out", None, Silent())
    return folder / "out" / "report.html"


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
def test_tables_sort_and_filter_and_the_chart_tells_values_and_zooms(page: Path, browser: Browser) -> None:
    browser.open(page)
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
def test_times_are_told_in_another_zone_on_demand_and_copies_stay_in_utc(page: Path, browser: Browser) -> None:
    browser.open(page)
    browser.run(
        "window.t = document.querySelector('#timeline .table'); window.z = t.querySelector('select[aria-label^=\"Another time zone\"]')"
    )
    before = browser.run("t.querySelector('tbody').textContent")
    browser.run("z.value = 'America/Los_Angeles'; z.dispatchEvent(new Event('change'))")
    assert browser.run("[...t.querySelectorAll('td[data-zone]')].map((c) => c.textContent + ' ' + c.dataset.zone)").count(
        "2024-03-02 00:00:00 2024-03-01 16:00:00 GMT-8"
    )
    assert browser.run("t.querySelector('th').dataset.zone") == "America/Los_Angeles"
    assert browser.run("t.querySelector('tbody').textContent") == before  # so copies, CSV, sorting and filtering are in UTC
    browser.run("z.value = ''; z.dispatchEvent(new Event('change'))")
    assert browser.run("t.querySelectorAll('[data-zone]').length") == 0
    assert browser.messages == []


@chromium
def test_every_time_of_a_table_is_told_and_opened_statements_have_names_of_their_own(page: Path, browser: Browser) -> None:
    browser.open(page)
    browser.run("window.t = document.querySelector('#participants .table'); window.z = t.querySelector('select[aria-label^=\"Another\"]')")
    browser.run("z.value = 'Asia/Tokyo'; z.dispatchEvent(new Event('change'))")
    assert browser.run("[...t.querySelectorAll('th')].filter((h) => h.dataset.zone).map((h) => h.textContent)") == [
        "First (UTC)",
        "Last (UTC)",
    ]
    browser.run("[...document.querySelectorAll('a.q')].slice(0, 4).forEach((a) => a.click())")
    names = browser.run("[...document.querySelectorAll('[role=region]')].map((e) => e.getAttribute('aria-label'))")
    assert len(names) == len(set(names))
    browser.run("document.querySelector('.inline pre').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27)
    assert browser.run("document.activeElement.matches('a.q[aria-expanded=false]')"), "Escape closes what was opened, and goes back"
    assert browser.messages == []


@chromium
def test_the_pointer_of_a_chart_moves_with_the_keys_and_says_what_is_under_it(page: Path, browser: Browser) -> None:
    browser.open(page)
    browser.run("window.f = document.querySelector('figure.chart'); f.scrollIntoView({behavior: 'instant'})")
    browser.until("f.dataset.live === 'yes'")
    browser.run("f.querySelector('.frame').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    browser.until("/ UTC; .*everybody else [\\d,]+; failed [\\d,]+/.test(f.querySelector('[role=status]').textContent)")
    assert browser.messages == []


@chromium
@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
def test_nothing_overflows_the_window_and_every_control_has_a_name(page: Path, browser: Browser, width: int, scheme: str) -> None:
    browser.open(page, width=width, scheme=scheme)
    for number in range(browser.run("document.querySelectorAll('figure.chart').length")):
        browser.run(f"window.f = document.querySelectorAll('figure.chart')[{number}]; f.scrollIntoView({{behavior: 'instant'}})")
        browser.until("f.dataset.live === 'yes'")
        assert browser.run("f.querySelector('.live svg').getBoundingClientRect().right <= f.getBoundingClientRect().right + 1")
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    controls = "[...document.querySelectorAll('button, input, select, [tabindex]')]"
    assert browser.run(f"{controls}.every((e) => e.getAttribute('aria-label') || e.textContent.trim())")
    levels = browser.run("[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert browser.run("[...document.querySelectorAll('table')].every((t) => t.caption && t.tHead)")


@chromium
def test_no_table_is_wider_than_the_paper(page: Path, browser: Browser) -> None:
    a4 = 688  # pixels of 210 mm between margins of 14 mm
    browser.open(page, width=a4)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        widths = browser.run("[...document.querySelectorAll('table')].map((t) => [t.caption.textContent, t.offsetWidth])")
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
    assert len(widths) > 8
    assert not [(caption, width) for caption, width in widths if width > a4]


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


def test_a_page_of_many_long_tables_has_few_enough_cells_to_be_laid_out_at_once_and_says_how_many_rows(case: Case, tmp_path: Path) -> None:
    fill(case, ring=2_000)
    one = case.table("incidents")
    others = [f"2024-02-{day:02}T00:00Z-errors-everything" for day in range(10, 18)]
    case.replace("incidents", pl.concat([one, *(one.with_columns(pl.lit(name).alias("incident_id")) for name in others)]))
    took = case.table("participants")
    case.replace("participants", pl.concat([took, *(took.with_columns(pl.lit(name).alias("incident_id")) for name in others)]))
    write_report(case, tmp_path / "out", None, Silent())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count("<td") <= MAX_CELLS
    assert re.search(r"The first 100 of 2,000 rows are shown; <code>participants\.csv</code> has them all", page)


class _Outline(HTMLParser):
    """Ids, inner links, heading levels and names of regions of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.levels: list[int] = []
        self.regions: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids += [found["id"]] if "id" in found else []
        self.links |= {found["href"][1:]} if found.get("href", "").startswith("#") else set()
        self.levels += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.regions += [found["aria-label"]] if found.get("role") == "region" else []


@pytest.mark.parametrize("ring", [10, 800])
def test_links_lead_somewhere_headings_skip_no_level_and_regions_have_names_of_their_own(case: Case, tmp_path: Path, ring: int) -> None:
    page = _Outline(_report(case, tmp_path / "out", ring=ring).read_text(encoding="utf-8"))
    assert len(page.ids) == len(set(page.ids))
    assert page.links <= set(page.ids)
    assert page.levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(page.levels))
    assert len(page.regions) == len(set(page.regions)) > 5


def test_a_dense_web_of_links_is_cut_to_the_strongest_and_said(case: Case, tmp_path: Path) -> None:
    fill(case, ring=300)
    one = case.table("links").filter(identifier_type="network", kept=True).drop("identifier_value", "weight_bits")
    values = pl.DataFrame({"identifier_value": [f"198.18.{n}.0/24" for n in range(60)], "weight_bits": [5.0 + n / 10 for n in range(60)]})
    case.replace("written_links", one.join(values, how="cross").with_columns(("because " * 30 + pl.col("account_id")).alias("why")))
    write_report(case, tmp_path / "out", None, Silent())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert len(page.encode()) <= MAX_BYTES
    assert page.count('<path class="edge') == MAX_LINKS
    assert re.search(
        r"300 accounts and 60 identifiers, 18,000 links\. The strongest are drawn: [\d,]+ accounts?, \d+ identifiers?, 1,000 links", page
    )
