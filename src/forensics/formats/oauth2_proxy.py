"""oauth2-proxy's request log: who came (an email, mostly), what was asked of which upstream, and the duration in seconds at its end."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_LINE = (
    r"^([^ ]+) - (?:([^ ]+) - )?([^\[]+) \[(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\] ([^ ]+) ([A-Z]+) ([^ ]+) "
    r'"((?:[^"\\]|\\.)*)" (HTTP/[\d.]+) "((?:[^"\\]|\\.)*)" (\d{3}) (\d+) (\d+\.\d+)$'
)
_FIELDS = ("client", "id", "user", "time", "host", "method", "upstream", "target", "protocol", "user_agent", "status", "bytes", "taken")


def open_oauth2_proxy(options: ReadOptions) -> Parser:
    """Return the parser of oauth2-proxy's request log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_LINE).struct.rename_fields(list(_FIELDS)).alias("f")).unnest("f")
        timestamp, duration = to_instant(t["time"], options.time_zone), values.to_milliseconds(t["taken"], "s")
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        names = ("client", "user", "host", "method", "target", "protocol", "user_agent", "status", "bytes")
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        extra = {"request_id": t["id"], "upstream": t["upstream"]}
        outcome = outcomes(t["status"].is_not_null(), timestamp)
        return assemble(lines, {name: t[name] for name in names}, times=times, extra=extra, outcome=outcome)

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="oauth2_proxy",
        title="oauth2-proxy request log",
        reference="https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview#request-log-format",
        open=open_oauth2_proxy,
        tier="gateway",
        time_basis="request end",
        zoned=False,
        rank=20,
        hint=r'\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] [^ ]+ [A-Z]+ [^ ]+ "[^"]*" HTTP/',
        samples=(
            Sample(
                line="203.0.113.9:40112 - 5f1b-2c3d - kim@a.example [2026/03/02 00:00:01] shop.example GET http://10.0.0.4:80/ "
                '"/a?b=1" HTTP/1.1 "curl/8 (x)" 200 512 0.250',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "started_at": "2026-03-02T00:00:00.750Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim@a.example",
                    "method": "GET",
                    "host": "shop.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "curl/8 (x)",
                    "extra": {"request_id": "5f1b-2c3d", "upstream": "http://10.0.0.4:80/"},
                },
            ),
            Sample(
                line='203.0.113.9 - - [2026/03/02 00:00:02] shop.example GET - "/oauth2/sign_in" HTTP/2.0 "" 403 2637 0.001',
                expected={"client_ip": "203.0.113.9", "user_name": None, "status": 403, "extra": {"request_id": None, "upstream": None}},
            ),
        ),
    ),
)
