"""The ring: pairs of description and picture, evenly spaced, each account walking its own part of the ids."""

import random
from collections.abc import Iterator

from generator import story
from generator.people import Person
from generator.service import Request, answer

BOTS = ("python-httpx/0.26.0", "", "", "python-httpx/0.26.0", "", "aiohttp/3.9.3", "", "python-httpx/0.26.0", "")
PART = 5_100  # ids of each account's part
FORGIVEN = (3, 8)  # the parts of the two accounts that were banned a day late


class Worker:
    """One account's scraper."""

    def __init__(self, rng: random.Random, person: Person) -> None:
        self.rng, self.person = rng, person
        self.part = int(person.extra["part"])
        self.agent = BOTS[self.part] or person.agent
        self.next_id = 1_200 + self.part * PART
        self.banned_at = story.SECOND_BANS if self.part in FORGIVEN else story.FIRST_BANS

    def ask(self, t: float, kind: str, uri: str) -> Request:
        person = self.person
        request = answer(Request(t, kind, "GET", uri, person.addresses[-1], person.user_name, person.account_id, self.agent), self.rng)
        if t >= self.banned_at:
            request.status, request.size, request.duration = (403, 548, 0.0)
        return request

    def pair(self, t: float) -> Iterator[Request]:
        """Fetch one description and, when it came, its picture; on failure the same id is tried again next time."""
        job = self.ask(t, "job", f"/api/jobs/{self.next_id}")
        if job.status == 200 and self.next_id % 41 == 7:
            job.status, job.size = 404, 61
        yield job
        if job.status == 200:
            picture = self.ask(t + job.duration + 0.12 + 0.02 * self.rng.random(), "image", f"/cdn/images/{self.next_id}.png")
            yield picture
            if picture.status not in (200, 404):
                return
        if job.status in (200, 404):
            self.next_id += 1

    def run(self, begin: float, end: float, seconds: float | None = None) -> Iterator[Request]:
        """Fetch pairs from ``begin`` to ``end``, every ``seconds`` or at the ring's pace."""
        t = begin
        while t < end:
            wait = (seconds or story.pace(t)) / self.person.extra["speed"]
            if not wait:
                return
            yield from self.pair(t)
            following = [since for since, _ in story.RING_PACE if t < since < t + wait] if seconds is None else []
            t = following[0] + self.rng.random() * 0.4 if following else t + wait * self.rng.uniform(0.97, 1.03)


def ring(rng: random.Random, people: list[Person]) -> Iterator[Request]:
    """All that the ring did: a trial on 26 February, the run of 1 March, what it tried afterwards."""
    for person in people:
        worker = Worker(rng, person)
        if worker.part in (1, 2, 5):
            yield from worker.run(story.PROBE_BEGIN + 17 * worker.part, story.PROBE_END, 7.5)
        yield from worker.run(story.RAMP_BEGIN + (3 + 37 * worker.part) % 211, story.OUTAGE_END)
        if worker.part % 3 == 0:
            yield from worker.run(story.at("2024-03-02T14:31") + 40 * worker.part, story.at("2024-03-02T16:20"), 240.0)
        if worker.part in FORGIVEN:
            yield from worker.run(story.at("2024-03-03T00:35") + worker.part, story.at("2024-03-03T00:54"), 2.2)
        yield from worker.run(story.at("2024-03-03T01:02") + 55 * worker.part, story.at("2024-03-03T02:40"), 420.0)
