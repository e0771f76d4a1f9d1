"""A finding: one incident with everything that detection says about it, and its rows in the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.special import betainc

from forensics.incidents.clocks import Step
from forensics.incidents.episodes import Found
from forensics.incidents.look import View
from forensics.incidents.phases import Phase
from forensics.incidents.series import Axis, Floats
from forensics.incidents.silence import Reading
from forensics.incidents.windows import Window, runs

SECOND = timedelta(seconds=1)
EMPTY = ("collapse", "silence")
"""Signals that nothing came: what failed before and after that did not work meanwhile."""
REFUSED_ONE, REFUSED_CLIENTS, REFUSED_SHARE = 0.4, 10, 0.5
"""Share of the refusals that one client may have, clients that must meet them, and share of all clients that these must be."""
SENT_AWAY = (401, 403, 407, 429, 451)
"""Statuses that say who asks is not let in; a page that is gone (404) sends nobody away."""
REGULARS = 0.1
"""Share of all clients that those must be whom the service refuses though it had served them before; a banned ring is fewer."""
REFUSED = ("refused_requests", "most_refused_by_one", "requests", "refused_subjects", "subjects")
REFUSED_AT_SITE = ("failed_of_site", "most_of_site_by_one", "requests_of_site", "failed_clients_of_site", "clients_of_site")
"""Facts by which refusals are judged: refused, most of one client, requests, clients that met any, clients; of one site if only its are."""
REFUSED_CHANCE = 1e-4
"""With fewer clients than that, how improbable it must be that as many of them are refused by chance."""
ONE_CLIENT = 0.9
"""Share of the failures that one client may have before it is that client's own trouble."""
FEW_FAILED, FEWEST_CLIENTS = 8, 3
"""Of fewer failures than this an outage is only made when so many clients met them."""
SPARED = 0.2
"""... unless as many of the others' requests failed, too: a probe that asks each second has most of the failures of any outage at night."""

ROBOTS, MUCH_OF_SURGE, THEIR_SURPLUS = 10.0, 0.2, 0.8
"""Requests a second that mirrors and link checkers hardly exceed, the share of a surge that each of them makes, and that of the surplus
which they make together."""


