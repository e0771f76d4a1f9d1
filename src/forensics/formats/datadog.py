"""Requests among logs that were taken out of Datadog: archives in a bucket, answers of its API (v1, v2), by its standard attributes.

Durations are nanoseconds, ``host`` is the machine that logged. Other logs lie beside the requests in such files.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

_AROUND = ("attributes>", "attributes>attributes>", "content>attributes>")
_OUTER = ("", "attributes>", "content>")


def _under(*names: str) -> tuple[str, ...]:
    return tuple(around + name for name in names for around in _AROUND)


KEYS = JsonKeys(
    roles={
        "time": ("date", "attributes>timestamp", "content>timestamp"),
        "client": _under("network>client>ip"),
        "user": _under("usr>id", "usr>name", "usr>email", "http>auth"),
        "method": _under("http>method"),
        "target": _under("http>url", "http>url_details>path"),
        "status": _under("http>status_code"),
        "bytes": _under("network>bytes_written"),
        "duration": _under("duration@ns"),
        "referrer": _under("http>referer"),
        "user_agent": _under("http>useragent"),
        "host": _under("http>url_details>host"),
    },
    requires=(
        _under("http>url", "http>url_details>path"),
        _under("http>method", "http>status_code"),
        ("date", "attributes>timestamp", "content>timestamp"),
    ),
    other_kind=(tuple(f"{outer}service" for outer in _OUTER), tuple(f"{outer}tags" for outer in _OUTER)),
    extra={
        "request_id": _under("http>request_id"),
        "bytes_received": _under("network>bytes_read"),
        "service": tuple(f"{outer}service" for outer in _OUTER),
        "server_name": tuple(f"{outer}host" for outer in _OUTER),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="datadog",
        title="Datadog: exported logs of requests",
        reference="https://docs.datadoghq.com/standard-attributes/?product=log",
        keys=with_identities(KEYS),
        tier="application",
        time_basis="request end",
        rank=12,
        samples=(
            Sample(
                line='{"_id":"A1","date":"2026-03-02T00:00:01.250Z","service":"web","host":"i-0","source":"ruby","status":"info","tags":["env:prod"],'
                '"message":"Completed","attributes":{"http":{"method":"GET","url":"https://www.example.com/a?b=c","status_code":200,"useragent":'
                '"curl/8","referer":"https://a.example/","url_details":{"host":"www.example.com","path":"/a"}},"network":{"client":{"ip":'
                '"203.0.113.9"},"bytes_written":512},"duration":1500000,"usr":{"id":"u7"}}}',
                expected={
                    "timestamp": "2026-03-02T00:00:01.250Z",
                    "started_at": "2026-03-02T00:00:01.2485Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "u7",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=c",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 1.5,
                    "referrer": "https://a.example/",
                    "user_agent": "curl/8",
                    "extra": {"service": "web", "server_name": "i-0"},
                },
            ),
            Sample(
                line='{"id":"A2","type":"log","attributes":{"timestamp":"2026-03-02T00:00:02.250Z","status":"info","service":"web","tags":["a:b"],'
                '"host":"i-0","message":"Completed","attributes":{"http":{"method":"POST","url":"/b","status_code":"503"}}}}',
                expected={
                    "timestamp": "2026-03-02T00:00:02.250Z",
                    "method": "POST",
                    "path": "/b",
                    "status": 503,
                    "extra": {"service": "web", "server_name": "i-0"},
                },
            ),
            Sample(
                line='{"_id":"A3","date":"2026-03-02T00:00:03.250Z","service":"worker","host":"i-0","status":"warn","tags":["env:prod"],'
                '"message":"queue is long","attributes":{"length":100}}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
