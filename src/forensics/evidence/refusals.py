"""What is no access log is refused by name: a reader who knows what a file is knows what to do with it."""

from __future__ import annotations

import re

import polars as pl

KNOWN: tuple[tuple[str, str], ...] = (
    (
        r"^ *\[\w{3} \w{3} +\d{1,2} [\d:.]+ \d{4}\] \[[\w-]*:?[a-z]+\d?\]"
        r"|^ *\[[^\]]{10,40}\] \[[\w-]*:?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\]",
        "an Apache error log",
    ),
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice|warn|error|crit|alert|emerg)\] \d+[#:]", "an nginx error log"),
    (r"\b(?:CEF:\d+|LEEF:[\d.]+)\|", "a log of security events (CEF, LEEF) that tell of no requests"),
    (
        r"\bdate=\d{4}-\d\d-\d\d time=\d\d:\d\d:\d\d .*\bdevname=|,(?:TRAFFIC|THREAT|SYSTEM|CONFIG),\w+,\d*,\d{4}/\d\d/\d\d ",
        "a log of a firewall",
    ),
    (r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] info \[\w+\] \S+ ", "a log of sign-ins at cPanel"),
    (
        r'^\{?\s*"?(?:active|connections|requests|stub_status)|^Active connections: \d+|^server accepts |^ \d+ \d+ \d+ *$'
        r"|^Reading: \d+ Writing: |^(?:Server|Total |CPU|Children|Uptime|Req|Bytes|Busy|Idle|Conns|Load|Scoreboard|Restart)[A-Za-z0-9]*: ",
        "a status snapshot of a web server",
    ),
    (r"^\d{4}-\d\d-\d\dT[\d:.]+Z [0-9A-Fa-f.:]+ \d+ \d+ (?:TLSv[\d.]+|-) \S+ ", "a connection log of an AWS load balancer"),
    (
        r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*(?:Z|[+-]\d\d:?\d\d)? +(?:\[[^\]]*\] +)?"
        r"\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b",
        "an application log",
    ),
    (r"^(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b", "an application log"),
    (r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ fail2ban\.", "a log of fail2ban"),
    (
        r"^(?:<\d{1,3}>)?(?:\w{3} +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)) \S+ [\w./-]+(?:\[\d+\])?: "
        r"|^(?:<\d{1,3}>)?\w{3} +\d{1,2} \d\d:\d\d:\d\d \S+ [^:]+: |^<\d{1,3}>1 \S+ \S+ \S+ ",
        "a system log (syslog) without requests in it",
    ),
    (r"^(?:<\d>)?\[ *\d+\.\d{6}\] ", "a log of the kernel"),
    (
        r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* \S+ \[\d+\](?:-\d+)?:? .*\b(?:LOG|ERROR|FATAL|STATEMENT|DETAIL|HINT|WARNING|NOTICE): ",
        "a log of PostgreSQL",
    ),
    (r"^# (?:Time|User@Host|Query_time): |^SET timestamp=\d+;|^/\S*mysqld, Version", "a slow query log of MySQL"),
    (r"^\d{4}-\d\d-\d\dT[\d:.]+Z +\d+ (?:\[\w+\] \[MY-|(?:Connect|Query|Quit|Prepare|Execute)\t)", "a log of MySQL"),
    (r"^(?:version account-id interface-id|2 (?:\d{12}|unknown) eni-\w+ )", "an AWS VPC flow log"),
    (r"^--[0-9a-zA-Z]{6,}-[A-Z]--$", "an audit log of ModSecurity"),
    (r"^type=[A-Z_]+ msg=audit\(\d+\.\d+:\d+\): ", "an audit log of the Linux kernel (auditd)"),
    (r"^\[\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d+)?\] [A-Z]+: ", "a log of PHP-FPM itself"),
    (r"^\[\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [\w/+:-]+\] ", "an error log of PHP"),
    (r'^time="?\d{4}-\d\d-\d\dT\S+ level=\w+ msg=', "an application log"),
    (r"^\d+:[A-Z] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d+ [*#.-] ", "a log of Redis"),
    (r"^\[\d[^\]]*\](?:\[[^\]]*\])+ +GC\(\d+\)|^\d{4}-\d\d-\d\dT\S+: [\d.]+: \[(?:Full )?GC", "a garbage collection log of Java"),
    (r"^\d{2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d[.,]\d+ [A-Z]+ \[[^\]]*\] [\w.$]+", "a log of Tomcat itself (catalina.out, localhost.log)"),
    (r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: \([\w./-]+\.c\.\d+\) ", "an error log of lighttpd"),
    (
        r"^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d (?:\S+ )+"
        r"(?:\[\d+\]\w+|USER|PASS|QUIT|RETR|STOR|EHLO|HELO|MAIL|RCPT|(?:Control|Data)Channel\w+)(?: |$)",
        "a log of a server for FTP or mail",
    ),
    (r"^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} (?:\[pid \d+\]|\d+ \S+ \d+ \S+ [ab] \S+ [oid] [arg] )", "a log of a server for FTP"),
    (r"^[ *-]+<< (?:Request|BeReq|Session) +>> ", "the shared memory log of Varnish (write it with varnishncsa)"),
    (r"^[DIWEFA], \[\d{4}-\d\d-\d\dT[\d:.]+ #\d+\] +[A-Z]+ -- ", "an application log of Ruby"),
    (r"^\s*\{.*\"(?:eventSource\"\s*:.*\"eventName|eventName\"\s*:.*\"eventSource)\"\s*:", "an AWS CloudTrail log"),
    (r"^\s*\{.*google\.cloud\.audit\.AuditLog", "an audit log of Google Cloud"),
    (
        r'^\s*\{.*"category"\s*:\s*"(?:Administrative|ServiceHealth|Alert|Autoscale|Policy|Recommendation|SignInLogs|AuditLogs)"',
        "an Azure activity log",
    ),
    (r'^\s*\{.*"event_type"\s*:\s*"[a-z]+".*"(?:src_ip|flow_id|dest_ip)"', "an event log of Suricata without requests in it"),
    (r'^\s*\{.*"query_name"\s*:', "a log of DNS queries"),
    (r'^\s*\{\s*"t"\s*:\s*\{"\$date"', "a log of MongoDB"),
    (
        r"^#path\t(?:conn|dns|files|ssl|x509|weird|notice|dhcp|smtp|ssh|ntp|dpd|software|tunnel|pe|rdp|smb_\w+|kerberos|snmp|sip|ftp)$",
        "a log of Zeek of another kind than http",
    ),
    (r'^\s*\{.*"(?:id\.)?orig_h"\s*:', "a log of Zeek of another kind than http"),
    (r"^(?:metric_name,timestamp,metric_value|timeStamp,elapsed,label),", "a table of what a load test measured (k6, JMeter)"),
    (r'^\{"(?:type":"Metric","data"|metric":"\w+","type":"(?:Point|Metric)")', "a log of what a load test measured (k6)"),
    (r"^\s*<(?:\?xml|!DOCTYPE|html)", "a markup document"),
)
"""(regular expression of its lines, what it is)."""


_UNPACK, _DECRYPT, _OTHER = "unpack it and load what is in it", "decrypt it first", "not a log or an export that can be read"
_EXPORT = "export it as CSV, JSON lines or Parquet"
MAGICS: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", _OTHER),
    (b"\x7fELF", "a program", _OTHER),
    (b"%PDF", "a PDF document", _OTHER),
    (b"\x89PNG", "a picture", _OTHER),
    (b"\xff\xd8\xff", "a picture", _OTHER),
    (b"SQLite format 3", "an SQLite database", "export its tables as CSV"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Office document", "export it as CSV"),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"ElfFile", "an event log of Windows", _OTHER),
    (b"\xd4\xc3\xb2\xa1", "a capture of network packets", _OTHER),
    (b"\xa1\xb2\xc3\xd4", "a capture of network packets", _OTHER),
    (b"\x0a\x0d\x0d\x0a", "a capture of network packets", _OTHER),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"\x04\x22\x4d\x18", "a file compressed with LZ4", _UNPACK),
    (b"\xff\x06\x00\x00sNaPpY", "a file compressed with Snappy", _UNPACK),
    (b"\x89LZO", "a file compressed with LZO", _UNPACK),
    (b"\x1f\x9d", "a file compressed with compress", _UNPACK),
    (b"-----BEGIN PGP MESSAGE", "an encrypted file (PGP)", _DECRYPT),
    (b"age-encryption.org/", "an encrypted file (age)", _DECRYPT),
    (b"Salted__", "an encrypted file (OpenSSL)", _DECRYPT),
)
"""(first bytes, what the file is, what that means or what to do): https://www.garykessler.net/library/file_sigs.html"""


