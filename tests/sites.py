"""Traffic of sites unlike each other, and troubles unlike each other, from published properties of real logs and from imagination.

Written apart from ``tests.traffic`` so that detection is judged by shapes that it was not built on. A site is a rate for each minute
(rhythm of the day and week, growth, slow noise) that visits follow: pages some seconds apart, each with its pictures. The archives that
are imitated (no line of them is here): NASA Kennedy (45 requests a minute, 28 days), Saskatchewan (8, half a year), Calgary (1.4, a
year), ClarkNet (165, two weeks), EPA (33, one day), World Cup 1998 (crowds at matches); all with whole seconds, hosts instead of
accounts, no durations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Frame = pl.DataFrame
START = datetime(1995, 7, 3)
"""A Monday."""


@dataclass(frozen=True)
class Site:
    """How a site is used; ``per_minute`` on average, ``peak`` hour in UTC, ``swing`` of the day (0 flat, 1 empty nights)."""

    name: str
    per_minute: float
    days: float
    swing: float = 0.7
    peak: float = 19.0
    weekend: float = 0.6
    growth: float = 0.0
    noise: float = 0.15
    pages: float = 4.0
    pictures: float = 2.0
    hosts: int = 1
    routes: int = 30
    timed: bool = False
    accounts: bool = False
    whole_seconds: bool = True
    hourly: float = 0.0
    holidays: tuple[int, ...] = ()
    start: datetime = START
    clock: float | None = None
    """Day on which people get up an hour earlier in UTC."""

    @property
    def visit(self) -> float:
        """Requests of a visit: what comes together says little more than one of them."""
        return self.pages * (1 + self.pictures)


SITES = (
    Site("space", 45, 24, swing=0.6, peak=19, weekend=0.55, growth=-0.002),
    Site("campus", 8, 35, swing=0.85, peak=21, weekend=0.5, growth=0.006, holidays=(10, 11)),
    Site("department", 1.4, 60, swing=0.9, peak=22, weekend=0.4, noise=0.3),
    Site("provider", 165, 12, swing=0.55, peak=1, weekend=0.9),
    Site("agency", 33, 1.2, swing=0.8, peak=18),
    Site("shop", 240, 9, swing=0.8, peak=14, hosts=3, routes=12, timed=True, accounts=True, whole_seconds=False, growth=0.02, clock=5.0),
    Site("interface", 120, 10, swing=0.3, pages=1, pictures=0, hosts=2, routes=8, timed=True, accounts=True, hourly=4.0, weekend=1.0),
    Site("office", 20, 28, swing=0.97, peak=13, weekend=0.03, routes=15, accounts=True, timed=True, holidays=(17,)),
    Site("edge", 30_000, 0.04, swing=0.1, pages=1, pictures=0, hosts=4, routes=10, timed=True, noise=0.03, whole_seconds=False),
    Site("small", 3, 14, swing=0.6, peak=20, weekend=1.2, pages=3, pictures=1, accounts=True),
    Site("night", 60, 7, swing=0.5, peak=3, hosts=2, routes=6, pages=1, pictures=0, noise=0.25, timed=True),
)


def rate(site: Site, rng: np.random.Generator) -> Floats:
    """Expected requests of each minute."""
    minutes = int(site.days * 1440)
    since = np.arange(minutes)
    clock = 0 if site.clock is None else 60 * (since >= site.clock * 1440)
    hour = ((site.start.hour * 60 + since + clock) / 60 - site.peak) % 24
    bell = (1 + np.cos(hour / 24 * 2 * np.pi)) / 2
    shape = 1 - site.swing + site.swing * bell ** (1 + 2 * site.swing)
    day = (60 * site.start.hour + since - 60 * ((site.peak - 12 + 12) % 24 - 12)).astype(int) // 1440
    weekday = (site.start.weekday() + day) % 7
    shape = shape * np.where((weekday >= 5) | np.isin(day, site.holidays), site.weekend, 1.0)
    shape = shape * (1 + site.growth) ** (since / 1440)
    steps = np.repeat(rng.normal(0, 1, minutes // 30 + 2), 30)[: minutes + 30]
    smooth = np.convolve(steps, np.hanning(90) / np.sqrt((np.hanning(90) ** 2).sum() * 30), "same")[:minutes]
    shape = shape * np.exp(site.noise * smooth)
    shape = shape + site.hourly * shape.mean() * (since % 60 == 0)
    rates: Floats = shape / shape.mean() * site.per_minute
    return rates


def quiet(site: Site, seed: int) -> Frame:
    """Requests of a site in which nothing happens."""
    rng = np.random.default_rng([seed, len(site.name), ord(site.name[0]), 77])
    return requests(site, rng, rate(site, rng))


def requests(site: Site, rng: np.random.Generator, rates: Floats, clients: int = 4000) -> Frame:
    """Visits at these rates, as events in order of time."""
    counts = rng.poisson(rates / site.visit)
    begins = np.repeat(np.arange(len(rates)), counts) * 60.0 + rng.random(counts.sum()) * 60
    client = np.minimum(rng.pareto(0.9, len(begins)) * 30, clients - 1).astype(int)
    pages = rng.geometric(1 / site.pages, len(begins)) if site.pages > 1 else np.ones(len(begins), dtype=int)
    visit = np.repeat(np.arange(len(begins)), pages)
    pause = rng.exponential(45.0, len(visit))
    pause[np.cumsum(pages) - pages] = 0
    gone = np.cumsum(pause)
    at = begins[visit] + gone - np.repeat(gone[np.cumsum(pages) - pages], pages)
    pictures = rng.poisson(site.pictures, len(at))
    page = np.repeat(np.arange(len(at)), pictures + 1)
    second = at[page] + np.where(np.diff(page, prepend=-1) > 0, 0.0, rng.exponential(2.0, len(page)))
    keep = second < len(rates) * 60
    return events(site, rng, second[keep], client[visit][page][keep]).sort("started_at", maintain_order=True)


def events(site: Site, rng: np.random.Generator, second: Floats, client: npt.NDArray[np.int64]) -> Frame:
    """Events at these seconds after the start by these clients."""
    count = len(second)
    route = np.minimum(rng.pareto(1.0, count) * 1.5, site.routes - 1).astype(int)
    item = np.where(route % 3 == 1, rng.integers(100, 5000, count), -1)
    host = client % site.hosts if site.pages > 1 else rng.integers(0, site.hosts, count)
    status = rng.choice([200, 304, 404, 302, 403, 500], count, p=[0.868, 0.09, 0.03, 0.01, 0.0015, 0.0005])
    whole = np.floor(second) if site.whole_seconds else second
    usual = 30.0 * (1 + route % 5) ** 2
    frame = pl.DataFrame({
        "started_at": np.datetime64(site.start, "us") + np.round(whole * 1e6).astype("timedelta64[us]"),
        "client": client, "route": route, "item": item, "host": host, "status": status,
        "bytes_sent": rng.lognormal(8, 1.5, count).astype(int), "ms": np.round(usual * rng.lognormal(0, 0.6, count), 1),
    })  # fmt: skip
    address = pl.format("198.{}.{}.{}", 18 + (pl.col("client") // 62500) % 2, pl.col("client") // 250 % 250, pl.col("client") % 250)
    path = pl.when(pl.col("item") < 0).then(pl.format("/part{}/index.html", NAMES)).otherwise(pl.format("/part{}/{}", NAMES, "item"))
    return frame.select(
        "started_at", "status", "bytes_sent", address.alias("client_ip"), path.alias("path"), pl.lit("GET").alias("method"),
        (pl.format("u{}", "client") if site.accounts else pl.lit(None, pl.String)).alias("user_name"),
        (pl.col("ms") if site.timed else pl.lit(None, pl.Float64)).alias("duration_ms"),
        pl.format("www{}", pl.col("host") + 1).alias("logged_by"), pl.lit("Mozilla/1.1").alias("user_agent"),
    )  # fmt: skip


NAMES = pl.col("route").replace_strict({n: chr(97 + n % 26) * (1 + n // 26) for n in range(100)}, return_dtype=pl.String)


# Troubles --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """A trouble as it should be found: one of the kinds, between the moments."""

    name: str
    kinds: tuple[str, ...]
    start: datetime
    end: datetime
    scope: str = "everything"


@dataclass
class World:
    """A site's requests and what was done to them."""

    site: Site
    frame: Frame
    rng: np.random.Generator
    truths: list[Truth] = field(default_factory=list)

    def hit(self, start: datetime, end: datetime, share: float, edge: float = 0.0) -> pl.Series:
        """Draw a share of the requests between the moments; the share rises and falls over ``edge`` minutes at both ends."""
        since, left = ((pl.col("started_at") - start), (pl.lit(end) - pl.col("started_at")))
        ends = [part.dt.total_milliseconds() / 60000 for part in (since, left)]
        soft = pl.min_horizontal(*ends, pl.lit(edge)) / max(edge, 1e-9) if edge else pl.lit(1.0)
        inside = pl.col("started_at").is_between(start, end, closed="left")
        draw = pl.Series(self.rng.random(self.frame.height))
        return self.frame.select(inside & (pl.lit(draw) < share * soft)).to_series()

    def fail(self, mask: pl.Series, status: int = 503) -> None:
        """Let these requests fail."""
        self.frame = self.frame.with_columns(pl.when(mask).then(status).otherwise("status").alias("status"))

    def lose(self, mask: pl.Series) -> None:
        """Take these requests away."""
        self.frame = self.frame.filter(~mask)

    def slow(self, mask: pl.Series, times: float) -> None:
        """Make these requests slower."""
        slower = pl.col("duration_ms") * times
        self.frame = self.frame.with_columns(pl.when(mask).then(slower).otherwise("duration_ms").alias("duration_ms"))

    def add(self, frame: Frame) -> None:
        """Put further requests between the others."""
        self.frame = pl.concat([self.frame, frame]).sort("started_at", maintain_order=True)

    def part(self, route: str) -> pl.Series:
        """Requests of one route."""
        return self.frame["path"].str.starts_with(f"/part{route}/")

    def crowd(self, start: datetime, minutes: int, times: float, rise: float, fall: float) -> None:
        """People who come within ``rise`` minutes, ``times`` the usual peak, and go with a half-life of ``fall`` minutes after the end."""
        length = int(minutes + 6 * fall)
        at = np.arange(length)
        shape = np.minimum(at / max(rise, 1), 1.0) * 0.5 ** (np.maximum(at - minutes, 0) / fall)
        frame = requests(self.site, self.rng, shape * times * self.site.per_minute, clients=60_000)
        self.add(frame.with_columns(pl.col("started_at") + (start - self.site.start)))


