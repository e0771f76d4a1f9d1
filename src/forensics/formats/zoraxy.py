"""Zoraxy's request log: time of the host's own zone, the router that took the request, the host asked for, client and agent in brackets."""

from __future__ import annotations

import polars as pl

from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_LINE = (
    r"^\[(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\] \[router:(?P<route>[^\]]*)\] \[origin:(?P<host>[^\]]*)\] "
    r"\[client:? (?P<client>[^\]]*)\](?: \[useragent: ?(?P<user_agent>.*)\])? (?P<method>[A-Za-z]+) (?P<target>.*) (?P<status>\d{3})$"
)
_SYSTEM = r"^\[[^\]]*\] \[(?:system|internal)[^\]]*\]"


def open_zoraxy(options: ReadOptions) -> Parser:
    """Return the parser of Zoraxy's log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_LINE).alias("g")).unnest("g")
        timestamp = to_instant(t["time"], options.time_zone)
        found = {name: t[name] for name in ("host", "client", "user_agent", "method", "target", "status")}
        notice = lines["raw"].str.contains(_SYSTEM)
        outcome = outcomes(t["status"].is_not_null(), timestamp, notice, "a notice of Zoraxy, no request")
        return assemble(lines, found, times={"timestamp": timestamp}, extra={"route": t["route"]}, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="zoraxy",
        hint=r"\] \[router:[^\]]*\] \[origin:",
        title="Zoraxy request log",
        reference="https://github.com/tobychui/zoraxy/blob/main/src/mod/info/logger/trafficlog.go",
        open=open_zoraxy,
        tier="gateway",
        time_basis="request end",
        zoned=False,
        rank=10,
        samples=(
            Sample(
                line="[2026-03-02 00:00:44.123456] [router:host-http] [origin:app.example.com] [client: 203.0.113.21] "
                "[useragent: Mozilla/5.0 (X11) [en]] GET /index.html?a=b c 200",
                expected={
                    "timestamp": "2026-03-02T00:00:44.123456Z",
                    "client_ip": "203.0.113.21",
                    "method": "GET",
                    "host": "app.example.com",
                    "path": "/index.html",
                    "query": "a=b c",
                    "status": 200,
                    "user_agent": "Mozilla/5.0 (X11) [en]",
                    "extra": {"route": "host-http"},
                },
            ),
            Sample(
                line="[2026-03-02 00:00:45.313612] [router:blacklist] [origin:a.example] [client 2001:db8::9] GET /.env 403",
                expected={"client_ip": "2001:db8::9", "path": "/.env", "status": 403, "user_agent": None},
            ),
            Sample(
                line="[2026-03-02 00:00:46.000000] [system:info] Service started",
                expected={"outcome": "skipped", "reason": "a notice of Zoraxy, no request"},
            ),
        ),
    ),
)