def not_text(head: bytes) -> str | None:
    """Return why the first bytes (decoded to UTF-8 where they were UTF-16) are no text, None when they are."""
    sample = head[:65536]
    for magic, name, what in MAGICS:
        if sample.startswith(magic):
            return f"is {name}{',' if what == _OTHER else ':'} {what}"
    odd = sum(sample.count(code) for code in (*range(0, 7), *range(14, 27)))
    return "is binary data, not text" if odd > 0.05 * len(sample) else None


_MESSAGE = r'"(?:msg|message|@m|@mt)"\s*:'
_TOLD = r'"\w*(?:method|verb|ur[il]|path|request|req|status|code|http|client|remote|ip|addr)\w*"\s*:'
"""A key of a record that may tell of a request."""
_LEVELLED = r'"(?:level|lvl|severity|log_?[lL]evel|@l)"\s*:\s*"?\w'
_BEGUN = 0.1
"""So many lines are enough where the first is one of them and the others ask for nothing: stack traces go on with what a line began."""
_SIGN = ("^#path", "^--[0-9a-z", "^[ *-]+<<", "^(?:metric_name")
"""Beginnings of patterns of which one line in a file is enough."""


def why_no_log(raw: pl.Series) -> str:
    """Return what a file is that no log format reads, by its sampled lines."""
    if len(raw) > 2 and raw.head(3).str.contains(_MAIL).all() and not raw[0][:1].isspace():
        return "is a mail: save what is attached to it, or the lines of its text, as files of their own"
    untimed = _untimed(raw)
    if untimed is not None:
        return untimed
    rows = len(raw) - int(raw.str.starts_with("#").sum())
    going_on = float(raw.str.contains(_ASKED).sum()) < 0.5 * len(raw)
    for pattern, name in KNOWN:
        alike = raw.str.contains(pattern)
        least = 1e-9 if pattern.startswith(_SIGN) else _BEGUN if going_on and alike.head(1).any() else 0.5
        if float(alike.sum()) >= least * max(1, rows):
            return f"is {name}, not an access log; force it with --kind log if it is one"
    if raw.is_empty():
        return "holds only blank lines"
    if raw.str.starts_with("#Fields:").any():
        return (
            "has the header of a W3C extended log, and its lines have other fields than #Fields names, or none that tell of requests: "
            "write the fields that they have into the header of a copy"
        )
    for pattern, what in _DUMPS:
        if raw.str.contains(pattern).any():
            return f"is {what} as CSV"
    category = _azure_category(raw)
    if category is not None:
        return f"is an Azure log of the category {category}, not an access log: export the access log of the same resource"
    if float(raw.str.contains(_OBJECT).sum()) >= 0.5 * len(raw):
        return _not_told_by_keys(raw)
    first = str(raw[0])[:80]
    if _table(raw):
        return (
            f"looks like a table, and its columns are not known (it begins with {first!r}); rename them in a copy: account_id, email, "
            "created_at for accounts, account_id, paid_at, amount, card_fingerprint for payments, timestamp, client_ip, path for a log; "
            "--kind accounts takes each of its rows for one account"
        )
    if _table(raw, headed=False):
        return (
            f"looks like a table without a header (it begins with {first!r}); put a line with the names of its columns before it in a copy "
            "(timestamp, client_ip, user, method, path, status, bytes, duration_ms), or describe it with --log-format"
        )
    return f"is in no log format that is known (it begins with {first!r}); describe it with --log-format"


