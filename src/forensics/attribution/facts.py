"""What the tables say about one incident, as numbers: the evidence that every explanation is weighed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from forensics.attribution.alike import Alike, alike
from forensics.attribution.blame import Finding
from forensics.attribution.capacity import GROWN, SMOOTH, Capacity, capacity, carried
from forensics.attribution.comers import Comers, comers
from forensics.attribution.echo import EARLY, quickened, seconds_precede
from forensics.attribution.leadlag import LeadLag, lead_lag, onset
from forensics.attribution.onset import ERROR_RATIO, error_onset, ratios
from forensics.attribution.origin import Origin, origins
from forensics.attribution.parts import Part, hosts_asked, parts_of, routes_asked
from forensics.attribution.peaks import rest_peak, until_the_fall
from forensics.attribution.refusals import Denied, turned_away
from forensics.attribution.release import Release, release
from forensics.attribution.scan import belongs
from forensics.attribution.scene import PACKAGE, Scene
from forensics.attribution.slowdown import served_slower, slowdown
from forensics.attribution.spread import Spread, spread
from forensics.attribution.step import Step, step
from forensics.attribution.unnamed import beginning
from forensics.attribution.veil import Veil, veil
from forensics.attribution.windows import MINUTE, Window, ceil_minute, floor_minute, is_load
from forensics.case.case import Case

Floats = NDArray[np.float64]

IMPACT = timedelta(minutes=30)
"""Failures are looked at from the start of the impact for so long; later ones are mixed with restarts and maintenance."""
NOTES_BEFORE = timedelta(hours=3)
LEAP = 0.25
"""Load that was less than this share, in the two minutes before the errors, of what it was in the two after, rose with them."""
NEW = 1.1
"""Load that is so many times the most that was carried in health is new to the service; a single minute may be a little above it."""
OVER = timedelta(hours=1)
"""A host whose last log ended longer before the impact did not fall silent in it: of that time there is no log of it."""
HALF = 0.5
"""Of the load of the blamed, what came before the first errors from which it was there by then."""
CONCENTRATED = 0.8
"""Failures keep to one part when this share of them is on it."""


@dataclass(frozen=True)
class Host:
    """A host in the impact, against the same hours of other days."""

    name: str
    requests: int
    failed: int
    expected: float
    file_ends: bool
    """Whether one of its log files ends within two minutes of the start."""

    @property
    def silent(self) -> bool:
        """Whether next to nothing came from it where something should have."""
        return self.expected >= 20 and self.requests < 0.02 * self.expected


@dataclass(frozen=True)
class Facts:
    """Everything that explanations are weighed with; ``None`` where the logs cannot say."""

    scene: Scene
    finding: Finding
    capacity: Capacity | None
    peak_load: float
    """Highest load of a minute in the window, up to the first that fails."""
    rest_peak: float
    """The same without the blamed."""
    carried: int
    """Healthy minutes right before the errors in which the blamed, and everybody, asked as much as when they began."""
    step: Step | None
    """How failures began, where the blamed, and everybody, had asked as much before without harm and did not ask more as it fell."""
    slower: float | None
    """How many times as long as usual requests took right before the errors, where the blamed asked then and durations are logged."""
    served_slower: float | None
    """How many times as long as usual took what was still served in the first minutes of failure, where the load of the blamed came
    with the errors and durations are logged."""
    impact_ratio: float
    usual_ratio: float
    failed_before: float
    """Share of requests that failed in the ten minutes before the impact."""
    impact_growth: float
    """Load of all but the blamed in the impact, over what is usual at these hours."""
    parts: list[Part]
    asked: dict[str, float]
    """Route -> share of what the blamed asked, from the rise to the impact, that was for it."""
    burdened: dict[str, float]
    """Host -> share of the excess meanwhile that it got; empty where there is nothing to compare with."""
    hosts: list[Host]
    spread: Spread
    notes: list[dict[str, Any]]
    noted: bool
    """Whether anybody wrote down what was done: where nobody did, that no note speaks of something says nothing."""
    lag: LeadLag | None
    early_share: float
    """Share of the blamed subjects' excess in the window that they made before the errors began (0 when it leapt up with them)."""
    preceded: bool | None
    """Where that is next to nothing: whether the blamed were at it in the seconds before the first failures (None: cannot be told)."""
    logins: dict[str, list[dict[str, Any]]]
    """Blamed network -> accounts that used it (account_id, actor_id, requests), the busiest first."""
    machines: dict[str, list[str]]
    """Blamed subjects that ask like machines (likelihood from "likely" on), with the reasons."""
    load_onset: datetime | None
    error_onset: datetime | None
    alike: Alike | None
    """The one network (/16, /48) or agent that nearly all of the excess without an account came from, where that is unusual."""
    route: Alike | None
    """The one route that it asked for, likewise."""
    denied: Denied | None
    """The one route on which what was asked beyond the usual was denied, where the service was not what began to deny it."""
    veil: Veil | None
    """What nearly all requests without an account always have in common, the proxy that they come through: it hides who asked."""
    comers: Comers | None
    """All but the blamed, as the service broke; None where nobody is blamed or nothing was logged before the rise."""
    release: Release | None
    """The new version of a program of many people that all of the blamed came with."""
    origins: dict[str, Origin]
    """Blamed network or agent, or the one network in common -> who is behind it, as far as logs show it."""

    @property
    def is_load(self) -> bool:
        """Whether the incident is a load itself: nothing failed."""
        return is_load(self.scene.incident)

    @property
    def within_health(self) -> int:
        """How many healthy minutes outside every incident, and before the blamed began, had nine tenths of the window's highest load."""
        return self.capacity.minutes_at(0.9 * self.peak_load) if self.capacity else 0

    @property
    def beyond_health(self) -> bool:
        """Whether the load went clearly above anything carried in health."""
        return self.capacity is not None and self.peak_load > NEW * self.capacity.usual > 0

    @property
    def rest_within(self) -> bool | None:
        """Whether what would have been left without the blamed is carried in health; None when it is hardly more than that."""
        usual = self.capacity.usual if self.capacity else 0.0
        return True if self.rest_peak <= usual else False if self.rest_peak > NEW * usual else None

    @property
    def overshoot(self) -> float:
        """How far beyond health the load went, 0 to 1: nothing is new at 0; from twice what was carried on it is 1."""
        usual = self.capacity.usual if self.capacity else 0.0
        return min(1.0, max(0.0, float(np.log2(self.peak_load / usual)))) if usual > 0 and self.peak_load > 0 else 0.0

    @property
    def overshoot_left(self) -> float:
        """How much of the way beyond health the load would have gone without the blamed: 0 to 1, in doublings."""
        usual = self.capacity.usual if self.capacity else 0.0
        if usual <= 0 or self.rest_peak <= usual or self.peak_load <= usual:
            return 0.0
        return min(1.0, float(np.log2(self.rest_peak / usual) / np.log2(self.peak_load / usual)))

    @property
    def failing(self) -> bool:
        """Whether requests failed clearly more than usual: of all, or of the part that it is about, however small a part that is."""
        part, scope = self.scene.incident.get("part"), self.scene.incident["scope"]
        own = any(p.kind == part and p.name == scope and p.struck for p in self.parts)
        return own or self.impact_ratio > max(ERROR_RATIO, 3.0 * self.usual_ratio)

    def concentrated(self, kind: str) -> Part | None:
        """Return the route, host or backend that the failures keep to while the others of its kind are served; None when there is none."""
        parts = [p for p in self.parts if p.kind == kind]
        if len(parts) < 2 or parts[0].failure_share < CONCENTRATED:
            return None
        top, rest = parts[0], parts[1:]
        elsewhere = sum(p.failed for p in rest) / max(sum(p.requests for p in rest), 1)
        return top if elsewhere <= max(ERROR_RATIO, 0.1 * top.ratio, 3.0 * self.usual_ratio) and top.ratio >= 0.05 else None

    @property
    def echo(self) -> bool:
        """Whether the load of the blamed may be no more than an answer to the failure: nothing of it is known to come before."""
        return not self.is_load and self.early_share < EARLY and not self.preceded

    @property
    def follows(self) -> bool:
        """Whether the load of the blamed rose only after the errors had begun, by minutes and not otherwise by seconds."""
        late = self.load_onset is not None and self.error_onset is not None and self.load_onset > self.error_onset
        return late and not self.preceded


