"""What the listings say beside their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.case.case import Case
from forensics.collection.listing import taken_listing


def test_an_empty_list_of_what_was_taken_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Case.create(tmp_path / "case") as case:
        assert taken_listing(case, None, "csv", None).is_empty()
    told = capsys.readouterr()
    assert "Nobody is known to have made the load" in told.err
    assert not told.out
