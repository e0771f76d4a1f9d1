from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from forensics.evidence.line_reader import LineReader, share_read
from forensics.evidence.recognise import Asked, candidates, plan_for
from forensics.evidence.refusals import what_line, why_no_log
from forensics.formats.base import ReadOptions
from forensics.formats.registry import all_formats
from forensics.formats.schema import LINES

TIMED = '198.18.0.7 - ann [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0" 0.250'
CUT = '198.18.0.7 - ann [02/Mar/2024:00:00:03 +0000] "GET /api/jobs/'
COMMON = '198.18.0.8 - - [02/Mar/2024:00:00:04 +0000] "GET /b HTTP/1.1" 200 7'


def frame(*lines: str) -> pl.DataFrame:
    return pl.DataFrame({"line": range(1, len(lines) + 1), "raw": lines}, schema=LINES)


def test_a_line_that_was_cut_off_is_offered_to_no_format() -> None:
    assert [entry.name for entry in candidates(Asked(frame(CUT))) if not entry.main_only] == []


def test_formats_are_chosen_by_whole_lines_with_or_without_blanks_at_their_end() -> None:
    for line in (COMMON, COMMON + " "):
        assert "common" in {entry.name for entry in candidates(Asked(frame(CUT, line)))}


def test_only_formats_that_could_read_what_the_main_one_left_are_tried() -> None:
    lines = frame(*[TIMED] * 5, CUT, COMMON)
    reader = LineReader(plan_for(lines.head(5), ReadOptions()), ReadOptions())
    assert reader.main.name == "combined_time"
    outcomes = dict(reader.read(lines).read.select("line", "outcome").iter_rows())
    assert outcomes == {**dict.fromkeys((1, 2, 3, 4, 5, 7), "event"), 6: "rejected"}
    assert reader.used == {"common": 1}


def test_agents_before_referrers_are_told_by_the_file_and_not_by_one_client_of_it() -> None:
    start = '198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512'
    first = [f'{start} "curl/8.5.0" "-"', f'{start} "Mozilla/5.0 (X11)" "https://a.example/b"']
    assert plan_for(frame(*first), ReadOptions()).ranked[0].format.name == "combined_agent_first"
    usual = [f'{start} "-" "curl/8.5.0"', f'{start} "a.example/7" "-"', f'{start} "https://a.example/b" "Mozilla/5.0 (X11)"']
    reader = LineReader(plan_for(frame(*usual, first[0]), ReadOptions()), ReadOptions())
    read = reader.read(frame(*usual, first[0])).read
    assert reader.main.name == "combined"
    assert read["referrer"].to_list() == [None, "a.example/7", "https://a.example/b", "curl/8.5.0"]


def test_a_name_behind_the_agent_is_the_server_and_nobody_who_was_forwarded_for() -> None:
    start = '198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"'
    lines = frame(*(f'{start} "{last}"' for last in ("www.example.com", "unknown", "203.0.113.9, 10.0.0.1", "2001:db8::1")))
    read = LineReader(plan_for(lines, ReadOptions()), ReadOptions()).read(lines).read
    forwarded = [{e["key"]: e["value"] for e in row or ()}.get("forwarded_for") for row in read["extra"].to_list()]
    assert forwarded == [None, "unknown", "203.0.113.9, 10.0.0.1", "2001:db8::1"]
    assert read["host"].to_list() == ["www.example.com", None, None, None]


def test_a_servers_name_before_an_address_is_not_the_client() -> None:
    rest = '[02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0"'
    before = ("www.example.com 203.0.113.9 -", "shop.example.com 2001:db8::9 ann", "client7.example.org frank ann", "203.0.113.9 - ann")
    lines = frame(*(f"{each} {rest}" for each in before))
    for few in (lines, lines.head(2)):
        read = LineReader(plan_for(few, ReadOptions()), ReadOptions()).read(few).read
        clients = ["203.0.113.9", "2001:db8::9", "client7.example.org", "203.0.113.9"]
        assert read["client_ip"].to_list() == clients[: len(few)]
        assert read["user_name"].to_list() == [None, "ann", "ann", "ann"][: len(few)]
        assert read["host"].to_list()[:2] == ["www.example.com", "shop.example.com"]


