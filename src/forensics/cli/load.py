"""The command that takes evidence in."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from forensics.cli.options import (
    DEFAULT_CASE,
    CaseFolder,
    ClockOption,
    EvidenceArgument,
    LogFormatOption,
    ProxyOption,
    SinceOption,
    StrictOption,
    TimeZoneOption,
    UntilOption,
)


class Kind(StrEnum):
    """What a file can be."""

    LOG = "log"
    ACCOUNTS = "accounts"
    PAYMENTS = "payments"
    IDENTIFIERS = "identifiers"
    NOTES = "notes"


class Tier(StrEnum):
    """Where in the service a log is written."""

    EDGE = "edge"
    GATEWAY = "gateway"
    APPLICATION = "application"


def load(
    evidence: EvidenceArgument,
    case: CaseFolder = DEFAULT_CASE,
    kind: Annotated[Kind | None, typer.Option(help="What the files are, where they are not recognised.")] = None,
    log_format: LogFormatOption = None,
    time_zone: TimeZoneOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    tier: Annotated[Tier | None, typer.Option(help="Which tier wrote these logs.")] = None,
    host: Annotated[str | None, typer.Option(help="Which host wrote these logs (default: from the path).")] = None,
    trusted_proxy: ProxyOption = None,
    clock_offset: ClockOption = None,
    strict: StrictOption = False,
    exhibit: Annotated[str | None, typer.Option(help="Exhibit number, kept with the evidence.")] = None,
    collected_by: Annotated[str | None, typer.Option(help="Who collected it.")] = None,
    collected_at: Annotated[str | None, typer.Option(help="When it was collected.")] = None,
    note: Annotated[str | None, typer.Option(help="Where it came from.")] = None,
) -> None:
    """Take evidence into the case: logs, account and payment exports, notes; each is recognised by its content.

    \b
    Examples:
      forensics load /var/log/nginx accounts.csv payments.csv --case case
      forensics load 'logs/edge-*/access.log*' --time-zone America/Los_Angeles
      zcat access.log.gz | forensics load - --host edge-1
      forensics load old.log --log-format '%h %l %u %t "%r" %>s %b %D'
    """
    from forensics.case.case import Case
    from forensics.case.load_options import read_options
    from forensics.case.loaded import told
    from forensics.case.loading import load as load_evidence
    from forensics.progress import Terminal

    options = replace(
        read_options(since, until, trusted_proxy, clock_offset),
        kind=kind, log_format=log_format, time_zone=time_zone, tier=tier, host=host, strict=strict,
        exhibit=exhibit, collected_by=collected_by, collected_at=collected_at, note=note,
    )  # fmt: skip
    with Case.create(case) as opened:
        result = load_evidence(opened, evidence, options, Terminal())
    told(result, Terminal())
    result.complain()


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(load)
