"""Squid's native access log. The time is that of the end of the transaction; the elapsed time is in milliseconds."""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.instants import to_instant
from forensics.formats.parts import in_parts
from forensics.formats.percent import percent_decoded

_LINE = (
    r"^(?:Info: )? *([0-9]+(?:\.[0-9]+)?) +(-?[0-9]+) +([^ ]+) +([A-Z_]+)/([0-9]+) +(-?[0-9]+) +([^ ]+) +"
    r'(?:([^ ]+(?: +[^ ]+)*?) +("[^"]*"|[^ ]+) +([A-Z_]+/[^ ]+)(?: +([^ ]+))?(?: +"([^"]*)" +"([^"]*)")?|([^ ]+))( .*)?$'
)
"""A target may hold blanks (``uri_whitespace allow``): what follows it tells where it ends. Cisco's Secure Web Appliance, which writes
this format, too, has the user in quotes and sends its lines to syslog behind a level."""
_FIELDS = (
    *("time", "elapsed", "client", "result", "status", "bytes", "method", "url", "user", "peer", "type", "referrer", "user_agent"),
    *("alone", "rest"),
)
_LONG = (
    r"^ *(?<time>[0-9]+(?:\.[0-9]+)?) +(?<elapsed>-?[0-9]+) +(?<client>[^ ]+)(?: +[0-9]{1,5})? +(?<result>[A-Z_]+)/(?<status>[0-9]+)"
    r" +(?<bytes>-?[0-9]+)(?: +[0-9]+(?: +(?:[0-9]+|-))*)? +(?<method>[A-Z_]+) +(?<url>[^ ]+)(?: +(?<protocol>[0-9]\.[0-9]))?"
    r" +(?<user>[^ ]+) +(?<peer>[A-Z_]+/[^ ]+)(?: +(?:[0-9]{1,5}|-))? +(?<type>[a-z]+/[^ ]+|-)(?: +[^ \"]+)*"
    r' +"(?<referrer>[^"]*)" +"(?<user_agent>[^"]*)"(?: +"[^"]*")?(?: +"(?<forwarded>[0-9a-fA-F.:]+(?:, ?[0-9a-fA-F.:]+)*)")?(?: .*)?$'
)
"""The native format with more in its gaps: the client's port, further counts of bytes, HTTP's version, the port of the peer, headers."""
_AGENT = r"(?i)(?:\[|\\n|\n)User-Agent: *(.*?) *(?:\\r|\\n|\r|\n|\]|$)"
"""The user agent in the headers that ``log_mime_hdrs on`` adds."""


def open_squid(options: ReadOptions) -> Parser:
    """Return the parser of Squid's native log."""

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        groups = pl.col("raw").str.extract_groups(_LINE).struct.rename_fields(list(_FIELDS)).alias("f")
        t = lines.select(groups).unnest("f")
        t = _with_longer(lines["raw"], t)
        t = t.with_columns(pl.coalesce("url", "alone").alias("url"), pl.col("user").str.strip_chars('"').alias("user"))
        if t["rest"].str.contains("(?i)user-agent").any():
            t = t.with_columns(pl.coalesce("user_agent", pl.lit(percent_decoded(t["rest"]).str.extract(_AGENT))).alias("user_agent"))
        swapped = pl.col("user_agent").str.contains(r"^https?://\S+$") & pl.col("referrer").str.contains(r"^[A-Za-z][^/:]*/\d")
        first, last = ("referrer", "user_agent"), ("user_agent", "referrer")  # some have the agent logged first
        t = t.with_columns(pl.when(swapped).then(other).otherwise(name).alias(name) for name, other in (first, last))
        timestamp = to_instant(t["time"])
        duration = values.to_milliseconds(t["elapsed"], "ms")
        read = t["url"].is_not_null()
        tunnel = (pl.col("method") == "CONNECT") & ~pl.col("url").str.contains("://", literal=True)
        error = pl.col("url").str.starts_with("error:")
        asked = t.select(
            host=pl.when(tunnel & ~error).then(pl.col("url").str.replace(r":\d*/?$", "")),
            target=pl.when(~tunnel & ~error).then("url"),
            method=pl.when(~error | ~pl.col("method").is_in(["NONE", "-"])).then("method"),
            request=pl.when(error).then("url"),
        )
        found = {name: t[name] for name in ("client", "user", "status", "bytes", "protocol", "referrer", "user_agent")}
        found |= {name: asked[name] for name in ("host", "target", "method")}
        frame = assemble(
            lines,
            found,
            times={
                "timestamp": timestamp,
                "started_at": pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series(),
                "duration_ms": duration,
            },
            extra={"cache_status": t["result"], "upstream": t["peer"], "content_type": t["type"], "forwarded_for": t["forwarded"]},
            outcome=outcomes(read, timestamp),
        )
        return frame.with_columns(asked["request"].alias("request")) if asked["request"].null_count() < len(asked) else frame

    return in_parts(parse)


def _with_longer(raw: pl.Series, read: pl.DataFrame) -> pl.DataFrame:
    """Return the fields of lines with those of the lines that have more of them than the native format."""
    read = read.with_columns(pl.lit(None, pl.String).alias(name) for name in ("protocol", "forwarded"))
    left = read["time"].is_null()
    longer = raw.filter(left).str.extract_groups(_LONG).struct.unnest() if left.any() else pl.DataFrame()
    if longer.is_empty() or longer["time"].null_count() == len(longer):
        return read
    where = left.arg_true()
    return read.with_columns(read[name].scatter(where, longer[name]) for name in longer.columns)


