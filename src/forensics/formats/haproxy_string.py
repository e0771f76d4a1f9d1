"""HAProxy's ``log-format`` strings, compiled to layouts.

Variables: https://docs.haproxy.org/3.0/configuration.html#8.2.6; every date is that of the accepted connection or of the first byte of
the request, so times are starts. Blanks around variables that are empty (``%hr`` where nothing is captured) fall together.
"""

from __future__ import annotations

import re

from forensics.errors import UsageError
from forensics.formats.layout import Layout
from forensics.formats.split import Token

_COUNT = r"\+?-?\d+"
_ZONED = r"\d{2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_NOTHING = Token("", pattern=_COUNT)
_VARIABLE = re.compile(
    r"(?P<both>%b/%s)|%(?:\{(?P<flags>[^}]*)\})?(?:\[(?P<sample>(?:[^\[\]()]|\([^)]*\))*)\]|(?P<name>[A-Za-z]{1,3}))|(?P<percent>%%)"
)
_SIMPLE: dict[str, Token] = {
    "ci": Token("client_ip", "address", r"[0-9A-Za-z.:%_\[\]-]+?"),
    "B": Token("bytes_sent", "integer", _COUNT),
    "U": Token("extra:bytes_received", pattern=_COUNT),
    "ST": Token("status", "status", r"-?\d{1,3}"),
    "r": Token("", "request", r".*?"),
    "HM": Token("method"),
    "HP": Token("path", pattern=r"[^\s?]*"),
    "HPO": Token("path", pattern=r"[^\s?]*"),
    "HQ": Token("query", "query", r"\?\S*|"),
    "HU": Token("", "target"),
    "HV": Token("protocol"),
    "ID": Token("extra:request_id", pattern=r"\S*"),
    "ft": Token("extra:route", pattern=r"[^\s~]+"),
    "f": Token("extra:route"),
    "b": Token("extra:backend"),
    "s": Token("extra:server"),
    "H": Token("extra:hostname"),
    "t": Token("timestamp", "strptime:%d/%b/%Y:%H:%M:%S%.3f", r"\S+?"),
    "tr": Token("timestamp", "strptime:%d/%b/%Y:%H:%M:%S%.3f", r"\S+?"),
    **{name: Token("timestamp", "clf_time", _ZONED, spaces=1) for name in ("T", "Tl", "trg", "trl")},
    "Ts": Token("timestamp", "epoch", r"\d+"),
    "Ta": Token("duration_ms", "ms", _COUNT),
    "Tt": Token("duration_ms", "ms", _COUNT),
    "Tw": Token("extra:queue_ms", pattern=_COUNT),
    "Tr": Token("extra:upstream_duration_ms", pattern=_COUNT),
    "tsc": Token("extra:termination_state"),
    "ts": Token("extra:termination_state"),
    "sslv": Token("extra:tls_version"),
    "sslc": Token("extra:tls_cipher"),
    "CC": Token("extra:cookie"),
    "CS": Token("extra:set_cookie"),
    "hr": Token("extra:captured_headers", pattern=r"(?:\{[^}]*\})?"),
    "hs": Token("extra:captured_response_headers", pattern=r"(?:\{[^}]*\})?"),
    "hrl": Token("extra:captured_headers", "text", r".*?"),
    "hsl": Token("extra:captured_response_headers", "text", r".*?"),
    **dict.fromkeys(("ac", "fc", "bc", "sc", "rc", "sq", "bq", "cp", "fp", "bp", "sp", "lc", "rt", "pid", "ms", "Tu"), _NOTHING),
    **dict.fromkeys(("TR", "Tc", "Tq", "Th", "Ti", "Td", "TD"), _NOTHING),
    **{name: Token("", pattern=r"\S+?") for name in ("fi", "bi", "si")},
}
_LONGEST_FIRST = sorted(_SIMPLE, key=len, reverse=True)
_TEXTS = frozenset(
    {"r", "HM", "HP", "HPO", "HQ", "HU", "HV", "ID", "ft", "f", "b", "s", "H", "CC", "CS", "hrl", "hsl", "sslv", "sslc", "ci"}
)
"""Variables that the flag ``Q`` puts into quotes."""
_FOLLOWED = {"hr": " *", "hs": " *", "ft": "~?"}
"""What comes after values: blanks that fall together where they are empty, the mark of an encrypted connection."""
_SAMPLES = (
    (r"^src$", Token("client_ip", "address")),
    (r"^method$", Token("method")),
    (r"^path$", Token("path", pattern=r"[^\s?]*")),
    (r"^query$", Token("query", "text", r"\S*")),
    (r"^(?:req\.)?(?:hdr|fhdr)\(user-agent", Token("user_agent", "text", r".*?")),
    (r"^(?:req\.)?(?:hdr|fhdr)\(referer", Token("referrer", "text", r".*?")),
    (r"^(?:req\.)?(?:hdr|fhdr)\(host", Token("host")),
    (r"^(?:req\.)?(?:hdr|fhdr)\(x-forwarded-for", Token("extra:forwarded_for", "text", r".*?")),
)
_MARK = re.compile(r"%(?:\{[+-][^}]*\})?(?:ci|ST|HMP?|HU|HPO?|ft|trg|trl)(?![a-z])|%\{[+-][A-Z,+-]*\}")