@dataclass(frozen=True)
class Finding:
    """One incident; ``view`` is that of its scope, ``whole`` that of everything, ``facts`` a row of facts.sql."""

    axis: Axis
    found: Found
    view: View
    whole: View
    usual: Floats
    """Requests of the scope usual for each minute by its own rhythm; the view's are no more than the others' load makes likely."""
    started_at: datetime
    kind_since: datetime
    """Since when it is what its kind says; later than the start where it began with something else, slowness, say."""
    episode_ends: tuple[datetime, ...]
    ramp_started_at: datetime | None
    peaked_at: datetime
    severity: str
    budget_spent: float
    phases: tuple[Phase, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    basis: str = ""
    reading: Reading | None = None
    silent: tuple[Window, ...] = ()
    """Long silences of single hosts within it."""
    steps: tuple[Step, ...] = ()
    """Where the clock of a log was set back within it or near it."""

    @property
    def incident_id(self) -> str:
        """UTC onset minute, kind, scope; most logs know seconds, so the last second of a minute is the next one's."""
        return f"{self.started_at + SECOND:%Y-%m-%dT%H:%MZ}-{self.found.kind}-{self.found.scope.slug}"

    @property
    def from_the_beginning(self) -> bool:
        """Whether the log begins inside the incident."""
        return self.found.first <= 1

    @property
    def to_the_end(self) -> bool:
        """Whether the log ends inside the incident."""
        return self.found.last >= self.axis.minutes - 2

    @property
    def ended_at(self) -> datetime | None:
        """The last deviating event; None when the log ends first."""
        return None if self.to_the_end else max(self.episode_ends[-1], self.started_at)

    @property
    def mitigated_at(self) -> datetime | None:
        """When the damage was contained; None when the log ends first."""
        last = self.found.contained()
        if self.to_the_end and last == len(self.found.episodes) - 1:
            return None
        return max(self.episode_ends[last], self.started_at)

    @property
    def kind_spans(self) -> list[tuple[datetime, datetime]]:
        """When it was what its kind says, without the pauses and without what was only slow: the whole where there are no windows."""
        own = {"refused" if self.found.refusing else self.found.kind, *EMPTY}
        flags = np.zeros(self.axis.minutes, dtype=bool)
        for window in self.found.windows:
            if window.signal in own:
                flags[window.first : window.last + 1] = True
        ends = {last: end for (_, last), end in zip(self.found.episodes, self.episode_ends, strict=True)}
        found = [(max(self.axis.at(a), self.kind_since), ends.get(b, self.axis.at(b + 1))) for a, b in runs(flags)]
        spans = [(begin, end) for begin, end in found if begin < end]
        if self.found.runs or not spans:
            return [(self.kind_since, max(self.episode_ends[-1], self.kind_since))]
        return [(self.kind_since, spans[0][1]), *spans[1:]]

    @property
    def missing(self) -> float:
        """Requests that should have come during collapse and silence and did not, to the host in question or to another in its place.

        A clock that was put forward or back kept nothing away.
        """
        if self.reading is not None and self.reading.name in ("host down", "clock"):
            return 0.0
        flags = np.zeros(self.axis.minutes, dtype=bool)
        for window in self.found.windows:
            if window.signal in EMPTY:
                flags[window.first : window.last + 1] = True
        short = self.view.baseline.expected - self.view.series.requests
        return float(np.maximum(short[flags].sum(), 0.0)) if flags.any() else 0.0

    @property
    def silent_hosts(self) -> str | None:
        """Which hosts wrote nothing, and when: ``edge-2 from 2024-03-02 00:41 to 2024-03-03 00:00 UTC``; None when all wrote."""
        said = [f"{w.scope.name} from {self.axis.at(w.first):%Y-%m-%d %H:%M} to {_until(self.axis, w)} UTC" for w in self.silent]
        return "; ".join(said) or None

    def knowing(self, facts: Mapping[str, Any]) -> Finding:
        """Return the finding with its facts: where most gave up waiting, they are those who met failures."""
        known = replace(self, facts=facts)
        if not (known.gave_up or known.locked_out):
            return known
        names = ("affected_accounts", "affected_paying_accounts", "failed_requests_of_accounts")
        how = "unserved" if known.gave_up else "sent_away"
        met = tuple(f"{how}_{what}" for what in ("accounts", "paying_accounts", "requests_of_accounts"))
        return replace(known, facts={**facts, **{name: facts[other] for name, other in zip(names, met, strict=True)}})

    def of_few_clients(self) -> bool:
        """Whether nearly all failures (most refusals) are those of one client (a few) among several: not the service's trouble."""
        if self.found.kind != "errors" or not self.facts:
            return False
        if self.found.refusing:
            names = REFUSED_AT_SITE if "site" in self.facts else REFUSED
            refused, by_one, requests, met, clients = (self.facts[name] for name in names)
            few = met < REFUSED_CLIENTS and self._refused_by_chance(requests, met, clients) > REFUSED_CHANCE
            # The busiest client has many of the refusals, too, where everybody is refused: of the others far more requests than usual are.
            spared = refused - by_one < min(REFUSED_SHARE, max(SPARED, 3 * self.view.baseline.refused_ratio)) * (requests - by_one)
            apart = met / max(clients, 1) < REFUSED_SHARE and not self._shut_out()
            return bool((by_one >= REFUSED_ONE * refused and spared) or few or apart)
        failed, by_one = self.facts["failed_requests"], self.facts["most_failed_by_one"]
        if 0 < failed < FEW_FAILED and self.facts["failing_subjects"] < FEWEST_CLIENTS:
            return True
        others = self.facts["requests"] - self.facts["requests_of_that_one"]
        if any(w.signal in EMPTY for w in self.found.windows) or failed == 0:
            return False
        spared = failed - by_one <= max(SPARED, 3 * self.view.baseline.error_ratio) * others
        return bool(by_one >= ONE_CLIENT * failed and spared and (others >= 10 or self.found.scope.part == "route"))

    def by_robots(self) -> bool:
        """Whether a load that did no harm came from a few addresses without accounts, beside others who came as usual."""
        if self.found.kind != "surge" or not self.facts.get("robots"):
            return False
        made, usual = self.facts["made_by_robots"], float(self.whole.baseline.expected[self.found.first : self.found.last + 1].sum())
        pace = made / max((self.episode_ends[-1] - self.started_at).total_seconds(), 1.0)
        return bool(made >= THEIR_SURPLUS * (self.facts["requests"] - usual) and pace <= ROBOTS)

    def _shut_out(self) -> bool:
        """Whether most refusals were met by clients whom the service had served before, and by no small part of those that asked."""
        regulars, theirs = self.facts.get("refused_regulars", 0), self.facts.get("refused_of_regulars", 0)
        many = regulars >= max(REFUSED_CLIENTS, REGULARS * self.facts["subjects"])
        return bool(many and theirs >= REFUSED_SHARE * self.facts["refused_requests"])

    @property
    def locked_out(self) -> bool:
        """Whether the service sent many of its own clients away (a rule, a limit, a login): for them it is out."""
        return self.found.refusing and not self.gave_up and self.facts.get("refused_as") in SENT_AWAY and self._shut_out()

    @property
    def gave_up(self) -> bool:
        """Whether most of what counts as refused was given up by those who asked: the service did not answer in time."""
        return self.found.refusing and bool(2 * self.facts.get("given_up", 0) > max(self.facts.get("refused_requests", 0), 1))

    def _refused_by_chance(self, requests: int, met: int, clients: int) -> float:
        """Return how likely it is that so many of the clients are refused something, at the usual share of refusals.

        As if refusals fell on requests by chance; they come in clusters, so fewer clients usually meet any.
        """
        usual = 1.0 - (1.0 - min(self.view.baseline.refused_ratio, 0.5)) ** (requests / max(clients, 1))
        return float(betainc(met, clients - met + 1.0, usual)) if met else 1.0

    def row(self) -> dict[str, Any]:
        """The incident's row."""
        facts, spans, ended = self.facts, self.kind_spans, self.ended_at
        until, lasted = spans[-1][1], round(sum((end - begin).total_seconds() for begin, end in spans))
        return {
            "incident_id": self.incident_id, "kind": self.found.kind, "scope": self.found.scope.name, "part": self.found.scope.part,
            "started_at": self.started_at, "peaked_at": self.peaked_at, "mitigated_at": self.mitigated_at, "ended_at": self.ended_at,
            "severity": self.severity, "requests": facts.get("requests", 0), "failed_requests": facts.get("failed_requests", 0),
            "affected_accounts": facts.get("affected_accounts", 0), "affected_paying_accounts": facts.get("affected_paying_accounts"),
            "verdict": "inconclusive", "likelihood": 0.5, "summary": self.summary, "ramp_started_at": self.ramp_started_at,
            "missing_requests": round(self.missing, 1), "basis": self.basis,
            "reading": self.reading.name if self.reading else None, "silent_hosts": self.silent_hosts,
            "refused_requests": facts.get("refused_requests") if self.found.refusing else None,
            "refused_clients": facts.get("refused_subjects") if self.found.refusing else None,
            "refused_regulars": facts.get("refused_regulars", 0) if self.found.refusing else None,
            "given_up_requests": facts.get("given_up") if self.gave_up else None,
            "kind_since": self.kind_since, "kind_until": None if ended is None else until, "kind_seconds": lasted,
            "site": facts.get("site"), "site_failed": facts.get("failed_of_site"), "site_requests": facts.get("requests_of_site"),
            **{name: facts.get(name) for name in ("latency_ms", "latency_usual_ms")},
            "seen": self.summary,
        }  # fmt: skip

    def phase_rows(self) -> pl.DataFrame:
        """Rows of ``phases``: the boundaries that were refined take the place of their minutes."""
        bounds = [self.axis.at(first) for _, first, _ in self.phases] + [self.axis.at(self.phases[-1][2] + 1)]
        exact = {self.found.first: self.started_at}
        if self.ramp_started_at is not None:
            exact.update({first: self.ramp_started_at for name, first, _ in self.phases if name == "ramp"})
        for (_, last), end in zip(self.found.episodes, self.episode_ends, strict=True):
            exact[last + 1] = end
        starts = [exact.get(first, bound) for (_, first, _), bound in zip(self.phases, bounds, strict=False)]
        ends = [*starts[1:], bounds[-1]]
        names = ["outage" if name == "refusing" and self.gave_up else name for name, _, _ in self.phases]
        rows = [(self.incident_id, name, a, max(a, b)) for name, a, b in zip(names, starts, ends, strict=True)]
        return pl.DataFrame(rows, schema=["incident_id", "phase", "started_at", "ended_at"], orient="row").with_columns(
            pl.col("started_at", "ended_at").cast(pl.Datetime("us"))
        )

    def minute_rows(self) -> pl.DataFrame:
        """Rows of ``incident_minutes``: the scope's requests and failures beside the expected ones (latency: latency.sql)."""
        low, high = self.phases[0][1], self.phases[-1][2] + 1
        series, expected = self.view.series, self.usual
        return pl.DataFrame(
            {
                "incident_id": self.incident_id,
                "minute": pl.datetime_range(self.axis.at(low), self.axis.at(high - 1), "1m", eager=True).cast(pl.Datetime("us")),
                "requests": series.requests[low:high].astype(np.int64),
                "failed": series.failed[low:high].astype(np.int64),
                "expected_requests": np.round(expected[low:high], 2),
            }
        )


def _until(axis: Axis, window: Window) -> str:
    return f"{axis.at(window.last + 1):%Y-%m-%d %H:%M}"


SCHEMA: dict[str, Any] = {
    "incident_id": pl.String, "kind": pl.String, "scope": pl.String, "part": pl.String, "started_at": pl.Datetime("us"),
    "peaked_at": pl.Datetime("us"), "mitigated_at": pl.Datetime("us"), "ended_at": pl.Datetime("us"), "severity": pl.String,
    "requests": pl.Int64, "failed_requests": pl.Int64, "affected_accounts": pl.Int64, "affected_paying_accounts": pl.Int64,
    "verdict": pl.String, "likelihood": pl.Float64, "summary": pl.String, "ramp_started_at": pl.Datetime("us"),
    "missing_requests": pl.Float64, "basis": pl.String, "reading": pl.String, "silent_hosts": pl.String,
    "refused_requests": pl.Int64, "refused_clients": pl.Int64, "refused_regulars": pl.Int64, "given_up_requests": pl.Int64,
    "kind_since": pl.Datetime("us"), "kind_until": pl.Datetime("us"), "kind_seconds": pl.Int64,
    "site": pl.String, "site_failed": pl.Int64, "site_requests": pl.Int64, "seen": pl.String,
    "latency_ms": pl.Float64, "latency_usual_ms": pl.Float64,
}  # fmt: skip


def table(findings: Sequence[Finding]) -> pl.DataFrame:
    """Return the rows of ``incidents``, by start."""
    rows = pl.DataFrame([finding.row() for finding in findings], schema=SCHEMA)
    return rows.sort("started_at", "incident_id").unique("incident_id", keep="first", maintain_order=True)
