"""Azure API Management's gateway log: the caller and the milliseconds stand beside the properties."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("time", "TimeGenerated"),
        "client": ("callerIpAddress", "CallerIpAddress"),
        "user": ("properties>userId", "UserId"),
        "method": ("properties>method", "Method"),
        "target": ("properties>url", "Url"),
        "protocol": ("properties>clientProtocol", "ClientProtocol"),
        "status": ("properties>responseCode", "ResponseCode"),
        "bytes": ("properties>responseSize", "ResponseSize"),
        "duration": ("durationMs@ms", "TotalTime@ms"),
    },
    utc=True,
    requires=(("callerIpAddress", "CallerIpAddress"), ("properties>url", "Url"), ("properties>responseCode", "ResponseCode")),
    extra={
        "request_id": ("correlationId", "CorrelationId"),
        "upstream_status": ("properties>backendResponseCode", "BackendResponseCode"),
        "upstream_duration_ms": ("properties>backendTime@ms", "BackendTime@ms"),
        "tls_version": ("properties>clientTlsVersion", "ClientTlsVersion"),
        "route": ("properties>operationId", "OperationId"),
        "cache_status": ("properties>cache", "Cache"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="azure_api_management",
        title="Azure API Management gateway log (JSON)",
        reference="https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/apimanagementgatewaylogs",
        keys=KEYS,
        tier="gateway",
        rank=10,
        samples=(
            Sample(
                line='{"isRequestSuccess":true,"time":"2026-03-02T00:00:00.123Z","operationName":"Microsoft.ApiManagement/GatewayLogs",'
                '"category":"GatewayLogs","durationMs":50,"callerIpAddress":"203.0.113.9","correlationId":"c1","properties":{"method":"GET",'
                '"url":"https://api.example/a?b=1","backendResponseCode":200,"responseCode":200,"responseSize":512,"cache":"none",'
                '"backendTime":33,"requestSize":120,"operationId":"get","clientProtocol":"HTTP/1.1"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.123Z",
                    "client_ip": "203.0.113.9",
                    "host": "api.example",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 50.0,
                    "extra": {"request_id": "c1", "upstream_status": "200", "upstream_duration_ms": "33.0", "route": "get"},
                },
            ),
        ),
    ),
)
