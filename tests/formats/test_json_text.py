"""JSON lines to text columns: nothing is lost, one bad line never costs its neighbours."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.formats.json_text import JsonReader

PATHS = ["a", "b", "c>d", "c>e>f", "h>User-Agent"]


def read(*lines: str) -> tuple[list[dict[str, str]], list[bool]]:
    frame, good = JsonReader(PATHS).read(pl.Series("raw", list(lines), dtype=pl.String))
    rows = frame.to_dicts() if frame.width else [{} for _ in lines]
    return [{key: value for key, value in row.items() if value is not None and ">" not in key[:0]} for row in rows], good.to_list()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"a":1,"b":"x"}', {"a": "1", "b": "x"}),
        ('{"a":1.50,"b":true}', {"a": "1.5", "b": "true"}),
        ('{"a":null}', {}),
        ('{"a":12345678901234567890123,"b":1e400}', {"a": "12345678901234567890123", "b": "1e400"}),
        ('{"a":NaN,"b":"x"}', {"b": "x"}),
        ('{"a":-,"b":000}', {"b": "000"}),
        ('{"a":"\\x16\\x03q","b":"\\\\x41"}', {"a": "\x16\x03q", "b": "\\x41"}),
        ('{"a":"\\ud800z\\ud83d\\ude00"}', {"a": "�z😀"}),
        ('{"a":"x","a":"y"}', {"a": "x"}),
        ('{"a":"raw\ttab"}', {"a": "raw�tab"}),
        ('{"a":"q",}', {"a": "q"}),
        (' {"a":"trimmed"} ', {"a": "trimmed"}),
        ('\ufeff{"a":"mark"}', {"a": "mark"}),
        ('{"c":{"d":1,"e":{"f":"deep"}}}', {"c>d": "1", "c>e>f": "deep"}),
        ('{"c":"text","h":{"User-Agent":["a\\"b\\\\c\\u0001"]}}', {"c": "text", "h>User-Agent": '["a\\"b\\\\c\\u0001"]'}),
        ('{"c":"{\\"d\\":\\"in a text\\"}"}', {"c>d": "in a text"}),
    ],
)
def test_values_come_back_as_text(line: str, expected: dict[str, str]) -> None:
    rows, good = read('{"a":"before"}', line, '{"a":"after"}')
    assert good == [True, True, True]
    assert {key: value for key, value in rows[1].items() if key in PATHS or key in expected} == expected
    assert (rows[0]["a"], rows[2]["a"]) == ("before", "after")


@pytest.mark.parametrize("line", ["nope", "", "[1]", '"text"', '{"a":1} x', '{"a":"b', "null", "{", '{"a":1}{"a":2}', '{"a" 1}'])
def test_what_is_no_object_is_said_to_be_none(line: str) -> None:
    rows, good = read('{"a":"before"}', line, '{"a":"after"}')
    assert good == [True, False, True]
    assert (rows[0]["a"], rows[2]["a"]) == ("before", "after")
    assert not rows[1]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | texts


def as_text(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "a": scalars,
                "b": scalars,
                "c": st.fixed_dictionaries({}, optional={"d": scalars, "e": st.fixed_dictionaries({}, optional={"f": texts})}),
                "h": st.fixed_dictionaries({"User-Agent": st.lists(texts, min_size=1, max_size=2)}),
                "other": st.lists(scalars, max_size=2),
            },
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_any_objects_come_back(objects: list[dict[str, Any]], ascii_only: bool) -> None:
    rows, good = read(*(json.dumps(entry, ensure_ascii=ascii_only) for entry in objects))
    assert good == [True] * len(objects)
    for entry, row in zip(objects, rows, strict=True):
        for key in ("a", "b"):
            if not str(entry.get(key)).startswith(("{", "[")):
                assert row.get(key) == as_text(entry.get(key))
        inner = entry.get("c", {})
        assert row.get("c>d") == as_text(inner.get("d")) or str(inner.get("d")).startswith(("{", "["))
        deep = inner.get("e", {}).get("f")
        assert row.get("c>e>f") == deep or str(deep).startswith(("{", "["))
        if "h" in entry:
            assert json.loads(row["h>User-Agent"]) == entry["h"]["User-Agent"]
