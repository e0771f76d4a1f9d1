"""Make the sample evidence: the March 2 case, the same bytes every time.

Usage: python sample_logs/make.py [FOLDER]   (default: this folder; writes FOLDER/evidence and FOLDER/answer.json)
"""

import json
import random
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator import files, story
from generator.people import Person, everybody
from generator.ring import ring
from generator.service import Request
from generator.traffic import Visit, agency_evening, crawler, heavy_user, scanners, visits

ORDINARY = 2_750
VISITS_A_DAY = 1_750


def role(people: list[Person], *names: str) -> list[Person]:
    return [person for person in people if person.role in names]


def employee(rng: random.Random, person: Person) -> list[Request]:
    """The employee who did nothing: a few pictures that evening, as on other days; blocked with the company two days later."""
    requests: list[Request] = []
    for started in ("2024-03-01T18:12", "2024-03-01T23:37"):
        requests += Visit(rng, person, person.addresses[0], person.agent, story.at(started)).go(4)
    for started in ("2024-03-03T17:20", "2024-03-04T09:41"):
        requests += Visit(rng, person, person.addresses[0], person.agent, story.at(started)).go(0.01)[:1]
        requests[-1].status, requests[-1].size, requests[-1].duration = 403, 548, 0.0
    return requests


def traffic(people: list[Person]) -> tuple[list[Request], list[Request]]:
    """Return the requests of everybody else, and those of the ring."""
    streams = iter(random.Random(story.SEED + n) for n in range(100))
    others = list(visits(next(streams), people, VISITS_A_DAY))
    others += crawler(next(streams))
    others += scanners(next(streams))
    for person in role(people, "heavy"):
        others += heavy_user(next(streams), person)
    others += agency_evening(next(streams), role(people, "agency"))
    for person in role(people, "employee"):
        others += employee(next(streams), person)
    runs = list(ring(next(streams), role(people, "ring")))
    blocked = {person.account_id for person in role(people, "ring", "employee")}
    kept = [r for r in others if not (r.account_id in blocked and r.started >= story.FIRST_BANS and r.status != 403)]
    return [r for r in kept if r.started + r.duration < story.END], runs


def iso(t: float) -> str:
    return f"{datetime.fromtimestamp(t, UTC):%Y-%m-%dT%H:%M:%SZ}"


def taken(everything: list[Request], person: Person) -> dict[str, int]:
    """Count what one account of the ring was served in all."""
    served = [r for r in everything if r.account_id == person.account_id and r.status == 200]
    jobs = {r.uri.rsplit("/", 1)[1] for r in served if r.kind == "job"}
    images = {r.uri.rsplit("/", 1)[1].removesuffix(".png") for r in served if r.kind == "image"}
    return {
        "jobs": len(jobs),
        "images": len(images),
        "pairs": len(jobs & images),
        "image_bytes": sum(r.size for r in served if r.kind == "image"),
    }


def answer(people: list[Person], everything: list[Request], runs: list[Request], lines: dict[str, int]) -> dict[str, Any]:
    """Return what an investigation must find."""
    before = Counter(r.account_id for r in runs if story.RAMP_BEGIN <= r.started < story.OUTAGE_BEGIN)
    ringers = role(people, "ring")
    return {
        "lines": lines,
        "ramp_started_at": iso(story.RAMP_BEGIN),
        "started_at": iso(story.OUTAGE_BEGIN),
        "silence": {"host": "edge-2", "started_at": iso(story.EDGE_2_DOWN), "ended_at": iso(story.OUTAGE_END + 41)},
        "mitigated_at": iso(story.OUTAGE_END),
        "relapses": [[iso(begin), iso(end)] for begin, end in story.RELAPSES],
        "ended_at": iso(story.RELAPSES[-1][1]),
        "trial_run": [iso(story.PROBE_BEGIN), iso(story.PROBE_END)],
        "deploy": iso(story.DEPLOY_BEGIN),
        "participants": {
            p.account_id: {
                "user_name": p.user_name,
                "email": p.email,
                "requests_before_midnight": before[p.account_id],
                **taken(everything, p),
            }
            for p in ringers
        },
        "uninvolved": {p.account_id: {"user_name": p.user_name, "email": p.email} for p in role(people, "employee")},
        "decoys": {
            name: sorted(p.account_id for p in role(people, name.replace("_", " ")))
            for name in ("agency", "campus", "gift_card", "vpn", "heavy")
        },
    }


def main() -> None:
    """Write everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    evidence = folder / "evidence"
    shutil.rmtree(evidence, ignore_errors=True)
    evidence.mkdir(parents=True)
    people = everybody(random.Random(story.SEED), ORDINARY)
    others, runs = traffic(people)
    everything = others + runs
    one, two = files.edges(evidence, everything, random.Random(story.SEED + 1001))
    copy = files.gateway(evidence, everything, random.Random(story.SEED + 1002))
    files.accounts(evidence, people)
    files.payments(evidence, people, random.Random(story.SEED + 1003))
    files.notes(evidence)
    result = answer(people, everything, runs, {"edge-1": one, "edge-2": two, "gateway-1": copy})
    (folder / "answer.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in evidence.iterdir())
    print(f"{one + two} lines of the edge, {copy} of the gateway, {len(people)} accounts, {size / 1e6:.2f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
