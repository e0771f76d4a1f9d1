"""nginx access logs written as JSON: the keys are nginx's own variable names, as its ``log_format escape=json`` examples use them."""

from __future__ import annotations

from dataclasses import replace

from forensics.formats import json_names as names
from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format
from forensics.formats.json_general import MOST_FURTHER

_SECONDS = tuple(
    f"{name}@s?{own}"
    for name in ("response_time", "responsetime", "resp_time", "req_time", "duration", "latency", "time_taken")
    for own in ("body_bytes_sent", "time_iso8601", "time_local", "msec", "upstream_addr", "upstream_response_time")
)
"""Every time that nginx' variables hold is in seconds, whatever key it was given."""
_WRITTEN = tuple(
    rf"{name}@s?{name}~^\d{{1,4}}[.]\d{{3}}$" for name in ("responsetime", "response_time", "resp_time", "req_time", "duration")
)
"""With three decimals it is nginx' time also where no other key is nginx' own."""

KEYS = JsonKeys(
    roles={
        "time": ("time_iso8601", "time_local", "msec", "@timestamp", "timestamp", "time", "ts", "date", "event_datetime", "time_date"),
        "client": ("remote_addr", "client_ip"),
        "user": ("remote_user", "user"),
        "method": ("request_method", "method"),
        "request": ("request",),
        "target": ("request_uri",),
        "path": ("uri", "document_uri", "path"),
        "query": ("args", "query_string"),
        "protocol": ("server_protocol", "http_version", "protocol"),
        "status": ("status", "response_status", "response_code"),
        "bytes": ("body_bytes_sent", "body_bytes_send", "bytes_sent", "bytes", "size"),
        "duration": ("request_time@s", "request_time_ms@ms", *_SECONDS, *_WRITTEN),
        "referrer": ("http_referer", *names.REFERRER),
        "user_agent": ("http_user_agent", *names.USER_AGENT),
        "host": ("http_host", "host", "server_name", "vhost"),
    },
    requires=(
        ("remote_addr",),
        ("request", "request_uri", "uri"),
        ("status", "response_status", "request_time", "body_bytes_sent"),
        (  # a name that only nginx gives
            *("time_iso8601", "time_local", "msec", "request_time", "body_bytes_sent", "http_user_agent", "http_referer", "request_uri"),
            *("server_protocol", "upstream_addr", "http_x_forwarded_for"),
        ),
    ),
    extra={
        "forwarded_for": (
            *("http_x_forwarded_for", "x_forwarded_for", "proxy_add_x_forwarded_for", "xff", "x-forward-for", "x_forwarded"),
            *("http_cf_connecting_ip", "cf_connecting_ip", "http_true_client_ip", "http_x_real_ip"),
        ),
        "request_id": ("request_id", "http_x_request_id", "req_id"),
        "upstream": ("upstream_addr", "upstreamhost"),
        "upstream_status": ("upstream_status",),
        "upstream_duration_ms": ("upstream_response_time@s", "upstreamtime@s"),
        "cache_status": ("upstream_cache_status",),
        "tls_version": ("ssl_protocol",),
        "tls_cipher": ("ssl_cipher",),
        "tls_fingerprint": ("ssl_ja4", "ssl_ja3_hash", "http_ssl_ja3_hash", "ssl_ja3", "ssl_fingerprint", "ssl_client_fingerprint"),
        "country": ("geoip_country_code", "geoip2_data_country_code", "geoip_country", "http_cf_ipcountry", "country"),
        "asn": ("geoip_asn", "geoip2_data_autonomous_system_number", "asn"),
        "trace_id": ("opentelemetry_trace_id", "otel_trace_id", "opentracing_context_uber_trace_id", "trace_id"),
        "session_id": ("cookie_session", "cookie_sessionid", "cookie_sid", "cookie_phpsessid", "session_id"),
        "api_key": ("http_x_api_key", "api_key"),
        "device_id": ("http_x_device_id", "cookie_device_id", "device_id"),
        "account_id": ("http_x_account_id", "account_id", "user_id"),
    },
    most_further=MOST_FURTHER,
)

INGRESS = replace(
    KEYS,
    roles={
        **KEYS.roles,
        "client": ("remote_addr", "x_forwarded_for"),
        "query": ("request_query",),
        "protocol": ("request_proto",),
        "host": ("vhost",),
        "duration": ("request_time@s", "duration@s"),
    },
    requires=(("request_proto",), ("vhost",), ("path",), ("status",), ("x_forwarded_for", "remote_addr")),
    client_entry=-1,  # $proxy_add_x_forwarded_for: nginx itself wrote its last entry, the peer
)
"""The names of ingress-nginx' example, whose ``remote_addr`` is empty unless the balancer before it speaks the PROXY protocol."""

SPLUNK = replace(
    KEYS,
    roles={
        **KEYS.roles,
        "client": ("src",),
        "method": ("http_method",),
        "path": ("uri_path",),
        "query": ("uri_query",),
        "bytes": ("bytes_out",),
        "host": ("site", "hostname", "server"),
    },
    requires=(
        ("src",),
        ("src_ip",),
        ("uri_path", "request"),
        ("bytes_out", "status"),
        ("nginx_version", "http_x_forwarded_for", "request_time"),
    ),
    extra={**KEYS.extra, "upstream_duration_ms": ("response_time@s",), "peer": ("src_ip",)},
)
"""The names of Splunk's ``log_format``, whose ``src_ip`` is the balancer in front ($realip_remote_addr) where there is one."""

