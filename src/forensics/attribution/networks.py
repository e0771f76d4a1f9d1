"""Networks that load without an account came from, as the rollups know them: sites (/24, /64), and wider ones (/16, /48)."""

from __future__ import annotations

WIDE = ("/16", "/48")
LEAST_REQUESTS = 20
"""An address that made fewer requests during the incident is not blocked with its network."""


def beginning(network: str) -> str:
    """Return what every network within a subject's begins with: a /24 or /64 is whole, a /16 or /48 known by what its parts share."""
    return network.replace(".0.0/16", ".").replace("::/48", ":")
