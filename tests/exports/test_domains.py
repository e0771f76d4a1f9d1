"""Registrable domains by the public suffix list, and what a mail domain says."""

from __future__ import annotations

import pytest

from forensics.exports.domains import kind, registrable


@pytest.mark.parametrize(
    ("domain", "wanted"),
    [
        ("mail.lumenworks.co.uk", "lumenworks.co.uk"),
        ("co.uk", "co.uk"),
        ("lumenworks.example", "lumenworks.example"),  # an ending that is on no list is one label
        ("a.mail.lumenworks.example", "lumenworks.example"),
        ("a.b.c.ck", "b.c.ck"),  # a rule with a wildcard,
        ("a.www.ck", "www.ck"),  # and its exception
        ("someone.github.io", "github.io"),  # who hosts there is no registry
        ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("198.18.0.1", "198.18.0.1"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("localhost", "localhost"),
        (".lumenworks.example.", "lumenworks.example"),
    ],
)
def test_registrable_domains(domain, wanted):
    assert registrable(domain) == wanted


def test_kinds_are_those_of_the_registrable_domain():
    assert [kind(name) for name in ("gmail.com", "lumenworks.example", "mailinator.com")] == ["free mail", "company", "disposable"]