def test_times_and_pods_before_a_line_are_nobody_and_servers_behind_it_forwarded_nothing() -> None:
    asked = '"GET /a HTTP/1.1" 200 512'
    lines = frame(
        f'www.example.com 203.0.113.9 0.123 0.120 [02/Mar/2024:00:00:02 +0000] {asked} "-" "curl/8"',
        f"web-1 nginx [02/Mar/2024:00:00:02 +0000] 203.0.113.9 TLSv1.3 TLS_AES_256_GCM_SHA384 {asked}",
        f'203.0.113.9 - ann [02/Mar/2024:00:00:02 +0000] {asked} "-" "curl/8" "10.0.0.1:8080, 10.0.0.2:80" "502, 200" 3.123 1.000, 2.120',
        f'203.0.113.9 - ann [02/Mar/2024:00:00:02 +0000] {asked} "-" "curl/8" "192.0.2.1:5000, 10.0.0.2" 0.123',
        f'203.0.113.9 - ann [02/Mar/2024:00:00:02 +0000] {asked} "-" "curl/8" "192.0.2.1" 443 0.123',
        f"client.example.org - ann [02/Mar/2024:00:00:02 +0000] 10.0.0.5 {asked}",
    )
    read = LineReader(plan_for(lines, ReadOptions()), ReadOptions()).read(lines).read
    assert read["client_ip"].to_list() == ["203.0.113.9"] * 5 + ["client.example.org"]
    assert read["user_name"].to_list() == [None, None, "ann", "ann", "ann", "ann"]
    forwarded = [{e["key"]: e["value"] for e in row or ()}.get("forwarded_for") for row in read["extra"].to_list()]
    assert forwarded == [None, None, None, "192.0.2.1:5000, 10.0.0.2", "192.0.2.1", None]


def test_rows_that_do_not_fit_their_header_are_read_by_no_looks() -> None:
    """A column is missing: what looks like the first address is the server's, and no client."""
    header = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status"
    row = "2024-03-02 00:00:02 10.0.0.1 GET /a 443 - 198.18.0.7 curl/8 200"
    assert plan_for(frame(header, *[row] * 5), ReadOptions()).ranked == []


def test_a_table_of_unknown_columns_is_refused_with_what_to_rename() -> None:
    table = pl.Series(["fiets,kleur,wiel", *(f"{n},rood,{n}" for n in range(20))])
    assert "its columns are not known (it begins with 'fiets,kleur,wiel'); rename them" in why_no_log(table)
    assert "its columns are not known" in why_no_log(pl.Series(["fiets,kleur,2fa_enabled", "a,rood,t", "b,geel,f"]))
    bare = pl.Series([f"2024-03-02T00:00:0{n}Z,198.18.0.7,ann,GET,/a,200,512" for n in range(9)])
    assert "a table without a header" in why_no_log(bare)
    assert "put a line with the names of its columns before it in a copy" in why_no_log(bare)
    assert "describe it with --log-format" in why_no_log(pl.Series(["ready, steady, go!", "and some prose"]))
    assert "other fields than #Fields names" in why_no_log(
        pl.Series(["#Version: 1.0", "#Fields: date time c-ip", "2026-03-02 00:00:01 a b c"])
    )


def test_json_that_tells_no_request_is_refused_and_rejected_for_that() -> None:
    started = '{"ts":"2024-03-02T00:00:01Z","msg":"started","port":8080}'
    assert "do not tell a request: a time, a path and a method" in why_no_log(pl.Series([started] * 3))
    assert "(its first keys: ts, msg, port)" in why_no_log(pl.Series([started] * 3))
    asked = '{"ts":"2024-03-02T00:00:01Z","client_ip":"198.18.0.7","method":"GET","path":"/a","status":200}'
    reader = LineReader(plan_for(frame(*[asked] * 5), ReadOptions()), ReadOptions())
    read = reader.read(frame(asked, started, asked[:60])).read
    assert read.select("outcome", "reason").rows() == [
        ("event", None),
        ("rejected", "JSON that does not tell a time, a method with a path, and a status or client"),
        ("rejected", "JSON that is cut off"),
    ]


