"""Addresses and networks, one in a line, for what reads such files: HAProxy's ``acl ... src -f``, a loop over ipset or a command line.

Reference: https://docs.haproxy.org/3.2/configuration.html#7.1 (lines that begin with ``#`` are comments)
"""

from __future__ import annotations

from forensics.response.blocklists import BlockList
from forensics.text import printable

NAME = "plain"


def render(blocked: BlockList) -> str:
    """Return each address or network below the reason for it; accounts are left to the other formats."""
    lines = [f"# {printable(blocked.incident_id)}: {printable(blocked.measure)}"]
    for entry in blocked.entries:
        if entry.kind in ("address", "network"):
            lines += [f"# until {entry.expires:%Y-%m-%d}: {printable(entry.reason)}", entry.value]
    lines += [f"# left out: {printable(sentence)}" for sentence in blocked.left_out]
    return "\n".join(lines) + "\n"
