"""Whether the times of a file needed a zone from outside, or carried one each."""

from __future__ import annotations


class LocalZone(str):
    """The name of the zone in which times that carry none are read; it remembers whether there were any."""

    used = False


def needed(time_zone: str) -> None:
    """Remember that a time was read in this zone because it carries none."""
    if isinstance(time_zone, LocalZone):
        time_zone.used = True
