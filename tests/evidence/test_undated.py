"""A record or a line that tells no time has that of what carries it; one that tells a time keeps it."""

from __future__ import annotations

import polars as pl
import pytest

from forensics.evidence.undated import dated

AT = "2024-03-02T00:00:01Z"


@pytest.mark.parametrize(
    "text",
    [
        '{"req":{"method":"GET","url":"/a"},"res":{"statusCode":200},"responseTime":25}',
        '{"method":"GET","path":"/a","status":200,"responseTime":"25 ms"}',
        '{"method":"GET","path":"/a","status":200,"requestTime": "0.012"}',
    ],
)
def test_how_long_a_request_took_is_no_time_of_the_record(text: str) -> None:
    (found,) = dated(pl.Series([text]), pl.Series([AT]))
    assert found == '{"_timestamp":"' + AT + '",' + text[1:]


@pytest.mark.parametrize(
    "text",
    [
        '{"requestTime":"02/Mar/2024:00:00:02 +0000","httpMethod":"GET"}',
        '{"eventTime": "2024-03-02T00:00:02Z"}',
        '{"requestTime":1709337602123}',
        '{"accessTime":"Sat, 02 Mar 2024 00:00:02 GMT"}',
        '{"time":"12:00:01","method":"GET"}',
        '203.0.113.9 "GET /a" 200 at 12:00:01',
        "no request",
    ],
)
def test_what_tells_a_time_or_no_request_stays_as_it_is(text: str) -> None:
    assert dated(pl.Series([text, None]), pl.Series([AT, AT])).to_list() == [text, None]


def test_without_a_time_before_it_a_line_has_none() -> None:
    assert dated(pl.Series(["GET /a 200"] * 2), pl.Series([None, "web-1"], dtype=pl.String)).to_list() == ["GET /a 200"] * 2
