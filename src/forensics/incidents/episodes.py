"""One outage is one incident: windows of several signals, scopes and relapses put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forensics.incidents.series import EVERYTHING, Scope
from forensics.incidents.windows import Window

GAP = 20
"""Minutes between windows of one episode."""
RELAPSE, OF_LENGTH = 360, 12
"""Minutes after an episode, and times the longest so far, within which a lesser or shorter one is its relapse (a second of two blips of a
minute, hours apart, is another incident); so is any after a pause shorter than it was."""
FLAPPING = 60
"""Minutes within which episodes belong together whichever is the greater."""
LEAST_PART = 200.0
"""Requests that must be missing before the silence of one route counts."""
MOST_OF_IT = 0.7
"""Share of what parts lack (or failed) together that one of them holds when it is that one's trouble."""
AFTERMATH = 0.25
"""Share of all that went wrong which may come, as relapses, after the damage was contained."""
DISTURBING = ("errors", "refused", "latency", "collapse", "silence")
"""Signals that something is wrong with the service; a surge alone is no outage."""
SYMPTOM = {
    "errors": "answers", "refused": "refusals", "latency": "answers", "collapse": "load", "silence": "load", "surge": "surge",
    "collection": "collection",
}  # fmt: skip
"""What a signal is a symptom of: a relapse shows one of the symptoms that there were before."""


@dataclass(frozen=True)
class Run:
    """One subject's run of collection, as found in its events."""

    subject: str
    name: str
    """What the subject is called in sentences: an actor by its label."""
    start: datetime
    end: datetime
    fetches: int
    objects: int
    route: str

    @property
    def slow(self) -> bool:
        """Whether a person could have asked as often: less than one request in five seconds."""
        return self.fetches < (self.end - self.start).total_seconds() / 5


@dataclass(frozen=True)
class Found:
    """An incident in minutes of the axis: its windows, and its episodes (first and last minute of each, in order)."""

    kind: str
    scope: Scope
    windows: tuple[Window, ...]
    episodes: tuple[tuple[int, int], ...]
    surges: tuple[Window, ...] = ()
    runs: tuple[Run, ...] = ()

    @property
    def first(self) -> int:
        """First minute of the first episode."""
        return self.episodes[0][0]

    @property
    def last(self) -> int:
        """Last minute of the last episode."""
        return self.episodes[-1][1]

    @property
    def refusing(self) -> bool:
        """Whether its answers were refusals, and none of them failures."""
        signals = {w.signal for w in self.windows}
        return "refused" in signals and "errors" not in signals

    def contained(self) -> int:
        """Index of the episode with whose end the damage was contained: little of all that went wrong came later."""
        sizes = [sum(w.size for w in self.windows if a <= w.first <= b) for a, b in self.episodes]
        return next(i for i in range(len(sizes)) if sum(sizes[i + 1 :]) <= AFTERMATH * sum(sizes))


def first(found: Found) -> Window:
    """The window that begins an incident; among those of the same minute failing answers tell the time best."""
    rank = {"errors": 0, "refused": 1, "silence": 2, "latency": 3, "collapse": 4}
    return min(found.windows, key=lambda w: (w.first, rank.get(w.signal, 5)))


def incidents_of(whole: Sequence[Window], parts: Sequence[Window], lost: Callable[[Window], bool] = lambda _: False) -> list[Found]:
    """Put windows of everything, and windows of parts that everything does not show, together into incidents (ordered by start).

    A silence that is ``lost`` with a file, before which nothing was wrong, is told by itself: what lies beside it need not belong to it.
    """
    troubles = _exact([w for w in whole if w.signal in DISTURBING])
    surges = [w for w in whole if w.signal == "surge"]
    holes = [w for w in troubles if w.signal == "silence" and lost(w) and not any(_leads_to(other, w) for other in troubles)]
    found = [_incident(group, EVERYTHING) for group in _relapsing(_clusters([w for w in troubles if w not in holes]))]
    shown = [(first - GAP, last + GAP) for first, last in (*((f.first, f.last) for f in found), *((w.first, w.last) for w in holes))]
    rest = [w for w in _exact(parts) if w.signal in DISTURBING and not any(a <= w.last and w.first <= b for a, b in shown)]
    by_cluster = [_clearest(cluster, rest) for cluster in _clusters([w for w in rest if _counts(w)])]
    for scope in dict.fromkeys(cluster[0].scope for cluster in by_cluster):
        own = [cluster for cluster in by_cluster if cluster[0].scope == scope]
        found.extend(_incident(group, scope) for group in _relapsing(own))
    found = [*(_with_surges(f, surges) for f in found), *(_incident([[w]], EVERYTHING) for w in holes)]
    taken = {w for f in found for w in f.surges}
    found.extend(_incident([[w]], EVERYTHING) for w in surges if w not in taken)
    return sorted(found, key=lambda f: (f.first, f.kind, f.scope.part, f.scope.name))


