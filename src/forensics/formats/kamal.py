"""What the proxy of Kamal (the deployer of Rails) logs as JSON: durations in ns, and the server behind as the target.

``remote_addr`` is the request's X-Forwarded-For where there is one, which anybody may write; ``client_addr`` is the peer.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format
from forensics.formats.json_general import MOST_FURTHER

KEYS = JsonKeys(
    roles={
        "time": ("time",),
        "client": ("client_addr",),
        "method": ("method",),
        "path": ("path",),
        "query": ("query",),
        "protocol": ("proto",),
        "status": ("status",),
        "bytes": ("resp_content_length",),
        "duration": ("duration@ns",),
        "user_agent": ("user_agent",),
        "host": ("host",),
    },
    requires=(("client_addr",), ("resp_content_length",), ("service", "target"), ("path",), ("status",)),
    extra={
        "forwarded_for": ("remote_addr",),
        "request_id": ("request_id",),
        "route": ("service",),
        "upstream": ("target",),
        "content_type": ("resp_content_type",),
        "bytes_received": ("req_content_length",),
    },
    most_further=MOST_FURTHER,
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="kamal_proxy",
        title="Kamal's proxy (JSON)",
        reference="https://github.com/basecamp/kamal-proxy/blob/main/internal/server/logging_middleware.go",
        keys=KEYS,
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:01.5Z","level":"INFO","msg":"Request","host":"a.example","port":443,"path":"/a","request_id":"r1",'
                '"status":200,"service":"web","target":"10.0.0.3:3000","duration":12500000,"method":"GET","req_content_length":0,'
                '"req_content_type":"","resp_content_length":512,"resp_content_type":"text/html","client_addr":"198.51.100.20",'
                '"client_port":"4000","remote_addr":"203.0.113.9","user_agent":"curl/8","proto":"HTTP/2.0","scheme":"https","query":"b=1"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01.5Z",
                    "started_at": "2026-03-02T00:00:01.4875Z",
                    "client_ip": "198.51.100.20",
                    "method": "GET",
                    "host": "a.example",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/2.0",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 12.5,
                    "user_agent": "curl/8",
                    "extra": {"forwarded_for": "203.0.113.9", "route": "web", "upstream": "10.0.0.3:3000"},
                },
            ),
        ),
    ),
)
