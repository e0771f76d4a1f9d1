"""Heroku's router: named values (logfmt) behind a syslog header, one line a request, written when it has ended.

``connect`` is the time to reach the dyno, ``service`` that between dyno and client; together they are the request's. ``fwd`` is the
X-Forwarded-For that the router sends on: it appended its own peer as the last entry, whatever the request brought along.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("timestamp",),
        "client": ("fwd",),
        "method": ("method",),
        "target": ("path",),
        "protocol": ("http_version",),
        "status": ("status",),
        "bytes": ("bytes",),
        "duration": ("wait+connect+service@ms", "connect+service@ms", "service@ms"),
        "host": ("host",),
    },
    requires=(("dyno",), ("fwd",), ("method",), ("path",)),
    extra={
        "forwarded_for": ("fwd",),
        "request_id": ("request_id",),
        "upstream": ("dyno",),
        "error": ("code",),
        "tls_version": ("tls_version",),
    },
    client_entry=-1,
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="heroku_router",
        title="Heroku router log",
        reference="https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format",
        keys=KEYS,
        time_basis="request end",
        tier="gateway",
        rank=10,
        assumption="the client is the last entry of fwd, which the router itself appended",
        samples=(
            Sample(
                line='{"timestamp":"2026-03-02T00:00:05.250000+00:00","at":"info","method":"GET","path":"/a?b=1","host":"shop.example",'
                '"request_id":"r-1","fwd":"203.0.113.66, 198.51.100.9","dyno":"web.1",'
                '"connect":"2ms","service":"21ms","status":"200","bytes":"61"}',
                expected={
                    "timestamp": "2026-03-02T00:00:05.250Z",
                    "started_at": "2026-03-02T00:00:05.227Z",
                    "client_ip": "198.51.100.9",
                    "method": "GET",
                    "host": "shop.example",
                    "path": "/a",
                    "query": "b=1",
                    "status": 200,
                    "bytes_sent": 61,
                    "duration_ms": 23.0,
                    "extra": {"forwarded_for": "203.0.113.66, 198.51.100.9", "request_id": "r-1", "upstream": "web.1"},
                },
            ),
            Sample(
                line='{"timestamp":"2026-03-02T00:00:40Z","at":"error","code":"H12","desc":"Request timeout","method":"GET","path":"/",'
                '"host":"shop.example","fwd":"198.51.100.9","dyno":"web.1","connect":"","service":"30000ms","status":"503","bytes":"0"}',
                expected={"client_ip": "198.51.100.9", "status": 503, "bytes_sent": 0, "duration_ms": 30000.0, "extra": {"error": "H12"}},
            ),
        ),
    ),
)
