"""What is no log is refused by name, with what to do about it."""

from __future__ import annotations

import polars as pl
import pytest

from forensics.evidence.refusals import not_text, what_line, why_no_log


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"%PDF-1.7\n", "is a PDF document, not a log or an export that can be read"),
        (b"SQLite format 3\x00", "is an SQLite database: export its tables as CSV"),
        (b"7z\xbc\xaf\x27\x1c\x00", "is a 7z archive: unpack it and load what is in it"),
        (b"\x04\x22\x4d\x18abc", "is a file compressed with LZ4: unpack it and load what is in it"),
        (b"-----BEGIN PGP MESSAGE-----\n", "is an encrypted file (PGP): decrypt it first"),
        (b"Obj\x01\x04\x16avro.schema", "is an Avro file: export it as CSV, JSON lines or Parquet"),
        (bytes(range(32)) * 9, "is binary data, not text"),
        (b'ORCA.example - - [02/Mar/2024:00:00:01 +0000] "GET / HTTP/1.1" 200 5\n', None),
        (b'198.18.0.7 - - [02/Mar/2024:00:00:01 +0000] "GET / HTTP/1.1" 200 5\n', None),
    ],
)
def test_first_bytes_tell_what_a_file_is(head: bytes, said: str | None) -> None:
    assert not_text(head) == said


def test_a_mail_is_told() -> None:
    mail = ["From: a@b.example", "To: c@d.example", "Subject: log", "MIME-Version: 1.0", "", "--B", "MTk4LjE4LjAuNyAtIC0gWzAyL01hci8yMDI0"]
    assert why_no_log(pl.Series(mail)).startswith("is a mail: save what is attached to it")
    assert "mail" not in why_no_log(pl.Series(["Date: 2024-03-02", "198.18.0.7 a b", "198.18.0.8 a b"]))


@pytest.mark.parametrize(
    "line",
    [
        "-- MySQL dump 10.13  Distrib 8.0.36",
        "-- PostgreSQL database dump",
        "COPY public.users (id, email) FROM stdin;",
        "CREATE TABLE `users` (`id` int);",
        "CREATE TABLE users(id integer, email text);",
        "INSERT INTO users VALUES(1,'a@b.example');",
    ],
)
def test_a_dump_of_a_database_is_told(line: str) -> None:
    assert why_no_log(pl.Series(["--", line, "1\ta@b.example"])) == "is a dump of a database in SQL: export its tables as CSV"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("dn: uid=ann,ou=people,dc=firm,dc=example", "is an export of a directory (LDIF): write its entries as CSV"),
        (f"{'*' * 27} 1. row {'*' * 27}", r"is a table as MySQL's client writes it with \G: export it as CSV"),
    ],
)
def test_other_exports_that_are_no_tables_are_told(line: str, what: str) -> None:
    assert why_no_log(pl.Series([line, "id: 1", "mail: a@b.example"])) == what


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("\tat a.b.Orders.GET(Orders.java:12)", "a line of a stack trace"),
        ("    at async GET (/app/a.js:10:22)", "a line of a stack trace"),
        ("\tat foo POST /secret (x:1)", None),
        ("os: Linux-5.4.0-1 #1 SMP Thu Jul 4 13:38:28 UTC 2019", "a notice of uWSGI"),
        ("machine: x86_64", "a notice of uWSGI"),
        ("machine: 203.0.113.9 GET /x 200", None),
        ("nodename: 203.0.113.9 asked for /x", None),
        ("os: 203.0.113.9 asked for /x", None),
        ("*** Operational MODE: GET /x 200 ***", None),
    ],
)
def test_a_line_with_a_request_is_none_of_a_program(line: str, what: str | None) -> None:
    assert pl.DataFrame({"raw": [line]}).select(what_line(pl.col("raw"))).item() == what
