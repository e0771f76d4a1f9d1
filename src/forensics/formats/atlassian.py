"""Atlassian: Confluence's and Jira's older access log (unquoted fields) and Bitbucket's (fields between bars)."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_FORWARDED = r"(?:([0-9][0-9a-fA-F.:, ]*|[0-9a-fA-F]*:[0-9a-fA-F.:, ]+|-) )?"
_CONFLUENCE = (
    r"^\[([0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[^\]]+)\] "
    + _FORWARDED
    + r"([^ ]+) ([^ ]+) ([^ ]+) ([A-Z]+) (.*) (HTTP/[0-9.]+) ([0-9]{3}|-) (-?[0-9]+)ms (-?[0-9]+|-) ([^ ]+) (.*)$"
)
"""Newer ones have the forwarded address (or ``-``) after the time."""
_FIELDS = (
    "time",
    "forwarded",
    "user",
    "thread",
    "client",
    "method",
    "target",
    "protocol",
    "status",
    "taken",
    "bytes",
    "referrer",
    "user_agent",
)
_BITBUCKET = 13


def open_confluence(options: ReadOptions) -> Parser:
    """Return the parser of Confluence's and Jira's unquoted access log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        t = lines.select(pl.col("raw").str.extract_groups(_CONFLUENCE).struct.rename_fields(list(_FIELDS)).alias("f")).unnest("f")
        timestamp = to_instant(t["time"], options.time_zone)
        times = {"timestamp": timestamp, "duration_ms": values.to_milliseconds(t["taken"], "ms")}
        found = {name: t[name] for name in _FIELDS if name not in ("time", "forwarded", "thread", "taken")}
        return assemble(
            lines, found, times=times, extra={"forwarded_for": t["forwarded"]}, outcome=outcomes(t["time"].is_not_null(), timestamp)
        )

    return in_parts(parse)


def open_bitbucket(options: ReadOptions) -> Parser:
    """Return the parser of Bitbucket's access log: each request is logged when it begins (``i``) and when it ends (``o``)."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        split = pl.col("raw").str.splitn(" | ", _BITBUCKET).struct
        t = lines.select(split[index].str.strip_chars(" ").alias(f"f{index}") for index in range(_BITBUCKET))
        timestamp = to_instant(t["f4"], options.time_zone)
        duration = values.to_milliseconds(t["f11"], "ms")
        entering = t["f2"].str.contains(r"^[^0-9]*i").fill_null(False)
        read = (timestamp.is_not_null() & t["f2"].str.contains(r"^[@*]?[io*]") & t["f5"].str.starts_with('"')).fill_null(False)
        read = read & t["f0"].str.contains(r"^\S+(?:, \S+)*$")  # not what wraps the line
        quoted = pl.col("f6").str.extract_groups(r'^"(.*?)" "(.*)"$').struct
        agents = t.select(referrer=quoted[0], user_agent=quoted[1])
        found = {
            "client": t["f0"],
            "user": t["f3"],
            "request": t["f5"].str.strip_chars('"'),
            "status": t["f7"],
            "bytes": t["f9"],
            "referrer": agents["referrer"],
            "user_agent": agents["user_agent"],
        }
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        skipped = read & entering
        return assemble(
            lines,
            found,
            times={"timestamp": timestamp, "started_at": started, "duration_ms": duration},
            extra={"request_id": t["f2"], "labels": t["f10"], "forwarded_for": t["f0"]},
            outcome=outcomes(read, timestamp, skipped, "the beginning of a request that is logged again when it ends"),
        )

    return in_parts(parse)


FORMATS: tuple[Format, ...] = (
    Format(
        name="atlassian",
        hint=r"^\[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] [^ ]+ [^ ]+ [^\"]+ [A-Z]+ [^ ]+ HTTP/",
        title="Confluence and Jira access log (unquoted)",
        reference="https://confluence.atlassian.com/doc/how-to-enable-user-access-logging-182682.html",
        open=open_confluence,
        tier="application",
        rank=10,
        samples=(
            Sample(
                line="[02/Mar/2026:02:00:20 +0200] kim http-nio-8090-exec-6 192.168.192.1 GET /index.action?x=1 HTTP/1.1 200 1020ms 7881 "
                "http://localhost/ Mozilla/5.0 (Macintosh)",
                expected={
                    "timestamp": "2026-03-02T00:00:20Z",
                    "client_ip": "192.168.192.1",
                    "user_name": "kim",
                    "method": "GET",
                    "path": "/index.action",
                    "query": "x=1",
                    "status": 200,
                    "bytes_sent": 7881,
                    "duration_ms": 1020.0,
                    "referrer": "http://localhost/",
                    "user_agent": "Mozilla/5.0 (Macintosh)",
                },
            ),
            Sample(
                line="[02/Mar/2026:02:00:21 +0200] 203.0.113.9 kim http-nio-8090-exec-7 198.18.0.2 GET /x HTTP/1.1 200 350ms 81 - curl/8",
                expected={"client_ip": "198.18.0.2", "user_name": "kim", "duration_ms": 350.0, "extra": {"forwarded_for": "203.0.113.9"}},
            ),
        ),
    ),
    Format(
        name="bitbucket",
        hint=r" \| [^|]+ \| ",
        title="Bitbucket access log",
        reference="https://confluence.atlassian.com/bitbucketserverkb/how-to-read-the-bitbucket-data-center-log-formats-779171668.html",
        open=open_bitbucket,
        tier="application",
        time_basis="request end",
        zoned=False,
        rank=10,
        samples=(
            Sample(
                line='203.0.113.199,172.16.1.187 | https | o@9K7Z3NNx6x3112x1 | kim | 2026-03-02 00:00:21,838 | "GET /git/a.git/info/refs '
                'HTTP/1.1" | "" "git/2.40" | 200 | 13 | 512 | refs, cache:hit | 101 | tmpqqw | ',
                expected={
                    "timestamp": "2026-03-02T00:00:21.838Z",
                    "client_ip": "203.0.113.199",
                    "user_name": "kim",
                    "path": "/git/a.git/info/refs",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 101.0,
                    "user_agent": "git/2.40",
                },
            ),
        ),
    ),
)
