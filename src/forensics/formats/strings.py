"""Formats that the user describes: an Apache ``LogFormat`` or an nginx ``log_format`` string."""

from __future__ import annotations

import re

from forensics.errors import UsageError
from forensics.formats.apache import compile_apache
from forensics.formats.base import Format
from forensics.formats.layout import Layout
from forensics.formats.nginx import compile_nginx

_NGINX = re.compile(r"\$\{?[a-z]")
_DIRECTIVE_LINE = re.compile(r"^\s*(?:log_format\s+\S+\s+(?:escape=\w+\s+)?|LogFormat\s+)")


def is_format_string(text: str) -> bool:
    """Whether the text is a format string and not the name of a format."""
    return "%" in text or "$" in text


def compile_string(text: str) -> Layout:
    """Return the layout of a format string (a whole ``LogFormat``/``log_format`` line too); ``UsageError`` when it cannot be understood."""
    bare = _DIRECTIVE_LINE.sub("", text).strip()
    if bare != text.strip():
        bare = _unquoted(bare)
    layout = compile_nginx(bare) if _NGINX.search(bare) else compile_apache(bare)
    if not any(token.column == "timestamp" for token in layout.tokens):
        raise UsageError(f"The log format has no time in it ($time_local, %t): {text}")
    return layout


def format_of_string(text: str) -> Format:
    """Return the format of a string; ``UsageError`` when it cannot be understood."""
    layout = compile_string(text)
    zoned = all(token.kind != "strptime" or "%z" in token.kind for token in layout.tokens if token.column == "timestamp")
    reference = "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
    if layout.time_basis == "request start" or "%" in text:
        reference = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats"
    return Format(
        name="custom",
        title=text,
        reference=reference,
        samples=(),
        open=layout.lenient_opener,
        open_blocks=layout.block_opener,
        time_basis=layout.time_basis,
        zoned=zoned,
    )


def _unquoted(text: str) -> str:
    """Join the quoted pieces of a configuration line: ``'a' 'b';`` is ``ab``; Apache's nickname after the string goes."""
    pieces = re.findall(r"'((?:[^'\\]|\\.)*)'", text) if text.startswith("'") else re.findall(r'"((?:[^"\\]|\\.)*)"', text)[:1]
    return "".join(pieces) if pieces else text.rstrip(";")
