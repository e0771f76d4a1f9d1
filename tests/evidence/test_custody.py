"""The custody record: whole lines, an unbroken chain, and a check that needs nothing of ours."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from forensics.errors import ForensicsError
from forensics.evidence import chain, custody


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "custody.jsonl").read_bytes().splitlines()]


def test_each_line_carries_the_hash_of_the_one_before(tmp_path: Path) -> None:
    heads = [custody.append(tmp_path, "note", details={"text": text}) for text in ("one", "zwei ü \u2028", "three")]
    raw = (tmp_path / "custody.jsonl").read_bytes().split(b"\n")
    assert [hashlib.sha256(line).hexdigest() for line in raw[:-1]] == heads
    assert [line["previous"] for line in lines(tmp_path)] == [custody.GENESIS, *heads[:2]]
    assert custody.head(tmp_path) == heads[-1]


def test_lines_of_any_length_and_several_at_once_continue_the_chain(tmp_path: Path) -> None:
    """The last line is found from the end of the record, wherever that cuts a line."""
    custody.append(tmp_path, "note", details={"text": "x" * (3 * custody.TAIL)})
    custody.extend(tmp_path, [custody.Entry("load file", details={"text": "y" * size}) for size in (10, custody.TAIL, 5)])
    for size in (2 * custody.TAIL, 1):
        custody.append(tmp_path, "note", details={"text": "z" * size})
        whole = (tmp_path / "custody.jsonl").read_bytes().split(b"\n")[-2]
        assert custody.head(tmp_path) == hashlib.sha256(whole).hexdigest()
    assert chain.read(tmp_path / "custody.jsonl").breaks == []
    assert [line["action"] for line in lines(tmp_path)] == ["note", *["load file"] * 3, "note", "note"]


def test_a_line_says_who_when_what_and_with_which_versions(tmp_path: Path) -> None:
    (tmp_path / "in.log").write_bytes(b"abc")
    custody.append(tmp_path, "load", inputs=[custody.described(tmp_path / "in.log")], result="failed: disk")
    line = lines(tmp_path)[0]
    assert {"at", "action", "command", "folder", "program", "libraries", "user", "host", "inputs", "outputs", "result", "previous"} <= set(
        line
    )
    assert line["inputs"][0]["sha256"] == hashlib.sha256(b"abc").hexdigest()
    assert line["inputs"][0]["size_bytes"] == 3
    assert {"python", "duckdb", "polars"} <= set(line["libraries"])


@pytest.mark.parametrize("damage", ["changed", "removed", "swapped", "cut", "noise"])
def test_damage_is_named(tmp_path: Path, damage: str) -> None:
    for number in range(4):
        custody.append(tmp_path, "note", details={"number": number})
    path = tmp_path / "custody.jsonl"
    raw = path.read_bytes().splitlines(keepends=True)
    damaged = {
        "changed": [raw[0], raw[1].replace(b'"number": 1', b'"number": 7'), raw[2], raw[3]],
        "removed": [raw[0], raw[2], raw[3]],
        "swapped": [raw[1], raw[0], raw[2], raw[3]],
        "cut": [*raw[:3], raw[3][:-9]],
        "noise": [*raw[:3], b"\x00\xff\n"],
    }[damage]
    assert chain.read(path).breaks == []
    path.write_bytes(b"".join(damaged))
    assert chain.read(path).breaks


def test_only_a_head_kept_elsewhere_shows_that_the_end_was_cut_off(tmp_path: Path) -> None:
    for number in range(3):
        kept = custody.append(tmp_path, "note", details={"number": number})
    path = tmp_path / "custody.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    found = chain.read(path)
    assert found.breaks == []
    assert kept not in found.hashes


def test_a_line_that_was_never_finished_is_taken_back(tmp_path: Path) -> None:
    kept = custody.append(tmp_path, "note")
    with (tmp_path / "custody.jsonl").open("ab") as stream:
        stream.write(b'{"action": "lo')
    assert custody.head(tmp_path) == kept
    assert custody.mend(tmp_path) == '{"action": "lo'
    custody.append(tmp_path, "note")
    assert chain.read(tmp_path / "custody.jsonl").breaks == []
    assert len(lines(tmp_path)) == 2


def test_a_line_that_cannot_be_written_leaves_the_record_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    custody.append(tmp_path, "note")
    before = (tmp_path / "custody.jsonl").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ForensicsError, match="No space left"):
        custody.append(tmp_path, "note")
    assert (tmp_path / "custody.jsonl").read_bytes() == before


def test_names_that_are_not_utf8_are_recorded(tmp_path: Path) -> None:
    custody.append(tmp_path, "load", inputs=[{"path": os.fsdecode(b"caf\xe9.log"), "size_bytes": 0, "sha256": "0" * 64}])
    assert lines(tmp_path)[0]["inputs"][0]["path"] == "caf\udce9.log"
    assert chain.read(tmp_path / "custody.jsonl").breaks == []
