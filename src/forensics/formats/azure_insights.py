"""Application Insights' requests: the table ``requests`` (and AppRequests, its name in a workspace), as tables and as JSON."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("timestamp", "TimeGenerated", "time"),
        "client": ("client_IP", "ClientIP"),
        "user": ("user_AuthenticatedId", "UserAuthenticatedId"),
        "request": ("name", "Name", "operation_Name", "OperationName"),
        "target": ("url", "Url"),
        "status": ("resultCode", "ResultCode"),
        "duration": ("duration@ms", "DurationMs@ms"),
    },
    masked="0.0.0.0",
    utc=True,
    requires=(
        ("resultCode", "ResultCode"),
        ("url", "Url"),
        ("duration", "DurationMs"),
        ("client_IP", "ClientIP"),
        ("operation_Name", "OperationName", "operation_Id", "OperationId"),
    ),
    extra={
        "request_id": ("operation_Id", "OperationId"),
        "session_id": ("session_Id", "SessionId"),
        "country": ("client_CountryOrRegion", "ClientCountryOrRegion"),
        "upstream": ("cloud_RoleInstance", "AppRoleInstance"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="azure_app_insights",
        title="Application Insights requests (JSON, CSV)",
        reference="https://learn.microsoft.com/azure/azure-monitor/reference/tables/apprequests",
        keys=KEYS,
        tier="application",
        rank=10,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:02.1234567Z","Type":"AppRequests","Id":"7","Name":"GET Home/Index","Url":'
                '"https://a.example/a?x=1","Success":true,"ResultCode":"200","DurationMs":12.5,"ClientIP":"203.0.113.7","OperationName":'
                '"GET Home/Index","OperationId":"op1","AppRoleInstance":"web-1"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02.123456Z",
                    "started_at": "2026-03-02T00:00:02.123456Z",
                    "client_ip": "203.0.113.7",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "x=1",
                    "status": 200,
                    "duration_ms": 12.5,
                    "extra": {"request_id": "op1", "upstream": "web-1"},
                },
            ),
            Sample(  # who asked is masked unless the resource is told otherwise
                line='{"timestamp":"2026-03-02T00:00:02Z","name":"POST /b","url":"https://a.example/b","resultCode":"500","duration":3.5,'
                '"client_IP":"0.0.0.0","operation_Id":"op2","user_AuthenticatedId":"ann"}',
                expected={"client_ip": None, "user_name": "ann", "method": "POST", "path": "/b", "status": 500},
            ),
        ),
    ),
)
