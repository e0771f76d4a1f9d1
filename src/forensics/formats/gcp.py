"""Google Cloud Logging entries of requests (``httpRequest``): load balancers, Cloud Run and App Engine."""

from __future__ import annotations

from dataclasses import replace

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

_REFERENCE = "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest"
_JSON = "jsonPayload>"

SERVICE = JsonKeys(
    roles={
        "time": ("timestamp", "receiveTimestamp"),
        "client": ("httpRequest>remoteIp", "protoPayload>ip"),
        "user": ("protoPayload>nickname",),
        "method": ("httpRequest>requestMethod", "protoPayload>method"),
        "target": ("httpRequest>requestUrl", "protoPayload>resource"),
        "protocol": ("httpRequest>protocol", "protoPayload>httpVersion"),
        "status": ("httpRequest>status", "protoPayload>status"),
        "bytes": ("httpRequest>responseSize", "protoPayload>responseSize"),
        "duration": ("httpRequest>latency@s", "protoPayload>latency@s"),
        "referrer": ("httpRequest>referer", "protoPayload>referrer"),
        "user_agent": ("httpRequest>userAgent", "protoPayload>userAgent"),
        "host": ("protoPayload>host",),
    },
    requires=(("httpRequest>requestMethod", "protoPayload>method"), ("httpRequest>requestUrl", "protoPayload>resource")),
    other_kind=(("logName",),),
    extra={
        "request_id": ("insertId", "protoPayload>requestId"),
        "trace_id": ("trace",),
        "upstream": ("httpRequest>serverIp",),
        "route": ("resource>labels>service_name", "resource>labels>url_map_name", "resource>labels>module_id"),
    },
)

LOAD_BALANCER = replace(
    SERVICE,
    other_kind=(),
    matching={"resource>type": r"load_balancer|_lb_rule|network_tcp_lb|gce_instance_group"},
    extra={
        **SERVICE.extra,
        "country": (_JSON + "securityPolicyRequestData>remoteIpInfo>regionCode",),
        "asn": (_JSON + "securityPolicyRequestData>remoteIpInfo>asn",),
        "tls_fingerprint": (
            _JSON + "securityPolicyRequestData>tlsJa4Fingerprint",
            _JSON + "securityPolicyRequestData>tlsJa3Fingerprint",
        ),
        "edge_location": (_JSON + "cacheId",),
        "cache_status": ("httpRequest>cacheHit",),
        "error": (_JSON + "statusDetails",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="gcp_load_balancer",
        title="Google Cloud load balancer (JSON)",
        reference="https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring",
        keys=LOAD_BALANCER,
        tier="edge",
        rank=11,
        samples=(
            Sample(
                line='{"insertId":"i1","jsonPayload":{"statusDetails":"response_sent_by_backend","securityPolicyRequestData":{"remoteIpInfo":'
                '{"regionCode":"BE"},"tlsJa3Fingerprint":"c691"}},"httpRequest":{"requestMethod":"GET","requestUrl":'
                '"https://api.example.com:443/v1/ping?x=1","requestSize":"577","status":200,"responseSize":"307","userAgent":"curl/8",'
                '"remoteIp":"203.0.113.2:4711","serverIp":"10.0.0.3","latency":"0.006023s","protocol":"HTTP/2.0"},'
                '"resource":{"type":"http_load_balancer","labels":{"url_map_name":"m"}},"timestamp":"2026-03-02T00:00:03.078651123Z"}',
                expected={
                    "timestamp": "2026-03-02T00:00:03.078651Z",
                    "client_ip": "203.0.113.2",
                    "host": "api.example.com",
                    "path": "/v1/ping",
                    "query": "x=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 307,
                    "duration_ms": 6.023,
                    "extra": {"country": "BE", "request_id": "i1", "tls_fingerprint": "c691", "upstream": "10.0.0.3"},
                },
            ),
        ),
    ),
    json_format(
        name="gcp_cloud_run",
        title="Google Cloud Run and App Engine requests (JSON)",
        reference=_REFERENCE,
        keys=SERVICE,
        tier="application",
        rank=10,
        samples=(
            Sample(
                line='{"httpRequest":{"requestMethod":"POST","requestUrl":"https://svc-1.a.run.app/book","status":502,"responseSize":"314",'
                '"userAgent":"Google-Cloud-Scheduler","remoteIp":"2001:db8::8","latency":"60.369159188s","protocol":"HTTP/1.1"},'
                '"resource":{"type":"cloud_run_revision","labels":{"service_name":"book"}},"timestamp":"2026-03-02T00:00:04Z"}',
                expected={
                    "host": "svc-1.a.run.app",
                    "path": "/book",
                    "status": 502,
                    "duration_ms": 60369.159188,
                    "extra": {"route": "book"},
                },
            ),
            Sample(
                line='{"httpRequest":{"requestMethod":"GET","requestUrl":"https://svc-1.a.run.app/a","status":200,"remoteIp":"203.0.113.8",'
                '"latency":{"nanos":250000000,"seconds":1}},"resource":{"type":"cloud_run_revision"},"timestamp":"2026-03-02T00:00:04Z"}',
                expected={"path": "/a", "status": 200, "duration_ms": 1250.0},
            ),
            Sample(
                line='{"protoPayload":{"@type":"type.googleapis.com/google.appengine.logging.v1.RequestLog","ip":"203.0.113.3","method":"GET",'
                '"resource":"/_ah/health","httpVersion":"HTTP/1.1","status":200,"responseSize":"5","latency":"0.001s","host":"x.appspot.com"},'
                '"resource":{"type":"gae_app"},"timestamp":"2026-03-02T00:00:04.5Z"}',
                expected={"client_ip": "203.0.113.3", "host": "x.appspot.com", "path": "/_ah/health", "duration_ms": 1.0},
            ),
        ),
    ),
)
