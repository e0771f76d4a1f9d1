from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.report.made import fill
from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.report.collect import collect, document
from forensics.report.document import Document


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """An empty case."""
    with new_case(tmp_path / "case") as opened:
        yield opened


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The document of a case as ``fill`` makes it without options."""
    with new_case(tmp_path_factory.mktemp("made") / "case") as opened:
        fill(opened)
        return document(collect(opened, None), analysis_id="0" * 16, incident=None)
