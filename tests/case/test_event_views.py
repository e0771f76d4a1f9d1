"""The event views join what the case needs, and say the same as if they always joined everything."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.progress import Silent

LINE = '198.18.0.1 - ann [04/Mar/2024:09:00:0{} +0000] "GET /a HTTP/1.1" 200 9 "-" "curl"\n'


def counts(case: Case) -> tuple[int, int]:
    return tuple(case.connection.execute(f"SELECT count(*) FROM {view}").fetchall()[0][0] for view in ("events", "requests"))  # type: ignore[return-value]


def test_event_views_follow_repeated_lines_tiers_and_clocks(tmp_path: Path) -> None:
    for name, seconds in (("edge.log", range(5)), ("gateway.log", range(5, 8))):
        (tmp_path / name).write_text("".join(LINE.format(second) for second in seconds))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "edge.log", tmp_path / "gateway.log"], LoadOptions(), Silent())
        assert counts(case) == (8, 8)
        ids = {row["path"]: row["evidence_id"] for row in case.table("evidence_files").to_dicts()}
        case.connection.execute("INSERT INTO duplicates VALUES ($id, 2, $id, 1)", {"id": ids["edge.log"]})
        case.refresh_events()
        assert counts(case) == (7, 7)
        case.connection.execute(
            "INSERT INTO tiers VALUES ($edge, 'edge', TRUE, 3600, ''), ($gateway, 'gateway', FALSE, 0, '')",
            {"edge": ids["edge.log"], "gateway": ids["gateway.log"]},
        )
        case.refresh_events()
        assert counts(case) == (7, 4)
        began = case.connection.execute("SELECT min(started_at), max(started_at) FROM events").fetchall()[0]
        assert began == (datetime(2024, 3, 4, 9, 0, 5), datetime(2024, 3, 4, 10, 0, 4))
        case.connection.execute("UPDATE tiers SET counted = FALSE")
        case.refresh_events()
        assert counts(case) == (7, 0)
