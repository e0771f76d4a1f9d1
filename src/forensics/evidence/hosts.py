"""Which host a log comes from, by its path: what is left of the file name after rotation, dates and the words that all logs share."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?i)\.(gz|zst|zstd|bz2|xz|zip|tar|tgz|log|logs|txt|json|jsonl|ndjson|csv|tsv|parquet|old|bak|\d{1,4})$")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d(?:[-_.T]?\d{2}(?:[-_.:]?\d{2}){0,2}Z?)?(?!\d)|(?<!\d)\d{6}(?!\d)")
_COMMON = frozenset(
    [
        "access",
        "accesslog",
        "log",
        "logs",
        "http",
        "https",
        "httpd",
        "ssl",
        "request",
        "requests",
        "nginx",
        "apache",
        "apache2",
        "other",
        "vhosts",
        "www",
        "web",
        "u",
        "ex",
        "ex_",
        "u_ex",
        "var",
        "error",
        "evidence",
        "w3svc",
        "iis",
        "traffic",
        "combined",
        "common",
        "json",
        "plain",
        "old",
        "new",
        "archive",
        "rotated",
    ]
)


def host_of(name: str) -> str:
    """Return the host of a log named ``name`` (relative, with ``/``): its nearest folder or file stem that says something, else the stem.

    ``edge-1/access.log.2.gz`` and ``edge-1-access.log-20240302`` are both of ``edge-1``; ``access.log`` is of ``access``.
    """
    parts = name.split("/")
    stem = _stem(parts[-1])
    telling = _telling(stem)
    if telling:
        return telling
    for folder in reversed(parts[:-1]):
        telling = _telling(_stem(folder))
        if telling:
            return telling
    return stem or parts[-1]


def _stem(name: str) -> str:
    bare = name
    while (shorter := _SUFFIX.sub("", bare)) != bare and shorter:
        bare = _DATE.sub("", shorter).rstrip("-_.")
    return _DATE.sub("", bare).strip("-_.")


def _telling(stem: str) -> str:
    """Return the stem without the words that all logs share at its ends; empty when nothing is left.

    A mere number says something only with the word before it: ``web-2``.
    """
    words, before = re.split(r"([-_.]+)", stem), [""]
    while words and (words[0].lower() in _COMMON or not words[0].strip("-_.")):
        before.append(words.pop(0))
    while words and (words[-1].lower() in _COMMON or not words[-1].strip("-_.")):
        words.pop()
    return "".join([*before[-2:], *words] if len(words) == 1 and words[0].isdigit() else words)
