"""Any JSON lines whose keys can be understood, by the names that loggers give to the same thing (``json_names``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forensics.formats import json_names as names
from forensics.formats.base import Format, Sample
from forensics.formats.halves import BEGINNING
from forensics.formats.identities import ACCOUNT, USER
from forensics.formats.json_format import JsonKeys, json_format
from forensics.formats.summaries import of_many

_ALSO = {"attributes>": "Attributes>", "meta>": "@fields>meta>"}
"""What else loggers name the same: OpenTelemetry's log data model, winston's layout for Logstash."""


def _either(groups: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the paths, and those that begin otherwise elsewhere."""
    return {
        role: (*paths, *(path.replace(old, new, 1) for path in paths for old, new in _ALSO.items() if path.startswith(old)))
        for role, paths in groups.items()
    }


_ROLES = _either(
    {
        "start": names.START,
        "date": ("date", "Date"),
        "time": (*names.TIME, *names.START),
        "client": names.CLIENT,
        "user": USER,
        "account": ACCOUNT,
        "method": names.METHOD,
        "request": names.REQUEST,
        "target": names.TARGET,
        "path": names.PATH,
        "query": names.QUERY,
        "protocol": names.PROTOCOL,
        "status": names.STATUS,
        "bytes": names.BYTES,
        "duration": names.DURATION,
        "referrer": names.REFERRER,
        "user_agent": names.USER_AGENT,
        "host": names.HOST,
    }
)
MOST_FURTHER = 32
"""Further keys, or columns, that are kept: what a server logs of its own business (a tenant, a model, a price)."""
KEYS = JsonKeys(
    roles=_ROLES,
    requires=(  # a method, or both of an answer and who got it
        (*_ROLES["method"], *names.REQUEST, *names.ANSWER),
        (*_ROLES["method"], *names.REQUEST, *names.ASKER),
        (*_ROLES["target"], *_ROLES["path"], *names.REQUEST),
        (*_ROLES["status"], *_ROLES["client"], *_ROLES["user_agent"]),
    ),
    others={  # what stands beside the requests in the same place has formats of its own
        "event_type?dest_ip": (r"^(?:alert|anomaly|drop|fileinfo)$", "a record of Suricata of another kind, no request"),
        "event?request_id": (r"^request_started$", BEGINNING),  # django-structlog
        "msg?req>method": (r"^(?:request start$|\s*<-- [A-Z]+ /)", BEGINNING),  # hapi-pino, koa-bunyan-logger
        "@mt?Method": (r"^Request starting ", BEGINNING),  # ASP.NET by Serilog
        "MessageTemplate?Properties>Method": (r"^Request starting ", BEGINNING),
        "message?httpRequest>requestMethod": (r"^Request: ", BEGINNING),  # go-chi/httplog
        "msg?httpRequest>method": (r"^Request: ", BEGINNING),
        "fields>message?span>uri": (r"^started processing request$", BEGINNING),  # tower-http
        "id.orig_h": (".", "a record of Zeek of another kind, no request"),
        "id>orig_h": (".", "a record of Zeek of another kind, no request"),
    },
    extra=names.EXTRA,
    said={  # express-winston, where it is told to keep headers only
        "message": (r"^(?:HTTP )?(?P<method>GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?P<target>/\S*)", "meta>res>statusCode"),
    },
    quoted=("referrer", "user_agent"),
    most_further=MOST_FURTHER,
)

_KNOWN = tuple(
    {path.partition(">")[0].lower() for path in group}
    for group in ((*names.TIME, *names.START), (*names.METHOD, *names.REQUEST, *names.TARGET, *names.PATH), (*names.STATUS, *names.CLIENT))
)


def understood(keys: Iterable[str]) -> bool:
    """Whether keys (or column names) hold a time, a request, and a status or client: whether they are those of an access log."""
    lowered = {key.strip().lower() for key in keys}
    return all(not lowered.isdisjoint(group) for group in _KNOWN)


AT_END = (
    "a time whose name does not say so (time, timestamp, ts) is taken for the end of its request; it began its duration earlier. A "
    "duration whose name tells no unit (duration, latency, response_time) is taken as ms"
)
"""What ``time_basis`` means for who reads ``status``, and what cannot be known: 0.012 is 12 ms to one logger and 12 µs to the next."""

