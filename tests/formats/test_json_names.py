"""Names, units and shapes of JSON access logs as public configurations of nginx, HAProxy, Varnish and others write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from forensics.evidence.line_reader import LineReader
from forensics.evidence.recognise import plan_for
from forensics.formats.base import ReadOptions
from forensics.formats.values import unit_of

AT = datetime(2026, 3, 2, 0, 0, 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            '{"Timestamp":"2026-03-02T01:00:01+01:00","Level":"Information","MessageTemplate":"HTTP {RequestMethod}",'
            '"Properties":{"RequestMethod":"GET","RequestPath":"/a","StatusCode":200,"Elapsed":12.5,"ClientIp":"203.0.113.9"}}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "method": "GET", "path": "/a", "status": 200, "duration_ms": 12.5},
            id="Serilog",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","request":{"time":"2026-03-02T00:00:01Z","method":"GET","host":"a.example","path":"/a",'
            '"query":"b=1","ip":"203.0.113.9","user-agent":"curl/8"},"response":{"time":"2026-03-02T00:00:01Z","latency":15000000,'
            '"status":200,"length":512}}',
            {"host": "a.example", "query": "b=1", "bytes_sent": 512, "duration_ms": 15.0, "user_agent": "curl/8"},
            id="slog-http",
        ),
        pytest.param(
            '{"time":1772409601,"ip":"203.0.113.9","userID":"7","latency":1,"statusCode":200,"method":"GET","path":"/a","args":{},'
            '"requestBodySize":9,"responseBodySize":270}',
            {"timestamp": AT, "user_name": "7", "query": None, "bytes_sent": 270},
            id="a query without values, and names of Go",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","status":200,"method":"GET","path":"/a","query":{"b":"1"}}',
            {"query": '{"b":"1"}'},
            id="a query with values, as it was logged",
        ),
        pytest.param(
            '{"client_ip":"203.0.113.9","latency_time":3880302,"level":"info","req_method":"GET","req_uri":"/a?b=1","status_code":200,'
            '"time":"2026-03-02 00:00:01"}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "path": "/a", "query": "b=1", "duration_ms": 3.880302},
            id="Go's nanoseconds under a name without a unit",
        ),
        pytest.param(
            'time="2026-03-02T00:00:01Z" level=info client_ip=203.0.113.9 latency_time=1m2.5s req_method=GET req_uri=/a status_code=200',
            {"timestamp": AT, "duration_ms": 62500.0},
            id="the same in logrus' text",
        ),
        pytest.param(
            '{"client_ip":"203.0.113.9","latency_time":12,"req_method":"GET","req_uri":"/","status_code":200,"time":"2026-03-02 00:00:01"}',
            {"duration_ms": None},
            id="a number too small to be Go's",
        ),
        pytest.param(
            '{"clientIP":"203.0.113.9","dataLength":12,"hostname":"a1","latency":3,"level":"info","method":"GET","msg":"","path":"/a",'
            '"referer":"","statusCode":200,"time":"2026-03-02T00:00:01Z","userAgent":"curl/8"}',
            {"bytes_sent": 12, "duration_ms": 3.0, "host": None},
            id="gin-logrus",
        ),
        pytest.param(
            '{"date_time":"2026-03-02 00:00:01","ip_client":"198.51.100.7","method":"GET","response_code":"200","uri":"/a",'
            '"x_forwarded_for_header_value":"203.0.113.9"}',
            {"timestamp": AT, "client_ip": "198.51.100.7", "path": "/a", "extra": {"forwarded_for": "203.0.113.9"}},
            id="F5's names",
        ),
        pytest.param(
            '{"level":"info","message":"HTTP GET /a?b=1","meta":{"req":{"headers":{"host":"a.example"}},"res":{"statusCode":304},'
            '"responseTime":6},"timestamp":"2026-03-02T00:00:01Z"}',
            {"timestamp": AT, "method": "GET", "host": "a.example", "path": "/a", "query": "b=1", "status": 304, "duration_ms": 6.0},
            id="what express-winston says of a request whose headers alone it keeps",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","method":"GET","path":"/a","status":200,"dur_ms":12.5,"db_time_ms":9}',
            {"duration_ms": 12.5, "extra": {"dur_ms": "12.5", "db_time_ms": "9"}},
            id="a name that nobody listed, with its unit",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","method":"GET","path":"/a","status":200,"time_ms":1772409601000,"took":3}',
            {"duration_ms": 3.0},
            id="a time of the day in ms is no duration",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","account":"a1","client":{"ip":"203.0.113.9","device_id":"d7"},"http":{"method":"POST",'
            '"path":"/a","status":200,"bytes":321},"took_ms":15}',
            {"timestamp": AT, "user_name": "a1", "client_ip": "203.0.113.9", "bytes_sent": 321, "extra": {"device_id": "d7"}},
            id="a device of the client",
        ),
        pytest.param(
            '{"@timestamp":"2026-03-02T00:00:01Z","event":{"duration":"75"},"http":{"version":"1.1","request":{"method":"GET"},"response":'
            '{"bytes":321,"body":{"status_code":404}}},"source":{"ip":"203.0.113.9"},"url":{"original":"http://a.example/a?b=1"}}',
            {"host": "a.example", "path": "/a", "status": 404, "bytes_sent": 321, "duration_ms": 75.0},
            id="OPNsense's Squid",
        ),
        pytest.param(
            '{"category":"GatewayLogs","isRequestSuccess":true,"totalTime":155,"callerIpAddress":"203.0.113.9","timeGenerated":'
            '"2026-03-02T00:00:01Z","method":"POST","url":"https://g.example/a","responseCode":200,"responseSize":595}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "host": "g.example", "path": "/a", "bytes_sent": 595, "duration_ms": 155.0},
            id="API Management's own gateway",
        ),
        pytest.param(
            '{"identity_sourceIp":"203.0.113.9","identity_user":"-","identity_userAgent":"curl/8","path":"/a","httpMethod":"GET","requestId":"e1",'
            '"requestTime":"02/Mar/2026:00:00:01 +0000","responseLatency":"629","status":"200"}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "user_name": None, "user_agent": "curl/8", "duration_ms": 629.0},
            id="API Gateway, with the names of its context",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","peer_addr":"203.0.113.9","auth_user":"kim","http_path":"/a/7?b=1","route":"/a/{id}",'
            '"method":"GET","status":200,"request_time_s":0.25}',
            {"client_ip": "203.0.113.9", "user_name": "kim", "path": "/a/7", "query": "b=1", "duration_ms": 250.0},
            id="what was asked beside the route",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","remote_addr":"203.0.113.9","method":"GET","uri":"/a","status":200,"dur":"1.5s"}',
            {"duration_ms": 1500.0},
            id="a short name whose value has a unit",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","remote_addr":"203.0.113.9","method":"GET","uri":"/a","status":200,"dur":17}',
            {"duration_ms": None},
            id="a short name whose value has none",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","remote_addr":"203.0.113.9","user_email":"kim@a.example","method":"GET","uri":"/a","status":200}',
            {"timestamp": AT, "user_name": "kim@a.example", "path": "/a"},
            id="a user by mail address",
        ),
        pytest.param(
            '{"type":"response","@timestamp":"2026-03-02T00:00:01Z","req":{"url":"/api?b=1","method":"post","headers":{"host":"k.example"},'
            '"remoteAddress":"203.0.113.9"},"res":{"statusCode":200,"responseTime":12}}',
            {"client_ip": "203.0.113.9", "method": "POST", "path": "/api", "status": 200, "duration_ms": 12.0},
            id="hapi",
        ),
        pytest.param(
            '{"nginx":{"time_local":"02/Mar/2026:01:00:01 +0100","remote_addr":"203.0.113.9","request":"GET /a?b=1 HTTP/1.1","status":200,'
            '"body_bytes_sent":12,"request_time":0.012,"http_user_agent":"curl/8"}}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "path": "/a", "bytes_sent": 12, "duration_ms": 12.0, "user_agent": "curl/8"},
            id="all under one name",
        ),
        pytest.param(
            '{"eventTimestamp":1772409601000,"event":{"request":{"url":"https://w.example/a?b=1","method":"GET","headers":'
            '{"user-agent":"curl/8","cf-connecting-ip":"203.0.113.9"}},"response":{"status":200}}}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "host": "w.example", "path": "/a", "query": "b=1", "status": 200},
            id="Workers",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","http.request.method":"GET","http.request.host":"r.example","http.request.uri":"/v2/a?b=1",'
            '"http.request.remoteaddr":"203.0.113.9:5000","http.request.useragent":"docker/24","http.response.duration":"15.1ms",'
            '"http.response.status":"200","http.response.written":"512"}',
            {"client_ip": "203.0.113.9", "host": "r.example", "path": "/v2/a", "bytes_sent": 512, "duration_ms": 15.1},
            id="Docker registry",
        ),
        pytest.param(
            '{"@timestamp":"2026-03-02T01:00:01+01:00","@version":"1","client":"203.0.113.9","url":"/a","status":"200","domain":'
            '"a.example","host":"10.0.0.9","size":12,"responsetime":0.005,"referer": "-","ua": "curl/8"}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "host": "a.example", "path": "/a", "bytes_sent": 12, "duration_ms": 5.0},
            id="the server's own address in host",
        ),
        pytest.param(
            '{"remoteAddr":"203.0.113.9","timeLocal":"02/Mar/2026:01:00:01 +0100","request":"GET /a HTTP/1.1","status":"200",'
            '"requestTime":"0.012","bodyBytesSent":"12","upstreamAddr":"10.0.0.1:80","upstreamResponseTime":"0.011"}',
            {"timestamp": AT, "bytes_sent": 12, "duration_ms": 12.0, "extra": {"upstream": "10.0.0.1:80", "upstream_duration_ms": "11.0"}},
            id="requestTime is no time of day",
        ),
        pytest.param(
            '{"service_id":"x","service_version":"3","time_start":"2026-03-02T00:00:01Z","time_end":"2026-03-02T00:00:02Z","time_elapsed":'
            '"365501","client_ip":"203.0.113.9","request":"GET","host":"(null)","url":"/a?b=1","status":"200","resp_body_size":"77"}',
            {"timestamp": AT, "method": "GET", "host": None, "path": "/a", "query": "b=1", "bytes_sent": 77, "duration_ms": 365.501},
            id="Fastly's requests that its firewall saw",
        ),
        pytest.param(
            '{"time_date":"2026-03-02T00:00:01Z","client":"203.0.113.9","method":"GET","path":"/a","status":"200","latency":"0.012",'
            '"upstream_addr":"10.0.0.1:80","x-forward-for":"198.51.100.7"}',
            {"timestamp": AT, "duration_ms": 12.0, "extra": {"forwarded_for": "198.51.100.7", "upstream": "10.0.0.1:80"}},
            id="nginx' seconds",
        ),
        pytest.param(
            '{"server_time":"2026-03-02T00:00:01+0000","http_x_real_ip":"203.0.113.9","request_method":"GET","request_uri":"/a?b=1",'
            '"status":"200","duration_usec":"812","time_ms":"1772409601.250"}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "query": "b=1", "duration_ms": 0.812},
            id="microseconds",
        ),
        pytest.param(
            '{"datetime_gmt":"02/Mar/2026:00:00:02 +0000","bytes_read":512,"client":{"ip":"203.0.113.9","port":"4000"},"frontend":'
            '{"name":"fe"},"backend":{"name":"be"},"server":{"name":"s1","address":"10.0.0.3"},"timers":{"server_response_time":10,'
            '"request_active_time":12,"tcp_session_duration":13},"status_code":200,"request":{"id":"r7","version":"HTTP/1.1","method":'
            '"GET","uri":"/a?b=1","start_gmt":"02/Mar/2026:00:00:01 +0000"},"termination_state":"--"}',
            {
                **{"timestamp": AT, "client_ip": "203.0.113.9", "method": "GET", "host": None, "path": "/a", "query": "b=1"},
                **{"protocol": "HTTP/1.1", "status": 200, "bytes_sent": 512, "duration_ms": 12.0},
                "extra": {
                    **{"route": "fe", "backend": "be", "upstream": "s1", "upstream_duration_ms": "10.0", "request_id": "r7"},
                    "termination_state": "--",
                },
            },
            id="HAProxy, nested",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","src_ip":"203.0.113.9","http_method":"GET","url":"http://a.example/a","status":"200","bytes":"812",'
            '"bytes_in":"300","bytes_out":"512"}',
            {"client_ip": "203.0.113.9", "bytes_sent": 512},
            id="what went out, beside the sum of both ways",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","level":"INFO","msg":"Request","path":"/a","status":200,"dur":12,"method":"GET","req_content_length":0,'
            '"resp_content_length":512,"remote_addr":"203.0.113.9:5000","user_agent":"curl/8","cache":"miss","query":"b=1","proto":"HTTP/1.1"}',
            {"client_ip": "203.0.113.9", "bytes_sent": 512, "duration_ms": 12.0},
            id="Thruster",
        ),
        pytest.param(
            '{"host":"10.0.0.1","datetime":"02/Mar/2026:00:00:01 +0000","remote_addr":"203.0.113.9","method":"GET","request":"/a",'
            '"protocol":"HTTP/2.0","status":200,"bytes":512}',
            {"client_ip": "203.0.113.9", "path": "/a", "bytes_sent": 512},
            id="a host that is the server, as the client is there",
        ),
        pytest.param(
            '{"class_uid":4002,"time":1772409601000,"http_request":{"http_method":"GET","url":{"path":"/a","hostname":"a.example","query_string":'
            '"b=1"},"user_agent":"curl/8","version":"HTTP/1.1"},"http_response":{"code":200,"length":512,"latency":12},"src_endpoint":{"ip":'
            '"203.0.113.9","port":5000},"actor":{"user":{"name":"kim"}}}',
            {"client_ip": "203.0.113.9", "user_name": "kim", "host": "a.example", "query": "b=1", "status": 200, "duration_ms": 12.0},
            id="OCSF",
        ),
        pytest.param(
            '{"metadata":{"eventTimestamp":"2026-03-02T00:00:01Z"},"principal":{"ip":["203.0.113.9"],"user":{"userid":"kim"}},"target":{"hostname":'
            '"a.example","url":"/a?b=1"},"network":{"http":{"method":"GET","responseCode":200,"userAgent":"curl/8"},"receivedBytes":"512"}}',
            {"client_ip": "203.0.113.9", "user_name": "kim", "host": "a.example", "path": "/a", "status": 200, "bytes_sent": 512},
            id="Google's UDM",
        ),
        pytest.param(
            '{"TimeGenerated":"2026-03-02T00:00:01Z","SrcIpAddr":"203.0.113.9","HttpRequestMethod":"GET","Url":"https://a.example/a?b=1",'
            '"EventResultDetails":"404","HttpUserAgent":"curl/8","DstBytes":512,"SrcBytes":30,"SrcUsername":"kim","NetworkDuration":12}',
            {"client_ip": "203.0.113.9", "user_name": "kim", "status": 404, "bytes_sent": 512, "duration_ms": 12.0},
            id="Sentinel's ASIM",
        ),
        pytest.param(
            '{"haproxy_clientIP":"203.0.113.9","haproxy_dateTime":"02/Mar/2026:00:00:01.000","haproxy_frontendNameTransport":"fe~","haproxy_Tt":'
            '"+12","haproxy_bytesRead":"+512","haproxy_terminationState":"--NI","haproxy_statusCode":"200",'
            '"haproxy_httpRequest":"GET /a HTTP/2.0"}',
            {"method": "GET", "path": "/a", "status": 200, "bytes_sent": 512, "duration_ms": 12.0},
            id="HAProxy in camel case",
        ),
        pytest.param(
            '{"client_ip":"203.0.113.9","haproxy_timestamp":"02/Mar/2026:00:00:01.000","frontend_name":"fe~","backend_name":"be",'
            '"server_name":"s1","time_duration":79,"status_code":200,"bytes_read":1427,"termination_state_with_cookie_status":"--VN",'
            '"http_verb":"GET","http_request":"/a?b=1","http_version":"1.1"}',
            {"timestamp": AT, "method": "GET", "path": "/a", "query": "b=1", "bytes_sent": 1427, "duration_ms": 79.0},
            id="HAProxy, by the manual's names",
        ),
        pytest.param(
            '{"@timestamp":"2026-03-02T00:00:01Z","clientip":"203.0.113.9","verb":"GET","request":"/a","response":"200 OK","bytes":"5",'
            '"referrer":"\\"-\\"","agent":"\\"curl/8 (x)\\""}',
            {"status": 200, "referrer": None, "user_agent": "curl/8 (x)"},
            id="Logstash's own pattern, with the quotes of the line",
        ),
        pytest.param(
            '{"date":"2026-03-02","time":"00:00:01","c-ip":"203.0.113.9","cs-method":"GET","cs-uri-stem":"/a","sc-status":200}',
            {"timestamp": AT, "client_ip": "203.0.113.9", "path": "/a", "duration_ms": None},
            id="a date and a time of the day (NXLog)",
        ),
        pytest.param(
            '{"date":"2026-03-02T00:00:01Z","time":0.25,"ip":"203.0.113.9","method":"GET","path":"/a","status":200}',
            {"timestamp": AT, "path": "/a"},
            id="a date beside a time that is no time of the day",
        ),
        pytest.param(
            '{"time":"2026-03-02 01:00:01.5 +0100 CET m=+0.012","ip":"host-7.isp.example:40000","method":"CONNECT","path":"a.example:443",'
            '"status":200}',
            {"timestamp": AT.replace(microsecond=500_000), "client_ip": "host-7.isp.example", "host": "a.example", "path": "a.example:443"},
            id="a time as Go prints it, a tunnel",
        ),
        pytest.param(
            '{"name":"app","hostname":"h","pid":1,"level":30,"remote-address":"203.0.113.9","method":"GET","url":"/a?b=1","referer":"-",'
            '"user-agent":"curl/8","http-version":"1.1","response-time":12.5,"status-code":200,"msg":"","time":"2026-03-02T00:00:01Z","v":0}',
            {"client_ip": "203.0.113.9", "host": None, "status": 200, "protocol": "HTTP/1.1", "duration_ms": 12.5},
            id="express-bunyan-logger, whose v is no host",
        ),
        pytest.param(
            '{"level":"info","httpRequest":{"proto":"HTTP/1.1","remoteIP":"203.0.113.9:5000","requestID":"r","requestMethod":"GET",'
            '"requestPath":"/a","requestURL":"http://a.example/a?b=1"},"httpResponse":{"bytes":512,"elapsed":12.5,"status":200},'
            '"timestamp":"2026-03-02T00:00:01Z","message":"Response: 200 OK"}',
            {"client_ip": "203.0.113.9", "host": "a.example", "path": "/a", "status": 200, "bytes_sent": 512, "duration_ms": 12.5},
            id="go-chi/httplog",
        ),
        pytest.param(
            '{"timestamp":"2026-03-02T00:00:01Z","level":"INFO","fields":{"message":"finished processing request","latency":"12 ms",'
            '"status":200},"target":"tower_http::trace::on_response","span":{"method":"GET","uri":"/a?b=1","version":"HTTP/1.1"}}',
            {"method": "GET", "path": "/a", "query": "b=1", "protocol": "HTTP/1.1", "status": 200, "duration_ms": 12.0},
            id="tower-http, whose target is a module",
        ),
        pytest.param(
            '{"remote_addr":"203.0.113.9","remote_user":"ann","date":"2026-03-02T00:00:01.000Z","method":"GET","uri":"/a","status":"200",'
            '"content_length":"5","user_agent":"curl/8","response_time":"12.345"}',
            {"user_name": "ann", "duration_ms": 12.345, "bytes_sent": 5},
            id="morgan's tokens, of which nginx has two",
        ),
        pytest.param(
            '{"remote_addr":"203.0.113.9","time":"02/Mar/2026:00:00:01 +0000","request":"GET /a HTTP/1.1","status":"200","bytes":"5",'
            '"request_time":"0.012","referer":"-","ua":"curl/8"}',
            {"user_agent": "curl/8", "referrer": None, "duration_ms": 12.0},
            id="nginx' variables under short names",
        ),
        pytest.param(
            '{"time":"2026-03-02T00:00:01Z","remote_addr":"203.0.113.9","start_time":0.5,"response_code":200,"path":"/a","duration_s":0.5,'
            '"method":"GET"}',
            {"timestamp": AT, "started_at": AT - timedelta(seconds=0.5), "duration_ms": 500.0},
            id="a start that is how long it took",
        ),
        pytest.param(
            '{"datetime":"2026-03-02T00:00:01Z","rayName":"8a1","clientIP":"203.0.113.9","clientRequestHTTPHost":"a.example","clientRequestPath":'
            '"/a","clientRequestQuery":"?b=1","clientRequestHTTPMethodName":"GET","edgeResponseStatus":403,"userAgent":"curl/8"}',
            {"host": "a.example", "path": "/a", "query": "b=1", "status": 403, "extra": {"request_id": "8a1"}},
            id="Cloudflare's GraphQL",
        ),
        pytest.param(
            '{"@fields":{"level":"info","meta":{"ip":"::ffff:203.0.113.9","req":{"headers":{"host":"a.example","user-agent":"curl/8"},'
            '"httpVersion":"1.1","method":"GET","url":"/a?b=1"},"res":{"statusCode":500},"responseTime":15,"user":"ann"}},'
            '"@message":"HTTP GET /a","@timestamp":"2026-03-02T00:00:01Z"}',
            {"client_ip": "203.0.113.9", "user_name": "ann", "path": "/a", "protocol": "HTTP/1.1", "status": 500, "duration_ms": 15.0},
            id="express-winston in winston's layout for Logstash",
        ),
        pytest.param(
            '{"@t":"2026-03-02T00:00:01Z","@mt":"Request finished {Protocol} {Method} - {StatusCode}","ElapsedMilliseconds":12.5,'
            '"StatusCode":200,"Protocol":"HTTP/1.1","Method":"GET","Host":"a.example","Path":"/a","QueryString":"?b=1"}',
            {"host": "a.example", "path": "/a", "query": "b=1", "protocol": "HTTP/1.1", "duration_ms": 12.5},
            id="ASP.NET by Serilog",
        ),
    ],
)
def test_names_and_units_are_understood(line: str, expected: dict[str, Any]) -> None:
    lines = pl.DataFrame({"line": [1], "raw": [line]}, schema={"line": pl.Int64, "raw": pl.String})
    reader = LineReader(replace(plan_for(lines, ReadOptions()), whole=True), ReadOptions())
    (row,) = [*reader.read(lines).read.to_dicts(), *reader.finish().read.to_dicts()]
    assert row["outcome"] == "event"
    extra = {entry["key"]: entry["value"] for entry in row["extra"] or ()}
    found = {name: extra if name == "extra" else row[name] for name in expected}
    assert found == expected


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("400", "event"), ("200", "rejected")],
)
def test_a_record_that_asks_for_nothing_is_an_event_where_it_was_refused(status: str, outcome: str) -> None:
    """A connection without a request is logged with 400, 408 or 499; a record without method and path is no access log."""
    asked = f'{{"time":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"GET","path":"/a","status":{status}}}'
    nothing = asked.replace('"GET"', '""').replace('"/a"', '""')
    lines = pl.DataFrame({"line": [1, 2], "raw": [asked, nothing]}, schema={"line": pl.Int64, "raw": pl.String})
    reader = LineReader(replace(plan_for(lines, ReadOptions()), whole=True), ReadOptions())
    rows = [*reader.read(lines).read.to_dicts(), *reader.finish().read.to_dicts()]
    assert [row["outcome"] for row in rows] == ["event", outcome]
    assert rows[1]["path"] is None


@pytest.mark.parametrize(
    "beginning",
    [
        '{"request":"GET /a","ip":"203.0.113.9","request_id":"r","event":"request_started","timestamp":"2026-03-02T00:00:01Z"}',
        '{"httpRequest":{"remoteIP":"203.0.113.9:5000","requestMethod":"GET","requestURL":"http://a.example/a"},"timestamp":'
        '"2026-03-02T00:00:01Z","message":"Request: GET /a"}',
        '{"timestamp":"2026-03-02T00:00:01Z","fields":{"message":"started processing request"},"target":"t","span":{"method":"GET",'
        '"uri":"/a","version":"HTTP/1.1"}}',
        '{"level":30,"time":1772409601000,"req":{"id":"r","method":"get","url":"/a","remoteAddress":"203.0.113.9"},"msg":"request start"}',
        '{"req_id":"r","req":{"method":"GET","url":"/a","remoteAddress":"203.0.113.9"},"msg":"  <-- GET /a","time":"2026-03-02T00:00:01Z"}',
        '{"@t":"2026-03-02T00:00:01Z","@mt":"Request starting {Protocol} {Method}","Protocol":"HTTP/1.1","Method":"GET","Path":"/a"}',
    ],
    ids=["django-structlog", "go-chi/httplog", "tower-http", "hapi-pino", "koa-bunyan-logger", "ASP.NET by Serilog"],
)
def test_a_request_that_is_told_when_it_begins_and_when_it_ends_is_one(beginning: str) -> None:
    ended = '{"time":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"GET","path":"/a","status":200}'
    lines = pl.DataFrame({"line": [1, 2], "raw": [beginning, ended]}, schema={"line": pl.Int64, "raw": pl.String})
    reader = LineReader(replace(plan_for(lines, ReadOptions()), whole=True), ReadOptions())
    rows = [*reader.read(lines).read.to_dicts(), *reader.finish().read.to_dicts()]
    assert [row["outcome"] for row in rows] == ["skipped", "event"]


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("dur_ms", "ms"), ("handlerTimeMicros", "us"), ("http.request.time.ns", "ns"), ("Total-Elapsed-Secs", "s"), ("rt_s", "s"),
        ("db_time_ms", None), ("upstream_latency_ms", None), ("queue_time_ms", None), ("timeout_ms", None), ("time", None), ("ms", None),
        ("request_ms", None), ("duration", None), ("", None), ("requests", None), ("status", None),
    ],
)  # fmt: skip
def test_units_are_told_by_names_of_how_long_a_request_took(key: str, unit: str | None) -> None:
    """What a database, a queue or a server behind took is not how long the request did."""
    assert unit_of(key) == unit


@pytest.mark.parametrize(
    "record",
    [
        '{"level":"info","message":"GET /a failed","statusCode":500,"timestamp":"2026-03-02T00:00:01Z"}',
        '{"level":"info","message":"HTTP GET https://b.example/a","meta":{"res":{"statusCode":200}},"timestamp":"2026-03-02T00:00:01Z"}',
        '{"time":"2026-03-02T00:00:01Z","ip":"203.0.113.9","url":"https://a.example/","status":200}',
        '{"@timestamp":"2026-03-02T00:00:01Z","caller":"a.go:6","content":"[HTTP] GET /a gave 200","duration":"1.6ms","level":"info"}',
    ],
    ids=["an application's word", "a request to somebody else", "a monitor's check", "a sentence of another kind"],
)
def test_sentences_and_addresses_that_tell_of_no_request_are_none(record: str) -> None:
    lines = pl.DataFrame({"line": [1], "raw": [record]}, schema={"line": pl.Int64, "raw": pl.String})
    assert plan_for(lines, ReadOptions()).ranked == []
