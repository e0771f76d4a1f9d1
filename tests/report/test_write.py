"""The report folder: the contract's files, the same bytes twice, nothing of the clock or the host in them."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import polars as pl
import pytest
from tests.report.made import fill

from forensics.analysis import analysis_id
from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.progress import Silent
from forensics.report import write_report
from forensics.report.document import from_json
from forensics.report.html import as_html
from forensics.report.ordering import Order, deliver

CONTRACT = {
    "report.html",
    "report.md",
    "report.json",
    "run.json",
    "incidents.csv",
    "phases.csv",
    "timeline.csv",
    "attributions.csv",
    "rivals.csv",
    "actors.csv",
    "accounts.csv",
    "participants.csv",
    "links.csv",
    "taken.csv",
    "response.csv",
    "evidence.csv",
}


def test_an_empty_case_gives_the_whole_folder_and_says_that_nothing_was_found(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = write_report(case, out, None, Silent())
    assert {file.name for file in files} == CONTRACT
    assert "No incident was found in the evidence. The logs hold requests of 0 minutes only" in (out / "report.html").read_text()
    header = (out / "timeline.csv").read_text().splitlines()[0].split(",")
    assert header[:3] == ["message", "datetime", "timestamp_desc"]
    assert "loaded_at" not in (out / "evidence.csv").read_text()
    assert (out / "accounts.csv").read_text().strip().endswith("actor_id,strength_bits")


def test_only_run_json_differs_between_two_runs(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "host-of-nobody")
    first, second = tmp_path / "first", tmp_path / "second"
    write_report(case, first, None, Silent())
    write_report(case, second, None, Silent())
    for name in CONTRACT - {"run.json"}:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
        assert b"host-of-nobody" not in (first / name).read_bytes()
        assert str(tmp_path).encode() not in (first / name).read_bytes()


def test_run_json_carries_the_head_of_the_custody_chain_that_holds_every_hash(case: Case, tmp_path: Path) -> None:
    write_report(case, tmp_path / "out", None, Silent())
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    last = json.loads((case.folder / "custody.jsonl").read_text().splitlines()[-1])
    assert {Path(entry["path"]).name: entry["sha256"] for entry in last["outputs"]} == {e["path"]: e["sha256"] for e in run["files"]}
    assert {entry["path"] for entry in run["files"]} == CONTRACT - {"run.json"}


def test_a_saved_report_renders_the_same_page_without_the_case(case: Case, tmp_path: Path) -> None:
    write_report(case, tmp_path / "out", None, Silent())
    saved = (tmp_path / "out" / "report.json").read_text()
    assert as_html(from_json(saved)) == (tmp_path / "out" / "report.html").read_text()


def test_an_unknown_incident_is_a_usage_error(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No incident was found"):
        write_report(case, tmp_path / "out", "nonsense", Silent())
    fill(case)
    with pytest.raises(UsageError, match="No incident is called 'nonsense'"):
        write_report(case, tmp_path / "out", "nonsense", Silent())


def test_an_incident_is_meant_by_its_id_its_beginning_or_its_rank(filled: Case, tmp_path: Path) -> None:
    worst = filled.frame("incidents", "ranked")["incident_id"][0]
    for name in (worst, worst[:16], "1"):
        write_report(filled, tmp_path / "out", name, Silent())
        assert json.loads((tmp_path / "out" / "report.json").read_text())["incident_id"] == worst


def test_a_redacted_report_is_not_compared_with_one_that_names_everybody(filled: Case, tmp_path: Path) -> None:
    def written(name: str, *, compare: str | None = None, **options: bool) -> Path:
        order = Order(case=filled.folder, out=tmp_path / name, **options)
        deliver(order, compare=tmp_path / compare / "report.json" if compare else None, saved=None, progress=Silent())
        return tmp_path / name

    filled.close()
    written("plain")
    written("redacted", redact=True)
    written("secrets", show_secrets=True)
    for earlier, options in (("plain", {"redact": True}), ("redacted", {}), ("secrets", {})):
        with pytest.raises(UsageError, match=r"The earlier report .*: compare with one that"):
            written("refused", compare=earlier, **options)
    out = written("compared", compare="redacted", redact=True)
    assert "Nothing has changed" in (out / "changes.csv").read_text()
    assert "Nothing has changed" in (out / "report.md").read_text()


def test_what_people_ruled_stands_in_the_report_and_names_nobody_in_a_redacted_one(filled: Case, tmp_path: Path) -> None:
    account = str(filled.table("accounts")["account_id"][0])
    rows = [
        (1, "known", "account", account, None, "an earlier reason"),
        (2, "known", "account", account, None, "load test of Zebulon, ticket QX7"),
        (3, "reject", "account", account, "acc_zzz9", "siblings"),
    ]
    filled.insert("rulings", pl.DataFrame(rows, schema=filled.table("rulings").columns, orient="row"))
    filled.set_meta("analysis_id", analysis_id(filled))
    filled.close()
    for name, redact in (("plain", False), ("redacted", True)):
        deliver(Order(case=filled.folder, out=tmp_path / name, redact=redact), compare=None, saved=None, progress=Silent())
    told = (tmp_path / "plain" / "report.md").read_text().partition("### Rulings")[2]
    assert "load test of Zebulon, ticket QX7" in told
    assert "an earlier reason" not in told, "a later ruling on the same subject wins"
    assert "Zebulon" in (tmp_path / "plain" / "report.html").read_text()
    for file in (tmp_path / "redacted").iterdir():
        assert not [word for word in ("Zebulon", "QX7", "acc_zzz9") if word in file.read_text()], file.name
    assert "### Rulings" in (tmp_path / "redacted" / "report.md").read_text()
