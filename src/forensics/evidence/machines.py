"""Which machine wrote a line, where one file holds the lines of several: what syslog, journald, docker compose and shippers say before it.

It is kept as the ``upstream`` of requests that name none: who answered. One of eight machines that fails is then found as such in a log
that was gathered from all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import polars as pl

from forensics.evidence.wrappings import COMPOSE, RFC3164, RFC5424
from forensics.formats.json_text import extract
from forensics.formats.values import extras

KEY = "upstream"
_LEADS = tuple(re.sub(r"\?P<(?!machine>)\w+>", "?:", pattern.partition("(?P<text>")[0]) for pattern in (RFC5424, RFC3164, COMPOSE))
_NAMES = ("_HOSTNAME", "hostname", "host>name", "host.name", "host>hostname", "agent>hostname", "beat>hostname", "syslog_hostname", "host")
_NO_MACHINE = ("-", "localhost", "localhost.localdomain")
_TOLD = pl.element().struct.field("key") == KEY


def machines(raw: pl.Series) -> pl.Series:
    """Return the machine that each wrapped line names, NULL where it names none."""
    named = raw.clear().extend_constant(None, len(raw))
    ways: list[Callable[[pl.Series], pl.Series]] = [*(partial(_before, lead) for lead in _LEADS), _of_records]
    for told in ways:
        if not named.null_count():
            break
        named = named.zip_with(named.is_not_null(), told(raw))
    return named.set(named.is_in(_NO_MACHINE).fill_null(value=False), None).alias("machine")


def _before(lead: str, raw: pl.Series) -> pl.Series:
    return raw.str.extract(lead)


def _of_records(raw: pl.Series) -> pl.Series:
    records = raw.str.starts_with("{").fill_null(value=False)
    nobody = raw.clear().extend_constant(None, len(raw))
    if not records.any():
        return nobody
    found, _ = extract(raw.filter(records), list(_NAMES))
    told = [pl.when(~pl.col(name).str.starts_with("{")).then(name) for name in _NAMES if name in found.columns]
    return nobody.scatter(records.arg_true(), found.select(pl.coalesce(told)).to_series()) if told else nobody


def by_machine(events: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the events of wrapped lines (``LINES``, as the file has them) with the machine that wrote each."""
    told = lines.select("line", machine=machines(lines["raw"])).drop_nulls()
    if told.is_empty() or events.is_empty():
        return events
    events = events.join(told, on="line", how="left", maintain_order="left")
    machine = events.select(pl.when(pl.col("outcome") == "event").then("machine")).to_series()
    events = events.drop("machine")
    if events["extra"].null_count() == len(events):
        return events.with_columns(extras({KEY: machine}, len(events)))
    entry = pl.concat_list(pl.struct(key=pl.lit(KEY), value=pl.lit(machine)))
    extra = pl.col("extra").fill_null([])
    lacks = pl.lit(machine).is_not_null() & ~extra.list.eval(_TOLD).list.any()
    both = pl.concat_list(extra, entry).list.eval(pl.element().sort_by(pl.element().struct.field("key")))
    return events.with_columns(pl.when(lacks).then(both).otherwise("extra").alias("extra"))
