"""Tables of requests: fields that go on over line ends, and quotes that never close."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.evidence.line_reader import LineReader
from forensics.evidence.recognise import Plan, Recognition, plan_for
from forensics.formats.base import ReadOptions
from forensics.formats.registry import by_name
from forensics.formats.schema import LINES

HEADER = "timestamp,client_ip,method,url,status,user_agent"
ROW = "2026-03-02T00:00:0{n}Z,198.18.0.{n},GET,/{n},200,{agent}"


def rows_of(*raw: str) -> list[dict[str, Any]]:
    lines = pl.DataFrame({"line": list(range(1, len(raw) + 1)), "raw": list(raw)}, schema={"line": pl.Int64, "raw": pl.String})
    return by_name("csv").open(ReadOptions())(lines).to_dicts()


def test_a_quoted_field_may_go_on_over_line_ends() -> None:
    rows = rows_of(HEADER, ROW.format(n=1, agent='"a'), 'b, ""c""', 'd"', ROW.format(n=2, agent="plain"))
    assert [row["outcome"] for row in rows] == ["skipped", "event", "skipped", "skipped", "event"]
    assert [rows[1]["user_agent"], rows[4]["user_agent"]] == ['a\nb, "c"\nd', "plain"]
    assert rows[2]["reason"] == rows[3]["reason"] == "continues the row of a line above"


def test_columns_that_nobody_knows_are_kept() -> None:
    rows = rows_of(
        "timestamp,client_ip,method,url,status,Tenant Name,price,price", "2026-03-02T00:00:01Z,198.18.0.1,GET,/a,200,Acme 1,1.50,2"
    )
    extra = {entry["key"]: entry["value"] for entry in rows[1]["extra"]}
    assert extra == {"tenant_name": "Acme 1", "price": "1.50"}


@pytest.mark.parametrize("table", ["log.", "hits."])
def test_columns_may_be_headed_by_their_table(table: str) -> None:
    names = ("timestamp", "client_ip", "method", "uri", "status")
    rows = rows_of("\t".join(f"{table}{name}" for name in names), "2024-03-02 00:00:02\t198.18.0.7\tGET\t/a?b=1\t200")
    assert (rows[1]["client_ip"], rows[1]["path"], rows[1]["query"], rows[1]["status"]) == ("198.18.0.7", "/a", "b=1", 200)


@pytest.mark.parametrize("status", ["Status", "Staus"])
def test_a_column_of_first_lines_tells_the_method_whatever_it_is_called(status: str) -> None:
    rows = rows_of(
        f"IP,Time,URL,{status}",
        "198.18.0.7,[29/Nov/2017:06:58:55,GET /a?b=1 HTTP/1.1,200",
        "198.18.0.8,[29/Nov/2017:06:58:56,-,400",
        "198.18.0.9,[29/Nov/2017:06:58:57,https://a.example/,200",
    )
    assert [row["outcome"] for row in rows] == ["skipped", "event", "rejected", "rejected"]
    told = {name: rows[1][name] for name in ("timestamp", "client_ip", "method", "path", "query", "protocol")}
    assert list(told.values()) == [datetime(2017, 11, 29, 6, 58, 55), "198.18.0.7", "GET", "/a", "b=1", "HTTP/1.1"]
    assert rows[1]["status"] == (200 if status == "Status" else None)


def test_a_table_may_tell_who_was_answered_and_not_what_was_asked() -> None:
    rows = rows_of(
        "ip,date,time,cik,code,size", "203.0.113.jja,2016-06-30,00:00:09,1608552.0,200.0,80251.0", "203.0.113.7,2016-06-30,00:00:10,7,301,"
    )
    assert [row["outcome"] for row in rows] == ["skipped", "event", "event"]
    told = {name: rows[1][name] for name in ("timestamp", "client_ip", "path", "status", "bytes_sent")}
    assert told == {
        "timestamp": datetime(2016, 6, 30, 0, 0, 9),
        "client_ip": "203.0.113.jja",
        "path": None,
        "status": 200,
        "bytes_sent": 80251,
    }


@pytest.mark.parametrize("status", ["250", "550", "226", "done", ""])
def test_a_table_of_mail_or_jobs_tells_of_no_requests(status: str) -> None:
    assert rows_of("date,client_ip,status,size", f"2026-03-02T00:00:01Z,198.18.0.1,{status},512")[1]["outcome"] == "rejected"


@pytest.mark.parametrize(
    ("separator", "times", "duration", "expected"),
    [
        (",", ["3/2/2024 0:03", "3/13/2024 0:04"], "1.5", datetime(2024, 3, 2, 0, 3)),
        (",", ["02/03/2024 00:03", "13/03/2024 00:04"], "1.5", datetime(2024, 3, 2, 0, 3)),
        (",", ["02/03/2024 00:03", "03/03/2024 00:04"], "1.5", datetime(2024, 3, 2, 0, 3)),
        (",", ["03/02/2024 00:03", "03/03/2024 00:04"], "1.5", datetime(2024, 3, 2, 0, 3)),
        (",", ["3/2/2024 12:03:00 AM", "3/2/2024 12:04:00 AM"], "1.5", datetime(2024, 3, 2, 0, 3)),
        (";", ["02/03/2024 00:03:00", "02/03/2024 00:04:00"], "1,5", datetime(2024, 3, 2, 0, 3)),
        (";", ["02.03.2024 00:03", "02.03.2024 00:04"], "1,5", datetime(2024, 3, 2, 0, 3)),
    ],
)
def test_what_a_spreadsheet_saved_is_read_in_its_users_notation(
    separator: str, times: list[str], duration: str, expected: datetime
) -> None:
    rows = rows_of(
        separator.join(("timestamp", "client_ip", "method", "path", "status", "duration_ms")),
        *(separator.join((time, "198.18.0.7", "GET", "/a,b" if separator == ";" else "/a", "200", duration)) for time in times),
    )
    assert [row["outcome"] for row in rows] == ["skipped", "event", "event"]
    assert (rows[1]["timestamp"], rows[1]["duration_ms"]) == (expected, 1.5)


def test_a_date_that_may_be_two_is_told() -> None:
    lines = pl.DataFrame({"line": [1, 2], "raw": ["time,ip,method,path,status", "03/02/2024 00:03,198.18.0.7,GET,/a,200"]}, schema=LINES)
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    reader.read(lines)
    assert reader.assumed == ["dates such as 03/02/2024 00:03 were read with the month first"]


def test_a_quote_that_never_closes_swallows_no_row() -> None:
    rows = rows_of(HEADER, ROW.format(n=1, agent='"a'), *(ROW.format(n=n, agent="b") for n in range(2, 6)))
    assert [row["outcome"] for row in rows] == ["skipped", "rejected", "event", "event", "event", "event"]
    rows = rows_of(HEADER, ROW.format(n=1, agent='"a'), "b", "c", ROW.format(n=2, agent='"x"'))
    assert [row["outcome"] for row in rows] == ["skipped", "rejected", "rejected", "rejected", "event"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.sampled_from('ab,"\n ;'), min_size=1, max_size=12).filter(lambda text: text.strip() != ""), min_size=1, max_size=6)
)
def test_whatever_a_writer_quotes_comes_back(agents: list[str]) -> None:
    written = [ROW.format(n=n, agent='"' + agent.replace('"', '""') + '"') for n, agent in enumerate(agents)]
    rows = rows_of(*"\n".join([HEADER, *written]).split("\n"))
    events = [row for row in rows if row["outcome"] == "event"]
    assert [row["outcome"] for row in rows].count("rejected") == 0
    assert [row["user_agent"] for row in events] == agents


def test_a_row_over_the_edge_of_a_batch_is_read() -> None:
    """Whatever line a batch ends with, what is read is the same; a quote that never closes waits for no more than a row may take."""
    raw = [HEADER, ROW.format(n=1, agent='"a'), 'b, ""c""', 'd"', ROW.format(n=2, agent="plain"), ROW.format(n=3, agent='"x'), 'y"']
    whole = _in_batches(raw, len(raw))
    assert [row["user_agent"] for row in whole if row["outcome"] == "event"] == ['a\nb, "c"\nd', "plain", "x\ny"]
    for size in range(1, len(raw)):
        assert _in_batches(raw, size) == whole, size
    broken = [HEADER, ROW.format(n=1, agent='"a'), *["z"] * 1500, ROW.format(n=2, agent="b")]
    assert _in_batches(broken, 700)[-1]["user_agent"] == "b"


def _in_batches(raw: list[str], size: int) -> list[dict[str, Any]]:
    lines = pl.DataFrame({"line": list(range(1, len(raw) + 1)), "raw": raw}, schema={"line": pl.Int64, "raw": pl.String})
    reader = LineReader(Plan([Recognition(by_name("csv"), 1.0, 1)]), ReadOptions(), alone=True)
    read = [reader.read(lines[start : start + size]).read for start in range(0, len(raw), size)]
    found = pl.concat([*read, reader.finish().read])
    assert found["line"].to_list() == lines["line"].to_list()
    return found.to_dicts()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "time,client_ip,request_processing_time,target_processing_time,response_processing_time,elb_status_code,request_verb,request_url",
            "2026-03-02T00:00:01Z,203.0.113.9,0.001,0.014,0.0,200,GET,https://a.example:443/a?b=1",
        ),
        (
            "date,time,bytes,request_ip,method,host,uri,status,query_string,time_taken",
            "2026-03-02,00:00:01,5,203.0.113.9,GET,h,/a,200,b=1,0.015",
        ),
        (
            '"TimeGenerated [UTC]",CIp,CsMethod,CsUriStem,CsUriQuery,ScStatus,TimeTaken',
            '"3/2/2026, 12:00:01.000 AM",203.0.113.9,GET,/a,b=1,200,15',
        ),
        (
            "Time,ClientIp,HttpMethod,RequestUri,HttpStatusCode,TimeTaken,SecurityProtocol",
            "2026-03-02T00:00:01Z,203.0.113.9,GET,https://a.example/a?b=1,200,0.015,TLSv1.3",
        ),
        (
            "timestamp,request_ip,request_processing_time,backend_processing_time,client_response_time,elb_response_code,request_verb,url",
            "2026-03-02T00:00:01Z,203.0.113.9,0.001,0.014,0.0,200,GET,https://a.example:443/a?b=1",
        ),
    ],
    ids=["athena-alb", "athena-cloudfront", "log-analytics", "front-door", "athena-elb"],
)
def test_tables_of_cloud_services_are_read_with_their_units(header: str, row: str) -> None:
    lines = pl.DataFrame({"line": [1, 2], "raw": [header, row]}, schema=LINES)
    reader = LineReader(plan_for(lines, ReadOptions()), ReadOptions())
    (found,) = reader.read(lines).read.filter(outcome="event").to_dicts()
    assert found["timestamp"] == datetime(2026, 3, 2, 0, 0, 1)
    assert [found[name] for name in ("client_ip", "path", "query", "status", "duration_ms")] == ["203.0.113.9", "/a", "b=1", 200, 15.0]


def test_a_header_may_stand_among_comments() -> None:
    rows = rows_of(
        "#Software: Microsoft Exchange Server",
        "#Fields: DateTime,Protocol,UrlHost,UrlStem,AuthenticatedUser,UserAgent,ClientIpAddress,HttpStatus,Method,TotalRequestTime",
        '2026-03-02T00:00:00.123Z,Owa,mail.example,/owa/auth.owa,EX\\kim,"Mozilla/5.0 (X, Y)",203.0.113.9,200,POST,15',
        "#Date: 2026-03-02T01:00:00.000Z",
    )
    assert [row["outcome"] for row in rows] == ["skipped", "skipped", "event", "skipped"]
    told = {"client_ip": "203.0.113.9", "user_name": "EX\\kim", "host": "mail.example", "path": "/owa/auth.owa", "status": 200}
    assert {name: rows[2][name] for name in told} == told
    assert rows[2]["duration_ms"] == 15.0


def test_a_table_with_a_services_columns_is_read_as_that_services_records() -> None:
    exported = (
        'TenantId,"TimeGenerated [UTC]",Category,clientIP_s,httpMethod_s,requestUri_s,httpStatus_d,sentBytes_d,timeTaken_d,instanceId_s',
        't,"3/2/2026, 12:00:01.250 AM",ApplicationGatewayAccessLog,198.18.0.1,GET,/a,200,512,2,appgw_0',
        't,"3/2/2026, 12:00:01.250 AM",ApplicationGatewayFirewallLog,198.18.0.1,,/a,,,,appgw_0',
    )
    delivered = (
        "ClientIP,ClientRequestMethod,ClientRequestURI,EdgeStartTimestamp,EdgeEndTimestamp,EdgeResponseStatus,RayID",
        "198.18.0.1,GET,/a,2026-03-02T00:00:01.250Z,2026-03-02T00:00:03.250Z,200,8a1",
    )
    for rows in (rows_of(*exported), rows_of(*delivered)):
        told = {"client_ip": "198.18.0.1", "method": "GET", "path": "/a", "status": 200, "duration_ms": 2000.0, "user_name": None}
        assert {name: rows[1][name] for name in told} == told
        assert "account_id" not in {entry["key"] for entry in rows[1]["extra"] or ()}
    assert rows_of(*exported)[1]["timestamp"] == datetime(2026, 3, 2, 0, 0, 1, 250000)
    assert [row["outcome"] for row in rows_of(*exported)] == ["skipped", "event", "skipped"]


def test_a_table_that_lacks_what_makes_the_service_is_read_by_its_names() -> None:
    rows = rows_of("time,ClientIp,HttpMethod,RequestUri,HttpStatus,TimeTaken", "2026-03-02T00:00:01Z,198.18.0.1,GET,/a,200,250")
    assert (rows[1]["client_ip"], rows[1]["duration_ms"]) == ("198.18.0.1", 250.0)


def test_kibana_writes_numbers_in_groups() -> None:
    header = '"@timestamp","source.ip","http.request.method","url.path","http.response.status_code","http.response.body.bytes"'
    rows = rows_of(header, '"Mar 2, 2026 @ 00:00:02.123","203.0.113.7",GET,"/a",200,"1,024"')
    assert (rows[1]["status"], rows[1]["bytes_sent"]) == (200, 1024)


def test_a_log_with_users_and_times_is_no_list_of_accounts() -> None:
    header = '"DateTime","ClientIpAddress","HttpStatus","Method","UriStem","UriQuery","ServerSentBytes","TimeTaken","Username"'
    _, row = rows_of(header, '"2026-03-02 00:00:01","203.0.113.9","404","GET","/a","b=1","512","15","kim"')
    told = {
        "client_ip": "203.0.113.9",
        "status": 404,
        "path": "/a",
        "query": "b=1",
        "bytes_sent": 512,
        "duration_ms": 15.0,
        "user_name": "kim",
    }
    assert {name: row[name] for name in told} == told


def test_athenas_table_of_s3_has_a_whole_request_for_a_target() -> None:
    header = '"bucketowner","requestdatetime","remoteip","requester","operation","request_uri","httpstatus","bytessent","useragent"'
    rows = rows_of(header, '"79a5","02/Mar/2026:00:00:02 +0000","203.0.113.7","arn:aws:iam::1:user/ann","REST.GET.OBJECT",'
                   '"GET /bkt/a?b=1 HTTP/1.1","200","512","curl/8"')  # fmt: skip
    expected = {"user_name": "arn:aws:iam::1:user/ann", "method": "GET", "path": "/bkt/a", "query": "b=1", "bytes_sent": 512}
    assert {name: rows[1][name] for name in expected} == expected