def impact_window(incident: dict[str, Any]) -> Window:
    """Return the start of the impact and the half hour after it (less when it was shorter).

    The minute in which a silence begins holds what came before it.
    """
    start = (ceil_minute if incident["kind"] == "silence" else floor_minute)(incident["started_at"])
    end = ceil_minute(incident["ended_at"] or incident["started_at"] + IMPACT)
    return Window(start, max(start + MINUTE, min(end, start + IMPACT)))


def gather(case: Case, scene: Scene, finding: Finding) -> Facts:
    """Collect the facts of one incident."""
    guilty = pl.any_horizontal([belongs(b.winner) for b in finding.blamed]) if finding.blamed else pl.lit(False)
    minutes, own, near = _loads(case, scene, finding, guilty)
    impact = impact_window(scene.incident)
    shift = [w.start - scene.window.start for w in scene.others] if scene.placebos else []
    bounds = _bounds([impact, *(impact.shifted(s) for s in shift)])
    broken = case.frame(PACKAGE, "breakdown", **bounds)
    errors, load_at = error_onset(near, scene.window.start, impact.start), _load_onset(near, scene)
    began = Window(_run_start(near, scene, load_at), scene.window.end)  # the run that is judged is no other time
    early = _early_share(near, scene, finding, errors)
    started = until_the_fall(near, scene.window, impact, errors, there_before=early >= HALF and not any(b.at_fall for b in finding.blamed))
    borne = carried(near, began.start, errors) if finding.blamed else 0
    common = alike(scene, finding.rise, "wide_network") or alike(scene, finding.rise, "agent_id")
    return Facts(
        scene=scene,
        finding=finding,
        capacity=capacity(minutes, [*scene.masked, began], scene.incident["started_at"]),
        peak_load=float(started["load"].max() or 0),  # type: ignore[arg-type]
        rest_peak=rest_peak(started, errors),
        carried=borne,
        step=step(near, borne, errors) if finding.blamed and not _quickened(case, scene, finding, near, errors) else None,
        slower=slowdown(case, scene, errors, load_at) if finding.rise.significant and early >= EARLY else None,
        served_slower=served_slower(case, scene, errors) if finding.blamed and early < EARLY else None,
        impact_ratio=_ratio(broken.filter(pl.col("w") == 0)),
        usual_ratio=_ratio(broken.filter(pl.col("w") == 1)) if shift else _ratio(minutes.filter(pl.col("minute") < scene.window.start)),
        failed_before=_ratio(minutes.filter(pl.col("minute").is_between(impact.start - 10 * MINUTE, impact.start, closed="left"))),
        impact_growth=_growth(near, impact, broken, len(shift)),
        parts=parts_of(broken),
        asked=routes_asked(case, own.filter(guilty & pl.col("minute").is_between(scene.window.start, scene.window.end, closed="left"))),
        burdened=hosts_asked(case, scene),
        hosts=_hosts(case, bounds, impact),
        spread=spread(case, scene, finding.rise.measure),
        notes=case.rows(PACKAGE, "notes_before", start=impact.start - NOTES_BEFORE, end=impact.start + MINUTE),
        noted=case.rows(PACKAGE, "noted")[0]["noted"],
        early_share=early,
        preceded=_preceded(case, scene, finding, errors, load_at, early),
        logins=_logins(case, finding),
        machines=_machines(case, finding),
        lag=lead_lag(near["blamed"].to_numpy().astype(float), ratios(near)) if finding.blamed else None,
        load_onset=load_at,
        error_onset=errors,
        alike=common,
        route=alike(scene, finding.rise, "route_id"),
        denied=turned_away(case, scene, finding),
        veil=veil(scene, finding.rise.measure),
        comers=comers(own, guilty.fill_null(value=False), scene.window.start, impact.start, errors) if finding.blamed else None,
        release=release(case, scene, finding.blamed),
        origins=origins(case, scene.whole, [b.winner for b in finding.blamed], common),
    )


