"""Blocks of a text: the same whatever the chunks it arrives in, and nothing but whole lines; files hashed while they are written."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from forensics.evidence import lines
from forensics.evidence.hashing import HashedFile, sha256_of


def test_blocks_do_not_depend_on_the_chunks() -> None:
    """Cutting at the last line end that fits is done on the whole text by the oracle, on random chunks by ``blocks``."""
    chance = random.Random(7)
    for _ in range(200):
        text = b"".join(b"x" * chance.randrange(0, 30) + b"\n" for _ in range(chance.randrange(0, 60))) + b"y" * chance.randrange(0, 5)
        size = chance.randrange(40, 200)
        assert list(lines.blocks(_chunks(text, chance), size)) == _cut(text, size)


def test_of_a_line_longer_than_a_block_the_beginning_is_kept() -> None:
    """Lines around it stay whole, in whatever chunks the long one arrives."""
    chance = random.Random(11)
    text = b"before\n" + b"z" * 500 + b"\nafter\n"
    for _ in range(50):
        found = b"".join(lines.blocks(_chunks(text, chance), 100)).split(b"\n")
        assert [found[0], found[2], found[3]] == [b"before", b"after", b""]
        assert len(found[1]) >= 93
        assert set(found[1]) == {ord("z")}


def _chunks(text: bytes, chance: random.Random) -> list[bytes]:
    cuts = sorted(chance.randrange(0, len(text) + 1) for _ in range(chance.randrange(0, 12)))
    return [text[first:last] for first, last in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _cut(text: bytes, size: int) -> list[bytes]:
    found = []
    while len(text) >= size:
        cut = text.rfind(b"\n", 0, size) + 1
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text] if text else found


def test_a_byte_order_mark_within_a_text_costs_no_line() -> None:
    """Files that were put behind each other have marks anywhere; a line of nothing else is blank, and counts."""
    mark = b"\xef\xbb\xbf"
    assert lines.split_lines(b"a\n" + mark).to_list() == ["a", None]
    assert lines.split_lines(mark).to_list() == [None]
    assert lines.split_lines(mark + b"x\r\n" + mark + b"y\n\nb" + mark).to_list() == ["x", "y", None, "b\ufeff"]


def test_the_hash_of_a_written_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    """It is taken while the file is written, and nobody reads it again."""
    with HashedFile(tmp_path / "a") as file:
        file.write(b"one")
        file.write(memoryview(b" two"))
        assert file.tell() == 7
    assert file.sha256 == sha256_of(tmp_path / "a") == hashlib.sha256(b"one two").hexdigest()
