"""Anything built around ``[time] "request" status bytes``: hosts and address lists before it, whatever the server was told to add after it.

For the lines that no exact format reads. What stands where is told by its looks: an address list in quotes is a forwarded-for, a number
with three decimals is nginx' request time; what cannot be told goes to ``extra`` as it is.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.combined import CLF_HINT
from forensics.formats.layout import Layout, Token, outcome_of

_ADDRESS = r"(?:\d+\.\d+\.\d+\.\d+(?::\d+)?|\[?[0-9a-fA-F]*:[0-9a-fA-F:.]+\]?(?::\d+)?|unix:|localhost)"
_PEER = rf"(?:{_ADDRESS}|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
"""An address or a host name, and no timestamp of a line that wraps this one."""
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TAIL = rf'(?: +(?:{_QUOTED}|[^\s"]+(?:{_QUOTED})?))*'
_TEXT = r'(?:[^"\\]|\\.)*|.*?'
LINE = (
    r"^(?P<before>[^\[]*?) ?\[(?P<time>\d{1,2}/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4})\]"
    r'(?: "[^"]*")? +"(?P<request>.*?)" +(?P<status>\d{3}|-|0) +(?P<bytes>\d+|-)'
    r'(?:(?P<middle>|(?: +[^\s"]+){2,}|(?: +[^\s"]+)) +'
    rf'(?:"(?P<referrer>{_TEXT})" +(?:"(?P<agent>{_TEXT})"|-)|- +"(?P<sole>{_TEXT})")(?P<tail>{_TAIL})'
    rf"|(?P<rest>{_TAIL})) *$"
)
"""The known fields; then either referrer and user agent with something before or after them, or anything."""
_BEFORE = (
    rf"^(?P<host>\S+) (?P<client>{_ADDRESS}) (?P<ident>-) (?P<id>[0-9A-Za-z-]{{6,}}) (?P<user>\S+)$",
    rf"^(?P<host>\S+) (?P<client>{_ADDRESS}) (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>\S+) (?P<client>{_ADDRESS}),? {_ADDRESS}(?:,? {_ADDRESS})* (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>)(?P<client>{_PEER}) (?P<ident>[^|\s]+) (?P<id>)(?P<user>|\S+(?: \S+){{0,3}})$",
    rf"^(?P<host>)(?P<client>{_PEER}) (?P<ident>)(?P<id>)(?P<user>\S+)$",
)
_PARTS = ("host", "client", "ident", "id", "user")

LAYOUT = Layout(
    (
        Token("host"),
        Token("client_ip", "address"),
        Token("extra:ident"),
        Token("extra:request_id"),
        Token("user_name"),
        Token("timestamp", "clf_time"),
        Token("", "request"),
        Token("status", "status"),
        Token("bytes_sent", "integer"),
        Token("referrer"),
        Token("user_agent"),
        Token("duration_ms", "ms"),
        Token("extra:forwarded_for"),
        Token("extra:fields"),
    ),
    "request end",
)


def parser(options: ReadOptions) -> Parser:
    """Return the parser (it keeps no state between batches)."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        whole = lines.with_columns(pl.col("raw").str.extract_groups(LINE).alias("g")).unnest("g")
        before = pl.col("before").str.strip_chars()
        tried = whole.with_columns(before.str.extract_groups(pattern).alias(f"b{n}") for n, pattern in enumerate(_BEFORE))
        chosen = [pl.coalesce(_field(n, part) for n in range(len(_BEFORE))).alias(part) for part in _PARTS]
        known = tried.with_columns(*chosen, *_added())
        values = [
            pl.col("host").str.replace(r":\d+$", ""),
            *(pl.col(name) for name in ("client", "ident", "id", "user", "time", "request", "status", "bytes", "referrer")),
            pl.coalesce("agent", "sole"),
            *(pl.col(name) for name in ("duration", "forwarded", "fields")),
        ]
        fits = pl.col("time").is_not_null() & pl.col("client").is_not_null()
        raw = known.select("line", "raw", fits.alias("fits"), *(value.alias(f"t{n}") for n, value in enumerate(values)))
        return outcome_of(LAYOUT.assemble(raw, options))

    return parse


def _field(n: int, part: str) -> pl.Expr:
    """Return a part as the n-th pattern reads it; NULL where that pattern does not fit."""
    found = pl.col(f"b{n}").struct
    return pl.when(found.field("client").is_not_null()).then(found.field(part))


def _added() -> list[pl.Expr]:
    """Return duration (ms), forwarded-for and the other fields, by the looks of what stands beside the known ones."""
    middle, tail = pl.col("middle").str.strip_chars(), pl.coalesce("tail", "rest").str.strip_chars()
    seconds = tail.str.extract(r'(?:^|[\s=])"?(\d+\.\d{3})"?(?:\s|$)').cast(pl.Float64) * 1000
    millis = pl.coalesce(tail.str.extract(r"(?:^|\s)(\d+)ms(?:\s|$)"), middle.str.extract(rf"^(?:{_ADDRESS}|[+X-])(?: [+X-])? (\d+)$"))
    listed = tail.str.extract(rf'(?:^|\s)"({_ADDRESS}(?:, ?{_ADDRESS})*)"')
    return [
        pl.coalesce(seconds, millis.cast(pl.Float64)).cast(pl.String).alias("duration"),
        pl.coalesce(tail.str.extract(r'(?i)X-Forwarded-For="([^"]*)"'), listed).alias("forwarded"),
        pl.concat_str(middle, tail, separator=" ", ignore_nulls=True).str.strip_chars(" -").alias("fields"),
    ]


FORMATS = (
    Format(
        name="clf",
        title="Common log format with other fields around it",
        reference="https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples",
        samples=(
            Sample(
                line="shop.example.com 198.18.0.7 - req-00017 ann [02/Mar/2024:00:00:02 +0000] "
                '"GET /a?b=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" '
                '"203.0.113.9, 198.18.0.1" 0.250 .',
                expected={
                    "timestamp": datetime(2024, 3, 2, 0, 0, 2),
                    "started_at": datetime(2024, 3, 2, 0, 0, 1, 750000),
                    "host": "shop.example.com",
                    "client_ip": "198.18.0.7",
                    "user_name": "ann",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "curl/8.5.0",
                    "extra": {"request_id": "req-00017", "forwarded_for": "203.0.113.9, 198.18.0.1"},
                },
            ),
            Sample(
                line="198.18.0.7 - ann lee [02/Mar/2024:00:00:02 +0530] "
                '"POST /a HTTP/1.1" 200 512 198.18.1.5 + 400 "http://a.example/" "curl/8.5.0" '
                'X-Forwarded-For="203.0.113.9"',
                expected={
                    "timestamp": datetime(2024, 3, 1, 18, 30, 2),
                    "user_name": "ann lee",
                    "duration_ms": 400.0,
                    "referrer": "http://a.example/",
                    "extra": {"forwarded_for": "203.0.113.9"},
                },
            ),
        ),
        open=parser,
        time_basis="request end",
        hint=CLF_HINT,
        pattern=LINE,
        rank=5,
        assumption="other fields were told by their looks; a number after an address or + X - is taken as ms (Tomcat's %D)",
    ),
)
