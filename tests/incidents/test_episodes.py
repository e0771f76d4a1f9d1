"""Which part of the service an incident is put down to."""

from __future__ import annotations

from forensics.incidents.episodes import incidents_of
from forensics.incidents.series import Scope
from forensics.incidents.windows import Window


def window(signal: str, part: str, name: str) -> Window:
    return Window(signal, Scope(part, name), 600, 780, 90.0, 3000.0)


def test_a_host_that_wrote_nothing_is_told_before_the_backend_that_it_stands_for() -> None:
    (found,) = incidents_of([], [window("silence", "backend", "10.20.0.12"), window("silence", "host", "WEB02")])
    assert found.scope == Scope("host", "WEB02")


def test_failures_are_told_of_the_backend_before_the_host() -> None:
    (found,) = incidents_of([], [window("errors", "backend", "10.20.0.12"), window("errors", "host", "WEB02")])
    assert found.scope == Scope("backend", "10.20.0.12")
