"""Requests in ArcSight's Common Event Format: firewalls for applications (Imperva, F5) and web proxies write them so.

Behind seven fields between ``|`` stand ``key=value`` pairs; values hold blanks, ``\\=`` in them is no pair. What a device numbers
(``cn1``) is a status where its label says so, or where it has none (Imperva). By the specification ``in`` is what the client sent.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_EVENT = r"\bCEF:\d+\|"
_HOST = r"^(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d+)?$"
"""A URL of which only the host is written."""
_WORD = r"([^ ]*)"
_WORDS = r"(.*?)(?: +[A-Za-z][A-Za-z0-9_]*=| *$)"
_LIST = r"([^ ,]*(?:, ?[^ ,]+)*)"
_TIME = r"(\d+|[A-Z][a-z]{2} \d\d? \d{4} [\d:.]+(?: UTC| GMT| [+-]\d{4})?)"
_KEYS = {
    "start": ("start", _TIME),
    "end": ("end", _TIME),
    "received": ("rt", _TIME),
    "client": ("src", _WORD),
    "user": ("suser", _WORDS),
    "method": ("(?:requestMethod|requestmethod)", _WORD),
    "target": ("request", _WORD),
    "query": ("qstr", _WORDS),
    "number": ("cn1", _WORD),
    "label": ("cn1Label", _WORDS),
    "bytes": ("out", _WORD),
    "referrer": ("(?:ref|requestContext)", _WORD),
    "user_agent": ("requestClientApplication", _WORDS),
    "host": ("(?:sourceServiceName|dhost)", _WORD),
    "action": ("act", _WORDS),
    "bytes_received": ("in", _WORD),
    "forwarded_for": ("xff", _LIST),
    "request_id": ("(?:deviceExternalI[dD]|externalId)", _WORD),
    "upstream": ("(?:sip|dst)", _WORD),
}
"""What its keys are called, and what a value of theirs is: few hold blanks, and those that do end where the next pair begins."""
_EXTRA = ("action", "bytes_received", "forwarded_for", "request_id", "upstream")


def open_cef(options: ReadOptions) -> Parser:
    """Return the parser of requests in CEF."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        event = lines["raw"].str.contains(_EVENT).fill_null(value=False)
        t = _pairs(pl.select(pl.when(event).then(lines["raw"])).to_series())
        times = {name: to_instant(t[name], options.time_zone) for name in ("start", "end", "received")}
        timestamp = values.first_of(times["start"], times["received"], times["end"])
        taken = (times["end"] - times["start"]).dt.total_microseconds() / 1000
        taken = values.of(taken, pl.when(values.V.is_between(0, values.ENDLESS_MS, closed="left")).then(values.V))
        told = t["client"].is_not_null() & t["target"].is_not_null() & (t["method"].is_not_null() | t["status"].is_not_null())
        outcome = outcomes(told, timestamp, event & ~told, "an event in CEF that tells of no request")
        found = {name: t[name] for name in t.columns if name not in (*times, *_EXTRA)}
        return assemble(
            lines,
            found,
            times={"timestamp": timestamp, "started_at": timestamp, "duration_ms": taken},
            extra={name: t[name] for name in _EXTRA},
            outcome=outcome,
        )

    return in_parts(parse)


def _pairs(raw: pl.Series) -> pl.DataFrame:
    """Return the values of the keys that are known."""
    line = pl.col("raw")
    found = raw.to_frame("raw").select(line.str.extract(f"[ |]{key}={value}").alias(name) for name, (key, value) in _KEYS.items())
    numbered = pl.col("label").is_null() | pl.col("label").str.contains(r"(?i)status|response.?code")
    plain = pl.col("target", "query", "referrer", "user_agent", "user").str.replace_all(r"\\+([=|])", "$1")
    bare = pl.when(pl.col("target").str.contains(_HOST)).then(pl.col("target") + "/").otherwise("target").alias("target")
    return found.with_columns(bare).with_columns(plain, pl.when(numbered).then("number").alias("status")).drop("number", "label")


FORMATS: tuple[Format, ...] = (
    Format(
        name="cef",
        title="Requests in CEF (Imperva, F5 and others)",
        reference="https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf",
        open=open_cef,
        tier="edge",
        zoned=False,
        rank=10,
        hint=_EVENT,
        samples=(
            Sample(
                line="CEF:0|Incapsula|SIEMintegration|1|1|Normal|0| sourceServiceName=www.example.com siteid=15 suid=50 "
                "requestClientApplication=Mozilla/5.0 (X11; a\\=b) ccode=IE cs7=31.8 cs7Label=latitude start=1772409600250 "
                "request=www.example.com/main.css ref=a.example/b requestmethod=GET qstr=c\\=1 cn1=200 app=HTTP act=REQ_PASSED "
                "deviceExternalID=334 in=54 xff=203.0.113.9 cpt=443 src=203.0.113.9 sip=198.51.100.9 end=1772409600500",
                expected={
                    "timestamp": "2026-03-02T00:00:00.250Z",
                    "started_at": "2026-03-02T00:00:00.250Z",
                    "duration_ms": 250.0,
                    "client_ip": "203.0.113.9",
                    "user_name": None,
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/main.css",
                    "query": "c=1",
                    "status": 200,
                    "bytes_sent": None,
                    "referrer": "a.example/b",
                    "user_agent": "Mozilla/5.0 (X11; a=b)",
                    "extra": {
                        "action": "REQ_PASSED",
                        "bytes_received": "54",
                        "forwarded_for": "203.0.113.9",
                        "request_id": "334",
                        "upstream": "198.51.100.9",
                    },
                },
            ),
            Sample(
                line="Mar  2 00:00:01 f5.example ASM:CEF:0|F5|ASM|15.1.0|Illegal URL|Illegal URL|5|dvchost=f5.example dvc=10.0.0.1 "
                "externalId=123 act=blocked cn1=0 cn1Label=response_code src=203.0.113.9 spt=50000 dst=10.0.0.2 dpt=443 requestMethod=GET "
                "app=HTTPS rt=Mar 02 2026 00:00:01 request=/a?b\\=c cs3Label=full_request cs3=GET /a?b\\=c HTTP/1.1",
                expected={
                    "timestamp": "2026-03-02T00:00:01Z",
                    "client_ip": "203.0.113.9",
                    "method": "GET",
                    "path": "/a",
                    "query": "b=c",
                    "status": 0,
                    "extra": {"action": "blocked", "request_id": "123", "upstream": "10.0.0.2"},
                },
            ),
            Sample(
                line="CEF:0|Incapsula|SIEMintegration|1|1|Illegal Resource Access|3|"
                "src=203.0.113.9 start=1772409600250 request=www.example.com requestMethod=GET qstr=a\\=1 | cat /b "
                "act=REQ_BLOCKED cs9= cs9Label=Rule name",
                expected={"host": "www.example.com", "path": "/", "query": "a=1 | cat /b", "extra": {"action": "REQ_BLOCKED"}},
            ),
            Sample(
                line="CEF:0|Fortinet|Fortigate|v7.4|00013|traffic:forward close|3|start=1772409601000 src=10.0.0.5 dst=203.0.113.9 cn1=5 "
                "cn1Label=sessions act=close in=1000 out=500",
                expected={"outcome": "skipped"},
            ),
        ),
    ),
)
