"""The names that loggers in JSON give to the same thing, and columns of tables alike: a table of paths for each role, best first.

Sources of the names: Elastic Common Schema (nested and dotted), OpenTelemetry semantic conventions for HTTP, pino-http and Bunyan,
lograge, Kong, Vercel, Datadog, GELF, Logstash's HTTPD_COMBINEDLOG, Apache httpd's and nginx's own variable names, and the ``log_format``,
``log-format`` and ``access.format`` lines in JSON that public repositories hold for nginx, HAProxy, Varnish, Squid and PHP-FPM.
"""

from __future__ import annotations

from forensics.formats.identities import IDENTITIES

TIME = (
    *("@timestamp", "timestamp", "time", "ts", "datetime", "date_time", "dateTime", "eventTime", "event_time", "time_iso8601"),
    *(
        "time_local",
        "timeLocal",
        "requestTime",
        "requestTimestamp",
        "request_timestamp",
        "logged_at",
        "created_at",
        "createdAt",
        "msec",
        "@t",
    ),
    *("asctime", "_timestamp", "timeStamp", "Timestamp", "Time", "date", "epoch", "unixtime", "unix_time", "timestamp_ms", "t"),
    *("requestReceivedTimestamp", "time_micros", "metadata>eventTimestamp", "metadata>event_timestamp"),
    *("TimeGenerated", "TimeGenerated [UTC]"),
    *("eventTimestamp", "event_datetime", "event_timestamp", "datetime_gmt", "date_gmt", "time_date", "time_iso", "timeIso8601"),
    *("Datetime", "DateTime", "EventTime", "requestdatetime"),
    *(
        "server_time",
        "local_time",
        "localTime",
        "log_time",
        "logTime",
        "access_time",
        "accessTime",
        "time_stamp",
        "time_utc",
        "time_ms",
        "when_iso",
        "when",
        "timeGenerated",
    ),
)
START = (
    *("start_time", "started_at", "startTime", "startedAt", "event>start", "event.start", "request_start", "request_started_at"),
    *("req_start_time", "time_start", "StartUTC", "request>timestamp", "proxy>timestamp", "begin", "start"),
)
CLIENT = (
    *("client_ip", "clientIp", "clientIP", "ClientIP", "remote_addr", "remote_ip", "remoteIp", "remoteIP", "remoteAddr", "remoteAddress"),
    *("client>ip", "client.ip", "source>ip", "source.ip", "client>address", "client.address", "source>address", "source.address"),
    *("http.client_ip", "network.client.ip", "network>client>ip", "net.peer.ip", "net.sock.peer.addr", "network.peer.address"),
    *("req>remoteAddress", "request>remote_addr", "request>remote_ip", "request>ip", "request>client_ip", "req>ip", "proxy>clientIp"),
    *("attributes>client.address", "attributes>http.client_ip", "attributes>net.peer.ip", "attributes>network.peer.address"),
    *("clientip", "client", "client_addr", "client_address", "clientAddress", "clientAddr", "ip", "ip_address", "ipAddress", "ipaddress"),
    *("source_ip", "sourceIp", "sourceIPAddress", "src_ip", "srcip", "c-ip", "c_ip", "peer", "remote_host", "remoteHost", "remote"),
    *("remote-addr", "remote-ip", "client-ip", "caller_ip", "callerIp", "_remote_addr", "user_ip", "userIp", "host_ip", "addr", "h"),
    *("sourceIPs", "remotehost", "@network.client.ip", "httpRequest>remoteIp"),
    *("ClientIp", "RemoteIpAddress", "RemoteIp", "RemoteIP", "IpAddress", "IPAddress", "CIp", "cIP", "request_ip"),
    *("http.request.remoteaddr", "Properties>ClientIp", "Properties>ClientIP", "Properties>RemoteIpAddress", "Properties>RemoteIP"),
    *("event>request>headers>cf-connecting-ip", "ClientIpAddress", "sourceIpPort", "client.addr"),
    *("SourceIP", "SourceIp", "SrcIP", "SrcIp", "SrcAddr", "src_addr", "source_addr", "remote_address"),
    *("downstream_remote_address", "downstream_direct_remote_address", "callerIpAddress"),
    *("remote-address", "httpRequest>remoteIP"),
    *("SrcIpAddr", "src_endpoint>ip", "principal>ip"),  # Sentinel's ASIM, OCSF, Google's UDM
    *("cf_connecting_ip", "http_cf_connecting_ip", "cf-connecting-ip", "real_ip", "x_real_ip", "http_x_real_ip"),
    *("peer_addr", "src", "ip_client"),  # the last is F5's
    *("meta>ip", "meta>req>ip"),
)
METHOD = (
    *("method", "http_method", "httpMethod", "request_method", "requestMethod", "http>request>method", "http.request.method"),
    *("http.method", "http>method", "verb", "req>method", "request>method", "proxy>method", "attributes>http.request.method"),
    *("attributes>http.method", "cs-method", "cs_method", "HTTPMethod", "requestMethodName", "Method", "m"),
    *("request_verb", "RequestMethod", "api>name", "http>http_method", "@http.method", "httpRequest>requestMethod"),
    *("httpRequest>method", "span>method", "clientRequestHTTPMethodName", "req_method"),
    *("HttpRequestMethod", "http_request>http_method", "network>http>method", "request_http_method"),
    *("meta>req>method", "message:method", "CsMethod", "csMethod", "Properties>RequestMethod", "Properties>Method", "event>request>method"),
)
REQUEST = (
    "request",
    "request_line",
    "requestLine",
    "http_request",
    "httpRequest",
    "RequestLine",
    "r",
    "http>request>line",
    "first_line",
    "requested_url",
    "first_line_request",
    "user_req",
)
TARGET = (
    "span>uri",  # beside which tracing's ``target`` is a module
    *("url>original", "url.original", "url>full", "url.full", "http.target", "http.url", "http>url", "request_uri", "requestUri", "uri"),
    *("requestUrl", "request_url", "url", "target", "req>url", "req>originalUrl", "originalUrl", "original_url", "request>uri"),
    *("request>url", "proxy>path", "attributes>http.target", "attributes>url.full", "attributes>http.url", "http.request.target"),
    *("requestURI", "RequestURI", "requestURL", "raw_path", "rawPath", "fullPath", "full_path", "request_target", "URL", "Url", "http_url"),
    *("attributes>url.original", "http>request>url", "http>target", "endpoint_url", "href", "cs_uri"),
    *("@http.url", "httpRequest>requestUrl", "httpRequest>requestURL", "httpRequest>url"),
    *("meta>req>originalUrl", "meta>req>url", "message:target"),
    *("http.request.uri", "event>request>url"),
    *("http_uri", "req_url", "req_uri", "originalURL", "URI", "http_request>url>url_string", "target>url"),
)
PATH = (
    *("path", "url>path", "url.path", "request_path", "requestPath", "http.path", "uri_path", "uriPath", "cs-uri-stem", "cs_uri_stem"),
    *("attributes>url.path", "request>path", "req>path", "resource_path", "resourcePath", "pathname", "Path", "http>path", "endpoint"),
    *("u", "file_path_requested", "RequestPath"),
    *("requested_uri", "CsUriStem", "csUriStem", "UriStem"),
    *("http_request>url>path", "http_path"),
    *("Properties>RequestPath", "Properties>Path", "UrlStem", "clientRequestPath"),  # the last as Cloudflare's GraphQL names it
    *("http>route", "http.route", "attributes>http.route", "route"),  # what it was matched with, where nothing says what was asked
)
QUERY = (
    *("query", "url>query", "url.query", "query_string", "queryString", "querystring", "args", "uri_query", "cs-uri-query"),
    *("cs_uri_query", "attributes>url.query", "requestQuery", "request_query", "qs", "q", "params_string", "request>query", "request>args"),
    *("CsUriQuery", "csUriQuery", "UriQuery", "Properties>QueryString", "UrlQuery", "clientRequestQuery", "http_request>url>query_string"),
    "QueryString",  # of ASP.NET's records by Serilog
)
PROTOCOL = (
    *("http>protocol", "request_proto", "protocol", "server_protocol", "http_version", "httpVersion", "httpversion"),
    *("http>version", "http.version", "http.flavor"),
    *("request_protocol", "requestProtocol", "proto", "cs-version", "cs_version", "request>proto", "request>protocol", "req>httpVersion"),
    "meta>req>httpVersion",
    *("network>protocol>version", "network.protocol.version", "attributes>network.protocol.version", "attributes>http.flavor"),
    *("http_protocol", "H", "Proto", "Protocol", "scheme_version", "http-version", "httpRequest>proto", "span>version"),
    *("clientRequestHTTPProtocol", "httpRequest>protocol", "HttpVersion", "http_request>version", "request_http_version"),
)
STATUS = (
    *("status", "status_code", "statusCode", "http>response>status_code", "http.response.status_code", "http.status_code"),
    *("http>status_code", "response_status", "responseStatus", "response_code", "responseCode", "response", "code", "http_status"),
    *("httpStatus", "res>statusCode", "res>status", "response>status", "response>status_code", "response>statusCode"),
    *("proxy>statusCode", "attributes>http.response.status_code", "attributes>http.status_code", "sc-status", "sc_status", "s"),
    *("http_status_code", "httpStatusCode", "StatusCode", "Status", "statuscode", "http>status", "http_code", "httpCode"),
    *("elb_status_code", "sc_status_code", "responseStatus>code", "api>statusCode"),
    *("@http.status_code", "httpRequest>status", "httpResponse>status", "status-code", "fields>status"),
    *("meta>res>statusCode", "ScStatus", "scStatus"),
    *("http.response.status", "Properties>StatusCode", "event>response>status", "HttpStatus"),
    *("http>response>body>status_code", "edgeResponseStatus", "resp_status", "res_status"),
    *("EventResultDetails", "http_response>code", "network>http>responseCode", "network>http>response_code"),
)
BYTES = (
    *("bytes_sent", "body_bytes_sent", "bytesSent", "response_size", "responseSize", "response_length", "responseLength"),
    *("http>response>body>bytes", "http.response.body.bytes", "http>response>bytes", "http.response.bytes", "response_bytes"),
    *("responseBytes", "res>headers>content-length", "response>size", "response>headers>content-length", "response>bytes"),
    *("content_length", "contentLength", "http.response_content_length", "http.response.body.size", "attributes>http.response.body.size"),
    *(
        "attributes>http.response_content_length",
        "sc-bytes",
        "sc_bytes",
        "bytes_out",
        "bytesOut",
        "resp_bytes",
        "size",
        "bytes",
        "length",
        "body_size",
        "resp_size",
        "B",
        "b",
    ),
    *("response_body_size", "responseBodySize", "res>contentLength", "sent_bytes", "sentBytes", "bytes_written"),
    *("bytesWritten", "body_sent", "body_bytes", "bodyBytes", "bodyBytesSent", "body_bytes_send", "res>body_length", "res>length"),
    *("network.bytes_written", "resp_body_size", "destination>bytes", "destination.bytes", "Size", "res>headers>Content-Length"),
    *("api>tx", "response_content_length", "http>length", "http>bytes", "@network.bytes_written", "httpRequest>responseSize"),
    *("httpResponse>bytes", "edgeResponseBytes", "http_response>length", "DstBytes", "network>receivedBytes", "network>received_bytes"),
    *("dataLength", "data_length"),  # https://github.com/toorop/gin-logrus
    *("ScBytes", "scBytes", "ServerSentBytes", "http.response.written", "response>length", "ResponseBytes", "byte_sent"),
    *("res-headers>content-length", "proxy>responseByteSize", "resp_content_length"),
)
DURATION = (
    "event>duration@ms?http>response>body>status_code",  # OPNsense has Squid's milliseconds there
    *("duration@ns?http>status_code", "duration@ns?network>client>ip"),  # Datadog's standard attributes
    *("time_taken@s?request_ip", "time_taken@s?x_edge_location"),  # CloudFront's columns in Athena
    *("TimeTaken@s?SecurityProtocol", "timeTaken@s?securityProtocol"),  # Azure's Front Door
    *("latency@s?upstream_addr", "duration@s?upstream_addr", "response_time@s?upstream_addr"),  # nginx has no other unit
    *(rf"{name}@s?{name}~^\d{{1,4}}[.]\d{{1,3}}$" for name in ("requestTime", "req_time", "responsetime", "res>duration")),
    "request_processing_time+target_processing_time+response_processing_time@s",
    "dur@ms?resp_content_length",  # Thruster
    r"dur@ms?dur~\d ?(?:ns|us|µs|ms|s)$",
    *("micros@us", "msecs@ms", "meta>responseTime@ms", "response>time_ms@ms", "response>duration_ms@ms", "TimeTaken@ms"),
    *("latency_human@ms", "time_taken_micros@us", "api>timeToResponse@ns", "responseTimeMillis@ms", "response_time_millis@ms"),
    *(
        "responseMillis@ms",
        "duration_ms@ms",
        "durationMs@ms",
        "duration_millis@ms",
        "durationMillis@ms",
        "elapsed_ms@ms",
        "elapsedMs@ms",
        "latency_ms@ms",
    ),
    *(
        "latencyMs@ms",
        "response_time_ms@ms",
        "responseTimeMs@ms",
        "request_time_ms@ms",
        "time_taken_ms@ms",
        "took_ms@ms",
        r"time_ms@ms?time_ms~^\d{1,8}(?:[.]\d+)?$",
    ),
    *("http.duration_ms@ms", "total_time_ms@ms", "processing_time_ms@ms", "timeMs@ms", "elapsedMilliseconds@ms", "ElapsedMilliseconds@ms"),
    *(
        "duration_us@us",
        "duration_usec@us",
        "latency_us@us",
        "latency_usec@us",
        "elapsed_us@us",
        "response_time_us@us",
        "time_elapsed@us",
        "request_time_us@us",
        "durationUs@us",
    ),
    *("response_time_microseconds@us", "durationMicroseconds@us", "server_request_millsecond@ms", "server_request_millisecond@ms"),
    *("durationMicros@us", "duration_micros@us", "duration_ns@ns", "latency_ns@ns", "elapsed_ns@ns", "durationNanos@ns", "Duration@ns"),
    *(
        "event>duration@ns",
        "event.duration@ns",
        "duration_nanos@ns",
        "request_time@s?request_time~[.]|^0$",
        "duration_s@s",
        "duration_sec@s",
    ),
    *("duration_seconds@s", "durationSeconds@s", "duration_secs@s", "elapsed_seconds@s", "elapsed_s@s", "latency_seconds@s", "latency_s@s"),
    *(
        "response_time_s@s",
        "response_time_seconds@s",
        "request_time_seconds@s",
        "request_time_s@s",
        "http.server.request.duration@s",
        "time_taken_s@s",
    ),
    *("attributes>http.server.request.duration@s", "request_duration_seconds@s", "took_s@s", "latencies>request@ms", "responseTime@ms"),
    *("response_time@ms", "duration@ms", "latency@ms", "elapsed@ms", "elapsed_time@ms", "elapsedTime@ms", "time-taken@ms"),
    *("time_taken@ms", "timeTaken@ms", "took@ms", "response-time@ms", "responseLatency@ms", "runtime@ms", "total_time@ms", "total@ms"),
    *("request_duration@ms", "requestDuration@ms", "processing_time@ms", "processingTime@ms", "Elapsed@ms", "Latency@ms", "D@us", "T@s"),
    *("service@ms", "reqtime@s", "reqtime_microsec@us", "runtime_ms@ms", "httpRequest>latency@s", "responsetime@s?upstreamtime"),
    r"rt@s?rt~^\d+[.]\d{1,3}$",  # as nginx writes $request_time
    *("http.response.duration@ms", "Properties>Elapsed@ms", "Properties>ElapsedMilliseconds@ms", "TotalRequestTime@ms"),
    *("http_response>latency@ms", "NetworkDuration@ms"),
    *("httpResponse>elapsed@ms", "fields>latency@ms"),  # go-chi/httplog, tower-http
    *("response>latency@ns?response>time", "total_ns@ns"),  # what slog-http and Linkerd write
    r"latency_time@ns?latency_time~^(?:\d{4,}|[\d.]*\d[hmnsuµμ].*)$",  # Go's durations, beside Gin
    *("req_elapsed_time@ms", "process_time_taken_microseconds@us", "res>responseTime@ms", "totalTime@ms", r"ptime@s?ptime~^\d+[.]\d+$"),
)
REFERRER = (
    *("referrer", "referer", "http_referer", "http_referrer", "httpReferer", "http>request>referrer", "http.request.referrer"),
    *("http.referer", "req>headers>referer", "request>headers>referer", "request>headers>Referer", "proxy>referer", "Referer"),
    *("cs(Referer)", "cs_referer", "cs_referrer", "request_referer", "requestReferer", "req>headers>referrer"),
    *("attributes>http.request.header.referer",),
    *("refererUrl", "referrer_url", "ref", "req>headers>Referer", "http_ref", "http>http_refer", "httpRequest>referer"),
    *("meta>req>headers>referer", "csReferer"),
    *("request>referer", "HttpReferrer", "http_request>referrer", "network>http>referralUrl", "network>http>referral_url"),
)
USER_AGENT = (
    "req-headers>user-agent",  # beside a parsed user-agent (express-bunyan-logger)
    *("user_agent", "userAgent", "useragent", "user-agent", "http_user_agent", "httpUserAgent", "user_agent>original"),
    *("user_agent.original", "http.user_agent", "http.useragent", "http>useragent", "http>user_agent", "agent", "ua", "UserAgent"),
    *("req>headers>user-agent", "req>headers>User-Agent", "request>headers>user-agent", "request>headers>User-Agent", "proxy>userAgent"),
    *("attributes>user_agent.original", "attributes>http.user_agent", "User-Agent", "cs(User-Agent)", "cs_user_agent", "client_agent"),
    *("request_user_agent", "requestUserAgent", "browser", "agent>original", "headers>user-agent", "headers>User-Agent"),
    *("http>http_user_agent", "httpRequest>userAgent"),
    *("meta>req>headers>user-agent", "uagent", "csUserAgent", "user_ua"),
    *("http.request.useragent", "Properties>UserAgent", "request>user-agent", "event>request>headers>user-agent"),
    *("cs-user-agent", "HttpUserAgent", "http_request>user_agent", "network>http>userAgent", "network>http>user_agent"),
)
HOST = (
    *(
        "http_host",
        "httpHost",
        "domain",
        "host",
        "url>domain",
        "url.domain",
        "vhost",
        "virtual_host",
        "server_name",
        "serverName",
        "http.host",
    ),
    *("req>headers>host", "req>headers>Host", "request>host", "request>headers>host", "request>headers>Host", "proxy>host", "authority"),
    *("destination>domain", "destination.domain", "server.address", "server>address", "attributes>server.address"),
    *("attributes>http.host", "domainName", "cs-host", "cs_host", "cs(Host)", "hostname_requested", "host_header"),
    *("req>host", "req>hostname", "Host", "v"),
    *("request_host", "requestHost", "site", "http>host", "headers>host", "http>hostname"),
    *("meta>req>headers>host", "csHost", "CsHost"),
    *("http.request.host", "Properties>RequestHost", "Properties>Host", "UrlHost", "hostHeader"),
    *("clientRequestHTTPHost", "http_request>url>hostname", "target>hostname"),
)
EXTRA = {
    "forwarded_for": (
        *("forwarded_for", "x_forwarded_for", "xForwardedFor", "x-forwarded-for", "X-Forwarded-For", "http_x_forwarded_for", "xff"),
        *("req>headers>x-forwarded-for", "request>headers>x-forwarded-for", "request>headers>X-Forwarded-For"),
        *("proxy_add_x_forwarded_for", "forwardedFor", "network>forwarded_ip", "network.forwarded_ip", "headers>x-forwarded-for"),
        *("fwd", "forwardedfor", "forwarded", "x-forward-for", "x_forwarded", "httpXForwardedFor", "meta>req>headers>x-forwarded-for"),
        "@fields>meta>req>headers>x-forwarded-for",
        "x_forwarded_for_header_value",
    ),
    "request_id": (
        *("request_id", "requestId", "requestID", "req_id", "reqId", "x_request_id", "x-request-id", "correlation_id", "correlationId"),
        *("http>request>id", "http.request.id", "req>id", "request>id", "req>headers>x-request-id", "RequestId", "http_x_request_id"),
        "rayName",
    ),
    "trace_id": ("trace_id", "traceId", "trace>id", "trace.id", "traceID", "dd.trace_id", "otelTraceID", "TraceId"),
    **IDENTITIES,
    "upstream": (
        "upstream_addr",
        "upstream",
        "upstream_host",
        "upstreamHost",
        "backend",
        "upstream_uri",
        "origin",
        "backend_host",
        "up_addr",
        "upstreamAddr",
        "upstreamhost",
    ),
    "upstream_status": ("upstream_status", "upstreamStatus", "up_status", "backend_status", "origin_status"),
    "upstream_duration_ms": (
        *("upstream_response_time@s", "latencies>proxy@ms", "upstream_duration_ms@ms", "upstream_service_time@ms"),
        *("upstreamResponseTime@s", "upstreamtime@s", "up_resp_time@s"),
    ),
    "country": (
        *("country", "country_code", "countryCode", "geo_country", "geoip_country_code", "geo>country_iso_code", "geoip>country_code2"),
        *("source>geo>country_iso_code", "client>geo>country_iso_code", "geo.country", "cf_country", "geoip>country_iso_code"),
    ),
    "asn": ("asn", "client_asn", "as_number", "source>as>number", "client>as>number", "geo_asn", "clientAsn"),
    "tls_version": ("tls_version", "ssl_protocol", "tls>version", "tls.version", "tlsVersion", "sslProtocol", "ssl_version"),
    "tls_cipher": ("tls_cipher", "ssl_cipher", "tls>cipher", "tls.cipher", "sslCipher", "tlsCipher"),
    "tls_fingerprint": ("ja4", "ja3", "ja3_hash", "ja4_hash", "tls>client>ja3", "tls.client.ja3", "tls_fingerprint", "ja3Hash", "JA4"),
    "cache_status": ("cache_status", "upstream_cache_status", "cacheStatus", "cache", "cache_result", "x_cache"),
    "edge_location": ("edge_location", "pop", "datacenter", "colo", "edgeLocation", "region", "proxy>region"),
    "error": ("error>message", "error.message", "error", "err>message", "err", "exception>message", "exception"),
    "route": ("route>name", "route", "http.route", "attributes>http.route", "handler", "route_name", "routeName", "controller"),
}

ANSWER = ("status", "status_code", "statusCode", "http_status", "http_status_code", "response_code", "response_status", "httpStatus")
ASKER = (
    *("client_ip", "clientIp", "clientip", "clientIP", "remote_addr", "remote_ip", "remoteIp", "remoteAddr", "remote_host"),
    *("client_addr", "client_address", "client>ip", "client.ip", "source>ip", "source.ip", "client"),
)
"""Names that leave no doubt, for records that name no method (a widespread nginx ``log_format`` for Logstash has none)."""
