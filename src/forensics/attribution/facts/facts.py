"""What the tables say about one incident, as numbers: the evidence that every explanation is weighed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forensics.attribution.facts.borne import Fall, Step
from forensics.attribution.facts.capacity import Capacity
from forensics.attribution.facts.comers import Comers
from forensics.attribution.facts.minutes import ERROR_RATIO, LeadLag
from forensics.attribution.facts.origin import Origin
from forensics.attribution.facts.parts import Host, Part, concentrated
from forensics.attribution.facts.referral import Referral
from forensics.attribution.facts.refusals import Denied
from forensics.attribution.facts.release import Release
from forensics.attribution.facts.spread import Alike, Spread, Veil
from forensics.attribution.facts.walk import Walk
from forensics.attribution.scene import Scene
from forensics.attribution.search.finding import Blamed, Finding
from forensics.attribution.windows import is_load

Floats = NDArray[np.float64]

NEW = 1.1
"""Load that is so many times the most that was carried in health is new to the service; a single minute may be a little above it."""


@dataclass(frozen=True)
class Facts:
    """Everything that explanations are weighed with; ``None`` where the logs cannot say."""

    scene: Scene
    finding: Finding
    unseen: str | None
    """What is not in the logs, without which they cannot show that any load broke the service."""
    capacity: Capacity | None
    peak_load: float
    """Highest load of a minute in the window, up to the first that fails."""
    rest_peak: float
    """The same without the blamed."""
    carried: int
    """Healthy minutes right before the errors in which the blamed, and everybody, asked as much as when they began."""
    outlasted: int
    """Healthy minutes after the end of it in which the blamed, and everybody, asked as much as when it began."""
    step: Step | None
    """How failures began, where the blamed, and everybody, had asked as much before without harm and did not ask more as it fell."""
    fall: Fall | None
    """How much failed at first, and of how much load, where anybody is blamed."""
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
    foremost: list[Blamed]
    """Few accounts that made most of an excess which nobody is held to have made: they are told, and not blamed."""
    notes: list[dict[str, Any]]
    lag: LeadLag | None
    early_share: float
    """Share of the blamed subjects' excess in the window that they made before the minute of the first errors."""
    unheralded: bool
    """Whether minutes show nothing of it to come first: that is next to nothing, or it leapt up with the errors."""
    answered: float
    """At how many times their pace before it the blamed asked from the first failure on, where seconds show it to be the answer."""
    preceded: bool | None
    """Where minutes do not show it: whether the blamed were at it in the seconds before the first failures (None: cannot be told)."""
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
    walk: Walk | None
    """What shows that load without an account, of nobody who stands out, walked through things rather than came for them."""
    referral: Referral | None
    """The site whose pages sent most of an excess that nobody is held to have made."""
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
        return concentrated(self.parts, kind, self.usual_ratio)

    @property
    def echo(self) -> bool:
        """Whether the load of the blamed may be no more than an answer to the failure: nothing of it is known to come before."""
        return not self.is_load and self.unheralded and not self.preceded

    @property
    def follows(self) -> bool:
        """Whether the load of the blamed rose only after the errors had begun, by minutes and not otherwise by seconds."""
        late = self.load_onset is not None and self.error_onset is not None and self.load_onset > self.error_onset
        return late and not self.preceded
