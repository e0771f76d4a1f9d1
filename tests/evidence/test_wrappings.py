"""Lines inside other lines, and files inside archives: read where they are, under the names and line numbers of what was given."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.case.loading import LoadOptions, load
from forensics.evidence import archives
from forensics.evidence.discover import at, discover
from forensics.evidence.line_reader import LineReader
from forensics.evidence.recognise import plan_for
from forensics.evidence.wrappings import unwrap
from forensics.formats.base import ReadOptions
from forensics.formats.registry import all_formats
from forensics.formats.schema import LINES
from forensics.progress import Silent

INNER = '198.18.0.{n} - - [02/Mar/2024:00:00:0{n} +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"'


@cache
def read(*raw: str) -> list[dict[str, Any]]:
    """Return what a file of these lines is read as (once for the same lines: most tests compare with the bare ones)."""
    lines = pl.DataFrame({"line": range(1, len(raw) + 1), "raw": raw}, schema=LINES)
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    return pl.concat([reader.read(lines).read, reader.finish().read]).sort("line").to_dicts()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: f"Mar  2 00:00:01 edge-1 nginx[31]: {line}",
        lambda line: f"<190>Mar 12 00:00:01 edge-1 nginx: {line}",
        lambda line: f"<190>Mar 12 00:00:01 nginx[31]: {line}",
        lambda line: f"Mar 12 00:00:01 nginx[31]: {line}",
        lambda line: f'<190>1 2024-03-02T00:00:01.5Z edge-1 nginx 31 - [a b="c"] {line}',
        lambda line: f"2024-03-02T00:00:01+0000 edge-1 nginx[31]: {line}",
        lambda line: f"Sat 2024-03-02 00:00:01 UTC edge-1 nginx[31]: {line}",
        lambda line: f"1709337601.123456 edge-1 nginx[31]: {line}",
        lambda line: f"2024-03-02T00:00:01.000000+00:00 app[web.1]: {line}",
        lambda line: f"MESSAGE={line}",
        lambda line: f"137 <190>1 2024-03-02T00:00:01.5Z edge-1 nginx 31 - - {line}",
        lambda line: f'<190>1 2024-03-02T00:00:01.5Z edge-1 nginx 31 ID47 [a@1 b="c\\]d" e="f\\"g"] \ufeff{line}',
        lambda line: f"\x1b[36mweb_1  |\x1b[0m {line}",
        lambda line: f"\x1b[36mweb-1  | \x1b[0m{line}",
        lambda line: json.dumps({"time": 1709337601.5, "host": "edge-1", "sourcetype": "nginx", "event": line}),
        lambda line: json.dumps({"timeUnixNano": "1709337601500000000", "body": {"stringValue": line}, "attributes": []}),
        lambda line: json.dumps({"Timestamp": "1709337601500000000", "Body": line, "SeverityText": ""}),
        lambda line: json.dumps({"time": "2024-03-02T00:00:09Z", "category": "ContainerAppConsoleLogs", "properties": {"Log": line}}),
        lambda line: json.dumps({"time": "2024-03-02T00:00:09Z", "category": "AppServiceConsoleLogs", "resultDescription": line}),
        lambda line: f"7\t2024-03-02T00:00:01Z\t2024-03-02T00:00:01Z\t1\tedge-1\t198.51.100.1\tUser\tInfo\tnginx\t{line}",
        lambda line: json.dumps({"version": "1.1", "host": "edge-1", "short_message": line, "timestamp": 1709337601.5}),
        lambda line: json.dumps({"message": line, "log": {"file": {"path": "/var/log/nginx/access.log"}}, "host": {"name": "edge-1"}}),
        lambda line: json.dumps({"date": 1709337601.5, "stream": "stdout", "log": line, "kubernetes": {"pod_name": "web-1"}}),
        lambda line: json.dumps({"TimeGenerated": "2024-03-02T00:00:01Z", "LogEntry": line}),
        lambda line: json.dumps({"programname": "nginx", "msg": line}),
        lambda line: json.dumps({"log": line + "\n", "stream": "stdout", "time": "2024-03-02T00:00:01Z"}),
        lambda line: json.dumps({"__REALTIME_TIMESTAMP": "1709337601000000", "MESSAGE": line}),
        lambda line: f"2024-03-02T00:00:01.673552828Z stdout F {line}",
        lambda line: f"web_1  | {line}",
        lambda line: '"' + line.replace('"', '""') + '"',
        lambda line: json.dumps(line),
        lambda line: f'"{line}"',
        lambda line: json.dumps({"__REALTIME_TIMESTAMP": "1709337601000000", "MESSAGE": list(line.encode())}),
        lambda line: f"2024-03-02T00:00:01+00:00\tkube.web\t{json.dumps({'log': line, 'stream': 'stdout'})}",
        lambda line: f"logs/access.log.1:17:{line}",
        lambda line: f"access.log:{line}",
        lambda line: json.dumps({"result": {"_raw": line, "host": "edge-1"}}),
        lambda line: json.dumps({"_index": "logs", "_source": {"message": line, "host": {"name": "edge-1"}}}),
        lambda line: '2024-03-02 00:00:01.5,"' + line.replace('"', '""') + '",edge-1',
        lambda line: f"2024-03-02T00:00:01.673552828Z {line}",
        lambda line: f"web-1  | 2024-03-02T00:00:01.673552828Z {line}",
        lambda line: f"2024-03-02 00:00:01.673 UTC {line}",
        lambda line: f"[ 1234.567890] edge-1 nginx[31]: {line}",
        lambda line: f"00:00:01 web.1  | {line}",
        lambda line: f"\x1b[32;1m{line}\x1b[0m",
        lambda line: f"INFO:aiohttp.access:{line}",
        lambda line: json.dumps({"@timestamp": "2024-03-02T00:00:01Z", "event": {"original": line}, "host": {"name": "edge-1"}}),
        lambda line: json.dumps({"attributes": {"message": line, "service": "nginx"}, "id": "x"}),
        lambda line: f"2024-03-02 00:00:01.814351757 +0000 kube.web: {json.dumps({'log': line, 'stream': 'stdout'})}",
        lambda line: "[0] web: [1709337601.500000000, " + json.dumps({"log": line}).replace('":', '"=>') + "]",
        lambda line: "[3] web: [[1709337601.500000000, {}], " + json.dumps({"log": line}).replace('":', '"=>') + "]",
    ],
    ids=[
        *("rfc3164", "rfc3164-pri", "rfc3164-pri-no-host", "rfc3164-no-host", "rfc5424", "journald"),
        *(
            "journald-full",
            "journald-unix",
            "heroku",
            "journald-export",
            "octets",
            "rfc5424-escapes",
            "compose-coloured",
            "compose-2-coloured",
            "splunk-hec",
            "otlp",
            "otel",
            "azure-container-apps",
            "azure-app-service",
            "papertrail",
            "gelf",
            "filebeat",
            "fluent-bit",
            "azure",
            "rsyslog",
        ),
        *("docker", "journald-json", "cri"),
        *("compose", "quoted-csv", "quoted", "around"),
        *("journald-bytes", "fluentd", "grep-n", "grep", "splunk", "elastic", "table", "stamped", "compose-stamped"),
        *("stamped-utc", "journald-monotonic", "foreman", "coloured", "python", "logstash", "datadog"),
        *("fluentd-stdout", "fluent-bit-stdout", "fluent-bit-metadata"),
    ],
)
def test_wrapped_lines_are_read_like_bare_ones(wrap: Any) -> None:
    bare = read(*(INNER.format(n=n) for n in range(3)))
    wrapped = read(*(wrap(INNER.format(n=n)) for n in range(3)))
    assert [row["outcome"] for row in wrapped] == ["event"] * 3
    assert wrapped == bare


EXACT = (
    'www.example.com:443 198.18.0.{n} - ann [02/Mar/2024:00:00:0{n} +0000] "GET /a?b=1 HTTP/1.1" 200 512 "-" "curl/8"',
    '198.18.0.{n} - ann [02/Mar/2024:00:00:0{n} +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" 2{n} "web@docker" "http://198.18.1.5:8" 25ms',
    'shop.example.com 198.18.0.{n} - - [02/Mar/2024:00:00:0{n} +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" "203.0.113.9" 0.250 .',
)


@pytest.mark.parametrize("inner", EXACT, ids=["vhost", "traefik", "clf"])
@pytest.mark.parametrize(
    "wrap",
    [
        "Mar 12 00:00:01 edge-1 web[31]: {}",
        "<190>1 2024-03-02T00:00:01.5Z edge-1 web 31 - - {}",
        "2024-03-02T00:00:01.673552828Z stdout F {}",
        "web_1  | {}",
        "[pod/web-1/nginx] {}",
        "web-6d4cf56db6-abcde nginx {}",
        '2024-03-02T00:00:01Z {{app="x", pod="web-1"}} {}',
        "2024-03-02T00:00:01.500000+00:00 ecs/web/0123abc {}",
    ],
    ids=["rfc3164", "rfc5424", "cri", "compose", "kubectl", "stern", "logcli", "aws-logs"],
)
def test_what_a_wrapping_puts_before_a_line_is_none_of_its_fields(wrap: str, inner: str) -> None:
    lines = [inner.format(n=n) for n in range(3)]
    assert read(*(wrap.format(line) for line in lines)) == read(*lines)


@pytest.mark.parametrize("name", ["aws_elb_classic", "azure_storage", "bunny", "haproxy_tcp"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: f"<190>1 2024-03-02T00:00:01.5Z edge-1 shipper 31 - - {line}",
        lambda line: json.dumps({"log": line + "\n", "stream": "stdout", "time": "2024-03-02T00:00:01Z"}),
        lambda line: json.dumps({"message": line, "log": {"file": {"path": "/var/log/lb.log"}}, "host": {"name": "edge-1"}}),
    ],
)
def test_a_line_that_begins_as_a_wrapping_does_is_taken_out_of_no_more_than_it_is_in(wrap: Any, name: str) -> None:
    (line,) = (entry.samples[0].line for entry in all_formats() if entry.name == name)
    assert read(wrap(line), wrap(line)) == read(line, line)


RECORDS = ("fastly_json", "nginx_json", "haproxy_http", "gorouter", "oauth2_proxy", "aws_alb", "squid", "aws_apigateway_csv", "artifactory")
AROUND = (
    "2024-03-02T00:00:01.123456789Z {}",
    "web-1  | 2024-03-02T00:00:01.123456789Z {}",
    "/var/log/web/access.log:{}",
    "./web/access.log.1:17:{}",
    "7\t2024-03-02T00:00:01Z\t2024-03-02T00:00:01Z\t1\tedge-1\t198.51.100.1\tUser\tInfo\tweb\t{}",
    "2024-03-02T00:00:01.500000+00:00 ecs/web/0123abc {}",
)


@pytest.mark.parametrize(
    ("wrap", "name"), [(wrap, name) for i, wrap in enumerate(AROUND) for j, name in enumerate(RECORDS) if (i + j) % 2 == 0]
)
def test_a_wrapping_is_no_part_of_a_record_or_an_exact_line(wrap: str, name: str) -> None:
    """Each wrapping around every second kind of record, each kind in every second wrapping."""
    lines = [sample.line for entry in all_formats() if entry.name == name for sample in entry.samples]
    found = [row for row in read(*(wrap.format(line) for line in lines)) if row["outcome"] == "event"]
    assert found == [row for row in read(*lines) if row["outcome"] == "event"]


@pytest.mark.parametrize(
    "count",
    [lambda n: f"{n}:", lambda n: f"{3 * n}:", lambda n: f"{n:6d}\t", lambda n: f"{n:7d} "],
    ids=["grep -n", "grep -n of some", "cat -n", "less -N"],
)
@pytest.mark.parametrize(
    "inner", [INNER, INNER.replace("198.18.0.", "2001:db8::"), *EXACT], ids=["combined", "ipv6", "vhost", "traefik", "clf"]
)
def test_numbers_of_lines_are_no_part_of_them(count: Any, inner: str) -> None:
    lines = [inner.format(n=n) for n in range(1, 5)]
    assert read(*(count(n + 7) + line for n, line in enumerate(lines))) == read(*lines)


@pytest.mark.parametrize(
    ("lines", "clients"),
    [
        (["2001:db8::7", "2400:db8::7", "2600:db8::7"], ["2001:db8::7", "2400:db8::7", "2600:db8::7"]),
        (["17:198.18.0.7"], ["198.18.0.7"]),
        (["17:2001:db8::7", "17:2001:db8::8"], ["17:2001:db8::7", "17:2001:db8::8"]),
    ],
    ids=["addresses that rise", "one line", "an address that stays"],
)
def test_what_only_looks_like_a_number_of_a_line_stays(lines: list[str], clients: list[str]) -> None:
    rows = read(*(f'{client} - - [02/Mar/2024:00:00:01 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8"' for client in lines))
    assert [row["client_ip"] for row in rows] == clients


def test_two_lines_in_one_are_no_request() -> None:
    line = INNER.format(n=1)
    asked = line.replace("/a", "/a?ref=[02/Mar/2024:00:00:01 +0000]%20%22")
    rows = read(line, line + INNER.format(n=2), line[:60] + INNER.format(n=3), asked)
    assert [row["outcome"] for row in rows] == ["event", "rejected", "rejected", "event"]


def test_an_address_behind_a_files_name_keeps_its_beginning() -> None:
    line = INNER.format(n=1).replace("198.18.0.1", "2001:db8::7")
    for before in ("/var/log/access.log:", "/var/log/access.log:17:"):
        (row,) = read(before + line)
        assert (row["outcome"], row["client_ip"]) == ("event", "2001:db8::7")


def test_a_pods_number_and_its_container_are_no_client_and_no_user() -> None:
    (row,) = read("web-0 nginx " + INNER.format(n=1))
    assert (row["client_ip"], row["user_name"]) == ("198.18.0.1", None)
    (row,) = read('pc-17 ann [02/Mar/2024:00:00:01 +0000] "GET /a HTTP/1.1" 200 512')
    assert (row["client_ip"], row["user_name"]) == ("pc-17", "ann")


def test_quotes_around_a_line_that_has_none_are_taken_off() -> None:
    (line,) = (entry.samples[0].line for entry in all_formats() if entry.name == "bunny")
    assert read(f'"{line}"') == read(line)


def test_named_values_behind_syslog_are_read_as_the_format_they_are() -> None:
    """Heroku's router: the client is the entry that the router appended, and both parts of the time count."""
    pairs = 'at=info method=GET path="/a?b=1" host=shop.example fwd="203.0.113.66, 198.51.100.9" '
    pairs += "dyno=web.1 connect=2ms service=21ms status=200 bytes=61"
    heads = (
        "270 <158>1 2024-03-02T00:00:05.25+00:00 d.5f57 heroku router - - ",
        "2024-03-02 00:00:05.25+00:00 heroku router - - ",
        "2024-03-02T01:00:05.25+01:00 heroku[router]: ",
    )
    for row in read(*(head + pairs for head in heads)):
        assert (row["client_ip"], row["path"], row["status"], row["duration_ms"]) == ("198.51.100.9", "/a", 200, 23.0)
        assert row["timestamp"].isoformat() == "2024-03-02T00:00:05.250000"


