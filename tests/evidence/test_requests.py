"""A log that names users is no export of accounts."""

from __future__ import annotations

import json

import pytest

from forensics.evidence.requests import tells_requests

ECS = {
    "@timestamp": "2026-03-02T00:00:00Z",
    "source": {"ip": "198.18.0.7"},
    "user": {"name": "kim", "email": "kim@a.example"},
    "http": {"request": {"method": "GET"}, "response": {"status_code": 200}},
    "url": {"original": "/a"},
}
CARRIED = '"198.18.0.7 - - [02/Mar/2026:00:00:00 +0000] ""GET /a HTTP/1.1"" 200 5 ""-"" ""curl/8"""'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ECS) + "\n" + json.dumps(ECS),
        json.dumps([ECS, ECS]),
        json.dumps({"records": [ECS, ECS]}, indent=1),
        "timestamp,client_ip,user_id,email,method,url,status\n2026-03-02T00:00:00Z,198.18.0.7,7,kim@a.example,GET,/a,200\n",
        f"timestamp,source,message\n2026-03-02T00:00:00Z,web-1,{CARRIED}\n",
        f'"_raw","_time","host"\n{CARRIED},"2026-03-02T00:00:00Z","web-1"\n',
        '{"AccountID":"e1","Datetime":"2026-03-02T00:00:05Z","Email":"kim@a.example","HTTPMethod":"GET","SourceIP":"198.18.0.7","URL":'
        '"https://a.example/"}',
    ],
    ids=["lines", "array", "envelope", "table", "searched", "raw", "named format"],
)
def test_requests_are_told(text: str) -> None:
    assert tells_requests(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "user_id,email,created_at,status,plan\n7,kim@a.example,2026-03-02,active,pro\n",
        "id,created_at,customer_email,method,url,status,amount\n1,2026-03-02,kim@a.example,card,/receipt/1,paid,10\n",
        json.dumps({"id": 7, "email": "kim@a.example", "created_at": "2026-03-02T00:00:00Z", "status": "active", "url": "/u/7"}),
        'time,message\n2026-03-02 10:00:00,Deployed\n2026-03-02 11:00:00,"Saw ""GET /a HTTP/1.1"" in the logs"\n',
        "",
        "\x00\x01",
    ],
    ids=["accounts", "payments", "json", "notes", "empty", "binary"],
)
def test_other_records_are_not(text: str) -> None:
    assert not tells_requests(text.encode())
