"""JSON lines to text columns: nothing is lost, one bad line never costs its neighbours."""

from __future__ import annotations

import json
import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.formats.json_text import JsonReader, entries

PATHS = ["a", "b", "c", "c>d", "c>e>f", "h>User-Agent"]


def read(*lines: str) -> tuple[list[dict[str, str]], list[bool]]:
    read = JsonReader(PATHS).read(pl.Series("raw", list(lines), dtype=pl.String))
    frame, good = read.found, read.good
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
        ('{"a":"/\\xD0\\x9f\\x22\\xe2\\x82\\xAC","b":"\\\\xD0\\xE9t"}', {"a": '/П"€', "b": "\\xD0ét"}),
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


def test_a_line_that_is_nested_without_end_has_no_further_keys() -> None:
    deep = '{"w":' + '{"w":' * 50_000 + "1" + "}" * 50_001
    found = JsonReader(PATHS, most_further=3).read(pl.Series([deep, '{"x":1}', "{}"]))
    assert found.further == ["x"]
    assert found.found["x"].to_list() == [None, "1", None]


def test_further_keys_are_taken_out_when_asked_for_as_many_as_may_be() -> None:
    lines = [
        '{"a":1,"z":1.50,"y":["p","q"],"c":{"d":2,"other":3},"x":{"deep":true}}',
        '{"a":2,"we\\"ird":1,"p>q":2,"":3}',
        "no record",
        '{"a":3,"w":"too many"}',
    ]
    reader = JsonReader(PATHS, most_further=3)
    found = reader.read(pl.Series("raw", lines))
    assert found.further == ["w", "x", "y"]
    assert found.good.to_list() == [True, True, False, True]
    assert found.found.select(found.further).rows()[0] == (None, '{"deep":true}', '["p","q"]')
    reader = JsonReader(PATHS, most_further=9)
    reader.read(pl.Series("raw", ['{"a":1,"v":2}']))
    found = reader.read(pl.Series("raw", lines))
    assert found.further == ["w", "x", "y", "z"], "no key that a path cannot name, none below the first level, none of other batches"
    assert found.found["z"][0] == "1.50", "as it is written"


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


class First(dict[str, Any]):
    """An object of whose repeated keys the first counts."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(reversed(pairs))


def oracle(line: str) -> dict[str, Any] | None:
    """Return what Python's reader makes of a line; None where that is no object."""
    try:
        found = json.loads(
            line.strip(" \t\r\n\ufeff\x00"), object_pairs_hook=First, parse_float=str, parse_int=str, parse_constant=lambda _: None
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, First) else None


def at(found: Any, path: str) -> Any:
    """Return the value at a path: text, bool, None, list; an object is no value where the path goes on elsewhere.

    Of an object in a text that holds ``\\xNN`` Python's reader says nothing (``...``): it refuses what is mended, as it does whole lines.
    """
    for key in path.split(">"):
        if isinstance(found, str) and found.startswith("{"):
            text, found = found, oracle(found)
            if found is None and "\\x" in text:
                return ...
        found = found.get(key) if isinstance(found, First) else None
    return None if isinstance(found, First) and path == "c" else found


def same(ours: str | None, theirs: Any) -> bool:
    """Whether the text is the value: numbers by value, nested values by content, lone surrogates as U+FFFD."""
    if theirs is None or isinstance(theirs, bool):
        return ours == (None if theirs is None else json.dumps(theirs))
    if isinstance(theirs, str):
        whole = re.sub("[\ud800-\udfff]", "\ufffd", theirs)
        if ours == whole or (ours is None and theirs.startswith("{")):
            return True
        number = re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", theirs)
        return number is not None and ours is not None and float(ours) == float(theirs)
    return ours is not None and ours[:1] in "[{"


hostile = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "d", "e", "f", "User-Agent", '"', ""]), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(["a", "b", "c", "h", "z", "a\\", '"a"', "", "é"])