UNTIMED = '{"method": "GET", "path": "/a?b=1", "status": 200, "ip": "198.18.0.1"}'


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"log": UNTIMED + "\n", "stream": "stdout", "time": "2024-03-02T00:00:01.5Z"}),
        f"2024-03-02T01:00:01.5+01:00 stdout F {UNTIMED}",
        f"<134>1 2024-03-02T00:00:01.5Z edge-1 app 1 - - {UNTIMED}",
        "2024-03-02T00:00:01.5Z edge-1 app[1]: method=GET path=/a?b=1 status=200 ip=198.18.0.1",
        f"2024-03-02T00:00:01.5+00:00\tapp.access\t{UNTIMED}",
        f"2024-03-02 01:00:01.500000000 +0100 app.access: {UNTIMED}",
        "[0] app.access: [1709337601.500000000, " + UNTIMED.replace('": ', '"=>') + "]",
        f"2024-03-02 00:00:01,500 INFO [exec-1] a.b.Access - {UNTIMED}",
        f"2024-03-02T00:00:01.5Z 8f2c1d3e-aaaa-4bbb INFO {UNTIMED}",
        f"[2024-03-02T00:00:01.500000+00:00] app.INFO: access {UNTIMED} []",
        f"INFO 2024-03-02 00:00:01,500 access 12 {UNTIMED}",
        f"0|web  | 2024/03/02 00:00:01.500 {UNTIMED}",
        json.dumps({"log": f"2024-03-02T00:00:01.5Z [Information] {UNTIMED}\n", "stream": "stdout", "time": "2024-03-02T00:00:09Z"}),
        json.dumps({"id": "1", "timestamp": 1709337601500, "message": UNTIMED}),
        json.dumps({"insertId": "1", "jsonPayload": json.loads(UNTIMED), "timestamp": "2024-03-02T00:00:01.5Z"}),
    ],
)
def test_a_record_without_a_time_has_that_of_its_wrapping(line: str) -> None:
    (row,) = read(line)
    assert (row["timestamp"], row["client_ip"], row["path"], row["query"]) == (
        datetime(2024, 3, 2, 0, 0, 1, 500000),
        "198.18.0.1",
        "/a",
        "b=1",
    )


