"""Writes logs and exports: rotated, compressed, the same bytes every time."""

import csv
import gzip
import io
import json
import random
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from generator import story
from generator.people import PRICES, Person
from generator.service import Request

ROTATIONS = ("2024-02-23", "2024-02-27", "2024-03-01", "2024-03-04")
"""Days on whose morning the edge's logs were rotated: they are rotated by size."""
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def store(path: Path, text: str) -> None:
    """Write text, compressed without a date when the name ends in .gz."""
    data = text.encode()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
            stream.write(data)
        data = packed.getvalue()
    path.write_bytes(data)


def edge_line(request: Request, zone: timedelta, sign: str) -> str:
    """nginx combined with the request time; nginx writes the line when the answer is complete."""
    ended = datetime.fromtimestamp(request.started + request.duration, UTC) + zone
    stamp = f"{ended.day:02d}/{MONTHS[ended.month - 1]}/{ended.year}:{ended:%H:%M:%S} {sign}"
    version = "1.1" if request.kind == "other" or request.agent.startswith(("python", "aiohttp", "pixelforge")) else "2.0"
    first = request.raw if request.raw or request.status == 400 else f"{request.method} {request.uri} HTTP/{version}"
    return (
        f'{request.ip} - {request.user} [{stamp}] "{first}" {request.status} {request.size} '
        f'"{request.referrer}" "{request.agent}" {request.duration:.3f}\n'
    )


def rotated(folder: Path, name: str, requests: list[Request], line: Callable[[Request], str], hour_utc: float, torn: bool) -> int:
    """Write one host's log, rotated on some mornings at ``hour_utc``, the last file plain; return the number of lines.

    ``torn``: the host died while it wrote, so one line is cut short and what follows begins after the reboot.
    """
    mornings = [story.at(day) + hour_utc * 3600 for day in ROTATIONS]
    parts: list[list[str]] = [[] for _ in range(len(mornings) + 1)]
    for request in requests:
        ended = request.started + request.duration
        part = parts[bisect_right(mornings, ended)]
        part.append(line(request))
        if torn and ended < story.EDGE_2_DOWN:
            last = (part, len(part) - 1)
    if torn:
        cut = last[0][last[1]]
        last[0][last[1]] = cut[: int(len(cut) * 0.6)] + "\n"
    for age, lines in enumerate(reversed(parts)):
        store(folder / (f"{name}.log.{age}.gz" if age else f"{name}.log"), "".join(lines))
    return sum(map(len, parts))


def edges(folder: Path, requests: Iterable[Request], rng: random.Random) -> tuple[int, int]:
    """Write the logs of both edge hosts, each in the order of completion."""
    hosts: tuple[list[Request], list[Request]] = ([], [])
    for request in sorted(requests, key=lambda r: (r.started, r.ip, r.uri)):
        second = rng.random() < 0.46 and not story.EDGE_2_DOWN - 0.5 <= request.started + request.duration < story.OUTAGE_END + 41
        hosts[second].append(request)
    for listed in hosts:
        listed.sort(key=lambda r: r.started + r.duration)
    one = rotated(folder, "edge-1", hosts[0], lambda r: edge_line(r, timedelta(), "+0000"), 6 + 25 / 60, torn=False)
    two = rotated(folder, "edge-2", hosts[1], lambda r: edge_line(r, timedelta(hours=-8), "-0800"), 8, torn=True)
    return one, two


