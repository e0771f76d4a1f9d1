"""Evidence of unusual cases as files that the program reads like anybody's: a ring of thousands of accounts, many incidents, hostile text.

``python -m tests.report.files ring|many|hostile FOLDER`` writes one of them, for looking at its report.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

START = datetime(2024, 2, 27)
IMPACT = datetime(2024, 3, 2)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36"
Hit = tuple[float, str, str, str, int, float]
"""Seconds since the start, address, user, path, status, seconds to answer."""


def ring(folder: Path, *, accounts: int = 5_000, strangers: int = 2_500, days: int = 5, per_minute: int = 12) -> None:
    """Accounts of one company, on one card, that collect together until the service fails; strangers go about their business."""
    rng = np.random.default_rng(5_000)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"lumen{n:05}" for n in range(accounts)] + [f"guest{n:05}" for n in range(strangers)]
    hits = _ordinary(rng, names[accounts:], days * 1440, per_minute)
    hits += _ordinary(rng, names[: accounts // 10], days * 1440, 1)
    rise, each = (IMPACT - START).total_seconds() - 3_600, 20
    for n in range(accounts):
        came = rise + 5_400 * np.sort(rng.beta(2.2, 1.2, each))
        hits += [(at, f"198.18.{n // 250}.{n % 250}", names[n], f"/api/jobs/{40_000 + n * each + k}", 0, 0.05) for k, at in enumerate(came)]
    _log(folder / "edge-1.log", _failing(rng, hits, rise + 3_600, 3_600))
    made = [START - timedelta(days=20, minutes=7 * n) for n in range(len(names))]
    mail = [f"{name}@{'lumenworks.example' if n < accounts else f'mail{n}.example'}" for n, name in enumerate(names)]
    rows = ((f"acc_{name}", name, mail[n], f"Person {n}", f"{made[n]:%Y-%m-%dT%H:%M:%SZ}", "pro") for n, name in enumerate(names))
    _table(folder / "accounts.csv", "account_id,user_name,email,name,created_at,plan", rows)
    paid = ((f"ch_{n}", f"{made[n] + timedelta(hours=1):%Y-%m-%d %H:%M}", "60.00", "usd", "Paid", f"cus_{n}", mail[n],
             "fp_lumen" if n < accounts else f"fp_{n}", "Lumenworks" if n < accounts else f"Person {n}", f"acc_{name}")
            for n, name in enumerate(names))  # fmt: skip
    _table(folder / "payments.csv", PAYMENTS, paid)


PAYMENTS = "id,Created date (UTC),Amount,Currency,Status,Customer ID,Customer Email,Card Fingerprint,Card Name,account_id (metadata)"


def many(folder: Path, *, incidents: int = 200, days: int = 50, per_minute: int = 8) -> None:
    """Every few hours one of twenty routes fails for a quarter of an hour, whoever asks."""
    rng = np.random.default_rng(200)
    folder.mkdir(parents=True, exist_ok=True)
    hits = _ordinary(rng, [f"guest{n:04}" for n in range(400)], days * 1440, per_minute)
    every = days * 86_400 / (incidents + 1)
    for n in range(incidents):
        at = every * (n + 1) + rng.uniform(0, every / 3)
        came = np.sort(at + rng.uniform(0, 900, 60 + n % 90))
        hits += [(float(c), f"198.19.0.{k % 200}", f"guest{k:04}", f"/part/{n % 20}", 503, 0.4) for k, c in enumerate(came)]
    _log(folder / "edge-1.log", hits)


def _ordinary(rng: np.random.Generator, names: Sequence[str], minutes: int, per_minute: int) -> list[Hit]:
    """Visits by day and night, more of them by day."""
    at = np.sort(rng.uniform(0, minutes * 60, minutes * per_minute))
    at = at[rng.random(len(at)) < 0.65 + 0.35 * np.sin(2 * np.pi * at / 86_400)]
    who, page, took = rng.integers(0, len(names), len(at)), rng.integers(0, 20, len(at)), rng.gamma(2, 0.04, len(at))
    return [(float(at[k]), f"198.19.{w // 250}.{w % 250}", names[w], f"/part/{page[k]}", 200, float(took[k])) for k, w in enumerate(who)]


def _failing(rng: np.random.Generator, hits: list[Hit], impact: float, lasts: float) -> list[Hit]:
    """Let nearly everything fail from an impact on, for a while."""
    odds = rng.random(len(hits))
    return [
        (
            at,
            ip,
            user,
            path,
            503 if impact <= at < impact + lasts and odds[k] < 0.9 else status or 200,
            took * 40 if at >= impact - 600 and at < impact + lasts else took,
        )
        for k, (at, ip, user, path, status, took) in enumerate(hits)
    ]


def _log(path: Path, hits: Iterable[Hit]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        for at, ip, user, asked, status, took in sorted(hits):
            when = f"{START + timedelta(seconds=at):%d/%b/%Y:%H:%M:%S} +0000"
            stream.write(f'{ip} - {user} [{when}] "GET {asked} HTTP/1.1" {status} 1200 "-" "{AGENT}" {took:.3f}\n')


def _table(path: Path, head: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head.split(","))
        writer.writerows(rows)


HOSTILE = (
    "<script>document.title='PWNED'</script>", "</script><script>document.title='PWNED'</script>",
    "<img src=x onerror=\"document.title='PWNED'\">", "javascript:document.title='PWNED'", "{{7*7}}${7*7}#{7*7}<%=7*7%>",
    '=HYPERLINK("http://evil.example","x")', "@SUM(A1:A9)", "\t=1+1", "\r=1+1",
    "\x1b[2J\x1b]0;PWNED\x07\x1b]8;;http://evil.example\x1b\\x", "\x9b2J\x9d0;PWNED\x9c", "[link=http://evil.example]x[/link][red]",
    "\u202egnp.exe\u2066x", "a\x00b", "\u2028\u2029\u0085", "|x|`y`*z*", "-->", "]]>", "'\"><svg/onload=document.title='PWNED'>",
)  # fmt: skip
"""What every text of the hostile case carries, one after the other."""


def hostile(folder: Path) -> None:
    """A case with an outage whose every text is hostile: names of files, users, hosts, agents, accounts, payers, notes, requests."""
    rng = np.random.default_rng(13)
    folder.mkdir(parents=True, exist_ok=True)
    poison = [f"{text} {n}" for n, text in enumerate(HOSTILE)]
    whole = [text.replace("\0", "") for text in poison]  # a table with null bytes is none
    names = [*poison, *(f"guest{n:03}" for n in range(150))]
    hits = _ordinary(rng, names[len(poison) :], 4 * 1440, 10)
    rise = 3 * 86_400.0
    for n, name in enumerate(poison):
        came = rise + 5_400 * np.sort(rng.beta(2.2, 1.2, 500))
        hits += [(float(at), f"198.18.0.{n}", name, f"/api/{n}/{name}?token=x{name}", 0, 0.05) for at in came]
    with (folder / "edge \u202e\x1b[31m<b>=1.jsonl").open("w", encoding="utf-8", newline="") as stream:
        for k, (at, ip, user, asked, status, took) in enumerate(sorted(_failing(rng, hits, rise + 3_600, 3_000))):
            own = poison[k % len(poison)]
            line = {"time": f"{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%S.%fZ}", "remote_addr": ip, "remote_user": user,
                    "method": "GET", "uri": asked, "status": status, "bytes_sent": 1_200, "request_time": round(took, 3), "user_agent": own,
                    "referer": own, "host": own, "upstream_addr": own, "request_id": f"{k}{own}"}  # fmt: skip
            stream.write(json.dumps(line, ensure_ascii=k % 2 == 0) + "\n")
        stream.write("".join(text.replace("\n", " ") + "\n" for text in poison))
    made = START - timedelta(days=9)
    names = [*whole, *names[len(poison) :]]
    mail = [f"{name}@lumenworks.example" if n < len(poison) else f"{name}@mail{n}.example" for n, name in enumerate(names)]
    rows = [(f"acc {name}", name, mail[n], name, f"{made + timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}", name) for n, name in enumerate(names)]
    _table(folder / "accounts.csv", "account_id,user_name,email,name,created_at,plan", rows)
    paid = [(f"ch_{n} {name}", f"{made:%Y-%m-%d %H:%M}", "60.00", name, name, f"cus {name}", mail[n],
             "fp <b>=1" if n < len(poison) else f"fp_{n}", whole[0] if n < len(poison) else name,
             f"acc {name}") for n, name in enumerate(names)]  # fmt: skip
    _table(folder / "payments.csv", PAYMENTS, paid)
    told = [(f"{IMPACT - timedelta(hours=30 - n):%Y-%m-%dT%H:%M:%SZ}", text, text) for n, text in enumerate(whole)]
    _table(folder / "notes.csv", "time,message,type", told)


if __name__ == "__main__":
    {"ring": ring, "many": many, "hostile": hostile}[sys.argv[1]](Path(sys.argv[2]))