@pytest.mark.parametrize(
    "before",
    ["2024-03-02T00:00:09Z stdout F", "<134>Mar  2 00:00:09 edge-1", "Mar  2 00:00:09", "[ACCESS] 9", "I0302 00:00:09.5 1 a.go:4]"],
)
def test_the_time_of_a_record_is_its_own(before: str) -> None:
    own = UNTIMED[:-1] + ', "ts": "2024-03-02T00:00:00Z"}'
    (row,) = read(f"{before} {own}")
    assert row["timestamp"] == datetime(2024, 3, 2)


def test_a_record_behind_a_request_is_no_line() -> None:
    (row,) = read('2024-03-02T00:00:01Z 198.18.0.1 GET /a 200 12ms {"method": "POST", "path": "/z", "status": 500}')
    assert (row["client_ip"], row["method"], row["path"], row["status"]) == ("198.18.0.1", "GET", "/a", 200)


def test_what_an_application_logs_as_json_is_no_request() -> None:
    paid = (f'2024-03-02 00:00:0{n},251 INFO [main] a.b.Orders - paid {{"id": {n}, "path": "/a"}}' for n in range(3))
    asked = f"2024-03-02 00:00:09,251 INFO [main] a.b.Access - {UNTIMED}"
    assert [row["outcome"] for row in read(asked, *paid, asked)] == ["event", *["skipped"] * 3, "event"]