FORMATS: tuple[Format, ...] = (
    json_format(
        name="nginx_splunk",
        title="nginx' access log as Splunk's add-on has it written (named values, or JSON)",
        reference="https://docs.splunk.com/Documentation/AddOns/released/NGINX/Setupv2",
        keys=with_identities(SPLUNK),
        time_basis="request end",
        rank=11,
        samples=(
            Sample(
                line='{"site":"a.example","server":"www.a.example","dest_port":"443","dest_ip":"10.0.0.1","src":"203.0.113.9","src_ip":"10.0.0.7",'
                '"user":"kim","time_local":"02/Mar/2026:00:00:01 +0000","protocol":"HTTP/1.1","status":"200","bytes_out":"512",'
                '"bytes_in":"128","http_referer":"-","http_user_agent":"curl/8","nginx_version":"1.25","http_x_forwarded_for":"203.0.113.9","uri_query":"b=1",'
                '"uri_path":"/a","http_method":"GET","response_time":"0.010","cookie":"-","request_time":"0.012"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                    "user_agent": "curl/8",
                    "extra": {"peer": "10.0.0.7", "upstream_duration_ms": "10.0"},
                },
            ),
        ),
    ),
    json_format(
        name="nginx_ingress_json",
        title="ingress-nginx' access log as JSON",
        reference="https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#log-format-upstream",
        keys=with_identities(INGRESS),
        time_basis="request end",
        tier="gateway",
        rank=11,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:02+00:00","remote_addr":"","x_forwarded_for":"203.0.113.6, 198.51.100.20","remote_user":"",'
                '"request_id":"d1","bytes_sent":700,"request_time":0.012,"status":200,"vhost":"a.example","request_proto":"HTTP/1.1",'
                '"path":"/a","request_query":"x=1","request_length":300,"duration":0.012,"method":"GET","http_referrer":"",'
                '"http_user_agent":"curl/8"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "client_ip": "198.51.100.20",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "x=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 700,
                    "duration_ms": 12.0,
                    "user_agent": "curl/8",
                    "extra": {"forwarded_for": "203.0.113.6, 198.51.100.20", "request_id": "d1"},
                },
            ),
        ),
    ),
    json_format(
        name="nginx_json",
        title="nginx access log as JSON",
        reference="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
        keys=with_identities(KEYS),
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"time_iso8601":"2026-03-02T02:15:00+02:00","remote_addr":"198.51.100.20","remote_user":"","request":'
                '"GET /api/v1/jobs/17?full=1 HTTP/2.0","status":"200","body_bytes_sent":"2048","request_time":"0.250",'
                '"http_referer":"","http_user_agent":"python-requests/2.32","host":"api.example.com",'
                '"http_x_forwarded_for":"203.0.113.5","upstream_addr":"10.0.0.4:8080","upstream_response_time":"0.248","request_id":"ab12"}',
                expected={
                    "timestamp": "2026-03-02T00:15:00Z",
                    "started_at": "2026-03-02T00:14:59.750Z",
                    "client_ip": "198.51.100.20",
                    "user_name": None,
                    "method": "GET",
                    "host": "api.example.com",
                    "path": "/api/v1/jobs/17",
                    "query": "full=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 2048,
                    "duration_ms": 250.0,
                    "referrer": None,
                    "user_agent": "python-requests/2.32",
                    "extra": {
                        "forwarded_for": "203.0.113.5",
                        "request_id": "ab12",
                        "upstream": "10.0.0.4:8080",
                        "upstream_duration_ms": "248.0",
                    },
                },
            ),
            Sample(
                line='{"msec":1772409600.125,"remote_addr":"::1","request":"\\x16\\x03\\x01","status":400,"body_bytes_sent":150,'
                '"request_time":0.000}',
                expected={"timestamp": "2026-03-02T00:00:00.125Z", "client_ip": "::1", "method": None, "status": 400, "duration_ms": 0.0},
            ),
            Sample(  # nothing was asked
                line='{"time_iso8601":"2026-03-02T00:00:02+05:30","remote_addr":"203.0.113.9","remote_user":"","request":"",'
                '"request_method":"","request_uri":"","status":"400","body_bytes_sent":"0","http_user_agent":"","request_time":"0.000"}',
                expected={"timestamp": "2026-03-01T18:30:02Z", "client_ip": "203.0.113.9", "method": None, "path": None, "status": 400},
            ),
            Sample(
                line='{"time_local":"02/Mar/2026:00:00:01 +0000","remote_addr":"203.0.113.9","request":"GET /a HTTP/1.1","status":"200",'
                '"body_bytes_sent":"5","response_time":"0.250"}',
                expected={"path": "/a", "duration_ms": 250.0},
            ),
            Sample(
                line='{"time_local":"02/Mar/2026:00:00:01 +0000","remote_addr":"203.0.113.9","request":"GET /a HTTP/1.1","status":"200",'
                '"body_bytes_sent":"5","remote_user":"-","uid":"4711","sid":"s9"}',
                expected={"user_name": "4711", "extra": {"session_id": "s9"}},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:01+00:00","host":"10.0.0.9","size":22293,"responsetime":0.074,"upstreamtime":"0.070",'
                '"upstreamhost":"10.0.0.1:9000","http_host":"www.example.com","request_uri":"/a","request_method":"GET",'
                '"remote_addr":"203.0.113.9","status":"200"}',
                expected={
                    "host": "www.example.com",
                    "bytes_sent": 22293,
                    "duration_ms": 74.0,
                    "extra": {"upstream": "10.0.0.1:9000", "upstream_duration_ms": "70.0"},
                },
            ),
            Sample(
                line='{"time_local":"02/Mar/2026:00:00:01 +0000","remote_addr":"203.0.113.9","request":"something","status":"400",'
                '"body_bytes_sent":"5"}',
                expected={"method": None, "path": None, "request": "something"},
            ),
        ),
    ),
)
