"""``forensics show``: the raw line behind a finding, out of whatever it is packed in."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.case import cases
from tests.conftest import PROGRAM
from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.errors import BrokenEvidenceError, UsageError
from forensics.evidence import provenance
from forensics.progress import Silent

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "a.log": lambda data: data,
    "a.log.gz": gzip.compress,
    "a.log.zst": lambda data: zstandard.ZstdCompressor().compress(data),
    "a.log.bz2": bz2.compress,
    "a.log.xz": lzma.compress,
    "multi.gz": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
}


def loaded(folder: Path, name: str, data: bytes, lines: int = 50) -> Path:
    path = folder / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    with new_case(folder / "case") as case:
        cases.load(case, path, lines)
    return folder / "case"


def shown(case: Path, reference: str) -> provenance.RawLine:
    with Case.open(case) as opened:
        return provenance.show(opened, reference, Silent())


@pytest.mark.parametrize("name", PACKED)
def test_a_line_out_of_any_packing(tmp_path: Path, name: str) -> None:
    text = "".join(cases.log_line(number) + "\n" for number in range(1, 51)).encode()
    case = loaded(tmp_path, name, PACKED[name](text))
    for number in (1, 25, 50):
        line = shown(case, f"{name}:{number}")
        assert line.raw.decode() == cases.log_line(number)
        assert line.matches
    with pytest.raises(UsageError, match="has no line 51"):
        shown(case, f"{name}:51")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("data", [b"", b"\n", b"a", b"a\n\nb\r\nc\rd\n", b"\n\n\n", b"last without end", b"a\nb\nc"])
def test_line_numbers_are_physical(data: bytes, size: int) -> None:
    naive = data.split(b"\n")
    if naive[-1] == b"":
        naive.pop()
    for number in range(1, len(naive) + 2):
        chunks = (data[start : start + size] for start in range(0, len(data), size))
        expected = naive[number - 1].removesuffix(b"\r") if number <= len(naive) else None
        assert provenance.nth_line(chunks, number) == expected


def test_evidence_is_named_by_id_prefix_path_or_its_end(tmp_path: Path) -> None:
    log = cases.write_log(tmp_path / "evidence" / "a.log")
    other = cases.write_log(tmp_path / "evidence" / "b.log", first=100)
    with new_case(tmp_path / "case") as case:
        evidence_id = cases.load(case, log, path="edge-1/access.log")
        cases.load(case, other, path="edge-2/access.log")
    for name in (evidence_id, evidence_id[:6], "edge-1/access.log", str(log)):
        assert shown(tmp_path / "case", f"{name}:1").raw.decode() == cases.log_line(1)
    with pytest.raises(UsageError, match=r"could be any of 2 evidence files: .*edge-1/access\.log.*edge-2/access\.log"):
        shown(tmp_path / "case", "access.log:1")
    with pytest.raises(UsageError, match="No evidence in this case"):
        shown(tmp_path / "case", "cess.log:1")


@pytest.mark.parametrize("reference", ["a.log", "a.log:", ":1", "a.log:0", "a.log:-1", "a.log:x", "a.log:1.5", "a.log:²"])
def test_a_reference_is_evidence_colon_line(tmp_path: Path, reference: str) -> None:
    case = loaded(tmp_path, "a.log", b"x\n", lines=1)
    with pytest.raises(UsageError, match="EVIDENCE:LINE"):
        shown(case, reference)


def test_bytes_that_changed_are_shown_and_said(tmp_path: Path, quick) -> None:
    case = loaded(tmp_path, "a.log", b"one\ntwo\n", lines=2)
    (tmp_path / "evidence" / "a.log").write_bytes(b"one\nTWO\n")
    assert not shown(case, "a.log:2").matches
    done = quick("show", "a.log:2", "--case", case, check=3)
    assert done.stdout == "TWO\n"
    assert "NO LONGER MATCHES" in done.stderr


def test_evidence_that_is_gone(tmp_path: Path) -> None:
    case = loaded(tmp_path, "a.log", b"one\n", lines=1)
    (tmp_path / "evidence" / "a.log").unlink()
    with pytest.raises(BrokenEvidenceError, match="load it again"):
        shown(case, "a.log:1")


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, forensics) -> None:
    hostile = b"\x1b[2J\x07 caf\xe9 \xe2\x80\xaetxt.exe"
    case = loaded(tmp_path, "a.log", hostile + b"\n", lines=1)
    assert forensics("show", "a.log:1", "--case", case).stdout == "\\x1b[2J\\x07 caf\\xe9 \\u202etxt.exe\n"
    raw = subprocess.run(
        [str(PROGRAM), "show", "a.log:1", "--raw", "--case", str(case)],
        capture_output=True,
        check=True,
    )
    assert raw.stdout == hostile + b"\n"


def test_a_record_of_a_json_export_is_shown_whole(tmp_path: Path) -> None:
    """An export keeps the line where each record begins; lines of a record are told by themselves."""
    common = {"emailVerified": True, "createdTimestamp": 1700000000000}
    users = [{"id": f"a-{number}", "username": f"u{number}", "email": f"u{number}@corp.example"} | common for number in range(3)]
    (tmp_path / "users.json").write_text(json.dumps({"realm": "x", "users": users}, indent=1), encoding="utf-8")
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(user) + "\n" for user in users), encoding="utf-8")
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "users.json", tmp_path / "lines.jsonl"], LoadOptions(), Silent())
        records = case.connection.sql(
            "SELECT path, account_id, r.line FROM account_records r JOIN evidence_files USING (evidence_id)"
        ).fetchall()
    assert len(records) == 6
    for path, account, line in records:
        assert json.loads(shown(tmp_path / "case", f"{path}:{line}").raw)["id"] == account
    assert shown(tmp_path / "case", "users.json:5").raw.strip() == b'"id": "a-0",'