@pytest.mark.parametrize(
    "lead", ["2024-03-02 00:00:09,251 INFO [main] a.b.HttpClient - response ", "Mar  2 00:00:09 edge-1 app[1]: response "]
)
def test_what_a_program_asks_of_others_is_no_request_of_its_own(lead: str) -> None:
    asked = '{"time": "2024-03-02T00:00:09Z", "method": "GET", "url": "https://api.example/v1/a", "status": 200'
    lines = pl.DataFrame({"line": [1], "raw": [f"{lead}{asked}}}"]}, schema=LINES)
    assert plan_for(lines, ReadOptions()).ranked == []
    whose = ('"ip": "198.18.0.7"', '"ip": "2001:db8::7"', '"protocol": "HTTP/1.1"', '"path": "/v1/a"')
    assert [row["path"] for row in read(*(f"{lead}{asked}, {each}}}" for each in whose))] == ["/v1/a"] * 4
    (row,) = read(f'{lead}{UNTIMED[:-1]}, "ts": "2024-03-02T00:00:09Z", "referer": "https://a.example/b"}}')
    assert (row["outcome"], row["path"]) == ("event", "/a")


def test_a_time_that_the_words_before_a_record_tell_of_is_not_the_loggers() -> None:
    for words in ("deploy of 2020-01-01 00:00:00 at 2024-03-02 00:00:01,500 INFO - ", "INFO since 2020-01-01 00:00:00: "):
        lines = pl.DataFrame({"line": [1], "raw": [words + UNTIMED]}, schema=LINES)
        assert plan_for(lines, ReadOptions()).ranked == []
    begins = ("[INFO] ", "[INFO ] [", "<134>", "I, [", "\x1b[32mINFO\x1b[0m ", "WARNING: ")
    for row in read(*(f"{each}2024-03-02T00:00:01.500 of 2020-01-01 00:00:00 {UNTIMED}" for each in begins)):
        assert row["timestamp"] == datetime(2024, 3, 2, 0, 0, 1, 500000)


