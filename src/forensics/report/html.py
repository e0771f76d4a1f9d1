"""The document as one HTML file: no request to anywhere, nothing executes but the scripts of this package.

The policy in the file allows the scripts and the style by their hashes and nothing else; everything from the evidence is escaped by the
templates or rides in a JSON data block.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup, escape

from forensics.report import words
from forensics.report.blocks import Block, IncidentChart, Section, TableView
from forensics.report.chart import Chart
from forensics.report.document import CHECKS, ROW_LIMIT, Document, file_of
from forensics.report.drawing import static_svg
from forensics.report.figures import STRIP, CoverageChart, GraphDrawing, IncidentDrawing, coverage, graph, incident, strip
from forensics.report.sections import all_sections
from forensics.text import printable

MAX_BYTES = 5_000_000
MAX_CELLS = 11_000
"""Cells of all tables together: a browser lays out so many within a second."""
WEIGHTS = ((400, 5_000), (400, 0), (250, 0), (150, 0), (100, 0), (40, 0), (10, 0))
"""(rows shown of each table, characters of a cut cell that its copy and download still carry): the first that keeps the page small."""

ENDLESS = 6_000
"""Characters of anything that are shown."""

LONG_TEXT = 400
"""Characters of a cell that are shown; the CSV has them all."""

LONG_BASIS = 1_500
"""... of the basis of a measure, which names whom it would hit."""

WIDE = 36
"""Characters of a cell that stand in one line; longer ids and types wrap."""

LONG_NAME = 60
"""Characters of a file's name that are shown beside a line; a longer one is told by its evidence id."""


def make_ready() -> None:
    """Compile the template and read what the page carries: a tenth of a second that the analysis leaves idle."""
    all_sections()
    _environment().get_template("report.html")
    for name in ("report.js", "vega.js", "chart.js", "report.css"):
        _asset(name)


def as_html(document: Document) -> str:
    """Return the report as one self-contained HTML page of at most ``MAX_BYTES`` bytes."""
    page, drawn = "", _Drawings(document)
    built = ((section, section.build(document)) for section in all_sections())
    sections = [(section, blocks) for section, blocks in built if blocks]
    for rows, carried in WEIGHTS:
        page = drawn.filled(_page(document, sections, _Show(document, rows, carried, drawn)))
        if len(page.encode()) <= MAX_BYTES and page.count("<td") <= MAX_CELLS:
            break
    drawn.close()
    return page


def _page(document: Document, sections: list[tuple[Section, tuple[Block, ...]]], show: _Show) -> str:
    scripts = [_asset("report.js")]
    if document.pictures:
        scripts += [_asset("vega.js"), _asset("chart.js")]
    style = _asset("report.css")
    template = _environment().get_template("report.html")
    return template.render(
        document=document,
        sections=sections,
        style=Markup(style),
        scripts=[Markup(script) for script in scripts],
        policy=policy(style, *scripts),
        show=show,
    )


