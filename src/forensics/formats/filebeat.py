"""Access logs that Filebeat's modules took apart before they wrote the Elastic Common Schema (releases 5 and 6)."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

_MODULES = ("nginx", "apache2", "iis", "traefik")


def _under(*names: str) -> tuple[str, ...]:
    return tuple(f"{module}>access>{name}" for name in names for module in _MODULES)


KEYS = JsonKeys(
    roles={
        "time": ("@timestamp", *_under("time")),
        "client": _under("remote_ip"),
        "user": _under("user_name"),
        "method": _under("method"),
        "target": _under("url"),
        "query": _under("query_string"),
        "status": _under("response_code"),
        "bytes": _under("body_sent>bytes"),
        "duration": ("iis>access>request_time_ms@ms", "traefik>access>duration@ms"),
        "referrer": _under("referrer"),
        "user_agent": _under("agent", "user_agent>original"),
        "host": _under("hostname"),
    },
    requires=(_under("url"), _under("response_code"), ("@timestamp", *_under("time"))),
    other_kind=(("@timestamp",), ("message", "fileset>name")),
    extra={
        "bytes_received": _under("body_received>bytes"),
        "server_name": ("beat>hostname",),
        "upstream": ("traefik>access>backend_url",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="filebeat",
        title="Access log taken apart by Filebeat 5 or 6",
        reference="https://www.elastic.co/guide/en/beats/filebeat/6.8/exported-fields-nginx.html",
        keys=KEYS,
        time_basis="request end",
        rank=12,
        samples=(
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:01.000Z","offset":0,"nginx":{"access":{"referrer":"https://a.example/","response_code":"200",'
                '"remote_ip":"203.0.113.9","method":"GET","user_name":"kim","http_version":"1.1","body_sent":{"bytes":"512"},"url":"/a?b=c",'
                '"user_agent":{"name":"curl","original":"curl/8"}}},"fileset":{"module":"nginx","name":"access"},"beat":{"hostname":"web-1"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=c",
                    "status": 200,
                    "bytes_sent": 512,
                    "referrer": "https://a.example/",
                    "user_agent": "curl/8",
                    "extra": {"server_name": "web-1"},
                },
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02.000Z","iis":{"access":{"server_ip":"10.0.0.5","method":"GET","url":"/b","query_string":"c=1",'
                '"port":"80","remote_ip":"203.0.113.9","response_code":"404","sub_status":"0","request_time_ms":"123"}}}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:01.877Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "path": "/b",
                    "query": "c=1",
                    "status": 404,
                    "duration_ms": 123.0,
                },
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:03.000Z","nginx":{"error":{"level":"error","message":"open() failed"}},'
                '"fileset":{"module":"nginx","name":"error"}}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
