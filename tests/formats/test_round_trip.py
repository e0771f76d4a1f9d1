"""Random field values through each format's own writer, and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.evidence.pairs import as_json
from forensics.formats.base import ReadOptions
from forensics.formats.registry import by_name

START = datetime(2026, 3, 2)
addresses = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).filter(lambda a: a.ipv4_mapped is None).map(str))
segments = st.text(st.sampled_from("abcXYZ019-._~%:@!$&'()*+,;="), min_size=1, max_size=12).filter(lambda text: text != "-")
agents = st.text(st.sampled_from("abcXYZ019 ()/;.,:_~[]{}|"), min_size=1, max_size=20).map(str.strip).filter(lambda a: a not in ("", "-"))


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "at": START + timedelta(milliseconds=draw(st.integers(0, 10**9))),
        "client": draw(addresses),
        "method": draw(st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])),
        "path": "/" + draw(segments),
        "query": draw(st.none() | segments),
        "status": draw(st.integers(100, 599)),
        "bytes": draw(st.integers(0, 10**12)),
        "ms": draw(st.integers(0, 10**6)),
        "agent": draw(agents),
        "host": draw(st.sampled_from(["a.example", "b.example.com"])),
    }


def target(r: dict[str, Any]) -> str:
    return str(r["path"]) if r["query"] is None else f"{r['path']}?{r['query']}"


def check(name: str, lines: list[str], asked: list[dict[str, Any]], *columns: str, header: tuple[str, ...] = ()) -> None:
    raw = [*header, *lines]
    frame = pl.DataFrame({"line": list(range(1, len(raw) + 1)), "raw": raw}, schema={"line": pl.Int64, "raw": pl.String})
    rows = by_name(name).open(ReadOptions())(frame).to_dicts()[len(header) :]
    names = {"timestamp": "at", "client_ip": "client", "bytes_sent": "bytes", "duration_ms": "ms", "user_agent": "agent"}
    for row, wanted, line in zip(rows, asked, lines, strict=True):
        assert row["outcome"] == "event", (line, row["reason"])
        assert {column: row[column] for column in columns} == {column: wanted[names.get(column, column)] for column in columns}, line


MANY = st.lists(requests(), min_size=1, max_size=8)
ALL = ("timestamp", "client_ip", "method", "path", "query", "status", "bytes_sent", "duration_ms", "user_agent", "host")
quick = settings(max_examples=25, deadline=None)


def iso(at: datetime) -> str:
    return at.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@quick
@given(MANY)
def test_nginx_json(asked: list[dict[str, Any]]) -> None:
    lines = [
        json.dumps(
            {
                "msec": f"{(r['at'] - datetime(1970, 1, 1)).total_seconds():.3f}",
                "remote_addr": r["client"],
                "request": f"{r['method']} {target(r)} HTTP/1.1",
                "status": str(r["status"]),
                "body_bytes_sent": r["bytes"],
                "request_time": f"{r['ms'] / 1000:.3f}",
                "http_user_agent": r["agent"],
                "host": r["host"],
            }
        )
        for r in asked
    ]
    check("nginx_json", lines, asked, *ALL)


@quick
@given(MANY)
def test_caddy_and_traefik(asked: list[dict[str, Any]]) -> None:
    caddy = [
        json.dumps(
            {
                "ts": (r["at"] - datetime(1970, 1, 1)).total_seconds(),
                "logger": "http.log.access",
                "request": {
                    "client_ip": r["client"],
                    "method": r["method"],
                    "uri": target(r),
                    "proto": "HTTP/2.0",
                    "host": r["host"],
                    "headers": {"User-Agent": [r["agent"]]},
                },
                "duration": r["ms"] / 1000,
                "size": r["bytes"],
                "status": r["status"],
            }
        )
        for r in asked
    ]
    check("caddy_json", caddy, asked, *ALL)
    traefik = [
        json.dumps(
            {
                "ClientHost": r["client"],
                "StartUTC": iso(r["at"]),
                "RequestMethod": r["method"],
                "RequestPath": target(r),
                "RequestHost": r["host"],
                "DownstreamStatus": r["status"],
                "DownstreamContentSize": r["bytes"],
                "Duration": r["ms"] * 1_000_000,
                "request_User-Agent": r["agent"],
            }
        )
        for r in asked
    ]
    check("traefik_json", traefik, asked, *ALL)


@quick
@given(MANY)
def test_load_balancers(asked: list[dict[str, Any]]) -> None:
    def peer(client: str) -> str:
        return f"[{client}]:4711" if ":" in client else f"{client}:4711"

    alb = [
        f"https {iso(r['at'])} app/lb/1 {peer(r['client'])} 10.0.0.1:80 {r['ms'] / 1000:.3f} 0.000 0.000 {r['status']} 200 34 {r['bytes']} "
        f'"{r["method"]} https://{r["host"]}:443{target(r)} HTTP/1.1" "{r["agent"]}" - - arn "Root=1" "-" "-" 0 - "forward" "-" "-"'
        for r in asked
    ]
    check("aws_alb", alb, asked, *ALL)
    haproxy = [
        f"{r['client']}:4711 [{r['at']:%d/%b/%Y:%H:%M:%S}.{r['at'].microsecond // 1000:03d}] fe be/srv 0/0/1/2/{r['ms']} {r['status']} "
        f'{r["bytes"]} - - ---- 1/1/0/0/0 0/0 "{r["method"]} {target(r)} HTTP/1.1"'
        for r in asked
    ]
    check("haproxy_http", haproxy, asked, *(name for name in ALL if name not in ("user_agent", "host")))


@quick
@given(MANY)
def test_w3c_and_squid(asked: list[dict[str, Any]]) -> None:
    header = "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status sc-bytes time-taken cs(User-Agent) cs-host"
    # IIS writes a blank as "+" and a plus as itself: "++" is a blank and a plus ("; +http://"), so no text here has two blanks in a row
    seconds = [r | {"at": r["at"].replace(microsecond=0), "agent": " ".join(r["agent"].split())} for r in asked]
    lines = [
        f"{r['at']:%Y-%m-%d %H:%M:%S} {r['client']} {r['method']} {r['path']} {r['query'] or '-'} {r['status']} {r['bytes']} {r['ms']} "
        f"{r['agent'].replace(' ', '+')} {r['host']}"
        for r in seconds
    ]
    check("w3c", lines, seconds, *ALL, header=(header,))
    squid = [
        f"{(r['at'] - datetime(1970, 1, 1)).total_seconds():.3f} {r['ms']:6d} {r['client']} TCP_MISS/{r['status']} {r['bytes']} "
        f"{r['method']} http://{r['host']}{target(r)} - HIER_DIRECT/198.51.100.1 text/html"
        for r in asked
    ]
    check("squid", squid, asked, *(name for name in ALL if name != "user_agent"))


@quick
@given(MANY)
def test_csv_and_envoy(asked: list[dict[str, Any]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    rows = [
        ",".join(
            [
                iso(r["at"]),
                r["client"],
                r["method"],
                quoted(target(r)),
                str(r["status"]),
                str(r["bytes"]),
                str(r["ms"]),
                quoted(r["agent"]),
                r["host"],
            ]
        )
        for r in asked
    ]
    check("csv", rows, asked, *ALL, header=("timestamp,client_ip,method,url,status,bytes_sent,duration_ms,user_agent,host",))
    envoy = [
        f'[{iso(r["at"])}] "{r["method"]} {target(r)} HTTP/1.1" {r["status"]} - 0 {r["bytes"]} {r["ms"]} 1 "{r["client"]}" "{r["agent"]}" '
        f'"id-1" "{r["host"]}" "10.0.0.1:80"'
        for r in asked
    ]
    check("envoy", envoy, asked, *ALL)


@quick
@given(MANY)
def test_bars_and_semicolons(asked: list[dict[str, Any]]) -> None:
    plain = [r | {"agent": r["agent"].replace("|", "/")} for r in asked]
    artifactory = [
        f"{iso(r['at'])}|9f1c|{r['client']}|kim|{r['method']}|{target(r)}|{r['status']}|-1|{r['bytes']}|{r['ms']}|{r['agent']}"
        for r in asked
    ]
    check("artifactory", artifactory, asked, *(name for name in ALL if name != "host"))
    bunny = [
        f"HIT|{r['status']}|{round((r['at'] - datetime(1970, 1, 1)).total_seconds() * 1000)}|{r['bytes']}|7|{r['client']}|-|"
        f"https://{r['host']}{target(r)}|DE|{r['agent']}|9f1|US"
        for r in plain
    ]
    check("bunny", bunny, plain, *(name for name in ALL if name not in ("method", "duration_ms")))


@quick
@given(MANY)
def test_common_lines_with_things_around_them(asked: list[dict[str, Any]]) -> None:
    seconds = [r | {"at": r["at"].replace(microsecond=0)} for r in asked]
    clf = [
        f"{r['host']}:443 {r['client']} - r-00001 kim [{r['at']:%d/%b/%Y:%H:%M:%S} +0000] "
        f'"{r["method"]} {target(r)} HTTP/1.1" {r["status"]} '
        f'{r["bytes"]} "-" "{r["agent"]}" {r["ms"] / 1000:.3f} .'
        for r in seconds
    ]
    check("clf", clf, seconds, *ALL)
    local = [
        f'{r["client"]} - kim [{r["at"]:%d/%b/%Y %H:%M:%S}] "{r["method"]} {target(r)} HTTP/1.1" {r["status"]} {r["bytes"]}'
        for r in seconds
    ]
    check("clf_local", local, seconds, "timestamp", "client_ip", "method", "path", "query", "status", "bytes_sent")


@quick
@given(MANY)
def test_load_balancers_and_zeek(asked: list[dict[str, Any]]) -> None:
    alb = [
        f"https {iso(r['at'])} app/lb/50dc {r['client']}:2817 10.0.0.1:80 0.000 {r['ms'] / 1000:.3f} 0.000 "
        f"{r['status']} 200 0 {r['bytes']} "
        f'"{r["method"]} https://{r["host"]}:443{target(r)} HTTP/1.1" "{r["agent"]}" - - arn "Root=1" "-" "-" 0 {iso(r["at"])} "forward" '
        '"-" "-" "-" "-" "-" "-"'
        for r in asked
        if ":" not in r["client"]
    ]
    four = [r for r in asked if ":" not in r["client"]]
    check("aws_alb", alb, four, *ALL)
    zeek = [
        f"{(r['at'] - datetime(1970, 1, 1)).total_seconds():.6f}\tC1\t{r['client']}\t4711\t198.51.100.7\t80\t1\t{r['method']}\t"
        f"{r['host']}\t{target(r)}\t-\t1.1\t{r['agent']}\t-\t0\t{r['bytes']}\t{r['status']}\tOK" + "\t-" * 12
        for r in asked
    ]
    check("zeek_http", zeek, asked, *(name for name in ALL if name != "duration_ms"))


@quick
@given(MANY)
def test_named_values(asked: list[dict[str, Any]]) -> None:
    def logfmt(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        f"time={iso(r['at'])} level=info client_ip={r['client']} method={r['method']} url={logfmt(target(r))} status={r['status']} "
        f"bytes={r['bytes']} duration_ms={r['ms']} user_agent={logfmt(r['agent'])} host={r['host']}"
        for r in asked
    ]
    ltsv = [
        f"time:{iso(r['at'])}\thost:{r['client']}\treq:{r['method']} {target(r)} HTTP/1.1\tstatus:{r['status']}\tsize:{r['bytes']}\t"
        f"reqtime:{r['ms'] / 1000:.3f}\tua:{r['agent']}\tvhost:{r['host']}"
        for r in asked
    ]
    for written in (lines, ltsv):
        check("json", as_json(pl.Series(written)).to_list(), asked, *ALL)
