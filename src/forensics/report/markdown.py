"""The report as Markdown, to paste into a post-mortem: the sections of the page, long tables cut and said so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from forensics.report import blocks, words
from forensics.report.document import Document, file_of
from forensics.report.sections import all_sections
from forensics.text import printable

ROWS = 30
"""Rows of a table that are shown."""

BARS = "▁▂▃▄▅▆▇█"
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~!])")


def as_markdown(document: Document) -> str:
    """Return the report as one Markdown text."""
    parts = [f"# Incident report\n\nAnalysis `{document.analysis_id}`, {document.program}. All times in UTC.\n"]
    if document.redaction:
        parts.append(f"> {escaped(document.redaction)}\n")
    for section in all_sections():
        built = [text for text in (drawn(block) for block in section.build(document)) if text]
        if built:
            parts.append(f"## {section.title}\n\n" + "\n\n".join(built) + "\n")
    return "\n".join(parts)


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no HTML, no link, no line break."""
    plain = _SPECIAL.sub(r"\\\1", printable(text.replace("\n", " ").replace("\r", " ")))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sparkline(values: Iterable[float | None], width: int = 80) -> str:
    """Return values as a line of bars, at most ``width`` characters; the mean of each stretch, a blank where there is none."""
    known = list(values)
    if not known:
        return ""
    count = min(width, len(known))
    stretches = [known[index * len(known) // count : (index + 1) * len(known) // count] for index in range(count)]
    means = [_mean([value for value in stretch if value is not None]) for stretch in stretches]
    top = max((value for value in means if value is not None), default=0) or 1
    return "".join(" " if value is None else BARS[min(7, int(8 * value / top))] for value in means)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


@singledispatch
def drawn(block: Any) -> str:
    """Return one block as Markdown; blocks that only a page can draw are left out."""
    return ""


@drawn.register
def _(block: blocks.Sentences) -> str:
    return "\n".join(f"{n}. {_sentence(item)}" if block.numbered else f"- {_sentence(item)}" for n, item in enumerate(block.items, start=1))


def _sentence(item: blocks.Sentence) -> str:
    inferred = "" if item.observed else " (inferred" + (f": {words.likely(item.likelihood)}" if item.likelihood is not None else "") + ")"
    source = f" [{item.evidence_id}:{item.line}]" if item.evidence_id and item.line else ""
    return escaped(item.text + inferred + source)


@drawn.register
def _(block: blocks.Note) -> str:
    return escaped(block.text)


@drawn.register
def _(block: blocks.Heading) -> str:
    return f"### {escaped(block.text)}"


@drawn.register
def _(block: blocks.Figures) -> str:
    details = [f" ({escaped(item.detail)})" if item.detail else "" for item in block.items]
    return "\n".join(
        f"- {escaped(item.label)}: **{escaped(item.value)}**{detail}" for item, detail in zip(block.items, details, strict=True)
    )


@drawn.register
def _(block: blocks.IncidentChart) -> str:
    picture = block.picture
    lines: list[tuple[str, tuple[float | None, ...]]] = [("requests", picture.requests), ("failed", picture.failed)]
    lines += [(layer.label[:20], layer.requests) for layer in picture.in_text]
    width = max(len(name) for name, _ in lines)
    drawing = "\n".join(f"{printable(name):<{width}} {sparkline(values)}" for name, values in lines)
    begins = "How it began: " if block.whole else "The whole of it: " if block.begun else ""
    return f"{begins}{words.clock(picture.times[0])} to {words.clock(picture.times[-1])}\n\n```text\n{drawing.replace('`', ' ')}\n```"


@drawn.register
def _(block: blocks.Strips) -> str:
    lines = [f"{sparkline(strip.requests, 40):<40}  {printable(name).replace('`', ' ')}" for name, strip in block.items[:ROWS]]
    cut = "" if len(block.items) <= ROWS else f"\n\nThe first {ROWS} of {words.number(len(block.items))}."
    return "```text\n" + "\n".join(lines) + "\n```" + cut


@drawn.register
def _(block: blocks.TableView) -> str:
    if not block.total:
        return escaped(block.empty)
    head = "| " + " | ".join(escaped(heading) for heading in block.columns.values()) + " |\n|" + "---|" * len(block.columns)
    rows = [_row(block, block.rows[place]) for place in block.told(ROWS)]
    cut = "" if block.total <= ROWS else f"\n\n{_which(block)}; `{file_of(block.name)}` has them."
    return "\n".join([head, *rows]) + cut


def _which(block: blocks.TableView) -> str:
    return block.which.format(shown=ROWS, total=words.number(block.total)).removesuffix(",")


def _row(block: blocks.TableView, row: Any) -> str:
    return "| " + " | ".join(escaped(words.shown(name, row)) for name in block.columns) + " |"


@drawn.register
def _(block: blocks.Arguments) -> str:
    return "\n\n".join(_argument(item) for item in block.items)


def _argument(item: blocks.Argument) -> str:
    kinds: list[tuple[str, tuple[str, ...]]] = [("for", item.supporting), ("against", item.opposing), ("what would decide it", item.wanted)]
    lines = [f"- {name}: {escaped(text)}" for name, texts in kinds for text in texts]
    return "\n".join([f"**{escaped(item.title)}** ({words.likely(item.likelihood)})\n", *lines])


@drawn.register
def _(block: blocks.Terms) -> str:
    return "\n".join(f"- **{escaped(word)}**: {escaped(meaning)}" for word, meaning in block.items)
