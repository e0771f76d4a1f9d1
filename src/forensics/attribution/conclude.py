"""Which minutes are asked: the load before the impact, or else that of its very first minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from forensics.attribution.accounts.participants import participants
from forensics.attribution.afterwards import came_after, others_rose, pace
from forensics.attribution.facts.borne import GROWN
from forensics.attribution.facts.minutes import error_onset
from forensics.attribution.facts.seconds import crowd_precedes, seconds, seconds_precede
from forensics.attribution.half_log import half
from forensics.attribution.inquiry import Conclusion, Inquiry
from forensics.attribution.scene import Scene
from forensics.attribution.search.blame import CHANCE, MOST, in_window
from forensics.attribution.search.finding import Blamed, Finding, rise_of
from forensics.attribution.verdict import NO_SINGLE, undecided
from forensics.attribution.whose import whose
from forensics.attribution.windows import (
    SUDDEN,
    floor_minute,
    is_load,
    last_minutes,
    load_window,
    sudden_window,
)
from forensics.attribution.wording import amount, clock

MOST_RULED, NAMED = 0.5, 3
"""Share of an excess from which it is told that it was ruled known, and how many of these subjects are named."""
BEFORE = timedelta(hours=1)
"""How long before the load's window failures are looked at, to know what is usual."""


def conclude(asked: Inquiry) -> Conclusion:
    """Return what is concluded, with who came only after the first failures."""
    found = _named(asked)
    told = [found.lead, came_after(asked, found)]
    return replace(found, lead=" ".join(said for said in told if said) or None)


def _named(asked: Inquiry) -> Conclusion:
    """Return what is concluded, without actors of whom no account is known to have taken part: their name would be of nobody."""
    found = _with_accounts(asked, _concluded(asked))
    took = found.accounts.filter(pl.col("role") == "participant")["actor_id"]
    blamed = found.named.finding.blamed
    shown = [b for b in blamed if b.winner.kind != "actor" or b.winner.id in took]
    if len(shown) == len(blamed):
        return found
    return _with_accounts(asked, asked.weighed(found.facts.scene, replace(found.facts.finding, blamed=shown)))


def _with_accounts(asked: Inquiry, found: Conclusion) -> Conclusion:
    return replace(found, accounts=participants(asked.case, found.facts.scene, found.named.finding))


def _concluded(asked: Inquiry) -> Conclusion:
    """Scan the load before the impact; where that blames nobody, the minutes around its start, for whoever came before it by seconds."""
    scene = _before(asked)
    first = asked.weighed(scene, asked.found(scene))
    if first.somebody:
        late = _latecomers(asked, first)
        joined = asked.weighed(scene, late) if late else _seen_longer(asked, first)
        return joined if joined.somebody else first
    sudden = _sudden(asked, scene)
    second = asked.weighed(*sudden) if sudden else first
    if second.somebody:
        return second
    nobody = _came_at_once(asked, first) or _came_along(asked, first) or first
    return replace(nobody, lead=_lead(asked, scene, nobody))


def _before(asked: Inquiry) -> Scene:
    """Return the load before the impact; where the log hardly begins before the ramp, that of its last minutes, to have a comparison."""
    window = load_window(asked.incident)
    scene = asked.scene(window)
    last = last_minutes(asked.incident, window, asked.setting.covered)
    if scene.windows > 1 or last == window or is_load(asked.incident):
        return scene
    shorter = asked.scene(last)
    return shorter if shorter.windows > 1 else scene


def _latecomers(asked: Inquiry, found: Conclusion) -> Finding | None:
    """Return the finding with the actors who came last and so made the service fall, where others bore most of the load before.

    Of the excess since the ramp began they have next to nothing, of that in which the service fell their share. They were at it before
    the first failures by seconds. None when there are none: that is looked at in a few minutes before anything is searched.
    """
    before, finding = found.facts.scene, found.facts.finding
    window = sudden_window(asked.incident, found.facts.error_onset)
    if window is None or not others_rose(asked, found, window):
        return None
    scene = asked.scene(window)
    began, late = _fall(asked, found.facts.error_onset), asked.found(scene)
    known = {b.winner.id for b in finding.blamed}
    new = [b for b in late.blamed if b.winner.kind == "actor" and b.winner.id not in known and b.chance <= CHANCE]
    sure = [b for b in new if seconds_precede(asked.case, scene, [b.winner], began, late.rise.measure)]
    return replace(finding, blamed=[*finding.blamed, *(in_window(before, finding, b) for b in sure)], fall=scene) if sure else None


def _seen_longer(asked: Inquiry, found: Conclusion) -> Conclusion:
    """Return the same actors blamed for the minutes around the fall, where their load had hardly begun in the window before it.

    Which of their accounts took part is seldom seen in a single minute.
    """
    facts = found.facts
    if facts.load_onset is None or facts.load_onset < facts.scene.window.end - SUDDEN:
        return found
    sudden = _sudden(asked, facts.scene)
    known = {(b.winner.kind, b.winner.id) for b in facts.finding.blamed}
    if sudden is None or not known <= {(b.winner.kind, b.winner.id) for b in sudden[1].blamed}:
        return found
    second = asked.weighed(*sudden)
    return second if second.somebody else found


