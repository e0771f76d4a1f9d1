"""nginx ``map`` and ``geo`` blocks: by client address, by network, and by the name that signed in.

Reference: https://nginx.org/en/docs/http/ngx_http_map_module.html, https://nginx.org/en/docs/http/ngx_http_geo_module.html
"""

from __future__ import annotations

from collections.abc import Iterator

from forensics.response.blocklists import BlockList, Entry
from forensics.text import printable

NAME = "nginx-map"
FITS = 40
"""Bytes of a name for which nginx's own size of a bucket (64) is enough."""


def render(blocked: BlockList) -> str:
    """Return the blocks for what the list holds, to be used as ``if ($blocked_address) { return 403; }``.

    ``$remote_user`` is the name that signed in: an account is listed by the names under which the logs know it.
    """
    lines = [f"# {printable(blocked.incident_id)}: {printable(blocked.measure)}"]
    kinds = {kind: [entry for entry in blocked.entries if entry.kind == kind] for kind in ("address", "network", "account")}
    if kinds["address"]:
        lines += _block("map $remote_addr $blocked_address", (_entry(_quoted(entry.value), entry) for entry in kinds["address"]))
    if kinds["network"]:
        lines += _block("geo $blocked_network", (_entry(printable(entry.value), entry) for entry in kinds["network"]))
    if kinds["account"]:
        lines += _block("map $remote_user $blocked_account", (line for entry in kinds["account"] for line in _logins(entry)))
    longest = max((len(_quoted(name).encode()) for entry in kinds["account"] for name in entry.logins), default=0)
    if longest > FITS:
        lines.insert(1, f"# names this long want this in http {{}}: map_hash_bucket_size {1 << (longest + 32).bit_length()};")
    lines += [f"# left out: {printable(sentence)}" for sentence in blocked.left_out]
    return "\n".join(lines) + "\n"


def _block(head: str, lines: Iterator[str]) -> list[str]:
    return [f"{head} {{", "    default 0;", *lines, "}"]


def _entry(value: str, entry: Entry, of: str = "") -> str:
    return f"    {value} 1;  # until {entry.expires:%Y-%m-%d}: {of}{printable(entry.reason)}"


def _logins(entry: Entry) -> Iterator[str]:
    """Yield a line for each name that an account signs in with; that the logs know none is said."""
    account = f"{printable(entry.value)} "
    if not entry.logins:
        yield f"    # left out: {account}signs in under no name that the logs hold: it is in the CSV"
    for name in entry.logins:
        yield _entry(_quoted(name), entry, "" if name == entry.value else account)


def _quoted(value: str) -> str:
    """Quote for nginx: backslash and quote escaped, ``~`` and ``\\`` at the start (pattern, escape) made literal, ``$`` left as it is."""
    text = printable(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + ("\\" + text if text.startswith("~") or text in {"default", "hostnames", "include", "volatile"} else text) + '"'
