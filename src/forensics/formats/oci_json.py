"""Oracle Cloud's load balancer access log: a record's values stand under ``data``, times in seconds."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format


def _either(*paths: str) -> tuple[str, ...]:
    """Return the paths, also as the search of Oracle's console gives the records (below ``logContent``)."""
    return (*paths, *(f"logContent>{path}" for path in paths))


KEYS = JsonKeys(
    roles={
        "time": _either("data>timestamp", "time"),
        "client": _either("data>clientAddr"),
        "request": _either("data>request"),
        "status": _either("data>lbStatusCode"),
        "bytes": _either("data>sentBytes"),
        "duration": _either("data>requestProcessingTime@s"),
        "user_agent": _either("data>userAgent"),
        "host": _either("data>host"),
    },
    utc=True,
    requires=(_either("data>clientAddr"), _either("data>lbStatusCode"), _either("data>request")),
    extra={
        "forwarded_for": _either("data>forwardedForAddr"),
        "upstream": _either("data>backendAddr"),
        "upstream_status": _either("data>backendStatusCode"),
        "upstream_duration_ms": _either("data>backendProcessingTime@s"),
        "tls_version": _either("data>sslProtocol"),
        "tls_cipher": _either("data>sslCipher"),
        "route": _either("data>listenerName"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="oci_load_balancer",
        title="Oracle Cloud load balancer access log (JSON)",
        reference="https://docs.oracle.com/en-us/iaas/Content/Logging/Reference/details_for_load_balancer_logs.htm",
        keys=KEYS,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"data":{"backendAddr":"10.0.0.1:80","backendProcessingTime":"0.014","backendStatusCode":"200","clientAddr":'
                '"203.0.113.9:5000","forwardedForAddr":"","host":"a.example","lbStatusCode":"200","listenerName":"l","receivedBytes":"100",'
                '"request":"GET /a?b=1 HTTP/1.1","requestProcessingTime":"0.015","sentBytes":"512","sslCipher":"","sslProtocol":"",'
                '"timestamp":"2026-03-02T00:00:00+00:00","userAgent":"curl/8"},"time":"2026-03-02T00:00:00.000Z",'
                '"type":"com.oraclecloud.loadbalancer.access"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00Z",
                    "client_ip": "203.0.113.9",
                    "host": "a.example",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 15.0,
                    "user_agent": "curl/8",
                    "extra": {"upstream": "10.0.0.1:80", "upstream_status": "200", "upstream_duration_ms": "14.0", "route": "l"},
                },
            ),
            Sample(
                line='{"datetime":1772409601000,"logContent":{"data":{"backendAddr":"10.0.0.1:80","clientAddr":"203.0.113.9:5000",'
                '"forwardedForAddr":"203.0.113.10","lbStatusCode":"502","request":"GET /a HTTP/1.1","requestProcessingTime":"0.015",'
                '"sentBytes":"7","timestamp":"2026-03-02T00:00:01+00:00","userAgent":"curl/8"},"id":"1","time":"2026-03-02T00:00:01Z"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "status": 502,
                    "bytes_sent": 7,
                    "duration_ms": 15.0,
                    "extra": {"forwarded_for": "203.0.113.10", "upstream": "10.0.0.1:80"},
                },
            ),
        ),
    ),
)
