"""How those whose load an incident was are named in a sentence: by what joins them, and beside whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from forensics.report.document import Document
from forensics.report.sections.participants import Blamed
from forensics.report.sections.taken import WITHOUT_ACCOUNT
from forensics.report.words import number, share
from forensics.text import counted


def named(document: Document, found: Blamed, strange: bool) -> str:
    """Return who made the load: the one, or how many together and the largest of them; ``strange``: by no holder's name.

    Load without an account is told apart from what accounts made, each with its share: whose it was is another question.
    """
    nameless = [row for row in found.subjects if row["subject_type"] in WITHOUT_ACCOUNT]
    if nameless and len(nameless) < len(found.subjects):
        theirs = replace(found, subjects=[row for row in found.subjects if row not in nameless])
        places = " and ".join(_place(row) for row in nameless)
        return f"{named(document, theirs, strange)}, with {_together(theirs.subjects)}, and from {places}, with {_together(nameless)}"
    actor = next((row for row in document.rows("actors") if row["actor_id"] == found.first["actor_id"]), None)
    name = (actor or {}).get("label") or found.first.get("called") or found.first["subject_id"]  # reports of earlier versions: not called
    how = tied(actor)
    name = str(actor["actor_id"]) if strange and actor else name
    own = found.accounts_of_first
    largest = f"{counted(own, 'account')} {how} {name}" if own else f"the {found.first['subject_type']} {name}{_part(found.first)}"
    if len(found.subjects) == 1:
        return largest
    shares = [row["load_share"] or 0.0 for row in found.subjects]
    joined = common(document, [row["actor_id"] for row in found.subjects]) is not None
    if max(shares) < EVEN * min(shares) and (joined or (found.accounts and len(shares) > FEW)):
        return _several(document, found, strange)  # of many who did alike, the one that made most by a little is nobody to point at
    return f"{_several(document, found, strange)}, {share(found.first['load_share'])} from the largest, {largest}"


def _part(subject: dict[str, Any]) -> str:
    return f" ({subject['part']} there)" if subject.get("part") else ""


def _place(subject: dict[str, Any]) -> str:
    """Return where load without an account came from."""
    return f"the {subject['subject_type']} {subject['subject_id']}{_part(subject)} without an account"


def _together(subjects: list[dict[str, Any]]) -> str:
    """Return which share of the load these made together."""
    return share(min(1.0, sum(row["load_share"] or 0.0 for row in subjects)))


MOST_NAMED = 2
"""Organisations that are called by name in one sentence."""
FEW = 3
"""Of so many accounts that have nothing in common, the one that made most is told though the others made about the same."""
EVEN = 1.5
"""Where the largest share is less than so many times the smallest, all made about the same."""


def _several(document: Document, found: Blamed, strange: bool) -> str:
    """Return how many made the load together, and what joins them."""
    theirs = len(found.accounts) - len(found.others)
    one = common(document, [row["actor_id"] for row in found.subjects])
    if one is not None:
        label = one["actor_id"] if strange else one["label"] or one["actor_id"]
        return f"{counted(theirs, 'account')} {tied(one)} {label} ({len(found.subjects)} actors that nothing ties closer)"
    organisations = [] if strange else _organisations(document, found)
    alike = ", ".join(f"{many} of the actors are of one organisation, {label}" for label, many in organisations)
    if len(organisations) > MOST_NAMED:
        alike = f"{sum(many for _, many in organisations)} of the actors are of {len(organisations)} organisations"
    apart = f"{counted(theirs, 'account')} of {len(found.subjects)} actors" if theirs else f"{len(found.subjects)} sources"
    return f"{apart} that the evidence does not join into one{f' ({alike})' if alike else ''}"


def _organisations(document: Document, found: Blamed) -> list[tuple[str, int]]:
    """Return the organisations that several of the actors are within, and how many."""
    actors = {row["actor_id"]: row for row in document.rows("actors")}
    above = [actors.get(actors[row["actor_id"]]["parent_actor_id"]) for row in found.subjects if row["actor_id"] in actors]
    labels = Counter(row["label"] or row["actor_id"] for row in above if row and row["level"] == "same organisation")
    return [(label, many) for label, many in labels.most_common() if many > 1]


TIED = {
    "same operator": "of one operator, here called", "same payer": "of one payer, here called",
    "same organisation": "of one organisation, here called",
}  # fmt: skip
"""Level of an actor -> how its accounts are tied, before its name: a label is what the program calls it, not who it is."""


def tied(actor: dict[str, Any] | None) -> str:
    """Return how the accounts of an actor are tied, before its name."""
    return TIED.get((actor or {}).get("level", ""), "of")


WENT_ON = "after the impact had begun"
"""Part of why an account is held to have taken part that had none in the load before the impact, as ``participants`` says it."""


def besides(document: Document, found: Blamed, strange: bool) -> str:
    """Return who else there is beside those whose share was told: others that took part, and linked accounts that are not blamed."""
    later = sum(WENT_ON in (row.get("why") or "") for row in found.accounts)
    said = f"; {number(later)} of them went on with it only after the impact had begun" if later else ""
    actors = [row["actor_id"] for row in found.subjects]
    kin = [row for row in found.others if common(document, [*actors, row["actor_id"]]) is not None]
    strangers = [row for row in found.others if row not in kin]
    for rows, tie in ((kin, "that less ties to them"), (strangers, "that the evidence does not join to them")):
        if not rows:
            continue
        one = common(document, [*actors, *(row["actor_id"] for row in rows)]) if rows is kin else None
        if one and one["level"] == "same organisation":
            tie = "of the same organisation" if strange else f"of the same organisation, {one['label']},"
        part = share(min(1.0, sum(row["load_share"] or 0.0 for row in rows)))
        said += f"; {counted(len(rows), 'account')} {tie} took part as well, with {part}"
    if found.known:
        asked = counted(sum(row["requests"] for row in found.known), "request")
        said += f"; {counted(len(found.known), 'account')} linked to them, ruled known and not blamed, made {asked} in that time"
    if found.uninvolved:
        said += f"; {counted(found.uninvolved, 'account')} linked to them took no part"
    if found.unseen:
        said += f"; of {counted(found.unseen, 'account')} linked to them these logs hold no request"
    if found.risen:
        part = share(min(1.0, sum(row["load_share"] or 0.0 for row in found.risen)))
        said += f"; {counted(len(found.risen), 'account')} linked to them rose as well, with {part}: that they took part is not shown"
    return said


def back(document: Document, incident: dict[str, Any], found: Blamed) -> str:
    """Return how many of those who took part appeared only after others that are tied to them had been turned away."""
    story = document.tables.get("timeline")
    rows = [row for row in story.of(incident["incident_id"]) if row["event_type"] == RETURN] if story is not None else []
    if not rows:
        return ""
    which = "which" if len(rows) == len(found.accounts) else f"{number(len(rows))} of which"
    return (
        f", {which} appeared after the service had begun to refuse others tied to {'it' if len(rows) == 1 else 'them'} (a possible return)"
    )


RETURN = "possible return"
"""The type of such a row of the story (``timeline/sources/returns.sql``)."""


def common(document: Document, actor_ids: list[str]) -> dict[str, Any] | None:
    """Return the narrowest actor that all of these are, or are within; None when the evidence joins them in none."""
    actor, many = together(document, actor_ids)
    return actor if many == len(actor_ids) else None


def together(document: Document, actor_ids: list[str]) -> tuple[dict[str, Any] | None, int]:
    """Return the actor that most of these are, or are within (the narrowest of equals), and how many; None and 0 when there is none."""
    actors = {row["actor_id"]: row for row in document.rows("actors")}

    def lineage(actor_id: str | None) -> list[str]:
        return [actor_id, *lineage(actors[actor_id]["parent_actor_id"])] if actor_id is not None and actor_id in actors else []

    many = Counter(actor_id for given in actor_ids for actor_id in lineage(given))
    most = max(many, key=lambda actor_id: (many[actor_id], len(lineage(actor_id)), actor_id), default=None)
    return (actors[most], many[most]) if most is not None else (None, 0)
