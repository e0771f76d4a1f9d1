"""Loading: every line accounted for, whatever the bytes are; refusals by name; nothing changes twice."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.stored_case import new_case

from forensics import limits
from forensics.case import loading, store
from forensics.case.case import Case
from forensics.case.loaded import told
from forensics.case.loading import LoadOptions, LoadResult, load
from forensics.case.status import left_out, section
from forensics.errors import ForensicsError, UsageError
from forensics.evidence import chain, streams
from forensics.evidence import lines as lines_module
from forensics.evidence.discover import EvidenceFile
from forensics.evidence.provenance import show
from forensics.evidence.verify import verify
from forensics.progress import Silent, Terminal
from forensics.report import write_report


def clf(second: int, path: str = "/a", client: str = "198.18.0.7", status: int = 200) -> str:
    return f'{client} - - [02/Mar/2024:00:{second // 60 % 60:02}:{second % 60:02} +0000] "GET {path} HTTP/1.1" {status} 512 "-" "curl/8"'


def text(lines: Sequence[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def loaded(folder: Path, *paths: Path, **options: Any) -> tuple[LoadResult, list[dict[str, Any]]]:
    with new_case(folder) as case:
        result = load(case, list(paths), LoadOptions(**options), Silent())
        rows = case.table("evidence").sort("path").to_dicts()
        assert case.connection.sql("SELECT count(*) FROM stored_events").fetchall()[0][0] == sum(
            r["events"] for r in rows if r["kind"] == "log"
        )
    for row in rows:
        assert row["lines"] == row["events"] + row["rejected"] + row["skipped"] + row["duplicates"], row
    return result, rows


def test_the_case_says_why_lines_were_skipped(tmp_path: Path) -> None:
    """A notice among the requests (a server went down) is no request, but a responder must hear of it."""
    request = '198.51.100.2:33317 [02/Mar/2024:00:00:01.655] fe be/srv 0/0/1/9/10 200 99 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"'
    down = "Mar  2 00:00:02 lb haproxy[8]: Server be/srv is DOWN, reason: Layer4 timeout, check duration: 2001ms."
    (tmp_path / "lb.log").write_bytes(text([request, down, down, "", request.replace(":01.655", ":03.000")]))
    (tmp_path / "edge.json").write_bytes(
        b'[\n{"time":"2024-03-02T00:00:01Z",\n"client_ip":"198.18.0.7","method":"GET","path":"/a","status":200}]'
    )
    loaded(tmp_path / "case", tmp_path / "lb.log", tmp_path / "edge.json", since=datetime(2024, 3, 2, 0, 0, 2))
    with Case.open(tmp_path / "case") as case:
        files = section(case, "files").select("path", "skipped", "skipped_because")
    assert dict(files.select("path", "skipped_because").rows()) == {
        "lb.log": ["a notice of HAProxy: a server went down (2)", "blank (1)", "outside --from and --to (1)"],
        "edge.json": ["no record begins there (2)", "outside --from and --to (1)"],
    }
    assert left_out(files).rows() == [
        ("edge.json", 3, ["outside --from and --to (1)"]),
        ("lb.log", 4, ["a notice of HAProxy: a server went down (2)", "outside --from and --to (1)"]),
    ]


class Heard(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.mark.parametrize(("later", "overlap"), [(20, True), (100, False)])
def test_a_log_of_a_name_that_the_case_has_may_be_of_another_machine(tmp_path: Path, later: int, overlap: bool) -> None:
    heard = Heard()
    with new_case(tmp_path / "case") as case:
        for number, folder in enumerate(["berlin", "paris"]):
            log = tmp_path / folder / "access.log"
            log.parent.mkdir()
            log.write_bytes(text([clf(second, f"/{folder}/{second}") for second in range(number * later, number * later + 50)]))
            told(load(case, [log], LoadOptions(), Silent()), heard)
        assert [line.partition(":")[0] for line in heard.said if "--host NAME" in line] == ["The case had a log called access.log already"]
        assumed = section(case, "assumptions").filter(pl.col("assumption").str.contains("overlap in time"))
        assert assumed["subject"].to_list() == (["access.log"] if overlap else [])
        told(load(case, [tmp_path / "paris"], LoadOptions(host="paris"), Silent()), heard)
        assert sum("--host NAME" in line for line in heard.said) == 1
        assert not section(case, "assumptions")["assumption"].str.contains("overlap in time").any()


def test_of_three_logs_of_one_name_that_overlap_three_are_told(tmp_path: Path) -> None:
    with new_case(tmp_path / "case") as case:
        for number, folder in enumerate(["berlin", "paris", "rome", "later"]):
            log = tmp_path / folder / "access.log"
            log.parent.mkdir()
            log.write_bytes(text([clf(second, f"/{folder}/{second}") for second in range(number // 3 * 1000, number // 3 * 1000 + 50)]))
            load(case, [log], LoadOptions(), Silent())
        told = section(case, "assumptions").filter(pl.col("assumption").str.contains("overlap in time"))["assumption"].to_list()
        assert [said.partition(" of")[0] for said in told] == ["3 logs"]


def test_a_w3c_log_of_local_times_says_that_they_carry_no_zone(tmp_path: Path) -> None:
    (tmp_path / "utc.log").write_bytes(
        b"#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2024-03-02 00:00:01 198.18.0.7 GET /a 200\n"
    )
    (tmp_path / "local.log").write_bytes((tmp_path / "utc.log").read_bytes().replace(b"date time", b"date-local time-local"))
    _, rows = loaded(tmp_path / "case", tmp_path)
    assert {row["path"].rpartition("/")[2]: row["time_zone_source"] for row in rows} == {"local.log": "assumed", "utc.log": "log"}


def events(folder: Path) -> pl.DataFrame:
    with Case.open(folder) as case:
        return case.table("stored_events").sort("line")


NOISE = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"", b"\n", b"\r\n", b"\x00\x00", b"\x01", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"{", b"#"])
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.one_of(NOISE, st.integers(0, 3000).map(lambda n: text([clf(n)]))), min_size=1, max_size=30))
def test_lines_are_accounted_for_on_arbitrary_bytes(parts: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("noise")
    body = text([clf(0), clf(1)]) + b"".join(parts)
    (place / "a.log").write_bytes(body)
    _, rows = loaded(place / "case", place / "a.log", kind="log")
    assert rows[0]["lines"] == len(body.split(b"\n")) - body.endswith(b"\n")
    assert rows[0]["events"] >= 1


@pytest.mark.parametrize("encode", [gzip.compress, lzma.compress], ids=["gz", "xz"])
def test_compression_is_told_by_content_not_by_name(tmp_path: Path, encode: Any) -> None:
    (tmp_path / "plain.txt").write_bytes(encode(text([clf(n) for n in range(5)])))
    _, rows = loaded(tmp_path / "case", tmp_path / "plain.txt")
    assert rows[0]["events"] == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "a.log").write_bytes(end.join(clf(n, f"/ü{n}") for n in range(8)).encode(encoding))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log")
    assert (rows[0]["lines"], rows[0]["events"]) == (8, 8)
    assert events(tmp_path / "case")["path"].to_list() == [f"/ü{n}" for n in range(8)]


def test_line_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    body = text([clf(0)]) + b"\n\x01\n" + text([clf(1, "/x\x01y")]) + b"\xff\xfe\xfa\n" + clf(2).encode()
    (tmp_path / "a.log").write_bytes(body)
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log")
    assert events(tmp_path / "case")["line"].to_list() == [1, 4, 6]
    assert (rows[0]["rejected"], rows[0]["skipped"]) == (2, 1)


def test_bytes_that_are_no_text_are_kept_readable(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(clf(0, "/BIG5").encode().replace(b"BIG5", b"\xa4\xa4"))
    loaded(tmp_path / "case", tmp_path / "a.log")
    assert events(tmp_path / "case")["path"].to_list() == ["/\\xa4\\xa4"]


def test_a_line_too_long_is_rejected_and_the_rest_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 1000)
    monkeypatch.setattr("forensics.formats.cells.LONGEST_LINE", 1000)
    whole = lines_module.blocks
    monkeypatch.setattr("forensics.case.reading.blocks", lambda chunks: whole(chunks, 4096))
    (tmp_path / "a.log").write_bytes(text([clf(0)]) + b"x" * 3_000_000 + b"\n" + b"y" * 2000 + b"\n" + text([clf(1)]))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log", kind="log")
    assert (rows[0]["lines"], rows[0]["events"], rows[0]["rejected"]) == (4, 2, 2)
    assert events(tmp_path / "case")["line"].to_list() == [1, 4]


def test_blocks_may_be_cut_anywhere() -> None:
    body = text([clf(n) for n in range(50)]) + b"\n\n" + clf(50).encode()
    expected = body.split(b"\n")
    for size in (1, 7, 100, 1000, 10_000):
        chunks = [body[n : n + size] for n in range(0, len(body), size)]
        numbers, before = [], 0
        for batch in map(lines_module.batch_of, lines_module.blocks(chunks, 512)):
            numbers += batch.moved(before).lines["line"].to_list()
            before += len(batch.lines) + batch.blank
        assert before == len(expected)
        assert numbers == [n for n, line in enumerate(expected, 1) if line]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.log", b"", "is empty"),
        ("blank.log", b"\n\n", "blank lines"),
        ("program", b"\x7fELF" + bytes(range(256)) * 40, "a program"),
        ("noise.bin", bytes(range(256)) * 40, "binary data"),
        ("cut.log.gz", gzip.compress(text([clf(n, f"/{n * 7919 % 1000}") for n in range(500)]))[:-300], "is cut off"),
        ("error.log", b"[Sat Mar 02 00:00:01.5 2024] [core:error] [pid 7] AH00124: too many redirects\n" * 3, "an Apache error log"),
        ("nginx.log", b"2024/03/02 00:00:01 [error] 31#31: *46 open() failed\n" * 3, "an nginx error log"),
        ("app.log", b"2024-03-02 00:00:01,123 INFO worker started\n" * 3, "an application log"),
        ("status.txt", b"Active connections: 291\nserver accepts handled requests\n 1 1 3\n", "log"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_log_is_refused_by_name_and_the_rest_is_loaded(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / name).write_bytes(content)
    with pytest.raises(ForensicsError, match="Nothing was loaded"):
        loaded(tmp_path / "case", evidence)
    (evidence / "good.log").write_bytes(text([clf(0)]))
    result, rows = loaded(tmp_path / "case", evidence)
    assert [row["path"] for row in rows] == ["good.log"]
    assert [refused for refused, why in result.refused if reason in why] == [name]
    with pytest.raises(ForensicsError, match="strict"):
        loaded(tmp_path / "other", evidence, strict=True)


def test_a_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EXPANSION_FREE", 4 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(text([clf(0)]) * 200_000))
    (tmp_path / "good.log").write_bytes(text([clf(0)]))
    result, _ = loaded(tmp_path / "case", tmp_path)
    assert [(name, "fold" in why) for name, why in result.refused] == [("bomb.gz", True)]


def test_a_bomb_in_a_zip_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EXPANSION_FREE", 4 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.log", text([clf(0)]) * 200_000)
    (tmp_path / "good.log").write_bytes(text([clf(1)]))
    result, _ = loaded(tmp_path / "case", tmp_path / "bomb.zip", tmp_path / "good.log")
    assert [(name, "fold" in why) for name, why in result.refused] == [("bomb.zip/bomb.log", True)]


def test_little_memory_reads_one_file_after_the_other_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.log").write_bytes(text([clf(number)]))
    at_once: list[int | None] = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, workers: int | None = None) -> None:
            at_once.append(workers)
            super().__init__(workers)

    monkeypatch.setattr("forensics.case.loading.ThreadPoolExecutor", Pool)
    for memory in (1_000_000_000, 2_000_000_000):
        monkeypatch.setattr(limits, "_chosen", limits.Limits(memory=memory))
        loaded(tmp_path / str(memory), *sorted(tmp_path.glob("*.log")))
    assert at_once == [1, 2]
    few, many = (sorted(path.read_bytes() for path in tmp_path.glob(f"{memory}/events/*")) for memory in (1_000_000_000, 2_000_000_000))
    assert few == many


def test_a_clock_offset_of_a_host_that_no_log_is_of_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "edge-1.log").write_bytes(text([clf(0)]))
    with new_case(tmp_path / "case") as case:
        load(case, [tmp_path / "edge-1.log"], LoadOptions(clock_offsets={"edge-1": -47.0, "typo": 3.0}), Terminal())
        assert case.option("clock_offsets") == {"edge-1": -47.0, "typo": 3.0}
    said = capsys.readouterr().err
    assert "Times of edge-1 are moved by -47 s." in said
    assert "No log is of the host typo: its clock offset changes nothing (hosts: edge-1)." in said


def test_small_files_are_committed_together_to_the_same_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs, an export, a refusal and the same bytes twice, in batches of several files or one by one."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(8):
        odd = ["not a request"] if number in (1, 2, 6) else []  # within a batch of four, in another one, and alone
        (logs / f"{number}.log").write_bytes(text([clf(number % 7), *odd]))
    (logs / "accounts.csv").write_bytes(b"account_id,email\nu-1,u1@corp.example\n")
    (logs / "3.txt").write_bytes(b"a letter\n")
    commits: list[int] = []
    commit = store.commit
    monkeypatch.setattr(store, "commit", lambda case, files: (commits.append(len(files)), commit(case, files)))
    found = {}
    for together in (32, 4, 1):
        monkeypatch.setattr("forensics.case.loading.BATCH_FILES", together)
        result, rows = loaded(tmp_path / f"case-{together}", logs)
        assert (result.unchanged, [name for name, _ in result.refused]) == (["7.log"], ["3.txt"])
        named = chain.loads(chain.read(tmp_path / f"case-{together}" / "custody.jsonl"))
        assert sorted(sha for sha, _ in named) == sorted(row["sha256"] for row in rows)
        with Case.open(tmp_path / f"case-{together}") as case:
            kept = {
                name: case.table(name).drop("loaded_at", strict=False).to_dicts() for name in ("evidence_files", "rejects", "stored_events")
            }
            assert [check for check in verify(case, Silent()) if check.state != "intact"] == []
        found[together] = kept
    assert commits == [8, 4, 3, 1, *[1, 1, 1, 1, 0, 1, 1, 1, 0, 1]]
    assert found[32] == found[4] == found[1]


def test_large_files_are_committed_by_themselves(tmp_path: Path) -> None:
    sizes = {"a.log": 10, "b.log": loading.BATCH_BYTES, "c.log": 20, "d.log": 30}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    members = [EvidenceFile(f"z.zip/{number}", tmp_path / "d.log", str(number)) for number in range(40)]
    files = [EvidenceFile(name, tmp_path / name) for name in sizes if name != "d.log"] + members
    assert [len(batch) for batch in loading._batches(files)] == [1, 1, 32, 9]


def test_the_same_bytes_with_the_same_options_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(text([clf(0)]))
    loaded(tmp_path / "case", tmp_path / "a.log")
    result, _ = loaded(tmp_path / "case", tmp_path / "a.log")
    assert (result.loaded, result.unchanged) == ([], ["a.log"])
    result, rows = loaded(tmp_path / "case", tmp_path / "a.log", host="edge-9")
    assert len(result.loaded) == 1
    assert [row["host"] for row in rows] == ["edge-9"]


def test_evidence_that_was_moved_is_found_again_once_it_is_loaded_from_there(tmp_path: Path) -> None:
    (tmp_path / "then").mkdir()
    for name in ("a.log", "b.log"):
        (tmp_path / "then" / name).write_bytes(text([clf(ord(name[0]))]))
    loaded(tmp_path / "case", tmp_path / "then")
    (tmp_path / "now").mkdir()
    (tmp_path / "then" / "a.log").rename(tmp_path / "now" / "a.log")
    (tmp_path / "now" / "b.log").write_bytes((tmp_path / "then" / "b.log").read_bytes())
    result, _ = loaded(tmp_path / "case", tmp_path / "now")
    assert result.unchanged == ["a.log", "b.log"]
    assert list(result.moved.values()) == [str(tmp_path / "now" / "a.log")], "the other is still where it was"
    with Case.open(tmp_path / "case") as case:
        assert show(case, "a.log:1", Silent()).matches
    assert loaded(tmp_path / "case", tmp_path / "now")[0].moved == {}


ASKED = '{{"time":"2024-03-02{}","ip":"198.18.0.1","method":"GET","path":"/","status":200}}'
TABLE = "time,client_ip,method,path,status\n" + "2024-03-02T00:00:01Z,198.18.0.1,GET,/,200\n" * 9
NONE_CARRIED = "timestamps that carry no zone were taken as UTC (--time-zone says otherwise)"


@pytest.mark.parametrize(
    ("lines", "zone", "told"),
    [
        (ASKED.format("T00:00:01Z") + "\n", None, ("as logged", "log", [])),
        ((ASKED.format("T00:00:01Z") + "\n") * 900, None, ("as logged", "log", [])),
        ((ASKED.format(" 00:00:01.5+01:00") + "\n") * 9, "Europe/Berlin", ("as logged", "log", [])),
        (ASKED.format("T00:00:01") + "\n", None, ("UTC", "assumed", [NONE_CARRIED])),
        ((ASKED.format("T00:00:01Z") + "\n") * 900 + ASKED.format("T00:00:01"), None, ("UTC", "assumed", [NONE_CARRIED])),
        ((ASKED.format("T00:00:01Z") + "\n") * 9 + ASKED.format("T00:00:01"), "Europe/Berlin", ("Europe/Berlin", "given", [])),
        ((ASKED.format("T00:00:01,5") + "\n") * 9, "Europe/Berlin", ("Europe/Berlin", "given", [])),
        (TABLE, None, ("as logged", "log", [])),
        (TABLE.replace("Z", ""), None, ("UTC", "assumed", [NONE_CARRIED])),
    ],
)
def test_a_zone_is_assumed_only_where_a_time_carries_none(
    tmp_path: Path, lines: str, zone: str | None, told: tuple[str, str, list[str]]
) -> None:
    """Formats in which times may carry a zone: what counts is what the file's times do."""
    (tmp_path / "app.jsonl").write_text(lines)
    _, (row,) = loaded(tmp_path / "case", tmp_path / "app.jsonl", time_zone=zone)
    assert (row["time_zone"], row["time_zone_source"], [said for said in row["assumptions"] if "zone" in said]) == told
    assert any("taken for the end of its request" in said for said in row["assumptions"])