FORMATS: tuple[Format, ...] = (
    Format(
        name="squid",
        hint=r"^(?:Info: )? *\d{9,10}(?:\.\d{3})? +-?\d+ ",
        title="Squid native access log",
        reference="https://wiki.squid-cache.org/Features/LogFormat",
        open=open_squid,
        tier="gateway",
        time_basis="request end",
        rank=10,
        samples=(
            Sample(
                line="1772409601.343   1357 10.105.21.199 TCP_REFRESH_HIT/304 214 GET http://www.example.com/s.css?v=1 kim "
                "HIER_DIRECT/198.51.100.61 text/css",
                expected={
                    "timestamp": "2026-03-02T00:00:01.343Z",
                    "started_at": "2026-03-01T23:59:59.986Z",
                    "client_ip": "10.105.21.199",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/s.css",
                    "query": "v=1",
                    "status": 304,
                    "bytes_sent": 214,
                    "duration_ms": 1357.0,
                    "extra": {"cache_status": "TCP_REFRESH_HIT", "upstream": "HIER_DIRECT/198.51.100.61"},
                },
            ),
            Sample(
                line="1772409602.277   3387 192.168.0.1 TCP_TUNNEL/200 19131 CONNECT example.org:443 - HIER_DIRECT/198.51.100.62 -",
                expected={"method": "CONNECT", "host": "example.org", "path": None, "user_name": None, "bytes_sent": 19131},
            ),
            Sample(
                line="1772409602.020    296 192.168.0.1 NONE_NONE/200 0 CONNECT https://example.org/a - HIER_DIRECT/198.51.100.62 -",
                expected={"method": "CONNECT", "host": "example.org", "path": "/a"},
            ),
            Sample(
                line="1772409603.000      0 192.168.0.2 NONE/400 3710 NONE error:invalid-request - HIER_NONE/- text/html",
                expected={"method": None, "path": None, "request": "error:invalid-request", "status": 400},
            ),
            Sample(
                line="1772409603.000      5 192.168.0.2 NONE/405 3364 CONNECT error:method-not-allowed - HIER_NONE/- text/html",
                expected={"method": "CONNECT", "host": None, "path": None, "request": "error:method-not-allowed", "status": 405},
            ),
            Sample(
                line="1772409603.000      7 192.168.0.2 TCP_MISS/200 10 GET http://example.org/a b?c kim HIER_DIRECT/198.51.100.62 "
                "text/html [Host:%20example.org%0D%0AUser-Agent:%20curl/8%20(x)%0D%0A] [Server:%20nginx%0D%0A]",
                expected={
                    "path": "/a b",
                    "query": "c",
                    "user_name": "kim",
                    "user_agent": "curl/8 (x)",
                    "extra": {"content_type": "text/html"},
                },
            ),
            Sample(
                line='Info: 1772409604.900 47 192.168.0.3 TCP_MISS/200 302 GET http://example.org/a "CORP\\jane doe@realm" '
                'DIRECT/example.org text/html DEFAULT_CASE_12-Group-NONE <IW_comp,0.0,0,"-",-> -',
                expected={"path": "/a", "user_name": "CORP\\jane doe@realm", "status": 200, "extra": {"upstream": "DIRECT/example.org"}},
            ),
            Sample(
                line="1772409602.750     22 203.0.113.9 58938 TCP_MISS/404 904 123 364 123 - GET http://www.example.com/a?b=1 1.1 kim "
                'HIER_DIRECT/198.51.100.7 80 text/html - - "https://ref.example/" "curl/8.5.0" "www.example.com" "192.0.2.50" 53 -',
                expected={
                    "client_ip": "203.0.113.9",
                    "user_name": "kim",
                    "method": "GET",
                    "host": "www.example.com",
                    "path": "/a",
                    "query": "b=1",
                    "protocol": "HTTP/1.1",
                    "status": 404,
                    "bytes_sent": 904,
                    "duration_ms": 22.0,
                    "referrer": "https://ref.example/",
                    "user_agent": "curl/8.5.0",
                    "extra": {"forwarded_for": "192.0.2.50", "content_type": "text/html", "upstream": "HIER_DIRECT/198.51.100.7"},
                },
            ),
            Sample(
                line="1772409602.760     12 203.0.113.9 TCP_MISS/200 512 GET http://www.example.com/ - HIER_DIRECT/198.51.100.7 text/html "
                '"Mozilla/5.0 (X11)" "https://ref.example/"',
                expected={"referrer": "https://ref.example/", "user_agent": "Mozilla/5.0 (X11)"},
            ),
            Sample(
                line="1772409602.770      0 203.0.113.9 32856 TCP_MEM_HIT/200 905 154 365 154 - GET http://a.example/ 1.1 - HIER_NONE/- "
                '- text/html - - "-" "curl/8.5.0" "www.example.com" "-" - -',
                expected={
                    "user_name": None,
                    "bytes_sent": 905,
                    "referrer": None,
                    "extra": {"content_type": "text/html", "forwarded_for": None},
                },
            ),
        ),
    ),
)
