"""Collect the facts of one incident: what the tables say about it, as numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from forensics.attribution.facts.around import Around
from forensics.attribution.facts.borne import GROWN, SMOOTH, Fall, carried, fall, outlasted, step
from forensics.attribution.facts.capacity import capacity, rest_peak, until_the_fall
from forensics.attribution.facts.comers import comers
from forensics.attribution.facts.facts import Facts
from forensics.attribution.facts.minutes import at_their_pace, early_share, error_onset, lead_lag, leapt_with, load_onset, ratios, run_start
from forensics.attribution.facts.origin import origins
from forensics.attribution.facts.parts import concentrated, hosts_asked, hosts_of, parts_of, routes_asked
from forensics.attribution.facts.referral import referral
from forensics.attribution.facts.refusals import turned_away
from forensics.attribution.facts.release import release
from forensics.attribution.facts.seconds import EARLY, Seconds, crowd_precedes, seconds
from forensics.attribution.facts.slowdown import served_slower, slowdown
from forensics.attribution.facts.spread import Spread, alike, spread, veil
from forensics.attribution.facts.unseen import unseen_of
from forensics.attribution.facts.walk import Walk, walk
from forensics.attribution.networks import beginning
from forensics.attribution.scene import Scene
from forensics.attribution.search.blame import foremost
from forensics.attribution.search.finding import Finding
from forensics.attribution.search.scan import belongs
from forensics.attribution.setting import PACKAGE
from forensics.attribution.windows import MINUTE, Window, floor_minute, is_load
from forensics.case.case import Case
from forensics.certainty import LIKELY

MENDED = timedelta(hours=12)
"""For so long after the end, where the load went on, what is borne is no measure of what was borne before: the service may have been given
more."""
HALF = 0.5
"""Of the load of the blamed, what came before the first errors from which it was there by then."""


def gather(case: Case, scene: Scene, finding: Finding, around: Around, again: pl.DataFrame | None) -> Facts:
    """Collect the facts of one incident; ``again``: what the blamed asked again because it had failed (as of ``asked_again``)."""
    guilty = pl.any_horizontal([belongs(b.winner) for b in finding.blamed]) if finding.blamed else pl.lit(False)
    minutes, impact, broken = around.minutes, around.impact, around.broken
    usual_ratio = _ratio(broken.filter(pl.col("w") == 1) if around.days else minutes.filter(pl.col("minute") < scene.window.start))
    parts, course = parts_of(broken), _course(case, scene, finding, around, guilty, again)
    started, peak, fell = _until_it_fell(scene, finding, impact, course)
    borne = course.borne(scene) if finding.blamed and not is_load(scene.incident) else 0
    common = alike(scene, finding.rise, "wide_network") or alike(scene, finding.rise, "agent_id")
    spread_over, hidden = spread(scene, finding.rise), veil(scene, finding.rise.measure)
    return Facts(
        scene=scene,
        unseen=unseen_of(case, scene, finding),
        finding=finding,
        capacity=capacity(minutes, [*scene.masked, *course.runs], scene.incident["started_at"]),
        peak_load=peak,
        rest_peak=rest_peak(started, course.errors),
        carried=borne,
        outlasted=course.outlasted,
        step=step(course.near, borne, course.errors, fell) if finding.blamed and not (course.leapt or course.grew_by_itself) else None,
        fall=fell,
        slower=slowdown(case, scene, course.errors, course.load_at) if finding.rise.significant and not course.unheralded else None,
        served_slower=served_slower(case, scene, course.errors) if finding.blamed and course.unheralded else None,
        impact_ratio=_ratio(broken.filter(pl.col("w") == 0)),
        usual_ratio=usual_ratio,
        failed_before=_ratio(minutes.filter(pl.col("minute").is_between(impact.start - 10 * MINUTE, impact.start, closed="left"))),
        impact_growth=_growth(course.near, around),
        parts=parts,
        asked=routes_asked(case, around.within(scene.window).filter(guilty)),
        burdened=hosts_asked(case, scene) if concentrated(parts, "host", usual_ratio) else {},
        hosts=hosts_of(broken, around.days, impact, scene.setting.logged),
        spread=spread_over,
        foremost=foremost(case, scene, finding.rise) if not finding.blamed and not is_load(scene.incident) else [],
        notes=around.notes,
        early_share=course.early,
        unheralded=course.unheralded,
        answered=course.answered,
        preceded=course.looked.preceded() if course.late and course.looked else None,
        logins=_logins(case, finding),
        machines=_machines(case, finding),
        lag=lead_lag(course.near["blamed"].to_numpy().astype(float), ratios(course.near)) if finding.blamed else None,
        load_onset=course.load_at,
        error_onset=course.errors,
        alike=common,
        route=alike(scene, finding.rise, "route_id"),
        denied=turned_away(case, scene, finding),
        veil=hidden,
        walk=_walk(case, scene, finding, spread_over) if hidden is None else None,
        referral=referral(case, scene) if finding.rise.significant and not finding.blamed else None,
        comers=comers(around.loads, guilty.fill_null(False), scene.window.start, impact.start, course.errors) if finding.blamed else None,
        release=release(case, scene, finding.blamed),
        origins=origins(case, scene.whole, [b.winner for b in finding.blamed], common),
    )


def _until_it_fell(scene: Scene, finding: Finding, impact: Window, course: _Course) -> tuple[pl.DataFrame, float, Fall | None]:
    """Return the minutes until the fall, the highest load of one of them, and the fall itself where anybody is blamed."""
    started = until_the_fall(course.near, scene.window, impact, course.errors, there_before=course.there_before)
    peak = float(started["load"].max() or 0)  # type: ignore[arg-type]
    fell = fall(course.near, course.errors, peak) if finding.blamed and course.errors is not None else None
    return started, peak, fell


class _Course(NamedTuple):
    """How the load and the errors around an incident followed each other."""

    near: pl.DataFrame
    """The minutes, with what the blamed made of their load."""
    errors: datetime | None
    load_at: datetime | None
    began: Window
    """The run of the load that is judged, to the end of the scene's window: it is no other time."""
    early: float
    unheralded: bool
    answered: float
    leapt: bool
    """Whether the load of the blamed rose with the errors."""
    there_before: bool
    late: bool
    grew: bool
    looked: Seconds | None
    """The seconds around the first failure, where minutes do not show what came first."""
    outlasted: int
    whole_end: datetime
    """The end of the whole incident."""

    @property
    def grew_by_itself(self) -> bool:
        """Whether the blamed asked more in the minute of the fall, by seconds too where they are known."""
        return self.grew and (self.looked is None or self.looked.quickened())

    def borne(self, scene: Scene) -> int:
        """Return for how many minutes the load was borne: where it was only slow at first, or at all, until it was slow."""
        if self.leapt:
            return 0
        slow = floor_minute(scene.incident["started_at"])
        until = slow if self.errors is None or slow < self.errors - SMOOTH * MINUTE else self.errors
        return carried(self.near, self.began.start, until)

    @property
    def runs(self) -> list[Window]:
        """When what is borne is no measure of what is borne usually."""
        end = self.whole_end
        return [self.began, Window(end, end + MENDED)] if self.outlasted else [self.began]