def _leads_to(trouble: Window, silence: Window) -> bool:
    """Whether the service was in trouble right before a silence."""
    return trouble.first < silence.first <= trouble.last + GAP


def with_its_silence(found: Found, parts: Sequence[Window]) -> Found:
    """Give an incident of one part the silence or collapse of that part beside it: a host fails, and then writes nothing."""
    if found.scope.part == "everything" or found.kind in ("surge", "collection"):
        return found
    near = [w for w in _exact([w for w in parts if w.scope == found.scope and w.signal in ("silence", "collapse")]) if _counts(w)]
    near = [w for w in near if w.first - GAP <= found.last and found.first - GAP <= w.last]
    new = [w for w in near if not any(w.signal == own.signal and w.near(own, 0) for own in found.windows)]
    return replace(_incident(_clusters([*found.windows, *new]), found.scope), surges=found.surges) if new else found


def of_part(found: Found, scope: Scope, windows: Sequence[Window]) -> Found:
    """Return an incident of everything as that of one part of it: where the part's own windows are near, they say when."""
    signals = {w.signal for w in found.windows}
    own = [w for w in windows if w.scope == scope and w.signal in signals and any(w.near(other, GAP) for other in found.windows)]
    rest = [w for w in found.windows if not any(w.signal == mine.signal and w.near(mine, 0) for mine in own)]
    if own:
        return replace(_incident(_clusters([*own, *(replace(w, scope=scope) for w in rest)]), scope), surges=found.surges)
    return replace(found, scope=scope, windows=tuple(replace(w, scope=scope) for w in found.windows))


def parted(found: Found, scope_of: Callable[[Found], Scope]) -> list[Found]:
    """Return an incident of everything as several where a later episode happened in another part than those before it.

    What fails in another part within an hour may be the same thing that moves on: hosts that are restarted one by one. Where everything
    fails after one part had, and had been well again, who asked before that is another question than who asked before the first.
    """
    groups: list[list[list[Window]]] = []
    where: set[Scope] = set()
    for a, b in found.episodes:
        cluster = [w for w in found.windows if a <= w.first <= b]
        scope = scope_of(_incident([cluster], found.scope))
        elsewhere = EVERYTHING not in {scope, *where} and scope not in where
        spread = scope == EVERYTHING and EVERYTHING not in where
        if not groups or spread or (elsewhere and a - max(w.last for w in groups[-1][-1]) > FLAPPING):
            groups.append([])
            where = set()
        groups[-1].append(cluster)
        where.add(scope)
    return [found] if len(groups) == 1 else [_with_surges(_incident(group, found.scope), found.surges) for group in groups]


def _exact(windows: Sequence[Window]) -> list[Window]:
    """Drop a collapse that is hardly more than a silence inside it: silence has exact boundaries."""

    def told(window: Window) -> bool:
        inside = (
            w for w in windows if w.signal == "silence" and w.scope == window.scope and window.first <= w.last and w.first <= window.last
        )
        return window.signal == "collapse" and sum(w.size for w in inside) >= 0.75 * window.size

    return [w for w in windows if not told(w)]


def _counts(window: Window) -> bool:
    load = window.signal in ("collapse", "silence")
    return not (load and window.scope.part in ("route", "program")) or (window.size >= LEAST_PART and window.last - window.first < 1440)


def _clusters(windows: Sequence[Window]) -> list[list[Window]]:
    """Windows that overlap or nearly do, in order of time."""
    out: list[list[Window]] = []
    for window in sorted(windows, key=lambda w: (w.first, w.last, w.signal, w.scope.part, w.scope.name)):
        if out and window.first - GAP <= max(w.last for w in out[-1]):
            out[-1].append(window)
        else:
            out.append([window])
    return [_failing_first(cluster) for cluster in out]


def _failing_first(cluster: list[Window]) -> list[Window]:
    """Refusals beside failures (a limit put up in haste, somebody's scan) neither begin nor end an outage."""
    failing = any(w.signal == "errors" for w in cluster)
    return [w for w in cluster if not failing or w.signal != "refused"]


