"""JSON records behind whatever a logger writes before them: its time, level, thread, class, tag.

log4j, logback, Python's and Go's logging, pm2, Monolog (brackets behind the record), syslog without the name of a program, fluentd
(https://docs.fluentd.org/output/file, https://docs.fluentd.org/output/stdout).
"""

from __future__ import annotations

import polars as pl

_LEVEL = r"(?i:trace|debug|verbose|info|information|notice|warn|warning|error|fatal|critical)\b"
_BEGINS = rf"(?:[ \[\]:,|\t]|<\d{{1,3}}>|\x1b\[[\d;]*m|{_LEVEL}|[DIWEFA], |\d{{1,4}}\|[\w.-]+ +\|)*"
"""What stands before a logger's time: its level, a priority, pm2's number and name. Any other time is one that the words tell of."""
LED = (
    rf"^(?:{_BEGINS}(?P<at>\d{{4}}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)? ?(?:Z|[+-]\d\d:?\d\d)?))?[^{{\"]+"
    r"(?P<text>\{ *\"[^\"]+\" *:.*\})(?: \[\])?$"
)
_ASKS = r'^[^{"]*\b(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:/|https?:)'
"""Words before a record that tell of a request themselves: the line is theirs."""
_TARGET = r'(?i)"[\w.]*(?:url|uri|path|target|endpoint|request)"\s*:\s*"(?:[A-Z]{3,7} )?'
_ASKED_BY = (
    r'"\d{1,3}(?:\.\d{1,3}){3}[":,]|"\[?(?:[0-9A-Fa-f]{1,4}:){5}|"\[?[0-9A-Fa-f:]*::[0-9A-Fa-f:.]*[\]",]|HTTP/\d|"http_?[vV]ersion"\s*:'
)
"""An address, or the protocol that somebody spoke."""


def led(raw: pl.Series) -> pl.Series:
    """Return the lines that may have a record of a request behind them, NULL for the others.

    A whole URL that no address and no protocol stands beside was asked of somebody else, as programs log their own requests.
    """
    elsewhere = raw.str.contains(_TARGET + "https?://") & ~raw.str.contains(_TARGET + "/") & ~raw.str.contains(_ASKED_BY)
    return raw.set(raw.str.contains(_ASKS) | elsewhere, None)
