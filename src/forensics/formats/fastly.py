"""Fastly access logs as JSON, with the keys of Fastly's own examples for its logging endpoints."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("timestamp", "time", "time_start", "start_time"),
        "client": ("client_ip", "req_ip", "remote_ip"),
        "user": ("user", "auth_user"),
        "method": ("request_method", "req_method", "method"),
        "target": ("url", "req_uri", "req_url", "request_url"),
        "protocol": ("request_protocol", "protocol", "req_proto"),
        "status": ("response_status", "status", "resp_status"),
        "bytes": ("response_body_size", "resp_bytes_written", "resp_body_size", "bytes_written", "response_bytes"),
        "duration": ("time_elapsed_usec@us", "time_elapsed@us", "elapsed_usec@us", "elapsed_msec@ms", "time_elapsed_msec@ms"),
        "referrer": ("request_referer", "req_header_referer", "referer"),
        "user_agent": ("request_user_agent", "req_header_user_agent", "user_agent"),
        "host": ("host", "req_host"),
    },
    requires=(
        ("fastly_server", "fastly_is_edge", "fastly_region", "fastly_pop", "fastly_info", "fastly_info_state"),
        ("request_method", "req_method", "method"),
        ("url", "req_uri", "req_url", "request_url"),
    ),
    extra={
        "country": ("geo_country_code", "geo_country", "country"),
        "asn": ("client_as_number", "geo_as_number", "asn", "as_number"),
        "cache_status": ("fastly_info_state", "response_state", "fastly_info", "cache_status"),
        "edge_location": ("fastly_server", "fastly_pop", "pop", "server_datacenter"),
        "forwarded_for": ("req_header_x_forwarded_for", "x_forwarded_for"),
        "tls_version": ("tls_protocol", "tls_client_protocol", "socket_tls_protocol"),
        "tls_cipher": ("tls_cipher", "tls_client_cipher"),
        "tls_fingerprint": ("tls_client_ja4", "ja4", "tls_client_ja3_md5", "ja3"),
        "request_id": ("request_id", "req_id"),
        "upstream": ("backend", "req_backend", "backend_name"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="fastly_json",
        title="Fastly access log (JSON)",
        reference="https://www.fastly.com/documentation/guides/integrations/logging/useful-variables-to-log/",
        keys=with_identities(KEYS),
        tier="edge",
        rank=11,
        samples=(
            Sample(
                line='{"timestamp":"2026-03-02T00:00:08+0000","client_ip":"203.0.113.12","geo_country":"germany","geo_city":"mainz","host":'
                '"www.example.com","url":"/a?b","request_method":"GET","request_protocol":"HTTP/2","request_referer":"","request_user_agent":'
                '"curl/8","response_state":"HIT-CLUSTER","response_status":200,"response_body_size":1270,"fastly_server":"cache-fra-1",'
                '"fastly_is_edge":true}',
                expected={
                    "timestamp": "2026-03-02T00:00:08Z",
                    "client_ip": "203.0.113.12",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b",
                    "protocol": "HTTP/2",
                    "status": 200,
                    "bytes_sent": 1270,
                    "extra": {"cache_status": "HIT-CLUSTER", "country": "germany", "edge_location": "cache-fra-1"},
                },
            ),
        ),
    ),
)
