"""Azure resource logs of requests: Application Gateway (v1 and v2), Front Door and CDN, App Service.

A workspace of Log Analytics holds the properties flat: as columns with their type behind them (``clientIP_s``, the table AzureDiagnostics)
or with a capital (``ClientIp``, the table AGWAccessLogs).
"""

from __future__ import annotations

from dataclasses import replace

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

_TIME = ("time", "timeStamp", "timestamp", "TimeGenerated")
_UPN = "identity>claims>http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_FIREWALL = {
    "category": (r"(?i)Firewall", "a firewall record, no request"),
    "operationName": (r"(?i)Performance|Metric|HealthProbe", "no request"),
}

APP_GATEWAY = JsonKeys(
    roles={
        "time": _TIME,
        "client": ("properties>clientIP", "properties>clientIp", "ClientIp"),
        "method": ("properties>httpMethod", "HttpMethod"),
        "target": ("properties>originalRequestUriWithArgs", "OriginalRequestUriWithArgs"),
        "path": ("properties>requestUri", "RequestUri"),
        "query": ("properties>requestQuery", "RequestQuery"),
        "protocol": ("properties>httpVersion", "HttpVersion"),
        "status": ("properties>httpStatus", "HttpStatus"),
        "bytes": ("properties>sentBytes", "SentBytes"),
        "duration": (  # v2 counts seconds, v1 milliseconds; only v2 has the keys after the question marks
            "properties>timeTaken@s?properties>originalRequestUriWithArgs",
            "properties>timeTaken@s?properties>serverResponseLatency",
            "properties>timeTaken@s?properties>WAFEvaluationTime",
            "properties>timeTaken@s?properties>serverRouted",
            "properties>timeTaken@s?properties>instanceId~^appgw_",  # the first version is called ApplicationGatewayRole_IN_0
            "properties>timeTaken@s?properties>timeTaken~[.]",  # and writes no fractions
            "properties>timeTaken@ms",
            "timeTaken_d@s?instanceId_s~^appgw_",
            "timeTaken_d@s?serverRouted_s",
            "timeTaken_d@s?timeTaken_d~[.]",
            "timeTaken_d@ms",
            "TimeTaken@s",
        ),
        "referrer": ("properties>referer",),
        "user_agent": ("properties>userAgent", "UserAgent"),
        "host": ("properties>originalHost", "properties>host", "OriginalHost", "Host"),
    },
    utc=True,
    plussed=("user_agent",),  # the first version of the gateway writes as IIS does
    requires=(
        ("properties>clientIP", "properties>clientIp", "TransactionId"),  # others, too, may call their columns as the next ones
        ("properties>clientIP", "properties>clientIp", "ClientIp"),
        ("properties>httpMethod", "HttpMethod"),
        ("properties>httpStatus", "HttpStatus"),
    ),
    others=_FIREWALL,
    extra={
        "forwarded_for": ("properties>xForwardedFor",),
        "request_id": ("properties>transactionId", "TransactionId"),
        "upstream": ("properties>serverRouted", "ServerRouted"),
        "upstream_status": ("properties>serverStatus", "ServerStatus"),
        "upstream_duration_ms": ("properties>serverResponseLatency@s",),
        "tls_version": ("properties>sslProtocol",),
        "tls_cipher": ("properties>sslCipher",),
        "tls_fingerprint": ("properties>sslClientCertificateFingerprint",),
        "error": ("properties>error_info",),
    },
)

