"""What goes to standard output: tables that fit a narrow window without breaking a name, and text that commands no terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from forensics.text import HIDDEN, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

GAP = 2
"""Blanks between columns."""

INDENT = 2
APART = 2
"""Columns that stand on lines of their own, at most."""

NARROWEST = 12
"""Characters below which nothing is wrapped to."""

_COMMANDS = re.compile(f"[{HIDDEN}]")


def write(text: str) -> None:
    """Write text to standard output; on a terminal control characters and direction overrides are shown instead of obeyed."""
    if sys.stdout.isatty():
        text = "\n".join(printable(line) for line in text.split("\n"))
    sys.stdout.write(text)
    sys.stdout.flush()


def harmless_json(text: str) -> str:
    """Return JSON that says the same without a character that commands a terminal (``json.dumps`` itself escapes those below a blank)."""
    return _COMMANDS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def laid_out(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], console: Console) -> RenderableType:
    """Return a table for the width of a console.

    Sentences wrap between words. Where that is not enough, the columns with the longest words (a path, an id), at most ``APART``, come on
    lines of their own above or below the others, and where that is not enough either, each row is a list of its values. A word is cut
    only when it is longer than a line.
    """
    from rich.cells import cell_len

    texts = [(head, *(row[n] for row in rows)) for n, head in enumerate(heads)]
    whole = [max(map(cell_len, column)) for column in texts]
    words = [max((cell_len(word) for text in column for word in text.split()), default=0) for column in texts]
    beside = list(range(len(heads)))
    while len(heads) - len(beside) <= APART and beside:
        room = console.width - (INDENT if len(beside) < len(heads) else 0)
        widths = _shared([whole[n] for n in beside], [words[n] for n in beside], room)
        if widths is not None:
            return _lines((heads, *rows), numeric, dict(zip(beside, widths, strict=True)))
        beside.remove(max(beside, key=lambda n: (words[n], -n)))
    return _records(heads, rows)


def _shared(whole: list[int], words: list[int], room: int) -> list[int] | None:
    """Return a width for each column: what it needs if all fit, else its longest word and a share of what is left; None: no room."""
    room -= GAP * (len(whole) - 1)
    if sum(whole) <= room:
        return whole
    least = [min(full, max(word, min(NARROWEST, full))) for full, word in zip(whole, words, strict=True)]
    if sum(least) > room:
        return None
    wish = [full - low for full, low in zip(whole, least, strict=True)]
    spare = room - sum(least)
    return [low + more * spare // max(1, sum(wish)) for low, more in zip(least, wish, strict=True)]


def _lines(rows: Sequence[Sequence[str]], numeric: Sequence[bool], widths: dict[int, int]) -> RenderableType:
    """Return rows, the first of them bold: the columns that have a width side by side, those before them above, the others below."""
    from rich.console import Group
    from rich.text import Text

    found: list[Text] = []
    above = [n for n in range(len(numeric)) if n < min(widths)]
    below = [n for n in range(len(numeric)) if n not in widths and n not in above]
    for number, row in enumerate(rows):
        style = "" if number else "bold"
        found += [Text(row[n], style=style, overflow="fold") for n in above]
        cells = [_wrapped(row[n], width, right=numeric[n]) for n, width in widths.items()]
        for parts in zip_longest(*cells):
            line = (" " * GAP).join(part or " " * width for part, width in zip(parts, widths.values(), strict=True)).rstrip()
            found.append(Text(" " * INDENT * bool(above) + line, style=style, no_wrap=True, overflow="ignore"))
        found += [Text(" " * INDENT * (1 + bool(above)) + row[n], style=style, overflow="fold") for n in below if row[n]]
    return Group(*found)


def _wrapped(text: str, width: int, *, right: bool) -> list[str]:
    """Return a cell as lines of one width, broken between words."""
    from rich.cells import cell_len

    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    filled = [" " * max(0, width - cell_len(line)) for line in lines]
    return [blank + line if right else line + blank for line, blank in zip(lines, filled, strict=True)]


def _records(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    size = max(map(len, heads), default=0)
    said = [
        Text.assemble((f"{head:<{size}}  ", "bold"), text)
        for row in rows
        for head, text in (*zip(heads, row, strict=True), ("", ""))
        if text or not head
    ]
    return Group(*said)