def _sudden(asked: Inquiry, before: Scene) -> tuple[Scene, Finding] | None:
    """Return who came all at once and was there before the first failures by seconds; None when they did not make most of that load."""
    near = pl.col("minute").is_between(before.window.start - BEFORE, before.whole.end)
    errors = error_onset(before.minutes.filter(near), before.window.start, floor_minute(asked.incident["started_at"]))
    window = sudden_window(asked.incident, errors)
    if window is None:
        return None
    scene = asked.scene(window)
    finding, began = asked.found(scene), _fall(asked, errors)
    finding = replace(finding, blamed=[b for b in finding.blamed if _quickened(before, asked.found(before), scene, b)])
    together = [b for b in finding.blamed if b.together]  # each of them does too little for its seconds to tell anything
    groups = [*([b] for b in finding.blamed if not b.together), *([together] if together else [])]
    first = [group for group in groups if seconds_precede(asked.case, scene, [b.winner for b in group], began, finding.rise.measure)]
    blamed = [b for group in first for b in group]
    return (scene, replace(finding, blamed=blamed)) if sum(b.share for b in blamed) >= MOST else None


def _quickened(before: Scene, known: Finding, scene: Scene, blamed: Blamed) -> bool:
    """Whether a subject asked more around the fall than it was found to have asked before: what went on as it was did not come at once."""
    earlier = [b for b in known.blamed if (b.winner.kind, b.winner.id) == (blamed.winner.kind, blamed.winner.id)]
    return not earlier or pace(scene, blamed) >= GROWN * pace(before, earlier[0])


def _fall(asked: Inquiry, errors: datetime | None) -> datetime:
    """Return the minute in which the service fell: that of the first failures, or of the impact where it is later."""
    impact = floor_minute(asked.incident["started_at"])
    return max(impact, errors or impact)


def _came_at_once(asked: Inquiry, found: Conclusion) -> Conclusion | None:
    """Return what is concluded of the minutes around the fall, where so many came in them that the minutes before hardly show a rise.

    Only where everybody asked more in the minute before the first failure already: what comes after it may be asked again. Who made most of
    it is no crowd, and is not named: that he came before it was not seen.
    """
    errors, before, finding = found.facts.error_onset, found.facts.scene, found.facts.finding
    window = sudden_window(asked.incident, errors)
    if window is None or errors is None or finding.blamed or not finding.rise.known:
        return None
    rise = rise_of(before, "requests")
    if not crowd_precedes(asked.case, before, errors, rise.expected / before.window.minutes):
        return None
    scene = asked.scene(window)
    there = asked.found(scene)
    weighed = asked.weighed(scene, there) if there.rise.significant else None
    return None if weighed is None or weighed.somebody else weighed


def _came_along(asked: Inquiry, found: Conclusion) -> Conclusion | None:
    """Return that nothing is shown, where somebody made most of what came within a minute of the first failures, and nobody of it before.

    What breaks at the first requests of a load shows no rise before; what is broken otherwise is asked again. And a log that tells when
    requests began, taken for one that tells when they were answered, moves those that waited to before the load that they waited for.
    """
    window = sudden_window(asked.incident, found.facts.error_onset)
    if window is None or found.verdict.name != NO_SINGLE or found.facts.finding.blamed:
        return None
    scene = asked.scene(window)
    there, began = asked.found(scene), _fall(asked, found.facts.error_onset)
    makers = there.blamed or _maker(there)
    looked = seconds(asked.case, scene, [b.winner for b in makers], began, there.rise.measure) if makers else None
    if looked is None or not looked.along():
        return None
    return replace(found, verdict=undecided(found.facts, scene.window, makers, asked.names))


def _maker(there: Finding) -> list[Blamed]:
    """Return the one subject that made most of a rise, whether or not it is known to be somebody: it is told, and not blamed."""
    top = there.winners[0] if there.winners and there.rise.significant else None
    share = top.excess / max(there.rise.excess, 1.0) if top else 0.0
    return [Blamed(top, min(1.0, share), 1.0, 0.0, 0)] if top and share >= MOST else []


def _lead(asked: Inquiry, scene: Scene, found: Conclusion) -> str | None:
    """Return what leads on where nobody is blamed: whose load it was, or what half a log says of it; and whose was ruled known."""
    part = half(asked.case, scene)
    told = []
    if part is None:
        told += [made] if (made := whose(asked, found)) else []
    else:
        weighed = asked.weighed(part.scene, asked.search(part.scene))
        told.append(part.told(weighed.facts.finding.blamed if weighed.somebody else [], asked.names))
    return " ".join([*told, *_ruled(scene)]) or None


def _ruled(scene: Scene) -> list[str]:
    """Say that most of a load was that of whoever was ruled known, and how much: it is told, and not blamed."""
    rise = rise_of(scene, "requests")
    excess, own = rise.load - rise.expected, scene.known_excess
    if not rise.significant or own < MOST_RULED * excess:
        return []
    rows = scene.apart.filter(pl.col("w") == 0).sort("requests", "account_id", descending=[True, False], nulls_last=True)
    names = [name or "an address" for name in rows["account_id"].head(NAMED)]
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return [
        f"{amount(own)} of the {amount(excess)} requests beyond the usual from {clock(scene.window.start)} to {clock(scene.window.end)} "
        f"UTC were made by what a person ruled known ({', '.join(names)}{more}): it is not blamed, and explanations are weighed without it."
    ]