def test_the_message_beside_a_request_is_no_line() -> None:
    record = '{"time": 1709337601000, "req": {"method": "GET", "url": "/a"}, "res": {"statusCode": 200}, "msg": "request completed"}'
    (row,) = read(json.dumps({"log": record + "\n", "stream": "stdout", "time": "2024-03-02T00:00:09Z"}))
    assert (row["path"], row["timestamp"]) == ("/a", datetime(2024, 3, 2, 0, 0, 1))


def test_the_journals_export_is_read_by_its_messages() -> None:
    fields = ["__CURSOR=s=0a;i=1", "__REALTIME_TIMESTAMP=1709337601000000", "SYSLOG_IDENTIFIER=nginx", "MESSAGE=" + INNER.format(n=1), ""]
    rows = read(*fields, *fields)
    assert [row["outcome"] for row in rows if row["client_ip"] is None] == ["skipped"] * 8
    assert [row["line"] for row in rows if row["client_ip"] == "198.18.0.1"] == [4, 9]


def test_other_logs_among_wrapped_lines_are_skipped_for_what_they_are() -> None:
    error = "2024/03/02 00:00:01 [error] 29#29: *1 open() failed"
    rows = read(*(f"2024-03-02T00:00:01.5Z stdout F {INNER.format(n=n)}" for n in (1, 2)), f"2024-03-02T00:00:01.5Z stderr F {error}")
    assert (rows[2]["outcome"], rows[2]["reason"]) == ("skipped", "a line of an nginx error log")


