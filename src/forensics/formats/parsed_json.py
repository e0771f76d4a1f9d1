"""Common log lines as parsers of log shippers leave them in JSON: what they call ``host`` is the client.

Fluentd's and Fluent Bit's ``apache2``; Vector's ``parse_common_log``; what flog makes up.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.identities import with_identities
from forensics.formats.json_format import JsonKeys, json_format
from forensics.formats.json_names import CLIENT

_TIMES = ("time", "date", "@timestamp", "timestamp")
_ADDRESSED = {"host": r"^(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)$"}
FLUENTD = JsonKeys(
    roles={
        "time": _TIMES,
        "client": (*CLIENT, "host"),
        "user": ("user",),
        "method": ("method",),
        "target": ("path",),
        "status": ("code",),
        "bytes": ("size",),
        "referrer": ("referer",),
        "user_agent": ("agent",),
    },
    requires=(("host",), ("method",), ("path",), ("code",)),
    matching=_ADDRESSED,
)
VECTOR = JsonKeys(
    roles={
        "time": _TIMES,
        "client": (*CLIENT, "host"),
        "user": ("user",),
        "method": ("method",),
        "target": ("path",),
        "protocol": ("protocol",),
        "status": ("status",),
        "bytes": ("size",),
        "referrer": ("referrer",),
        "user_agent": ("agent",),
    },
    requires=(("host",), ("method",), ("path",), ("protocol",), ("status",)),
    matching={"message": r"^[A-Z]+ \S.* HTTP/[\d.]+$", **_ADDRESSED},
)
FLOG = JsonKeys(
    roles={
        "time": ("datetime",),
        "client": (*CLIENT, "host"),
        "method": ("method",),
        "target": ("request",),
        "protocol": ("protocol",),
        "status": ("status",),
        "bytes": ("bytes",),
        "referrer": ("referer",),
    },
    requires=(("datetime",), ("host",), ("request",), ("protocol",)),
    matching={"request": r"^(?:/|https?://)\S*$", **_ADDRESSED},
    extra={"ident": ("user-identifier",)},
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="clf_json",
        title="The common log format's fields under its own names (JSON)",
        reference="https://github.com/mingrammer/flog#supported-formats",
        keys=FLOG,
        rank=11,
        samples=(
            Sample(
                line='{"host":"203.0.113.9","user-identifier":"-","datetime":"02/Mar/2026:00:00:01 +0000","method":"GET",'
                '"request":"/a?b=1","protocol":"HTTP/2.0","status":200,"bytes":512,"referer":"https://a.example/"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "host": None,
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 512,
                    "referrer": "https://a.example/",
                },
            ),
        ),
    ),
    json_format(
        name="fluentd_apache_json",
        title="Apache lines as Fluentd's and Fluent Bit's parser leaves them (JSON)",
        reference="https://docs.fluentd.org/parser/apache2",
        keys=with_identities(FLUENTD),
        rank=-5,
        zoned=False,
        samples=(
            Sample(
                line='{"host":"203.0.113.9","user":"kim","method":"GET","path":"/a?b=1","code":200,"size":777,"referer":null,"agent":"Opera/12.0",'
                '"time":"2026-03-02T00:00:00+00:00"}',
                expected={
                    "timestamp": "2026-03-02T00:00:00Z",
                    "client_ip": "203.0.113.9",
                    "host": None,
                    "user_name": "kim",
                    "path": "/a",
                    "query": "b=1",
                    "status": 200,
                    "bytes_sent": 777,
                    "user_agent": "Opera/12.0",
                },
            ),
        ),
    ),
    json_format(
        name="vector_common_json",
        title="Common log lines as Vector's parse_common_log leaves them (JSON)",
        reference="https://vector.dev/docs/reference/vrl/functions/#parse_common_log",
        keys=with_identities(VECTOR),
        rank=-5,
        zoned=False,
        samples=(
            Sample(
                line='{"host":"203.0.113.9","identity":"-","message":"GET /a?b=1 HTTP/1.1","method":"GET","path":"/a?b=1",'
                '"protocol":"HTTP/1.1","size":512,"status":200,"timestamp":"2026-03-02T00:00:00Z","user":"kim"}',
                expected={
                    "client_ip": "203.0.113.9",
                    "host": None,
                    "user_name": "kim",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                },
            ),
        ),
    ),
)
