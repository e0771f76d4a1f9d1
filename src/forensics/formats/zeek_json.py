"""Zeek http.log as JSON lines."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

_OTHER = "a record of another kind, no request"

KEYS = JsonKeys(
    roles={
        "time": ("ts",),
        "client": ("id.orig_h", "id>orig_h"),
        "user": ("username",),
        "method": ("method",),
        "target": ("uri",),
        "protocol": ("version",),
        "status": ("status_code",),
        "bytes": ("response_body_len",),
        "referrer": ("referrer",),
        "user_agent": ("user_agent",),
        "host": ("host",),
    },
    requires=(("uid",), ("id.orig_h", "id>orig_h"), ("method", "status_code"), ("trans_depth", "host", "uri")),
    others={
        "_path": ("^(?:[^h]|h[^t]|ht[^t]|htt[^p]|http.)", _OTHER),
        "call_id": (".", _OTHER),  # SIP, whose records have methods and states, too
    },
    other_kind=(("id.orig_h", "id>orig_h", "_path"),),
    extra={
        "request_id": ("uid",),
        "upstream": ("id.resp_h", "id>resp_h"),
        "forwarded_for": ("proxied",),
        "tls_fingerprint": ("ja4h",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="zeek_http_json",
        title="Zeek http.log (JSON)",
        reference="https://docs.zeek.org/en/master/logs/http.html",
        keys=KEYS,
        rank=10,
        samples=(
            Sample(
                line='{"ts":1772409610.172944,"uid":"CCN","id.orig_h":"10.178.98.102","id.orig_p":62995,"id.resp_h":"198.51.100.2",'
                '"id.resp_p":80,"trans_depth":1,"method":"GET","host":"ocsp.example.com","uri":"http://proxy.example.net/a/b?c=",'
                '"version":"1.1","user_agent":"agent/2","request_body_len":0,"response_body_len":3735,"status_code":200,"tags":[],'
                '"username":"user"}',
                expected={
                    "timestamp": "2026-03-02T00:00:10.172944Z",
                    "client_ip": "10.178.98.102",
                    "user_name": "user",
                    "method": "GET",
                    "host": "ocsp.example.com",
                    "path": "/a/b",
                    "query": "c=",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 3735,
                    "duration_ms": None,
                    "extra": {"request_id": "CCN", "upstream": "198.51.100.2"},
                },
            ),
        ),
    ),
)