@pytest.mark.parametrize(
    ("name", "content", "table", "column"),
    [
        ("accounts.csv", "account_id,email,registered\nu-1,u1@corp.example,14/10/2022 03:56\n", "account_records", "created_at"),
        ("payments.csv", "account_id,amount,charged_at\nu-1,5.00,2022-10-14 03:56\n", "payment_records", "paid_at"),
        ("notes.csv", "time,message\n2022-10-14 03:56,deploy\n", "notes", "occurred_at"),
    ],
)
def test_the_zone_that_is_given_holds_for_exports_and_notes(tmp_path: Path, name: str, content: str, table: str, column: str) -> None:
    """The same bytes with another zone are read again, and the zone and who says so are on record as a log's are."""
    (tmp_path / name).write_text(content.replace("registered", "registered_at"))
    for zone, hour, source in ((None, 3, "assumed"), ("Europe/Paris", 1, "given"), ("Asia/Tokyo", 18, "given")):
        result, rows = loaded(tmp_path / "case", tmp_path / name, time_zone=zone)
        assert (result.unchanged, rows[0]["time_zone"], rows[0]["time_zone_source"]) == ([], zone or "UTC", source)
        with Case.open(tmp_path / "case") as case:
            assert [row[column].hour for row in case.table(table).to_dicts()] == [hour]


