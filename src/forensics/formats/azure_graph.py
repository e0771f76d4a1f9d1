"""Requests to Microsoft Graph and to its predecessor, Azure AD Graph, as Entra's diagnostic settings export them (JSON).

Microsoft Graph's ``durationMs`` is documented as milliseconds and holds finer units (a photo of 300 bytes would take a quarter of an
hour): it is left out. The older interface writes milliseconds.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("properties>timeGenerated", "time", "TimeGenerated"),
        "client": ("properties>ipAddress", "properties>callerIpAddress", "callerIpAddress", "IPAddress", "CallerIpAddress"),
        "user": ("properties>userId", "properties>UserPrincipalObjectID", "UserId"),
        "method": ("properties>requestMethod", "properties>httpMethod", "RequestMethod", "HttpMethod"),
        "target": ("properties>requestUri", "RequestUri"),
        "status": ("properties>responseStatusCode", "properties>httpStatusCode", "ResponseStatusCode", "HttpStatusCode"),
        "bytes": ("properties>responseSizeBytes", "ResponseSizeBytes"),
        "duration": ("properties>durationMs@ms?properties>actorType", "DurationMs@ms?ActorType"),
        "user_agent": ("properties>userAgent", "UserAgent"),
    },
    utc=True,
    requires=(
        ("properties>requestUri", "RequestUri"),
        ("properties>appId", "AppId"),
        ("properties>requestMethod", "properties>httpMethod", "RequestMethod", "HttpMethod"),
    ),
    extra={
        "request_id": ("properties>requestId", "RequestId"),
        "application_id": ("properties>appId", "AppId"),
        "session_id": ("properties>C_Sid", "properties>c_Sid", "properties>sessionId", "SessionId"),
        "device_id": ("properties>C_DeviceId", "properties>deviceId", "DeviceId"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="azure_graph",
        title="Microsoft Graph and Azure AD Graph activity log (JSON)",
        reference="https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs",
        keys=KEYS,
        tier="application",
        rank=11,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:48.8644399Z","operationName":"Microsoft Graph Activity","category":'
                '"MicrosoftGraphActivityLogs","durationMs":462680,"callerIpAddress":"203.0.113.9","properties":{"timeGenerated":'
                '"2026-03-02T00:00:48.8644399Z","requestId":"r1","requestMethod":"GET","responseStatusCode":404,"durationMs":462680,'
                '"responseSizeBytes":300,"signInActivityId":"s1","appId":"a1","ipAddress":"203.0.113.9","userAgent":"curl/8","requestUri":'
                '"https://graph.microsoft.com/v1.0/users/kim@a.example/photo/$value?x=1","C_Sid":"sid1","userId":"u7"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:48.864439Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "u7",
                    "method": "GET",
                    "host": "graph.microsoft.com",
                    "path": "/v1.0/users/kim@a.example/photo/$value",
                    "query": "x=1",
                    "status": 404,
                    "bytes_sent": 300,
                    "duration_ms": None,
                    "user_agent": "curl/8",
                    "extra": {"request_id": "r1", "application_id": "a1", "session_id": "sid1"},
                },
            ),
            Sample(
                line='{"category":"AzureADGraphActivityLogs","operationName":"AAD Graph Activity","properties":{"actorType":"User",'
                '"callerIpAddress":"203.0.113.9","durationMs":59,"httpMethod":"GET","httpStatusCode":200,"requestId":"r2","requestUri":'
                '"/v2/t1/users","responseSizeBytes":-1,"appId":"a2","timeGenerated":"2026-03-02T00:00:33.5368860Z","userId":""}}',
                expected={"client_ip": "203.0.113.9", "path": "/v2/t1/users", "status": 200, "bytes_sent": None, "duration_ms": 59.0},
            ),
        ),
    ),
)