def test_records_cut_into_parts_are_joined_per_stream() -> None:
    line = INNER.format(n=1)
    rows = read(
        f"2024-03-02T00:00:01Z stdout P {line[:30]}",
        f"2024-03-02T00:00:01Z stderr F {INNER.format(n=2)}",
        f"2024-03-02T00:00:01Z stdout P {line[30:60]}",
        f"2024-03-02T00:00:01Z stdout F {line[60:]}",
    )
    assert [row["outcome"] for row in rows] == ["event", "event", "skipped", "skipped"]
    assert [row["client_ip"] for row in rows[:2]] == ["198.18.0.1", "198.18.0.2"]
    assert rows[3]["reason"] == "continues line 1"


def test_a_record_cut_between_two_batches_is_joined() -> None:
    line = INNER.format(n=1)
    raw = [
        f"2024-03-02T00:00:01Z stdout F {INNER.format(n=2)}",
        f"2024-03-02T00:00:01Z stdout P {line[:30]}",
        f"2024-03-02T00:00:01Z stdout F {line[30:]}",
    ]
    lines = pl.DataFrame({"line": [1, 2, 3], "raw": raw}, schema=LINES)
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    parts = [reader.read(lines.head(2)).read, reader.read(lines.tail(1)).read, reader.finish().read]
    assert [len(part) for part in parts] == [1, 2, 0]
    assert pl.concat(parts).sort("line")["outcome"].to_list() == ["event", "event", "skipped"]


CARRIERS = [
    lambda line: json.dumps({"log": f"{line}\n", "stream": "stdout", "time": "2024-03-02T00:00:01.5Z"}),
    lambda line: json.dumps({"level": "http", "message": line, "timestamp": "2024-03-02T00:00:01.5Z"}),
    lambda line: json.dumps({"level": "http", "message": f"{line}\n", "service": "a", "timestamp": "2024-03-02 01:00:01.500+01:00"}),
    lambda line: f"2024-03-02T00:00:01.5Z stdout F {line}",
]


@pytest.mark.parametrize("carry", CARRIERS, ids=["docker", "winston", "morgan-stream", "cri"])
@pytest.mark.parametrize(
    ("line", "client", "size", "took"),
    [
        ('INFO:     198.18.0.7:5000 - "GET /a?b=1 HTTP/1.1" 404 Not Found', "198.18.0.7", None, None),
        ("\x1b[0mGET /a?b=1 \x1b[33m404\x1b[0m 3.512 ms - 45\x1b[0m", None, 45, 3.512),
        ("GET /a?b=1 404 45 - 3.512 ms ::1", "::1", 45, 3.512),
        ("198.18.0.7 - GET /a?b=1 HTTP/1.1 404 45 - 3.512 ms", "198.18.0.7", 45, 3.512),
    ],
    ids=["uvicorn", "dev", "tiny", "short"],
)
def test_what_tells_no_time_has_that_of_what_carries_it(
    carry: Callable[[str], str], line: str, client: str | None, size: int | None, took: float | None
) -> None:
    (row,) = read(carry(line))
    assert (row["outcome"], row["timestamp"]) == ("event", datetime(2024, 3, 2, 0, 0, 1, 500000))
    found = tuple(row[name] for name in ("client_ip", "method", "path", "query", "status", "bytes_sent", "duration_ms"))
    assert found == (client, "GET", "/a", "b=1", 404, size, took)


@pytest.mark.parametrize("carry", CARRIERS, ids=["docker", "winston", "morgan-stream", "cri"])
def test_what_tells_its_own_time_keeps_it_and_what_is_no_request_gets_none(carry: Callable[[str], str]) -> None:
    (row,) = read(carry('[01/Mar/2024 10:00:00] "GET /a HTTP/1.1" 200 512'))
    assert (row["outcome"], row["timestamp"]) == ("event", datetime(2024, 3, 1, 10))
    for said in ("Mapped {/a, GET} route", "calling GET https://a.example/b", "GET https://a.example/b 200 12ms", "GET /a failed"):
        lines = pl.DataFrame({"line": [1], "raw": [carry(said)]}, schema=LINES)
        assert plan_for(lines, ReadOptions()).ranked == []


@pytest.mark.parametrize(
    "clock", ["1709251200", "1709251200000", "1709251200000000", "1709251200000000000", "[1709251200]", "20240301T000000Z"]
)
def test_a_line_with_a_time_that_is_not_known_as_one_is_left_as_it_is(clock: str) -> None:
    line = f'198.18.0.7 - - {clock} "GET /a HTTP/1.1" 200 512'
    for carry in CARRIERS:
        lines = pl.DataFrame({"line": [1], "raw": [carry(line)]}, schema=LINES)
        assert [text.strip() for text in unwrap(lines).inner["raw"]] in ([line], [])


