"""Log text is hostile: what makes it safe for a terminal and for a spreadsheet.

HTML is escaped by the templates (Jinja2 autoescape); SQL takes values as parameters only.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
FORMULA_START = r"^[\s\x1c-\x1f]*[=+\-@\t\r\n|%]"
"""How a cell begins that a spreadsheet would take for a formula: a regular expression for Python and for Polars, whose ``\\s`` has no
separators of files, groups, records and units."""

_FORMULA = re.compile(FORMULA_START)


def counted(count: float, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 account``, ``1,204 accounts``; ``plural`` where an s does not make it."""
    return f"{count:,.0f} {noun if round(count) == 1 else plural or noun + 's'}"


def printable(text: str) -> str:
    """Show control characters, escape sequences and direction overrides as ``\\xNN``/``\\uNNNN`` instead of obeying them."""
    return _UNSAFE.sub(lambda m: f"\\x{ord(m[0]):02x}" if ord(m[0]) < 256 else f"\\u{ord(m[0]):04x}", text)


def defused(text: str) -> str:
    """Make a cell harmless in a spreadsheet: text that would be a formula gets a leading apostrophe.

    The raw value is recovered by dropping one leading apostrophe; text that begins with one gets another.
    """
    return "'" + text if text.startswith("'") or _FORMULA.match(text) else text
