"""The W3C extended log file format: columns by ``#Fields`` (IIS, CloudFront, and others).

The header may come again in mid-file with other columns. Where there is no date column the day is that of ``#Date``, and goes on when
the clock passes midnight. ``time-taken`` is seconds by the specification (and for CloudFront), milliseconds for IIS and others that
write whole numbers. A file that begins without a header is read when its columns are those that IIS or CloudFront write by default.
"""

from __future__ import annotations

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import Columns, assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.headed import Headers, columns_by_layout, unquoted
from forensics.formats.instants import to_instant
from forensics.formats.percent import percent_decoded

_CLOUDFRONT = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) "
    "x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher "
    "x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields "
    "c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"
)
_DELIVERED = tuple(  # pattern of a line of CloudFront without header -> its columns
    (
        rf"^\S+\s\S+\s[A-Z]{{3}}[0-9]+(?:-[A-Z][0-9]+)?\s[0-9]+\s[0-9a-fA-F.:]+(?:\s\S+){{{count - 5}}}$",
        " ".join(_CLOUDFRONT.split()[:count]),
    )
    for count in (12, 15, 18, 19, 20, 23, 24, 26, 33)  # columns of its releases since 2010: more came behind each time
)
_DATED = r"^\d{4}-\d\d-\d\d\s\d\d:\d\d:\d\d\s"
_ADDRESS = r"[0-9a-fA-F]*[.:][0-9a-fA-F.:]+(?:%[0-9a-z]+)?"
_CHOSEN = (
    rf"^\S+ \S+(?P<site> W3SVC[0-9]+)?(?P<computer> [A-Za-z0-9_-]+)? {_ADDRESS} [A-Z_]+ \S+ \S+ [0-9]+ \S+ (?:{_ADDRESS}|-)"
    r"(?P<version> HTTP/[0-9.]+)?(?P<texts>(?: \S+){1,4}?) [0-9]{3} [0-9]+ [0-9]+(?P<sizes> [0-9]+ [0-9]+)? [0-9]+"
    r"(?P<peers> (?:-|[0-9a-fA-F]*[.:][0-9a-fA-F.:,+%\[\]]+)(?P<port> [0-9]+)?)?$"
)
"""A line of IIS without header: its fields have one order, and which of them are there was chosen in a dialogue; the header's author
may have added the forwarded addresses, and the client's port, which come last."""
_SITED = r"(?:localhost|(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+)(?::[0-9]+)?"
_TEXTS = (  # what the texts behind the client's address are, by their looks
    (r"^ \S+$", ""),
    (rf"^ \S+ {_SITED}$", " cs-host"),
    (r"^ \S+ [^ =:/]+=\S*$", " cs(Cookie)"),
    (r"^ \S+ \S+$", " cs(Referer)"),
    (rf"^ \S+ (?:-|https?:\S+) {_SITED}$", " cs(Referer) cs-host"),
    (rf"^ \S+ \S+ {_SITED}$", " cs(Cookie) cs-host"),
    (r"^ \S+ \S+ \S+$", " cs(Cookie) cs(Referer)"),
    (r"", " cs(Cookie) cs(Referer) cs-host"),
)

_ERRORS = tuple(  # pattern of a line of HTTPERR without header, what HTTP.sys answered before it reached IIS -> its columns
    (
        rf"{_DATED}{_ADDRESS} [0-9]+ {_ADDRESS} [0-9]+ (?:HTTP/[0-9.]+|-) \S+ \S+{stream} (?:[0-9]{{3}}|-) \S+ \S+ \S+$",
        f"date time c-ip c-port s-ip s-port cs-version cs-method cs-uri{name} sc-status s-siteid s-reason s-queuename",
    )
    for stream, name in (("", ""), (r" \S+", " streamid"))  # which later releases count
)

