"""Relatives of the combined log format, each one line of Apache's or nginx' own notation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from forensics.formats.apache import compile_apache
from forensics.formats.base import Format, Sample
from forensics.formats.clf_columns import misplaced
from forensics.formats.combined import CLF_HINT, COMBINED, COMMON, SECONDS
from forensics.formats.layout import Layout
from forensics.formats.nginx import compile_nginx
from forensics.formats.split import Token

APACHE = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html"
NGINX = "https://nginx.org/en/docs/http/ngx_http_log_module.html"
INGRESS = "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/"
NGINX_COMBINED = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'

_RATIO = Token("extra:gzip_ratio", pattern=r"\d+\.\d\d|-", exact=True)
_PROGRAM = r'[A-Za-z][^/:"]*/\d[^"]*'
"""How programs call themselves."""
_AGENT = Token("user_agent", pattern=rf'{_PROGRAM}|(?:[^:"\\]|\\.|:[^/"]|:/[^/"])*', exact=True)
"""An agent where combined has the referrer: anything but a URL."""
_PAGE = Token("referrer", pattern=r'-|[a-z-]+://[^"]*', exact=True)
_CLIENT = "198.18.0.7"
_REQUEST = '"GET /a?b=1 HTTP/1.1" 200 512'
_BROWSER = '"-" "curl/8.5.0"'
_AT = "[02/Mar/2024:00:00:02 +0000]"
_COMMON_EXPECTED = {
    "timestamp": datetime(2024, 3, 2, 0, 0, 2),
    "client_ip": _CLIENT,
    "method": "GET",
    "path": "/a",
    "query": "b=1",
    "status": 200,
    "bytes_sent": 512,
}
_EXPECTED = _COMMON_EXPECTED | {"user_agent": "curl/8.5.0", "referrer": None}


def _format(
    name: str,
    title: str,
    reference: str,
    layout: Layout,
    rank: int,
    line: str,
    expected: dict[str, object],
    pattern: str = "",
    misread: Callable[[pl.DataFrame], bool] | None = misplaced,
) -> Format:
    return Format(
        name=name,
        title=title,
        reference=reference,
        samples=(Sample(line=line, expected=expected),),
        open=layout.opener,
        open_blocks=layout.block_opener,
        time_basis=layout.time_basis,
        hint=CLF_HINT,
        pattern=pattern or layout.strict,
        misread=misread,
        rank=rank,
    )


_TRAEFIK = Layout(
    (
        *compile_apache(COMBINED).parts[:-1],
        '" ',
        Token("extra:request_count", pattern=r"\d+|-"),
        ' "',
        Token("extra:router"),
        '" "',
        Token("extra:upstream"),
        '" ',
        Token("duration_ms", "ms", r"\d+"),
        "ms",
    ),
)

FORMATS = (
    _format(
        "vhost_combined",
        "Apache combined with the virtual host and port first",
        APACHE,
        compile_apache("%v:%p " + COMBINED),
        36,
        f"www.example.com:443 {_CLIENT} - - {_AT} {_REQUEST} {_BROWSER}",
        {**_EXPECTED, "host": "www.example.com", "extra": {"port": "443"}},
        misread=None,  # what has a port is a host, though it be an address
    ),
    _format(
        "host_combined",
        "Combined with the host first",
        APACHE,
        compile_apache("%v " + COMBINED),
        35,
        f"www.example.com {_CLIENT} - - {_AT} {_REQUEST} {_BROWSER}",
        {**_EXPECTED, "host": "www.example.com"},
    ),
    _format(
        "vhost_common",
        "Apache common with the virtual host first",
        APACHE,
        compile_apache("%v " + COMMON),
        25,
        f"www.example.com {_CLIENT} - - {_AT} {_REQUEST}",
        {**_COMMON_EXPECTED, "host": "www.example.com"},
    ),
    _format(
        "ssl_request",
        "Apache mod_ssl's ssl_request_log",
        "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#logformats",
        compile_apache('%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b'),
        45,
        f'{_AT} {_CLIENT} TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a?b=1 HTTP/1.1" 512',
        {**_COMMON_EXPECTED, "status": None, "extra": {"tls_protocol": "TLSv1.3", "tls_cipher": "TLS_AES_256_GCM_SHA384"}},
    ),
    _format(
        "nginx_main",
        "nginx main: combined and X-Forwarded-For",
        NGINX,
        compile_nginx(NGINX_COMBINED + ' "$http_x_forwarded_for"'),
        38,
        f'{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} "203.0.113.9, 198.18.0.1"',
        {**_EXPECTED, "extra": {"forwarded_for": "203.0.113.9, 198.18.0.1"}},
    ),
    _format(
        "nginx_compression",
        "nginx combined and the gzip ratio",
        NGINX,
        Layout((*compile_nginx(NGINX_COMBINED).parts[:-1], '" "', _RATIO, '"'), "request end"),
        37,
        f'{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} "2.75"',
        {**_EXPECTED, "extra": {"gzip_ratio": "2.75", "forwarded_for": None}},
    ),
    _format(
        "combined_agent_first",
        "Combined log format with the user agent before the referrer",
        "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
        Layout((*compile_apache(COMMON).parts, ' "', _AGENT, '" "', _PAGE, '"')),
        34,
        f'{_CLIENT} - - {_AT} {_REQUEST} "curl/8.5.0" "https://ref.example/a"',
        {**_EXPECTED, "referrer": "https://ref.example/a"},
        rf'" \d{{3}} \S+ "{_PROGRAM}" "(?:{_PAGE.pattern})"$',
    ),
    _format(
        "gitlab_nginx",
        "GitLab's bundled nginx (combined and the gzip ratio)",
        "https://docs.gitlab.com/administration/logs/#nginx-logs",
        Layout((*compile_nginx(NGINX_COMBINED).parts[:-1], '" ', _RATIO), "request end"),
        36,
        f"{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} 2.75",
        {**_EXPECTED, "duration_ms": None, "extra": {"gzip_ratio": "2.75"}},
    ),
    _format(
        "nginx_main_time",
        "nginx main and the request time",
        NGINX,
        Layout((*compile_nginx(NGINX_COMBINED + ' "$http_x_forwarded_for"').parts[:-1], '" ', SECONDS), "request end"),
        42,
        f'{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} "-" 0.500',
        {**_EXPECTED, "duration_ms": 500.0, "started_at": datetime(2024, 3, 2, 0, 0, 1, 500000)},
    ),
    _format(
        "nginx_timed",
        "nginx combined with request and upstream times (rt=, uct=, uht=, urt=)",
        "https://www.nginx.com/blog/using-nginx-logging-for-application-performance-monitoring/",
        compile_nginx(
            NGINX_COMBINED + ' "$http_x_forwarded_for" rt=$request_time uct="$upstream_connect_time" '
            'uht="$upstream_header_time" urt="$upstream_response_time"'
        ),
        44,
        f'{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} "-" rt=0.500 uct="0.001" uht="0.480" urt="0.490"',
        {**_EXPECTED, "duration_ms": 500.0, "extra": {"upstream_response_time": "0.490"}},
    ),
    _format(
        "nginx_ingress",
        "ingress-nginx (upstreaminfo)",
        INGRESS,
        compile_nginx(
            NGINX_COMBINED + " $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] "
            "$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"
        ),
        50,
        f"{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} 89 0.250 [shop-web-8080] [] 198.18.1.5:8080, 198.18.1.6:8080 0, 512 0.100, 0.150 "
        "502, 200 529a007902362a5f51385a5fa7049884",
        {
            **_EXPECTED,
            "duration_ms": 250.0,
            "extra": {
                "upstream": "198.18.1.5:8080, 198.18.1.6:8080",
                "upstream_status": "502, 200",
                "request_id": "529a007902362a5f51385a5fa7049884",
                "proxy_upstream_name": "shop-web-8080",
                "bytes_received": "89",
            },
        },
    ),
    _format(
        "nginx_proxy_manager",
        "nginx proxy manager (proxy)",
        "https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf",
        compile_nginx(
            '[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" '
            "[Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "
            '"$http_user_agent" "$http_referer"'
        ),
        50,
        f'{_AT} - 200 200 - GET https www.example.com "/a?b=1" [Client {_CLIENT}] [Length 512] [Gzip -] [Sent-to 198.18.1.5] '
        '"curl/8.5.0" "-"',
        {**_EXPECTED, "host": "www.example.com", "extra": {"scheme": "https", "upstream_status": "200"}},
    ),
    _format(
        "nginx_proxy_manager_standard",
        "nginx proxy manager (standard)",
        "https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf",
        compile_nginx(
            '[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] '
            '[Gzip $gzip_ratio] "$http_user_agent" "$http_referer"'
        ),
        50,
        f'{_AT} 200 - GET https www.example.com "/a?b=1" [Client {_CLIENT}] [Length 512] [Gzip 2.10] "curl/8.5.0" "-"',
        {**_EXPECTED, "host": "www.example.com", "extra": {"gzip_ratio": "2.10"}},
    ),
    _format(
        "traefik_clf",
        "Traefik (common log format)",
        "https://doc.traefik.io/traefik/observe/logs-and-access-logs/",
        _TRAEFIK,
        50,
        f'{_CLIENT} - - {_AT} {_REQUEST} {_BROWSER} 262 "web@docker" "http://198.18.1.5:80" 25ms',
        {**_EXPECTED, "duration_ms": 25.0, "extra": {"router": "web@docker", "upstream": "http://198.18.1.5:80", "request_count": "262"}},
    ),
)