FRONT_DOOR = JsonKeys(
    roles={
        "time": _TIME,
        "client": ("properties>clientIp", "properties>clientIP"),
        "principal": (_UPN,),
        "method": ("properties>httpMethod",),
        "target": ("properties>requestUri",),
        "protocol": ("properties>httpVersion",),
        "status": ("properties>httpStatusCode", "properties>httpStatus"),
        "bytes": ("properties>responseBytes",),
        "duration": ("properties>timeTaken@s", "timeTaken_s@s", "timeTaken_d@s"),
        "referrer": ("properties>referer", "properties>referrer"),
        "user_agent": ("properties>userAgent",),
        "host": ("properties>hostName", "properties>domain"),
    },
    utc=True,
    requires=(("properties>clientIp", "properties>clientIP"), ("properties>requestUri",), ("properties>httpStatusCode",)),
    others=_FIREWALL,
    extra={
        "forwarded_for": ("properties>clientXForwardedFor",),
        "request_id": ("properties>trackingReference",),
        "upstream": ("properties>originIp", "properties>backendHostname", "properties>originName"),
        "cache_status": ("properties>cacheStatus",),
        "edge_location": ("properties>pop",),
        "country": ("properties>clientCountry",),
        "tls_version": ("properties>securityProtocol",),
        "tls_cipher": ("properties>securityCipher",),
        "tls_fingerprint": ("properties>clientJA4FingerPrint", "properties>clientJA3FingerPrint"),
        "error": ("properties>errorInfo", "properties>ErrorInfo"),
        "user_principal": (_UPN,),
    },
)

FOR_CONTAINERS = JsonKeys(
    roles={
        "time": _TIME,
        "client": ("properties>clientIp",),
        "method": ("properties>httpMethod",),
        "target": ("properties>requestUri",),
        "protocol": ("properties>httpVersion",),
        "status": ("properties>httpStatusCode",),
        "bytes": ("properties>responseBodyBytes",),
        "duration": ("properties>timeTaken@ms",),
        "referrer": ("properties>referer",),
        "user_agent": ("properties>userAgent",),
        "host": ("properties>hostName",),
    },
    utc=True,
    requires=(("properties>trackingId",), ("properties>frontendName",), ("properties>clientIp",), ("properties>httpStatusCode",)),
    extra={
        "request_id": ("properties>trackingId",),
        "upstream": ("properties>backendHost", "properties>backendIp"),
        "upstream_duration_ms": ("properties>backendTimeTaken@ms",),
        "tls_version": ("properties>tlsProtocol",),
        "tls_cipher": ("properties>tlsCipher",),
        "error": ("properties>frontendTLSFailureReason",),
    },
)

APP_SERVICE = JsonKeys(
    roles={
        "time": (*_TIME, "EventTime"),
        "client": ("properties>CIp", "CIp"),
        "user": ("properties>CsUsername", "CsUsername"),
        "method": ("properties>CsMethod", "CsMethod"),
        "path": ("properties>CsUriStem", "CsUriStem"),
        "query": ("properties>CsUriQuery", "CsUriQuery"),
        "protocol": ("properties>Protocol", "Protocol"),
        "status": ("properties>ScStatus", "ScStatus"),
        "bytes": ("properties>ScBytes", "ScBytes"),
        "duration": ("properties>TimeTaken@ms", "TimeTaken@ms"),
        "referrer": ("properties>Referer", "Referer"),
        "user_agent": ("properties>UserAgent", "UserAgent"),
        "host": ("properties>CsHost", "CsHost"),
    },
    plussed=("user_agent",),
    utc=True,
    requires=(("properties>CIp", "CIp"), ("properties>CsMethod", "CsMethod"), ("properties>ScStatus", "ScStatus")),
    extra={
        "request_id": ("properties>ActivityId",),
        "upstream": ("properties>ComputerName", "ComputerName"),
        "forwarded_for": ("properties>XForwardedFor", "properties>XAzureClientIP"),
    },
)

_PLACE = "properties>"


def _exported(keys: JsonKeys) -> JsonKeys:
    """Return keys that know the properties also by the names of their columns in a workspace."""

    def more(paths: tuple[str, ...]) -> tuple[str, ...]:
        names = [path.removeprefix(_PLACE) for path in paths if path.startswith(_PLACE) and "@" not in path]
        flat = [name for name in names if ">" not in name]
        return (*paths, *(column for name in flat for column in (f"{name}_s", f"{name}_d")))

    return replace(
        keys,
        roles={role: more(paths) for role, paths in keys.roles.items()},
        requires=tuple(more(group) for group in keys.requires),
        extra={key: more(paths) for key, paths in keys.extra.items()},
        others={**keys.others, "Category": keys.others["category"], "OperationName": keys.others["operationName"]},
    )


