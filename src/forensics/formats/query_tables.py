"""Access logs in the tables of clouds' query services, exported as CSV or JSON: Athena's of S3, CloudFront and ELB, Log Analytics' of IIS.

The columns have the names of the services' documentation, and the values are those of the logs: S3 and ELB tell when a request came,
the others when it was answered; CloudFront percent-encodes the agent, IIS writes ``+`` for its blanks. Shippers (NXLog's ``xm_w3c``,
Log Parser) keep the names of IIS' own log.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

S3 = JsonKeys(
    roles={
        "time": ("requestdatetime",),
        "client": ("remoteip",),
        "user": ("requester",),
        "request": ("request_uri",),
        "status": ("httpstatus",),
        "bytes": ("bytessent",),
        "duration": ("totaltime@ms",),
        "referrer": ("referrer", "referer"),
        "user_agent": ("useragent",),
        "host": ("endpoint",),
    },
    requires=(("requestdatetime",), ("remoteip",), ("operation",), ("request_uri", "key")),
    extra={
        "bucket": ("bucket_name", "bucket"),
        "request_id": ("requestid",),
        "operation": ("operation",),
        "object_key": ("key",),
        "error": ("errorcode",),
        "tls_cipher": ("ciphersuite",),
        "tls_version": ("tlsversion",),
    },
)
CLOUDFRONT = JsonKeys(
    roles={
        "date": ("date",),
        "time": ("time",),
        "client": ("request_ip", "c_ip"),
        "method": ("method", "cs_method"),
        "path": ("uri", "cs_uri_stem"),
        "query": ("query_string", "cs_uri_query"),
        "protocol": ("http_version", "cs_protocol_version"),
        "status": ("status", "sc_status"),
        "bytes": ("bytes", "sc_bytes"),
        "duration": ("time_taken@s",),
        "referrer": ("referrer", "cs_referer"),
        "user_agent": ("user_agent", "cs_user_agent"),
        "host": ("host_header", "x_host_header", "host", "cs_host"),
    },
    requires=(("request_ip", "c_ip"), ("result_type", "x_edge_result_type"), ("location", "x_edge_location"), ("status", "sc_status")),
    encoded=("user_agent",),
    utc=True,
    extra={
        "forwarded_for": ("xforwarded_for", "x_forwarded_for"),
        "request_id": ("request_id", "x_edge_request_id"),
        "cache_status": ("result_type", "x_edge_result_type"),
        "edge_location": ("location", "x_edge_location"),
        "tls_version": ("ssl_protocol",),
        "tls_cipher": ("ssl_cipher",),
    },
)
ELB = JsonKeys(
    roles={
        "time": ("timestamp",),
        "client": ("request_ip",),
        "method": ("request_verb",),
        "target": ("url",),
        "protocol": ("protocol",),
        "status": ("elb_response_code",),
        "bytes": ("sent_bytes",),
        "duration": ("request_processing_time+backend_processing_time+client_response_time@s",),
        "user_agent": ("user_agent",),
    },
    requires=(("elb_response_code",), ("request_ip",), ("request_verb",), ("url",)),
    utc=True,
    extra={
        "upstream": ("backend_ip",),
        "upstream_status": ("backend_response_code",),
        "upstream_duration_ms": ("backend_processing_time@s",),
        "tls_cipher": ("ssl_cipher",),
        "tls_version": ("ssl_protocol",),
    },
)
IIS = JsonKeys(
    roles={
        "time": ("TimeGenerated", "TimeGenerated [UTC]"),
        "client": ("cIP", "CIp"),
        "user": ("csUserName", "CsUsername"),
        "method": ("csMethod", "CsMethod"),
        "path": ("csUriStem", "CsUriStem"),
        "query": ("csUriQuery", "CsUriQuery"),
        "protocol": ("csVersion", "Protocol"),
        "status": ("scStatus", "ScStatus"),
        "bytes": ("scBytes", "ScBytes"),
        "duration": ("TimeTaken@ms",),
        "referrer": ("csReferer", "Referer"),
        "user_agent": ("csUserAgent", "UserAgent"),
        "host": ("csHost", "CsHost"),
    },
    requires=(("cIP", "CIp"), ("csMethod", "CsMethod"), ("csUriStem", "CsUriStem"), ("sPort", "SPort", "scStatus", "ScStatus")),
    plussed=("user_agent", "referrer"),
    utc=True,
    extra={"site": ("sSiteName",), "upstream": ("sIP",), "substatus": ("scSubStatus",)},
)
IIS_SHIPPED = JsonKeys(
    roles={
        "date": ("date",),
        "time": ("time",),
        "client": ("c-ip",),
        "user": ("cs-username",),
        "method": ("cs-method",),
        "path": ("cs-uri-stem",),
        "query": ("cs-uri-query",),
        "protocol": ("cs-version",),
        "status": ("sc-status",),
        "bytes": ("sc-bytes",),
        "duration": ("time-taken@ms",),
        "referrer": ("cs(Referer)",),
        "user_agent": ("cs(User-Agent)",),
        "host": ("cs-host", "cs(Host)"),
    },
    requires=(("sc-win32-status", "sc-substatus"), ("cs-uri-stem",), ("date",), ("time",)),
    plussed=("user_agent", "referrer"),
    utc=True,
    extra={"site": ("s-sitename",), "upstream": ("s-ip",), "substatus": ("sc-substatus",)},
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="aws_s3_table",
        title="Amazon S3 server access log in Athena's table (JSON or CSV)",
        reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-s3-access-logs-to-identify-requests.html",
        keys=S3,
        rank=10,
        samples=(
            Sample(
                line='{"bucketowner":"79a5","bucket_name":"bkt","requestdatetime":"02/Mar/2026:00:00:02 +0000","remoteip":"203.0.113.7",'
                '"requester":"arn:aws:iam::1:user/ann","requestid":"3E57","operation":"REST.GET.OBJECT","key":"a.pdf","request_uri":'
                '"GET /bkt/a.pdf?b=1 HTTP/1.1","httpstatus":"200","errorcode":"-","bytessent":"512","objectsize":"512","totaltime":"1700",'
                '"turnaroundtime":"10","referrer":"-","useragent":"curl/8","endpoint":"bkt.s3.example","tlsversion":"TLSv1.2"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:02Z",
                    "client_ip": "203.0.113.7",
                    "user_name": "arn:aws:iam::1:user/ann",
                    "method": "GET",
                    "host": "bkt.s3.example",
                    "path": "/bkt/a.pdf",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 1700.0,
                    "user_agent": "curl/8",
                    "extra": {"bucket": "bkt", "object_key": "a.pdf", "request_id": "3E57"},
                },
            ),
        ),
    ),
    json_format(
        name="aws_cloudfront_table",
        title="Amazon CloudFront standard log in Athena's table (JSON or CSV)",
        reference="https://docs.aws.amazon.com/athena/latest/ug/cloudfront-logs.html",
        keys=CLOUDFRONT,
        time_basis="request end",
        tier="edge",
        rank=10,
        samples=(
            Sample(
                line='{"date":"2026-03-02","time":"00:00:02","location":"FRA50-C1","bytes":"512","request_ip":"203.0.113.7","method":"GET",'
                '"host":"d1.cloudfront.example","uri":"/a","status":"200","referrer":"-","user_agent":"Mozilla/5.0%20(X11)","query_string":'
                '"b=1","result_type":"Hit","request_id":"r1","host_header":"www.a.example","time_taken":"0.012","http_version":"HTTP/2.0"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:01.988Z",
                    "client_ip": "203.0.113.7",
                    "method": "GET",
                    "host": "www.a.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                    "user_agent": "Mozilla/5.0 (X11)",
                    "extra": {"cache_status": "Hit", "edge_location": "FRA50-C1", "request_id": "r1"},
                },
            ),
        ),
    ),
    json_format(
        name="aws_elb_table",
        title="Classic Load Balancer access log in Athena's table (JSON or CSV)",
        reference="https://docs.aws.amazon.com/athena/latest/ug/elasticloadbalancer-classic-logs.html",
        keys=ELB,
        rank=10,
        samples=(
            Sample(
                line='{"timestamp":"2026-03-02T00:00:02.000000Z","elb_name":"a","request_ip":"203.0.113.7","request_port":"1234","backend_ip":'
                '"10.0.0.1","backend_port":"80","request_processing_time":"0.001","backend_processing_time":"0.5","client_response_time":"0.25",'
                '"elb_response_code":"502","backend_response_code":"200","received_bytes":"30","sent_bytes":"512","request_verb":"GET","url":'
                '"https://www.a.example:443/a?b=1","protocol":"HTTP/1.1","user_agent":"curl/8","ssl_cipher":"-","ssl_protocol":"-"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:02Z",
                    "client_ip": "203.0.113.7",
                    "method": "GET",
                    "host": "www.a.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 502,
                    "bytes_sent": 512,
                    "duration_ms": 751.0,
                    "user_agent": "curl/8",
                    "extra": {"upstream": "10.0.0.1", "upstream_status": "200", "upstream_duration_ms": "500.0"},
                },
            ),
            Sample(
                line='{"timestamp":"2026-03-02T00:00:02.000000Z","elb_name":"a","request_ip":"203.0.113.7","request_port":"1234","backend_ip":"",'
                '"backend_port":"-1","request_processing_time":"-1","backend_processing_time":"-1","client_response_time":"-1",'
                '"elb_response_code":"503","backend_response_code":"0","received_bytes":"0","sent_bytes":"0","request_verb":"GET",'
                '"url":"https://www.a.example:443/b","protocol":"HTTP/1.1","user_agent":"-","ssl_cipher":"-","ssl_protocol":"-"}',
                expected={"status": 503, "path": "/b", "bytes_sent": 0, "duration_ms": None, "user_agent": None},
            ),
        ),
    ),
    json_format(
        name="azure_iis_table",
        title="IIS' log in the table W3CIISLog of Azure's Log Analytics (JSON or CSV)",
        reference="https://learn.microsoft.com/azure/azure-monitor/reference/tables/w3ciislog",
        keys=IIS,
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"TimeGenerated":"2026-03-02T00:00:02Z","sSiteName":"W3SVC1","sIP":"10.0.0.1","csMethod":"GET","csUriStem":"/a","csUriQuery":'
                '"b=1","sPort":"443","csUserName":"kim","cIP":"203.0.113.7","csUserAgent":"Mozilla/5.0+(X11)","csReferer":"-","csHost":'
                '"www.a.example","scStatus":"200","scSubStatus":"0","scWin32Status":"0","scBytes":"512","csBytes":"30","TimeTaken":"12"}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:01.988Z",
                    "client_ip": "203.0.113.7",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "www.a.example",
                    "path": "/a",
                    "query": "b=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                    "user_agent": "Mozilla/5.0 (X11)",
                    "extra": {"site": "W3SVC1", "upstream": "10.0.0.1"},
                },
            ),
        ),
    ),
    json_format(
        name="iis_table",
        title="IIS' log with its own names as JSON or CSV",
        reference="https://learn.microsoft.com/windows/win32/http/w3c-logging",
        keys=IIS_SHIPPED,
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"date":"2026-03-02","time":"00:00:02","s-sitename":"W3SVC1","s-ip":"10.0.0.1","cs-method":"GET","cs-uri-stem":"/a",'
                '"cs-uri-query":"b=1","s-port":443,"cs-username":"CORP\\\\kim","c-ip":"203.0.113.7","cs(User-Agent)":"Mozilla/5.0+(X11)",'
                '"cs(Referer)":null,"sc-status":401,"sc-substatus":2,"sc-win32-status":5,"sc-bytes":512,"time-taken":12}',
                expected={
                    "timestamp": "2026-03-02T00:00:02Z",
                    "started_at": "2026-03-02T00:00:01.988Z",
                    "client_ip": "203.0.113.7",
                    "user_name": "CORP\\kim",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "status": 401,
                    "bytes_sent": 512,
                    "duration_ms": 12.0,
                    "user_agent": "Mozilla/5.0 (X11)",
                    "extra": {"site": "W3SVC1", "upstream": "10.0.0.1", "substatus": "2"},
                },
            ),
        ),
    ),
)
