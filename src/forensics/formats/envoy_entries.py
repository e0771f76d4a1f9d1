"""Envoy's entries for access log services (HTTPAccessLogEntry) as JSON: by the names of the message, or as JSON of protobuf spells them."""

from __future__ import annotations

import re

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format


def _spelled(*paths: str) -> tuple[str, ...]:
    """Return paths in both spellings, alone and below the name of the entry."""
    camel = [re.sub(r"(?<=[a-z])_([a-z])", lambda found: found[1].upper(), path) for path in paths]
    return tuple(f"{above}{path}" for path in (*paths, *camel) for above in ("", "log_entry>", "logEntry>"))


_PEER = "common_properties>downstream_remote_address>socket_address>address"
_START = "common_properties>start_time"
_STATUS = ("response>response_code>value", "response>response_code")

KEYS = JsonKeys(
    roles={
        "time": _spelled(_START),
        "client": _spelled(_PEER, "common_properties>downstream_direct_remote_address>socket_address>address"),
        "method": _spelled("request>request_method"),
        "target": _spelled("request>original_path", "request>path"),
        "status": _spelled(*_STATUS),
        "bytes": _spelled("response>response_body_bytes"),
        "duration": tuple(
            f"{path}@s" for path in _spelled("common_properties>time_to_last_downstream_tx_byte", "common_properties>duration")
        ),
        "referrer": _spelled("request>referer"),
        "user_agent": _spelled("request>user_agent"),
        "host": _spelled("request>authority"),
    },
    utc=True,
    requires=(_spelled(_START), _spelled("request>request_method"), _spelled(*_STATUS)),
    extra={
        "forwarded_for": _spelled("request>forwarded_for"),
        "request_id": _spelled("request>request_id"),
        "upstream": _spelled("common_properties>upstream_remote_address>socket_address>address"),
        "route": _spelled("common_properties>route_name"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="envoy_entries",
        title="Envoy access log entries (gRPC access log service, as JSON)",
        reference="https://www.envoyproxy.io/docs/envoy/latest/api-v3/data/accesslog/v3/accesslog.proto",
        keys=KEYS,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"log_entry":{"common_properties":{"downstream_remote_address":{"socket_address":{"address":"203.0.113.9","port_value":5000}},'
                '"start_time":"2026-03-02T00:00:01.123Z","time_to_last_downstream_tx_byte":"0.123s"},"protocol_version":"HTTP11","request":'
                '{"request_method":"GET","authority":"a.example","path":"/a?b=1","user_agent":"curl/8","request_id":"r"},"response":'
                '{"response_code":200,"response_headers_bytes":"100","response_body_bytes":"512"}}}',
                expected={
                    "timestamp": "2026-03-02T00:00:01.123Z",
                    "started_at": "2026-03-02T00:00:01.123Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "b=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 123.0,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "r"},
                },
            ),
            Sample(
                line='{"commonProperties":{"downstreamRemoteAddress":{"socketAddress":{"address":"2001:db8::9"}},"startTime":'
                '"2026-03-02T00:00:02Z","duration":"1.500s"},"request":{"requestMethod":"POST","path":"/b","forwardedFor":"192.0.2.7"},'
                '"response":{"responseCode":503,"responseBodyBytes":"91"}}',
                expected={
                    "client_ip": "2001:db8::9",
                    "method": "POST",
                    "status": 503,
                    "duration_ms": 1500.0,
                    "extra": {"forwarded_for": "192.0.2.7"},
                },
            ),
        ),
    ),
)