def _preceded(case: Case, scene: Scene, finding: Finding, errors: datetime | None, load_at: datetime | None, early: float) -> bool | None:
    """Ask the seconds where minutes show the load of the blamed no earlier than the errors."""
    if errors is None or not finding.blamed or (early >= EARLY and (load_at is None or load_at < errors)):
        return None
    return seconds_precede(case, scene, [b.winner for b in finding.blamed], errors, finding.rise.measure)


def _quickened(case: Case, scene: Scene, finding: Finding, near: pl.DataFrame, errors: datetime | None) -> bool:
    """Whether the blamed asked more as it fell than just before; by seconds where the minute of the fall has more, as it may be retries."""
    if errors is None or not finding.blamed:
        return False
    own = near.filter(pl.col("minute").is_between(errors - SMOOTH * MINUTE, errors))["blamed"]
    if len(own) < 2 or float(own[-1]) <= GROWN * float(own[:-1].mean() or 0.0):  # type: ignore[arg-type]
        return False
    return quickened(case, scene, [b.winner for b in finding.blamed], errors, finding.rise.measure) is not False


def _ratio(rows: pl.DataFrame) -> float:
    return float(rows["failed"].sum()) / max(float(rows["requests"].sum()), 1.0)


def _bounds(windows: list[Window]) -> dict[str, list[datetime]]:
    return {"starts": [w.start for w in windows], "ends": [w.end for w in windows]}


