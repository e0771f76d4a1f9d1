"""What other tools' own tests assert, we read alike; differences on purpose are named in the benchmark script."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "corpus_agreement.py"
spec = importlib.util.spec_from_file_location("corpus_agreement", SCRIPT)
assert spec
assert spec.loader
agreement = importlib.util.module_from_spec(spec)
sys.modules["corpus_agreement"] = agreement
spec.loader.exec_module(agreement)

CORPORA = agreement.corpora()
FOLDERS = sorted(CORPORA.iterdir()) if CORPORA else []


@pytest.fixture(scope="module")
def read() -> dict[Path, Any]:
    everything: dict[Path, Any] = agreement.read_all([folder / "input.log" for folder in FOLDERS])
    return everything


@pytest.mark.skipif(not FOLDERS, reason="the corpora are not here")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_asserted_values_are_read_alike(folder: Path, read: dict[Path, Any]) -> None:
    result = agreement.compare(folder, read[folder / "input.log"])
    unexplained = [entry for entry in result.differences if (folder.name, *entry[:2]) not in agreement.EXPLAINED]
    assert result.asserted
    assert not unexplained