def _course(case: Case, scene: Scene, finding: Finding, around: Around, guilty: pl.Expr, again: pl.DataFrame | None) -> _Course:
    asked, winners = around.near(guilty, again), [b.winner for b in finding.blamed]
    errors = error_onset(asked, scene.window.start, around.impact.start)
    measure, grew, looked = finding.rise.measure, _grew(asked, errors), None
    if grew and errors and winners:
        looked = seconds(case, scene, winners, errors, measure)
    near, answered = at_their_pace(asked, errors) if errors and looked and looked.steady() else (asked, 0.0)
    load_at, share, leapt = load_onset(near, scene, finding), early_share(near, scene, finding, errors), leapt_with(near, errors)
    early = 0.0 if leapt and share < HALF else share
    there_before = early >= HALF and not any(b.at_fall for b in finding.blamed) and not _at_once(case, scene, finding, errors)
    late = _late(errors, load_at, early)
    if late and not grew and errors and winners:
        looked = seconds(case, scene, winners, errors, measure)
    return _Course(
        near=near,
        errors=errors,
        load_at=load_at,
        began=Window(run_start(near, scene, load_at), scene.window.end),
        early=early_share(asked, scene, finding, errors),
        unheralded=early < EARLY,
        answered=answered,
        leapt=leapt,
        there_before=there_before,
        late=late,
        grew=_grew(near, errors),
        looked=looked,
        outlasted=outlasted(near, around.after(case, scene, guilty), errors) if finding.blamed and not is_load(scene.incident) else 0,
        whole_end=scene.whole.end,
    )


def _walk(case: Case, scene: Scene, finding: Finding, over: Spread) -> Walk | None:
    """Return what a load without accounts, which nobody is held to have made, walked through."""
    return walk(case, scene) if finding.rise.significant and not finding.blamed and over.anonymous_share >= HALF else None


def _at_once(case: Case, scene: Scene, finding: Finding, errors: datetime | None) -> bool:
    """Whether a load that nobody is held to have made came in the minute of the fall itself, and before the first failure."""
    return errors is not None and not finding.blamed and finding.rise.significant and crowd_precedes(case, scene, errors)


def _late(errors: datetime | None, load_at: datetime | None, early: float) -> bool:
    """Whether minutes show the load of the blamed no earlier than the errors."""
    return errors is not None and (early < EARLY or (load_at is not None and load_at >= errors))


def _grew(near: pl.DataFrame, errors: datetime | None) -> bool:
    """Whether the blamed asked more in the minute of the fall than just before; it may hold what they asked again."""
    if errors is None:
        return False
    own = near.filter(pl.col("minute").is_between(errors - SMOOTH * MINUTE, errors))["blamed"]
    return len(own) >= 2 and float(own[-1]) > GROWN * float(own[:-1].mean() or 0.0)  # type: ignore[arg-type]


def _ratio(rows: pl.DataFrame) -> float:
    return float(rows["failed"].sum()) / max(float(rows["requests"].sum()), 1.0)


def _logins(case: Case, finding: Finding) -> dict[str, list[dict[str, Any]]]:
    """Return who logged in from each blamed network; a wider network (/16, /48) is known by what its parts begin with."""
    networks = [b.winner.id for b in finding.blamed if b.winner.kind == "network"]
    return {network: case.rows(PACKAGE, "network_logins", network=beginning(network)) for network in networks}


def _machines(case: Case, finding: Finding) -> dict[str, list[str]]:
    blamed = [b.winner.id for b in finding.blamed]
    known = case.table("automation").filter(pl.col("subject_id").is_in(blamed) & (pl.col("likelihood") >= LIKELY))
    return {row["subject_id"]: row["reasons"] for row in known.to_dicts()}


def _growth(near: pl.DataFrame, around: Around) -> float:
    """Return the load of all but the blamed in the impact, over what is usual at these hours."""
    inside = near.filter((pl.col("minute") >= around.impact.start) & (pl.col("minute") < around.impact.end))
    share = float(inside["blamed"].sum()) / max(float(inside["load"].sum()), 1.0)
    rest = float(inside["requests"].sum()) * (1.0 - share)
    usual = float(around.broken.filter(pl.col("w") == 1)["requests"].sum()) / around.days if around.days else 0.0
    return rest / usual if usual else 1.0
