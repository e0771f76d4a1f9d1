"""What the user says about the evidence at load."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forensics.case.rulings import moment
from forensics.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What the user says about the evidence; None and empty: found out from the files."""

    kind: str | None = None
    """log | accounts | payments | identifiers | notes"""
    log_format: str | None = None
    """Name of a format, or an Apache ``LogFormat`` / nginx ``log_format`` string."""
    time_zone: str | None = None
    """IANA zone of timestamps that carry none."""
    since: datetime | None = None
    until: datetime | None = None
    """Events outside [since, until), UTC, are counted as skipped."""
    tier: str | None = None
    host: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    clock_offsets: Mapping[str, float] = field(default_factory=dict)
    """Host -> seconds to add to its clock; kept as an analysis option of the case."""
    strict: bool = False
    """Any refusal is a failure, and the case stays as it was."""
    exclude: tuple[Path, ...] = ()
    """Folders that are no evidence (the output folder); the case folder never is."""
    exhibit: str | None = None
    collected_by: str | None = None
    collected_at: str | None = None
    note: str | None = None

    def recorded(self) -> str:
        """Return the options that what is derived depends on, as JSON with sorted keys: those that were given."""
        given = {
            "kind": self.kind,
            "log_format": self.log_format,
            "time_zone": self.time_zone,
            "from": self.since and self.since.isoformat(),
            "to": self.until and self.until.isoformat(),
            "tier": self.tier,
            "host": self.host,
            "trusted_proxies": list(self.trusted_proxies),
        }
        return json.dumps({key: value for key, value in given.items() if value}, sort_keys=True)

    def __post_init__(self) -> None:
        """Check what was given; ``UsageError`` names what cannot be meant."""
        if self.time_zone is not None:
            try:
                ZoneInfo(self.time_zone)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise UsageError(f"{self.time_zone!r} is no time zone: give an IANA name like Europe/Berlin.") from error
        if self.since and self.until and self.until <= self.since:
            raise UsageError("--to is no later than --from: no request can be between them.")
        for network in self.trusted_proxies:
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError as error:
                raise UsageError(f"{network!r} is no address or network: give one like 198.18.0.0/16.") from error


def read_options(since: str | None, until: str | None, proxies: Sequence[str] | None, offsets: Sequence[str] | None) -> LoadOptions:
    """Return the options that are texts to be read: two times, networks, and ``HOST=SECONDS``; ``UsageError`` where one is none."""
    return LoadOptions(
        since=moment(since) if since else None,
        until=moment(until) if until else None,
        trusted_proxies=tuple(proxies or ()),
        clock_offsets=clock_offsets(offsets or ()),
    )


def clock_offsets(given: Sequence[str]) -> dict[str, float]:
    """Return host -> seconds of ``HOST=SECONDS`` texts; ``UsageError`` for anything else."""
    offsets = {}
    for text in given:
        host, found, seconds = text.rpartition("=")
        try:
            offsets[host] = float(seconds)
        except ValueError as error:
            raise UsageError(f"{text!r} is no clock offset: write HOST=SECONDS, e.g. edge-2=-1.5.") from error
        if not found or not host:
            raise UsageError(f"{text!r} is no clock offset: write HOST=SECONDS, e.g. edge-2=-1.5.")
    return offsets
