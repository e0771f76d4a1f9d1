"""``forensics verify`` names exactly what changed, is missing or was added."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.case import cases
from tests.stored_case import new_case

from forensics.case import loading
from forensics.case.case import Case
from forensics.errors import BrokenEvidenceError
from forensics.evidence import chain, provenance
from forensics.evidence.verify import Check, complain, summed, verify
from forensics.progress import Silent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A case of three logs."""
    with new_case(tmp_path / "case") as case:
        for number, name in enumerate(("a.log", "b.log", "c.log")):
            cases.load(case, cases.write_log(tmp_path / "evidence" / name, first=100 * number))
    return tmp_path


def wrong(folder: Path, **options: object) -> set[tuple[str, str, str]]:
    with Case.open(folder / "case") as case:
        checks = verify(case, Silent(), **options)  # type: ignore[arg-type]
    return {(check.what, check.name, check.state) for check in checks if check.state != "intact"}


def events_of(folder: Path, name: str) -> Path:
    with Case.open(folder / "case") as case:
        sha256 = next(row["sha256"] for row in case.rows("case", "evidence_locations") if row["path"] == name)
    return folder / "case" / "events" / f"{sha256}.parquet"


def test_nothing_wrong(folder: Path) -> None:
    assert wrong(folder) == set()
    with Case.open(folder / "case") as case:
        assert len(verify(case, Silent())) == 7  # three logs, their events, the chain


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE: dict[str, tuple[Callable[[Path], object], set[tuple[str, str, str]]]] = {
    "one bit": (lambda folder: flipped(folder / "evidence" / "b.log"), {("evidence", "b.log", "changed")}),
    "grown": (lambda folder: cases.write_log(folder / "evidence" / "b.log", lines=51), {("evidence", "b.log", "changed")}),
    "deleted": (lambda folder: (folder / "evidence" / "a.log").unlink(), {("evidence", "a.log", "missing")}),
    "a folder instead": (
        lambda folder: ((folder / "evidence" / "a.log").unlink(), (folder / "evidence" / "a.log").mkdir()),
        {("evidence", "a.log", "missing")},
    ),
    "added events": (lambda folder: (folder / "case" / "events" / "x.parquet").write_bytes(b""), {("events", "events/x.parquet", "added")}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_names_exactly_what_is_wrong(folder: Path, damage: str) -> None:
    do, expected = DAMAGE[damage]
    do(folder)
    assert wrong(folder) == expected


def test_events_that_were_changed_or_lost(folder: Path) -> None:
    changed, lost = events_of(folder, "a.log"), events_of(folder, "c.log")
    flipped(changed)
    lost.unlink()
    assert wrong(folder) == {("events", f"events/{changed.name}", "changed"), ("events", f"events/{lost.name}", "missing")}


def test_a_log_that_went_on_and_was_loaded_again_holds_both(folder: Path) -> None:
    log = folder / "evidence" / "b.log"
    grown = log.read_bytes() + b"".join(cases.log_line(number).encode() + b"\n" for number in range(900, 910))
    log.write_bytes(grown)
    assert wrong(folder) == {("evidence", "b.log", "changed")}
    with Case.open(folder / "case") as case:
        (told,) = [check.detail for check in verify(case, Silent()) if check.state == "changed"]
        assert "load it again to have the rest on record" in told
        loading.load(case, [log], loading.LoadOptions(), Silent())
        states = [(check.name, check.state) for check in verify(case, Silent()) if check.what == "evidence"]
        assert states == [("a.log", "intact"), ("b.log", "grown"), ("b.log", "intact"), ("c.log", "intact")]
        ids = case.table("evidence_files").filter(path="b.log")["evidence_id"].to_list()
        assert len(ids) == 2
        assert [provenance.show(case, f"{evidence}:50", Silent()).matches for evidence in ids] == [True, True]
    log.write_bytes(grown.replace(b"GET", b"PUT", 1))
    assert wrong(folder) == {("evidence", "b.log", "changed")}


def test_moved_evidence_is_found_by_its_bytes(folder: Path) -> None:
    shutil.move(folder / "evidence", folder / "archive")
    (folder / "archive" / "b.log").rename(folder / "archive" / "renamed")
    (folder / "archive" / "decoy").write_bytes(b"x" * (folder / "archive" / "renamed").stat().st_size)
    assert {state for _, _, state in wrong(folder)} == {"missing"}
    assert wrong(folder, search=folder / "archive") == {("evidence", f"{name}.log", "moved") for name in "abc"}


def test_evidence_and_database_changed_together_contradict_custody(folder: Path) -> None:
    log = folder / "evidence" / "a.log"
    flipped(log)
    row = cases.evidence_row(log, 50)
    with Case.open(folder / "case") as case:
        case.connection.execute(
            "UPDATE evidence_files SET sha256 = $sha256, events_sha256 = NULL WHERE path = 'a.log'", {"sha256": row["sha256"]}
        )
    assert ("database", "a.log", "changed") in wrong(folder)


def test_the_chain(folder: Path) -> None:
    record = folder / "case" / "custody.jsonl"
    head = chain.read(record).head
    assert wrong(folder, head=head) == set()
    assert wrong(folder, head="f" * 64) == {("custody", "custody.jsonl", "broken")}
    lines = record.read_bytes().splitlines(keepends=True)
    record.write_bytes(b"".join([lines[0], lines[1].replace(b'"lines": 50', b'"lines": 51'), *lines[2:]]))
    assert wrong(folder) == {("custody", "custody.jsonl", "broken")}
    record.unlink()
    assert ("custody", "custody.jsonl", "missing") in wrong(folder)


def test_a_verification_is_on_record_with_its_result(folder: Path) -> None:
    wrong(folder)
    (folder / "evidence" / "a.log").unlink()
    wrong(folder)
    results = [(line["result"], line["details"]["wrong"]) for line in chain.read(folder / "case" / "custody.jsonl").lines[-2:]]
    assert results == [("done", []), ("failed: 1 of 7 checks", ["evidence a.log: missing"])]


def test_reports_and_exports_are_checked_where_they_are(folder: Path, quick) -> None:
    case = folder / "case"
    quick("report", "--case", case, "--out", folder / "report")
    quick("export", "graphml", "--case", case, "--out", folder / "graph")
    assert wrong(folder) == set()
    page, table = folder / "report" / "report.html", folder / "report" / "links.csv"
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", " </body>"), encoding="utf-8")
    table.unlink()
    (folder / "report" / "run.json").unlink()  # says when it was, and is on no record
    shutil.move(folder / "graph", folder / "handed-over")
    assert {check for check in wrong(folder) if check[2] != "taken away"} == {
        ("output", str(page), "changed"),
        ("output", str(table), "missing"),
    }
    assert "report.html is changed" in quick("verify", "--case", case, check=3).stderr
    quick("report", "--case", case, "--out", folder / "report")  # what was written last counts
    assert {state for _, _, state in wrong(folder)} == {"taken away"}
    quick("verify", "--case", case)


def test_the_sentence_and_the_exit_code(folder: Path, quick) -> None:
    complain([Check("evidence", "a", "intact"), Check("evidence", "b", "moved", "found at /x")])
    with pytest.raises(BrokenEvidenceError, match=r"evidence a is changed \(why\)"):
        complain([Check("evidence", "a", "changed", "why")])
    (folder / "evidence" / "a.log").unlink()
    done = quick("verify", "--case", folder / "case", "--format", "json", check=3)
    assert {row["name"]: row["state"] for row in json.loads(done.stdout)}["a.log"] == "missing"
    assert "a.log is missing" in done.stderr


def test_members_of_archives(tmp_path: Path, quick) -> None:
    logs = {name: "".join(cases.log_line(number) + "\n" for number in range(first, first + 50)) for name, first in (("a", 1), ("b", 100))}
    (tmp_path / "in").mkdir()
    for name, text in logs.items():
        with zipfile.ZipFile(tmp_path / "in" / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"deep/{name}.log", text)
    quick("load", tmp_path / "in", "--case", tmp_path / "case")
    assert wrong(tmp_path) == set()
    assert quick("show", "b.log:3", "--case", tmp_path / "case").stdout == cases.log_line(102) + "\n"
    (tmp_path / "moved").mkdir()
    shutil.move(tmp_path / "in" / "a.zip", tmp_path / "moved" / "a.zip")
    with zipfile.ZipFile(tmp_path / "in" / "b.zip", "w") as archive:
        archive.writestr("deep/b.log", logs["a"])
    assert wrong(tmp_path) == {("evidence", "a.zip/deep/a.log", "missing"), ("evidence", "b.zip/deep/b.log", "changed")}
    assert wrong(tmp_path, search=tmp_path / "moved") == {
        ("evidence", "a.zip/deep/a.log", "moved"),
        ("evidence", "b.zip/deep/b.log", "changed"),
    }


def test_a_terminal_is_told_of_many_intact_files_in_one_row() -> None:
    checks = [Check("custody", "custody.jsonl", "intact", "3 lines"), Check("evidence", "c", "moved", "found at /x")]
    checks += [Check("evidence", name, "intact") for name in "ab"]
    assert [(check.what, check.name, check.state) for check in summed(checks)] == [
        ("custody", "custody.jsonl", "intact"),
        ("evidence", "2 files", "intact"),
        ("evidence", "c", "moved"),
    ]
