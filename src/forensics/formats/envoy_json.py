"""Envoy and Istio access logs as JSON: the keys of Istio's and Envoy Gateway's defaults, named after Envoy's command operators."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("start_time", "startTime"),
        "client": (
            *("downstream_remote_address", "downstream_remote_address_without_port", "downstream_direct_remote_address"),
            *("downstream_remote", "x_forwarded_for", "x-forwarded-for", "X-FORWARDED-FOR"),
        ),
        "method": ("method", ":method"),
        "target": ("x-envoy-origin-path", "x_envoy_original_path", "x-envoy-original-path", "path", ":path"),
        "protocol": ("protocol",),
        "status": ("response_code", "responseCode", "status"),
        "bytes": ("bytes_sent", "bytesSent"),
        "duration": ("duration@ms",),
        "referrer": ("referer", "Referer"),
        "user_agent": ("user_agent", "user-agent", "USER-AGENT"),
        "host": ("authority", ":authority", "host"),
    },
    requires=(
        ("start_time", "startTime"),
        ("response_code", "responseCode"),
        ("response_flags", "upstream_cluster", "route_name", "upstream_host"),
    ),
    extra={
        "forwarded_for": ("x_forwarded_for", "x-forwarded-for", "X-FORWARDED-FOR"),
        "request_id": ("request_id", "x-request-id", "X-REQUEST-ID"),
        "trace_id": ("trace_id", "traceparent", "x-b3-traceid"),
        "upstream": ("upstream_host",),
        "upstream_duration_ms": ("upstream_service_time@ms", "x-envoy-upstream-service-time@ms", "x_envoy_upstream_service_time@ms"),
        "route": ("route_name",),
        "error": ("response_flags",),
        "tls_version": ("downstream_tls_version",),
        "tls_cipher": ("downstream_tls_cipher",),
        "tls_fingerprint": ("ja4_fingerprint", "ja3_fingerprint", "tls_ja3_fingerprint", "downstream_peer_fingerprint_256"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="envoy_json",
        title="Envoy and Istio access log (JSON)",
        reference="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
        keys=KEYS,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{":authority":"www.example.com","bytes_received":10,"bytes_sent":1212,"downstream_remote_address":"[2001:db8::6]:59292",'
                '"duration":11,"method":"GET","protocol":"HTTP/2","response_code":200,"response_flags":"-","start_time":'
                '"2026-03-02T00:00:09.479Z","upstream_host":"10.42.0.82:8080","user-agent":"curl/8","x-envoy-origin-path":"/i.webp?v=2",'
                '"x-forwarded-for":"203.0.113.1,10.0.0.12","x-request-id":"3bbc","route_name":null}',
                expected={
                    "timestamp": "2026-03-02T00:00:09.479Z",
                    "client_ip": "2001:db8::6",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/i.webp",
                    "query": "v=2",
                    "protocol": "HTTP/2",
                    "status": 200,
                    "bytes_sent": 1212,
                    "duration_ms": 11.0,
                    "extra": {"forwarded_for": "203.0.113.1,10.0.0.12", "request_id": "3bbc", "upstream": "10.42.0.82:8080"},
                },
            ),
        ),
    ),
)
