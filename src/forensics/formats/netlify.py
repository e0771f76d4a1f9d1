"""Netlify's traffic log (log drains): JSON lines; ``account_id`` is whose site it is, and nobody who asked."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("timestamp",),
        "client": ("client_ip",),
        "user": ("user_id",),
        "method": ("method",),
        "path": ("path",),
        "target": ("url",),
        "query": ("query_string",),
        "status": ("status_code",),
        "duration": ("duration@ms",),
        "referrer": ("referrer",),
        "user_agent": ("user_agent",),
        "host": ("domain",),
    },
    requires=(("deploy_id",), ("site_id",), ("status_code",), ("url", "path")),
    matching={"log_type": "^traffic$"},
    extra={"request_id": ("request_id",), "country": ("country",), "site": ("site_id",), "content_type": ("content_type",)},
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="netlify",
        title="Netlify traffic log (JSON)",
        reference="https://docs.netlify.com/monitor-sites/log-drains/",
        keys=KEYS,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"account_id":"a1","client_ip":"203.0.113.9","content_type":"text/html","country":"US","deploy_id":"d1","domain":"app.example",'
                '"duration":70,"log_type":"traffic","method":"GET","path":"/about","query_string":"?a=b","referrer":"-","request_id":"r1",'
                '"site_id":"s1","status_code":200,"timestamp":"2026-03-02T00:00:00.123Z","url":"https://app.example/about?a=b",'
                '"user_agent":"curl/8","user_id":""}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.123Z",
                    "client_ip": "203.0.113.9",
                    "user_name": None,
                    "method": "GET",
                    "host": "app.example",
                    "path": "/about",
                    "query": "a=b",
                    "status": 200,
                    "duration_ms": 70.0,
                    "referrer": None,
                    "extra": {"request_id": "r1", "country": "US", "site": "s1"},
                },
            ),
        ),
    ),
)