def gateway(folder: Path, requests: Iterable[Request], rng: random.Random) -> int:
    """Write the gateway's copy of what the edge passed on, in JSON lines written when the answer is complete, by a clock half a second ahead."""
    parts: dict[str, list[tuple[float, str]]] = {"2024-02-29": [], "2024-03-01": []}
    for request in requests:
        known = request.kind in ("page", "job", "generate", "login", "account") and request.status not in (502, 403)
        if not known or request.started < story.GATEWAY_BEGIN or story.GATEWAY_DOWN <= request.started < story.OUTAGE_END:
            continue
        moment = request.started + request.duration * 0.97 + 0.45 + 0.03 * rng.random()
        stamp = datetime.fromtimestamp(moment, UTC)
        record = {
            "time": f"{stamp:%Y-%m-%dT%H:%M:%S}.{stamp.microsecond // 1000:03d}Z",
            "request_id": f"{rng.getrandbits(48):012x}",
            "remote_addr": request.ip,
            "method": request.method,
            "uri": request.uri,
            "status": request.status,
            "bytes": request.size,
            "upstream": f"render-{1 + (request.started % 7 > 3.5)}:8080",
            "upstream_response_time": round(max(0.0, request.duration * 0.97 - 0.001), 3),
            "account_id": request.account_id,
            "release": "2024.03.01-2" if request.started >= story.DEPLOY_BEGIN else "2024.02.27-1",
        }
        parts["2024-02-29" if request.started < story.OUTAGE_BEGIN - 12 * 3600 else "2024-03-01"].append(
            (moment, json.dumps(record, separators=(",", ":")) + "\n")
        )
    for begun, lines in parts.items():
        lines.sort()
        store(folder / f"gateway-1.{begun}.jsonl.gz", "".join(text for _, text in lines))
    return sum(map(len, parts.values()))


def stamp(t: float) -> str:
    return f"{datetime.fromtimestamp(t, UTC):%Y-%m-%d %H:%M:%S}"


def write_csv(path: Path, header: list[str], rows: Iterable[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    store(path, text.getvalue())


def accounts(folder: Path, people: list[Person]) -> None:
    """Write the accounts as the service's own database gave them on 2 March at noon."""
    header = ["account_id", "user_name", "email", "name", "created_at", "plan", "status", "signup_ip"]
    rows = ([p.account_id, p.user_name, p.email, p.name, stamp(p.created_at).replace(" ", "T") + "Z", p.plan, "active", p.signup_ip]
            for p in people if p.created_at < story.EXPORTED)  # fmt: skip
    write_csv(folder / "accounts.csv", header, rows)


def payments(folder: Path, people: list[Person], rng: random.Random) -> None:
    """Write the payments of January to March in the columns of a payment provider's export, newest first."""
    header = ["id", "Created date (UTC)", "Amount", "Currency", "Status", "Customer ID", "Customer Email", "Card Fingerprint", "Card Brand", "Card Last4",
              "Card Exp Month", "Card Exp Year", "Card Name", "Card Address Zip", "Card Address Country", "account_id (metadata)"]  # fmt: skip
    rows: list[tuple[float, list[str]]] = []
    for person in people:
        card = person.card
        if card is None or person.created_at > story.EXPORTED:
            continue
        customer = "cus_" + card.fingerprint[::-1][:12]
        paid = max(person.created_at + 300, story.at("2024-01-01") + rng.random() * 30 * 86400)
        while paid < story.EXPORTED:
            failed = rng.random() < 0.02
            month, year = card.expiry.split("/")
            rows.append((paid, [f"ch_{rng.getrandbits(64):016x}", stamp(paid)[:16], PRICES[person.plan], "usd", "Failed" if failed else "Paid", customer,
                                card.payer_email, card.fingerprint, card.brand, card.last4, month, year, card.name, card.postcode, card.country,
                                person.account_id]))  # fmt: skip
            paid += 3600 if failed else 30 * 86400
    rows.sort(key=lambda row: (-row[0], row[1]))
    write_csv(folder / "payments.csv", header, (row for _, row in rows))


def notes(folder: Path) -> None:
    """Write what the operators noted at the time."""
    header = ["time", "message"]
    write_csv(folder / "notes.csv", header, [
        ["2024-03-01T22:00:00Z", "Deploy 2024.03.01-2 (generate queue)"],
        ["2024-03-02T00:04:00Z", "Page: error rate on the edge"],
        ["2024-03-02T00:21:00Z", "Status page: investigating degraded performance"],
        ["2024-03-02T01:30:00Z", "Maintenance page switched on at edge-1, service taken down on purpose"],
        ["2024-03-02T15:05:00Z", "Banned seven accounts"],
        ["2024-03-03T00:00:00Z", "Service started again, status page: monitoring"],
        ["2024-03-03T00:52:00Z", "Banned three more accounts"],
    ])  # fmt: skip
