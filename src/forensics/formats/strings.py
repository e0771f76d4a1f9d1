"""Formats that the user describes by the string of a server's configuration: Apache's, nginx', HAProxy's or Squid's."""

from __future__ import annotations

import re
from collections.abc import Callable

from forensics.errors import UsageError
from forensics.formats.apache import compile_apache
from forensics.formats.base import Format
from forensics.formats.haproxy_string import compile_haproxy, is_haproxy
from forensics.formats.layout import Layout
from forensics.formats.nginx import compile_nginx
from forensics.formats.squid_string import compile_squid, is_squid

_NGINX = re.compile(r"\$\{?[a-z]")
_DIRECTIVE_LINE = re.compile(r"^\s*(?:log_format\s+\S+\s+(?:escape=\w+\s+)?|LogFormat\s+|log-format\s+|logformat\s+\S+\s+)")


def is_format_string(text: str) -> bool:
    """Whether the text is a format string and not the name of a format."""
    return "%" in text or "$" in text


_REFERENCES: dict[Callable[[str], Layout], str] = {
    compile_nginx: "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
    compile_haproxy: "https://docs.haproxy.org/3.0/configuration.html#8.2.6",
    compile_squid: "https://www.squid-cache.org/Doc/config/logformat",
    compile_apache: "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
}


def _compiler(bare: str) -> Callable[[str], Layout]:
    """Return which program's notation a string is in, by what no other has."""
    if _NGINX.search(bare):
        return compile_nginx
    if is_haproxy(bare):
        return compile_haproxy
    return compile_squid if is_squid(bare) else compile_apache


def compile_string(text: str) -> Layout:
    """Return the layout of a format string (a whole ``LogFormat``/``log_format`` line too); ``UsageError`` when it cannot be understood."""
    bare = _DIRECTIVE_LINE.sub("", text).strip()
    if bare != text.strip() and bare.startswith(("'", '"')):
        bare = _unquoted(bare)
    layout = _compiler(bare)(bare)
    if not any(token.column == "timestamp" for token in layout.tokens):
        raise UsageError(f"The log format has no time in it ($time_local, %t): {text}")
    return layout


def format_of_string(text: str) -> Format:
    """Return the format of a string; ``UsageError`` when it cannot be understood."""
    layout = compile_string(text)
    zoned = all(token.kind != "strptime" or "%z" in token.kind for token in layout.tokens if token.column == "timestamp")
    return Format(
        name="custom",
        title=text,
        reference=_REFERENCES[_compiler(text)],
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
