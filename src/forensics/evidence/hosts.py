"""Which host a log comes from, by its path: what is left of the file name after rotation, dates and the words that all logs share.

Services that deliver logs as many small files give each a name of its own; there the resource counts (``DELIVERED``), else the folder,
else the service: thousands of files are not as many hosts.
"""

from __future__ import annotations

import itertools
import re

_KIND = r"gz|zst|zstd|bz2|xz|zip|tar|tgz|log|logs|txt|json|jsonl|ndjson|csv|tsv|parquet|old|bak"
_SUFFIX = re.compile(rf"(?i)\.(?:{_KIND}|\d{{1,4}})$")
_OF_FOLDER = re.compile(rf"(?i)\.(?:{_KIND})$")  # web.2 is a machine, access.log.2 a rotated log
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_MACHINE_ID = re.compile(
    r"(?<!\d)(?<!\d\.)(?!(?<=log[-_.])2\d\.1[0-2]\.[123]\d\.[12]\d(?!\d))"  # access.log.24.10.12.23 is an hour
    rf"(?:{_OCTET}\.){{3}}{_OCTET}(?![.\d]*\d)|(?<![0-9A-Za-z])i-[0-9a-f]{{8,17}}(?![0-9A-Za-z])"
)
"""An address or an instance: its digits are no date and no count of rotated files."""
_PROGRAMS = frozenset(
    [
        "nginx", "openresty", "httpd", "apache", "apache2", "iis", "w3svc", "caddy", "traefik", "haproxy", "envoy", "istio", "tomcat",
        "catalina", "jetty", "varnish", "varnishncsa", "squid", "lighttpd", "kong", "gunicorn", "uvicorn", "puma",
    ]
)  # fmt: skip
_VERSION = re.compile(rf"(?i)(?<![a-z])(?:v|(?:{'|'.join(sorted(_PROGRAMS))})[-_])\d(?:\.\d\d?){{3}}$")
"""What looks like an address in haproxy-2.8.3.1."""
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d(?:[-_.T]?\d{2}(?:[-_.:]?\d{2}){0,2}(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    r"|(?<!\d)(?:\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d(?:0[1-9]|1[0-2])|0\d{5})(?!\d)"  # 240302, 202403, 000012
    r"|(?<!\d)(?<!\d[.-])[0-3]?\d[-_.][0-3]?\d[-_.](?:19|20)\d\d(?![\d.-]*\d)"  # the year behind
    r"|(?<!\d)(?:19|20)\d\d[-_.]?(?:W[0-5]\d|(?<=[-_.])(?:0[1-9]|1[0-2])(?![\d.-]*\d))"  # a week, a month
    r"|^\d\d-(?:0[1-9]|1[0-2])-[0-3]\d$"
    r"|(?i:(?:(?<=^access)|(?<=[-_.]access)|(?<=accesslog)|(?<=^log)|(?<=[-_.]log))"  # not blog-mon
    r"[-_.](?:mon|tue|wed|thu|fri|sat|sun)(?![0-9a-z]))"
    r"|(?<!\d)1\d{9}(?:\d{3})?(?!\d)"  # seconds or milliseconds since 1970
    r"|(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
    rf"|(?i:[-_.](?:\d{{1,4}}[-_.]?{_MONTH}|{_MONTH}[-_.]?\d{{1,4}})(?:[-_.]?\d{{1,4}})?(?![0-9a-z]))"  # access_log_Jul95
    r"|(?i:[-_.]day[-_.]?\d{1,3}(?:[-_.]\d{1,2})?(?![0-9a-z]))"
)
_PART_OF_DATE = re.compile(r"\d{1,4}")
_YEAR = re.compile(r"(?:y|year)=\d{4}|20\d\d")
_WEEKDAY = "(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_WHEN = re.compile(
    rf"(?i)(?:y|year|m|month|w|week|d|day|dt|date|ds|h|hr|hour|min|minute|time|ts)=(?:(?!{_MACHINE_ID.pattern})W?\d[\d\s.:_+TZ-]*(?:%3A[\d.Z]+)*"
    rf"|{_MONTH}|{_WEEKDAY})|(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_MONTH}"
)
"""A folder that names a time, as tables cut by time and yearly archives have them."""
DELIVERED = {
    re.compile(pattern): service
    for service, pattern in (
        # AWS load balancers: ACCOUNT_elasticloadbalancing_REGION_app.NAME.ID_END_ADDRESS_RANDOM, classic ones without app. and ID
        ("elb", r"\d{12}_elasticloadbalancing_[a-z0-9-]+_(?:(?:app|net|gwy)\.)?(?P<host>.+?)(?:\.[0-9a-f]{16})?_\d{8}T\d{4}Z_.*"),
        ("waf", r"\d{12}_(?:waflogs|vpcflowlogs)_[a-z0-9-]+_(?P<host>.+?)_\d{8}T\d{4}Z_.*"),
        (
            "cloudfront",
            r"(?:.*[._-])?(?P<host>E[0-9A-Z]{9,14})(?:\.\d{4}(?:-\d\d){3})\.(?:[0-9a-f]{8}|[0-9A-Z]{8,12})\b.*",
        ),  # ID.DATE-HOUR.RANDOM
        ("s3", r"(?P<host>.*?)[-_.]?\d{4}(?:-\d\d){5}-[0-9A-F]{16}"),  # S3 server access: PREFIX + TIME + RANDOM
        ("cloudflare", r"\d{8}T\d{6}Z_\d{8}T\d{6}Z_[0-9a-f]{8}\b.*"),  # Logpush: FROM_TO_RANDOM
        ("gcp", r"\d\d:?\d\d:?\d\d_\d\d:?\d\d:?\d\d_S\d+(?:_.*)?\.json.*"),  # Cloud Logging: FROM_TO_SHARD, the log is the folder
        ("fastly", r"\d{4}-\d\d-\d\dT\d\d[:_-]?\d\d[:_-]?\d\d\.\d{3}-[0-9A-Za-z_-]{16,}(?:\.log)?.*"),  # TIME-RANDOM
        ("azure", r"PT1[HM]\.json.*"),  # Azure Monitor: the folder names the resource
        ("part", r"(?i)(?:run-\d+-)?part-(?:[rm]-)?\d+\b.*|\d{6}_\d+(?:\.[a-z].*)?|data_\d+_\d+_\d+\..*"),  # Spark, Hive, Snowflake
        ("akamai", r"(?P<host>ak-\d+)-\d{10}-\d+-ds\b.*"),  # DataStream: STREAM-EPOCH-NUMBER
        ("", r"(?i)(?:u_)?(?:ex|in|nc)(?:\d{4}|\d{6}|\d{8}|tend\d+)(?:_x)?\.log.*"),  # IIS by month, day or week, hour, size
    )
}
"""How services name the files that they deliver -> the service; what the resource is called: the group ``host``, else the folder."""
PODS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:.*/)?[a-z0-9-]+_(?P<pod>[a-z0-9.-]+)_[0-9a-f-]{4,36}/[^/]+/\d+\.log(?:\.\d{8}-\d{6})?(?:\.\w+)?",
        r"(?:.*/)?(?P<pod>[a-z0-9.-]+)_[a-z0-9-]+_[a-z0-9.-]+-[0-9a-f]{64}\.log.*",
        r"(?:.*/)?(?:[a-z0-9-]+_)?(?P<pod>[a-z0-9.-]+-(?!\d{5})[bcdfghjklmnpqrstvwxz2456789]{5})(?:_[0-9a-f-]{36})?(?:_[a-z][a-z0-9-]*)?_\d{1,3}\.log.*",
    )
)
"""Where Kubernetes keeps what containers write: pods/NAMESPACE_POD_UID/CONTAINER/0.log and containers/POD_NAMESPACE_CONTAINER-ID.log.

The last: the former as one name (POD_0.log after a restart is POD_1.log), told by the five characters that end a pod's name."""
_SITE = re.compile(r"(?i)(?:w3|ftp|smtp)svc\d+")
"""The folder of one site of an IIS: every machine has a ``W3SVC1``."""
_MACHINE = re.compile(r"(?i)(?=.*[a-z])[a-z0-9-]*[a-z-]\d{1,4}(?:\.[a-z0-9.-]+)?")
"""A folder that is called as machines are: words and a number."""
_PERIOD = re.compile(
    r"(?i)(?:.*[^a-z])?(?:day|tag|week|woche|month|monat|year|hour|part|batch|case|evidence|dump|export|run|set|take|backup|copy|disk|"
    r"site|vol|volume|logs?|old|archive|s|v)[-_.]?\d+"
)
"""... but names a time, a delivery or a place on a disk."""
_ROOT = frozenset(["etc", "home", "mnt", "opt", "srv", "usr", "var"])
"""Where a file system begins: ``berlin/opt/shop/logs/access.log`` was copied from the machine berlin."""
_COMMON = _PROGRAMS | frozenset(
    [
        "access", "accesslog", "log", "logs", "http", "https", "ssl", "request", "requests", "other", "vhosts", "www", "web", "u", "ex",
        "ex_", "u_ex", "var", "error", "evidence", "traffic", "combined", "common", "json", "plain", "old", "new", "archive", "rotated",
        "localhost", "stdout", "logfiles", "inetpub", "stderr",
    ]
)  # fmt: skip