def _untimed(raw: pl.Series) -> str | None:
    """Return what a log is that tells of requests, and not well enough when they came; None for any other."""
    if float((raw.str.contains(_YEARLESS) & ~raw.str.contains(_TIME)).sum()) >= 0.5 * max(1, len(raw)):
        return (
            "tells of requests, but their only time is that of syslog, which has no year: have syslog write its lines with the year "
            "(RFC 5424, or rsyslog's RSYSLOG_FileFormat), or put it before them in a copy"
        )
    if float(raw.str.contains(_DAY_OF_MONTH).sum()) >= 0.5 * max(1, len(raw)):
        return (
            "tells of requests, but of their time only the day of a month and the clock (as EPA's log of 1995 does): write the month and "
            "the year into a copy ([29/Aug/1995:23:53:25 +0000])"
        )
    if float(raw.str.contains(_TIMELESS).sum()) >= 0.5 * max(1, len(raw)) and not raw.str.contains(_CLOCK).any():
        return (
            "tells of requests, but no line tells when they came: have the time logged (morgan's combined, uvicorn with %(asctime)s), or "
            "have what collects the lines put it before them"
        )
    return None


def _not_told_by_keys(raw: pl.Series) -> str:
    """Return what lines of JSON are that tell of no request."""
    keys = dict.fromkeys(re.findall(r'"([^"\\]{1,40})"\s*:', str(raw[0])[:2000]))
    application = float(raw.str.contains(_LEVELLED).sum()) >= 0.5 * len(raw)
    return (
        ("is an application log in JSON" if application else "is JSON")
        + " whose keys do not tell a request: a time, a path and a method (or a first line), and a status or client are needed "
        f"(its first keys: {', '.join(list(keys)[:12])})"
    )