def test_what_an_application_says_between_its_requests_is_skipped() -> None:
    asked = '{"time":"2024-03-02T00:00:01Z","level":"info","client_ip":"198.18.0.7","method":"GET","path":"/a","status":200}'
    said = '{"time":"2024-03-02T00:00:01Z","level":"info","msg":"cache warmed","items":7}'
    perhaps = [
        '{"time":"2024-03-02T00:00:01Z","level":"info","msg":"GET /a took 7 ms"}',
        '{"time":"2024-03-02T00:00:01Z","level":"info","msg":"access","remoteIpAddr":"198.18.0.7"}',
        '{"time":"2024-03-02T00:00:01Z","level":"info","event":"cache warmed"}',
    ]
    reader = LineReader(plan_for(frame(*[asked] * 5), ReadOptions()), ReadOptions())
    read = reader.read(frame(asked, said, *perhaps)).read
    assert read["outcome"].to_list() == ["event", "skipped", *["rejected"] * 3]
    assert read["reason"][1] == "a line of an application's own log, without a request"


def test_the_events_of_a_service_are_no_alerts_because_of_their_keys() -> None:
    told = '"timestamp":"2026-03-02T00:00:01Z","client_ip":"203.0.113.9","method":"GET","path":"/a","status":200'
    lines = frame(f'{{{told},"event_type":"alert"}}', f'{{{told},"event_type":"request","dest_ip":"198.51.100.9"}}')
    read = LineReader(plan_for(lines, ReadOptions()), ReadOptions()).read(lines).read
    assert read["outcome"].to_list() == ["event", "event"]


TRACES = {
    "python": """Traceback (most recent call last):
  File "apps/shop/app.py", line 119, in __init__
    shop.session_obj = self.get(
AttributeError: 'NoneType' object has no attribute 'cart'

During handling of the above exception, another exception occurred:
shop.errors.NoCartError: none""",
    "java": """java.lang.IllegalStateException: no cart
\tat example.shop.Cart.find(Cart.java:12)
Caused by: java.lang.NullPointerException: null
\t... 14 more""",
    "node": """TypeError [ERR_A]: Cannot read properties of undefined (reading 'id')
    at Object.<anonymous> (/srv/app/index.js:3:9)
    at next (/srv/app/node_modules/express/lib/router/route.js:144:13) {
  code: 'ERR_A',""",
    "php": """Stack trace:
#0 /srv/app/cart.php(12): find()
#1 {main}""",
    "ruby": """/srv/gems/thin-1.6.4/lib/thin/runner.rb:156:in `run!'
\tfrom /srv/app/bin/thin:6:in `<main>'""",
    "go": """goroutine 1 [running]:
\t/srv/app/main.go:12 +0x1d""",
    "django": """Watching for file changes with StatReloader
System check identified no issues (0 silenced).
March 02, 2024 - 15:04:00
Starting development server at http://127.0.0.1:8000/
Not Found: /a
Forbidden (CSRF token missing.): /a/
[02/Mar/2024 15:04:06] - Broken pipe from ('127.0.0.1', 57434)
198.18.0.7 - - [02/Mar/2024 15:04:08] code 400, message Bad request syntax""",
    "gin": """[GIN-debug] [WARNING] Running in "debug" mode. Switch to "release" mode in production.
 - using env:\texport GIN_MODE=release
[GIN-debug] Loaded HTML Templates (1):
\t- index.tpl
[GIN-debug] GET    /a                        --> shop.Cart (8 handlers)""",
    "uwsgi": """*** Starting uWSGI 2.0.18 (64bit) on [Fri Mar 22 15:10:05 2019] ***
os: Linux-4.9.125-linuxkit #1 SMP Fri Sep 7 08:20:28 UTC 2018
uwsgi socket 0 bound to TCP address :8000 fd 3
--- no python application found, check your startup logs for errors ---""",
}


