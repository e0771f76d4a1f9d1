"""Akamai: DataStream 2 (JSON; values are URL-encoded, numbers are texts) and the SIEM feed (``attackData`` + ``httpMessage``)."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

DATASTREAM = JsonKeys(
    roles={
        "time": ("reqTimeSec",),
        "client": ("cliIP",),
        "method": ("reqMethod",),
        "path": ("reqPath",),
        "query": ("queryStr",),
        "protocol": ("proto",),
        "status": ("statusCode",),
        "bytes": ("totalBytes", "bytes", "objSize"),
        "duration": ("reqEndTimeMSec+turnAroundTimeMSec+transferTimeMSec@ms", "turnAroundTimeMSec+transferTimeMSec@ms"),
        "referrer": ("referer",),
        "user_agent": ("UA",),
        "host": ("reqHost",),
    },
    requires=(("reqTimeSec",), ("cliIP", "reqHost", "reqId", "reqMethod"), ("statusCode", "reqPath")),
    encoded=("user_agent", "referrer"),
    extra={
        "forwarded_for": ("xForwardedFor",),
        "request_id": ("reqId",),
        "cache_status": ("cacheStatus",),
        "country": ("country",),
        "asn": ("asn",),
        "tls_version": ("tlsVersion",),
        "edge_location": ("edgeIP",),
        "error": ("errorCode",),
    },
)

SIEM = JsonKeys(
    roles={
        "time": ("httpMessage>start",),
        "client": ("attackData>clientIP",),
        "method": ("httpMessage>method",),
        "path": ("httpMessage>path",),
        "query": ("httpMessage>query",),
        "protocol": ("httpMessage>protocol",),
        "status": ("httpMessage>status",),
        "bytes": ("httpMessage>bytes",),
        "host": ("httpMessage>host",),
    },
    headers=("httpMessage>requestHeaders",),
    requires=(("httpMessage>start",), ("httpMessage>method",)),
    extra={
        "request_id": ("httpMessage>requestId",),
        "country": ("geo>country",),
        "asn": ("geo>asn",),
        "tls_version": ("httpMessage>tls",),
        "tls_fingerprint": ("identity>ja4", "clientData>ja3"),
        "account_id": ("userRiskData>uuid",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="akamai_datastream",
        title="Akamai DataStream 2 (JSON)",
        reference="https://techdocs.akamai.com/datastream2/docs/data-set-parameters",
        keys=DATASTREAM,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"version":"1","reqTimeSec":"1772409600.250","reqId":"9f1","cliIP":"203.0.113.8","statusCode":"206","proto":"HTTP/2",'
                '"reqHost":"media.example.com","reqMethod":"GET","reqPath":"v/1.mp4","totalBytes":"9000","UA":"curl%2F8","queryStr":"-",'
                '"referer":"-","turnAroundTimeMSec":"5","transferTimeMSec":"20","reqEndTimeMSec":"3","country":"DE","cacheStatus":"1"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.8",
                    "method": "GET",
                    "host": "media.example.com",
                    "path": "v/1.mp4",
                    "query": None,
                    "protocol": "HTTP/2",
                    "status": 206,
                    "bytes_sent": 9000,
                    "duration_ms": 28.0,
                    "user_agent": "curl/8",
                    "extra": {"country": "DE", "request_id": "9f1", "cache_status": "1"},
                },
            ),
        ),
    ),
    json_format(
        name="akamai_siem",
        title="Akamai SIEM feed (JSON)",
        reference="https://techdocs.akamai.com/siem-integration/reference/api-data",
        keys=SIEM,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"attackData":{"clientIP":"198.51.100.9","configId":"1"},"httpMessage":{"start":"1772409601","protocol":"HTTP/1.1",'
                '"method":"GET","host":"www.example.com","path":"/x","query":"a=1","status":"403","bytes":"266","requestId":"r-1",'
                '"requestHeaders":"User-Agent%3A%20curl%2F8%20(x)%0D%0AHost%3A%20www.example.com%0D%0AX-Forwarded-For%3A%20203.0.113.5%0D%0A"},'
                '"geo":{"country":"US","asn":"64500"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "198.51.100.9",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/x",
                    "query": "a=1",
                    "status": 403,
                    "bytes_sent": 266,
                    "user_agent": "curl/8 (x)",
                    "extra": {"asn": "64500", "country": "US", "request_id": "r-1", "forwarded_for": "203.0.113.5"},
                },
            ),
        ),
    ),
)
