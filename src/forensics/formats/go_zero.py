"""What go-zero's servers write of requests: a sentence in a record of its logger.

The address is the request's X-Forwarded-For where there is one, which anybody may write, and else that of the connection with its port.
A slow request is told a second time, at the level ``slow``; the words ``slowcall(…)`` at the end may be anybody's user agent.
"""

from __future__ import annotations

from forensics.formats.base import Format, Sample
from forensics.formats.json_format import JsonKeys, json_format

_SENTENCE = (
    r"^\[HTTP\] (?P<status>\d{3}) - (?P<method>[A-Z]+) (?P<target>\S+) - "
    r"(?P<client>[0-9A-Fa-f:.\[\]]+(?:, ?[0-9A-Fa-f:.\[\]]+)*) - (?P<agent>[^\n]*)"
)

KEYS = JsonKeys(
    roles={
        "time": ("@timestamp",),
        "client": ("content:client",),
        "method": ("content:method",),
        "target": ("content:target",),
        "status": ("content:status",),
        "duration": ("duration@ms",),
        "user_agent": ("content:agent",),
    },
    requires=(("content:status",), ("duration",), ("caller",)),
    said={"content": (_SENTENCE, "caller")},
    others={"level?content:status": ("^slow$", "a slow request, which is told by itself")},
    other_kind=(("content",), ("caller",)),
    extra={"trace_id": ("trace",)},
)

FORMATS: tuple[Format, ...] = (
    json_format(
        name="go_zero",
        title="go-zero's log (JSON)",
        reference="https://github.com/zeromicro/go-zero/blob/master/rest/handler/loghandler.go",
        keys=KEYS,
        hint=r'"content"\s*:\s*"\[HTTP\] ',
        tier="application",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line='{"@timestamp":"2026-03-02T01:00:01.500+01:00","caller":"handler/loghandler.go:147","content":"[HTTP] 200 - GET '
                '/a?b=1 - 198.51.100.7:34164 - Mozilla/5.0 (X11; Y) - z","duration":"12.5ms","level":"info","span":"s1","trace":"t1"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01.5Z",
                    "started_at": "2026-03-02T00:00:01.4875Z",
                    "client_ip": "198.51.100.7",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=1",
                    "status": 200,
                    "duration_ms": 12.5,
                    "user_agent": "Mozilla/5.0 (X11; Y) - z",
                    "extra": {"trace_id": "t1"},
                },
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02Z","caller":"handler/loghandler.go:134","content":"[HTTP] 500 - POST /a - '
                '203.0.113.9, 198.51.100.7 - curl/8\\nPOST /a HTTP/1.1\\r\\nHost: a.example\\r\\n","duration":"612.0ms","level":"error"}',
                expected={"client_ip": "198.51.100.7", "status": 500, "user_agent": "curl/8", "duration_ms": 612.0},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02Z","caller":"handler/loghandler.go:140","content":"[HTTP] 500 - POST /a - '
                '203.0.113.9, 198.51.100.7 - curl/8 - slowcall(612.0ms)","duration":"612.0ms","level":"slow"}',
                expected={"outcome": "skipped"},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02Z","caller":"handler/loghandler.go:147","content":"[HTTP] 200 - GET /a - '
                '198.51.100.7:34164 - curl/8 - slowcall(1ms)","duration":"12.5ms","level":"info"}',
                expected={"client_ip": "198.51.100.7", "status": 200, "user_agent": "curl/8 - slowcall(1ms)", "duration_ms": 12.5},
            ),
            Sample(
                line='{"@timestamp":"2026-03-02T00:00:02Z","caller":"tag/logic.go:6","content":"POST /a took 200 ms","level":"info"}',
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
