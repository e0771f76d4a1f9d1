"""Tomcat's JsonAccessLogValve: the pattern's codes under names of their own; ``host`` is the client.

``elapsedTime`` is %D, milliseconds before Tomcat 10 and microseconds since: it counts only where ``elapsedTimeS`` tells which.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("time",),
        "client": ("remoteAddr", "host"),
        "user": ("user",),
        "method": ("method",),
        "request": ("request",),
        "path": ("path",),
        "query": ("query",),
        "protocol": ("protocol",),
        "status": ("statusCode",),
        "bytes": ("size", "byteSentNC"),
        "duration": ("elapsedTimeS@s",),
        "referrer": ("requestHeaders>Referer", "requestHeaders>referer"),
        "user_agent": ("requestHeaders>User-Agent", "requestHeaders>user-agent"),
        "host": ("localServerName",),
    },
    requires=(("host", "remoteAddr"), ("time",), ("statusCode",)),
    extra={
        "forwarded_for": ("requestHeaders>X-Forwarded-For", "requestHeaders>x-forwarded-for"),
        "session_id": ("sessionId",),
        "elapsed_time": ("elapsedTime",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="tomcat_json",
        title="Tomcat access log (JSON)",
        reference="https://tomcat.apache.org/tomcat-10.1-doc/config/valve.html#JSON_Access_Log_Valve",
        keys=with_identities(KEYS),
        hint=r'"logicalUserName"\s*:',  # %l, which nobody has, tells the valve's own patterns
        tier="application",
        rank=10,
        assumption="elapsedTime (%D) is milliseconds before Tomcat 10 and microseconds since: it is kept in extra as it is",
        samples=(
            Sample(
                line='{"host":"203.0.113.9","logicalUserName":"-","user":"kim","time":"[02/Mar/2026:01:00:00 +0100]",'
                '"request":"GET /a?b=1 HTTP/1.1","statusCode":"200","size":"512","elapsedTime":"15",'
                '"requestHeaders":{"Referer":"-","User-Agent":"curl/8"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:00Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "host": None,
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": None,
                    "referrer": None,
                    "user_agent": "curl/8",
                    "extra": {"elapsed_time": "15"},
                },
            ),
            Sample(  # bytes that are no request
                line='{"host":"203.0.113.9","logicalUserName":"-","user":"-","time":"[02/Mar/2026:01:00:00 +0100]",'
                '"request":"-","statusCode":"400","size":"2045"}',
                expected={"client_ip": "203.0.113.9", "method": None, "path": None, "status": 400, "bytes_sent": 2045},
            ),
        ),
    ),
)
