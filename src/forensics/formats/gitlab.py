"""GitLab's request logs (JSON): production_json.log, api_json.log and Workhorse's access log. Durations are in seconds."""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

KEYS = JsonKeys(
    roles={
        "time": ("time",),
        "client": ("remote_ip", "meta.remote_ip", "remote_addr"),
        "user": ("username", "meta.user"),
        "method": ("method",),
        "target": ("uri",),
        "path": ("path",),
        "protocol": ("proto",),
        "status": ("status",),
        "bytes": ("written_bytes",),
        "duration": ("duration_s@s", "duration_ms@ms", "duration@ms"),
        "referrer": ("referrer", "referer"),
        "user_agent": ("ua", "user_agent"),
        "host": ("host",),
    },
    requires=(("correlation_id",), ("method",), ("path", "uri"), ("duration_s", "duration_ms", "controller", "route", "written_bytes")),
    other_kind=(("correlation_id",), ("severity", "level")),
    extra={
        "request_id": ("correlation_id",),
        "route": ("route", "meta.caller_id"),
        "account_id": ("user_id", "meta.user_id"),
        "api_key": ("token_id",),
        "error": ("exception.class", "exception.message"),
    },
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="gitlab_json",
        title="GitLab production, API and Workhorse log (JSON)",
        reference="https://docs.gitlab.com/administration/logs/",
        keys=KEYS,
        tier="application",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"method":"GET","path":"/api/v4/jobs","status":200,"time":"2026-03-02T00:00:05.500Z","params":[{"key":"private_token",'
                '"value":"[FILTERED]"}],"host":"git.example.com","remote_ip":"203.0.113.4, 127.0.0.1","ua":"curl/8.4.0","route":'
                '"/api/:version/jobs","user_id":7,"username":"kim","correlation_id":"01H","duration_s":0.32115,"db_duration_s":0.1}',
                expected={
                    "timestamp": "2026-03-02T00:00:05.500Z",
                    "started_at": "2026-03-02T00:00:05.178850Z",
                    "client_ip": "203.0.113.4",
                    "user_name": "kim",
                    "path": "/api/v4/jobs",
                    "status": 200,
                    "duration_ms": 321.15,
                    "host": "git.example.com",
                    "extra": {"account_id": "7", "request_id": "01H", "route": "/api/:version/jobs"},
                },
            ),
        ),
    ),
)
