"""HAProxy's ``log-format`` written as JSON, by the names of its variables or those of its manual.

HAProxy has no JSON format of its own: everybody writes the string himself, and takes the keys from the variables (``ci``, ``ST``, ``Ta``),
from the names of the manual (``client_ip``, ``bytes_read``, ``termination_state``), also with ``haproxy_`` before them. ``bytes_read``
counts what went to the client, and every time is in milliseconds.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format
from forensics.formats.json_general import KEYS

_REFERENCE = "https://docs.haproxy.org/3.0/configuration.html#8.2.6"


def _named(*names: str) -> tuple[str, ...]:
    """Return names as they are, and as an object or a prefix of HAProxy's has them."""
    return tuple(form for name in names for form in (name, f"haproxy_{name}", f"haproxy>{name}", f"haproxy.{name}"))


def _ms(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}@ms" for name in _named(*names))


_STATE = (
    *_named("termination_state", "term_state", "terminationState", "session_state", "tsc", "term"),
    "termination_state_with_cookie_status",
)
_DATES = (
    *_named("request_date", "accept_date", "date", "date_time", "time_date", "tr", "trg", "trl", "t", "T", "Tl", "Ts"),
    *("request>start_gmt", "datetime_gmt", "haproxy_timestamp", "haproxy_dateTime"),
)
_ACTIVE = (
    *_ms("time_active", "time_total", "time_duration", "session_duration", "total_time", "time_session", "total_active_time", "Ta", "Tt"),
    *("timers>request_active_time@ms", "timers>tcp_session_duration@ms"),
)
_FRONTEND = (*_named("frontend_name", "frontend_name_transport", "frontend", "ft", "f"), "haproxy_frontendNameTransport", "frontend>name")
_BACKEND = (*_named("backend_name", "backend", "b"), "backend>name")

_KEYS = JsonKeys(
    roles={
        "time": (*_DATES, *KEYS.roles["time"]),
        "client": (*_named("client_ip", "clientIP", "client_address", "src", "ci"), "client>ip", *_named("client"), *KEYS.roles["client"]),
        "user": KEYS.roles["user"],
        "method": (*_named("http_method", "http_verb", "HM"), *KEYS.roles["method"]),
        "request": (*_named("http_request", "httpRequest", "request", "request_line", "r"), *KEYS.roles["request"]),
        "target": (*_named("http_uri", "uri", "HU"), *KEYS.roles["target"]),
        "path": (*_named("http_path", "path", "HPO", "HP"), *KEYS.roles["path"]),
        "query": (*_named("http_query", "HQ"), *KEYS.roles["query"]),
        "protocol": (*_named("http_version", "HV"), "request>version", *KEYS.roles["protocol"]),
        "status": (*_named("status_code", "statusCode", "http_status_code", "http_status", "status", "ST"), *KEYS.roles["status"]),
        "bytes": (*_named("bytes_read", "bytesRead", "B"), *KEYS.roles["bytes"]),
        "duration": (*_ACTIVE, *KEYS.roles["duration"]),
        "referrer": KEYS.roles["referrer"],
        "user_agent": KEYS.roles["user_agent"],
        "host": (
            *_named("http_host", "hdr_host"),
            *(key for key in KEYS.roles["host"] if key not in ("host", "server_name", "serverName", "server>address", "v")),
        ),
    },
    requires=(
        (*_STATE, "ST"),
        (*_BACKEND, *_FRONTEND),
        (*_named("client_ip", "clientIP", "client", "client_address", "src", "ci"), *KEYS.roles["client"]),
    ),
    extra={
        **{key: paths for key, paths in KEYS.extra.items() if key not in ("route", "upstream", "upstream_duration_ms", "error")},
        "route": _FRONTEND,
        "backend": _BACKEND,
        "upstream": (*_named("server_name", "serverName", "server", "s"), "server>name"),
        "upstream_duration_ms": (
            *_ms("time_response", "time_server_response", "upstream_response_time", "Tr"),
            "timers>server_response_time@ms",
        ),
        "queue_ms": _ms("time_queue", "time_wait", "Tw"),
        "termination_state": _STATE,
        "bytes_received": _named("bytes_uploaded", "U"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="haproxy_json",
        title="HAProxy log-format in JSON",
        reference=_REFERENCE,
        keys=_KEYS,
        tier="edge",
        zoned=False,
        rank=9,
        samples=(
            Sample(
                line='{"ci":"203.0.113.9","cp":51000,"tr":"02/Mar/2026:00:00:15.250","ft":"fe~","b":"be","s":"srv1","TR":1,"Tw":2,"Tc":1,'
                '"Tr":20,"Ta":24,"ST":200,"B":512,"U":90,"r":"GET /a?b=1 HTTP/1.1","tsc":"----"}',
                expected={
                    "timestamp": "2026-03-02T00:00:15.250Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 24.0,
                    "host": None,
                    "extra": {"route": "fe~", "backend": "be", "upstream": "srv1", "upstream_duration_ms": "20.0", "queue_ms": "2.0"},
                },
            ),
            Sample(
                line='{"type":"haproxy","timestamp":1772409615,"http_status":404,"http_request":"GET /b HTTP/1.1",'
                '"remote_addr":"203.0.113.9",'
                '"bytes_read":212,"upstream_addr":"198.18.1.5","backend_name":"be","retries":0,"bytes_uploaded":90,'
                '"upstream_response_time":"20","upstream_connect_time":"1","session_duration":"23","termination_state":"CD--"}',
                expected={
                    "timestamp": "2026-03-02T00:00:15Z",
                    "client_ip": "203.0.113.9",
                    "path": "/b",
                    "status": 404,
                    "bytes_sent": 212,
                    "duration_ms": 23.0,
                    "extra": {"upstream_duration_ms": "20.0", "termination_state": "CD--", "backend": "be"},
                },
            ),
            Sample(
                line='{"haproxy_client_ip":"2001:db8::9","haproxy_time":"","haproxy_http_status_code":503,"haproxy_bytes_read":107,'
                '"haproxy_http_request":"GET / HTTP/1.1","haproxy_date_time":"02/Mar/2026:00:00:15.001","haproxy_frontend_name":"fe",'
                '"haproxy_backend_name":"be","haproxy_server_name":"<NOSRV>","haproxy_time_active":7,"haproxy_termination_state":"SC--"}',
                expected={
                    "client_ip": "2001:db8::9",
                    "status": 503,
                    "bytes_sent": 107,
                    "duration_ms": 7.0,
                    "extra": {"termination_state": "SC--"},
                },
            ),
        ),
    ),
)
