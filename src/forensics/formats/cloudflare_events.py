"""Further data sets of Cloudflare's Logpush that tell of requests (JSON): the firewall's events, Gateway's HTTP log, Workers' traces.

The firewall writes a record for each rule that matched; the last one, which decided, has ``MatchIndex`` 0 and stands for the request.
Gateway is a proxy for an organisation's own devices: ``AccountID`` is the organisation at Cloudflare and nobody who asked.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

FIREWALL = JsonKeys(
    roles={
        "time": ("Datetime",),
        "client": ("ClientIP",),
        "method": ("ClientRequestMethod",),
        "path": ("ClientRequestPath",),
        "query": ("ClientRequestQuery",),
        "protocol": ("ClientRequestProtocol",),
        "status": ("EdgeResponseStatus",),
        "user_agent": ("ClientRequestUserAgent",),
        "host": ("ClientRequestHost",),
    },
    requires=(("MatchIndex", "RuleID"), ("Datetime",), ("ClientIP",), ("ClientRequestMethod",)),
    others={"MatchIndex": (r"^[1-9]", "a further rule that matched the same request")},
    extra={
        "request_id": ("RayID",),
        "action": ("Action",),
        "rule": ("RuleID",),
        "country": ("ClientCountry",),
        "asn": ("ClientASN",),
        "edge_location": ("EdgeColoCode",),
        "upstream_status": ("OriginResponseStatus",),
    },
)
GATEWAY = JsonKeys(
    roles={
        "time": ("Datetime",),
        "client": ("SourceIP",),
        "user": ("Email", "UserID"),
        "method": ("HTTPMethod",),
        "target": ("URL",),
        "protocol": ("HTTPVersion",),
        "status": ("HTTPStatusCode",),
        "referrer": ("Referer",),
        "user_agent": ("UserAgent",),
        "host": ("HTTPHost",),
    },
    requires=(("HTTPMethod",), ("Datetime",), ("URL",), ("SourceIP",)),
    extra={
        "request_id": ("RequestID",),
        "action": ("Action",),
        "rule": ("PolicyName", "PolicyID"),
        "device_id": ("DeviceID",),
        "upstream": ("DestinationIP",),
    },
)
WORKERS = JsonKeys(
    roles={
        "time": ("EventTimestampMs",),
        "method": ("Event>Request>Method",),
        "target": ("Event>Request>URL",),
        "status": ("Event>Response>Status",),
        "duration": ("WallTimeMs@ms",),
    },
    requires=(("EventTimestampMs",), ("Event>Request>Method",), ("Event>Request>URL",)),
    other_kind=(("EventTimestampMs",), ("ScriptName",)),
    extra={"request_id": ("Event>RayID",), "route": ("ScriptName",), "action": ("Outcome",)},
)

_DATA_SETS = "https://developers.cloudflare.com/logs/logpush/logpush-job/datasets"

FORMATS: tuple[Format, ...] = (
    json_format(
        name="cloudflare_firewall",
        title="Cloudflare Logpush firewall_events (JSON)",
        reference=f"{_DATA_SETS}/zone/firewall_events/",
        keys=FIREWALL,
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"Action":"block","ClientASN":64500,"ClientCountry":"de","ClientIP":"203.0.113.9","ClientRequestHost":"www.example.com",'
                '"ClientRequestMethod":"GET","ClientRequestPath":"/.env","ClientRequestProtocol":"HTTP/1.1","ClientRequestQuery":"?a=b",'
                '"ClientRequestUserAgent":"curl/8","Datetime":1772409600250000000,"EdgeColoCode":"FRA","EdgeResponseStatus":403,"Kind":'
                '"firewall","MatchIndex":0,"OriginResponseStatus":0,"RayID":"8a1","RuleID":"100016","Source":"waf"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/.env",
                    "query": "a=b",
                    "protocol": "HTTP/1.1",
                    "status": 403,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "8a1", "action": "block", "rule": "100016", "country": "de", "asn": "64500"},
                },
            ),
            Sample(
                line='{"ClientIP":"203.0.113.9","ClientRequestMethod":"GET","ClientRequestPath":"/.env","Datetime":"2026-03-02T00:00:00Z",'
                '"MatchIndex":1,"RayID":"8a1","RuleID":"100015"}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
    json_format(
        name="cloudflare_gateway",
        title="Cloudflare Logpush gateway_http (JSON)",
        reference=f"{_DATA_SETS}/account/gateway_http/",
        keys=GATEWAY,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"AccountID":"e183","Action":"allow","Datetime":"2026-03-02T00:00:05Z","DestinationIP":"198.51.100.9","DeviceID":"d1",'
                '"Email":"kim@a.example","HTTPHost":"www.example.com","HTTPMethod":"GET","HTTPStatusCode":302,"HTTPVersion":"HTTP/2",'
                '"PolicyName":"","Referer":"","RequestID":"r1","SourceIP":"203.0.113.9","SourcePort":40000,"URL":"https://www.example.com/a?b=1",'
                '"UserAgent":"curl/8","UserID":"u1"}',
                expected={
                    "timestamp": "2026-03-02T00:00:05Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim@a.example",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2",
                    "status": 302,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "r1", "action": "allow", "device_id": "d1", "upstream": "198.51.100.9"},
                },
            ),
        ),
    ),
    json_format(
        name="cloudflare_workers",
        title="Cloudflare Logpush workers_trace_events (JSON)",
        reference=f"{_DATA_SETS}/account/workers_trace_events/",
        keys=WORKERS,
        tier="application",
        rank=10,
        samples=(
            Sample(
                line='{"Event":{"RayID":"7e9a","Request":{"URL":"https://w.example/v2/a?b=1","Method":"GET"},"Response":{"Status":404}},'
                '"EventTimestampMs":1772409600250,"EventType":"fetch","Exceptions":[],"Logs":[],"Outcome":"ok","ScriptName":"shop"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "method": "GET",
                    "host": "w.example",
                    "path": "/v2/a",
                    "query": "b=1",
                    "status": 404,
                    "extra": {"request_id": "7e9a", "route": "shop", "action": "ok"},
                },
            ),
            Sample(
                line='{"Event":{"ScheduledTimeMs":1772409600000},"EventTimestampMs":1772409600250,"EventType":"scheduled","Outcome":"ok",'
                '"ScriptName":"shop"}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