@pytest.mark.parametrize("language", TRACES)
def test_a_log_of_requests_that_failed_is_one_whatever_their_failures_print(language: str) -> None:
    asked = '198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 500 12'
    trace = [line for line in TRACES[language].split("\n") if line]
    lines = frame(*[asked, *trace * 9] * 3)
    plan = plan_for(lines, ReadOptions())
    assert share_read(plan, lines, ReadOptions()) == 1
    read = LineReader(plan, ReadOptions()).read(frame(asked, *trace)).read
    assert read["outcome"].to_list() == ["event", *["skipped"] * len(trace)]


def test_no_request_is_taken_for_a_part_of_a_trace_and_no_programs_own_for_a_request() -> None:
    asked = '198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 500 12'
    requests = [
        "    GET /a 500 12 ms",
        "\t198.18.0.7 2024-03-02 00:00:01 /a 500",
        "  HEAD /at (x:1)",
        "Error: GET /a failed",
        "AnError in /a 500",
        "Not Found: GET /a",
        '198.18.0.7 [02/Mar/2024 15:04:08] "GET /a code 400, message"',
        "*** GET /a 500 ***: 12",
    ]
    own = '2024-03-02 00:00:01,000 DEBUG urllib3.connectionpool https://198.18.0.9:443 "POST /a HTTP/1.1" 200 512'
    reader = LineReader(plan_for(frame(*[asked] * 5), ReadOptions()), ReadOptions())
    read = reader.read(frame(asked, *requests, own)).read
    assert read["outcome"].to_list() == ["event", *["rejected"] * len(requests), "skipped"]
    assert read["reason"][-1] == "a request that the program made itself"


@pytest.mark.parametrize(
    "line",
    [
        '2024-03-02 00:00:01,000 DEBUG urllib3.connectionpool https://a.example:443 "POST /a HTTP/1.1" 200 512',
        "2024-03-02 00:00:01,000 INFO elasticsearch: POST http://10.0.0.1:9200/_bulk [status:200 request:0.012s]",
        "2024-03-02T00:00:01.000Z DEBUG requests GET https://a.example/x -> 200 (12ms)",
    ],
)
def test_what_a_program_asks_of_others_is_no_request_of_its_own(line: str) -> None:
    assert plan_for(frame(line, line), ReadOptions()).ranked == []
    asked = line.replace("https://a.example:443 ", "198.18.0.7 ").replace("http://10.0.0.1:9200", "").replace("https://a.example", "")
    assert plan_for(frame(asked, asked), ReadOptions()).ranked


@pytest.mark.parametrize(
    "line",
    [
        '2024-03-02 00:00:01,000 INFO httpx HTTP Request: POST https://a.example/v1 "HTTP/1.1 200 OK"',
        "2024-03-02 00:00:01,000 INFO elastic_transport.transport POST http://10.0.0.1:9200/_bulk [status:200 duration:0.012s]",
        "2024-03-02 00:00:01 [scrapy.core.engine] DEBUG: Crawled (200) <GET https://a.example/x> (referer: None)",
        "2024-03-02 00:00:01 level=debug status=200 request=<GET https://a.example/x> referer=None",
    ],
    ids=["httpx", "elasticsearch", "scrapy", "named values"],
)
def test_what_a_program_asks_of_others_between_its_own_requests_is_no_event(line: str) -> None:
    own = '2024-03-02 00:00:01,000 INFO uvicorn.access 198.18.0.7:5000 - "GET /a HTTP/1.1" 200'
    reader = LineReader(plan_for(frame(own, own, line), ReadOptions()), ReadOptions())
    read = reader.read(frame(own, own, line)).read
    assert read["outcome"].to_list()[:2] == ["event", "event"]
    assert read["outcome"][2] == ("rejected" if "level=" in line else "skipped")


