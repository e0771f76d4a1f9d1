"""Traefik access logs (JSON). ``Duration`` counts nanoseconds; ``StartUTC`` is when the request began."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("StartUTC", "StartLocal", "time"),
        "client": ("ClientHost", "ClientAddr"),
        "user": ("ClientUsername",),
        "method": ("RequestMethod",),
        "target": ("RequestPath",),
        "request": ("RequestLine",),
        "protocol": ("RequestProtocol",),
        "status": ("DownstreamStatus", "OriginStatus"),
        "bytes": ("DownstreamContentSize", "OriginContentSize"),
        "duration": ("Duration@ns",),
        "referrer": ("request_Referer",),
        "user_agent": ("request_User-Agent",),
        "host": ("RequestHost", "RequestAddr"),
    },
    requires=(  # which fields are kept is configured (accessLog.fields)
        ("RequestMethod", "RequestPath", "RequestLine"),
        ("DownstreamStatus", "OriginStatus", "Duration"),
        ("ClientHost", "ClientAddr", "StartUTC", "StartLocal", "RouterName", "ServiceName", "entryPointName"),
    ),
    notices=r"^(?:DEBUG|INFO|WARN|WARNING|ERROR|TRACE|FATAL): ",
    other_kind=(("level",), ("message",)),
    client_entry=-1,
    extra={
        "forwarded_for": ("request_X-Forwarded-For",),
        "request_id": ("request_X-Request-Id", "downstream_X-Request-Id"),
        "trace_id": ("TraceId", "request_Traceparent"),
        "upstream": ("ServiceAddr", "BackendAddr", "ServiceURL>Host"),
        "upstream_status": ("OriginStatus",),
        "upstream_duration_ms": ("OriginDuration@ns",),
        "route": ("RouterName", "FrontendName"),
        "tls_version": ("TLSVersion",),
        "tls_cipher": ("TLSCipher",),
        "country": ("request_Cf-Ipcountry",),
        "api_key": ("request_X-Api-Key",),
        "device_id": ("request_X-Device-Id",),
        "session_id": ("request_X-Session-Id",),
        "cache_status": ("downstream_X-Cache", "downstream_Cf-Cache-Status"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="traefik_json",
        title="Traefik access log (JSON)",
        reference="https://doc.traefik.io/traefik/observability/access-logs/",
        keys=with_identities(KEYS),
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"ClientAddr":"[2001:db8::4]:56348","ClientUsername":"-","DownstreamContentSize":358,"DownstreamStatus":200,"Duration":'
                '564849,"OriginDuration":539617,"OriginStatus":200,"RequestAddr":"a.example.com","RequestHost":"a.example.com",'
                '"RequestMethod":"GET","RequestPath":"/x?y=z","RequestProtocol":"HTTP/1.1","ServiceAddr":"172.17.0.3:80","ServiceURL":'
                '{"Scheme":"http","Host":"172.17.0.3:80"},"StartUTC":"2026-03-02T00:00:06.589545005Z","request_User-Agent":"Nikto",'
                '"level":"info","msg":"","time":"2026-03-02T00:00:06Z"}',
                expected={
                    "timestamp": "2026-03-02T00:00:06.589545Z",
                    "client_ip": "2001:db8::4",
                    "user_name": None,
                    "method": "GET",
                    "host": "a.example.com",
                    "path": "/x",
                    "query": "y=z",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 358,
                    "duration_ms": 0.564849,
                    "user_agent": "Nikto",
                    "extra": {"upstream": "172.17.0.3:80", "upstream_duration_ms": "0.539617", "upstream_status": "200"},
                },
            ),
        ),
    ),
)