def policy(style: str, *scripts: str) -> str:
    """Return the Content-Security-Policy of the page: nothing but this style, these scripts and embedded images."""
    allowed = " ".join(_source(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_source(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; object-src 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return files("forensics").joinpath("report", "static", name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("forensics.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters.update(number=words.number, share=words.share, likely=words.likely, clock=words.clock, data=_data)
    environment.filters.update(short=shortened, capitalize_first=_capital, headline=_headline)
    environment.globals.update(kind_of=_kind_of)
    return environment


def _visible(value: Any) -> Any:
    """Show control characters and direction overrides instead of obeying them, and cut what is endless, in all that templates print."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if len(value) > ENDLESS:
        value = f"{value[:ENDLESS]} … ({len(value):,} characters)"
    return "\n".join(printable(line) for line in value.split("\n"))


def _data(value: Any) -> Markup:
    """Return a value as JSON that can stand in a script element: no ``<``, no ``>``, no ``&``."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def shortened(text: str, length: int) -> str:
    """Return a text cut to a length: a sentence after a word, a name in the middle (many accounts begin alike)."""
    if len(text) <= length:
        return text
    if length <= SENTENCE:
        return f"{text[: length - NAME_END - 1]}…{text[-NAME_END:]}"
    cut = text[: length - 1]
    return (cut[: cut.rindex(" ")] if " " in cut[-20:] else cut) + "…"


SENTENCE = 80
"""Characters beyond which a text is no name but a sentence."""
NAME_END = 10
"""Characters of a long name's end that are shown."""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


HEADLINES = {
    "errors": "Requests failed",
    "refused": "Requests were refused",
    "given up": "Most gave up waiting for an answer",
    "latency": "Answers were slow",
    "collapse": "The load collapsed",
    "silence": "The logs fell silent",
    "surge": "Far more was asked for than usual",
    "collection": "Collection in bulk",
}


def _headline(document: Document) -> str:
    """Return the title of the report: the worst incident, or that there was none."""
    incidents = document.rows("incidents")
    if not incidents:
        return "No incident was found in the evidence"
    first = incidents[0]
    kind = words.told_as(first)
    return f"{HEADLINES.get(kind, _capital(kind))}{_lasted(first)} UTC{_among(document)}"


def _among(document: Document) -> str:
    """Return of how many incidents the title tells the gravest, where there are several."""
    total = document.tables["incidents"].total
    return f", the gravest of {total:,} incidents" if total > 1 else ""


def _lasted(incident: dict[str, Any]) -> str:
    """Return for how long it was what its kind says, and from when or, where it paused, between when and when."""
    since, over = incident.get("kind_since") or incident["started_at"], incident.get("kind_until") or incident["ended_at"]
    begin, end = words.moment(since), words.moment(over)
    if begin is None or end is None:
        return f" from {words.clock(since)[:16]}"
    seconds = words.active(incident)
    if seconds is None:
        return f" for {words.span(since, over)} from {begin:%Y-%m-%d %H:%M}"
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%Y-%m-%d %H:%M}"
    return f" for {words.lasting(seconds)} between {begin:%Y-%m-%d %H:%M} and {until}"


def _kind_of(block: Block) -> str:
    return type(block).__name__.lower()


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text, its classes, what it sorts by, the length of its bar (0 to 100)."""

    text: str
    css: str = ""
    key: float | int | None = None
    bar: float | None = None
    whole: str | None = None
    """The text before it was cut."""
    href: str | None = None


class _Drawings:
    """The pictures of a document, each drawn once however often the page is tried, and while the rest of the page is made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._pool = ThreadPoolExecutor(1)
        self._awaited: dict[str, Future[Markup]] = {}
        self._made: dict[tuple[str, bool], IncidentDrawing] = {}

    def incident(self, block: IncidentChart, name: str) -> IncidentDrawing:
        """Return the drawing of an incident; ``name`` is its place in the page."""
        if (name, block.live) not in self._made:
            self._made[name, block.live] = incident(self.document, block, name, self._later)
        return self._made[name, block.live]

    def _later(self, drawn: Chart, name: str) -> Markup:
        """Have a chart drawn and return what holds its place: null bytes, which no text of the page can have."""
        self._awaited[name] = self._pool.submit(static_svg, drawn, name)
        return Markup(f"\0{name}\0")

    def filled(self, page: str) -> str:
        """Return a page with its charts in their places."""
        return re.sub("\0([^\0]+)\0", lambda place: self._awaited[place[1]].result() if place[1] in self._awaited else "", page)

    def close(self) -> None:
        """Let the thread go that waits for charts."""
        self._pool.shutdown()


@dataclass(frozen=True)
class Place:
    """A line of evidence as ``forensics show`` takes it, and where the page tells more of its file."""

    text: str
    href: str | None


@dataclass(frozen=True)
class Query:
    """One statement of the document with what made the rows that it reads."""

    name: str
    title: str
    why: str
    text: str
    behind: tuple[tuple[str, Markup], ...]


class _Show:
    """What the templates ask for: rows and drawings of one document."""

    def __init__(self, document: Document, rows: int, carried: int, drawn: _Drawings) -> None:
        self.incident, self.strip, self.strip_size = drawn.incident, strip, STRIP
        self.document = document
        self.limit = rows
        self.carried = carried
        self.incidents = {row["incident_id"]: f"{row['kind']} {words.clock(row['started_at'])[5:16]}" for row in document.rows("incidents")}
        self.labels = {row["actor_id"]: row["label"] or row["actor_id"] for row in document.rows("actors")}
        self.files = _file_names(document)
        self.linked = {row["evidence_id"] for row in document.rows("evidence")[:rows]}

    def rows(self, view: TableView) -> Iterator[tuple[str, list[Cell], str | None]]:
        """Yield each row's class, its cells, and the name that links lead to."""
        kinds = {column.name: column.kind for column in self.document.tables[view.name].columns}
        printed = set(view.told(view.paper))
        for place in view.told(self.limit):
            row = view.rows[place]
            anchor = f"file-{row['evidence_id']}" if view.anchors else None
            css = f"{_row_class(row)}{'' if place in printed else ' late'}".strip()
            yield css, [self._cell(name, row, kinds.get(name, "text")) for name in view.columns], anchor

    def place(self, evidence_id: str, line: int | None) -> Place:
        """Return a line of evidence, named by its file where no other file has that name."""
        name = self.files.get(evidence_id, evidence_id)
        return Place(f"{name}:{line}" if line else name, f"#file-{evidence_id}" if evidence_id in self.linked else None)

    def queries(self) -> Iterator[Query]:
        """Yield every statement of the document, by name."""
        for name, text in self.document.queries.items():
            table = self.document.tables.get(name)
            behind = tuple(sorted(self.document.behind.get(name, {}).items(), key=lambda item: (item[0].startswith(CHECKS), item[0])))
            shown = tuple((path, escape(text)) for path, text in behind)  # whole, however long: it is the program's own
            yield Query(name, table.title if table else name, table.why if table else "", text, shown)

    def file_of(self, view: TableView) -> str:
        """Return the file of the report folder that has more rows of a table than the page."""
        return file_of(view.name)

    def is_whole(self, view: TableView) -> bool:
        """Whether that file has every row."""
        return file_of(view.name) != "report.json" or view.total <= ROW_LIMIT

    def _cell(self, name: str, row: Any, kind: str) -> Cell:
        if name == "source":
            place = self.place(row["evidence_id"], row.get("line")) if row.get("evidence_id") else Place("", None)
            return Cell(place.text, "id", href=place.href)
        value = row[name]
        if name == "incident_id":
            return Cell(self.incidents.get(value, ""), "word")
        text = self.labels.get(value, value or "") if name == "actor_id" and "label" not in row else words.shown(name, row)
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        bar = round(100 * min(1.0, max(0.0, number)), 1) if name in words.SHARES and number is not None else None
        limit = LONG_BASIS if name == "basis" else LONG_TEXT
        cut = len(text) > limit
        shown = f"{text[:limit]} … ({len(text):,} characters)" if cut else text
        css = f"{_cell_class(name, kind)}{' wide' if len(text) > WIDE else ''}".strip()
        return Cell(shown, css, number, bar, text if cut and len(text) < self.carried else None)

    def heading_class(self, view: TableView, name: str) -> str:
        """Return the class of a column's heading."""
        kinds = {column.name: column.kind for column in self.document.tables[view.name].columns}
        return "n" if name in words.SHARES or (kinds.get(name) in ("integer", "number") and name != "likelihood") else ""

    def graph(self, drawn: Any) -> GraphDrawing:
        """Return the drawing of a graph."""
        return graph(drawn)

    def coverage(self) -> CoverageChart:
        """Return the drawing of what hours the logs cover."""
        return coverage(self.document)


def _file_names(document: Document) -> dict[str, str]:
    """Return evidence_id -> name of the file, of those whose name says which file it is; none where names are withheld."""
    rows = [] if document.redaction else document.rows("evidence")
    uses = Counter(row["path"] for row in rows)
    return {row["evidence_id"]: row["path"] for row in rows if row["path"] and uses[row["path"]] == 1 and len(row["path"]) <= LONG_NAME}


IDS = ("account_id", "evidence_id", "incident_id")
LONG = ("message", "why", "basis", "reason", "detail")


WORDS = (
    "role", "kind", "format", "measure", "level", "identifier_type", "host", "tier", "object_kind", "label", "actor_id",
    "likelihood", "time_zone",
)  # fmt: skip


def _cell_class(name: str, kind: str) -> str:
    if kind in ("integer", "number") and name != "likelihood":
        return "n"
    if kind == "time":
        return "time"
    if name == "sha256":
        return "hash"
    css = {**dict.fromkeys(IDS, "id"), **dict.fromkeys(LONG, "long"), **dict.fromkeys(WORDS, "word"), "path": "path", "email": "mail"}
    return css.get(name, "")


def _row_class(row: Any) -> str:
    if row.get("kept") is False:
        return "rejected"
    if row.get("observed") is False:
        return "inferred"
    return str(row["role"]) if row.get("role") in ("participant", "uninvolved") else ""