def test_zones_that_were_assumed_for_other_lines_of_a_file_are_told(tmp_path: Path) -> None:
    other = '198.51.100.2:33317 [02/Mar/2024:00:00:14.655] f st/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /h HTTP/1.1"'
    (tmp_path / "a.log").write_bytes(text([clf(n) for n in range(9)] + [other]))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log", time_zone="Europe/Berlin")
    assert rows[0]["assumptions"] == ["1 line was read as haproxy_http (timestamps that carry no zone were taken as Europe/Berlin)"]
    assert str(events(tmp_path / "case")["timestamp"].to_list()[-1]) == "2024-03-01 23:00:14.655000"


def test_only_a_window_is_kept_and_the_rest_is_skipped(tmp_path: Path) -> None:
    from datetime import datetime

    (tmp_path / "a.log").write_bytes(text([clf(n) for n in range(10)]))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log", since=datetime(2024, 3, 2, 0, 0, 3), until=datetime(2024, 3, 2, 0, 0, 7))
    assert (rows[0]["events"], rows[0]["skipped"]) == (4, 6)


def test_a_client_behind_a_trusted_proxy_is_the_right_most_untrusted_entry(tmp_path: Path) -> None:
    forged = clf(0, client="10.0.0.1") + ' "6.6.6.6, 203.0.113.9, 10.0.0.2"'
    stranger = clf(1, client="198.18.0.9") + ' "6.6.6.6"'
    (tmp_path / "a.log").write_bytes(text([forged, stranger]))
    loaded(tmp_path / "case", tmp_path / "a.log", trusted_proxies=("10.0.0.0/8",))
    found = events(tmp_path / "case")
    assert found["client_ip"].to_list() == ["203.0.113.9", "198.18.0.9"]