_COMMAND = (
    r"^(?:\[\d+\].*|(?i:USER|PASS|ACCT|QUIT|RETR|STOR|STOU|APPE|TYPE|PASV|EPSV|PORT|EPRT|LIST|NLST|MLSD|[CX]?PWD|CWD|CDUP|RNFR|RNTO|DELE|"
    r"RMD|MKD|SIZE|MDTM|NOOP|FEAT|SYST|AUTH|PBSZ|PROT|EHLO|HELO|MAIL|RCPT|DATA|RSET|BDAT|(?:Control|Data)Channel\w+))$"
)
"""What IIS' servers for FTP and SMTP write for a method in logs of the same form."""

ROLES: dict[str, tuple[str, ...]] = {
    "client": ("c-ip", "cs-ip", "client-ip", "c-dns"),
    "user": ("cs-username", "cs-user", "c-username", "cs-auth-user", "cs-userdn", "x-H(remoteUser)"),
    "method": ("cs-method", "cs-operation", "s-operation"),
    "target": ("cs-uri", "cs-url", "r-uri"),
    "path": ("cs-uri-stem", "cs-uri-path"),
    "query": ("cs-uri-query",),
    "protocol": ("cs-version", "cs-protocol-version", "x-H(protocol)"),
    "status": ("sc-status", "sc(Status)", "c-status"),
    "bytes": ("sc-bytes", "bytes"),
    "referrer": ("cs(Referer)", "cs(Referrer)", "cs-referer", "cs-referred", "c-referrer"),
    "user_agent": ("cs(User-Agent)", "cs-user-agent", "c-agent", "c-user-agent"),
    "host": ("x-host-header", "cs-host", "cs(Host)", "r-host", "s-dns"),
}
EXTRA: dict[str, tuple[str, ...]] = {
    "forwarded_for": ("x-forwarded-for", "X-Forwarded-For", "cs(X-Forwarded-For)", "X-ForwardedFor", "OriginalIP", "x-real-ip", "s-xff"),
    "request_id": ("x-edge-request-id", "x-request-id", "X-Request-ID", "request-id"),
    "cache_status": ("x-edge-result-type", "s-action", "x-cache"),
    "edge_location": ("x-edge-location",),
    "tls_version": ("ssl-protocol", "crypt-protocol"),
    "tls_cipher": ("ssl-cipher", "crypt-cipher"),
    "country": ("c-country",),
    "asn": ("asn",),
    "upstream": ("s-ip", "s-supplier-name"),
    "site": ("s-sitename",),
    "substatus": ("sc-substatus",),
    "error": ("sc-win32-status", "s-reason"),
}
_LOCAL = (("date", "date-local"), ("time", "time-local"))
"""What IIS' Advanced Logging calls the date and time of the server's own zone."""
_KESTREL = r" cs-uri-query sc-status time-taken(?: |$)"
"""The order of ASP.NET Core's own logger, which names no software and writes milliseconds with a fraction."""
_NOTHING = {"substatus": "0", "error": "0"}
"""Extra values that only say that there is nothing to say."""


