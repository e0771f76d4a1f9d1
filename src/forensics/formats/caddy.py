"""Caddy 2 access logs (JSON): one object per handled request, headers as lists."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

_HEADERS = "request>headers>"

KEYS = JsonKeys(
    roles={
        "time": ("ts", "time", "timestamp"),
        "client": ("request>client_ip", "request>remote_ip", "request>remote_addr"),
        "user": ("user_id",),
        "method": ("request>method",),
        "target": ("request>uri",),
        "protocol": ("request>proto",),
        "status": ("status",),
        "bytes": ("size",),
        "duration": ("duration_ms@ms", "duration@s"),
        "referrer": (_HEADERS + "Referer",),
        "user_agent": (_HEADERS + "User-Agent",),
        "host": ("request>host",),
    },
    requires=(
        ("request>method",),
        ("request>uri", "request>host"),  # a CONNECT may have no more
        ("request>proto", "ts"),
        ("request>proto", "request>remote_addr", "request>remote_ip", "request>client_ip"),
    ),
    others={"logger": (r"^http\.log\.error", "an error record beside the access record of the same request")},
    other_kind=(("logger",),),
    extra={
        "forwarded_for": (_HEADERS + "X-Forwarded-For",),
        "request_id": (_HEADERS + "X-Request-Id", "uuid"),
        "tls_version": ("request>tls>version",),
        "tls_cipher": ("request>tls>cipher_suite",),
        "country": (_HEADERS + "Cf-Ipcountry",),
        "api_key": (_HEADERS + "X-Api-Key",),
        "device_id": (_HEADERS + "X-Device-Id",),
        "session_id": (_HEADERS + "X-Session-Id",),
        "upstream": ("upstream>address", "upstream"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="caddy_json",
        title="Caddy access log (JSON)",
        reference="https://caddyserver.com/docs/caddyfile/directives/log",
        keys=with_identities(KEYS),
        time_basis="request end",
        zoned=False,  # it can be told to write wall clock times
        rank=10,
        samples=(
            Sample(
                line='{"ts":1772409600.5,"request":{"remote_addr":"198.51.100.9:4134","method":"POST","uri":"/api"},"duration":0.005,"size":10,'
                '"status":201}',
                expected={"timestamp": "2026-03-02T00:00:00.5Z", "client_ip": "198.51.100.9", "path": "/api", "duration_ms": 5.0},
            ),
            Sample(
                line='{"level":"info","ts":1772409600.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":'
                '"10.0.0.2","remote_port":"44790","client_ip":"203.0.113.31","proto":"HTTP/2.0","method":"GET","host":"example.com","uri":'
                '"/a%20b?x=1","headers":{"User-Agent":["Say \\"hi\\" \\\\o/"],"X-Forwarded-For":["203.0.113.31","10.0.0.2"],'
                '"Referer":["https://example.com/"]},"tls":{"version":772,"cipher_suite":4865}},"user_id":"","duration":0.25,"size":3609,'
                '"status":200,"resp_headers":{"Server":["Caddy"]}}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.500Z",
                    "started_at": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.31",
                    "user_name": None,
                    "method": "GET",
                    "host": "example.com",
                    "path": "/a%20b",
                    "query": "x=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 3609,
                    "duration_ms": 250.0,
                    "referrer": "https://example.com/",
                    "user_agent": 'Say "hi" \\o/',
                    "extra": {"forwarded_for": "203.0.113.31, 10.0.0.2", "tls_cipher": "4865", "tls_version": "772"},
                },
            ),
            Sample(
                line='{"level":"info","ts":"2026-03-02T00:00:00.5Z","logger":"http.log.access","request":{"remote_addr":"[2001:db8::5]:3311",'
                '"proto":"HTTP/1.1","method":"GET","host":"example.com","uri":"/"},"duration":"1.5ms","size":0,"status":0}',
                expected={"client_ip": "2001:db8::5", "duration_ms": 1.5, "status": 0, "bytes_sent": 0},
            ),
        ),
    ),
)
