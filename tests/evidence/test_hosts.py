"""The host of a log, by its path."""

from __future__ import annotations

import pytest

from forensics.evidence.hosts import host_of


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("edge-1/access.log.2.gz", "edge-1"),
        ("edge-1-access.log-20240302", "edge-1"),
        ("access.log", "access"),
        ("web-2.access.log.1", "web-2"),
        ("access-3.log", "access-3"),
        ("3/access.log", "3"),
    ],
)
def test_a_host_is_what_the_name_says_beside_the_words_that_all_logs_share(name: str, host: str) -> None:
    assert host_of(name) == host
