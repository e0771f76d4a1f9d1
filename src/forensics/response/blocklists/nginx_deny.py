"""nginx ``deny`` directives, to include in ``http``, ``server`` or ``location``.

Reference: https://nginx.org/en/docs/http/ngx_http_access_module.html
"""

from __future__ import annotations

from forensics.response.blocklists import BlockList
from forensics.text import printable

NAME = "nginx-deny"


def render(blocked: BlockList) -> str:
    """Return one ``deny`` line per address or network; accounts are left to the other formats."""
    lines = [f"# {printable(blocked.incident_id)}: {printable(blocked.measure)}"]
    lines += [
        f"deny {entry.value};  # until {entry.expires:%Y-%m-%d}: {printable(entry.reason)}"
        for entry in blocked.entries
        if entry.kind in ("address", "network")
    ]
    lines += [f"# left out: {printable(sentence)}" for sentence in blocked.left_out]
    return "\n".join(lines) + "\n"