def is_haproxy(text: str) -> bool:
    """Whether a format string has variables that HAProxy alone knows."""
    return _MARK.search(text) is not None


def compile_haproxy(pattern: str) -> Layout:
    """Return the layout of a ``log-format`` string; ``UsageError`` names a variable that HAProxy does not define, and where."""
    text = re.sub(r'\\([ "\[\]])', r"\1", pattern)
    parts: list[str | Token] = []
    position, quoting = 0, False
    for found in _VARIABLE.finditer(text):
        if found.start() < position:
            continue
        _literal(parts, text[position : found.start()])
        position = found.end()
        if found["percent"] or found["both"]:
            _add(parts, "%" if found["percent"] else Token("extra:upstream", pattern=r"[^\s/]+/\S*"))
            continue
        flags = found["flags"] or ""
        if found["name"] == "o":
            quoting = "+Q" in flags or (quoting and "-Q" not in flags)
            continue
        name, token = _token(found, text)
        position -= len(found["name"] or name) - len(name)
        quoted = "+Q" in flags or (quoting and "-Q" not in flags and name in _TEXTS)
        _add(parts, *(('"', token, '"') if quoted else (token,)))
        if name in _FOLLOWED:
            parts.append(Token("", pattern=_FOLLOWED[name]))
            position += text[position : position + 1] == " " and _FOLLOWED[name] == " *"
    _literal(parts, text[position:])
    return Layout(tuple(parts), "request start")


def _token(found: re.Match[str], text: str) -> tuple[str, Token]:
    """Return the variable's name (of ``%sslv`` and the like more than the pattern took, of others less) and its token."""
    if found["sample"] is not None:
        key = re.sub(r"[^0-9a-z]+", "_", found["sample"].lower()).strip("_")
        told = next((token for sample, token in _SAMPLES if re.search(sample, found["sample"], re.IGNORECASE)), None)
        return "", told or Token(f"extra:{key}", "text", r".*?")
    name = next((name for name in _LONGEST_FIRST if text.startswith(name, found.start("name"))), None)
    if name is None:
        raise UsageError(f"The log format has {found[0]} at position {found.start() + 1}, which HAProxy does not define: {text}")
    return name, _SIMPLE[name]


def _literal(parts: list[str | Token], literal: str) -> None:
    """Add literal text; no blanks at the beginning, where variables that write nothing stood."""
    _add(parts, literal.lstrip(" ") if not parts else literal)


def _add(parts: list[str | Token], *pieces: str | Token) -> None:
    for piece in pieces:
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        elif piece:
            parts.append(piece)
