"""Squid's ``logformat`` strings, compiled to layouts.

Codes: https://www.squid-cache.org/Doc/config/logformat; the time is that of the end of the transaction. Widths pad values with blanks,
which a layout takes for one.
"""

from __future__ import annotations

import re

from forensics.errors import UsageError
from forensics.formats.layout import Layout
from forensics.formats.split import Token

_COUNT = r"-?\d+|-"
_CLF = r"\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_WIDTH = r"[\"'#/\[]?-?0?\d*(?:\.\d+)?"
_CODE = re.compile(
    rf"(?P<stamp>%ts\.%{_WIDTH}tu)|(?P<request>%{_WIDTH}>?rm %{_WIDTH}>?ru (?:HTTP/)?%{_WIDTH}>?rv)|(?P<peer>%{_WIDTH}Sh/%{_WIDTH}<[aA])"
    rf"|%{_WIDTH}(?:\{{(?P<argument>[^}}]*)\}})?(?P<code>(?:http::)?[<>]?(?:[A-Za-z_]+|%))(?:\{{(?P<after>[^}}]*)\}})?"
)
_SIMPLE: dict[str, Token] = {
    ">a": Token("client_ip", "address"),
    ">A": Token("extra:client_name"),
    "ts": Token("timestamp", "epoch", r"\d+"),
    "tl": Token("timestamp", "clf_time", _CLF, spaces=1),
    "tg": Token("timestamp", "clf_time", _CLF, spaces=1),
    "tr": Token("duration_ms", "ms", _COUNT),
    "Ss": Token("extra:cache_status", pattern=r"[^\s/:]+"),
    "Sh": Token("extra:hierarchy", pattern=r"[^\s/:]+"),
    **dict.fromkeys((">Hs", "Hs"), Token("status", "status", r"\d{1,3}|-")),
    "<Hs": Token("extra:upstream_status", pattern=_COUNT),
    "<st": Token("bytes_sent", "integer", _COUNT),
    ">st": Token("extra:bytes_received", pattern=_COUNT),
    "st": Token("extra:bytes_total", pattern=_COUNT),
    **dict.fromkeys(("rm", ">rm"), Token("method")),
    **dict.fromkeys(("ru", ">ru"), Token("", "target")),
    **dict.fromkeys(("rp", ">rp"), Token("", "target")),
    **dict.fromkeys(("rd", ">rd"), Token("host")),
    **dict.fromkeys(("un", "ul", "ue", "us"), Token("user_name", "text", r"\S*")),
    "ui": Token("extra:ident"),
    "mt": Token("extra:content_type"),
    **dict.fromkeys(("<a", "<A"), Token("extra:upstream")),
    "err_code": Token("extra:error"),
}
_CODES = sorted(_SIMPLE, key=len, reverse=True)
_HEADERS = {"referer": "referrer", "user-agent": "user_agent", "host": "host", "x-forwarded-for": "extra:forwarded_for"}
_MARK = re.compile(rf"%{_WIDTH}(?:>[aA]\b|<st\b|>Hs|S[sh]\b|rm\b|ru\b)|%{_WIDTH}\{{[^}}]*\}}>h|%ts\.%0?3tu|\[%tl\]")


def is_squid(text: str) -> bool:
    """Whether a format string has codes that Squid alone knows."""
    return _MARK.search(text) is not None


def compile_squid(pattern: str) -> Layout:
    """Return the layout of a ``logformat`` string; what is after ``%`` must begin with a known code, else it is an extra value."""
    parts: list[str | Token] = []
    position = 0
    for found in _CODE.finditer(pattern):
        literal = pattern[position : found.start()]
        position = found.end()
        code = (found["code"] or "").removeprefix("http::")
        if code == "%":
            literal += "%"
        if literal:
            if parts and isinstance(parts[-1], str):
                parts[-1] += literal
            else:
                parts.append(literal)
        if code != "%":
            token, rest = _token(found, code)
            parts.append(token)
            position -= rest
    if pattern[position:]:
        parts.append(pattern[position:])
    if not any(isinstance(part, Token) for part in parts):
        raise UsageError(f"The log format has no %code of Squid: {pattern}")
    return Layout(tuple(parts), "request end")


def _token(found: re.Match[str], code: str) -> tuple[Token, int]:
    """Return the value, and how many of the letters matched are literal text behind its code."""
    if found["stamp"]:
        return Token("timestamp", "epoch", r"\d+\.\d{1,6}"), 0
    if found["request"]:
        return Token("", "request", r".*?"), 0
    if found["peer"]:
        return Token("extra:upstream", pattern=r"\S+"), 0
    argument = found["argument"] or found["after"]
    if argument and code in (">h", "<h", ">ha"):
        key = re.sub(r"[^0-9a-z]+", "_", argument.lower()).strip("_")
        column = _HEADERS.get(argument.lower(), f"extra:{key}") if code != "<h" else f"extra:sent_{key}"
        return Token(column, "text", r".*?"), 0
    if argument and code in ("tl", "tg"):
        return Token("timestamp", f"strptime:{argument}", r".+?", spaces=argument.count(" ")), 0
    known = next((name for name in _CODES if code.startswith(name)), None)
    if known is None:
        return Token(f"extra:{re.sub(r'[^0-9a-z]+', '_', code.lower()).strip('_')}"), 0
    return _SIMPLE[known], 0 if found["after"] else len(code) - len(known)
