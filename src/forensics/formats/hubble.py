"""Hubble's HTTP flows (Cilium), as its exporter and ``hubble observe -o json`` write them.

A request is told in two records. The one of the response tells all of it, and that it goes the other way: its destination is who asked.
That of the request, and flows that are no HTTP, are skipped; a request that policy refuses has a response, too (403).
"""

from __future__ import annotations

import polars as pl

from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.json_format import JsonKeys, Record, record_events
from forensics.formats.json_text import JsonReader
from forensics.formats.parts import in_parts

_HEADERS = "flow>l7>http>headers"
_NAMED = {"user_agent": "user-agent", "referrer": "referer", "request_id": "x-request-id", "forwarded_for": "x-forwarded-for"}
"""Column that is made -> the header that it holds."""

KEYS = JsonKeys(
    roles={
        "time": ("flow>time", "time"),
        "client": ("flow>IP>destination",),
        "method": ("flow>l7>http>method",),
        "target": ("flow>l7>http>url",),
        "protocol": ("flow>l7>http>protocol",),
        "status": ("flow>l7>http>code",),
        "duration": ("flow>l7>latency_ns@ns",),
        "user_agent": ("user_agent",),
        "referrer": ("referrer",),
    },
    requires=(("flow>l7>http>method",), ("flow>l7>http>url",), ("flow>l7>http>code",)),
    matching={"flow>l7>type": "^RESPONSE$"},
    others={
        "flow>l7>type": (r"^(?:REQUEST|SAMPLE)$", "a flow that is told by its response"),
        "flow>Type": (r"^(?:L3_L4|SOCK)$", "a flow that is no HTTP"),
        "flow>l7>dns>query": (".", "a flow that is no HTTP"),
        "flow>l7>kafka>api_key": (".", "a flow that is no HTTP"),
    },
    extra={
        "forwarded_for": ("forwarded_for",),
        "request_id": ("request_id",),
        "client_pod": ("flow>destination>pod_name",),
        "upstream": ("flow>source>pod_name", "flow>IP>source"),
        "trace_id": ("flow>trace_context>parent>trace_id",),
    },
    utc=True,
)


def open_hubble(options: ReadOptions) -> Parser:
    """Return the parser of Hubble's flows."""
    reader = JsonReader(sorted({*KEYS.paths(), _HEADERS}), KEYS.names())

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        read = reader.read(lines["raw"])
        found = read.found
        if _HEADERS in found.columns:
            found = found.with_columns(
                pl.col(_HEADERS).str.extract(rf'(?i)"key"\s*:\s*"{header}"\s*,\s*"value"\s*:\s*"([^"]*)"').alias(name)
                for name, header in _NAMED.items()
            )
        return record_events(lines, Record(KEYS, found, read.lists, len(lines)), read.good, options, "request end")

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="hubble_json",
        title="Cilium Hubble's HTTP flows (JSON)",
        reference="https://docs.cilium.io/en/stable/observability/hubble/configuration/export/",
        open=open_hubble,
        time_basis="request end",
        tier="gateway",
        rank=20,
        hint=r'^\s*\{.*"flow"\s*:.*"(?:IP|l7)"\s*:',
        samples=(
            Sample(
                line='{"flow":{"time":"2026-03-02T00:00:02.123Z","verdict":"FORWARDED","IP":{"source":"10.0.0.1","destination":"203.0.113.7",'
                '"ipVersion":"IPv4"},"source":{"ID":7,"pod_name":"web-1"},"destination":{"identity":2},"Type":"L7","l7":{"type":"RESPONSE",'
                '"latency_ns":"1500000","http":{"code":403,"method":"GET","url":"http://a.example/a?x=1","protocol":"HTTP/1.1","headers":['
                '{"key":"User-Agent","value":"curl/8"},{"key":"X-Request-Id","value":"r1"}]}},"is_reply":true},"node_name":"n"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02.123Z",
                    "started_at": "2026-03-02T00:00:02.121500Z",
                    "client_ip": "203.0.113.7",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "x=1",
                    "protocol": "HTTP/1.1",
                    "status": 403,
                    "duration_ms": 1.5,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "r1", "upstream": "web-1", "client_pod": None},
                },
            ),
            Sample(
                line='{"flow":{"time":"2026-03-02T00:00:02.121Z","verdict":"DROPPED","IP":{"source":"203.0.113.7","destination":"10.0.0.1"},'
                '"Type":"L7","l7":{"type":"REQUEST","http":{"method":"GET","url":"http://a.example/a?x=1","protocol":"HTTP/1.1"}}}}',
                expected={"outcome": "skipped", "reason": "a flow that is told by its response"},
            ),
            Sample(
                line='{"flow":{"time":"2026-03-02T00:00:02.121Z","verdict":"FORWARDED","IP":{"source":"203.0.113.7","destination":"10.0.0.1"},'
                '"l4":{"TCP":{"source_port":5000,"destination_port":80,"flags":{"SYN":true}}},"Type":"L3_L4"}}',
                expected={"outcome": "skipped", "reason": "a flow that is no HTTP"},
            ),
        ),
    ),
)
