"""Granian's access log: its one number is the duration, in milliseconds with three decimals."""

from __future__ import annotations

from datetime import datetime

from forensics.formats.base import Format, Sample
from forensics.formats.layout import Layout
from forensics.formats.split import Token

_LAYOUT = Layout(
    (
        "[",
        Token("timestamp", "strptime:%Y-%m-%d %H:%M:%S %z", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", spaces=2),
        "] ",
        Token("client_ip", "address"),
        ' - "',
        Token("", "request"),
        '" ',
        Token("status", "status", r"\d{3}"),
        " ",
        Token("duration_ms", "ms", r"\d+\.\d{3}"),
    ),
    "request end",
)

FORMATS = (
    Format(
        name="granian",
        title="Granian access log",
        reference="https://github.com/emmett-framework/granian#access-log-format",
        samples=(
            Sample(
                line='[2024-03-02 01:00:02 +0100] 198.18.0.7 - "GET /a HTTP/1.1" 200 250.046',
                expected={
                    "timestamp": datetime(2024, 3, 2, 0, 0, 2),
                    "client_ip": "198.18.0.7",
                    "method": "GET",
                    "path": "/a",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": None,
                    "duration_ms": 250.046,
                },
            ),
        ),
        open=_LAYOUT.opener,
        open_blocks=_LAYOUT.block_opener,
        time_basis="request end",
        hint=r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \S+ - \"",
        pattern=_LAYOUT.strict,
        rank=30,
    ),
)
