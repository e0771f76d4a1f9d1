"""Logs of content delivery networks in JSON: Alibaba Cloud's real-time logs, Huawei Cloud's, Tencent Cloud's EdgeOne."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

ALIBABA = JsonKeys(
    roles={
        "time": ("unixtime",),
        "client": ("remote_ip", "client_ip"),  # client_ip is the first forwarded entry, which anybody can write
        "method": ("method",),
        "path": ("uri",),
        "query": ("uri_param",),
        "status": ("return_code",),
        "bytes": ("response_size", "body_bytes_sent"),
        "duration": ("request_time@ms",),
        "user_agent": ("user_agent",),
        "host": ("domain",),
    },
    requires=(("unixtime",), ("return_code",), ("uri",), ("remote_ip", "client_ip")),
    extra={
        "forwarded_for": ("xforwordfor",),
        "request_id": ("uuid",),
        "cache_status": ("hit_info",),
        "content_type": ("content_type",),
    },
)
HUAWEI = JsonKeys(
    roles={
        "time": ("request_time",),
        "client": ("client_ip",),
        "method": ("method",),
        "path": ("uri",),
        "query": ("uri_param",),
        "status": ("http_code",),
        "bytes": ("response_size",),
        "duration": ("response_time@ms",),
        "user_agent": ("user_agent",),
        "host": ("domain",),
    },
    requires=(("request_time",), ("http_code",), ("uri",), ("client_ip",)),
    matching={"request_time": r"^\d{13}$"},
    extra=ALIBABA.extra,
)
EDGEONE = JsonKeys(
    roles={
        "time": ("RequestTime",),
        "client": ("ClientIP",),
        "method": ("RequestMethod",),
        "path": ("RequestUrl",),
        "query": ("RequestUrlQueryString",),
        "protocol": ("RequestProtocol",),
        "status": ("EdgeResponseStatusCode",),
        "bytes": ("EdgeResponseBytes",),
        "duration": ("EdgeResponseTime@ms",),
        "referrer": ("RequestReferer",),
        "user_agent": ("RequestUA",),
        "host": ("RequestHost",),
    },
    requires=(("RequestTime",), ("EdgeResponseStatusCode",), ("RequestUrl",), ("ClientIP",)),
    extra={
        "request_id": ("RequestID",),
        "cache_status": ("EdgeCacheStatus",),
        "country": ("ClientRegion",),
        "upstream": ("OriginIP",),
        "upstream_status": ("OriginResponseStatusCode",),
        "tls_version": ("RequestSSLProtocol",),
        "tls_fingerprint": ("JA4Fingerprint", "JA3Fingerprint"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="alibaba_cdn_json",
        title="Alibaba Cloud CDN and DCDN real-time log (JSON)",
        reference="https://help.aliyun.com/en/cdn/user-guide/fields-in-real-time-logs",
        keys=ALIBABA,
        tier="edge",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"unixtime":"1772409600","domain":"www.example.com","method":"GET","scheme":"https","uri":"/x","uri_param":"b=1",'
                '"client_ip":"203.0.113.9","proxy_ip":"-","remote_ip":"203.0.113.20","refer_protocol":"-","request_size":"120",'
                '"request_time":"15","response_size":"512","return_code":"200","body_bytes_sent":"500","hit_info":"HIT",'
                '"user_agent":"curl/8","uuid":"u1","xforwordfor":"203.0.113.9"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00Z",
                    "started_at": "2026-03-01T23:59:59.985Z",
                    "client_ip": "203.0.113.20",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/x",
                    "query": "b=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 15.0,
                    "user_agent": "curl/8",
                    "extra": {"cache_status": "HIT", "forwarded_for": "203.0.113.9", "request_id": "u1"},
                },
            ),
        ),
    ),
    json_format(
        name="huawei_cdn_json",
        title="Huawei Cloud CDN real-time log (JSON)",
        reference="https://support.huaweicloud.com/intl/en-us/usermanual-lts/lts_04_0536.html",
        keys=HUAWEI,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"request_time":"1772409600250","domain":"www.example.com","method":"GET","scheme":"http","uri":"/B.txt",'
                '"uri_param":"k=1","client_ip":"203.0.113.9","client_port":"51517","refer_domain":"-","request_size":"301",'
                '"response_time":"14","response_size":"588","http_code":"403","hit_info":"HIT","user_agent":"python-requests/2.21.0",'
                '"uuid":"ce6327","xforwordfor":"-"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.9",
                    "path": "/B.txt",
                    "query": "k=1",
                    "status": 403,
                    "bytes_sent": 588,
                    "duration_ms": 14.0,
                    "host": "www.example.com",
                    "extra": {"cache_status": "HIT", "request_id": "ce6327"},
                },
            ),
        ),
    ),
    json_format(
        name="edgeone",
        title="Tencent Cloud EdgeOne access log (JSON)",
        reference="https://edgeone.ai/document/61300",
        keys=EDGEONE,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"RequestID":"r1","ClientIP":"203.0.113.9","ClientRegion":"CN","RequestTime":"2026-03-02T00:00:00Z",'
                '"RequestHost":"www.example.com","RequestBytes":120,"RequestMethod":"GET","RequestUrl":"/a","RequestUrlQueryString":"b=1",'
                '"RequestUA":"curl/8","RequestReferer":"-","RequestProtocol":"HTTP/2.0","EdgeResponseStatusCode":200,'
                '"EdgeResponseBytes":512,"EdgeResponseTime":15,"EdgeCacheStatus":"hit"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 15.0,
                    "extra": {"request_id": "r1", "cache_status": "hit", "country": "CN"},
                },
            ),
        ),
    ),
)
