"""Forwarded entries are believed from the right, as far as trusted proxies reach, and never further."""

from __future__ import annotations

import ipaddress
import random

import polars as pl
import pytest

from forensics.formats.proxies import LEAST_FORWARDED, behind_proxies, of_lists, unbelieved
from forensics.formats.schema import EVENTS


def events(*pairs: tuple[str | None, str | None]) -> pl.DataFrame:
    extra = [
        None if forwarded is None else [{"key": "a", "value": "b"}, {"key": "forwarded_for", "value": forwarded}] for _, forwarded in pairs
    ]
    return pl.DataFrame(
        {"client_ip": [client for client, _ in pairs], "extra": extra}, schema={"client_ip": pl.String, "extra": EVENTS["extra"]}
    )


def client(peer: str | None, forwarded: str | None, *trusted: str) -> str | None:
    found: str | None = behind_proxies(events((peer, forwarded)), trusted)["client_ip"][0]
    return found


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("10.0.0.1", "203.0.113.9", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.7", ("10.0.0.0/8",), "203.0.113.9"),  # the left-most was forged
        ("198.51.100.1", "203.0.113.9", ("10.0.0.0/8",), "198.51.100.1"),  # the peer is nobody we trust
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", ("10.0.0.0/8",), "10.0.0.2"),
        ("10.0.0.1", None, ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9,%2010.0.0.2", ("10.0.0.0/8",), "203.0.113.9"),  # as CloudFront writes it
        ("10.0.0.1", 'for=203.0.113.9;proto=http, for="[2001:db8::1]:4711";by=10.0.0.3', ("10.0.0.0/8", "2001:db8::/32"), "203.0.113.9"),
        ("10.0.0.1", "X-FORWARDED-FOR -> 203.0.113.9, VIA -> 1.1 cache", ("10.0.0.0/8",), "203.0.113.9"),  # as Zeek writes it
        ("10.0.0.1", "unknown", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "[2001:DB8::1]:443", ("10.0.0.1",), "2001:db8::1"),
        ("2001:db8:0:1::5", "2001:db8::9,2001:db8:0:1::6", ("2001:db8:0:1::/64",), "2001:db8::9"),
        (None, "203.0.113.9", ("10.0.0.0/8",), None),
        ("10.0.0.1", "203.0.113.9", (), "10.0.0.1"),
    ],
)
def test_who_the_client_is(peer: str | None, forwarded: str | None, trusted: tuple[str, ...], expected: str | None) -> None:
    assert client(peer, forwarded, *trusted) == expected


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("10.0.0.2, 10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("192.0.2.66, 203.0.113.9, 172.16.0.4", "203.0.113.9"),  # what stands on the left anybody may have written
        ("10.0.0.2, 10.0.0.1, 127.0.0.1", "10.0.0.2"),
        ("2001:DB8::9, fd00::1, ::1", "2001:db8::9"),
        ("203.0.113.9:4711,100.64.0.1:80", "203.0.113.9"),
        ("203.0.113.9, unknown", "203.0.113.9"),
        ("localhost, localhost", "localhost"),
    ],
)
def test_a_list_in_place_of_the_client(logged: str, expected: str) -> None:
    assert of_lists(pl.Series([None, logged, "198.51.100.7"])).to_list() == [None, expected, "198.51.100.7"]


def test_against_a_plain_walk_from_the_right() -> None:
    rng = random.Random(7)
    trusted = ("10.0.0.0/9", "192.0.2.128/25", "2001:db8:5::/48")
    networks = [ipaddress.ip_network(entry) for entry in trusted]

    def address() -> str:
        return rng.choice(
            [f"10.{rng.choice([1, 200])}.0.{rng.randrange(9)}", f"192.0.2.{rng.randrange(256)}", f"2001:db8:{rng.randrange(4, 7)}::1"]
        )

    def inside(text: str) -> bool:
        parsed = ipaddress.ip_address(text)
        return any(parsed in network for network in networks if network.version == parsed.version)

    pairs = [(address(), ", ".join(address() for _ in range(rng.randrange(1, 5)))) for _ in range(500)]
    expected = []
    for peer, forwarded in pairs:
        walk = [*forwarded.split(", "), peer]
        while len(walk) > 1 and inside(walk[-1]):
            walk.pop()
        expected.append(walk[-1])
    assert behind_proxies(events(*pairs), trusted)["client_ip"].to_list() == expected


def forwarded(peers: list[str], share: float = 1.0) -> pl.DataFrame:
    """Return requests that came through these peers, a share of them with the address that they were forwarded for."""
    count = 200
    return events(*((peers[n % len(peers)], f"203.0.113.{n}" if n < share * count else None) for n in range(count)))


def test_proxies_of_ones_own_are_named_with_the_option_that_believes_them() -> None:
    told = unbelieved(forwarded(["10.0.0.1", "10.0.0.2"]))
    assert told.endswith("taken for the clients: --trusted-proxy 10.0.0.1 --trusted-proxy 10.0.0.2 says otherwise")
    many = unbelieved(forwarded([f"10.0.{n}.1" for n in range(9)] + ["fd00::7"]))
    assert "--trusted-proxy 10.0.0.0/8 --trusted-proxy fc00::/7 says" in many
    believed = behind_proxies(forwarded(["10.0.0.1", "10.0.0.2"]), ("10.0.0.1", "10.0.0.2"))
    assert unbelieved(believed) == ""


def test_nobody_on_the_internet_is_named_as_a_proxy() -> None:
    """A flood may write the header into nearly all lines of a log: to believe it would name whomever it likes."""
    told = unbelieved(forwarded(["198.51.100.7"]))
    assert "198.51.100.7" not in told
    assert "where a proxy of your own wrote that" in told


@pytest.mark.parametrize(
    "told",
    [
        forwarded(["10.0.0.1"], share=0.8),  # some clients have a proxy of their own
        forwarded(["10.0.0.1"]).head(LEAST_FORWARDED - 10),
        events(*(("203.0.113.9", "203.0.113.9") for _ in range(200))),  # the log has the client in both places
        events(*(("10.0.0.1", "-") for _ in range(200))),
        events(*(("10.0.0.1", None) for _ in range(200))),
        events(),
    ],
)
def test_other_logs_are_taken_as_they_are(told: pl.DataFrame) -> None:
    assert unbelieved(told) == ""


def test_every_proxy_on_the_way_is_named() -> None:
    told = unbelieved(events(*(("10.0.0.1", f"203.0.113.{n}, 10.0.0.2") for n in range(100))))
    assert "--trusted-proxy 10.0.0.1 --trusted-proxy 10.0.0.2 says" in told


@pytest.mark.parametrize(
    "told",
    [
        events(*(("10.0.0.1", f"10.0.0.{n % 4}:8080") for n in range(200))),  # the servers behind
        events(*((f"203.0.113.{n}", f"203.0.113.{n}, 10.0.0.1") for n in range(200))),  # the client is known already
    ],
)
def test_what_is_no_forwarded_client_is_not_advised(told: pl.DataFrame) -> None:
    assert unbelieved(told) == ""