def _span(scene: Scene) -> Window:
    """Return from an hour before the window to an hour after the impact, and no earlier than the end of the incident before: a relapse is
    not explained by the errors of the first fall."""
    earlier = [m.end for m in scene.masked if m.start < scene.whole.start and m.end <= scene.window.start]
    return Window(max([scene.window.start - 60 * MINUTE, *earlier]), impact_window(scene.incident).end + 60 * MINUTE)


def _loads(case: Case, scene: Scene, finding: Finding, guilty: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return all minutes, the loads of subjects by minute around the incident, and its minutes with what the blamed did."""
    weighted, span = scene.weighted(finding.rise.measure), _span(scene)
    minutes = case.frame(PACKAGE, "all_minutes", **weighted) if weighted["route_ids"] else scene.minutes
    own = case.frame(PACKAGE, "subject_load", start=span.start, end=span.end, **weighted)
    return minutes, own, _blamed_minutes(span, own, guilty, minutes)


def _blamed_minutes(span: Window, own: pl.DataFrame, guilty: pl.Expr, minutes: pl.DataFrame) -> pl.DataFrame:
    """Return minute, requests, failed, load, refused (of the load), blamed (load of the blamed subjects)."""
    axis = pl.DataFrame({"minute": pl.datetime_range(span.start, span.end - MINUTE, "1m", time_unit="us", eager=True)})
    blamed = own.filter(guilty).group_by("minute").agg(pl.col("load").sum().alias("blamed"))
    joined = axis.join(minutes, on="minute", how="left", maintain_order="left").join(blamed, on="minute", how="left", maintain_order="left")
    return joined.with_columns(pl.col("requests", "failed", "load", "refused", "blamed").fill_null(0))


def _load_onset(near: pl.DataFrame, scene: Scene) -> datetime | None:
    """Return when the blamed subjects' load had made a tenth of the excess that it made up to the impact's first minutes."""
    rows = near.filter(pl.col("minute") < scene.window.end + 5 * MINUTE)
    load = rows["blamed"].to_numpy().astype(float)
    before = load[(rows["minute"] < scene.window.start).to_numpy()]
    at = onset(load, float(np.median(before)) if len(before) >= 30 else 0.0)
    return rows["minute"][at] if at is not None and load.sum() > 0 else None


def _run_start(near: pl.DataFrame, scene: Scene, load_at: datetime | None) -> datetime:
    """Return since when the blamed asked without a break, at half the pace or more that they had when their load had risen."""
    if load_at is None or load_at >= scene.window.start:
        return scene.window.start
    pace = 0.5 * float(near.filter(pl.col("minute") == load_at)["blamed"].sum())
    calm = near.filter((pl.col("minute") < load_at) & (pl.col("blamed") < pace))["minute"]
    began: datetime = calm[-1] + MINUTE if len(calm) else near["minute"][0]
    return began


def _early_share(near: pl.DataFrame, scene: Scene, finding: Finding, errors: datetime | None) -> float:
    inside = near.filter((pl.col("minute") >= scene.window.start) & (pl.col("minute") < scene.window.end))
    usual = sum(b.winner.expected for b in finding.blamed) / max(scene.window.minutes, 1)
    over = inside.select("minute", over=pl.col("blamed") - usual)
    total = float(over["over"].sum())
    if errors is None or total <= 0:
        return 1.0
    share = max(0.0, float(over.filter(pl.col("minute") < errors)["over"].sum()) / total)
    near_before = near.filter((pl.col("minute") >= errors - 2 * MINUTE) & (pl.col("minute") < errors))["blamed"]
    at_once = near.filter((pl.col("minute") >= errors) & (pl.col("minute") < errors + 2 * MINUTE))["blamed"]
    leapt = float(near_before.sum()) < LEAP * float(at_once.sum())
    return min(share, 0.0 if share < 0.5 and leapt else 1.0)


def _logins(case: Case, finding: Finding) -> dict[str, list[dict[str, Any]]]:
    """Return who logged in from each blamed network; a wider network (/16, /48) is known by what its parts begin with."""
    networks = [b.winner.id for b in finding.blamed if b.winner.kind == "network"]
    return {network: case.rows(PACKAGE, "network_logins", network=beginning(network)) for network in networks}


def _machines(case: Case, finding: Finding) -> dict[str, list[str]]:
    blamed = [b.winner.id for b in finding.blamed]
    known = case.table("automation").filter(pl.col("subject_id").is_in(blamed) & (pl.col("likelihood") >= 0.55))
    return {row["subject_id"]: row["reasons"] for row in known.to_dicts()}


def _growth(near: pl.DataFrame, impact: Window, broken: pl.DataFrame, placebos: int) -> float:
    inside = near.filter((pl.col("minute") >= impact.start) & (pl.col("minute") < impact.end))
    share = float(inside["blamed"].sum()) / max(float(inside["load"].sum()), 1.0)
    rest = float(inside["requests"].sum()) * (1.0 - share)
    usual = float(broken.filter(pl.col("w") == 1)["requests"].sum()) / placebos if placebos else 0.0
    return rest / usual if usual else 1.0


def _hosts(case: Case, bounds: dict[str, list[datetime]], impact: Window) -> list[Host]:
    ends: dict[str, list[datetime]] = {}
    begins: dict[str, datetime] = {}
    for row in case.rows(PACKAGE, "host_ends"):
        ends.setdefault(row["host"], []).append(row["last_at"])
        begins[row["host"]] = min(row["first_at"], begins.get(row["host"], row["first_at"]))
    last = {host: max(times) for host, times in ends.items()}
    return [
        Host(
            row["host"], int(row["requests"]), int(row["failed"]), float(row["expected"]),
            any(abs(at - impact.start) <= 2 * MINUTE for at in ends.get(row["host"], [])),
        )
        for row in case.rows(PACKAGE, "host_minutes", **bounds)
        if row["host"] is not None and begins.get(row["host"], impact.start) <= impact.start <= last.get(row["host"], impact.start) + OVER
    ]  # fmt: skip