Trouble = Callable[[World, datetime, datetime], tuple[tuple[str, ...], str]]


def _relapse(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    third = (b - a) / 3
    world.fail(world.hit(a, a + third, 0.9))
    world.fail(world.hit(b - third / 2, b, 0.9))
    return ("errors",), "everything"


def _flaps(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    for n in range(5):
        begin = a + n * (b - a) / 4.5
        world.fail(world.hit(begin, begin + (b - a) / 9, 0.95))
    return ("errors",), "everything"


def _silent(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.lose(world.hit(a, b, 2.0))
    return ("silence",), "everything"


def _reboot(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    _silent(world, a, b)
    world.crowd(b, 2, 1.0, 1, 2)
    return ("silence",), "everything"


def _thinned(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.lose(world.hit(a, b, 0.88))
    return ("collapse", "silence"), "everything"


def _soft_collapse(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.lose(world.hit(a, b, 0.92, edge=5))
    return ("collapse", "silence"), "everything"


def _failing(share: float, edge: float = 0.0) -> Trouble:
    def trouble(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
        world.fail(world.hit(a, b, share, edge))
        return ("errors",), "everything"

    return trouble


def _route_fails(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.fail(world.hit(a, b, 0.9) & world.part("c"))
    return ("errors",), "/partc/index.html"


def _host_fails(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.fail(world.hit(a, b, 0.9) & (world.frame["logged_by"] == "www2"), 502)
    return ("errors",), "www2"


def _host_silent(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.lose(world.hit(a, b, 2.0) & (world.frame["logged_by"] == "www2"))
    return ("silence", "collapse"), "www2"


def _route_silent(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.lose(world.hit(a, b, 2.0) & world.part("a"))
    return ("silence", "collapse"), "/parta/index.html"


def _slow(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.slow(world.hit(a, b, 2.0), 4.0)
    return ("latency",), "everything"


def _overload(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.crowd(a - timedelta(minutes=15), 15, 2.0, 10, 3)
    world.slow(world.hit(a, b, 2.0), 6.0)
    world.fail(world.hit(a, b, 0.4), 504)
    return ("errors", "latency"), "everything"


def _crowd(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    minutes = int((b - a).total_seconds() / 60)  # the truth lies where half of the crowd is there
    rise, fall = minutes / 10, minutes / 12
    world.crowd(a - timedelta(minutes=rise / 2), round(minutes + rise / 2 - fall), 5.0, rise, fall)
    return ("surge",), "everything"


def _refused(world: World, a: datetime, b: datetime) -> tuple[tuple[str, ...], str]:
    world.fail(world.hit(a, b, 0.9), 403)
    return ("errors",), "everything"


@dataclass(frozen=True)
class Kind:
    """A kind of trouble: its usual minutes, the requests that it must touch to be one, and how it is done."""

    minutes: float
    least: float
    trouble: Trouble
    needs: str = ""
    load: bool = False
    """Whether it is seen by load alone, so that ``least`` is visits times three."""


KINDS = {
    "down": Kind(30, 60, _failing(0.97)),
    "soft edges": Kind(40, 150, _failing(0.9, edge=4)),
    "a quarter fails": Kind(45, 150, _failing(0.25)),
    "brief": Kind(2, 30, _failing(0.95)),
    "one route": Kind(40, 300, _route_fails),
    "one host fails": Kind(25, 150, _host_fails, "hosts"),
    "flapping": Kind(45, 200, _flaps),
    "relapse": Kind(100, 300, _relapse),
    "silent": Kind(30, 60, _silent, load=True),
    "briefly silent": Kind(2.5, 60, _silent, load=True),
    "reboot": Kind(8, 60, _reboot, load=True),
    "thinned": Kind(60, 150, _thinned, load=True),
    "soft collapse": Kind(60, 200, _soft_collapse, load=True),
    "host silent": Kind(60, 200, _host_silent, "hosts", load=True),
    "route silent": Kind(120, 1200, _route_silent, load=True),
    "slow": Kind(30, 100, _slow, "timed"),
    "overload": Kind(30, 150, _overload, "timed"),
    "crowd": Kind(90, 400, _crowd, load=True),
    "refused": Kind(30, 100, _refused),
    "day-long": Kind(1600, 300, _silent, load=True),
}


def kinds_of(site: Site) -> list[str]:
    """The kinds of trouble that a site can have."""
    able = {"": True, "hosts": site.hosts > 1, "timed": site.timed}
    return [name for name, kind in KINDS.items() if able[kind.needs] and not (name == "day-long" and site.days < 6)]


def troubled(site: Site, seed: int, names: list[str]) -> World:
    """A site with these troubles, spread over its time: one a day, or as many as fit."""
    rng = np.random.default_rng([seed, len(site.name), ord(site.name[0]), 78])
    expected = np.concatenate(([0.0], np.cumsum(rate(site, np.random.default_rng([seed, len(site.name), ord(site.name[0]), 77])))))
    world = World(site, quiet(site, seed), rng)
    free = site.days * 1440 / (len(names) + 0.5)
    for number, name in enumerate(rng.permutation(names)):
        placed = _placed(site, rng, KINDS[str(name)], (number + 0.5) * free, free, expected)
        if placed is None:
            continue
        kinds, scope = KINDS[str(name)].trouble(world, *placed)
        world.truths.append(Truth(str(name), kinds, *placed, scope))
    return world


def _placed(
    site: Site, rng: np.random.Generator, kind: Kind, low: float, room: float, expected: Floats
) -> tuple[datetime, datetime] | None:
    """Where in its room a trouble finds the requests that it needs; None after 60 tries."""
    for _ in range(60):
        length = kind.minutes * float(rng.uniform(0.6, 1.6)) * (1 if site.days > 0.5 else 0.1 + 0.2 * (kind.minutes < 10))
        start = low + float(rng.uniform(0, max(1.0, room - length - 30 - 600 * (room > 1400))))
        first, last = int(start), min(int(start + length), len(expected) - 2)
        least = kind.least * max(1.0, site.visit / 3) if kind.load else kind.least
        if length < room + 1500 and last > first and expected[last] - expected[first] >= least and start + length < len(expected) - 30:
            begin = site.start + timedelta(seconds=round(start * 60))
            return begin, begin + timedelta(seconds=round(length * 60))
    return None


def lighter(site: Site, requests: float) -> Site:
    """The same site with at most so many requests: as long, with the same rhythm, and less asked for."""
    return replace(site, per_minute=min(site.per_minute, requests / (site.days * 1440)))


def shortened(site: Site, days: float) -> Site:
    """The same site, watched for less time."""
    return replace(site, days=days)
