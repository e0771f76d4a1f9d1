"""Cloud Foundry's Gorouter: host, time, request, status, bytes received and then sent, referrer, agent, peer, backend, named values.

The peer is in quotes behind the agent; what stands first is the host that was asked for. ``response_time`` is in seconds.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_LINE = (
    r'^(\S+) - \[([^\]]+)\] "(.*?)" (\d{3}|-|"-") (\d+|-) (\d+|-) "(.*?)" "(.*?)" "([^"]*)" "([^"]*)" '
    r'(x_forwarded_for:"([^"]*)".*)$'
)
_FIELDS = ["host", "time", "request", "status", "received", "bytes", "referrer", "user_agent", "peer", "backend", "named", "forwarded"]


def open_gorouter(options: ReadOptions) -> Parser:
    """Return the parser of Gorouter's access log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_LINE).struct.rename_fields(_FIELDS).alias("f")).unnest("f")
        named = t["named"]
        timestamp = to_instant(t["time"], options.time_zone)
        found = {"client": t["peer"], **{role: t[role] for role in ("request", "status", "bytes", "referrer", "user_agent")}}
        found["host"] = t["host"].str.replace(r":\d+$", "")
        times = {"timestamp": timestamp, "duration_ms": values.to_milliseconds(named.str.extract(r' response_time:"?([\d.]+)', 1), "s")}
        extra = {
            "forwarded_for": t["forwarded"],
            "request_id": named.str.extract(r' vcap_request_id:"([^"]*)"', 1),
            "upstream": t["backend"],
            "route": named.str.extract(r' app_id:"([^"]*)"', 1),
            "error": named.str.extract(r' x_cf_routererror:"([^"]*)"', 1),
        }
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(t["peer"].is_not_null(), timestamp))

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="gorouter",
        title="Cloud Foundry Gorouter access log",
        reference="https://docs.cloudfoundry.org/devguide/deploy-apps/streaming-logs.html#http-request-logging",
        open=open_gorouter,
        tier="gateway",
        rank=12,
        hint=r'" x_forwarded_for:"',
        samples=(
            Sample(
                line='shop.example - [2026-03-02T00:00:31.123+0000] "GET /foo?a=1 HTTP/1.1" 200 17 54 "-" "curl/8" "198.51.100.9:60000" '
                '"10.0.4.4:61000" x_forwarded_for:"203.0.113.5, 198.51.100.9" x_forwarded_proto:"https" vcap_request_id:"6f58" '
                'response_time:0.033 gorouter_time:0.0001 app_id:"d28f" app_index:"0"',
                expected={
                    "timestamp": "2026-03-02T00:00:31.123Z",
                    "client_ip": "198.51.100.9",
                    "method": "GET",
                    "host": "shop.example",
                    "path": "/foo",
                    "query": "a=1",
                    "status": 200,
                    "bytes_sent": 54,
                    "duration_ms": 33.0,
                    "user_agent": "curl/8",
                    "referrer": None,
                    "extra": {"forwarded_for": "203.0.113.5, 198.51.100.9", "request_id": "6f58", "upstream": "10.0.4.4:61000"},
                },
            ),
        ),
    ),
)
