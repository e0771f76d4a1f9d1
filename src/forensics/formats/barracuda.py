"""Barracuda's Web Application Firewall: what it calls access logs, blanks between the fields, agents in quotes.

The client stands before the request (an address that a header told where it is set up so), the proxy that connected behind the agent.
Users and cookies are written as they come, blanks included; ``"-"`` is nothing. Milliseconds: the whole request's, and the server's behind.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_LINE = (
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? ?(?:[+-]\d{4}|Z|UTC)?) +\S+ +TR \S+ \d+ (\S+) \d+ (.+?) "
    r'([A-Za-z]+|"-") (?:HTTP|TLS\S*|SSL\S*|"-") (\S+) ([A-Z]+/[\d.]+|"-") (\d{1,3}) (\d+) (\d+) \d (\d+) (\S+) \d+ \d+ .*?'
    r' (?:SERVER|INTERNAL) \w+ \w+ \w+ +(?:(\S+) )?(\S+) (\S+) \S+.*? "+([^"]*)"+ \S+ \d+ .*?([0-9a-f]+-[0-9a-f]+)? *$'
)
_NAMES = (
    *("time", "client", "user", "method", "host", "protocol", "status", "bytes", "bytes_received", "taken", "upstream", "target", "query"),
    *("referrer", "user_agent", "request_id"),
)
_EXTRA = ("upstream", "bytes_received", "request_id")
_HINT = r" TR \S+ \d+ \S+ \d+ "


def open_barracuda(options: ReadOptions) -> Parser:
    """Return the parser of Barracuda's access logs."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        groups = lines["raw"].str.extract_groups(_LINE).struct.unnest()
        t = groups.rename(dict(zip(groups.columns, _NAMES, strict=True))).with_columns(
            pl.when(pl.exclude("user") != '"-"').then(pl.exclude("user")),
            pl.col("user").str.replace_all('"-"', "", literal=True).str.strip_chars(),
        )
        timestamp, taken = to_instant(t["time"], options.time_zone), values.to_milliseconds(t["taken"], "ms")
        started = pl.DataFrame({"t": timestamp, "d": taken}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        return assemble(
            lines,
            {name: t[name] for name in _NAMES if name not in ("time", "taken", *_EXTRA)},
            times={"timestamp": timestamp, "started_at": started, "duration_ms": taken},
            extra={name: t[name] for name in _EXTRA},
            outcome=outcomes(t["status"].is_not_null(), timestamp),
        )

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="barracuda",
        title="Barracuda Web Application Firewall access log",
        reference="https://campus.barracuda.com/product/webapplicationfirewall/doc/92767349/exporting-log-formats/",
        open=open_barracuda,
        tier="edge",
        time_basis="request end",
        zoned=False,
        rank=20,
        hint=_HINT,
        samples=(
            Sample(
                line='<134>2026-03-02 01:00:00.250 +0100  waf-1 TR 198.51.100.9 443 203.0.113.9 8210 "-" Kim Doe GET TLSv1.2 '
                'www.example.com HTTP/1.1 404 791 293 0 250 10.0.0.5 443 10 "-" SERVER DEFAULT PROTECTED VALID /a b=c '
                'https://a.example/ d=e; f=g "Mozilla/5.0 (X11)" 192.0.2.1 8210 "-" "-" "-" "-" 186ffd5d3fc-db6c9f3',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "started_at": "2026-03-02T00:00:00Z",
                    "duration_ms": 250.0,
                    "client_ip": "203.0.113.9",
                    "user_name": "Kim Doe",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=c",
                    "protocol": "HTTP/1.1",
                    "status": 404,
                    "bytes_sent": 791,
                    "referrer": "https://a.example/",
                    "user_agent": "Mozilla/5.0 (X11)",
                    "extra": {"upstream": "10.0.0.5", "bytes_received": "293", "request_id": "186ffd5d3fc-db6c9f3"},
                },
            ),
            Sample(
                line='2026-03-02 00:00:01.250 +0000  waf-1 TR 198.51.100.9 80 203.0.113.9 8210 "-" "-" "-" HTTP 198.51.100.9 "-" '
                '400 0 120 0 0 10.0.0.5 80 0 "-" INTERNAL DEFAULT PROTECTED INVALID  "-" "-" "-" "Unknown" 192.0.2.1 8210 '
                '"-" "-" "-" "-" 19122c677c6-761287a1',
                expected={
                    "client_ip": "203.0.113.9",
                    "user_name": None,
                    "method": None,
                    "path": None,
                    "query": None,
                    "referrer": None,
                    "status": 400,
                    "bytes_sent": 0,
                    "user_agent": "Unknown",
                },
            ),
        ),
    ),
)