def test_a_log_of_forwarded_requests_says_how_their_clients_are_known(tmp_path: Path) -> None:
    """Once they are believed it says that."""
    (tmp_path / "a.log").write_bytes(text([clf(n, client="10.0.0.1") + f' "203.0.113.{n}"' for n in range(60)]))
    _, rows = loaded(tmp_path / "a", tmp_path / "a.log")
    assert [told for told in rows[0]["assumptions"] if "--trusted-proxy 10.0.0.1 " in told]
    _, rows = loaded(tmp_path / "b", tmp_path / "a.log", trusted_proxies=("10.0.0.1",))
    assert rows[0]["assumptions"] == ["forwarded client addresses were believed behind 10.0.0.1"]


def test_a_log_is_read_by_the_format_that_the_user_describes(tmp_path: Path) -> None:
    line = "198.51.100.7|-|ann|[02/Mar/2024:00:00:01 +0100]|GET http://a.example/x?y=1 HTTP/1.1|200|512|hit|4321"
    (tmp_path / "a.log").write_bytes(text([line]))
    _, rows = loaded(tmp_path / "case", tmp_path / "a.log", log_format="%h|%l|%u|%t|%r|%s|%b|%{Varnish:handling}x|%D")
    assert (rows[0]["format"], rows[0]["events"], rows[0]["rejected"]) == ("custom", 1, 0)
    found = events(tmp_path / "case").row(0, named=True)
    assert (found["user_name"], found["path"], found["duration_ms"]) == ("ann", "/x", 4.321)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"time_zone": "Mars/Olympus"}, "no time zone"), ({"trusted_proxies": ("x",)}, "no address"), ({"log_format": "%q%"}, "%")],
)
def test_options_that_cannot_be_meant(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    (tmp_path / "a.log").write_bytes(text([clf(0)]))
    with pytest.raises(UsageError, match=message):
        loaded(tmp_path / "case", tmp_path / "a.log", **options)


def test_links_out_of_the_folder_are_not_followed_and_the_case_is_no_evidence(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (tmp_path / "secret.log").write_bytes(text([clf(0)]))
    (evidence / "link.log").symlink_to(tmp_path / "secret.log")
    (evidence / "good.log").write_bytes(text([clf(1)]))
    result, rows = loaded(evidence / "case", evidence)
    with Case.open(evidence / "case") as case:
        write_report(case, evidence / "deep" / "report", None, Silent())
    result, rows = loaded(evidence / "case", evidence)
    assert [row["path"] for row in rows] == ["good.log"]
    assert [name for name, _ in result.refused] == ["link.log"]


def test_a_file_that_grows_or_vanishes_while_it_is_read_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from forensics.case import intake

    evidence = tmp_path / "evidence"
    evidence.mkdir()
    for name in ("a-grows.log", "b-goes.log", "c-stays.log"):
        (evidence / name).write_bytes(text([clf(0, f"/{name}")]))
    read_log = intake.read_log

    def disturbed(*given: Any, **named: Any) -> Any:
        reading = read_log(*given, **named)
        if (evidence / "b-goes.log").exists():
            (evidence / "b-goes.log").unlink()
            with (evidence / "a-grows.log").open("ab") as more:
                more.write(text([clf(1)]))
        return reading

    monkeypatch.setattr(intake, "read_log", disturbed)
    monkeypatch.setattr("forensics.case.loading.AT_ONCE", 1)
    result, rows = loaded(tmp_path / "case", evidence)
    assert [row["path"] for row in rows] == ["c-stays.log"]
    assert [name for name, _ in result.refused] == ["a-grows.log", "b-goes.log"]
    assert "changed while it was read" in result.refused[0][1]
    assert not list((tmp_path / "case" / "events").glob("*.new"))


def test_any_file_name_is_taken_and_leads_back_to_its_file(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "evidence")
    names = [b"caf\xe9.log", b"new\nline.log", b"-x.log", b"a:12", b"esc\x1b[31m", b"\\xe9 as text.log", b"d" * 200 + b"/" + b"f" * 200]
    for number, name in enumerate(names):
        path = os.path.join(folder, name)  # noqa: PTH118 (bytes)
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as out:  # noqa: PTH123
            out.write(text([clf(number)]))
    with tarfile.open(tmp_path / "evidence" / "t.tar", "w") as tar:
        found = tarfile.TarInfo(os.fsdecode(b"in\xe9.log"))
        found.size = len(text([clf(99)]))
        tar.addfile(found, io.BytesIO(text([clf(99)])))
    result, rows = loaded(tmp_path / "case", tmp_path / "evidence")
    assert result.refused == []
    assert {"caf\\xe9.log", "t.tar/in\\xe9.log", "\\xe9 as text.log"} <= {row["path"] for row in rows}
    with Case.open(tmp_path / "case") as case:
        assert {check.state for check in verify(case, Silent())} == {"intact"}
        for row in rows:
            assert show(case, f"{row['evidence_id']}:1", Silent()).matches


@pytest.mark.parametrize("fault", [KeyError("x"), ValueError("a bug"), AssertionError(), pl.exceptions.ColumnNotFoundError("y")])
def test_a_fault_of_the_program_at_one_file_is_called_that_and_the_others_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception
) -> None:
    """It must not pass for a refusal: the command fails at its end, and says that it is no matter of the evidence."""
    from typer.testing import CliRunner

    from forensics.case import intake
    from forensics.cli.app import app

    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(text([clf(0, f"/{name}")]))
    plan = intake._plan

    def faulty(file: EvidenceFile, *given: Any) -> Any:
        if file.name == "a.log":
            raise fault
        return plan(file, *given)

    monkeypatch.setattr(intake, "_plan", faulty)
    ended = CliRunner().invoke(app, ["load", str(tmp_path), "--case", str(tmp_path / "case")])
    said = capsys.readouterr().err + ended.stderr
    assert ended.exit_code == 1
    assert f"Refused a.log: it met a fault of the program ({type(fault).__name__}" in said
    assert "This is a fault of the program, not of your evidence" in said
    with Case.open(tmp_path / "case") as case:
        assert case.table("evidence_files")["path"].to_list() == ["b.log"]
    alone = CliRunner().invoke(app, ["load", str(tmp_path / "a.log"), "--case", str(tmp_path / "none")])
    assert alone.exit_code == 1
    assert "fault of the program, not of your evidence" in capsys.readouterr().err + alone.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file here whose bytes cannot be read")
def test_a_medium_that_cannot_be_read_refuses_its_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from forensics.evidence import containers

    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(text([clf(0, f"/{name}")]))

    def opened(self: containers.Stored, path: Path) -> None:
        io.FileIO.__init__(self, "/proc/self/mem" if path.name == "a.log" else path)  # its first bytes can never be read

    monkeypatch.setattr(containers.Stored, "__init__", opened)
    result, rows = loaded(tmp_path / "case", tmp_path / "a.log", tmp_path / "b.log")
    assert result.refused == [("a.log", "cannot be read (Input/output error)")]
    assert [row["path"] for row in rows] == ["b.log"]
