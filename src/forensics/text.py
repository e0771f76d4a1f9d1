"""Log text is hostile: what makes it safe for a terminal and for a spreadsheet.

HTML is escaped by the templates (Jinja2 autoescape); SQL takes values as parameters only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

HIDDEN = r"\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
"""Control characters above a blank, what turns the direction of a text, and what is invisible: for the brackets of a regular expression."""

_UNSAFE = re.compile(rf"[\x00-\x1f{HIDDEN}]")
FORMULA_START = r"^[\s\x1c-\x1f]*[=+\-@\t\r\n|%]"
"""How a cell begins that a spreadsheet would take for a formula: a regular expression for Python and for Polars, whose ``\\s`` has no
separators of files, groups, records and units."""

_FORMULA = re.compile(FORMULA_START)


def counted(count: float, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 account``, ``1,204 accounts``; ``plural`` where an s does not make it."""
    return f"{count:,.0f} {noun if round(count) == 1 else plural or noun + 's'}"


def printable(text: str) -> str:
    """Show control characters, escape sequences, direction overrides and what is invisible as ``\\xNN``/``\\uNNNN``; obey none of them."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def defused(text: str) -> str:
    """Make a cell harmless in a spreadsheet: text that would be a formula gets a leading apostrophe.

    The raw value is recovered by dropping one leading apostrophe; text that begins with one gets another.
    """
    return "'" + text if text.startswith("'") or _FORMULA.match(text) else text


def line_end(text: str) -> str:
    """Return what ends the lines of a text: one without any line feed is old enough to end them with carriage returns alone."""
    return "\n" if "\n" in text else "\r"


class Numbered:
    """The lines that a reader wants, counted as the file (whose ``text`` this is) has them: a carriage return within a line ends none."""

    def __init__(self, lines: Iterable[str], text: str) -> None:
        self._lines = iter(lines)
        self._end = line_end(text)
        self.number = 0
        """Lines that have ended."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += line.endswith(self._end) or not line.endswith(("\r", "\n"))
        return line
