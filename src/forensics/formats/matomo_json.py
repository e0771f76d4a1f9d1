"""nginx access logs as JSON with the keys that Matomo's importer asks for.

``generation_time_milli`` is nginx' ``$request_time`` in that configuration: seconds, whatever its name says. ``path`` is the whole target.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("date",),
        "client": ("ip",),
        "user": ("userid",),
        "method": ("method",),
        "request": ("request",),
        "target": ("path",),
        "status": ("status",),
        "bytes": ("length",),
        "duration": ("generation_time_milli@s",),
        "referrer": ("referrer",),
        "user_agent": ("user_agent",),
        "host": ("host",),
    },
    requires=(("ip",), ("path",), ("status",), ("date",), ("generation_time_milli",)),
    extra={"forwarded_for": ("http_x_forwarded_for",)},
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="matomo_json",
        title="nginx access log as JSON, as Matomo imports it",
        reference="https://github.com/matomo-org/matomo-log-analytics/blob/5.x-dev/README.md",
        keys=with_identities(KEYS),
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"ip": "203.0.113.9","host": "www.example.com","path": "/a?b=c","status": "200","referrer": "https://a.example/",'
                '"user_agent": "curl/8","length": 192,"generation_time_milli": 0.008,"date": "2026-03-02T02:15:00+02:00"}',
                expected={
                    "timestamp": "2026-03-02T00:15:00Z",
                    "started_at": "2026-03-02T00:14:59.992Z",
                    "client_ip": "203.0.113.9",
                    "method": None,
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=c",
                    "status": 200,
                    "bytes_sent": 192,
                    "duration_ms": 8.0,
                    "referrer": "https://a.example/",
                    "user_agent": "curl/8",
                },
            ),
        ),
    ),
)