@pytest.mark.parametrize("text", ["request=<GET http://e/>", r"x\" request=<GET http://e/>", "=<GET http://e/>"])
@pytest.mark.parametrize(
    "line",
    [
        'time=2024-03-02T00:00:01Z method=GET path="/a?{}" status=200 remote_addr=198.18.0.7',
        'time=2024-03-02T00:00:01Z agent="{}" method=GET path=/a status=200 remote_addr=198.18.0.7',
        "time=2024-03-02T00:00:01Z method=GET path=/a status=200 remote_addr=198.18.0.7 agent={}",
    ],
    ids=["path", "agent before the path", "agent without quotes"],
)
def test_no_client_takes_its_request_out_by_writing_as_scrapy_does(line: str, text: str) -> None:
    lines = frame(*(line.format("b") for _ in range(3)), line.format(text))
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    assert reader.read(lines).read["outcome"].to_list() == ["event"] * 4


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-02 00:00:01,000 INFO web 198.18.0.7 GET /a?(200) <GET http://e/x> 200x",
        '2024-03-02 00:00:01,000 INFO web 198.18.0.7 GET /a HTTP Request: GET https://e/ "HTTP/1.1 200 OK"',
        '198.18.0.7 [02/Mar/2024 15:04:08] "GET /a" "POST http://e/ [status:200 x]"',
        'HTTP Request: GET https://e/ "HTTP/1.1 200 OK" 2024-03-02 00:00:01 198.18.0.7 /a',
    ],
)
def test_no_line_is_what_a_program_asked_for_what_a_client_wrote(text: str) -> None:
    assert frame(text).select(what_line(pl.col("raw"))).to_series().to_list() == [None]


def test_traces_after_a_line_of_another_log_do_not_hide_what_it_is() -> None:
    begun = "02-Mar-2026 00:00:01.123 SEVERE [main] org.apache.catalina.core.StandardWrapperValve.invoke failed"
    trace = ["java.lang.IllegalStateException: no", "\tat a.B.c(B.java:1)", "18: return a;"]
    assert "a log of Tomcat itself" in why_no_log(pl.Series([begun, *trace * 2]))
    assert "describe it with --log-format" in why_no_log(pl.Series([begun, *["who knows: GET /a"] * 6]))


def test_a_reject_tells_what_its_own_format_found_wrong() -> None:
    header, row = "#Fields: date time c-ip cs-method cs-uri-stem sc-status", "2024-03-02 00:00:02 198.18.0.7 GET /a 200"
    table = "timestamp,client_ip,method,path,status", "2024-03-02T00:00:02Z,198.18.0.7,GET,/a,200"
    for lines, reason in (
        ((header, row, row, "2024-03-02 00:00:03 198.18.0.7 GET /a"), "other fields than #Fields names"),
        ((*table, table[1], "2024-03-02T00:00:03Z,198.18.0.7,GET"), "not as many cells as the header has"),
        ((*table, table[1], table[1].replace("2024-03-02T00:00:02Z", "soon")), "no time that can be read"),
    ):
        reader = LineReader(plan_for(frame(*lines), ReadOptions()), ReadOptions())
        assert reader.read(frame(*lines)).read.select("outcome", "reason").row(3) == ("rejected", reason)


def test_requests_whose_time_has_no_year_are_refused_for_that() -> None:
    """Nothing in the evidence tells the year: a guess would move an incident."""
    for said in ("level=info method=GET path=/a status=200 took=3ms", '198.18.0.7 - - "GET /a HTTP/1.1" 200 512'):
        assert "which has no year" in why_no_log(pl.Series([f"Mar  2 00:00:01 edge-1 api[7]: {said}"]))


@pytest.mark.parametrize("odd", [(), ("hello world", CUT, COMMON, '{"a": 1}', "# note")], ids=["alike", "with odd lines"])
def test_a_whole_file_that_was_read_as_a_sample_is_read_once_and_alike(odd: tuple[str, ...]) -> None:
    known = 0
    for entry in all_formats()[:: 12 if odd else 1]:
        samples = [line for sample in entry.samples for line in sample.line.split("\n") if line]
        lines = frame(*samples, *([samples[-1]] * 50 if odd else []), *odd)
        plan = plan_for(lines, ReadOptions())
        if not plan.ranked:
            continue
        once = LineReader(replace(plan, whole=True), ReadOptions())
        known += once.block_parser is None and (plan.ranked[0].share < 1.0) == bool(odd)
        whole, parts = (
            pl.concat([reader.read(lines).read, reader.finish().read]).sort("line") for reader in (once, LineReader(plan, ReadOptions()))
        )
        assert_frame_equal(whole, parts)
        assert len(whole) == len(lines)
    assert known > 5