_ANY_PROGRAM = frozenset(["app", "application", "backend", "server", "service", "main", "output", "prod", "production", "audit"])
"""What the log of any of twenty services may be called: the folder says of which."""
_OF_LOGS = frozenset(["access", "accesslog", "log", "logs", "request", "requests", "error", "archive", "rotated", "json", "part"])
"""A number behind one of these counts logs, not machines."""
_COUNTED = re.compile(rf"(?i)(?<![a-z])(?:{'|'.join(sorted(_OF_LOGS))})[-_.]\d{{1,4}}$")


def host_of(name: str) -> str:
    """Return the host of a log named ``name`` (relative, with ``/``): its nearest folder or file stem that says something, else the stem.

    ``edge-1/access.log.2.gz`` and ``edge-1-access.log-20240302`` are both of ``edge-1``; ``access.log`` is of ``access``. Where the stem
    names a site or program, not a machine, and a folder a machine, the host is both: ``web1/nginx/shop-access.log`` is of ``web1/shop``,
    and ``web2/nginx/shop-access.log`` is not the same log; neither are ``payment/app.log`` and ``cart/app.log``.
    """
    pod = next((match["pod"] for pattern in PODS if (match := pattern.fullmatch(name))), None)
    if pod is not None:
        return pod
    *path, file = name.split("/")
    site = next((folder for folder in reversed(path) if _SITE.fullmatch(folder)), None)
    folders = _places(path)
    delivered, service = next(((match, word) for pattern, word in DELIVERED.items() if (match := pattern.fullmatch(file))), (None, ""))
    stem = _stem(file, _SUFFIX) if delivered is None else delivered.groupdict().get("host") or ""
    telling = stem if delivered else _telling(stem)
    if telling:
        machine = None if delivered or telling[-1].isdigit() else _machine(folders)
        if machine is None and not delivered and telling.lower() in _ANY_PROGRAM:
            machine = _service(folders)
        return _joined(machine, telling)
    nearest = next((said for folder in reversed(folders) if (said := _telling(_stem(folder, _OF_FOLDER)))), None)
    undated = re.sub(r"\d.*", "", file) if delivered else "log"
    return (nearest and _joined(_machine(folders), nearest)) or stem or site or service or undated


