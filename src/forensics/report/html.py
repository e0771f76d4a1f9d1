"""The document as one HTML file: no request to anywhere, nothing executes but the script of this package.

The policy in the file allows the script and the style by their hashes and nothing else; everything from the evidence is escaped by the
templates or rides in a JSON data block.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from forensics.report import words
from forensics.report.blocks import Block, TableView
from forensics.report.chart import chart_svg
from forensics.report.document import Document
from forensics.report.sections import all_sections
from forensics.text import printable


def as_html(document: Document) -> str:
    """Return the report as one self-contained HTML page."""
    style, script = _asset("report.css"), _asset("report.js")
    sections = [(section, section.build(document)) for section in all_sections()]
    return (
        _environment()
        .get_template("report.html")
        .render(document=document, sections=sections, style=Markup(style), script=Markup(script), policy=policy(style, script))
    )


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of the page: nothing but this style, this script and embedded images."""
    return (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; img-src data:; "
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
    environment.filters.update(number=words.number, share=words.share, likely=words.likely, clock=words.clock)
    environment.globals.update(kind_of=_kind_of, cells=_cells, chart_svg=chart_svg)
    return environment


def _visible(value: Any) -> Any:
    """Show control characters and direction overrides instead of obeying them, in everything that a template prints."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return "\n".join(printable(line) for line in value.split("\n"))


def _kind_of(block: Block) -> str:
    return type(block).__name__.lower()


def _cells(document: Document, table: TableView) -> list[list[tuple[str, str, Any]]]:
    """Return each row as (column, text, sort key)."""
    kinds = {column.name: column.kind for column in document.tables[table.name].columns}
    return [[(name, _text(name, row[name], kinds[name]), _sort_key(row[name])) for name in table.columns] for row in table.rows]


def _text(name: str, value: Any, kind: str) -> str:
    if name == "likelihood" and value is not None:
        return words.likely(value)
    if name in ("load_share", "load_covered"):
        return words.share(value)
    return words.cell(value, kind)


def _sort_key(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