def _azure_category(raw: pl.Series) -> str | None:
    """Return the category of Azure's resource logs where most lines are such and tell of no access."""
    category = raw.filter(raw.str.contains(r'"(?:resourceId|operationName)"\s*:')).str.extract(r'"category"\s*:\s*"(\w+)"').drop_nulls()
    other = category.filter(~category.str.contains(r"(?i)access|http|request|gateway_?logs|graphactivity"))
    return str(other.mode().sort()[0]) if 2 * len(other) >= max(1, len(raw)) else None


def _table(raw: pl.Series, *, headed: bool = True) -> bool:
    """Whether sampled lines are a header of words (``2fa_enabled`` is one) and rows with as many cells, or rows alone."""
    cells = [raw.str.count_matches(mark, literal=True) for mark in (",", ";", "\t", "|")]
    alike = any(count[0] >= 2 + 2 * (not headed) and len(raw) > 1 and (count == count[0]).mean() >= 0.9 for count in cells)
    return alike and headed != bool(re.search(r"""(?:^|[,;\t|]) *["']?(?:\d(?!\d?[A-Za-z])|[.-])""", str(raw[0])))


_TRACE = (
    r"^(?:Traceback \(most recent call last\):|Stack trace:|Caused by: \S.*|goroutine \d+ \[[^\]]+\]:)$"
    r"|^(?:During handling of the above exception, another|The above exception was the direct cause of the following) exception"
    r'|^\s+(?:File "[^"]+", line \d+|\.\.\. \d+ )'
    r"|^#\d+ (?:/|\{main\}|\[internal function\])|^\s*(?:from )?\S+\.rb:\d+:in "
    r"|^(?:[A-Za-z_$][\w$]*\.)*\w*[a-z](?:Error|Exception|Interrupt)(?: \[\w+\])?(?::|$)"
)
"""What Python, Java, Node, Go, PHP and Ruby print of a failure."""
_FRAME = r"^\s+at \S.*[:)][^:)]*$"
_DJANGO = (
    r"^(?:Not Found|Internal Server Error|Bad Request|Unauthorized|Forbidden|Method Not Allowed|Gone)(?: \([^)]*\))?: /\S*$"
    r"|\d\] (?:- Broken pipe from \(|code \d{3}, message |You're accessing the development server over HTTPS)"
    r"|^(?:Watching for file changes with |Performing system checks|System check identified |Django version \d|Quit the server with )"
    r"|^Starting (?:\S+ version \S+ )?development server at |^\S+\.py changed, reloading\.$|^[A-Z]\w+ \d\d, \d{4} - \d\d:\d\d:\d\d$"
)
"""What Django and Python's http.server say beside the line of a request, and runserver when it starts."""
_UWSGI = (
    r"^\*\*\* [^*]+ \*\*\*$|^(?:---|!!!) .* (?:---|!!!)$|^(?:\[uWSGI\]|uWSGI|uwsgi|(?:S|s|Res)pawned uWSGI|goodbye to uWSGI) "
    r"|^(?:compiled with version|current working directory|detected binary path|lock engine): "
    r"|^(?:os: [A-Z]\w*-\d|(?:nodename|machine|clock source): \S+$)"
    r"|^(?:detected (?:number of CPU|max file)|your (?:processes|memory page|server socket|mercy|request) |mapped \d+ bytes |WSGI app \d+ )"
    r"|^Python (?:version: |main interpreter |threads support )|^python threads support |^(?:chdir|setgid|setuid)\(\) to "
    r"|^(?:thunder lock: |DAMN ! |SIGINT/SIG\w+ received|VACUUM: |gracefully (?:killing|\(RE\)spawned)|worker \d+ (?:buried|killed) )"
)
"""https://github.com/unbit/uwsgi/blob/master/core/uwsgi.c: what uWSGI prints when it starts and ends."""
_MADE = (
    r'^(?:[^"/<=?%&]|[\dA-Z]/)*?(?:\burllib3\.connectionpool\b[^"]*"[A-Z]+ \S+ HTTP/[\d.]+" \d{3} \S+$|'
    r'\bHTTP Request: [A-Z]+ https?://\S+ "HTTP/[^"]*"$|\b[A-Z]{3,7} https?://\S+ \[status:\d+ [^\]]*\]$|\(\d{3}\) <[A-Z]+ https?://\S+>)'
)
"""What urllib3, httpx, Elasticsearch's client and Scrapy write of what they ask of others, behind a time, a level and a name.

Behind a path stands what somebody asked of the service itself, and may have written so.
"""
_OF_PROGRAMS = ("a log of PostgreSQL", "a log of MySQL", "a log of Redis", "a log of MongoDB", "a log of fail2ban")
_OTHER_LINES: tuple[tuple[str, str], ...] = (
    (KNOWN[0][0], "a line of an Apache error log"),
    (r"^AH\d{5}: ", "a line of an Apache error log"),
    (KNOWN[1][0], "a line of an nginx error log"),
    *((pattern, "a line of lighttpd's error log") for pattern, name in KNOWN if name == "an error log of lighttpd"),
    (r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+:\d+\] ", "a line of a Kubernetes program's own log"),
    (r"^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d --- last message repeated", "a notice of syslog"),
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?: [\w-]+)?\| ", "a line of Squid's own log (cache.log)"),
    (r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\]\[\d+\]\[\w+\]\[\w+\]", "a line of Envoy's own log"),
    (r"^\d{2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d+ [A-Z]+ \[[^\]]*\] [\w.$]+ ", "a line of Tomcat's own log (catalina.out)"),
    (r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[[A-Z]+\] ", "a line of Gunicorn's own log"),
    *((pattern, f"a line of {name}") for pattern, name in KNOWN if name in _OF_PROGRAMS),
    (_TRACE, "a line of a stack trace"),
    (r"^ \* [A-Z]", "a notice of Flask's server"),
    (r"^\[GIN-debug\] |^ - using (?:env|code):\t", "a notice of Gin"),
    (_DJANGO, "a notice of Django"),
    (_MADE, "a request that the program made itself"),
    (r"^\s*[\x00]*\s*$|^\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) F ?$", "blank"),
    (r"^(?:Common labels|Line limit|Total bytes processed): ", "a header line"),
    (r"^==> \S.* <==$", "the name of a file, which tail wrote"),
    (r"^-- (?:Logs begin|Journal begins|Boot|Reboot|No entries|cursor)", "a notice of journald"),
    (r"^_*[A-Z][A-Z0-9_]*=(?:s=[0-9a-f]+;|$|\S)", "a field of a journal export beside the message"),
    (r'^"?(?:_[a-z]+|@?timestamp|@?message|[Tt]ime|[Dd]ate)"?(?:,"?[A-Za-z_@][\w@.: -]*"?)+$', "a header line"),
)
_UNLESS_ASKED = ((_FRAME, "a line of a stack trace"), (_UWSGI, "a notice of uWSGI"))
"""Lines that are these where no request is in them (a function may be called GET, and what uWSGI prints may have a time)."""
_APPLICATION = (
    r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*(?:Z|[+-]\d\d:?\d\d)? +(?:\[[^\]]*\] +)?"
    r"\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b"
    r"|^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
    r'|^time="?\d{4}-\d\d-\d\dT\S+ level=\w+ '
)
_ASKED = r"(?i)\b(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT)\b|https?://|\bstatus\b"
"""What a line that tells of a request would have."""
_INDENTED = r"^(?: {2,}|\t)\s*\S"
_UNLIKE_CODE = r"\b(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT)\b|\d:\d\d:\d\d|\d{10}"
"""A request or a time, which no line of a program has that a stack trace quotes."""
_REQUEST = r'"?[A-Z]{3,10} \S+ HTTP/\d'
_SYSLOG = r"^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ ([\w./-]+)(?:\[\d+\])?:"
_YEARLESS = (
    r"^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ .*"
    r"(?:\b(?:method|verb)\"?[=:] ?\"?(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT)\b|\"[A-Z]{3,10} \S+ HTTP/\d\S*\" \d{3} )"
)
"""Named values of a request, or one with its status, behind the time of RFC 3164."""
_DAY_OF_MONTH = r'^\S+ \[\d\d:\d\d:\d\d:\d\d\] "'
"""http://ita.ee.lbl.gov/html/contrib/EPA-HTTP.html"""
_MAIL = (
    r"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-I[Dd]|MIME-Version|Content-Type|X-[\w-]+): |^From \S+@|^\s+\S"
)
"""Headers of a mail, and what goes on with one."""
_DUMPS = (
    (
        r"^-- (?:MySQL|MariaDB|PostgreSQL database) dump|^(?:INSERT INTO|CREATE TABLE) \S+ ?(?:VALUES ?)?\(|^PRAGMA \w+=|"
        r"^COPY \S+ \(.*\) FROM stdin;",
        "a dump of a database in SQL: export its tables",
    ),
    (r"^dn::? \w+=", "an export of a directory (LDIF): write its entries"),
    (r"^\*{20,} \d+\. row \*{20,}$", r"a table as MySQL's client writes it with \G: export it"),
)
_OBJECT = r"^\s*\{"
_TIMELESS = r"(?:\b|m)(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:/|https?://)"
_CLOCK = r"(?:^|[\sT\[:])\d{1,2}:\d\d:\d\d|\d{10}"
_TIME = r"\d{1,2}/[A-Z][a-z]{2}/\d{4}|\d{4}-\d\d-\d\d|\d{10}"


