"""Lines that are in the evidence twice are counted once; genuine identical requests stay. The order of loading does not matter."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.stored_case import new_case

from forensics.case.loading import LoadOptions, load
from forensics.evidence.overlap import find_duplicates
from forensics.progress import Silent


def clf(second: int, path: str = "/a", client: str = "198.18.0.7") -> str:
    stamp = f"02/Mar/2024:{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0000"
    return f'{client} - - [{stamp}] "GET {path} HTTP/1.1" 200 512 "-" "curl/8"'


def text(lines: Sequence[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def duplicates(folder: Path, files: dict[str, bytes], order: Sequence[str] | None = None) -> dict[str, list[int]]:
    """Return path -> lines that repeat others, after loading the files one by one in the given order."""
    evidence = folder / "evidence"
    for name, content in files.items():
        (evidence / name).parent.mkdir(parents=True, exist_ok=True)
        (evidence / name).write_bytes(content)
    with new_case(folder / "case") as case:
        if order is None:
            load(case, [evidence], LoadOptions(), Silent())
        for name in order or ():
            load(case, [evidence / name], LoadOptions(), Silent())
        with case.transaction():
            find_duplicates(case)
        paths = {row["evidence_id"]: row["path"] for row in case.table("evidence").to_dicts()}
        found: dict[str, list[int]] = {}
        for row in case.table("duplicates").to_dicts():
            found.setdefault(paths[row["evidence_id"]], []).append(row["line"])
            assert row["of_evidence_id"] in paths
        for row in case.table("evidence").to_dicts():
            assert row["lines"] == row["events"] + row["rejected"] + row["skipped"] + row["duplicates"]
    return {path: sorted(lines) for path, lines in sorted(found.items())}


BUSY = [clf(n // 3, f"/{n * 7919 % 97}", f"198.18.0.{n * 31 % 200}") for n in range(300)]


def test_a_gz_beside_its_plain_twin(tmp_path: Path) -> None:
    assert duplicates(tmp_path, {"edge.log": text(BUSY), "edge.log.gz": gzip.compress(text(BUSY))}) == {"edge.log.gz": list(range(1, 301))}


def test_a_rotated_file_that_repeats_the_end_of_another_in_any_order(tmp_path: Path) -> None:
    files = {"edge.log": text(BUSY[200:]), "edge.log.1": text(BUSY[:220])}
    expected = {"edge.log.1": list(range(201, 221))}
    for number, order in enumerate(itertools.permutations(files)):
        assert duplicates(tmp_path / str(number), files, order) == expected


def test_a_log_that_repeats_itself(tmp_path: Path) -> None:
    again = text([clf(n, f"/{n}", f"198.18.1.{n % 50}") for n in range(0, 400)])
    assert duplicates(tmp_path, {"edge.log": again + again[: again.index(b"\n", len(again) // 2) + 1]})["edge.log"][0] == 401


@pytest.mark.parametrize("gap", [0, 30])
def test_identical_requests_in_one_second_stay(tmp_path: Path, gap: int) -> None:
    same = [clf(0)] * 40 + [clf(gap)] * 40
    assert duplicates(tmp_path, {"edge.log": text(same)}) == {}


def test_identical_requests_stay_as_often_as_the_fuller_file_has_them(tmp_path: Path) -> None:
    assert duplicates(tmp_path, {"edge.log": text([clf(0)] * 5), "edge.log.1": text([clf(0)] * 9)}) == {"edge.log.1": [1, 2, 3, 4, 5]}


def test_one_line_at_the_seam_of_a_rotation_is_no_repetition(tmp_path: Path) -> None:
    old = [clf(n, f"/{n}") for n in range(20)]
    assert duplicates(tmp_path, {"edge.log.1": text(old), "edge.log": text([old[-1], *(clf(n, f"/{n}") for n in range(20, 40))])}) == {}


def test_two_hosts_asked_the_same_by_one_health_check_are_both_counted(tmp_path: Path) -> None:
    checks = text([clf(10 * n, "/health", "10.0.0.5") for n in range(300)])
    assert duplicates(tmp_path, {"edge-1.log": checks, "edge-2.log": checks + text([clf(3000, "/x")])}) == {}


def test_a_copy_under_the_name_of_another_host_is_a_repetition(tmp_path: Path) -> None:
    assert duplicates(tmp_path, {"all.log": text(BUSY), "edge-1.log": text(BUSY[50:200])}) == {"edge-1.log": list(range(1, 151))}
