"""Which machine wrote a line of a log that was gathered from several."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.evidence.machines import machines
from forensics.progress import Silent

REQUEST = '198.18.0.7 - u1 [02/Mar/2024:00:00:01 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8"'


@pytest.mark.parametrize(
    ("line", "machine"),
    [
        (f"Mar  2 00:00:01 web-1 nginx: {REQUEST}", "web-1"),
        (f"<190>Mar  2 00:00:01 web-1 nginx[12]: {REQUEST}", "web-1"),
        (f"2024-03-02T00:00:01.123456+00:00 web-1.shop.example nginx: {REQUEST}", "web-1.shop.example"),
        (f"<165>1 2024-03-02T00:00:01.003Z web-1 nginx 7 - - {REQUEST}", "web-1"),
        (f"web-1  | {REQUEST}", "web-1"),
        ('{"_HOSTNAME":"web-1","MESSAGE":"x"}', "web-1"),
        ('{"host":{"name":"web-1","os":{}},"message":"x"}', "web-1"),
        ('{"host":{"os":{}},"message":"x"}', None),
        ('{"host":"shop.example","message":"x"}', None),
        (f"Mar  2 00:00:01 127.0.0.1 nginx: {REQUEST}", None),
        (f"2024-03-02T00:00:01Z ERROR nginx: {REQUEST}", None),
        (f"Mar  2 00:00:01 localhost nginx: {REQUEST}", None),
        (f"<165>1 2024-03-02T00:00:01.003Z - nginx 7 - - {REQUEST}", None),
        (REQUEST, None),
        (None, None),
    ],
)
def test_a_wrapped_line_names_the_machine_that_wrote_it(line: str | None, machine: str | None) -> None:
    assert machines(pl.Series([line, REQUEST], dtype=pl.String)).to_list() == [machine, None]


def told(folder: Path, lines: list[str]) -> list[dict[str, str] | None]:
    log = folder / "syslog"
    log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    with Case.create(folder / "case") as case:
        load(case, [log], LoadOptions(), Silent())
        return [row[0] for row in case.connection.sql("SELECT extra FROM stored_events ORDER BY line").fetchall()]


def test_requests_of_a_gathered_log_are_of_the_machine_that_wrote_them(tmp_path: Path) -> None:
    lines = [f"Mar  2 00:00:{n:02} web-{n % 2} nginx: {REQUEST.replace('00:01', f'00:{n:02}')}" for n in range(4)]
    assert told(tmp_path, lines) == [{"machine": f"web-{n % 2}"} for n in range(4)]


@pytest.mark.parametrize("word", ["web-1", "req-{n}", "{level}", "{n}"], ids=["one machine", "request ids", "levels", "processes"])
def test_what_is_one_or_other_with_each_line_is_no_machine(tmp_path: Path, word: str) -> None:
    levels = ("INFO", "ERROR")
    lines = [f"2024-03-02T00:00:01Z {word.format(n=n, level=levels[n % 2])} nginx: {REQUEST}" for n in range(6)]
    assert told(tmp_path, lines) == [None] * 6


def test_a_machine_stands_among_the_other_keys_in_their_order(tmp_path: Path) -> None:
    """Whom a proxy asked is not the proxy: both are kept."""
    asked = '{"time":"2024-03-02T00:00:01Z","remote_addr":"198.18.0.7","request":"GET /a","status":200,"upstream_addr":"10.0.0.1:80"}'
    for n, row in enumerate(told(tmp_path, [f"Mar  2 00:00:01 edge-{n % 2} nginx: {asked}" for n in range(4)])):
        assert row is not None
        assert (row["machine"], row["upstream"]) == (f"edge-{n % 2}", "10.0.0.1:80")
        assert list(row) == sorted(row)
