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
        (f"Mar  2 00:00:01 localhost nginx: {REQUEST}", None),
        (f"<165>1 2024-03-02T00:00:01.003Z - nginx 7 - - {REQUEST}", None),
        (REQUEST, None),
        (None, None),
    ],
)
def test_a_wrapped_line_names_the_machine_that_wrote_it(line: str | None, machine: str | None) -> None:
    assert machines(pl.Series([line, REQUEST], dtype=pl.String)).to_list() == [machine, None]


def upstreams(folder: Path, lines: list[str]) -> list[dict[str, str] | None]:
    log = folder / "syslog"
    log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    with Case.create(folder / "case") as case:
        load(case, [log], LoadOptions(), Silent())
        return [row[0] for row in case.connection.sql("SELECT extra FROM stored_events ORDER BY line").fetchall()]


def test_requests_of_a_gathered_log_are_of_the_machine_that_wrote_them(tmp_path: Path) -> None:
    lines = [f"Mar  2 00:00:{n:02} web-{n % 2} nginx: {REQUEST.replace('00:01', f'00:{n:02}')}" for n in range(4)]
    assert upstreams(tmp_path, lines) == [{"upstream": f"web-{n % 2}"} for n in range(4)]


def test_whom_a_proxy_asked_is_not_the_proxy(tmp_path: Path) -> None:
    asked = '{"time":"2024-03-02T00:00:01Z","remote_addr":"198.18.0.7","request":"GET /a","status":200,"upstream_addr":"10.0.0.1:80"}'
    found = upstreams(tmp_path, [f"Mar  2 00:00:01 edge-{n} nginx: {asked}" for n in range(3)])
    assert {(row or {}).get("upstream") for row in found} == {"10.0.0.1:80"}


def test_a_machine_stands_among_the_other_keys_in_their_order(tmp_path: Path) -> None:
    asked = '{"time":"2024-03-02T00:00:01Z","remote_addr":"198.18.0.7","request":"GET /a","status":200,"request_id":"r1","zone":"z"}'
    for row in upstreams(tmp_path, [f"Mar  2 00:00:01 edge-{n} nginx: {asked}" for n in range(3)]):
        assert row is not None
        assert row["upstream"].startswith("edge-")
        assert list(row) == sorted(row)
        assert row["request_id"] == "r1"