class _W3C:
    """Reads batches of one file in order."""

    def __init__(self, options: ReadOptions) -> None:
        self._zone = options.time_zone
        self._headers = Headers(
            fields=r"^#\s*Fields:\s*(\S.*?)\s*$",
            date=r"^#\s*Date:\s*(\d{4}-\d\d-\d\d|\d\d-[A-Z][a-z]{2}-\d{4})",
            software=r"^#\s*Software:\s*(.*)$",
        )
        self._midnights = 0
        self._last_date: str | None = None
        self._last_time: str | None = None

    def __call__(self, lines: pl.DataFrame) -> pl.DataFrame:
        raw = lines["raw"]
        stated = self._headers.at(raw)
        comment = stated["comment"]
        layouts = stated.select(pl.when(~pl.col("comment")).then("fields")).to_series()
        table = columns_by_layout(raw, values.first_of(layouts, _default_layouts(raw, layouts, comment)))
        local = any(name in table.columns for _, name in _LOCAL)
        timestamp = to_instant(self._stamps(table, stated["date"]), self._zone if local else "UTC")
        found, extra = _found(table), _extra(table)
        edge = extra["edge_location"].is_not_null() if "edge_location" in extra else stated["comment"] & False
        if "user_agent" in found:
            found["user_agent"] = _decoded(found["user_agent"], edge)
        software = pl.col("software").fill_null("")
        kestrel = (software == "") & pl.col("fields").str.contains(_KESTREL).fill_null(False)
        duration = _duration(table, stated.select(software.str.contains("Microsoft|IIS") | kestrel).to_series(), edge)
        started = pl.DataFrame({"t": timestamp, "d": duration}).select(values.before(pl.col("t"), pl.col("d"))).to_series()
        request = pl.any_horizontal(
            [found[name].is_not_null() for name in ("method", "path", "target", "status") if name in found] or [pl.lit(False)]
        )
        short = layouts.is_not_null() & ~table["complete"]
        read = table["complete"] & _broadcast(pl.select(request).to_series(), len(raw))
        idle = table["complete"] & ~read & extra["error"].is_not_null() if "s-reason" in table.columns else read & False
        command = _commands(found["method"]) if "method" in found else read & False
        outcome, reason = outcomes(read & ~comment, timestamp, comment | idle | command, "a header line")
        why = pl.when(short).then(pl.lit("other fields than #Fields names")).when(idle).then(pl.lit("a connection without a request"))
        why = why.when(command).then(pl.lit("a command of FTP or SMTP"))
        reason = pl.select(why.otherwise(reason)).to_series()
        times = {"timestamp": timestamp, "started_at": started, "duration_ms": duration}
        return assemble(lines, found, times=times, extra=extra, outcome=(outcome, reason))

    def _stamps(self, table: pl.DataFrame, dated: pl.Series) -> pl.Series:
        """Return the text of each line's time: its date column, or the day of ``#Date``, gone on past midnights."""
        names = table.columns
        table = table.rename({local: name for name, local in _LOCAL if local in names and name not in names})
        names = table.columns
        for name in ("date-time", "timestamp", "x-timestamp", "datetime"):
            if name in names and "time" not in names:
                return table[name]
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(table))
        time = table["time"] if "time" in names else nothing
        stamps = _joined(table["date"], time) if "date" in names else nothing
        undated = time.is_not_null() & stamps.is_null()
        return values.first_of(stamps, self._undated(time, dated)) if undated.any() else stamps

    def _undated(self, time: pl.Series, dated: pl.Series) -> pl.Series:
        """Return stamps by the day of ``#Date``, counting the midnights that the clock has passed since that header."""
        frame = pl.DataFrame({"time": time.forward_fill(), "date": dated}).with_columns(
            before=pl.concat([pl.Series([self._last_time], dtype=pl.String), time]).forward_fill()[: len(time)],
            date_before=pl.concat([pl.Series([self._last_date], dtype=pl.String), dated])[: len(dated)],
        )
        headed = pl.col("date").ne_missing(pl.col("date_before"))
        passed = ((pl.col("time") < "06") & (pl.col("before") > "18") & ~headed).fill_null(False).cast(pl.Int32).cum_sum()
        frame = frame.with_columns(headed.alias("headed"), passed.alias("passed"))
        at_header = pl.when("headed").then("passed").forward_fill().fill_null(-self._midnights)
        frame = frame.with_columns(nights=pl.col("passed") - at_header)
        self._midnights, self._last_date = int(frame["nights"][-1]), dated[-1]
        self._last_time = frame["time"][-1] or self._last_time
        dates = (pl.col("date").str.to_date(form, strict=False) for form in ("%Y-%m-%d", "%d-%b-%Y"))  # the latter in the specification
        day = pl.coalesce(dates) + pl.duration(days=pl.col("nights"))
        return frame.with_columns(clock=time).select(day.dt.strftime("%Y-%m-%d") + " " + pl.col("clock")).to_series()


