"""Amazon API Gateway access logs as JSON: keys are the names of the ``$context`` variables, as the console's examples write them."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("requestTime", "requestTimeEpoch"),
        "client": ("ip", "sourceIp", "identity>sourceIp", "identity.sourceIp", "identity_sourceIp"),
        "user": (
            "user",
            "caller",
            "principalId",
            "authorizer>principalId",
            "authorizer.principalId",
            "userArn",
            "identity_user",
            "identity_caller",
        ),
        "method": ("httpMethod", "method"),
        "path": ("path", "rawPath", "resourcePath"),
        "protocol": ("protocol",),
        "status": ("status",),
        "bytes": ("responseLength",),
        "duration": ("responseLatency@ms", "latency@ms"),
        "user_agent": ("userAgent", "identity>userAgent", "identity.userAgent", "identity_userAgent"),
        "referrer": ("referer",),
        "host": ("domainName",),
    },
    requires=(("requestTime", "requestTimeEpoch"), ("requestId", "extendedRequestId"), ("routeKey", "resourcePath", "path", "httpMethod")),
    extra={
        "request_id": ("requestId", "extendedRequestId"),
        "route": ("routeKey", "resourcePath"),
        "upstream_status": ("integrationStatus",),
        "upstream_duration_ms": ("integrationLatency@ms",),
        "error": ("errorMessage", "integrationErrorMessage", "integrationError", "error"),
        "trace_id": ("xrayTraceId",),
        "api_key": ("apiKeyId", "apiKey", "identity>apiKeyId"),
        "account_id": ("accountId", "identity>accountId"),
        "forwarded_for": ("xForwardedFor",),
        "session_id": ("connectionId",),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="aws_apigateway_json",
        title="Amazon API Gateway access log (JSON)",
        reference="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        keys=with_identities(KEYS),
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"requestId":"c6af-2","ip":"203.0.113.60","requestTime":"1772409605250","method":"GET","path":"/v1/x","status":"200",'
                '"responseLength":"91","latency":"41","integrationLatency":"39"}',
                expected={"timestamp": "2026-03-02T00:00:05.250Z", "method": "GET", "path": "/v1/x", "duration_ms": 41.0},
            ),
            Sample(
                line='{"requestId":"c6af-1","ip":"203.0.113.60","caller":"-","user":"-","requestTime":"02/Mar/2026:00:00:05 +0000",'
                '"httpMethod":"POST","resourcePath":"/jobs/{id}","status":"429","protocol":"HTTP/1.1","responseLength":"31",'
                '"responseLatency":"7","domainName":"api.example.com"}',
                expected={
                    "timestamp": "2026-03-02T00:00:05Z",
                    "client_ip": "203.0.113.60",
                    "user_name": None,
                    "method": "POST",
                    "path": "/jobs/{id}",
                    "protocol": "HTTP/1.1",
                    "status": 429,
                    "bytes_sent": 31,
                    "duration_ms": 7.0,
                    "host": "api.example.com",
                    "extra": {"request_id": "c6af-1", "route": "/jobs/{id}"},
                },
            ),
        ),
    ),
)
