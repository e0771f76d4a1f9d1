"""Amazon API Gateway access logs in the other forms that its console offers: comma-separated without a header, and XML on a line."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_REFERENCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#apigateway-cloudwatch-log-formats"
_TIME = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_COMMAS = (
    rf"^(?P<client>[^,\s]*),(?P<caller>[^,]*),(?P<user>[^,]*),(?P<time>{_TIME}),(?P<method>[A-Z]+|-),(?P<path>[^,]*),"
    r"(?P<protocol>[A-Z]+/[\d.]+|-),(?P<status>\d{3}|-),(?P<bytes>\d+|-),(?P<id>[\w=-]+)(?:,[\w=-]*)?$"
)
_XML = (
    r'^<request id="(?P<id>[^"]*)"> *(?:<extendedRequestId>[^<]*</extendedRequestId> *)?<ip>(?P<client>[^<]*)</ip> *'
    r"<caller>(?P<caller>[^<]*)</caller> *<user>(?P<user>[^<]*)</user> *"
    rf"<requestTime>(?P<time>{_TIME})</requestTime> *<httpMethod>(?P<method>[^<]*)</httpMethod> *"
    r"<resourcePath>(?P<path>[^<]*)</resourcePath> *<status>(?P<status>[^<]*)</status> *<protocol>(?P<protocol>[^<]*)</protocol> *"
    r"<responseLength>(?P<bytes>[^<]*)</responseLength> *</request>$"
)


def _opener(line: str) -> Callable[[ReadOptions], Parser]:
    """Return what ``Format.open`` wants for lines that match."""

    def open_(options: ReadOptions) -> Parser:
        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            t = lines.select(pl.col("raw").str.strip_chars().str.extract_groups(line).alias("g")).unnest("g")
            timestamp = to_instant(t["time"], options.time_zone)
            found = {name: t[name] for name in ("client", "method", "path", "protocol", "status", "bytes")}
            found["user"] = t.select(pl.coalesce(values.present(pl.col("user")), values.present(pl.col("caller")))).to_series()
            extra = {"request_id": t["id"], "route": t["path"]}
            outcome = outcomes(t["time"].is_not_null(), timestamp)
            return assemble(lines, found, times={"timestamp": timestamp}, extra=extra, outcome=outcome)

        return in_parts(parse)

    return open_


_EXPECTED = {
    "timestamp": "2026-03-02T00:00:01Z",
    "client_ip": "203.0.113.9",
    "user_name": "kim",
    "method": "GET",
    "path": "/shop/a",
    "protocol": "HTTP/1.1",
    "status": 200,
    "bytes_sent": 512,
    "extra": {"request_id": "c6af-9ac6", "route": "/shop/a"},
}

FORMATS: tuple[Format, ...] = (
    Format(
        name="aws_apigateway_csv",
        title="Amazon API Gateway access log (comma-separated)",
        reference=_REFERENCE,
        open=_opener(_COMMAS),
        tier="gateway",
        rank=12,
        hint=rf"^[^,\s]*,[^,]*,[^,]*,{_TIME},",
        samples=(
            Sample(line="203.0.113.9,-,kim,02/Mar/2026:00:00:01 +0000,GET,/shop/a,HTTP/1.1,200,512,c6af-9ac6", expected=_EXPECTED),
            Sample(  # the extended id, which later versions of the console add
                line="203.0.113.9,-,kim,02/Mar/2026:00:00:01 +0000,GET,/shop/a,HTTP/1.1,200,512,c6af-9ac6,Dhk-F5g=",
                expected=_EXPECTED,
            ),
            Sample(
                line="203.0.113.9,-,-,02/Mar/2026:00:00:01 +0000,GET,/shop/a,HTTP/1.1,-,-,c6=", expected={"status": None, "user_name": None}
            ),
        ),
    ),
    Format(
        name="aws_apigateway_xml",
        title="Amazon API Gateway access log (XML)",
        reference=_REFERENCE,
        open=_opener(_XML),
        tier="gateway",
        rank=12,
        hint=r'^\s*<request id="',
        samples=(
            Sample(
                line='<request id="c6af-9ac6"> <ip>203.0.113.9</ip> <caller>-</caller> <user>kim</user> <requestTime>02/Mar/2026:00:00:01 '
                "+0000</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/shop/a</resourcePath> <status>200</status> "
                "<protocol>HTTP/1.1</protocol> <responseLength>512</responseLength> </request>",
                expected=_EXPECTED,
            ),
            Sample(
                line='<request id="c6af-9ac6"> <extendedRequestId>Dhk-F5g=</extendedRequestId> <ip>203.0.113.9</ip> <caller>-</caller> '
                "<user>kim</user> <requestTime>02/Mar/2026:00:00:01 +0000</requestTime> <httpMethod>GET</httpMethod> "
                "<resourcePath>/shop/a</resourcePath> <status>200</status> <protocol>HTTP/1.1</protocol> "
                "<responseLength>512</responseLength> </request>",
                expected=_EXPECTED,
            ),
        ),
    ),
)