def _commands(methods: pl.Series) -> pl.Series:
    """Return which lines tell of commands, where most do: a web server may be asked for anything, too."""
    told = methods.str.contains(_COMMAND).fill_null(False)
    return told if 2 * told.sum() > len(methods) - methods.null_count() else told & False


def _joined(date: pl.Series, time: pl.Series) -> pl.Series:
    return pl.DataFrame({"date": date, "time": time}).select(pl.col("date") + " " + pl.col("time")).to_series()


def _broadcast(series: pl.Series, rows: int) -> pl.Series:
    return series.new_from_index(0, rows) if len(series) != rows else series.fill_null(False)


def _default_layouts(raw: pl.Series, layouts: pl.Series, comment: pl.Series) -> pl.Series:
    """Return the columns of lines that no header speaks for, by their shape."""
    alone = layouts.is_null() & ~comment & raw.str.contains(_DATED)
    if not alone.any():
        return layouts
    chosen = pl.col("raw").str.extract_groups(_CHOSEN).alias("g")
    parts = raw.filter(alone).to_frame("raw").select("raw", chosen).unnest("g")
    layout: pl.Expr = pl.when(pl.col("texts").is_not_null()).then(_chosen())
    if parts["texts"].null_count():
        for pattern, columns in reversed((*_DELIVERED, *_ERRORS)):
            layout = pl.when(pl.col("raw").str.contains(pattern)).then(pl.lit(columns)).otherwise(layout)
    return layouts.scatter(alone.arg_true(), parts.select(layout).to_series())


def _chosen() -> pl.Expr:
    """Return the columns of IIS that a line has."""
    kinds = pl.lit(_TEXTS[-1][1])
    for pattern, names in reversed(_TEXTS[:-1]):
        kinds = pl.when(pl.col("texts").str.contains(pattern)).then(pl.lit(names)).otherwise(kinds)

    def where(group: str, names: str) -> pl.Expr:
        return pl.when(pl.col(group).is_not_null()).then(pl.lit(names)).otherwise(pl.lit(""))

    return pl.concat_str(
        pl.lit("date time"),
        where("site", " s-sitename"),
        where("computer", " s-computername"),
        pl.lit(" s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip"),
        where("version", " cs-version"),
        pl.lit(" cs(User-Agent)") + kinds,
        pl.lit(" sc-status sc-substatus sc-win32-status"),
        where("sizes", " sc-bytes cs-bytes"),
        pl.lit(" time-taken"),
        where("peers", " x-forwarded-for"),
        where("port", " c-port"),
    )


def _pick(table: pl.DataFrame, names: tuple[str, ...]) -> pl.Series | None:
    """Return the first value of each row among columns, names compared without case."""
    present = {name.lower(): name for name in reversed(table.columns)}
    columns = [values.of(_unquoted(table[present[name.lower()]]), values.present(values.V)) for name in names if name.lower() in present]
    return values.first_of(*columns) if columns else None


def _unquoted(column: pl.Series) -> pl.Series:
    """Return texts without the quotes that Akamai writes around them, also between tabs."""
    return values.of(column, unquoted(values.V)) if column.str.starts_with('"').any() else column


def _found(table: pl.DataFrame) -> Columns:
    found = {role: column for role, names in ROLES.items() if (column := _pick(table, names)) is not None}
    if "target" in found:  # a whole URI, by some without its scheme
        bare = values.V.str.contains(r"^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?/")
        found["target"] = values.of(found["target"], pl.when(bare).then("http://" + values.V).otherwise(values.V))
    return found


def _extra(table: pl.DataFrame) -> Columns:
    extra = {key: column for key, names in EXTRA.items() if (column := _pick(table, names)) is not None}
    if "forwarded_for" in extra:  # blanks, as IIS and CloudFront write them
        extra["forwarded_for"] = values.of(extra["forwarded_for"], values.V.str.replace_all(r",(?:\+|%20)", ", "))
    for key, nothing in _NOTHING.items():
        if key in extra:
            extra[key] = values.of(extra[key], pl.when(~values.V.is_in([nothing])).then(values.V))
    return extra


