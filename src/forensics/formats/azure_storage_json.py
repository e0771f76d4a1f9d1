"""Azure Storage's resource logs, which follow Storage Analytics: what was done is an operation, and its method is told by the name."""

from __future__ import annotations

import polars as pl

from forensics.formats.azure_storage import METHODS, OPERATION
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.json_format import JsonKeys, Record, record_events
from forensics.formats.json_text import JsonReader
from forensics.formats.parts import in_parts

_OPERATION = ("operationName", "OperationName")

KEYS = JsonKeys(
    roles={
        "time": ("time", "TimeGenerated"),
        "client": ("callerIpAddress", "CallerIpAddress"),
        "user": ("identity>requester>upn", "identity>requester>objectId", "RequesterUpn", "RequesterObjectId"),
        "target": ("uri", "Uri"),
        "status": ("statusCode", "StatusCode"),
        "bytes": ("properties>responseBodySize", "ResponseBodySize"),
        "duration": ("durationMs@ms", "DurationMs@ms"),
        "referrer": ("properties>referrerHeader", "ReferrerHeader"),
        "user_agent": ("properties>userAgentHeader", "UserAgentHeader"),
    },
    utc=True,
    requires=(
        ("callerIpAddress", "CallerIpAddress"),
        ("uri", "Uri"),
        ("statusCode", "StatusCode"),
        ("properties>accountName", "AccountName"),
        _OPERATION,
    ),
    extra={
        "operation": _OPERATION,
        "request_id": ("correlationId", "CorrelationId"),
        "tls_version": ("properties>tlsVersion", "TlsVersion"),
    },
)


def open_azure_storage_json(options: ReadOptions) -> Parser:
    """Return the parser of Azure Storage's resource logs."""
    reader = JsonReader(KEYS.paths(), KEYS.names())

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        read = reader.read(lines["raw"])
        record = Record(KEYS, read.found, read.lists, len(lines))
        events = record_events(lines, record, read.good, options, "request start")
        verb = record.any(_OPERATION).str.extract(OPERATION).replace_strict(METHODS, default=None, return_dtype=pl.String)
        return events.with_columns(pl.when(pl.col("outcome") == "event").then(verb).alias("method"))

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="azure_storage_json",
        title="Azure Storage resource log (JSON)",
        reference="https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage-reference#resource-logs",
        open=open_azure_storage_json,
        keys=KEYS,
        tier="application",
        rank=11,
        hint=r'"(?:callerIpAddress|CallerIpAddress)"\s*:',
        samples=(
            Sample(
                line='{"time":"2026-03-02T00:00:01.2504680Z","category":"StorageRead","operationName":"GetBlob","statusCode":200,'
                '"statusText":"Success","durationMs":18,"callerIpAddress":"203.0.113.9:53542","correlationId":"fb65","identity":{"type":'
                '"OAuth","requester":{"objectId":"8f12","upn":"ann@corp.example"}},"properties":{"accountName":"acct","userAgentHeader":'
                '"curl/8","referrerHeader":"https://www.example.com/","serverLatencyMs":10,"responseHeaderSize":354,"responseBodySize":512,'
                '"tlsVersion":"TLS 1.2"},"uri":"https://acct.blob.example:443/c/a.jpg?sv=1","protocol":"HTTPS"}',
                expected={
                    "timestamp": "2026-03-02T00:00:01.250468Z",
                    "client_ip": "203.0.113.9",
                    "user_name": "ann@corp.example",
                    "method": "GET",
                    "host": "acct.blob.example",
                    "path": "/c/a.jpg",
                    "query": "sv=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 18.0,
                    "referrer": "https://www.example.com/",
                    "user_agent": "curl/8",
                    "extra": {"operation": "GetBlob", "request_id": "fb65", "tls_version": "TLS 1.2"},
                },
            ),
            Sample(
                line='{"TimeGenerated":"2026-03-02T00:00:01Z","AccountName":"acct","OperationName":"CopyBlob","StatusCode":"202",'
                '"CallerIpAddress":"10.0.0.9","Uri":"https://acct.blob.example/c/a","DurationMs":3,"RequesterObjectId":"8f12"}',
                expected={"client_ip": "10.0.0.9", "user_name": "8f12", "method": None, "status": 202, "extra": {"operation": "CopyBlob"}},
            ),
        ),
    ),
)
