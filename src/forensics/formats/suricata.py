"""Suricata's eve.json: requests are records of type http; alerts and files that tell of the same requests again are none.

The first address of such a record is the client's. Of an alert it may be either side's.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("timestamp",),
        "client": ("src_ip",),
        "method": ("http>http_method",),
        "target": ("http>url",),
        "protocol": ("http>protocol",),
        "status": ("http>status",),
        "bytes": ("http>length",),
        "referrer": ("http>http_refer",),
        "user_agent": ("http>http_user_agent",),
        "host": ("http>hostname",),
    },
    requires=(("event_type",), ("src_ip",), ("http>hostname", "http>url", "http>http_method", "http>status")),
    matching={"event_type": "^http2?$"},
    other_kind=(("event_type",), ("flow_id", "src_ip", "stats>uptime")),
    extra={
        "request_id": ("flow_id",),
        "upstream": ("dest_ip",),
        "forwarded_for": ("http>xff",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="suricata_http",
        title="Suricata eve.json, records of requests",
        reference="https://docs.suricata.io/en/latest/output/eve/eve-json-format.html#event-type-http",
        keys=KEYS,
        tier="edge",
        rank=10,
        hint=r'"event_type"\s*:\s*"http2?"',
        samples=(
            Sample(
                line='{"timestamp":"2026-03-02T01:00:26.467217+0100","flow_id":1639,"event_type":"http","src_ip":"203.0.113.9","src_port":63963,'
                '"dest_ip":"198.51.100.9","dest_port":80,"proto":"TCP","http":{"hostname":"a.example","url":"/a?b=1","http_user_agent":'
                '"curl/8","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":14}}',
                expected={
                    "timestamp": "2026-03-02T00:00:26.467217Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 14,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "1639", "upstream": "198.51.100.9"},
                },
            ),
            Sample(
                line='{"timestamp":"2026-03-02T01:00:27.1+0100","flow_id":1639,"event_type":"fileinfo","src_ip":"198.51.100.9","dest_ip":'
                '"203.0.113.9","http":{"hostname":"a.example","url":"/a?b=1","http_method":"GET","status":200},"fileinfo":{"size":14}}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