def _decoded(agents: pl.Series, edge: pl.Series) -> pl.Series:
    """Return agents with their blanks: CloudFront writes ``%20``, IIS ``+`` (a text that has blanks was not written so)."""
    # two in a row are a blank and a plus that was there: agents write "; +http://", and no two blanks
    plussed = (
        pl.col("agent")
        .str.replace_all("++", "\x00", literal=True)
        .str.replace_all("+", " ", literal=True)
        .str.replace_all("\x00", " +", literal=True)
    )
    frame = pl.DataFrame({"agent": agents, "edge": edge})
    frame = frame.with_columns(
        agent=pl.when(pl.col("edge") | pl.col("agent").str.contains(" ", literal=True)).then("agent").otherwise(plussed)
    )
    if not edge.any():
        return frame["agent"]
    return frame["agent"].scatter(edge.arg_true(), percent_decoded(frame["agent"].filter(edge)))


def _duration(table: pl.DataFrame, iis: pl.Series, edge: pl.Series) -> pl.Series:
    """Return milliseconds: whole numbers and Microsoft's are milliseconds, other fractions and whatever CloudFront writes are seconds."""
    taken = _pick(table, ("time-taken", "time_taken", "TimeTakenMS", "cs-time-taken"))
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(table))
    streamed = _pick(table, ("x-duration",))  # streaming servers write whole seconds
    streamed = nothing if streamed is None else values.to_milliseconds(streamed, "s")
    if taken is None:
        return streamed
    frame = pl.DataFrame({"s": values.to_milliseconds(taken, "s"), "ms": values.to_milliseconds(taken, "ms"), "raw": taken, "edge": edge})
    fraction = pl.col("raw").str.contains(".", literal=True) & ~pl.col("iis")
    told = frame.with_columns(iis.alias("iis")).select(pl.when(pl.col("edge") | fraction).then("s").otherwise("ms")).to_series()
    return values.first_of(told, streamed)


def open_w3c(options: ReadOptions) -> Parser:
    """Return the parser of W3C extended logs; it keeps the header from batch to batch."""
    return _W3C(options)


_HEADER = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-bytes time-taken"

