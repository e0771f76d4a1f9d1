"""CloudFront standard and real-time logs as JSON: the field names of the tab-separated form as keys."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "date": ("date",),
        "time": ("time", "start_time", "timestamp(ms)", "timestamp"),
        "client": ("c-ip",),
        "method": ("cs-method",),
        "path": ("cs-uri-stem",),
        "query": ("cs-uri-query",),
        "protocol": ("cs-protocol-version",),
        "status": ("sc-status",),
        "bytes": ("sc-bytes",),
        "duration": ("time-taken@s",),
        "referrer": ("cs(Referer)", "cs-referer"),
        "user_agent": ("cs(User-Agent)", "cs-user-agent"),
        "host": ("x-host-header", "cs(Host)", "cs-host"),
    },
    requires=(("x-edge-location", "x-edge-request-id", "x-edge-result-type"), ("sc-status",)),
    encoded=("user_agent",),
    utc=True,
    extra={
        "forwarded_for": ("x-forwarded-for",),
        "request_id": ("x-edge-request-id",),
        "cache_status": ("x-edge-result-type", "x-edge-response-result-type"),
        "edge_location": ("x-edge-location",),
        "tls_version": ("ssl-protocol",),
        "tls_cipher": ("ssl-cipher",),
        "tls_fingerprint": ("cs-ja4-fingerprint", "cs-ja3-fingerprint"),
        "country": ("c-country",),
        "asn": ("asn",),
        "upstream_duration_ms": ("origin-lbl@s", "origin-fbl@s"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="aws_cloudfront_json",
        title="Amazon CloudFront (JSON)",
        reference="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html",
        keys=KEYS,
        time_basis="request end",
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"date":"2026-03-02","time":"00:00:07","x-edge-location":"FRA56-P1","sc-bytes":"1500","c-ip":"2001:0db8:0::7",'
                '"cs-method":"GET","cs(Host)":"d1.cloudfront.net","cs-uri-stem":"/img/1.png","sc-status":"200","cs(Referer)":"-",'
                '"cs(User-Agent)":"Mozilla/5.0%20(X11)","cs-uri-query":"w=10","x-edge-result-type":"Hit","x-host-header":"cdn.example.com",'
                '"time-taken":"0.004","ssl-protocol":"TLSv1.3","cs-protocol-version":"HTTP/2.0"}',
                expected={
                    "timestamp": "2026-03-02T00:00:07Z",
                    "started_at": "2026-03-02T00:00:06.996Z",
                    "client_ip": "2001:db8::7",
                    "method": "GET",
                    "host": "cdn.example.com",
                    "path": "/img/1.png",
                    "query": "w=10",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 1500,
                    "duration_ms": 4.0,
                    "user_agent": "Mozilla/5.0 (X11)",
                    "extra": {"cache_status": "Hit", "edge_location": "FRA56-P1", "tls_version": "TLSv1.3"},
                },
            ),
        ),
    ),
)
