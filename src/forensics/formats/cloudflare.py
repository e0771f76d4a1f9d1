"""Cloudflare Logpush, data set ``http_requests`` (JSON lines; times as RFC 3339, Unix seconds or Unix nanoseconds)."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("EdgeStartTimestamp", "EdgeEndTimestamp"),
        "end": ("EdgeEndTimestamp",),
        "client": ("ClientIP",),
        "method": ("ClientRequestMethod",),
        "target": ("ClientRequestURI",),
        "path": ("ClientRequestPath",),
        "protocol": ("ClientRequestProtocol",),
        "status": ("EdgeResponseStatus",),
        "bytes": ("EdgeResponseBytes",),
        "referrer": ("ClientRequestReferer",),
        "user_agent": ("ClientRequestUserAgent",),
        "host": ("ClientRequestHost",),
    },
    requires=(("EdgeStartTimestamp", "EdgeEndTimestamp"), ("ClientIP", "ClientRequestMethod"), ("RayID", "EdgeResponseStatus")),
    extra={
        "request_id": ("RayID",),
        "forwarded_for": ("RequestHeaders>x-forwarded-for",),
        "upstream": ("OriginIP",),
        "upstream_status": ("OriginResponseStatus",),
        "upstream_duration_ms": ("OriginResponseDurationMs@ms", "OriginResponseTime@ns"),
        "country": ("ClientCountry",),
        "asn": ("ClientASN",),
        "tls_version": ("ClientSSLProtocol",),
        "tls_cipher": ("ClientSSLCipher",),
        "tls_fingerprint": ("JA4", "JA3Hash"),
        "cache_status": ("CacheCacheStatus",),
        "edge_location": ("EdgeColoCode",),
        "device_id": ("ClientMTLSAuthCertFingerprint",),
        "bot_score": ("BotScore",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="cloudflare_http",
        title="Cloudflare Logpush http_requests (JSON)",
        reference="https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/",
        keys=KEYS,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"ClientIP":"2001:db8:0:0::9","ClientRequestHost":"www.example.com","ClientRequestMethod":"GET","ClientRequestURI":"/p?q=1",'
                '"ClientRequestPath":"/p","ClientRequestProtocol":"HTTP/2","ClientRequestUserAgent":"curl/8","ClientRequestReferer":"",'
                '"EdgeStartTimestamp":1772409600250000000,"EdgeEndTimestamp":1772409600300000000,"EdgeResponseBytes":900,'
                '"EdgeResponseStatus":200,"RayID":"8a1","ClientASN":64500,"ClientCountry":"de","JA4":"t13d","OriginResponseTime":5000000}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "2001:db8::9",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/p",
                    "query": "q=1",
                    "protocol": "HTTP/2",
                    "status": 200,
                    "bytes_sent": 900,
                    "duration_ms": 50.0,
                    "referrer": None,
                    "user_agent": "curl/8",
                    "extra": {
                        "asn": "64500",
                        "country": "de",
                        "request_id": "8a1",
                        "tls_fingerprint": "t13d",
                        "upstream_duration_ms": "5.0",
                    },
                },
            ),
            Sample(
                line='{"ClientIP":"203.0.113.1","ClientRequestMethod":"GET","ClientRequestURI":"/","EdgeStartTimestamp":'
                '"2026-03-02T00:00:01Z","EdgeEndTimestamp":"2026-03-02T00:00:02Z","EdgeResponseStatus":522,"RayID":"8a2"}',
                expected={"timestamp": "2026-03-02T00:00:01Z", "status": 522, "duration_ms": None},
            ),
        ),
    ),
)