def what_line(raw: pl.Expr) -> pl.Expr:
    """Return what a line of another log is (it is skipped), NULL for lines that should have been requests."""
    chain = pl.lit(None, dtype=pl.String)
    for pattern, name in reversed(_OTHER_LINES):
        chain = pl.when(raw.str.contains(pattern)).then(pl.lit(name)).otherwise(chain)
    for pattern, name in _UNLESS_ASKED:
        chain = pl.coalesce(chain, pl.when(raw.str.contains(pattern) & ~raw.str.contains(_TIMELESS)).then(pl.lit(name)))
    program = raw.str.extract(_SYSLOG)
    other = program.is_not_null() & ~raw.str.contains(_REQUEST) & ~raw.str.contains(_YEARLESS)
    said = raw.str.contains(_OBJECT) & raw.str.contains(_LEVELLED) & raw.str.contains(_MESSAGE) & ~raw.str.contains(rf"(?i){_TOLD}")
    own = (raw.str.contains(_APPLICATION) | said) & ~raw.str.contains(_ASKED)
    indented = raw.str.contains(_INDENTED) & ~raw.str.contains(_UNLIKE_CODE)
    chain = pl.coalesce(chain, pl.when(indented).then(pl.lit("a line that goes on with the one above")))
    chain = pl.coalesce(chain, pl.when(own).then(pl.lit("a line of an application's own log, without a request")))
    return pl.coalesce(chain, pl.when(other).then(pl.format("a syslog line of {} without a request", program)))


