"""Files that nobody foresaw: each is read or refused by name, and the rest still loads."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import socket
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.stored_case import new_case

from forensics.analysis import ensure_analysed
from forensics.case.loading import LoadOptions, load
from forensics.evidence.verify import verify
from forensics.progress import Silent
from forensics.report import write_report
from forensics.report.collect import collect
from forensics.report.exports import write_export

LINE = '198.18.0.7 - - [02/Mar/2024:00:00:{:02d} +0000] "GET /{} HTTP/1.1" 200 512 "-" "curl/8"\n'
LOG = "".join(LINE.format(n % 60, n) for n in range(60)).encode()
LONG = b"y" * (3 << 20)
ERRORS = b"[Sat Mar 02 00:00:00.1 2024] [core:error] [pid 1] [client 198.18.0.7:1] AH00124: x\n" * 5


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def nested(depth: int) -> bytes:
    content = zipped(inner=LOG)
    for _ in range(depth):
        content = zipped(**{"n.zip": content})
    return content


def taken(folder: Path, **files: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Load a folder of these files and a good one; return rows by path and reasons by name."""
    evidence = folder / "evidence"
    evidence.mkdir()
    (evidence / "zz-good.log").write_bytes(LOG.replace(b"/5 ", b"/good "))
    for name, content in files.items():
        (evidence / name).write_bytes(content)
    with new_case(folder / "case") as case:
        result = load(case, [evidence], LoadOptions(), Silent())
        rows = {row["path"].removeprefix("evidence/"): row for row in case.table("evidence_files").to_dicts()}
    assert rows.pop("zz-good.log")["parsed"] == 60
    for row in rows.values():
        assert row["lines"] == row["parsed"] + row["rejected"] + row["skipped"], row
    return rows, {name.removeprefix("evidence/"): reason for name, reason in result.refused}


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (LOG + b"\x00" * 100_000 + LOG, (120, 120)),
        (b"\x00" * (2 << 20) + LOG, (60, 60)),
        (LOG.replace(b"GET /7 ", b"GET /\x007 "), (60, 60)),
        (LOG.replace(b"\n", b"\r"), (60, 60)),
        (LOG + LONG + b"\n" + LOG, (121, 120)),
        (LONG + b"\n" + LOG, (61, 60)),
        (LOG[:-1], (60, 60)),
        (LOG.replace(b"/7 ", b"/caf\xe9 "), (60, 60)),
        ("\ufeff".encode("utf-16-le") + LOG.decode().encode("utf-16-le"), (60, 60)),
        (LOG.decode().encode("utf-16-be"), (60, 60)),
    ],
    ids=["hole", "hole-first", "nul", "cr", "long-line", "long-first", "no-newline", "latin-1", "utf-16", "utf-16-unmarked"],
)
def test_odd_bytes_are_read_and_accounted_for(content: bytes, counts: tuple[int, int], tmp_path: Path) -> None:
    rows, refused = taken(tmp_path, **{"odd.log": content})
    assert not refused
    assert (rows["odd.log"]["lines"], rows["odd.log"]["parsed"]) == counts


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("long.log", LONG, "no log format that is known"),
        ("cell.csv", b"a," + b"b" * 300_000 + b"\n", "no log format that is known"),
        ("deep.json", b"[" * 200_000 + b"\n", ""),
        ("objects.json", b'{"a":' * 100_000, ""),
        ("error.log", ERRORS, "an Apache error log"),
        (
            "own.log",
            b" [2024-03-02 00:00:00.138633] [php7:emerg] [pid 4] [client 198.18.0.7:3] PHP Parse error\n" * 3,
            "an Apache error log",
        ),
        (
            "conn.log",
            b'2024-03-02T00:00:00.5Z 198.18.0.7 36280 443 TLSv1.2 AES 4.03 "CN=a" - F1 Success\n' * 3,
            "a connection log of an AWS",
        ),
        (
            "status.txt",
            b"Active connections: 2 \nserver accepts handled requests\n 10 10 20 \nReading: 0 Writing: 1 Waiting: 1 \n",
            "status snapshot",
        ),
        ("auto.txt", b"ServerVersion: Apache/2.4\nTotal Accesses: 9\nBusyWorkers: 1\nScoreboard: W..\n", "status snapshot"),
        ("app.log", b"2024-03-02 00:00:00,123 INFO main started\n" * 5, "an application log"),
        ("cut.gz", gzip.compress(LOG * 20, mtime=0)[:-30], "cut off"),
        ("nested.zip", nested(5), "nested more than"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_cannot_be_read_is_named(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    rows, refused = taken(tmp_path, **{name: content})
    assert not rows
    assert len(refused) == 1
    told = next(iter(refused.values()))
    assert reason in told
    assert "Traceback" not in told


def test_names_in_archives_stay_inside_them(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in ("/abs/a.log", "../../up.log", "plain/b.log"):
            content = LOG.replace(b"curl", name[-5:-4].encode() * 4)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link.log")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    rows, refused = taken(tmp_path, **{"all.tgz": stream.getvalue()})
    assert sorted(rows) == ["all.tgz/abs/a.log", "all.tgz/plain/b.log", "all.tgz/up.log"]
    assert list(refused.values()) == ["is a link or a device"]


def test_a_line_of_records_longer_than_the_sample_is_no_trouble(tmp_path: Path) -> None:
    record = {"time": "2024-03-02T00:00:01Z", "remote_ip": "198.18.0.7", "method": "GET", "uri": "/" + "a" * 200_000, "status": 200}
    lines = [json.dumps(record), *(json.dumps(record | {"uri": f"/{n}"}) for n in range(5))]
    rows, refused = taken(tmp_path, **{"long.json": "\n".join(lines).encode()})
    assert not refused
    assert rows["long.json"]["parsed"] == 6


def test_what_cannot_be_listed_or_opened_is_named_and_the_rest_loads(tmp_path: Path) -> None:
    """Paths beyond what the system takes, names of 255 bytes, pipes, sockets, devices, a linked folder, one that may not be read."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / ("n" * 251 + ".log")).write_bytes(LOG)
    (evidence / "other.log").write_bytes(LOG.replace(b"curl", b"wget"))
    os.mkfifo(evidence / "pipe")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(evidence):
        listening.bind("sock")
    here = os.open(evidence, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (tmp_path / "link").symlink_to(evidence, target_is_directory=True)
    try:
        with new_case(tmp_path / "case") as case:
            result = load(case, [tmp_path / "link"], LoadOptions(), Silent())
            assert sorted(case.table("evidence_files")["path"]) == ["n" * 251 + ".log", "other.log"]
            assert {check.state for check in verify(case, Silent())} == {"intact"}
    finally:
        subprocess.run(["rm", "-rf", evidence], check=True)  # what Python cannot reach either
    reasons = {name[:10]: reason for name, reason in result.refused}
    assert reasons == {
        "d" * 10: "cannot be listed (File name too long)",
        "pipe": "is no regular file; to load what a program writes, pipe it into `forensics load -`",
        "sock": "is no regular file",
    }


def test_findings_are_never_taken_for_evidence(tmp_path: Path) -> None:
    """Exports of an earlier run, in a folder of their own, with the evidence: accounts and links out of them would prove themselves."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "a.log").write_bytes(LOG)
    (evidence / "accounts.csv").write_text("account_id,email\n" + "".join(f"u{n},u{n}@corp.example\n" for n in range(4)))
    for number in (1, 2):
        with new_case(tmp_path / f"case{number}") as case:
            load(case, [evidence], LoadOptions(), Silent())
            assert sorted(case.table("evidence_files")["path"]) == ["a.log", "accounts.csv"]
            ensure_analysed(case, Silent())
            for kind in ("parquet", "timesketch", "graphml"):
                write_export(case, kind, evidence / "exported", collect(case, None))
            write_report(case, tmp_path / "report", None, Silent())
        for table in (tmp_path / "report").glob("*.csv"):
            (evidence / f"copied-{table.name}").write_bytes(table.read_bytes())
