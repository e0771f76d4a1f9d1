from __future__ import annotations

import json

import pytest

from forensics.report.artist import FIRST, Artist, drawn

CHART = {**json.loads(FIRST), "width": 40, "marks": [{"type": "text", "encode": {"enter": {"text": {"value": "Ω </script>"}}}}]}


@pytest.fixture
def artist():
    hired = Artist()
    yield hired
    hired.dismiss()


def test_the_process_draws_what_this_one_would_and_goes_on_after_a_fault(artist: Artist) -> None:
    wanted = drawn(json.dumps(CHART))
    assert "Ω" in wanted
    assert artist.draw(CHART) == wanted
    with pytest.raises(ValueError, match="Vega to SVG"):
        artist.draw({"marks": 5})
    assert artist.draw(CHART) == wanted
    assert artist._process is not None


def test_charts_are_drawn_here_when_the_process_died(artist: Artist) -> None:
    assert artist._process is not None
    artist._process.kill()
    assert artist.draw(CHART) == drawn(json.dumps(CHART))
    assert artist._process is None


def test_charts_are_drawn_here_when_no_process_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert Artist().draw(CHART) == drawn(json.dumps(CHART))