_ASKED_AT = r'\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "'
_TWO = rf'{_ASKED_AT}.*{_ASKED_AT}|^\s*\{{.*\}}\s*\{{\s*"'
"""Two lines without a line end between them, or one within the other: processes that wrote at the same time, or a log that was cut."""
GENERAL_REASONS = frozenset(
    {"not a line of this format", "does not fit the format", "the keys of this format are missing", "not a JSON object"}
)
"""What formats say of lines that are not theirs."""


def why_rejected(raw: pl.Expr) -> pl.Expr:
    """Return why no format reads a line, as far as can be told.

    A line that ends inside a quoted value is rejected also where only its user agent is cut: what a process wrote when it died, or a line
    that syslog shortened, may be wrong in more than shows, and nothing that it says should be counted without somebody having looked.
    """
    return (
        pl.when(raw.str.contains("\x00", literal=True))
        .then(pl.lit("holds NUL bytes"))
        .when(raw.str.contains(_TWO))
        .then(pl.lit("two lines run together"))
        .when(raw.str.contains(_OBJECT))
        .then(
            pl.when(raw.str.contains(r"[}\]],?\s*$"))
            .then(pl.lit("JSON that does not tell a time, a method with a path, and a status or client"))
            .otherwise(pl.lit("JSON that is cut off"))
        )
        .when(~raw.str.contains(_TIME))
        .then(
            pl.when(raw.str.contains(_YEARLESS))
            .then(pl.lit("its only time, that of syslog, has no year"))
            .otherwise(pl.lit("no time in it"))
        )
        .when(raw.str.count_matches('"', literal=True) % 2 == 1)
        .then(pl.lit("cut off inside a quoted field"))
        .otherwise(pl.lit("does not fit the format"))
    )