def test_lines_other_than_those_of_the_sample_are_read_anew() -> None:
    lines = frame(*[TIMED] * 3)
    reader = LineReader(replace(plan_for(lines, ReadOptions()), whole=True), ReadOptions())
    read = reader.read(frame(COMMON, TIMED)).read
    assert read.select("client_ip", "duration_ms").rows() == [("198.18.0.8", None), ("198.18.0.7", 250.0)]


def test_candidates_are_those_whose_hint_and_pattern_occur() -> None:
    """However few hints are asked for at a time."""
    for line in (TIMED, CUT, COMMON, '{"remote_addr": "198.18.0.7", "status": 200}'):
        raw = pl.Series("raw", [line])
        named = [
            entry
            for entry in all_formats()
            if all(wanted is None or raw.str.contains(wanted).any() for wanted in (entry.hint, entry.pattern))
        ]
        assert list(candidates(Asked(pl.DataFrame({"raw": raw})))) == named


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("2026-03-02T00:00:01.1+00:00 edge sshd[12]: Failed password for root from 203.0.113.9 port 50000 ssh2", "a system log"),
        ("Mar  2 00:00:02 mx dovecot: imap-login: Login: user=<ann>, method=PLAIN, rip=203.0.113.9", "a system log"),
        ("2026-03-02 00:00:01,123 fail2ban.filter [12]: INFO [sshd] Found 203.0.113.9", "a log of fail2ban"),
        ("[    1.234567] usb 1-1: new device", "a log of the kernel"),
        ('2026-03-02 00:00:02.123 UTC [124] ann@db ERROR:  relation "x" does not exist', "a log of PostgreSQL"),
        ("# Query_time: 2.5  Lock_time: 0.0 Rows_sent: 1", "a slow query log of MySQL"),
        ("2026-03-02T00:00:02.123456Z 0 [Warning] [MY-010068] [Server] self signed.", "a log of MySQL"),
        ("2 123456789010 eni-1235b8ca 203.0.113.9 172.31.9.69 20641 22 6 20 4249 1772409601 1772409661 ACCEPT OK", "an AWS VPC flow log"),
        ("1:M 02 Mar 2026 00:00:01.123 * Ready to accept connections", "a log of Redis"),
        ('I, [2026-03-02T00:00:01.123456 #12]  INFO -- : Started GET "/a"', "an application log of Ruby"),
        ('{"eventTime":"2026-03-02T00:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject"}', "an AWS CloudTrail log"),
        ('{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog"}}', "an audit log of Google Cloud"),
        ("02-Mar-2026 00:00:01.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup", "a log of Tomcat itself"),
        (
            '{"time":"2026-03-02T00:00:01Z","resourceId":"/X","category":"FrontDoorHealthProbeLog","properties":{"httpVerb":"HEAD"}}',
            "an Azure log of the category FrontDoorHealthProbeLog",
        ),
        ('{"time":"2026-03-02T00:00:01Z","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog"}', "is JSON"),
        ('{"time":"2026-03-02T00:00:01Z","category":"Administrative","callerIpAddress":"203.0.113.9"}', "an Azure activity log"),
        ('{"timestamp":"2026-03-02T00:00:01Z","event_type":"alert","src_ip":"203.0.113.9"}', "an event log of Suricata"),
        (
            '{"timestamp":"2026-03-02T00:00:01Z","flow_id":7,"event_type":"fileinfo","src_ip":"198.51.100.9","dest_ip":"203.0.113.9",'
            '"http":{"http_method":"GET","hostname":"a.example","url":"/a","status":200},"fileinfo":{"size":7}}',
            "an event log of Suricata",
        ),
        (
            '{"ts":1772409610.5,"uid":"C7","id.orig_h":"203.0.113.9","id.resp_h":"198.51.100.9","trans_depth":0,"method":"REGISTER",'
            '"uri":"sip:a.example:5060","call_id":"8694","user_agent":"Phone/1","status_code":401,"response_body_len":0}',
            "a log of Zeek of another kind than http",
        ),
        (
            '{"ts":1772409610.5,"uid":"C8","id":{"orig_h":"203.0.113.9","resp_h":"198.51.100.9"},"trans_depth":1,"helo":"a.example",'
            '"path":["198.51.100.9"],"tls":true}',
            "a log of Zeek of another kind than http",
        ),
        ("00:00:01 203.0.113.9 [3]sent /user/a.c 226", "a log of a server for FTP or mail"),
        ("Mon Mar  2 00:00:01 2026 1 203.0.113.9 1024 /pub/a.zip b _ o a guest@ ftp 0 * c", "a log of a server for FTP"),
        ("*   << Request  >> 65539", "the shared memory log of Varnish"),
        ("2026-03-02 00:00:01: (response.c.450) URI-authority   :  a.example", "an error log of lighttpd"),
        ("type=SYSCALL msg=audit(1772409600.123:101): arch=c000003e syscall=59", "an audit log of the Linux kernel (auditd)"),
        ("[02-Mar-2026 00:00:01] NOTICE: ready to handle connections", "a log of PHP-FPM itself"),
        ("[02-Mar-2026 00:00:01 Europe/Berlin] PHP Warning:  Undefined variable $a in /a.php on line 3", "an error log of PHP"),
        ('time="2026-03-02T00:00:01Z" level=info msg="starting" component=main', "an application log"),
        ("CEF:0|Fortinet|Fortigate|v7.4|13|traffic:forward close|3|start=1772409601000 src=10.0.0.5 act=close", "security events"),
        ('date=2026-03-02 time=00:00:01 devname="FG1" type="utm" srcip=10.0.0.5 url="https://a.example/"', "a log of a firewall"),
        ("Mar  2 00:00:01 fw 1,2026/03/02 00:00:01,0018,THREAT,url,2049,2026/03/02 00:00:01,10.0.0.5", "a log of a firewall"),
        ("[2026-03-02 00:00:01 -0400] info [cpsrvd] 203.0.113.9 - root - SUCCESS LOGIN whostmgrd", "a log of sign-ins at cPanel"),
        ('{"query_timestamp":"2026-03-02T00:00:01Z","query_name":"a.example."}', "a log of DNS queries"),
        ('{"type":"Metric","data":{"name":"http_reqs","type":"counter"},"metric":"http_reqs"}', "a log of what a load test measured (k6)"),
        (
            '{"metric":"http_reqs","type":"Point","data":{"time":"2026-03-02T00:00:01Z","value":1}}',
            "a log of what a load test measured (k6)",
        ),
        ('{"t":{"$date":"2026-03-02T00:00:01.123+00:00"},"s":"I","c":"NETWORK"}', "a log of MongoDB"),
        ('{"time":"2026-03-02T00:00:01Z","level":"INFO","msg":"cache miss"}', "an application log in JSON"),
        ('203.0.113.9 [29:23:53:25] "GET /a HTTP/1.0" 200 1497', "only the day of a month"),
    ],
)
def test_other_logs_are_refused_by_name(line: str, name: str) -> None:
    lines = pl.DataFrame({"line": [1, 2], "raw": [line, line]}, schema=LINES)
    assert not plan_for(lines, ReadOptions()).ranked
    assert name in why_no_log(lines["raw"])


