from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.case.case import Case


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with Case.create(tmp_path / "case") as opened:
        yield opened
