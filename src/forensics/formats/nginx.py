"""nginx' ``log_format`` strings, compiled to layouts.

Variables: https://nginx.org/en/docs/varindex.html; the time is that of the log entry, the end of the request.
"""

from __future__ import annotations

import re

from forensics.errors import UsageError
from forensics.formats.layout import Layout
from forensics.formats.split import Token

NUMBER = r"-?\d+|-"
SECONDS = r"-?\d+(?:\.\d+)?|-"
LISTED = r"-|\S+(?:(?:,| :) \S+)*"
"""What nginx logs of several upstream servers: ``a, b : c``."""
_CLF = r"\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z0-9_]+)\}|(?P<bare>[A-Za-z0-9_]+))")
_SIMPLE: dict[str, Token] = {
    "remote_addr": Token("client_ip", "address"),
    "remote_user": Token("user_name", "text", r"\S*"),
    "time_local": Token("timestamp", "clf_time", _CLF, spaces=1),
    "time_iso8601": Token("timestamp", "iso_time"),
    "msec": Token("timestamp", "epoch", r"\d+\.\d{3}"),
    "request": Token("", "request", r".*?"),
    "request_url": Token("", "target"),
    "request_target": Token("", "target"),
    "request_method": Token("method"),
    "request_uri": Token("", "target"),
    "uri": Token("path", pattern=r"[^\s?]+"),
    "document_uri": Token("path", pattern=r"[^\s?]+"),
    "args": Token("query", "text", r"\S*"),
    "query_string": Token("query", "text", r"\S*"),
    "server_protocol": Token("protocol"),
    "status": Token("status", "status", r"\d{3}|-"),
    "body_bytes_sent": Token("bytes_sent", "integer", NUMBER),
    "bytes_sent": Token("bytes_sent", "integer", NUMBER),
    "http_referer": Token("referrer", "text", r".*?"),
    "http_user_agent": Token("user_agent", "text", r".*?"),
    "http_x_forwarded_for": Token("extra:forwarded_for", "text", r".*?"),
    "proxy_add_x_forwarded_for": Token("extra:forwarded_for", "text", r".*?"),
    "host": Token("host"),
    "http_host": Token("host"),
    "server_name": Token("host"),
    "request_time": Token("duration_ms", "s", SECONDS),
    "request_id": Token("extra:request_id"),
    "http_x_request_id": Token("extra:request_id"),
    "req_id": Token("extra:request_id"),
    "request_length": Token("extra:bytes_received", pattern=NUMBER),
    "ssl_protocol": Token("extra:tls_protocol"),
    "ssl_cipher": Token("extra:tls_cipher"),
}
_WHOLE = (
    (
        re.compile(
            r"\$\{?scheme\}?://\$\{?(?:host|http_host|server_name)\}?(?::\$\{?server_port\}?)?\$\{?(?:request_uri|uri)\}?(?:\$is_args\$args)?"
        ),
        "${request_url}",
    ),
    (re.compile(r"\$\{?(?:document_)?uri\}?(?:\$\{?is_args\}?|\?)\$\{?(?:args|query_string)\}?"), "${request_target}"),
)
"""Variables that stand together for the target of the request."""
_OWN = re.compile(
    r"(?:request_|ssl_(?!client_[si])|server|remote_|connection|tcpinfo_|proxy_|binary_|realip_|content_|uid_|limit_|spdy|http2|http3|https|quic)"
    r"|(?:pipe|scheme|gzip_ratio|hostname|pid|nginx_version|is_args|namespace|ingress_name|service_name|service_port|status|bytes_\w+)$"
)
"""nginx' own variables that are a word or a number; headers, cookies, and what a configuration sets or maps may be any text."""


def compile_nginx(pattern: str) -> Layout:
    """Return the layout of a ``log_format`` string; ``UsageError`` when it has no variable, or two with nothing between them."""
    parts: list[str | Token] = []
    position = 0
    for pieces, whole in _WHOLE:
        pattern = pieces.sub(whole, pattern)
    for found in _VARIABLE.finditer(pattern):
        literal = pattern[position : found.start()]
        if literal:
            parts.append(literal)
        elif parts:
            raise UsageError(f"The log format has nothing between two variables at position {found.start() + 1}: {pattern}")
        parts.append(_token(found["braced"] or found["bare"]))
        position = found.end()
    if not parts:
        raise UsageError(f"The log format has no $variable: {pattern}")
    if pattern[position:]:
        parts.append(pattern[position:])
    return Layout(tuple(parts), "request end")


def _token(name: str) -> Token:
    simple = _SIMPLE.get(name)
    if simple is not None:
        return simple
    if name.startswith("upstream_"):
        return Token(f"extra:{'upstream' if name == 'upstream_addr' else name}", "text", LISTED, listed=True)
    free = _OWN.match(name) is None
    return Token(f"extra:{name.removeprefix('http_')}", "text", r".*?" if free else r"\S*")