GCP = (
    '{"httpRequest":{"latency":"0.250s","remoteIp":"198.18.0.7","requestMethod":"GET","requestUrl":"https://a.example/a","status":200},'
    '"insertId":"1","resource":{"type":"http_load_balancer"},"timestamp":"2024-03-02T00:00:02.500Z"}'
)
PLAIN = '{"time":"2024-03-02T00:00:01Z","client_ip":"198.18.0.7","method":"GET","path":"/a","status":200,"tenant":"t-7"}'
NAMED = '198.18.0.7 - - [02/Mar/2024:00:00:02 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8" X-Forwarded-For="203.0.113.9"'
GIN = '[GIN] 2024/03/02 - 15:04:05 | 404 |     12.345µs |  198.18.0.7 | POST     "/nope?x=1"'


@pytest.mark.parametrize("share", [1, 9])
@pytest.mark.parametrize(("special", "general"), [(GCP, PLAIN), (TIMED, PLAIN), (NAMED, GIN), (TIMED, NAMED)])
def test_among_lines_of_a_general_format_those_of_a_specific_one_are_read_as_such(special: str, general: str, share: int) -> None:
    """A load balancer's time is that of the beginning, which no name of a key tells."""

    def rows_of(*lines: str) -> pl.DataFrame:
        reader = LineReader(plan_for(frame(*lines), ReadOptions()), ReadOptions())
        return pl.concat([reader.read(frame(*lines)).read, reader.finish().read]).sort("line").drop("line")

    mixed = rows_of(*[general] * share, special, *[general] * share)
    assert_frame_equal(mixed[share : share + 1], rows_of(special))
    assert_frame_equal(mixed[:1], rows_of(general))


