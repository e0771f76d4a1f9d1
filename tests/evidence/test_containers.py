"""Archives and compressed files: read to the end of what is good, bounded, and never unpacked for one line."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.test_hostile import LINE, LOG, taken, zipped
from tests.stored_case import new_case

from forensics.case.case import Case
from forensics.case.loading import LoadOptions, load
from forensics.evidence import archives, containers
from forensics.evidence.provenance import show
from forensics.evidence.streams import decompressed
from forensics.evidence.verify import verify
from forensics.progress import Silent

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
HALF = len(LOG) // 2


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def content(data: bytes, size: int = 1000) -> tuple[bytes, set[str]]:
    problems: set[str] = set()
    stream = decompressed(io.BytesIO(data), problems)
    return b"".join(iter(lambda: stream.read(size), b"")), problems


# What follows the last member ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("rest", [b"garbage", b"\x1fx", b"\0\0\0\0BZ!" + b"y" * 300_000, b"\n"])
def test_what_follows_compressed_data_is_named_and_the_data_are_read(kind: str, rest: bytes, tmp_path: Path) -> None:
    packed = COMPRESS[kind](LOG[:HALF]) + b"\0" * 512 + COMPRESS[kind](LOG[HALF:]) + rest
    text, problems = content(packed)
    assert text == LOG
    told = f"{len(rest.lstrip(bytes(1))):,} bytes after the compressed data are something else and were not read"
    assert problems == {told}
    rows, refused = taken(tmp_path, **{f"a.log.{kind}": packed})
    assert refused == {}
    (row,) = rows.values()
    assert (row["lines"], row["parsed"]) == (60, 60)
    assert told in row["assumptions"]
    with Case.open(tmp_path / "case") as case:
        assert {check.state for check in verify(case, Silent())} == {"intact"}


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("padding", [b"", b"\0" * 4, b"\0" * 200_000])
def test_padding_is_no_problem(kind: str, padding: bytes) -> None:
    assert content(COMPRESS[kind](LOG) + padding) == (LOG, set())


@pytest.mark.parametrize("kind", COMPRESS)
def test_members_read_in_any_steps_are_the_same(kind: str) -> None:
    chance = random.Random(7)
    parts = [chance.randbytes(chance.randrange(0, 90_000)) + b"ab" * chance.randrange(0, 90_000) for _ in range(6)]
    packed = b"".join(map(COMPRESS[kind], parts))
    for size in (1, 77, 65_536, 1 << 20) if len(packed) < 1 << 16 else (4096, 65_536, 1 << 20):
        assert content(packed, size) == (b"".join(parts), set())


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("cut", [3, 30])
def test_a_member_that_is_cut_off_or_damaged_refuses_the_file(kind: str, cut: int, tmp_path: Path) -> None:
    packed = COMPRESS[kind](LOG * 20)
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    rows, refused = taken(tmp_path, cut=packed + packed[:-cut], hurt=bytes(damaged))
    assert rows == {}
    assert "cut off" in refused["cut"]
    assert "cannot be decompressed" in refused["hurt"] or "cut off" in refused["hurt"]


def test_what_follows_a_compressed_tar_is_named(tmp_path: Path) -> None:
    rows, refused = taken(tmp_path, **{"a.tgz": tarred({"a.log": LOG}, "w:gz") + b"garbage"})
    assert sorted(rows) == ["a.tgz/a.log"]
    assert refused == {"a.tgz/.": "was read, but 7 bytes after the compressed data are something else and were not read"}


# One line of a member -----------------------------------------------------------------------------------------------


def large(lines: int = 30_000) -> bytes:
    """Lines that do not compress to nothing."""
    chance = random.Random(3)
    return "".join(LINE.format(n % 60, chance.randbytes(40).hex()) for n in range(lines)).encode()


@pytest.mark.parametrize(
    ("archive", "path"),
    [
        (lambda text, other: tarred({"a.log": LOG, "b.log": text, "c.log": other}, "w:gz"), "b.log"),
        (lambda text, other: tarred({"a.log": LOG, "b.log.gz": gzip.compress(text), "c.log": other}, "w:bz2"), "b.log.gz"),
        (lambda text, other: tarred({"in.tgz": tarred({"x": LOG, "b.log": text}, "w:gz"), "c.log": other}, "w:gz"), "in.tgz/b.log"),
        (lambda text, other: tarred({"b.log": text, "c.log": other}), "b.log"),
        (lambda text, other: zipped(**{"b.log": text, "c.log": other}), "b.log"),
    ],
)
def test_one_line_is_read_out_of_an_archive_without_unpacking_it(
    archive: Callable[[bytes, bytes], bytes], path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, other = large(200), large().replace(b"curl", b"wget")
    packed = tmp_path / "evidence" / "all.pack"
    packed.parent.mkdir()
    packed.write_bytes(archive(text, other))
    with new_case(tmp_path / "case") as case:
        load(case, [packed.parent], LoadOptions(), Silent())
    archives._kept.clear()

    def none(*given: Any, **named: Any) -> Any:
        raise AssertionError("unpacked to a file")

    monkeypatch.setattr("tempfile.TemporaryFile", none)
    with Case.open(tmp_path / "case") as case:
        line = show(case, f"{path}:117", Silent())
    assert line.matches
    assert line.raw == text.split(b"\n")[116]


def test_nothing_behind_the_member_is_read(tmp_path: Path) -> None:
    whole = tarred({"b.log": large(200), "c.log": large()}, "w:gz")
    (tmp_path / "cut.tgz").write_bytes(whole[: len(whole) // 2])
    with archives.passing_member(tmp_path / "cut.tgz", "b.log") as stream:
        assert stream.read() == large(200)


def test_a_zip_inside_a_compressed_tar_is_unpacked_alone(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(tarred({"in.zip": zipped(a=LOG, b=LOG[:HALF])}, "w:gz"))
    with archives.passing_member(tmp_path / "a.tgz", "in.zip/b") as stream:
        assert stream.read() == LOG[:HALF]


# Many, twice, too long ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [tarred, lambda members: tarred(members, "w:gz"), lambda members: zipped(**members)])
def test_thousands_of_members_take_no_longer_each(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    """Once each member cost a walk over all of them: 170 seconds for these."""
    (tmp_path / "many").write_bytes(pack({f"d{n % 50}/{n}.log": LINE.format(n % 60, n).encode() for n in range(3000)}))
    began = time.process_time()
    found = archives.members(tmp_path / "many")
    assert found is not None
    assert [member.refused for member in found] == [None] * 3000
    for member in found[::10]:
        with archives.open_member(tmp_path / "many", member.path) as stream:
            assert stream.read().startswith(b"198.18.0.7")
    assert time.process_time() - began < 10


def test_a_name_that_is_there_twice_is_said(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.log", LOG)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.log", LOG[:HALF])
    rows, refused = taken(tmp_path, **{"two.zip": stream.getvalue()})
    assert rows["two.zip/a.log"]["lines"] == 60
    assert refused == {"two.zip/a.log": "is in its archive more than once; the first was read"}


def test_too_many_members_and_too_long_names_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MEMBERS", 3)
    monkeypatch.setattr(containers, "DIRECTORY", 2000)
    monkeypatch.setattr(containers, "LONGEST_HEADER", 2000)
    five = {f"{n}.log": LOG.replace(b"/8", b"/%d" % n) for n in range(5)}
    long = tarred({"x" * 3000: LOG})
    rows, refused = taken(tmp_path, **{"a.tar": tarred(five), "b.zip": zipped(**{f"{n:0900}": LOG for n in range(3)}), "c.tar": long})
    assert sorted(rows) == ["a.tar/0.log", "a.tar/1.log", "a.tar/2.log"]
    assert refused["a.tar/."] == "holds more than 3 members; the rest was not read"
    assert "lists more members" in refused["b.zip"]
    assert "longer than any name" in refused["c.tar"]


def test_more_archives_than_files_may_be_open(tmp_path: Path) -> None:
    import resource

    for number in range(120):
        (tmp_path / f"{number}.tgz").write_bytes(tarred({"a.log": LOG}, "w:gz"))
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, most))
    try:
        assert all(archives.members(tmp_path / f"{number}.tgz") for number in range(120))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
