"""AWS WAF's log of the requests that it looked at (JSON). Headers are a list of names and values; what was sent is not known."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.json_format import JsonKeys, json_parser

KEYS = JsonKeys(
    roles={
        "time": ("timestamp",),
        "client": ("httpRequest>clientIp",),
        "method": ("httpRequest>httpMethod",),
        "target": ("httpRequest>uri",),
        "query": ("httpRequest>args",),
        "protocol": ("httpRequest>httpVersion",),
        "status": ("responseCodeSent",),
        "host": ("httpRequest>host",),
    },
    requires=(("webaclId",), ("httpRequest>clientIp",)),
    extra={
        "request_id": ("httpRequest>requestId",),
        "country": ("httpRequest>country",),
        "action": ("action",),
        "rule": ("terminatingRuleId",),
        "tls_fingerprint": ("ja4Fingerprint", "ja3Fingerprint"),
    },
)
_HEADERS = {"user_agent": "user-agent", "referrer": "referer", "host": "host"}


def open_waf(options: ReadOptions) -> Parser:
    """Return the parser: the keys, and the headers that are columns."""
    read = json_parser(KEYS, "request start")(options)

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        frame = read(lines)
        event = pl.col("outcome") == "event"
        for column, header in _HEADERS.items():
            named = rf'(?i)\{{\s*"name"\s*:\s*"{header}"\s*,\s*"value"\s*:\s*"((?:[^"\\]|\\.)*)"'
            value = values.of(lines["raw"].str.extract(named, 1), values.present(values.V)).alias("header")
            kept = pl.when(event).then(pl.coalesce(column, "header")).alias(column)
            frame = frame.with_columns(value).with_columns(kept).drop("header")
        return frame

    return parse


FORMATS: tuple[Format, ...] = (
    Format(
        name="aws_waf",
        title="AWS WAF log (JSON)",
        reference="https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html",
        open=open_waf,
        tier="gateway",
        rank=12,
        hint=r'"webaclId"\s*:',
        samples=(
            Sample(
                line='{"timestamp":1772409600250,"formatVersion":1,"webaclId":"arn:aws:wafv2:x","terminatingRuleId":"Default_Action","action":'
                '"ALLOW","httpRequest":{"clientIp":"203.0.113.9","country":"IE","headers":[{"name":"Host","value":"api.example.com"},'
                '{"name":"user-agent","value":"curl/8"}],"uri":"/graphql","args":"a=b","httpVersion":"HTTP/1.1","httpMethod":"POST",'
                '"requestId":"e6Hw"},"responseCodeSent":null}',
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "client_ip": "203.0.113.9",
                    "method": "POST",
                    "host": "api.example.com",
                    "path": "/graphql",
                    "query": "a=b",
                    "protocol": "HTTP/1.1",
                    "status": None,
                    "user_agent": "curl/8",
                    "extra": {"country": "IE", "request_id": "e6Hw", "action": "ALLOW"},
                },
            ),
        ),
    ),
)
