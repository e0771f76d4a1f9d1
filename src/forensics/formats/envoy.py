"""Envoy's default text log and Istio's: ``[start] "METHOD path PROTO" code flags ... received sent duration upstream "xff" "agent" ...``.

Durations are milliseconds. Istio adds response details and the peer's address; Envoy's default has no peer, only X-Forwarded-For, whose
last entry then stands for the client: the address that Envoy itself, or the proxy in front of it, appended for its own peer. Entries
before it were written by whoever sent the request (the whole list is kept as ``forwarded_for``). Emissary writes ``ACCESS`` before a line.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_HEAD = r'^(?:ACCESS )?\[([^\]]+)\] "([^"]*)" ([0-9]+|-) ([^ ]+)'
_TAIL = (
    r' ([0-9]+) ([0-9]+) ([0-9]+|-) ([^ ]+) "([^"]*)" "(.*)" "([^"]*)" "([^"]*)" "([^"]*)"'
    r"(?: ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+)(?: ([^ ]+))?)?"
)
_MIDDLE = r'(?: ([^ "]+) ([^ "]+))?((?: "[^"]*")*)'
_UNKNOWN = r"^([^ ]+ .*) -$"
"""A request whose protocol was not known."""
_FIELDS = (
    *("time", "request", "status", "flags", "details", "termination", "notes", "received", "bytes", "duration", "service"),
    *("forwarded", "user_agent", "request_id", "host", "upstream", "cluster", "local", "downstream", "peer", "sni", "route"),
)


def open_envoy(options: ReadOptions) -> Parser:
    """Return the parser of Envoy's and Istio's text logs."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = _fields(lines["raw"])
        timestamp = to_instant(t["time"], options.time_zone)
        appended = t["forwarded"].str.extract(r"([^,\s]+)\s*$", 1)
        method = pl.col("request").str.extract(r"^([^ ]+) ", 1)
        whole = t.select(
            request=pl.when(~pl.col("request").str.contains(r"^- -")).then(pl.col("request").str.replace(_UNKNOWN, "$1")),
            protocol=pl.when(pl.col("request").str.contains(r"^- -")).then(pl.col("request").str.extract(r"(HTTP/[0-9.]+)$", 1)),
            route=pl.when(method.is_not_null()).then("route"),
            status=pl.when(pl.col("request").str.contains("^- - -") & (pl.col("status") == "0")).then(None).otherwise("status"),
        )
        found = {
            "client": values.first_of(_known(t["peer"]), _known(appended)),
            "request": whole["request"],
            "protocol": whole["protocol"],
            "status": whole["status"],
            "bytes": t["bytes"],
            "user_agent": t["user_agent"],
            "host": t["host"],
        }
        extra = {
            "forwarded_for": t["forwarded"],
            "request_id": t["request_id"],
            "upstream": t["upstream"],
            "upstream_duration_ms": t["service"],
            "error": t["flags"],
            "route": whole["route"],
        }
        times = {"timestamp": timestamp, "duration_ms": values.to_milliseconds(t["duration"], "ms")}
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(t["bytes"].is_not_null(), timestamp))

    return in_parts(parse)


def _known(value: pl.Series) -> pl.Series:
    return values.of(value, values.present(values.V))


def _fields(raw: pl.Series) -> pl.DataFrame:
    """Return the fields; lines are taken apart in two steps, each simple enough for the fast kind of matcher."""
    groups = pl.col("raw").str.extract_groups(_HEAD + _MIDDLE + _TAIL).struct.rename_fields(list(_FIELDS)).alias("f")
    return raw.rename("raw").to_frame().select(groups).unnest("f")


FORMATS: tuple[Format, ...] = (
    Format(
        name="envoy",
        hint=r"^(?:ACCESS )?\[\d{4}-\d\d-\d\dT",
        title="Envoy and Istio access log",
        reference="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string",
        open=open_envoy,
        tier="gateway",
        rank=10,
        assumption="lines without the peer's address: the client is the last entry of X-Forwarded-For, which the proxy itself appended",
        samples=(
            Sample(
                line='[2026-03-02T00:00:17.743Z] "GET /test?x=1 HTTP/1.1" 200 - 0 256 50 25 "203.0.113.66, 2001:db8::5a24" "curl/8" '
                '"req-1" "example.com" "tcp://10.0.0.9:8080"',
                expected={
                    "timestamp": "2026-03-02T00:00:17.743Z",
                    "client_ip": "2001:db8::5a24",
                    "method": "GET",
                    "host": "example.com",
                    "path": "/test",
                    "query": "x=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 256,
                    "duration_ms": 50.0,
                    "user_agent": "curl/8",
                    "extra": {"forwarded_for": "203.0.113.66, 2001:db8::5a24", "request_id": "req-1", "upstream_duration_ms": "25"},
                },
            ),
            Sample(
                line='[2026-03-02T00:00:18.955Z] "GET /details/0 HTTP/1.1" 503 UF reset{x} - "-" 0 178 2 - "-" "Mozilla/5.0 (Q "q")" '
                '"7859" "details:9080" "10.68.2.10:9080" inbound|9080|| 127.0.0.6:47889 10.68.2.10:9080 10.68.1.7:39696 sni default',
                expected={
                    "client_ip": "10.68.1.7",
                    "status": 503,
                    "bytes_sent": 178,
                    "duration_ms": 2.0,
                    "user_agent": 'Mozilla/5.0 (Q "q")',
                    "extra": {"error": "UF", "upstream": "10.68.2.10:9080", "route": "default", "forwarded_for": None},
                },
            ),
            Sample(
                line='[2026-03-02T00:00:19.533Z] "- - -" 0 - 87 254 4 - "-" "-" "-" "-" "172.27.0.2:80"',
                expected={"method": None, "request": None, "status": None, "bytes_sent": 254, "duration_ms": 4.0},
            ),
            Sample(
                line='[2026-03-02T00:00:20.118Z] "GET /status/418?a=b -" 503 UH no_healthy_upstream - "-" 0 19 1 - "-" "curl/8" "r" "h.a" '
                '"-" outbound|80||h.example - 10.99.37.119:80 172.17.0.6:44690 - default',
                expected={"method": "GET", "path": "/status/418", "query": "a=b", "protocol": None, "status": 503},
            ),
        ),
    ),
)
