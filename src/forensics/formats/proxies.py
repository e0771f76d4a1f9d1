"""Behind trusted proxies the client is who they say it is: the right-most forwarded entry that is no trusted proxy itself.

Entries further left were written by whoever sent the request, and are never believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import polars as pl

from forensics.formats import fields

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
OWN = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
"""Networks in which proxies of one's own are and no client on the Internet is (RFC 1918, 6598, 3927, 1122, 4193, 4291)."""


OPTION = "--trusted-proxy"
FORWARDED = 0.9
"""Share of requests from which on a log is one of forwarded requests."""
LEAST_FORWARDED = 50
"""So many requests at least are looked at before that is said."""
NAMED = 3
"""Proxies that are named each; of more their networks."""
_ZEEK = r"X-FORWARDED-FOR -> (.*?)(?:, ?[A-Z-]+ -> .*)?$"
"""How Zeek names the header, among others that proxies add."""
_FORWARDED = r'(?i)(?:^|;) *for="?([^;"]+)'
"""An entry of the header ``Forwarded`` (RFC 7239)."""


def behind_proxies(events: pl.DataFrame, trusted: Sequence[str]) -> pl.DataFrame:
    """Return events (with ``EVENTS`` columns) whose ``client_ip`` is a trusted proxy with the client that it forwarded instead.

    ``trusted``: addresses and networks in CIDR notation. Rows without ``extra['forwarded_for']`` keep their client; where all entries are
    trusted the left-most is the client; where the entry that would be the client is no address (``unknown``) the logged peer stays.
    """
    if not trusted or events.is_empty():
        return events
    networks = [ipaddress.ip_network(entry, strict=False) for entry in trusted]
    rows = _forwarded(events)
    rows = rows.filter(_within(rows["client_ip"], networks))
    if rows.is_empty():
        return events
    found = _right_most(_entries(rows), networks).filter(_is_address("entry"))
    clients = events["client_ip"].scatter(found["row"], found["entry"])
    return events.with_columns(clients.alias("client_ip"))


def unbelieved(events: pl.DataFrame) -> str:
    """Return what to tell of requests that were nearly all forwarded by somebody whose word is not taken; empty where that is not so.

    Addresses are named only where no client on the Internet can be: whoever asks directly may write any entry, a flood into nearly all
    lines of a log.
    """
    rows = _forwarded(events)
    if len(rows) < FORWARDED * max(len(events), LEAST_FORWARDED):
        return ""
    own = [ipaddress.ip_network(entry) for entry in OWN]
    entries = _entries(rows).filter(_is_address("entry"))
    entries = entries.with_columns(_within(entries["entry"], own).alias("own"))
    known = entries.join(rows.select("row", pl.col("client_ip").alias("entry")), on=["row", "entry"])
    # Servers behind are one's own, and no clients.
    others = _right_most(entries, own).filter(~pl.col("own")).join(known, on="row", how="anti")
    if len(others) < FORWARDED * len(events):
        return ""
    peers = rows["client_ip"].unique()
    if not _within(peers, own).all():
        return (
            f"nearly all requests tell for whom they were forwarded: where a proxy of your own wrote that, name it with {OPTION}, "
            "and the clients are those and not the proxy"
        )
    proxies = pl.concat([peers, entries.filter("own")["entry"]]).unique().sort()
    networks = proxies.to_list() if len(proxies) <= NAMED else [str(net) for net in own if _within(proxies, [net]).any()]
    believed = " ".join(f"{OPTION} {network}" for network in networks)
    return f"nearly all requests were forwarded by proxies of your own, which are taken for the clients: {believed} says otherwise"


def _forwarded(events: pl.DataFrame) -> pl.DataFrame:
    """Return ``row, client_ip, forwarded`` of the events that tell whom they were forwarded for."""
    first = pl.col("extra").list.eval(pl.element().struct.field("value").filter(pl.element().struct.field("key") == "forwarded_for"))
    return events.select("client_ip", forwarded=first.list.first()).with_row_index("row").drop_nulls()


def of_lists(clients: pl.Series) -> pl.Series:
    """Return clients; of a list of forwarded addresses in place of one the right-most outside ``OWN``, where all lie there the left-most.

    The peer stands nowhere in such a line. What is right of a public address is one's own proxies; what is left of it anybody may have
    written. Names (``localhost``, ``unknown``) count where there is nothing else.
    """
    listed = clients.str.contains(",", literal=True).fill_null(False)
    if not listed.any():
        return clients
    entries = _entries(pl.DataFrame({"forwarded": clients.filter(listed)}).with_row_index("row"))
    addresses = _right_most(entries.filter(_is_address("entry")), [ipaddress.ip_network(entry) for entry in OWN])
    named = entries.filter(pl.col("place") == 0).join(addresses, on="row", how="anti")
    found = pl.concat([addresses.select("row", "entry"), named.select("row", "entry")]).sort("row")
    return clients.scatter(listed.arg_true(), found["entry"])


def _entries(rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``row, entry, place`` of lists (``row, forwarded``): each address in one spelling."""
    forwarded = pl.coalesce(pl.col("forwarded").str.extract(_ZEEK), pl.col("forwarded"))
    entries = rows.select("row", forwarded.str.split(",").alias("entry")).with_columns(
        pl.int_ranges(pl.col("entry").list.len()).alias("place")
    )
    bare = pl.col("entry").str.replace_all("%20", " ", literal=True).str.strip_chars(" \t+")
    entries = entries.explode("entry", "place").with_columns(pl.coalesce(bare.str.extract(_FORWARDED), bare).alias("entry"))
    return entries.with_columns(fields.addresses(entries["entry"]).alias("entry"))


def _right_most(entries: pl.DataFrame, networks: Sequence[Network]) -> pl.DataFrame:
    """Return of each row the right-most entry outside the networks, where all lie inside the left-most."""
    ordered = entries.with_columns(_within(entries["entry"], networks).alias("inside")).sort("row", "place")
    outside = ordered.filter(~pl.col("inside")).group_by("row", maintain_order=True).last()
    return pl.concat([outside, ordered.group_by("row", maintain_order=True).first().join(outside, on="row", how="anti")])


def _is_address(column: str) -> pl.Expr:
    return pl.col(column).str.contains(r"^[0-9.]+$|:").fill_null(False)


def _within(addresses: pl.Series, networks: Sequence[Network]) -> pl.Series:
    """Return which addresses lie in one of the networks."""
    octets = pl.col("a").str.split_exact(".", 3).struct
    number = pl.sum_horizontal([octets[place].cast(pl.Int64, strict=False) * 256 ** (3 - place) for place in range(4)], ignore_nulls=False)
    four = [net for net in networks if isinstance(net, ipaddress.IPv4Network)]
    six = [net for net in networks if isinstance(net, ipaddress.IPv6Network)]
    tests = [number.is_between(int(net.network_address), int(net.broadcast_address)) for net in four]
    inside = addresses.to_frame("a").select(pl.any_horizontal(tests or [pl.lit(False)]).fill_null(False).alias("inside"))["inside"]
    if len(inside) != len(addresses):
        inside = inside.new_from_index(0, len(addresses))
    distinct: list[str] = addresses.filter(addresses.str.contains(":", literal=True).fill_null(False)).unique().to_list() if six else []
    members = [address for address in distinct if _is_in(address, six)]
    return inside | addresses.is_in(members) if members else inside


def _is_in(address: str, networks: Sequence[ipaddress.IPv6Network]) -> bool:
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