FORMATS: tuple[Format, ...] = (
    json_format(
        name="azure_app_gateway",
        title="Azure Application Gateway access log (JSON)",
        reference="https://learn.microsoft.com/azure/application-gateway/monitor-application-gateway-reference",
        keys=_exported(APP_GATEWAY),
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"timeStamp":"2026-03-02T00:00:10+00:00","category":"ApplicationGatewayAccessLog","operationName":'
                '"ApplicationGatewayAccess","properties":{"instanceId":"appgw_0","clientIP":"203.0.113.77","clientPort":40001,"httpMethod":'
                '"GET","originalRequestUriWithArgs":"\\/v1\\/jobs?id=4","requestUri":"\\/jobs","requestQuery":"id=4","userAgent":"curl\\/8",'
                '"httpStatus":200,"httpVersion":"HTTP\\/1.1","sentBytes":466,"timeTaken":2,"serverRouted":"10.0.0.9:80","serverStatus":"200",'
                '"serverResponseLatency":"1.9","originalHost":"api.example.com","host":"api.example.com"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:10Z",
                    "started_at": "2026-03-02T00:00:08Z",
                    "client_ip": "203.0.113.77",
                    "method": "GET",
                    "host": "api.example.com",
                    "path": "/v1/jobs",
                    "query": "id=4",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 466,
                    "duration_ms": 2000.0,
                    "user_agent": "curl/8",
                    "extra": {"upstream": "10.0.0.9:80", "upstream_duration_ms": "1900.0", "upstream_status": "200"},
                },
            ),
            Sample(
                line='{"operationName":"ApplicationGatewayAccess","time":"2026-03-02T00:00:11Z","category":"ApplicationGatewayAccessLog",'
                '"properties":{"instanceId":"ApplicationGatewayRole_IN_1","clientIP":"203.0.113.78","httpMethod":"HEAD","requestUri":"/p",'
                '"requestQuery":"","userAgent":"-","httpStatus":200,"httpVersion":"HTTP/1.0","sentBytes":202,"timeTaken":359}}',
                expected={"path": "/p", "query": None, "user_agent": None, "duration_ms": 359.0, "bytes_sent": 202},
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:11Z","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_3","clientIP":'
                '"203.0.113.78","httpMethod":"GET","requestUri":"/p","httpStatus":200,"sentBytes":202,"timeTaken":3}}',
                expected={"duration_ms": 3000.0},
            ),
            Sample(
                line='{"time":"2026-03-02T00:00:11Z","category":"ApplicationGatewayAccessLog","properties":{"clientIP":"203.0.113.78",'
                '"httpMethod":"GET","requestUri":"/p","httpStatus":200,"sentBytes":202,"timeTaken":0.014}}',
                expected={"duration_ms": 14.0},
            ),
            Sample(
                line='{"TimeGenerated":"2026-03-02T00:00:11Z","Category":"ApplicationGatewayAccessLog","clientIP_s":"203.0.113.78",'
                '"httpMethod_s":"GET","requestUri_s":"/p","requestQuery_s":"a=b","httpStatus_d":200,"sentBytes_d":202,"timeTaken_d":0.014}',
                expected={"client_ip": "203.0.113.78", "path": "/p", "query": "a=b", "status": 200, "bytes_sent": 202, "duration_ms": 14.0},
            ),
            Sample(
                line='{"TenantId":"t","TimeGenerated":"2026-03-02T00:00:11Z","ClientIp":"203.0.113.78","HttpMethod":"GET","RequestUri":"/p",'
                '"OriginalRequestUriWithArgs":"/v1/p?a=b","HttpStatus":200,"SentBytes":202,"TimeTaken":2,"TransactionId":"x"}',
                expected={"path": "/v1/p", "query": "a=b", "duration_ms": 2000.0, "extra": {"account_id": None, "request_id": "x"}},
            ),
        ),
    ),
    json_format(
        name="azure_front_door",
        title="Azure Front Door access log (JSON)",
        reference="https://learn.microsoft.com/azure/frontdoor/monitor-front-door-reference",
        keys=_exported(FRONT_DOOR),
        tier="edge",
        time_basis="request end",
        rank=9,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:12.1234567Z","category":"FrontDoorAccessLog","properties":{"trackingReference":"t1",'
                '"httpMethod":"GET","httpVersion":"2.0.0.0","requestUri":"https://www.example.com:443/a?b=1","responseBytes":"221",'
                '"userAgent":"curl/8","clientIp":"203.0.113.79","timeTaken":"0.250","httpStatusCode":"307","pop":"PAR",'
                '"clientCountry":"France","cacheStatus":"CONFIG_NOCACHE"}}',
                expected={
                    "timestamp": "2026-03-02T00:00:12.123456Z",
                    "client_ip": "203.0.113.79",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2.0",
                    "status": 307,
                    "bytes_sent": 221,
                    "duration_ms": 250.0,
                    "extra": {"cache_status": "CONFIG_NOCACHE", "country": "France", "edge_location": "PAR", "request_id": "t1"},
                },
            ),
        ),
    ),
    json_format(
        name="azure_gateway_for_containers",
        title="Azure Application Gateway for Containers access log (JSON)",
        reference="https://learn.microsoft.com/azure/application-gateway/for-containers/diagnostics",
        keys=FOR_CONTAINERS,
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(  # milliseconds, where Front Door has seconds under the same name
                line='{"category":"TrafficControllerAccessLog","properties":{"backendHost":"10.1.0.15:80","backendTimeTaken":"-","clientIp":'
                '"203.0.113.81:52526","frontendName":"fe1","frontendTLSFailureReason":"-","hostName":"shop.example.com","httpMethod":"GET",'
                '"httpStatusCode":"200","httpVersion":"HTTP/1.1","referer":"-","requestUri":"/a?x=1","responseBodyBytes":"512",'
                '"responseHeaderBytes":"190","timeTaken":"12","tlsProtocol":"-","trackingId":"0ef1","userAgent":"curl/8"},'
                '"time":"2026-03-02T00:00:12.078Z"}',
                expected={
                    "timestamp": "2026-03-02T00:00:12.078Z",
                    "started_at": "2026-03-02T00:00:12.066Z",
                    "client_ip": "203.0.113.81",
                    "host": "shop.example.com",
                    "path": "/a",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                    "extra": {"request_id": "0ef1", "upstream": "10.1.0.15:80"},
                },
            ),
        ),
    ),
    json_format(
        name="azure_app_service",
        title="Azure App Service HTTP log (JSON)",
        reference="https://learn.microsoft.com/azure/azure-monitor/reference/tables/appservicehttplogs",
        keys=APP_SERVICE,
        tier="application",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:13Z","category":"AppServiceHTTPLogs","properties":"{\\"CsHost\\":\\"shop.example.com\\",'
                '\\"CIp\\":\\"203.0.113.80\\",\\"CsMethod\\":\\"GET\\",\\"CsUriStem\\":\\"/cart\\",\\"CsUriQuery\\":\\"x=1\\",\\"TimeTaken\\":46,'
                '\\"ScStatus\\":200,\\"ScBytes\\":321,\\"UserAgent\\":\\"Mozilla/5.0 (A; \\\\\\"q\\\\\\")\\",\\"CsUsername\\":\\"\\"}"}',
                expected={
                    "timestamp": "2026-03-02T00:00:13Z",
                    "client_ip": "203.0.113.80",
                    "method": "GET",
                    "host": "shop.example.com",
                    "path": "/cart",
                    "query": "x=1",
                    "status": 200,
                    "bytes_sent": 321,
                    "duration_ms": 46.0,
                    "user_agent": 'Mozilla/5.0 (A; "q")',
                },
            ),
        ),
    ),
)
