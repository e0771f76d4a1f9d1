"""Formats that the user describes: an Apache ``LogFormat`` or an nginx ``log_format`` string."""

from __future__ import annotations

from forensics.formats.apache import compile_apache
from forensics.formats.base import Format


def is_format_string(text: str) -> bool:
    """Whether the text is a format string and not the name of a format."""
    return "%" in text or "$" in text


def format_of_string(text: str) -> Format:
    """Return the format of a string; ``UsageError`` when it cannot be understood."""
    layout = compile_apache(text)
    return Format(
        name="custom",
        title=text,
        reference="https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
        samples=(),
        open=layout.opener,
        time_basis=layout.time_basis,
    )
