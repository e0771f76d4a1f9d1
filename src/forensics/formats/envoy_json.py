"""Envoy and Istio access logs as JSON: the keys of Istio's and Envoy Gateway's defaults, named after Envoy's command operators."""

from __future__ import annotations

from dataclasses import replace

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("start_time", "startTime"),
        "client": (
            *("downstream_remote_address", "downstream_remote_address_without_port", "downstream_direct_remote_address"),
            *("downstream_remote", "remote_address", "x_forwarded_for", "x-forwarded-for", "X-FORWARDED-FOR"),
        ),
        "method": ("method", ":method", "request_method"),
        "request": ("request",),
        "target": ("x-envoy-origin-path", "x_envoy_original_path", "x-envoy-original-path", "path", ":path", "request_path"),
        "protocol": ("protocol", "request_protocol"),
        "status": ("response_code", "responseCode", "status"),
        "bytes": ("bytes_sent", "bytesSent"),
        "duration": ("duration@ms", "request_time@ms"),
        "referrer": ("referer", "Referer"),
        "user_agent": ("user_agent", "user-agent", "USER-AGENT"),
        "host": ("authority", ":authority", "host"),
    },
    requires=(
        ("start_time", "startTime"),
        ("response_code", "responseCode", "upstream_cluster"),
        ("response_flags", "upstream_cluster", "route_name", "upstream_host"),
    ),
    client_entry=-1,  # where only the forwarded list is logged: the entry that the proxy appended, never the first
    extra={
        "forwarded_for": ("x_forwarded_for", "x-forwarded-for", "X-FORWARDED-FOR"),
        "request_id": ("request_id", "x-request-id", "X-REQUEST-ID"),
        "trace_id": ("trace_id", "traceparent", "x-b3-traceid"),
        "upstream": ("upstream_host",),
        "upstream_duration_ms": ("upstream_service_time@ms", "x-envoy-upstream-service-time@ms", "x_envoy_upstream_service_time@ms"),
        "route": ("route_name",),
        "error": ("response_flags", "upstream_response_flags"),
        "tls_version": ("downstream_tls_version",),
        "tls_cipher": ("downstream_tls_cipher",),
        "tls_fingerprint": ("ja4_fingerprint", "ja3_fingerprint", "tls_ja3_fingerprint", "downstream_peer_fingerprint_256"),
    },
)

STAMPED = replace(
    KEYS,
    roles={**KEYS.roles, "time": ("@timestamp", "timestamp", "time")},
    requires=(
        ("@timestamp", "timestamp", "time"),
        ("response_code",),
        ("downstream_remote_address", "downstream_direct_remote_address"),
        ("upstream_cluster", "upstream_host", "response_flags", "downstream_local_address"),
    ),
)
"""Contour's names: what stands there is %START_TIME% all the same, the one time that Envoy's examples log."""

FORMATS: tuple[Format, ...] = (
    json_format(
        name="envoy_json_stamped",
        title="Envoy access log as Contour writes it (JSON)",
        reference="https://projectcontour.io/docs/main/config/access-logging/",
        keys=with_identities(STAMPED),
        tier="gateway",
        rank=9,
        samples=(
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02.310Z","authority":"a.example","bytes_received":0,"bytes_sent":512,'
                '"downstream_local_address":"10.0.0.2:80","downstream_remote_address":"203.0.113.7:5000","duration":12,"method":"GET",'
                '"path":"/a?x=1","protocol":"HTTP/1.1","request_id":"r","requested_server_name":null,"response_code":200,'
                '"response_flags":null,"uber_trace_id":null,"upstream_cluster":"c","upstream_host":"10.0.0.1:80",'
                '"upstream_service_time":"11","user_agent":"curl/8","x_forwarded_for":"203.0.113.9"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02.310Z",
                    "started_at": "2026-03-02T00:00:02.310Z",
                    "client_ip": "203.0.113.7",
                    "duration_ms": 12.0,
                    "extra": {"forwarded_for": "203.0.113.9", "upstream": "10.0.0.1:80", "upstream_duration_ms": "11.0"},
                },
            ),
        ),
    ),
    json_format(
        name="envoy_json",
        title="Envoy and Istio access log (JSON)",
        reference="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
        keys=with_identities(KEYS),
        tier="gateway",
        rank=10,
        samples=(
            Sample(  # the operators under names of one's own: %DURATION% is milliseconds whatever it is called
                line='{"start_time":"2026-03-02T00:00:09.479Z","remote_address":"198.51.100.9:40112","user_agent":"curl/8","host":"a.example",'
                '"request":"GET /hello?x=1 HTTP/1.1","request_time":"37","status":"200","bytes_received":"0","bytes_sent":"512",'
                '"upstream_response_flags":"-","upstream_service_time":"34","upstream_cluster":"c","x_forwarded_for":"203.0.113.1"}',
                expected={
                    "client_ip": "198.51.100.9",
                    "method": "GET",
                    "path": "/hello",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 37.0,
                    "extra": {"forwarded_for": "203.0.113.1", "upstream_duration_ms": "34.0"},
                },
            ),
            Sample(
                line='{"start_time":"2026-03-02T00:00:09Z","response_code":200,"upstream_host":"10.0.0.8:80","method":"GET","path":"/",'
                '"api_key_id":"key_7","user_id":"u17","device_id":"d3"}',
                expected={"user_name": "u17", "extra": {"api_key": "key_7", "device_id": "d3", "upstream": "10.0.0.8:80"}},
            ),
            Sample(
                line='{"start_time":"2026-03-02T00:00:09Z","response_code":200,"upstream_host":"10.0.0.8:80","method":"GET","path":"/",'
                '"x_forwarded_for":"203.0.113.66, 198.51.100.9"}',
                expected={"client_ip": "198.51.100.9", "extra": {"forwarded_for": "203.0.113.66, 198.51.100.9"}},
            ),
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
