"""Texts by their places are the bytes that stand there."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats.views import places, texts


@given(st.text(alphabet="ab\n\u00e9\u20ac", max_size=60), st.integers(0, 30))
def test_texts_are_the_bytes_that_stand_there(text: str, longest: int) -> None:
    """Short and long ones, up to the last byte of the block."""
    block = text.encode()
    lines = [line[:longest] for line in text.split("\n")]
    starts = np.concatenate([[0], places(block, ord("\n")) + 1])
    lengths = np.array([len(line.encode()) for line in lines])
    assert texts(block, starts, lengths).to_list() == lines


def test_places_are_found_in_every_stretch() -> None:
    """A block is searched in stretches."""
    block = (b"x" * 99_999 + b"\n") * 7
    assert places(block, ord("\n")).tolist() == [100_000 * n - 1 for n in range(1, 8)]