@pytest.mark.parametrize("digits", ["", "000", "000000", "000000000"], ids=["s", "ms", "us", "ns"])
def test_named_values_and_records_keep_their_own_time_beside_a_message(digits: str) -> None:
    said = f'ts=1709251200{digits} client_ip=198.18.0.7 method=GET path=/a status=200 msg="GET /a"'
    told = json.dumps(
        {"ts": int(f"1709251200{digits}"), "client_ip": "198.18.0.7", "method": "GET", "path": "/a", "status": 200, "msg": "GET /a"}
    )
    for line in (said, told):
        for carry in (CARRIERS[0], CARRIERS[-1], lambda text: f"<14>1 2024-03-02T00:00:01.5Z edge-1 app 1 - - {text}"):
            (row,) = read(carry(line))
            assert (row["outcome"], row["timestamp"], row["client_ip"]) == ("event", datetime(2024, 3, 1), "198.18.0.7")


def test_colours_are_taken_off_only_where_a_terminal_is_meant() -> None:
    asked = '198.18.0.7 - - [02/Mar/2024:00:00:01 +0000] "GET /\x1b[31ma HTTP/1.1" 200 512 "-" "\x1b[0mcurl/8"'
    (row,) = read(asked)
    assert (row["path"], row["user_agent"]) == ("/\x1b[31ma", "\x1b[0mcurl/8")
    (row,) = read("2024-03-02 00:00:01 \x1b[32mINFO\x1b[0m 198.18.0.7 GET /a \x1b[31m500\x1b[0m 12ms")
    assert (row["client_ip"], row["path"], row["status"], row["duration_ms"]) == ("198.18.0.7", "/a", 500, 12.0)


@pytest.mark.parametrize("colour", [("", ""), ("\x1b[34m", "\x1b[0m")], ids=["plain", "coloured"])
def test_what_caddy_writes_to_a_terminal_is_read_as_its_json(colour: tuple[str, str]) -> None:
    asked = '"request": {"remote_ip": "198.18.0.7", "proto": "HTTP/1.1", "method": "GET", "host": "a.example", "uri": "/a"}'
    told = f'{{{asked}, "duration": 0.5, "size": 5, "status": 404}}'
    line = "\t".join(["2024/03/02 00:00:01.524", "INFO".join(colour), "http.log.access", "handled request", told])
    (row,) = read(line)
    assert (row["outcome"], row["timestamp"]) == ("event", datetime(2024, 3, 2, 0, 0, 1, 524000))
    assert (row["client_ip"], row["path"], row["status"], row["duration_ms"]) == ("198.18.0.7", "/a", 404, 500.0)


def test_lines_of_other_programs_are_skipped_and_requests_that_cannot_be_read_rejected() -> None:
    rows = read(
        f"Mar  2 00:00:01 edge-1 nginx[31]: {INNER.format(n=1)}",
        "Mar  2 00:00:01 edge-1 sudo: ann : TTY=pts/6 ; COMMAND=/bin/ls",
        'Mar  2 00:00:01 edge-1 web: 127.0.0.1 - - "GET /a HTTP/1.1" 200 65508 4.386',
        "2024/03/02 00:00:01 [error] 31#31: *46 open() failed",
        "2024-03-02 00:00:01.353044 [INFO] [1226038] [198.18.0.7:61120-5#Example] User 'x' failed to authenticate.",
        'I0302 00:00:01.000000       7 controller.go:155] "Configuration changes detected"',
        INNER.format(n=2)[:-3],
        "Mar  2 00:00:01 edge-1 api[7]: method=GET path=/a status=200 client_ip=198.18.0.7",
        "2024-03-02T00:00:01.193290313+01:00 stdout F",
    )
    assert [row["outcome"] for row in rows] == ["event", "skipped", "rejected", *["skipped"] * 3, "rejected", "rejected", "skipped"]
    assert rows[6]["reason"] == "cut off inside a quoted field"
    assert rows[7]["reason"] == "its only time, that of syslog, has no year"


def text(n: int) -> bytes:
    return (INNER.format(n=n) + "\n").encode()


