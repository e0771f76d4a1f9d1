"""The service: how it answers, how long that takes, and how it fails."""

import random
import zlib
from dataclasses import dataclass

from generator import story

TYPICAL = {"page": 0.09, "static": 0.004, "job": 0.045, "image": 0.16, "generate": 7.0, "login": 0.14, "account": 0.08, "other": 0.01}
FIRST_ID, IDS_A_DAY = 48_200, 640


@dataclass(slots=True)
class Request:
    started: float
    kind: str
    method: str
    uri: str
    ip: str
    user: str  # user name, "-" without one
    account_id: str | None
    agent: str
    referrer: str = "-"
    status: int = 200
    size: int = 0
    duration: float = 0.0
    raw: str = ""


def drawn_size(kind: str, uri: str) -> int:
    """Bytes of an answer: the same object is the same bytes."""
    number = zlib.crc32(uri.encode())
    low, span = {"page": (14_000, 4_000), "static": (52_000, 90_000), "job": (640, 1_500), "image": (1_150_000, 1_400_000), "generate": (380, 40),
                 "login": (1_900, 60), "account": (6_200, 900), "other": (153, 1)}[kind]  # fmt: skip
    return low + number % span


def latest_id(t: float) -> int:
    return (
        FIRST_ID
        + int((min(t, story.OUTAGE_BEGIN) - story.BEGIN) / 86400 * IDS_A_DAY)
        + int(max(0.0, t - story.OUTAGE_END) / 86400 * IDS_A_DAY)
    )


def failure_share(t: float) -> float:
    """Which share of the requests fails at this moment."""
    for begin, end in story.RELAPSES:
        if begin <= t < end:
            return 0.88
    if not story.OUTAGE_BEGIN <= t < story.OUTAGE_END:
        return 0.0
    minutes = (t - story.OUTAGE_BEGIN) / 60
    if minutes < 3:
        return 0.35 + 0.15 * minutes
    return 1.0 if t >= story.MAINTENANCE else min(0.97, 0.8 + 0.02 * (minutes - 3))


def slowness(t: float) -> float:
    """By how much answers take longer than on an idle service: 1 / (1 - utilisation^2) below capacity, queues above it."""
    if story.OUTAGE_BEGIN <= t < story.OUTAGE_END:
        return 8.0 + min(40.0, (t - story.OUTAGE_BEGIN) / 8)
    if any(begin <= t < end for begin, end in story.RELAPSES):
        return 12.0
    seconds = story.pace(t)
    load = 0.35 * story.rhythm(t) + (18 / seconds if seconds else 0.0)
    return 1 / (1 - (load / story.CAPACITY) ** 2)


def answer(request: Request, rng: random.Random) -> Request:
    """Fill in status, size and duration."""
    t = request.started
    request.size = drawn_size(request.kind, request.uri)
    request.duration = TYPICAL[request.kind] * rng.lognormvariate(0, 0.35 if request.kind == "generate" else 0.5)
    if request.kind not in ("static", "other"):
        request.duration *= slowness(t)
    failing = failure_share(t) * (0.15 if request.kind == "static" and t < story.EDGE_2_DOWN else 1)
    if rng.random() < failing:
        fail(request, rng)
    elif rng.random() < 0.0012 and request.kind not in ("static", "other"):
        request.status, request.size = rng.choice((500, 502, 504)), 557
    elif request.kind == "generate" and story.DEPLOY_BEGIN <= t < story.DEPLOY_END:
        request.status, request.size, request.duration = 500, 182, 0.05 * rng.lognormvariate(0, 0.3)
    elif request.duration > 3 and request.kind != "generate" and rng.random() < 0.25:
        request.status, request.size = 499, 0
    request.duration = min(request.duration, 59.9)
    return request


def fail(request: Request, rng: random.Random) -> None:
    """One of the ways to fail: refused at once, no upstream, or timed out after 20 seconds."""
    t = request.started
    if t >= story.MAINTENANCE and t < story.OUTAGE_END:
        request.status, request.size, request.duration = 503, 1_174, 0.0
        return
    early = t < story.OUTAGE_BEGIN + 600 or t >= story.OUTAGE_END
    request.status = rng.choices((503, 504, 502), (6, 3, 1) if early else (4, 2, 4))[0]
    request.size = {503: 197, 504: 167, 502: 157}[request.status]
    request.duration = 20.0 + rng.random() * 0.006 if request.status == 504 else rng.lognormvariate(-4.5, 1.2)
