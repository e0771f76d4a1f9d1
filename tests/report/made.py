"""A made-up case, written straight into the tables: what the report shows does not depend on the rooms before it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from forensics.analysis import analysis_id
from forensics.case.case import Case
from forensics.timeline.story import build

IMPACT = datetime(2024, 3, 2)
RAMP = IMPACT - timedelta(minutes=30)
END = IMPACT + timedelta(hours=24)
INCIDENT = "20240302T0000Z-errors-everything"
ACTOR, PAYER, ORGANISATION = "actor-00aa11bb22cc", "payer-00aa11bb22cc", "org-00aa11bb22cc"
EVIDENCE = "0123456789ab"
LABEL = "lumenworks.example"


def fill(case: Case, *, ring: int = 10, minutes: int = 1_740, label: str = LABEL, text: str = "") -> None:
    """Fill every table that a report reads; ``text`` is appended to every free text (hostile text, canaries)."""
    with case.transaction():
        _evidence(case, text)
        _accounts(case, ring, text)
        _actors(case, ring, label, text)
        _incident(case, ring, text)
        _minutes(case, minutes)
        build(case)
        case.set_meta("analysis_id", analysis_id(case))


def _frame(case: Case, table: str, rows: list[dict[str, Any]]) -> None:
    case.replace(table, pl.DataFrame(rows, infer_schema_length=None))


def account(number: int) -> str:
    return f"u{10_000 + number}"


def _evidence(case: Case, text: str) -> None:
    rows = []
    for index, (name, kind) in enumerate([("edge-1/access.log", "log"), ("edge-2/access.log.1.gz", "log"), ("accounts.csv", "accounts")]):
        is_log = kind == "log"
        rows.append(
            {
                "evidence_id": EVIDENCE if index == 0 else f"{index}" * 12,
                "path": name + text,
                "location": "/secret/place/" + name,
                "sha256": (EVIDENCE if index == 0 else f"{index}" * 12).ljust(64, "0"),
                "size_bytes": 1_234_567,
                "kind": kind,
                "format": "combined" if is_log else "csv",
                "format_share": 1.0,
                "host": f"edge-{index + 1}" if is_log else None,
                "time_zone": "UTC",
                "time_zone_source": "line",
                "time_basis": "request end",
                "lines": 100_000,
                "parsed": 99_000,
                "rejected": 900,
                "skipped": 100,
                "first_at": IMPACT - timedelta(days=12),
                "last_at": IMPACT + timedelta(days=2),
                "backward_steps": 0,
                "load_options": "{}",
                "assumptions": ["times without a zone were taken as UTC" + text] if index else None,
            }
        )
    _frame(case, "evidence_files", rows)
    _frame(case, "rejects", [{"evidence_id": EVIDENCE, "line": 7, "reason": "no timestamp" + text, "raw": "???" + text}])
    notes = [("2024-03-01T22:00", "deploy", "Deploy 412 goes out"), ("2024-03-02T00:20", "status page", "Investigating elevated errors")]
    _frame(
        case,
        "notes",
        [
            {"occurred_at": datetime.fromisoformat(at), "message": said + text, "event_type": kind, "evidence_id": None, "line": None}
            for at, kind, said in notes
        ],
    )


def _accounts(case: Case, ring: int, text: str) -> None:
    rows, paid = [], []
    for n in range(ring + 300):
        mine = n < ring
        domain = LABEL if mine and n % 2 == 0 else "gmail.com"
        rows.append(
            {
                "account_id": account(n),
                "source": "export",
                "email": f"person{n}{text}@{domain}",
                "email_domain": domain,
                "name": f"Person {n}{text}",
                "created_at": IMPACT - timedelta(days=20, minutes=7 * n),
                "plan": "pro" if mine else "free",
                "status": "active",
                "signup_ip": f"198.18.{n // 250}.{n % 250}",
                "evidence_id": "2" * 12,
                "line": n + 2,
            }
        )
        if mine:
            paid.append(
                {
                    "payment_id": f"ch_{n}",
                    "account_id": account(n),
                    "paid_at": IMPACT - timedelta(days=19, minutes=7 * n),
                    "amount": 49.0,
                    "currency": "EUR",
                    "status": "paid",
                    "card_fingerprint": "fp_lumen" + text,
                    "payer_email": f"billing{text}@{LABEL}",
                    "billing_name": "Lumenworks" + text,
                    "evidence_id": "2" * 12,
                    "line": n + 2,
                }
            )
    _frame(case, "accounts", rows)
    _frame(case, "payments", paid)


def _actors(case: Case, ring: int, label: str, text: str) -> None:
    base = {
        "email_domains": [LABEL],
        "payers": ["fp_lumen" + text],
        "first_at": IMPACT - timedelta(days=12),
        "last_at": END,
        "requests": 180_000,
    }
    rows = [
        dict(actor_id=ACTOR, parent_actor_id=PAYER, label=label, accounts=ring - 1, level="same operator", likelihood=0.93, **base),
        dict(actor_id=PAYER, parent_actor_id=ORGANISATION, label=label, accounts=ring - 1, level="same payer", likelihood=0.96, **base),
        dict(actor_id=ORGANISATION, parent_actor_id=None, label=label, accounts=ring, level="same organisation", likelihood=0.97, **base),
    ]
    _frame(case, "actors", rows)
    members = [
        {"actor_id": ACTOR, "account_id": account(n), "strength_bits": 18.5 - 0.1 * (n % 40), "via": "card, domain"} for n in range(ring)
    ]
    _frame(case, "actor_accounts", members)
    links = []
    for n in range(ring):
        for kind, value, bits, kept, family in (
            ("email_domain", LABEL, 9.5, n % 2 == 0, "organisation"),
            ("card_fingerprint", "fp_lumen" + text, 13.25, n % 3 != 0, "payment"),
            ("network", f"198.18.{n // 250}.0/24", 4.0, True, "network"),
            ("network", "203.0.113.0/24", 0.5, False, "network"),
        ):
            if kind == "email_domain" and not kept:
                continue
            links.append(
                {
                    "identifier_type": kind,
                    "identifier_value": value,
                    "account_id": account(n),
                    "actor_id": ACTOR if kept else None,
                    "weight_bits": bits,
                    "kept": kept,
                    "why": (f"{bits} bits: few accounts share it" if kept else "shared by strangers: a common exit") + text,
                    "family": family,
                    "evidence_id": "2" * 12,
                    "line": n + 2,
                }
            )
    _frame(case, "written_links", links)


def _incident(case: Case, ring: int, text: str) -> None:
    _frame(
        case,
        "incidents",
        [
            {
                "incident_id": INCIDENT,
                "kind": "errors",
                "scope": "everything",
                "started_at": IMPACT,
                "peaked_at": IMPACT + timedelta(minutes=31),
                "mitigated_at": IMPACT + timedelta(hours=15, minutes=5),
                "ended_at": END,
                "severity": "critical",
                "requests": 412_000,
                "failed_requests": 231_000,
                "affected_accounts": 2_417,
                "affected_paying_accounts": 311,
                "verdict": "attributed",
                "likelihood": 0.96,
                "summary": "Requests to everything failed" + text + ".",
                "ramp_started_at": RAMP,
                "missing_requests": 90_000.0,
                "basis": "12 quiet days",
            }
        ],
    )
    spans = [
        ("ramp", RAMP, IMPACT),
        ("overload", IMPACT, IMPACT + timedelta(minutes=38)),
        ("silence", IMPACT + timedelta(minutes=38), IMPACT + timedelta(minutes=90)),
        ("outage", IMPACT + timedelta(minutes=90), END),
        ("recovered", END, None),
    ]
    _frame(case, "phases", [{"incident_id": INCIDENT, "phase": p, "started_at": a, "ended_at": b} for p, a, b in spans])
    _frame(
        case,
        "attributions",
        [
            {
                "incident_id": INCIDENT,
                "rank": 1,
                "subject_type": "actor",
                "subject_id": ACTOR,
                "actor_id": ACTOR,
                "excess_requests": 18_230.0,
                "load_share": 0.94,
                "likelihood": 0.96,
                "p_value": 0.01,
                "smallest_p": 0.01,
            },
            {
                "incident_id": INCIDENT,
                "rank": 2,
                "subject_type": "agent",
                "subject_id": "curl" + text,
                "actor_id": None,
                "excess_requests": 420.0,
                "load_share": 0.02,
                "likelihood": 0.2,
                "p_value": 0.6,
                "smallest_p": 0.01,
            },
        ],
    )
    _frame(
        case,
        "rivals",
        [
            {
                "incident_id": INCIDENT,
                "explanation": "one actor",
                "likelihood": 0.96,
                "evidence_for": [
                    "Its load rose 30 minutes before the first failure." + text,
                    "Without it the load stays under the capacity.",
                ],
                "evidence_against": ["Two of its accounts began after the failure."],
                "evidence_wanted": ["Job logs of the workers."],
            },
            {
                "incident_id": INCIDENT,
                "explanation": "bad deploy",
                "likelihood": 0.1,
                "evidence_for": ["A deploy went out two hours before."],
                "evidence_against": ["Errors per request did not shift at equal load in the two hours after it."],
                "evidence_wanted": [],
            },
        ],
    )
    people = [
        {
            "incident_id": INCIDENT,
            "actor_id": ACTOR,
            "account_id": account(n),
            "role": "uninvolved" if n == ring - 1 else "participant",
            "requests": 12 if n == ring - 1 else 18_000 - 11 * n,
            "load_share": None if n == ring - 1 else 0.94 / (ring - 1),
            "first_at": RAMP + timedelta(seconds=3 * n),
            "last_at": IMPACT + timedelta(hours=15),
            "evidence_id": EVIDENCE,
            "line": 4_000 + n,
        }
        for n in range(ring)
    ]
    _frame(case, "participants", people)
    _frame(
        case,
        "taken",
        [
            {
                "actor_id": ACTOR,
                "account_id": account(n),
                "object_kind": "image",
                "objects": 8_000 - n,
                "pairs": 7_900 - n,
                "requests": 18_000,
                "served": 16_000,
                "bytes": 1_500_000_000 - n,
                "first_at": RAMP,
                "last_at": IMPACT + timedelta(minutes=20),
                "evidence_id": EVIDENCE,
                "line": 4_000 + n,
            }
            for n in range(ring - 1)
        ],
    )
    _frame(
        case,
        "response",
        [
            {
                "incident_id": INCIDENT,
                "measure": "rate limit",
                "scope": "account",
                "accounts_hit": 0,
                "uninvolved_hit": 0,
                "load_covered": 0.9,
                "basis": "120 requests a minute for each account would have kept the load under the capacity." + text,
            },
            {
                "incident_id": INCIDENT,
                "measure": "ban",
                "scope": "actor",
                "accounts_hit": ring - 1,
                "uninvolved_hit": 0,
                "load_covered": 0.94,
                "basis": "card, domain",
            },
            {
                "incident_id": INCIDENT,
                "measure": "ban",
                "scope": "organisation",
                "accounts_hit": ring,
                "uninvolved_hit": 1,
                "load_covered": 0.94,
                "basis": "domain",
            },
        ],
    )
    _frame(case, "options", [{"key": "cost", "value": '{"generate": 4' + "}"}])


def _minutes(case: Case, count: int) -> None:
    start = IMPACT - timedelta(hours=2)
    total, actor, without = [], [], []
    for n in range(count):
        minute = start + timedelta(minutes=n)
        usual = 420 + 160 * math.sin(n / 230) + (n * 7_919 % 41)
        since = (minute - RAMP).total_seconds() / 60
        own = min(900.0, 25 * since) if 0 <= since < 68 else (90.0 if 120 <= since < 930 else 0.0)
        silent, down = 68 <= since < 120, 30 <= since < 1_470
        load = 0 if silent else int(usual * (0.25 if since >= 120 and down else 1) + own)
        failed = 0 if not down or silent else int(load * (0.6 if since < 68 else 0.97))
        total.append(
            {
                "incident_id": INCIDENT,
                "minute": minute,
                "requests": load,
                "failed": failed,
                "expected_requests": usual,
                "latency_ms": None if silent else (9_000.0 if down else 210.0 + n % 17),
                "capacity_requests": 900.0,
            }
        )
        if own and not silent:
            actor.append({"incident_id": INCIDENT, "minute": minute, "actor_id": ACTOR, "requests": int(own), "failed": 0})
            without.append(
                {
                    "incident_id": INCIDENT,
                    "actor_id": ACTOR,
                    "minute": minute,
                    "requests": float(load - int(own)),
                    "failed": 2.0,
                    "failed_low": 0.0,
                    "failed_high": 9.0,
                    "latency_ms": 220.0,
                    "basis": "load curve",
                }
            )
    _frame(case, "incident_minutes", total)
    _frame(case, "actor_minutes", actor)
    _frame(case, "counterfactuals", without)
