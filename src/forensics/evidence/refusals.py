"""What is no access log is refused by name: a reader who knows what a file is knows what to do with it."""

from __future__ import annotations

import polars as pl

KNOWN: tuple[tuple[str, str], ...] = (
    (r"^\[\w{3} \w{3} +\d{1,2} [\d:.]+ \d{4}\] \[[\w:-]+\]", "an Apache error log"),
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice|warn|error|crit|alert|emerg)\] \d+#", "an nginx error log"),
    (r'^\{?\s*"?(?:active|connections|requests|stub_status)|^Active connections: \d+', "a status snapshot of a web server"),
    (
        r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*(?:Z|[+-]\d\d:?\d\d)? +\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b",
        "an application log",
    ),
    (r"^(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b", "an application log"),
    (r"^\w{3} +\d{1,2} \d\d:\d\d:\d\d \S+ [^:]+: ", "a system log (syslog) without requests in it"),
    (r"^\s*<(?:\?xml|!DOCTYPE|html)", "a markup document"),
)
"""(regular expression of its lines, what it is)."""


def not_text(head: bytes) -> str | None:
    """Return why the first bytes (decoded to UTF-8 where they were UTF-16) are no text, None when they are."""
    sample = head[:65536]
    for magic, name in (
        (b"PAR1", "a Parquet file"),
        (b"\x7fELF", "a program"),
        (b"%PDF", "a PDF document"),
        (b"SQLite format 3", "an SQLite database"),
    ):
        if sample.startswith(magic):
            return f"is {name}, not a log or an export that can be read"
    odd = sum(sample.count(code) for code in (*range(0, 7), *range(14, 27)))
    return "is binary data, not text" if odd > 0.1 * len(sample) else None


def why_no_log(raw: pl.Series) -> str:
    """Return what a file is that no log format reads, by its sampled lines."""
    for pattern, name in KNOWN:
        share = raw.str.contains(pattern).mean()
        if isinstance(share, float) and share >= 0.5:
            return f"is {name}, not an access log; force it with --kind log if it is one"
    if raw.is_empty():
        return "holds only blank lines"
    first = str(raw[0])[:80]
    return f"is in no log format that is known (it begins with {first!r}); describe it with --log-format"