def _relapsing(clusters: list[list[Window]]) -> list[list[list[Window]]]:
    """Group episodes: a lesser (or shorter) one within hours after another is its relapse, one within an hour or its length the same."""
    groups: list[list[list[Window]]] = []
    for cluster in clusters:
        if groups:
            before = groups[-1]
            gap = cluster[0].first - max(w.last for w in before[-1])
            lasted = max(w.last for w in before[-1]) - before[-1][0].first
            shorter = max(_length(c) for c in before) >= _length(cluster)
            likely = shorter or max(_size(c) for c in before) >= _size(cluster) or gap <= lasted
            alike = {SYMPTOM[w.signal] for c in before for w in c} & {SYMPTOM[w.signal] for w in cluster}
            within = min(RELAPSE, OF_LENGTH * (1 + max(_length(c) for c in before)))
            if alike and (gap <= FLAPPING or (gap <= within and likely)):
                before.append(cluster)
                continue
        groups.append([cluster])
    return groups


def _length(cluster: Sequence[Window]) -> int:
    return max(w.last for w in cluster) - min(w.first for w in cluster)


def _size(cluster: Sequence[Window]) -> float:
    return sum(w.size for w in cluster)


def _clearest(cluster: list[Window], lesser: Sequence[Window]) -> list[Window]:
    """Of several parts that went wrong together, keep the one that holds most of it; the narrower one when two hold the same.

    A host that wrote nothing at all is told before the backend that nobody was sent to there: its log may be missing. What several routes
    lack together, with the ``lesser`` ones, and no part holds, the service does.
    """
    silent = all(window.signal == "silence" for window in cluster)
    narrow = {"route": 2, "backend": 0, "host": 1} if silent else {"route": 2, "backend": 1, "host": 0}
    narrow["program"] = -1  # whatever it asks: only where no other part holds most of it
    sizes: dict[Scope, float] = {}
    for window in cluster:
        sizes[window.scope] = sizes.get(window.scope, 0.0) + window.size
    most = max(sizes.values())
    routes = [w for w in lesser if w.scope.part == "route" and SYMPTOM[w.signal] == "load" and any(w.near(own, 0) for own in cluster)]
    if sum(w.size for w in routes) > most / MOST_OF_IT:
        return [_of_everything(routes)]
    scope = max((s for s in sizes if sizes[s] >= MOST_OF_IT * most), key=lambda s: (narrow[s.part], sizes[s], s.name))
    return [w for w in cluster if w.scope == scope]


def _of_everything(routes: Sequence[Window]) -> Window:
    """What several routes lack together and no part holds: whoever asks for pages is gone, though health checks go on."""
    widest = max(routes, key=lambda w: (w.size, w.scope.name))
    return replace(widest, signal="collapse", scope=EVERYTHING, size=sum(w.size for w in routes))


def _incident(group: list[list[Window]], scope: Scope) -> Found:
    windows = tuple(w for cluster in group for w in cluster)
    episodes = tuple((min(w.first for w in c), max(w.last for w in c)) for c in group)
    return Found(_kind(windows), scope, windows, episodes)


def _kind(windows: Sequence[Window]) -> str:
    """The main signal: failures unless they are few beside what is missing; then silence before collapse; latency and surge alone.

    Pauses between the few requests that a collapse leaves are no silence, however many: one has to hold half of what is missing.
    """
    sizes = {signal: sum(w.size for w in windows if w.signal == signal) for signal in {w.signal for w in windows}}
    missing = max(sizes.get("silence", 0.0), sizes.get("collapse", 0.0))
    if sizes.get("errors", 0.0) > 0 and sizes["errors"] >= 0.05 * missing:
        return "errors"
    longest = max((w.size for w in windows if w.signal == "silence"), default=0.0)
    if "silence" in sizes and ("collapse" not in sizes or longest >= 0.5 * missing):
        return "silence"
    kinds = ("collapse", "silence", "errors", "refused", "latency", "surge", "collection")
    kind = next(kind for kind in kinds if kind in sizes)
    return "errors" if kind == "refused" else kind


def _with_surges(incident: Found, surges: Sequence[Window]) -> Found:
    """Give an incident the surges that touch it: its ramp, its retries, its backlog."""
    mine = tuple(w for w in surges if w.first - GAP <= incident.last and incident.first - GAP <= w.last)
    return replace(incident, surges=mine)
