"""The common and combined log formats of Apache and nginx, and combined with the request time."""

from __future__ import annotations

from datetime import datetime

from forensics.formats.apache import compile_apache
from forensics.formats.base import Format, Sample
from forensics.formats.clf_columns import misplaced
from forensics.formats.layout import THREE_DECIMALS, Layout
from forensics.formats.split import Token

CLF_HINT = r"\[\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
COMMON = '%h %l %u %t "%r" %>s %b'
COMBINED = COMMON + ' "%{Referer}i" "%{User-Agent}i"'
SECONDS = Token("duration_ms", "s", THREE_DECIMALS)

_common = compile_apache(COMMON)
_combined = compile_apache(COMBINED)
_timed = Layout((*_combined.parts[:-1], '" ', SECONDS), "request end")

_FRANK = {
    "timestamp": datetime(2000, 10, 10, 20, 55, 36),
    "started_at": datetime(2000, 10, 10, 20, 55, 36),
    "client_ip": "127.0.0.1",
    "user_name": "frank",
    "method": "GET",
    "path": "/apache_pb.gif",
    "query": None,
    "protocol": "HTTP/1.0",
    "status": 200,
    "bytes_sent": 2326,
}

_lighttpd = compile_apache(COMBINED.replace("%l", "%V"))
_SITE = r"(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?|[a-z0-9.-]+:\d+|localhost|\d+\.\d+\.\d+\.\d+)"

FORMATS = (
    Format(
        name="lighttpd",
        title="lighttpd access log (combined, with the host in the second field)",
        reference="https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_accesslog",
        samples=(
            Sample(
                line='198.18.0.7 shop.example ann [02/Mar/2024:00:00:01 +0000] "GET /x HTTP/1.1" 200 512 "-" "curl/8.5.0"',
                expected={"client_ip": "198.18.0.7", "host": "shop.example", "user_name": "ann", "path": "/x", "bytes_sent": 512},
            ),
            Sample(
                line='198.18.0.7 localhost:8080 - [02/Mar/2024:00:00:01 +0000] "GET /x HTTP/1.1" 200 512 "-" "curl/8.5.0"',
                expected={"client_ip": "198.18.0.7", "host": "localhost:8080", "user_name": None},
            ),
        ),
        open=_lighttpd.opener,
        open_blocks=_lighttpd.block_opener,
        hint=CLF_HINT,
        pattern=rf"^[0-9a-fA-F.:]+ {_SITE} \S+ \[",
        rank=31,
        assumption="a full host name in the second field is the host that was asked for (%V), not a name that identd gave",
    ),
    Format(
        name="common",
        title="Common log format",
        reference="https://httpd.apache.org/docs/2.4/logs.html#common",
        samples=(
            Sample(line='127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326', expected=_FRANK),
            Sample(
                line='198.18.0.7 - - [02/Mar/2024:00:00:01 +0000] "\\x16\\x03\\x01" 400 -',
                expected={"method": None, "request": "\\x16\\x03\\x01", "status": 400, "bytes_sent": None, "user_name": None},
            ),
        ),
        open=_common.opener,
        open_blocks=_common.block_opener,
        hint=CLF_HINT,
        pattern=_common.strict,
        rank=20,
    ),
    Format(
        name="combined",
        title="Combined log format (Apache, nginx)",
        reference="https://httpd.apache.org/docs/2.4/logs.html#combined",
        samples=(
            Sample(
                line='127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 '
                '"http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"',
                expected={
                    **_FRANK,
                    "referrer": "http://www.example.com/start.html",
                    "user_agent": "Mozilla/4.08 [en] (Win98; I ;Nav)",
                },
            ),
            Sample(
                line='2001:db8::7 - ann [02/Mar/2024:00:00:01 +0100] "GET /a b?c=d?e HTTP/1.1" 304 0 "-" "say \\"hi\\""',
                expected={
                    "timestamp": datetime(2024, 3, 1, 23, 0, 1),
                    "client_ip": "2001:db8::7",
                    "user_name": "ann",
                    "path": "/a b",
                    "query": "c=d?e",
                    "referrer": None,
                    "user_agent": 'say \\"hi\\"',
                },
            ),
        ),
        open=_combined.opener,
        open_blocks=_combined.block_opener,
        hint=CLF_HINT,
        pattern=_combined.strict,
        misread=misplaced,
        rank=30,
    ),
    Format(
        name="combined_time",
        title="Combined log format and nginx' request time",
        reference="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
        samples=(
            Sample(
                line='198.18.0.7 - u1 [02/Mar/2024:00:00:02 +0000] "GET /jobs/7?x=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" 1.250',
                expected={
                    "timestamp": datetime(2024, 3, 2, 0, 0, 2),
                    "started_at": datetime(2024, 3, 2, 0, 0, 0, 750000),
                    "duration_ms": 1250.0,
                    "path": "/jobs/7",
                    "query": "x=1",
                    "user_agent": "curl/8.5.0",
                },
            ),
        ),
        open=_timed.opener,
        open_blocks=_timed.block_opener,
        time_basis="request end",
        hint=CLF_HINT,
        pattern=_timed.strict,
        misread=misplaced,
        rank=40,
    ),
)