FORMATS: tuple[Format, ...] = (
    Format(
        name="w3c",
        hint=r"^#|^\d{4}-\d\d-\d\d\s\d\d:\d\d:\d\d\s",
        title="W3C extended log file (IIS, CloudFront and others)",
        reference="https://www.w3.org/TR/WD-logfile.html",
        open=open_w3c,
        time_basis="request end",
        zoned=False,  # UTC by specification, but date-local and time-local are the server's own
        rank=5,
        samples=(
            Sample(line="#Software: Microsoft Internet Information Services 10.0", expected={"outcome": "skipped"}),
            Sample(line=_HEADER, expected={"outcome": "skipped"}),
            Sample(
                line="2026-03-02 00:00:22 10.0.0.1 GET /a.aspx q=1 443 EXAMPLE\\kim 2001:DB8::1%4 Mozilla/5.0+(X;+Y) 200 512 250",
                expected={
                    "timestamp": "2026-03-02T00:00:22Z",
                    "started_at": "2026-03-02T00:00:21.750Z",
                    "client_ip": "2001:db8::1",
                    "user_name": "EXAMPLE\\kim",
                    "method": "GET",
                    "path": "/a.aspx",
                    "query": "q=1",
                    "status": 200,
                    "bytes_sent": 512,
                    "duration_ms": 250.0,
                    "user_agent": "Mozilla/5.0 (X; Y)",
                    "extra": {"upstream": "10.0.0.1"},
                },
            ),
            Sample(line="#Date: 2026-03-02 23:59:58", expected={"outcome": "skipped"}),
            Sample(line="#Fields: time cs-method cs-uri-stem c-ip sc-status", expected={"outcome": "skipped"}),
            Sample(line="23:59:59 GET /late 203.0.113.1 200", expected={"timestamp": "2026-03-02T23:59:59Z", "path": "/late"}),
            Sample(line="00:00:01 GET /early 203.0.113.1 200", expected={"timestamp": "2026-03-03T00:00:01Z", "path": "/early"}),
            Sample(line="#Date: 12-Jan-2026 00:00:00", expected={"outcome": "skipped"}),
            Sample(line="#Fields: time cs-method cs-uri", expected={"outcome": "skipped"}),
            Sample(line="00:34:23 GET /foo/bar.html", expected={"timestamp": "2026-01-12T00:34:23Z", "path": "/foo/bar.html"}),
            Sample(
                line="#Fields: date time x-edge-location c-ip cs-method cs-uri-stem sc-status time-taken cs(User-Agent)",
                expected={"outcome": "skipped"},
            ),
            Sample(
                line="2026-03-02\t00:00:23\tFRA1\t203.0.113.2\tGET\t/cdn\t200\t0.107\tcurl/8%20x",
                expected={"path": "/cdn", "duration_ms": 107.0, "user_agent": "curl/8 x", "extra": {"edge_location": "FRA1"}},
            ),
            Sample(line="#Fields: date time time-taken c-ip cs-userdn sc-status cs-method cs-host cs-uri", expected={"outcome": "skipped"}),
            Sample(
                line="2026-03-02 00:00:24 23 203.0.113.3 CORP\\kim 200 GET www.example.com /b",
                expected={"user_name": "CORP\\kim", "path": "/b", "host": "www.example.com", "duration_ms": 23.0},
            ),
            Sample(line="#Software: ", expected={"outcome": "skipped"}),
            Sample(
                line="#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For",
                expected={"outcome": "skipped"},
            ),
            Sample(
                line="2026-03-02 00:00:24 10.0.0.9 GET /k 200 203.0.113.1,+10.0.0.8",
                expected={"client_ip": "10.0.0.9", "extra": {"forwarded_for": "203.0.113.1, 10.0.0.8"}},
            ),
            Sample(line="#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status time-taken", expected={"outcome": "skipped"}),
            Sample(line="2026-03-02 00:00:24 203.0.113.3 GET /k ?a=1 200 59.9171", expected={"query": "a=1", "duration_ms": 59.9171}),
            Sample(line="#Fields: date time cs-ip cs-method cs-uri sc-status cs(Referer) cs(User-Agent)", expected={"outcome": "skipped"}),
            Sample(
                line='2026-03-02\t00:00:24\t203.0.113.3\tGET\t/a.example/k\t200\t"-"\t"curl/8 (x)"',
                expected={"client_ip": "203.0.113.3", "path": "/a.example/k", "referrer": None, "user_agent": "curl/8 (x)"},
            ),
            Sample(line="#Fields:\tdate time cs-method cs-uri sc-status time-taken", expected={"outcome": "skipped"}),
            Sample(
                line="2026-03-02\t00:00:24\tPOST\t/a\t200\t0.029 ",
                expected={"path": "/a", "status": 200, "duration_ms": 29.0},
            ),
            Sample(line="#Fields: c-ip date time cs-uri-stem c-status cs(User-Agent) sc-bytes x-duration", expected={"outcome": "skipped"}),
            Sample(
                line="203.0.113.3 2026-03-02 00:00:24 /stream?title=a 200 player%2F1 65580 12",
                expected={"path": "/stream", "query": "title=a", "status": 200, "bytes_sent": 65580, "duration_ms": 12000.0},
            ),
            Sample(
                line="#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken x-H(remoteUser) cs(User-Agent)",
                expected={"outcome": "skipped"},
            ),
            Sample(  # Tomcat
                line='2026-03-02 00:00:24 203.0.113.3 GET /a 200 0.015 "kim" "Mozilla/5.0 (""X"" Y)"',
                expected={"user_name": "kim", "duration_ms": 15.0, "user_agent": 'Mozilla/5.0 ("X" Y)'},
            ),
        ),
    ),
)