def test_a_line_that_begins_as_a_wrapping_does_is_read_among_wrapped_ones() -> None:
    balancer = '2024-03-02T00:00:02.945958Z my-balancer 198.18.0.7:2817 10.0.0.1:80 0.001 0.002 0.004 - - 82 305 "- - - " "-" - -'
    wrapped = [f"2024-03-02T00:00:01Z stdout F {COMMON}" for _ in range(20)]
    lines = frame(*wrapped, balancer, '2024-03-02T00:00:03Z stdout P 198.18.0.9 - - [02/Mar/2024:00:00:03 +0000] "GET /cut HTTP/1.1" 200 1')
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    read = pl.concat([reader.read(lines).read, reader.finish().read]).sort("line")
    assert read["client_ip"].to_list()[:21] == ["198.18.0.8"] * 20 + ["198.18.0.7"]


@pytest.mark.parametrize(
    "line", [TIMED[:80] + COMMON, TIMED + COMMON, COMMON[:60] + TIMED + COMMON[60:], PLAIN + PLAIN, PLAIN[:-1] + "} " + PLAIN]
)
def test_two_lines_without_an_end_between_them_are_rejected_for_that(line: str) -> None:
    lines = frame(TIMED, PLAIN, line)
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    assert reader.read(lines).read.select("outcome", "reason").row(2) == ("rejected", "two lines run together")


@pytest.mark.parametrize(
    "rows",
    [
        (
            "metric_name,timestamp,metric_value,check,error,group,method,name,proto,scenario,status,url",
            "http_reqs,1709337600,1.000000,,,,GET,https://a.example/,HTTP/1.1,default,200,https://a.example/",
            "http_req_duration,1709337600,12.500000,,,,GET,https://a.example/,HTTP/1.1,default,200,https://a.example/",
        ),
        (
            "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,sentBytes,URL,Latency",
            "1709337600123,120,Home,200,OK,Thread Group 1-1,true,5120,130,https://a.example/,118",
            "1709337600323,90,Home,200,OK,Thread Group 1-2,true,5120,130,https://a.example/,80",
        ),
    ],
    ids=["k6", "jmeter"],
)
def test_what_a_load_test_measured_is_no_log_of_requests(rows: tuple[str, ...]) -> None:
    """k6 writes several rows of one request; a metric among the columns of a log is nothing of the kind."""
    assert plan_for(frame(*rows), ReadOptions()).ranked == []
    assert "a table of what a load test measured (k6, JMeter)" in why_no_log(frame(*rows)["raw"])
    log = "timestamp,client_ip,method,path,status,metric_value", "2024-03-02T00:00:01Z,198.18.0.7,GET,/a,200,1.5"
    assert plan_for(frame(*log), ReadOptions()).ranked[0].events == 1
