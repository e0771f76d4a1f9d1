"""Logs of content delivery networks that write a line of text for each request: Alibaba Cloud, Huawei Cloud, Tencent Cloud, KeyCDN.

All say milliseconds, and all name the client that connected to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts

_TIME = r"\[(?P<time>\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
_SIZED = r"(?P<status>\d{3}|-|0) (?P<bytes>\d+|-) (?P<cache_status>[A-Za-z_]+|-)"
ALIBABA = (
    rf"{_TIME} (?P<client>\S+) (?P<proxy>\S+) (?P<taken>\d+) ",
    *(r"(?P<referrer>.*)", " ", r"(?P<method>[A-Z]+) (?P<target>.*)"),
    r" (?P<status>\d{3}|-|0) (?P<bytes_received>\d+|-) (?P<bytes>\d+|-) (?P<cache_status>[A-Z_]+|-) ",
    *(r"(?P<user_agent>.*)", " ", r"(?P<content_type>.*)", r"(?: .*)?"),
)
HUAWEI = (
    rf"{_TIME} (?P<client>\S+) (?P<taken>\d+) ",
    *(r"(?P<referrer>.*)", " ", r"(?P<protocol>.*)", " ", r"(?P<method>[A-Z]+)", " ", r"(?P<host>.*)", " ", r"(?P<target>.*)"),
    *(rf" {_SIZED} ", r"(?P<user_agent>.*)", " ", r"(?P<range>.*)", r"(?: .*)?"),
)
TENCENT = (
    r"(?P<time>20\d{12}) (?P<client>\S+) (?P<host>\S+) (?P<target>/.*?) (?P<bytes>\d+) -?\d+ -?\d+ (?P<status>\d{3}|0) (?P<referrer>.*?) "
    r"(?P<taken>\d+) ",
    *(r"(?P<user_agent>.*)", " ", r"(?P<range>.*)", r" (?P<method>[A-Z]+) (?P<protocol>\S+) (?P<cache_status>\w+)(?: .*)?"),
)
KEYCDN = (
    r"(?P<time>\d{10}\.\d{3})\|(?P<edge_location>\w+)\|(?P<client>[^|]*)\|(?P<status>\d{3}|-|0)\|(?P<bytes>\d+|-)\|[^|]*\|[^|]*\|"
    r"(?P<host>[^|]*)\|(?P<cache_status>[A-Z-]+)\|",
    *(r"(?P<request>.*)", r"\|\[[^\]]*\]\|", r"(?P<referrer>.*)", r"\|", r"(?P<user_agent>.*)"),
    r"(?:\|[^|]*\|(?P<tls_version>[^|]*)\|(?P<country>[^|]*)(?:\|.*)?)?",
    *("[^|]*", r"\|.*"),
)
"""What stands between the quotes of a line, one pattern after the other; named groups are roles, keys of ``extra``, time and taken (ms)."""
_ROLES = ("client", "method", "target", "request", "protocol", "status", "bytes", "referrer", "user_agent", "host")
_EXTRA = ("cache_status", "edge_location", "tls_version", "country", "content_type", "bytes_received", "range", "proxy")
_NOTHING = ("(null)", "NULL")
"""What Tencent Cloud writes for nothing."""
_WHOLE = re.compile(r"\(\?P<(\w+)>\.\*\)")
_ONE_DIGIT = r"^(\d)/"
_COMPACT = r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$"


def _split(raw: pl.Series, pieces: tuple[str, ...]) -> pl.DataFrame:
    """Return the named groups of lines that have exactly the quotes that they should, NULL where a piece does not fit."""
    cut = raw.str.split_exact('"', len(pieces)).struct.unnest().get_columns()
    named: list[pl.Series] = []
    fits = [cut[len(pieces) - 1].is_not_null(), cut[len(pieces)].is_null()]
    for place, piece in enumerate(pieces):
        whole = _WHOLE.fullmatch(piece)
        if whole is not None:
            named.append(cut[place].alias(whole[1]))
        elif "(?P<" in piece:
            groups = cut[place].str.extract_groups(f"^(?P<all>{piece})$").struct.unnest()
            fits.append(groups["all"].is_not_null())
            named.extend(groups[name] for name in groups.columns if name != "all")
        else:
            fits.append(cut[place].str.contains(f"^{piece}$"))
    table = pl.DataFrame(named)
    return table.select(pl.when(pl.all_horizontal([pl.lit(fit) for fit in fits])).then(pl.all()))


def _table(raw: pl.Series, pieces: tuple[str, ...]) -> pl.DataFrame:
    """Return the named groups of each line; those with quotes inside a text are matched as a whole."""
    table = _split(raw, pieces)
    left = table["time"].is_null()
    if not left.any():
        return table
    loose = '"'.join(pieces).replace('>.*)"', '>.*?)"')
    again = raw.filter(left).str.extract_groups(f"^{loose}$").struct.unnest()
    return table.with_columns(table[name].scatter(left.arg_true(), again[name]) for name in table.columns)


def opener(pieces: tuple[str, ...], *, at_end: bool = False) -> Callable[[ReadOptions], Parser]:
    """Return what ``Format.open`` wants for lines of which these pieces stand between the quotes; ``at_end``: their time is the end."""

    def open_(options: ReadOptions) -> Parser:
        def parse(lines: pl.DataFrame) -> pl.DataFrame:
            t = _table(lines["raw"], pieces).select(pl.when(~pl.all().is_in(_NOTHING)).then(pl.all()))
            timestamp = to_instant(t["time"].str.replace(_COMPACT, "$1-$2-$3 $4:$5:$6").str.replace(_ONE_DIGIT, "0$1/"), options.time_zone)
            times = {"timestamp": timestamp}
            if "taken" in t.columns:
                times["duration_ms"] = values.to_milliseconds(t["taken"], "ms")
            if at_end and "taken" in t.columns:
                times["started_at"] = pl.DataFrame(times).select(values.before(pl.col("timestamp"), pl.col("duration_ms"))).to_series()
            found = {name: t[name] for name in _ROLES if name in t.columns}
            extra = {name: t[name] for name in _EXTRA if name in t.columns}
            return assemble(lines, found, times=times, extra=extra, outcome=outcomes(t["time"].is_not_null(), timestamp))

        return in_parts(parse)

    return open_


FORMATS: tuple[Format, ...] = (
    Format(
        name="alibaba_cdn",
        title="Alibaba Cloud CDN offline log",
        reference="https://www.alibabacloud.com/help/en/cdn/user-guide/download-logs",
        open=opener(ALIBABA, at_end=True),
        tier="edge",
        time_basis="request end",
        rank=20,
        hint=r'\] \S+ \S+ \d+ "[^"]*" "[A-Z]+ [^"]*" ',
        samples=(
            Sample(
                line='[9/Jun/2026:01:58:09 +0800] 203.0.113.15 - 1542 "-" "GET http://www.example.com/index.html?a=b" 200 191 2830 MISS '
                '"Mozilla/5.0 (compatible; Bot/5.0; +http://example.org/robot/)" "text/html"',
                expected={
                    "timestamp": "2026-06-08T17:58:09Z",
                    "started_at": "2026-06-08T17:58:07.458Z",
                    "client_ip": "203.0.113.15",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/index.html",
                    "query": "a=b",
                    "status": 200,
                    "bytes_sent": 2830,
                    "duration_ms": 1542.0,
                    "referrer": None,
                    "user_agent": "Mozilla/5.0 (compatible; Bot/5.0; +http://example.org/robot/)",
                    "extra": {"cache_status": "MISS", "content_type": "text/html", "bytes_received": "191"},
                },
            ),
        ),
    ),
    Format(
        name="huawei_cdn",
        title="Huawei Cloud CDN log",
        reference="https://support.huaweicloud.com/intl/en-us/api-vod/vod_04_0229.html",
        open=opener(HUAWEI),
        tier="edge",
        rank=20,
        hint=r'\] \S+ \d+ "[^"]*" "[^" ]*" "[A-Z]+" "[^" ]*" "',
        samples=(
            Sample(
                line='[05/Feb/2026:07:54:52 +0800] 203.0.113.15 1 "-" "HTTP/1.1" "GET" "www.example.com" "/test/1234.apk?a=b" 206 720 HIT '
                '"Mozilla/5.0 (Linux; U)" "bytes=-256"',
                expected={
                    "timestamp": "2026-02-04T23:54:52Z",
                    "client_ip": "203.0.113.15",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/test/1234.apk",
                    "query": "a=b",
                    "protocol": "HTTP/1.1",
                    "status": 206,
                    "bytes_sent": 720,
                    "duration_ms": 1.0,
                    "user_agent": "Mozilla/5.0 (Linux; U)",
                    "extra": {"cache_status": "HIT", "range": "bytes=-256"},
                },
            ),
        ),
    ),
    Format(
        name="tencent_cdn",
        title="Tencent Cloud CDN offline log",
        reference="https://www.tencentcloud.com/document/product/228/6316",
        open=opener(TENCENT),
        tier="edge",
        zoned=False,
        rank=20,
        hint=r"^20\d{12} \S+ \S+ /",
        samples=(
            Sample(
                line="20260302000007 203.0.113.33 www.example.com /1.jpg?a=1 5380 33 2 200 https://example.org/r 1013 "
                '"Mozilla/5.0 (X11; Linux)" "(null)" GET HTTP/2 hit 21560',
                expected={
                    "timestamp": "2026-03-02T00:00:07Z",
                    "client_ip": "203.0.113.33",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/1.jpg",
                    "query": "a=1",
                    "protocol": "HTTP/2",
                    "status": 200,
                    "bytes_sent": 5380,
                    "duration_ms": 1013.0,
                    "referrer": "https://example.org/r",
                    "user_agent": "Mozilla/5.0 (X11; Linux)",
                    "extra": {"cache_status": "hit"},
                },
            ),
            Sample(
                line='20260302000008 203.0.113.33 www.example.com /a b.jpg 5 33 2 404 NULL 16 "NULL" "bytes=0-100" HEAD HTTPS miss',
                expected={"path": "/a b.jpg", "referrer": None, "user_agent": None, "protocol": None, "extra": {"range": "bytes=0-100"}},
            ),
        ),
    ),
    Format(
        name="keycdn",
        title="KeyCDN log",
        reference="https://www.keycdn.com/support/cdn-log-format",
        open=opener(KEYCDN),
        tier="edge",
        time_basis="request end",
        rank=20,
        hint=r"^\d{10}\.\d{3}\|\w+\|",
        samples=(
            Sample(
                line="1772409624.250|usla|203.0.113.0|200|253061|uid1234|zid4321|cdn.example.com|HIT|"
                '"GET /lorem.jpg?a=b HTTP/1.1"|[02/Mar/2026:01:00:24 +0100]|"https://www.example.com/"|"Mozilla/5.0 (a|b)"|https|TLSv1.2|'
                'US|CA|"AS64500 Example"|-',
                expected={
                    "timestamp": "2026-03-02T00:00:24.250Z",
                    "client_ip": "203.0.113.0",
                    "method": "GET",
                    "host": "cdn.example.com",
                    "path": "/lorem.jpg",
                    "query": "a=b",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 253061,
                    "referrer": "https://www.example.com/",
                    "user_agent": "Mozilla/5.0 (a|b)",
                    "extra": {"cache_status": "HIT", "edge_location": "usla", "tls_version": "TLSv1.2", "country": "US"},
                },
            ),
        ),
    ),
)
