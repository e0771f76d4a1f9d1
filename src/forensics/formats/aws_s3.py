"""Amazon S3 server access logs. ``Bytes sent`` is the response's body, ``Total time`` is in milliseconds."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts
from forensics.formats.quoted import tokens

_IDENTITY = "user/CloudFront Origin Access Identity "
"""What stands in the requester's name, blanks and all, where CloudFront fetched the object."""
_KEPT = "\u00a0"


def open_s3(options: ReadOptions) -> Parser:
    """Return the parser of S3 server access logs."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        raw = lines["raw"]
        spaced = bool(raw.str.contains(_IDENTITY, literal=True).any())
        t = tokens(
            raw.str.replace(_IDENTITY, _IDENTITY.replace(" ", _KEPT), literal=True) if spaced else raw,
            "wwwwwwwwwq" + "wwwwww" + "qq" + "wwwwwww",
            18,
        )
        stamp = pl.DataFrame({"a": t["t2"], "b": t["t3"]}).select(pl.col("a") + " " + pl.col("b")).to_series()
        timestamp = to_instant(stamp, options.time_zone)
        read = (
            t["t2"].str.starts_with("[") & t["t3"].str.ends_with("]") & t["t7"].str.contains(r"^[A-Z0-9]+(?:\.[A-Z_0-9]+)+$")
        ).fill_null(False)
        read = read & t["t10"].is_not_null()
        found = {
            "client": t["t4"],
            "user": t["t5"].str.replace_all(_KEPT, " ", literal=True) if spaced else t["t5"],
            "request": t["t9"],
            "status": t["t10"],
            "bytes": t["t12"],
            "referrer": t["t16"],
            "user_agent": t["t17"],
            "host": t["t23"],
        }
        extra = {
            "bucket": t["t1"],
            "request_id": t["t6"],
            "operation": t["t7"],
            "object_key": t["t8"],
            "error": t["t11"],
            "tls_cipher": t["t21"],
            "tls_version": t["t24"],
        }
        times = {"timestamp": timestamp, "duration_ms": values.to_milliseconds(t["t14"], "ms")}
        return assemble(lines, found, times=times, extra=extra, outcome=outcomes(read, timestamp))

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="aws_s3_access",
        hint=r"^[^ ]+ [^ ]+ \[\d\d/\w{3}/\d{4}:[^\]]+\] [^ ]+ [^ ]+ [^ ]+ [A-Z0-9]+\.[A-Z]",
        title="Amazon S3 server access log",
        reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
        open=open_s3,
        tier="application",
        rank=10,
        samples=(
            Sample(
                line="79a5 images [02/Mar/2026:00:00:38 +0000] 192.0.2.3 arn:aws:iam::1:k A12 REST.GET.OBJECT a/b.png "
                '"GET /images/a/b.png?v=7 HTTP/1.1" 200 - 297 300 38 9 "-" "S3Console/0.4" - BNaB= SigV4 ECDHE-RSA-AES128 AuthHeader '
                "images.s3.amazonaws.com TLSv1.2 - -",
                expected={
                    "timestamp": "2026-03-02T00:00:38Z",
                    "client_ip": "192.0.2.3",
                    "user_name": "arn:aws:iam::1:k",
                    "method": "GET",
                    "host": "images.s3.amazonaws.com",
                    "path": "/images/a/b.png",
                    "query": "v=7",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 297,
                    "duration_ms": 38.0,
                    "user_agent": "S3Console/0.4",
                    "extra": {"bucket": "images", "object_key": "a/b.png", "request_id": "A12", "tls_version": "TLSv1.2"},
                },
            ),
            Sample(  # a requester with blanks
                line="79a5 images [02/Mar/2026:00:00:38 +0000] 192.0.2.3 arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1 "
                'A12 REST.GET.OBJECT a.png "GET /a.png HTTP/1.1" 200 - 297 300 38 9 "-" "curl/8" - BNaB= SigV4 ECDHE AuthHeader '
                "s3.example.com TLSv1.2 - -",
                expected={
                    "user_name": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
                    "path": "/a.png",
                    "status": 200,
                },
            ),
            Sample(  # quotes are not escaped
                line='36c1 images [02/Mar/2026:00:00:39 +0000] 192.0.2.4 - 8C WEBSITE.GET.OBJECT k "GET /k"ey HTTP/1.1" 404 NoSuchKey 300 '
                '- 7 - "-" "say "hi"" v1 IeDW5= SigV4 ECDHE-RSA-AES128-SHA AuthHeader s3.example.com TLSv1.2',
                expected={
                    "path": '/k"ey',
                    "status": 404,
                    "bytes_sent": 300,
                    "user_agent": 'say "hi"',
                    "host": "s3.example.com",
                    "extra": {"error": "NoSuchKey", "tls_version": "TLSv1.2"},
                },
            ),
            Sample(
                line="36c1 images [02/Mar/2026:00:00:39 +0000] 192.0.2.4 - 8CD7A4 BATCH.DELETE.OBJECT a.war - 204 - - 344017 - - - - - "
                "IeDW5= SigV4 ECDHE-RSA-AES128-SHA AuthHeader s3.eu-central-1.amazonaws.com TLSv1.2",
                expected={"method": None, "path": None, "status": 204, "bytes_sent": None, "host": "s3.eu-central-1.amazonaws.com"},
            ),
        ),
    ),
)
