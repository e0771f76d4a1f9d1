"""nginx ``map`` blocks: ``$blocked_address`` by client address, ``$blocked_account`` by authenticated user.

Reference: https://nginx.org/en/docs/http/ngx_http_map_module.html
"""

from __future__ import annotations

from forensics.attribution.blocklists import BlockList
from forensics.text import printable

NAME = "nginx-map"


def render(blocked: BlockList) -> str:
    """Return two ``map`` blocks, to be used as ``if ($blocked_address) { return 403; }``."""
    lines = [f"# {printable(blocked.incident_id)}: {printable(blocked.measure)}"]
    for kind, source, target in (("address", "$remote_addr", "$blocked_address"), ("account", "$remote_user", "$blocked_account")):
        lines += [f"map {source} {target} {{", "    default 0;"]
        lines += [
            f"    {_quoted(entry.value)} 1;  # until {entry.expires:%Y-%m-%d}: {printable(entry.reason)}"
            for entry in blocked.entries
            if entry.kind == kind
        ]
        lines.append("}")
    lines += [f"# left out: {printable(sentence)}" for sentence in blocked.left_out]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Quote for nginx: backslash and quote escaped, ``~`` and ``\\`` at the start (pattern, escape) made literal, ``$`` left as it is."""
    text = printable(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + ("\\" + text if text.startswith("~") or text in {"default", "hostnames", "include", "volatile"} else text) + '"'
