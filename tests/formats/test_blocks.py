"""Blocks read at once: what comes out of them is what the parser of lines makes of the same lines, whatever the lines are."""

from __future__ import annotations

import random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from forensics.case.reading import cut_block
from forensics.evidence.line_reader import LineReader
from forensics.evidence.lines import batch_among, batch_of
from forensics.evidence.recognise import Plan, Recognition
from forensics.formats import cells
from forensics.formats.base import BlockParser, Format, ReadOptions
from forensics.formats.registry import all_formats
from forensics.formats.schema import EVENTS


def block_parser(entry: Format) -> BlockParser | None:
    return LineReader(Plan([Recognition(entry, 1.0, 1)]), ReadOptions()).block_parser


WHOLE = [entry for entry in all_formats() if block_parser(entry) is not None]
PIECES = [
    '"',
    '""',
    " ",
    "  ",
    "\\",
    "\\x22",
    "[",
    "]",
    "-",
    "?",
    "\r",
    "\x00",
    "\x01",
    "\x1f",
    ", ",
    "\ufeff",
    "é",
    "🦊",
    "HTTP/1.1",
    "HTTP/2",
    "GET",
    "200",
    "]\t",
]


def _block(entry: Format, chance: random.Random, end: bytes) -> bytes:
    """Return lines of the format, some of them disturbed at random, and blank ones; what ``end`` is stands after the last."""
    lines = []
    for _ in range(chance.randrange(100, 340)):
        line = chance.choice(entry.samples).line
        for _ in range(chance.choice((0, 0, 0, 1, 2, 4))):
            at = chance.randrange(len(line) + 1)
            gone = chance.choice((0, 0, 1, 3, 30))
            line = line[:at] + chance.choice(PIECES) + line[at + gone :]
        lines.append(chance.choice((line, line, line, "", line + "\r", '"' + line)))
    return "\n".join(lines).encode() + end


@pytest.mark.parametrize("entry", WHOLE, ids=lambda entry: entry.name)
def test_blocks_give_what_lines_give(entry: Format) -> None:
    chance = random.Random(entry.name)
    whole, parse = block_parser(entry), entry.open(ReadOptions())
    assert whole is not None
    block = _block(entry, chance, chance.choice((b"\n", b"", b"\r\n", b"\n\n")))  # one of many lines costs half of two
    by_lines = batch_of(block)
    expected = parse(by_lines.lines).filter(pl.col("outcome") == "event")
    cut = cut_block(whole, block)
    rest = parse(cut.batch.lines).filter(pl.col("outcome") == "event").select(*EVENTS)
    found = rest if cut.events is None else pl.concat([cut.events, rest]).sort("line")
    assert_frame_equal(found, expected.select(*EVENTS))
    assert cut.lines == len(by_lines.lines) + by_lines.blank == block.count(b"\n") + (not block.endswith(b"\n"))
    assert cut.events is not None
    assert len(cut.events) > 10


def test_cells_are_those_of_lines_with_exactly_so_many() -> None:
    """The oracle splits each line by itself; separators, blank lines, line ends and marks stand anywhere."""
    chance = random.Random(3)
    for _ in range(1500):
        parts = ("a", "bé", "|", "|", "||", "\n", "\n", "\r\n", "\r", "\ufeff", " ", "\x00")
        text = "".join(chance.choice(parts) for _ in range(chance.randrange(1, 40)))
        found = cells.cut(text.encode(), "|", ["x", "y", "z"])
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        if found is None:
            continue
        frame, count = found
        assert count == len(lines)
        exact = {n: tuple(line.removesuffix("\r").split("|")) for n, line in enumerate(lines, 1) if line.removesuffix("\r").count("|") == 2}
        given = {row[0]: row[1:] for row in frame.rows()}
        assert given.items() <= exact.items()
        assert all("\r" in text or "\ufeff" in text for n in exact.keys() - given.keys())


def test_a_byte_order_mark_before_a_line_is_in_no_cell() -> None:
    found = cells.cut("a|b\n\ufeffc|d\ne|\ufeff\n\ufefff|g\n".encode(), "|", ["x", "y"])
    assert found is not None
    assert (found[0].rows(), found[1]) == ([(1, "a", "b"), (3, "e", "\ufeff")], 4)


def test_bytes_that_are_no_text_are_left_to_lines() -> None:
    assert cells.cut(b"a|\xff|b\n", "|", ["x", "y", "z"]) is None


def test_chosen_lines_of_a_block_are_those_of_all() -> None:
    chance = random.Random(5)
    for _ in range(200):
        block = "".join(chance.choice(("a", "é", "\n", "\n", "\r\n", " ")) for _ in range(chance.randrange(1, 60))).encode()
        every = batch_of(block)
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        chosen = pl.Series(sorted(chance.sample(range(1, count + 1), chance.randrange(1, count + 1))))
        some = batch_among(block, chosen)
        assert_frame_equal(some.lines, every.lines.filter(pl.col("line").is_in(chosen.implode())))
        assert len(some.lines) + some.blank == len(chosen)