def tar_of(members: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link.log")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return out.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_members_of_archives_are_evidence_files_and_nothing_is_unpacked(tmp_path: Path) -> None:
    inner = zip_of({"deep/edge-3.log": text(3)})
    tar = tar_of({"/etc/edge-1.log": text(1), "../../edge-2.log.gz": gzip.compress(text(2)), "n/inner.zip": inner}, "w:gz")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "outer.zip").write_bytes(zip_of({"logs.tar.gz": tar}))
    before = sorted(tmp_path.rglob("*"))
    with new_case(tmp_path / "case") as case:
        result = load(case, [evidence], LoadOptions(), Silent())
        rows = case.table("evidence_files").sort("path").to_dicts()
    names = ["etc/edge-1.log", "n/inner.zip/deep/edge-3.log", "edge-2.log.gz"]
    assert [row["path"] for row in rows] == sorted(f"outer.zip/logs.tar.gz/{name}" for name in names)
    assert [name for name, _ in result.refused] == ["outer.zip/logs.tar.gz/link.log"]
    assert [path for path in sorted(tmp_path.rglob("*")) if (tmp_path / "case") not in (path, *path.parents)] == before
    for row in rows:
        with at(row["location"]).open() as stream:
            assert stream.read(8).startswith(b"198.18.0")


def test_archives_are_bounded_in_depth_and_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nested = text(1)
    for _ in range(5):
        nested = zip_of({"a.zip": nested} if nested[:2] == b"PK" else {"a.log": nested})
    (tmp_path / "nest.zip").write_bytes(nested)
    (tmp_path / "many.zip").write_bytes(zip_of({f"{n}.log": text(1) for n in range(9)}))
    (tmp_path / "broken.zip").write_bytes(zip_of({"a.log": text(1)})[:-30])
    monkeypatch.setattr(archives, "MEMBERS", 5)
    found = discover([tmp_path])
    assert sum(entry.name.startswith("many.zip") for entry in found.files) == 5
    reasons = dict(found.refused)
    assert "nested more than" in reasons["nest.zip/a.zip/a.zip/a.zip"]
    assert "more than 5 members" in next(reason for name, reason in reasons.items() if "members" in reason)
    assert "damaged" in reasons["broken.zip"]


@pytest.mark.parametrize(
    ("header", "row"),
    [("timestamp,source,message", "2024-03-02T00:00:01Z,web-1,{line}"), ('"_raw","_time","host"', '{line},"2024-03-02T00:00:01Z","web-1"')],
    ids=["last", "first"],
)
def test_exports_of_log_searches_carry_whole_lines(header: str, row: str) -> None:
    """The line is that field of the row alone, and the header is skipped."""
    line = '"' + INNER.format(n=1).replace('"', '""') + '"'
    first, second = read(header, row.format(line=line))
    assert first["outcome"] == "skipped"
    assert [second[name] for name in ("outcome", "client_ip", "path", "user_agent")] == ["event", "198.18.0.1", "/a", "curl/8"]


@pytest.mark.parametrize("word", ["", "handled request"])
def test_a_word_beside_the_request_is_not_the_line(word: str) -> None:
    """Traefik and Caddy write ``msg`` into every record."""
    record = f'{{"ts":1709338200.5,"msg":"{word}","client_ip":"198.18.0.1","method":"GET","path":"/a","status":200}}'
    (found,) = read(f"2024-03-02T00:10:00.5Z stdout F {record}")
    assert [found[name] for name in ("outcome", "client_ip", "path", "status")] == ["event", "198.18.0.1", "/a", 200]


@pytest.mark.parametrize("beside", [{}, {"offset": 7, "flags": ["utf-8"]}])
def test_the_path_of_the_file_that_a_shipper_names_is_no_requests_also_within_another_wrapping(beside: dict[str, Any]) -> None:
    place = {"log": {**beside, "file": {"path": "/var/log/a.log", "inode": "7"}}}
    shipped = json.dumps({"@timestamp": "2024-03-02T00:00:09Z", "message": INNER.format(n=1), **place})
    asked = json.dumps(
        {"time": "2024-03-02T00:00:09Z", "method": "GET", "path": "/b", "status": 200, "message": INNER.format(n=1), **place}
    )
    for wrapped in (
        lambda text: json.dumps({"log": text + "\n", "stream": "stdout", "time": "2024-03-02T00:00:09Z"}),
        "web-1  | {}".format,
    ):
        assert [(row["outcome"], row["client_ip"], row["path"]) for row in read(wrapped(shipped))] == [("event", "198.18.0.1", "/a")]
        assert [(row["outcome"], row["path"]) for row in read(wrapped(asked))] == [("event", "/b")]