@st.composite
def written(draw: st.DrawFn) -> str:
    """Return an object as some logger might write it: repeated keys, spaces, objects as text within."""
    pairs = draw(st.lists(st.tuples(keys, hostile), max_size=4))
    ascii_only, spaced = draw(st.booleans()), draw(st.sampled_from(["", " "]))
    shown = []
    for key, value in pairs:
        text = json.dumps(value, ensure_ascii=ascii_only)
        if draw(st.booleans()):
            text = json.dumps(text)
        shown.append(f"{json.dumps(key, ensure_ascii=ascii_only)}{spaced}:{spaced}{text}")
    return "{" + f",{spaced}".join(shown) + "}"


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return such an object with something cut out of it or put into it."""
    line = draw(written())
    begin, end = sorted((draw(st.integers(0, len(line))), draw(st.integers(0, len(line)))))
    piece = draw(
        st.sampled_from(
            ["", "{", "}", '"', "\\", ",", ":", "null", "1e999", "0000", "[", "\\u", "\\ud800", "\x00", "}{", "NaN", "-", "\\x16"]
        )
    )
    return line[:begin] + piece + line[end if draw(st.booleans()) else begin :]


@settings(max_examples=100, deadline=None)  # an example costs ten times what a line of it does
@given(st.lists(written() | damaged(), min_size=4, max_size=16))
def test_whatever_python_reads_is_read_alike(lines: list[str]) -> None:
    lines = [line.encode("utf-8", "replace").decode().replace("\n", " ").replace("\r", " ") for line in lines]
    read = JsonReader(PATHS).read(pl.Series("raw", lines, dtype=pl.String))
    frame, good = read.found, read.good
    assert len(good) == len(lines)
    for index, line in enumerate(lines):
        expected = oracle(line)
        if expected is None:
            continue  # lines that Python refuses may have been mended
        assert good[index], line
        for path in PATHS:
            ours, theirs = frame[path][index] if path in frame.columns else None, at(expected, path)
            assert theirs is ... or same(ours, theirs), (path, line, ours)


@pytest.mark.parametrize(
    "line",
    [
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '{"a":' + "9" * 100_000 + "}",
        '{"a":"' + "x" * 500_000 + '"}',
        "{" + ",".join(f'"k{n}":{n}' for n in range(20_000)) + ',"a":1}',
        "{" + '"a":1,' * 20_000 + '"a":2}',
        '{"a":"' + "\\ud800" * 10_000 + '"}',
        '{"a":"' + "\\x00" * 10_000 + '"}',
    ],
    ids=["lists in lists", "objects in objects", "digits", "a long text", "many keys", "one key often", "surrogates", "escapes"],
)
def test_hostile_lines_cost_their_neighbours_nothing(line: str) -> None:
    rows, good = read('{"a":"before"}', line, '{"a":"after"}')
    assert good == [True, True, True]
    assert (rows[0]["a"], rows[2]["a"]) == ("before", "after")
    assert len(rows[1].get("a", "")) <= len(line)


def test_entries_of_lists_whatever_is_among_them() -> None:
    texts = ['["a","b\\"c"]', '["a",1,null,{"b":2}]', "[]", '["cut', '["é', '["ok"]']
    expected = [["a", 'b"c'], ["a", "1", None, '{"b":2}'], [], None, None, ["ok"]]
    assert entries(pl.Series("list", texts)).to_list() == expected
    assert entries(pl.Series("list", texts[:2])).to_list() == expected[:2]


def test_text_that_looks_like_a_list_or_an_object_is_text() -> None:
    """A client may call itself ``[]``; only a real list or object is no text."""
    reader = JsonReader(("a", "a>b"))
    texts = reader.read(pl.Series(['{"a":"[]"}', '{"a":"{}"}']))
    assert (texts.found["a"].to_list(), texts.lists) == (["[]", "{}"], set())
    lists = reader.read(pl.Series(['{"a":["x"]}']))
    assert (lists.found["a"].to_list(), lists.lists) == (['["x"]'], {"a"})
    assert reader.read(pl.Series(['{"a":"[]"}'])).lists == set(), "of one batch, whatever was in another: several are read at the same time"


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?", fullmatch=True).filter(lambda number: number != "-0"))
def test_numbers_that_are_names_come_back_as_they_are_written(number: str) -> None:
    reader = JsonReader(PATHS, exact=["a", "c>d"])
    frame = reader.read(pl.Series("raw", [f'{{"a":{number},"b":"{number}","c":{{"d" : {number}}}}}', '{"a":"1.10","b":1.5}'])).found
    assert frame["a"].to_list() == [number, "1.10"]
    assert frame["c>d"].to_list() == [number, None]


def test_a_key_is_found_wherever_it_first_occurs() -> None:
    """Keys and signs are looked for by what they begin with: each is found alone, the later ones too."""
    keys = ["a", "b.c", "c-d", "@e", "f(g)", "h|i", "$j", "k l", "m>n"]
    reader = JsonReader(keys)
    for number, key in enumerate(keys):
        outer, _, inner = key.partition(">")
        record = {outer: {inner: "x"}} if inner else {outer: "x"}
        read = reader.read(pl.Series([json.dumps(record)] * (1 + number % 2) + ['{"else":"a","b":{"c":1}}']))
        frame, good = read.found, read.good
        assert good.all()
        assert frame[key].to_list()[0] == "x"
        assert frame.columns == [key]
    frame = reader.read(pl.Series(['{"a":"\\ud800x","@e":"\\x41","c-d":NaN,"$j":"["}'])).found
    assert frame.row(0, named=True) == {"$j": "[", "@e": "A", "a": "\ufffdx", "c-d": None}
