"""Apache's ``LogFormat`` strings, compiled to layouts.

Directives: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats (and mod_logio, mod_ssl); Tomcat's access log valve
(https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#Access_Log_Valve) shares them.
"""

from __future__ import annotations

import re

from forensics.errors import UsageError
from forensics.formats.layout import Layout
from forensics.formats.split import Token

NUMBER = r"-?\d+|-"
ADDRESS = r"[0-9A-Za-z.:%_\[\]-]+"
_CLF = r"\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4}"

_TOMCAT = re.compile(r"%F|%\{[^}]*\}[rs](?![A-Za-z])|%\{[^}%]*yy[^}%]*\}t")
_JAVA = {
    **{"yyyy": "%Y", "yy": "%y", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSS": "%3f"},
    **{"XXX": "%:z", "Z": "%z", "z": "%Z", "EEE": "%a", "'T'": "T", "'Z'": "Z"},
}
"""The letters of Java's ``SimpleDateFormat``, in which Tomcat takes times."""
_DIRECTIVE = re.compile(r"%(?P<modifier>[!<>0-9,]*)(?:\{(?P<argument>[^}]*)\})?(?P<letter>\^?[A-Za-z]{1,2}|%)")
_SIMPLE: dict[str, Token] = {
    "a": Token("client_ip", "address", ADDRESS),
    "A": Token("extra:local_ip"),
    "B": Token("bytes_sent", "integer", NUMBER),
    "b": Token("bytes_sent", "integer", NUMBER),
    "D": Token("duration_ms", "us", NUMBER),
    "f": Token("extra:filename"),
    "h": Token("client_ip", "address"),
    "H": Token("protocol"),
    "I": Token("extra:bytes_received", pattern=NUMBER),
    "k": Token("extra:keepalive_requests", pattern=NUMBER),
    "l": Token("extra:ident"),
    "L": Token("extra:log_id"),
    "m": Token("method"),
    "O": Token("bytes_sent", "integer", NUMBER),
    "p": Token("extra:port", pattern=r"\d+|-"),
    "P": Token("extra:process_id", pattern=NUMBER),
    "q": Token("query", "query", r"\?\S*|"),
    "r": Token("", "request", r".*?"),
    "R": Token("extra:handler"),
    "s": Token("status", "status", r"\d{3}|-|0"),
    "S": Token("extra:bytes_total", pattern=NUMBER),
    "t": Token("timestamp", "clf_time", _CLF, spaces=1),
    "T": Token("duration_ms", "s", r"-?\d+(?:\.\d+)?|-"),
    "u": Token("user_name", "text", r"\S*"),
    "U": Token("path", pattern=r"[^\s?]+"),
    "v": Token("host", "text", r'[^\s,"]+?'),
    "V": Token("host", "text", r'[^\s,"]+?'),
    "X": Token("extra:connection_status"),
}
_HEADERS = {
    "referer": "referrer",
    "user-agent": "user_agent",
    "host": "host",
    "x-forwarded-for": "extra:forwarded_for",
    "x-request-id": "extra:request_id",
}
_SSL = {"SSL_PROTOCOL": "extra:tls_protocol", "SSL_CIPHER": "extra:tls_cipher", "SSL_CLIENT_S_DN_CN": "extra:tls_client"}
_TIMES = {"sec": "epoch", "msec": "epoch", "usec": "epoch"}


def compile_apache(pattern: str, *, duration_unit: str | None = None) -> Layout:
    """Return the layout of a ``LogFormat`` string (``%D`` is µs unless told); ``UsageError`` names what it does not know, and where."""
    parts: list[str | Token] = []
    position = 0
    basis = "request start"
    text = pattern.replace('\\"', '"').replace("\\t", "\t")
    tomcat = _TOMCAT.search(text) is not None
    for found in _DIRECTIVE.finditer(text):
        _literal(parts, text[position : found.start()], position)
        position = found.end()
        if found["letter"] == "%":
            _literal(parts, "%", None)
            continue
        token = (_tomcats(found) if tomcat else None) or _token(found, text)
        if token.column == "timestamp":
            if found["argument"] is None:
                _literal(parts, "[", None)
                parts.append(token)
                _literal(parts, "]", None)
                continue
            if found["argument"].startswith("end:"):
                basis = "request end"
        if found["letter"] == "t" and _joined(parts, token):
            continue
        if found["letter"] == "D" and duration_unit:
            token = Token(token.column, duration_unit, token.pattern)
        parts.append(token)
    _literal(parts, text[position:], position)
    return Layout(tuple(_finest(parts)), basis)


def _joined(parts: list[str | Token], token: Token) -> bool:
    """Whether a part of a time went into the one before it: ``%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t`` is one time."""
    between = parts.pop() if len(parts) > 1 and isinstance(parts[-1], str) and isinstance(parts[-2], Token) else ""
    before = parts[-1] if parts else None
    fraction = {"extra:msec_frac": "%3f", "extra:usec_frac": "%6f"}.get(token.column)
    more = fraction or (token.kind.partition(":")[2] if token.kind.startswith("strptime:") else None)
    whole = None
    if isinstance(before, Token) and before.column == "timestamp" and more is not None:
        if before.kind.startswith("strptime:"):
            form = f"{before.kind}{between}{more}"
            whole = Token("timestamp", form, r".+?", spaces=form.count(" "))
        elif before.kind == "epoch" and between == "." and fraction:
            whole = Token("timestamp", "epoch", r"\d+\.\d+")
    if whole is not None:
        parts[-1] = whole
    elif between:
        parts.append(between)
    return whole is not None


def _finest(parts: list[str | Token]) -> list[str | Token]:
    """Return the parts with one duration, the most exact of several (``%T/%D``)."""
    units = [part.kind for part in parts if isinstance(part, Token) and part.column == "duration_ms"]
    finest = min(units, key=["ns", "us", "ms", "s"].index, default="")
    kept: list[str | Token] = []
    for part in parts:
        other = isinstance(part, Token) and part.column == "duration_ms" and (part.kind != finest or part in kept)
        kept.append(Token("", pattern=part.pattern) if other and isinstance(part, Token) else part)
    return kept


def _tomcats(found: re.Match[str]) -> Token | None:
    """Return the token of what Tomcat's valve means otherwise than httpd: its thread, session and attributes."""
    if found["letter"] == "r" and found["argument"]:
        peer = found["argument"].lower().endswith(("remoteaddr", "remotehost"))
        return Token("client_ip", "address", ADDRESS) if peer else None
    if found["argument"] is None:
        return {
            "F": Token("extra:commit_ms", pattern=NUMBER),
            "I": Token("extra:thread", "text", r"\S+"),
            "S": Token("extra:session_id"),
        }.get(found["letter"])
    return None


def _literal(parts: list[str | Token], literal: str, position: int | None) -> None:
    if position is not None and "%" in literal:
        raise UsageError(f"The log format has a % at position {position + literal.index('%') + 1} that begins no directive.")
    if not literal:
        return
    if parts and isinstance(parts[-1], str):
        parts[-1] += literal
    else:
        parts.append(literal)


def _token(found: re.Match[str], text: str) -> Token:
    letter, argument = found["letter"], found["argument"]
    if argument is None or letter in "apP":
        simple = _SIMPLE.get(letter)
        if simple is not None:
            return simple
    elif letter == "t":
        return _time(argument)
    elif letter == "T":
        return Token("duration_ms", argument if argument in ("s", "ms", "us", "ns") else "s", r"-?\d+(?:\.\d+)?|-")
    elif letter in ("i", "o", "C", "n", "e", "x", "c", "r", "s", "^ti", "^to"):
        return _named(letter, argument)
    raise UsageError(f"The log format has {found[0]} at position {found.start() + 1}, which Apache does not define: {text}")


def _named(letter: str, argument: str) -> Token:
    key = re.sub(r"[^0-9a-z]+", "_", argument.lower()).strip("_")
    if letter == "i":
        return Token(_HEADERS.get(argument.lower(), f"extra:{key}"), "text", r".*?")
    if letter == "x":
        return Token(_SSL.get(argument, f"extra:{key}"))
    prefix = {"o": "sent_", "C": "cookie_", "^ti": "trailer_", "^to": "sent_trailer_"}.get(letter, "")
    return Token(f"extra:{prefix}{key}", "text", r".*?")


def _time(argument: str) -> Token:
    form = argument.removeprefix("begin:").removeprefix("end:")
    if form in _TIMES:
        return Token("timestamp", "epoch", r"\d+")
    if form in ("msec_frac", "usec_frac"):
        return Token(f"extra:{form}", pattern=r"\d+")
    if "%" not in form and "yy" in form:
        form = re.sub("|".join(sorted(map(re.escape, _JAVA), key=len, reverse=True)), lambda letters: _JAVA[letters[0]], form)
    form = form.replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d").replace("%R", "%H:%M").replace("%D", "%m/%d/%y")
    return Token("timestamp", f"strptime:{form}", r".+?", spaces=form.count(" "))