def _joined(machine: str | None, log: str) -> str:
    if machine is None or log.lower() in machine.lower():
        return machine or log
    return f"{machine}/{log}"


def _places(path: list[str]) -> list[str]:
    """Return the folders that name no time and no site of an IIS: in ``web-1/2024/03/02`` the first.

    A number is a month or a day only below a year: ``stores/0412`` is a store.
    """
    year = next((place for place, folder in enumerate(path) if _YEAR.fullmatch(folder)), len(path))
    named = path[:year] + [folder for folder in path[year + 1 :] if not _PART_OF_DATE.fullmatch(folder)]
    return [folder for folder in named if not _SITE.fullmatch(folder) and not _WHEN.fullmatch(folder)]


def _machine(folders: list[str]) -> str | None:
    """Return the nearest folder that is called as machines are, else the one that holds a machine's files from their root on."""
    names = [_stem(folder, _OF_FOLDER) for folder in folders]
    called = (name for name in reversed(names) if _identified(name) or (_MACHINE.fullmatch(name) and not _PERIOD.fullmatch(name)))
    holding = (name for name, within in itertools.pairwise(names) if within in _ROOT and _telling(name))
    return next(called, None) or next(holding, None)


def _service(folders: list[str]) -> str | None:
    """Return the nearest folder that says something, and not when or by whom the log was taken."""
    names = (_telling(_stem(folder, _OF_FOLDER)) for folder in reversed(folders) if "=" not in folder and not _PERIOD.fullmatch(folder))
    return next((name for name in names if name), None)


def _identified(name: str) -> re.Match[str] | None:
    machine = _MACHINE_ID.search(name)
    return None if machine is None or _VERSION.search(name[: machine.end()]) else machine


def _stem(name: str, suffix: re.Pattern[str]) -> str:
    machine = _identified(name)
    if machine:
        behind = _COUNTED.sub("", _bare(name[machine.end() :], suffix))
        return _telling(_DATE.sub("", name[: machine.start()]) + machine.group() + behind)
    return _bare(name, suffix).strip("-_.")


def _bare(name: str, suffix: re.Pattern[str]) -> str:
    bare = _DATE.sub("", name).rstrip("-_.")
    while (shorter := suffix.sub("", bare)) != bare:
        bare = shorter.rstrip("-_.")
    return bare


def _telling(stem: str) -> str:
    """Return the stem without the words that all logs share at its ends; empty when nothing is left.

    A mere number says something only with the word before it: ``web-2``, and nothing behind a word for logs: ``access-2``. So does a mere
    letter (``web-a``); behind a word for logs it is all there is.
    """
    words, before = re.split(r"([-_.]+)", stem), [""]
    while words and (words[0].lower() in _COMMON or not words[0].strip("-_.")):
        before.append(words.pop(0))
    while words and (words[-1].lower() in _COMMON or not words[-1].strip("-_.")):
        words.pop()
    if len(words) == 1 and (words[0].isdigit() or len(words[0]) == 1):
        counts = len(before) > 1 and before[-2].lower() in _OF_LOGS
        return ("" if words[0].isdigit() else words[0]) if counts else "".join([*before[-2:], *words])
    return "".join(words)
