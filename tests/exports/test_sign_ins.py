"""Exports of sign-ins and sessions: which account was at which address, and when."""

from __future__ import annotations

import pytest
from tests.exports.test_headers import read

from forensics.exports.reader import recognise

AT = "2026-01-02T03:04:05Z"
SIGN_INS = {
    "a table of the service": f"user_id,ip_address,user_agent,logged_in_at\nann,203.0.113.7:443,x,{AT}\n",
    "Entra": "Date (UTC),Request ID,User,Username,User ID,IP address,Status\n"
    f"{AT},r,Ann,ann@firm.example,ann,203.0.113.7,Success\n{AT},r,Ann,ann@firm.example,ann,203.0.113.9,Failure\n",
    "Google": f"Date,User,IP address,Event\n{AT},ann,203.0.113.7,login_success\n{AT},ann,203.0.113.9,login_failure\n",
    "Auth0": f'{{"date":"{AT}","type":"s","ip":"::ffff:203.0.113.7","user_id":"ann","log_id":"1"}}\n'
    f'{{"date":"{AT}","type":"fp","ip":"203.0.113.9","user_id":"ann","log_id":"2"}}\n',
    "Okta": '[{"actor":{"id":"00u1","alternateId":"ann"},"client":{"ipAddress":"203.0.113.7"},"outcome":{"result":"SUCCESS"},'
    f'"published":"{AT}","eventType":"user.session.start"}}]',
    "Keycloak": '[{"time":1767323045000,"type":"LOGIN","userId":"ann","ipAddress":"203.0.113.7"},'
    '{"time":1767323045000,"type":"LOGIN_ERROR","userId":"ann","ipAddress":"203.0.113.9","error":"invalid_user_credentials"}]',
    "Cloudflare Access": '{"Action":"login","Allowed":true,"AppDomain":"a.example/warp","AppUUID":"u","CreatedAt":1767323045000000000,'
    '"Email":"ann","IPAddress":"203.0.113.7","RayID":"r","UserUID":"9"}\n{"Action":"login","Allowed":false,"AppDomain":"a.example/warp",'
    f'"AppUUID":"u","CreatedAt":"{AT}","Email":"ann","IPAddress":"203.0.113.9","RayID":"r","UserUID":"9"}}',
    "Cognito": f'{{"AuthEvents":[{{"EventId":"e1","EventType":"SignIn","CreationDate":"{AT}","EventResponse":"Pass","Username":"ann",'
    f'"EventContextData":{{"IpAddress":"203.0.113.7"}}}},{{"EventId":"e2","EventType":"SignIn","CreationDate":"{AT}","EventResponse":"Fail",'
    '"Username":"ann","EventContextData":{"IpAddress":"203.0.113.9"}}]}',
    "Laravel": "id,user_id,ip_address,user_agent,payload,last_activity\nx,ann,203.0.113.7,x,YTo,1767323045\n",
    "audit trail": f"id,user_id,action,ip_address,created_at\n1,ann,exported,203.0.113.7,{AT}\n2,ann,login_failed,203.0.113.9,{AT}\n",
    "sessions": f"id,user_id,ip,user_agent,created_at,updated_at\n1,ann,203.0.113.7,x,{AT},{AT}\n",
}


@pytest.mark.parametrize("text", SIGN_INS.values(), ids=SIGN_INS)
def test_who_signed_in_from_where(text: str) -> None:
    rows = read(text)
    (found,) = rows.frames["identifier_records"].to_dicts()  # who failed to sign in may be anybody
    assert (found["account_key"], found["identifier_type"], found["identifier_value"]) == ("ann", "client_ip", "203.0.113.7")
    assert str(found["first_at"]) == str(found["last_at"]) == "2026-01-02 03:04:05"
    systems = {
        "action": "activity",
        "created_at": "sessions",
        "last_activity": "sessions",
        "AppDomain": "cloudflare_access",
        "AuthEvents": "cognito_events",
    }
    assert rows.format.startswith(next((system for mark, system in systems.items() if mark in text), "sign_ins"))
    failed = [told for told in rows.assumptions if told == "1 row of what failed left out: whose it was is not known"]
    assert len(failed) == ("203.0.113.9" in text)


@pytest.mark.parametrize("header", ["session_id,user_id,ip,created_at", "session_id,user_id,created_at,expires_at"])
def test_a_table_of_sessions_tells_whose_they_are_and_from_where(header: str) -> None:
    cells = {"session_id": "s-1", "user_id": "ann", "ip": "203.0.113.7"}
    other = {"session_id": "", "user_id": "bob", "ip": ""}
    lines = [header, *(",".join(of.get(name, AT) for name in header.split(",")) for of in (cells, other))]
    rows = read("\n".join(lines) + "\n")
    told = rows.frames["identifier_records"].select("account_key", "identifier_type", "identifier_value", "line").rows()
    assert told == [*([("ann", "client_ip", "203.0.113.7", 2)] if ",ip" in header else []), ("ann", "session", "s-1", 2)]
    assert (rows.kind, rows.parsed, rows.lines) == ("identifiers", 2, 3)


def test_records_of_what_happened_are_no_accounts() -> None:
    assert recognise(f"username,event_type,event_id,creation_date\nann,SignIn,e1,{AT}\n".encode(), "events.csv") is None
    github = (
        f'[{{"action":"org.add_member","actor":"ann","actor_ip":"203.0.113.7","created_at":"{AT}","org":"firm","user":"bo","user_id":7}}]'
    )
    assert recognise(github.encode(), "audit.json") is None  # an organisation's people there are not the service's


@pytest.mark.parametrize(
    "text",
    [
        f"user_id,email,created_at,ip_address,user_agent\nu1,a@firm.example,{AT},203.0.113.7,x\n",
        f"id,email,plan,action,ip_address,created_at\n1,a@firm.example,pro,edit,203.0.113.7,{AT}\n",
        f"id,username,last_login_ip,last_login,date_joined\n1,ann,203.0.113.7,{AT},{AT}\n",
    ],
)
def test_a_table_of_accounts_with_an_address_is_one_of_accounts(text: str) -> None:
    assert read(text).kind == "accounts"


def test_the_address_of_a_sign_up_is_written_as_those_of_the_logs() -> None:
    rows = read("user_id,email,created_at,signup_ip\nu1,a@firm.example,2026-01-02,::ffff:203.0.113.7\n")
    assert rows.frames["account_records"]["signup_ip"].to_list() == ["203.0.113.7"]


@pytest.mark.parametrize("who", ["actor_id", "actor_email", "actor", "performed_by", "admin_id", "staff_id"])
def test_an_address_in_an_audit_trail_is_of_who_acted(who: str) -> None:
    """Whom an administrator suspended was not at the administrator's address."""
    rows = read(f"id,user_id,{who},action,ip_address,created_at\n1,ann,root,user.suspended,203.0.113.7,{AT}\n")
    assert rows.frames["identifier_records"]["account_key"].to_list() == ["root"]


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        *((action, 1) for action in ("identity confirmed", "accident.reported", "session.invalidate", "user.unblocked_by", "unlocked")),
        *((action, 0) for action in ("login_failed", "LoginFailed", "sign-in failure", "access denied", "invalid_password")),
    ],
)
def test_what_failed_is_told_by_whole_words(action: str, kept: int) -> None:
    rows = read(f"id,user_id,action,result,ip_address,created_at\n1,ann,{action},,203.0.113.7,{AT}\n2,bo,x,{action},203.0.113.8,{AT}\n")
    assert rows.parsed == 2 * kept
