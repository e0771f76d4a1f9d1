"""What a reader of evidence needs of a file, and no more."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class Readable(Protocol):
    """An evidence file: its name, and its decompressed bytes."""

    @property
    def name(self) -> str:
        """The name relative to what was given."""

    def open(self) -> BinaryIO:
        """Open the decompressed bytes."""
