"""Which machine wrote a line, where one file holds the lines of several: what syslog, journald, docker compose and shippers say before it.

It is kept as the ``upstream`` of requests that name none: who answered. One of eight machines that fails is then found as such in a log
that was gathered from all of them.
"""

from __future__ import annotations

import re

import polars as pl

from forensics.evidence.wrappings import COMPOSE, RFC3164, RFC5424
from forensics.formats.json_text import extract

KEY = "upstream"
_LEADS = tuple(re.sub(r"\?P<(?!machine>)\w+>", "?:", pattern.partition("(?P<text>")[0]) for pattern in (RFC5424, RFC3164, COMPOSE))
_NAMES = ("_HOSTNAME", "hostname", "host>name", "host.name", "host>hostname", "agent>hostname", "beat>hostname", "syslog_hostname", "host")
_NO_MACHINE = ("-", "localhost", "localhost.localdomain")
_TOLD = pl.element().struct.field("key") == KEY


def machines(raw: pl.Series) -> pl.Series:
    """Return the machine that each wrapped line names, NULL where it names none."""
    records = raw.str.starts_with("{").fill_null(value=False)
    named = [raw.str.extract_groups(lead).struct.field("machine") for lead in _LEADS]
    if records.any():
        found, _ = extract(raw.filter(records), list(_NAMES))
        told = [pl.when(~pl.col(name).str.starts_with("{")).then(name) for name in _NAMES if name in found.columns]
        if told:
            nobody = raw.clear().extend_constant(None, len(raw))
            named.append(nobody.scatter(records.arg_true(), found.select(pl.coalesce(told)).to_series()))
    first = pl.select(pl.coalesce(named)).to_series()
    return pl.select(pl.when(~first.is_in(_NO_MACHINE)).then(first)).to_series()


def by_machine(events: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the events of wrapped lines (``LINES``, as the file has them) with the machine that wrote each."""
    told = lines.select("line", machine=machines(lines["raw"])).drop_nulls()
    if told.is_empty() or events.is_empty():
        return events
    joined = events.join(told, on="line", how="left", maintain_order="left")
    entry = pl.concat_list(pl.struct(key=pl.lit(KEY), value="machine"))
    extra = pl.col("extra").fill_null([])
    lacks = (pl.col("outcome") == "event") & pl.col("machine").is_not_null() & ~extra.list.eval(_TOLD).list.any()
    sorted_ = pl.concat_list(extra, entry).list.eval(pl.element().sort_by(pl.element().struct.field("key")))
    return joined.with_columns(pl.when(lacks).then(sorted_).otherwise("extra").alias("extra")).drop("machine")
