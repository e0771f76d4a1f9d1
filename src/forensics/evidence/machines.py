"""Which machine wrote a line, where one file holds the lines of several: what syslog, journald, docker compose and shippers say before it.

It is kept as ``machine`` in ``extra``; incidents take it for the host, before that of the file. One of eight machines that fails is then
found as such in a log that was gathered from all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import polars as pl

from forensics.evidence.wrappings import COMPOSE, RFC3164, RFC5424
from forensics.formats.json_text import extract
from forensics.formats.values import extras

KEY = "machine"
_LEADS = tuple(re.sub(r"\?P<(?!machine>)\w+>", "?:", pattern.partition("(?P<text>")[0]) for pattern in (RFC5424, RFC3164, COMPOSE))
_NAMES = ("_HOSTNAME", "host>name", "host.name", "host>hostname", "hostname", "syslog_hostname", "agent>hostname", "beat>hostname")
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$"
_NO_MACHINE = (
    r"(?i)^(?:[0-9]+|localhost(?:\..*)?|127\.[0-9.]+|trace|debug|info|notice|warn|warning|err|error|crit|critical|alert|emerg|fatal|severe|"
    r"panic|stdout|stderr)$"
)
"""What stands in the place of a machine's name: levels before an application's own lines, numbers of processes."""
_LINES_OF_ONE = 2
"""So many lines, on average, are of one machine at least: what changes with each line is the id of a request."""


class Machines:
    """Names the machines of the lines of one file, if those of its first batch are of several."""

    def __init__(self) -> None:
        self._several: bool | None = None

    def told(self, events: list[pl.DataFrame], lines: pl.DataFrame) -> list[pl.DataFrame]:
        """Return events of wrapped lines (``LINES``, as the file has them) with the machine that wrote each."""
        if self._several is False or not events:
            return events
        named = lines.select("line", machines(lines["raw"])).drop_nulls()
        if self._several is None:
            self._several = 2 <= named["machine"].n_unique() <= len(named) // _LINES_OF_ONE
        return [_with_machines(each, named) for each in events] if self._several and len(named) else events


def machines(raw: pl.Series) -> pl.Series:
    """Return the machine that each wrapped line names, NULL where it names none."""
    named = raw.clear().extend_constant(None, len(raw))
    ways: list[Callable[[pl.Series], pl.Series]] = [*(partial(_before, lead) for lead in _LEADS), _of_records]
    for told in ways:
        if not named.null_count():
            break
        named = named.zip_with(named.is_not_null(), told(raw))
    fit = named.str.contains(_NAME) & ~named.str.contains(_NO_MACHINE)
    return named.set(~fit.fill_null(value=False), None).alias(KEY)


def _before(lead: str, raw: pl.Series) -> pl.Series:
    return raw.str.extract(lead)


def _of_records(raw: pl.Series) -> pl.Series:
    records = raw.str.starts_with("{").fill_null(value=False)
    nobody = raw.clear().extend_constant(None, len(raw))
    if not records.any():
        return nobody
    found, _ = extract(raw.filter(records), list(_NAMES))
    told = [name for name in _NAMES if name in found.columns]
    return nobody.scatter(records.arg_true(), found.select(pl.coalesce(told)).to_series()) if told else nobody


def _with_machines(events: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    joined = events.join(named, on="line", how="left", maintain_order="left")
    machine = joined.select(pl.when(pl.col("outcome") == "event").then("machine")).to_series()
    if events["extra"].null_count() == len(events):
        return events.with_columns(extras({KEY: machine}, len(events)))
    entry = pl.concat_list(pl.struct(key=pl.lit(KEY), value=pl.lit(machine)))
    both = pl.concat_list(pl.col("extra").fill_null([]), entry).list.eval(pl.element().sort_by(pl.element().struct.field("key")))
    return events.with_columns(pl.when(pl.lit(machine).is_not_null()).then(both).otherwise("extra").alias("extra"))