FORMATS: tuple[Format, ...] = (
    json_format(
        name="json",
        title="JSON lines with keys that can be understood",
        reference="https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html",
        keys=KEYS,
        time_basis="request end",
        zoned=False,
        assumption=AT_END,
        rank=-10,
        misread=of_many,
        samples=(
            Sample(
                line='{"@timestamp":"2026-03-02T01:00:00.250+01:00","http":{"request":{"method":"GET"},"response":{"status_code":200,'
                '"body":{"bytes":512}},"version":"1.1"},"url":{"path":"/v1/jobs","query":"page=2","domain":"api.example.com"},'
                '"source":{"ip":"198.51.100.7"},"user":{"name":"kim"},"user_agent":{"original":"curl/8.5.0"},'
                '"event":{"duration":12500000},"trace":{"id":"4bf9"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "started_at": "2026-03-02T00:00:00.237500Z",
                    "client_ip": "198.51.100.7",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "api.example.com",
                    "path": "/v1/jobs",
                    "query": "page=2",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.5,
                    "user_agent": "curl/8.5.0",
                    "extra": {"trace_id": "4bf9"},
                },
            ),
            Sample(
                line='{"level":30,"time":1772409600123,"pid":7,"hostname":"web-1","req":{"id":9,"method":"POST","url":"/login?next=%2F",'
                '"headers":{"host":"www.example.com","user-agent":"Mozilla/5.0"},"remoteAddress":"::ffff:203.0.113.9","remotePort":40000},'
                '"res":{"statusCode":302,"headers":{"content-length":"0"}},"responseTime":31,"msg":"request completed"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.123Z",
                    "client_ip": "203.0.113.9",
                    "method": "POST",
                    "host": "www.example.com",
                    "path": "/login",
                    "query": "next=%2F",
                    "status": 302,
                    "bytes_sent": 0,
                    "duration_ms": 31.0,
                    "user_agent": "Mozilla/5.0",
                    "extra": {"request_id": "9"},
                },
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"POST","path":"/v1/images","status":200,"tenant":"t-7",'
                '"model":"large","price":1.50,"quota":{"left":3}}',
                expected={"extra": {"tenant": "t-7", "model": "large", "price": "1.50", "quota": '{"left":3}'}},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T01:00:01+01:00","clientip":"203.0.113.9","size":12,"responsetime":0.005,"upstreamtime":"0.004",'
                '"http_host":"a.example","url":"/a","status":"200","agent":"curl/8"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "method": None,
                    "host": "a.example",
                    "path": "/a",
                    "status": 200,
                    "bytes_sent": 12,
                    "duration_ms": 5.0,
                    "user_agent": "curl/8",
                },
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"GET","path":"/a","status":200,"accountId":"acc_7"}',
                expected={"user_name": "acc_7", "extra": {"account_id": "acc_7"}},
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"GET","path":"/a","status":200,"user":"ann",'
                '"account_id":"acc_7"}',
                expected={"user_name": "ann", "extra": {"account_id": "acc_7"}},
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","method":"GET","path":"/a","status":200,"auth":"client_credentials",'
                '"sub":"svc-7@corp.example"}',
                expected={"user_name": "svc-7@corp.example"},
            ),
            Sample(
                line='{"start_time":"2026-03-02T00:00:01Z","method":"POST","path":"/a","response_code":200,"x_api_key_id":"key_7",'
                '"downstream_remote_address":"203.0.113.9:40000"}',
                expected={"client_ip": "203.0.113.9", "extra": {"api_key": "key_7"}},
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","httpMethod":"GET","path":"/a","status":200,"accountId":"123456789012"}',
                expected={"user_name": None, "extra": {"account_id": "123456789012"}},
            ),
            Sample(
                line='{"http":{"method":"GET","status_code":200,"url":"/a?b=1","useragent":"curl"},"network":{"client":{"ip":"203.0.113.9"}},'
                '"duration":15000000,"date":"2026-03-02T00:00:01Z"}',
                expected={"client_ip": "203.0.113.9", "path": "/a", "status": 200, "duration_ms": 15.0},
            ),
            Sample(
                line='{"Timestamp":"2026-03-02T00:00:01Z","Attributes":{"http.request.method":"GET","url.path":"/a","client.address":"203.0.113.9",'
                '"http.response.status_code":200,"http.server.request.duration":0.015}}',
                expected={"client_ip": "203.0.113.9", "path": "/a", "status": 200, "duration_ms": 15.0},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:01Z","method":"GET","requested_url":"GET /a?b=1 HTTP/1.1","status_code":200,'
                '"remote_host":"203.0.113.9","content_length":120,"elapsed_time":15}',
                expected={"path": "/a", "query": "b=1", "bytes_sent": 120, "duration_ms": 15.0},
            ),
            Sample(
                line='{"time":"2026-03-02 00:00:01","remote_host":"2001:DB8::0:1","request":"GET /a b?c HTTP/1.1","status":"404",'
                '"bytes":"-","http.request.referrer":"https://example.com/"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "2001:db8::1",
                    "method": "GET",
                    "path": "/a b",
                    "query": "c",
                    "protocol": "HTTP/1.1",
                    "status": 404,
                    "bytes_sent": None,
                    "referrer": "https://example.com/",
                },
            ),
        ),
    ),
)
