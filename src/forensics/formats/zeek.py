"""Zeek http.log in Zeek's own form: tab-separated, with ``#fields`` in comment lines."""

from __future__ import annotations

import re

import polars as pl

from forensics.formats import values
from forensics.formats.assemble import assemble, outcomes
from forensics.formats.base import Format, Parser, ReadOptions, Sample
from forensics.formats.headed import Headers, columns_by_layout
from forensics.formats.instants import to_instant

_ROLES = {
    "client": "id.orig_h",
    "user": "username",
    "method": "method",
    "target": "uri",
    "protocol": "version",
    "status": "status_code",
    "bytes": "response_body_len",
    "referrer": "referrer",
    "user_agent": "user_agent",
    "host": "host",
}
_DEFAULT = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri referrer version user_agent origin request_body_len "
    "response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types "
    "resp_fuids resp_filenames resp_mime_types"
)
"""The columns of a file that begins without a header, as Zeek writes them by default since version 2.6."""
_ALONE = r"^\d{9,10}\.\d+\tC[0-9A-Za-z]+\t(?:[^\t]*\t){27}[^\t]*$"
_EXTRA = {"request_id": "uid", "upstream": "id.resp_h", "forwarded_for": "proxied"}


def open_zeek(options: ReadOptions) -> Parser:
    """Return the parser of Zeek's tab-separated http.log; it keeps the header from batch to batch."""
    headers = Headers(
        separator=r"^#separator (.+)$",
        fields=r"^#fields.(.*)$",
        path=r"^#path.(.*)$",
        unset=r"^#unset_field.(.*)$",
        empty=r"^#empty_field.(.*)$",
    )

    def parse(lines: pl.DataFrame) -> pl.DataFrame:
        stated = headers.at(lines["raw"])
        lines, stated = _between_tabs(lines, stated)
        ours = (pl.col("path") == "http").fill_null(True) & pl.col("fields").str.contains("status_code") & ~pl.col("comment")
        alone = pl.lit(lines["raw"].str.contains(_ALONE)) & pl.col("fields").is_null()
        layouts = stated.select(pl.when(ours).then("fields").when(alone).then(pl.lit(_DEFAULT))).to_series()
        table = columns_by_layout(lines["raw"], layouts)
        none = pl.Series([None], dtype=pl.String).new_from_index(0, len(lines))
        nothing = ["-", "(empty)", *stated["unset"].unique().drop_nulls(), *stated["empty"].unique().drop_nulls()]
        columns = {
            name: _value(table[name], nothing) if name in table.columns else none for name in ("ts", *_ROLES.values(), *_EXTRA.values())
        }
        timestamp = to_instant(columns["ts"])
        outcome = outcomes(table["complete"] & timestamp.is_not_null(), timestamp, stated["comment"], "a header line")
        found = {role: columns[name] for role, name in _ROLES.items()}
        extra = {key: columns[name] for key, name in _EXTRA.items()}
        return assemble(lines, found, times={"timestamp": timestamp}, extra=extra, outcome=outcome)

    return parse


def _between_tabs(lines: pl.DataFrame, stated: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put tabs for whatever else the header says that stands between fields (where a value holds it, Zeek writes ``\\x2c``)."""
    for written in stated["separator"].unique().drop_nulls():
        between = re.sub(r"\\x([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), str(written))
        if between == "\t":
            continue
        here = stated["separator"] == written
        tabbed = pl.when(here).then(pl.col("text").str.replace_all(between, "\t", literal=True)).otherwise("text")
        raw = lines.select(pl.col("raw").alias("text")).select(tabbed).to_series()
        fields = stated.select(pl.col("fields").alias("text")).select(tabbed).to_series()
        lines, stated = lines.with_columns(raw.alias("raw")), stated.with_columns(fields.alias("fields"))
    return lines, stated


def _value(text: pl.Series, nothing: list[str]) -> pl.Series:
    """Return a field without the notations of nothing."""
    return values.of(text, pl.when(~values.V.is_in(nothing)).then(values.V))


FORMATS: tuple[Format, ...] = (
    Format(
        name="zeek_http",
        hint=r"^#|^\d{9,10}\.\d+\t",
        title="Zeek http.log (tab-separated)",
        reference="https://docs.zeek.org/en/master/log-formats.html",
        open=open_zeek,
        rank=10,
        samples=(
            Sample(line="#separator \\x09", expected={"outcome": "skipped"}),
            Sample(line="#path\thttp", expected={"outcome": "skipped"}),
            Sample(
                line="#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmethod\thost\turi\treferrer\tversion\t"
                "user_agent\torigin\trequest_body_len\tresponse_body_len\tstatus_code\tstatus_msg",
                expected={"outcome": "skipped"},
            ),
            Sample(
                line="1772409624.250000\tC1\t10.0.0.7\t4711\t198.51.100.7\t80\t1\tGET\texample.com\t/a b?c=d\t-\t1.1\tcurl/8 x"
                "\t-\t0\t512\t200\tOK",
                expected={
                    "timestamp": "2026-03-02T00:00:24.250Z",
                    "client_ip": "10.0.0.7",
                    "method": "GET",
                    "host": "example.com",
                    "path": "/a b",
                    "query": "c=d",
                    "protocol": "HTTP/1.1",
                    "status": 200,
                    "bytes_sent": 512,
                    "user_agent": "curl/8 x",
                    "extra": {"request_id": "C1", "upstream": "198.51.100.7"},
                },
            ),
            Sample(line="#separator ,", expected={"outcome": "skipped"}),
            Sample(line="#unset_field,NULL", expected={"outcome": "skipped"}),
            Sample(line="#path,http", expected={"outcome": "skipped"}),
            Sample(line="#fields,ts,uid,id.orig_h,method,host,uri,referrer,status_code", expected={"outcome": "skipped"}),
            Sample(
                line="1772409625.250000,C2,10.0.0.7,GET,example.com,/a\\x2cb,NULL,200",
                expected={"client_ip": "10.0.0.7", "path": "/a\\x2cb", "referrer": None, "status": 200},
            ),
        ),
    ),
)
