"""What the listings say beside their rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics.case.case import Case
from forensics.collection.listing import taken_listing
from forensics.response.listing import response_listing


@pytest.mark.parametrize(
    ("listing", "why"),
    [(taken_listing, "Nobody is known to have made the load"), (response_listing, "No measure is planned where nobody is blamed")],
)
def test_an_empty_list_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str], listing: Any, why: str) -> None:
    with Case.create(tmp_path / "case") as case:
        assert listing(case, None, "csv", None).is_empty()
    told = capsys.readouterr()
    assert why in told.err
    assert not told.out
