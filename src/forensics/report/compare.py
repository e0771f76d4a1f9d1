"""What new evidence changed: two documents of one case, told as sentences and as rows of ``changes.csv``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.report.blocks import titled
from forensics.report.document import Document
from forensics.report.words import clock, likely, number, share
from forensics.text import counted

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference: what it is about, which one, the property that differs with its values as told, and all that as a sentence."""

    about: str
    """evidence | note | ruling | incident | attribution | account | actor | explanation | program"""
    subject: str
    what: str
    sentence: str
    before: str | None = None
    after: str | None = None
    incident_id: str | None = None


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    """Return what differs in ``after``: the evidence first, then what it moved, most important first; one says so when nothing does."""
    evidence, found = [*_evidence(before, after), *_notes(before, after), *_rulings(before, after)], _findings(before, after)
    if not found:
        same = "Nothing has changed: the same analysis." if before.analysis_id == after.analysis_id else "No finding has changed."
        evidence.append(Change("analysis", after.analysis_id, "nothing", same))
    return tuple(evidence + found)


def as_frame(found: tuple[Change, ...]) -> pl.DataFrame:
    """Return changes as the rows of a CSV."""
    columns = list(Change.__dataclass_fields__)
    return pl.DataFrame(
        [[getattr(change, column) for column in columns] for change in found], dict.fromkeys(columns, pl.String), orient="row"
    )


def _findings(before: Document, after: Document) -> list[Change]:
    found = [
        *_incidents(before, after),
        *_attributions(before, after),
        *_participants(before, after),
        *_actors(before, after),
        *_rivals(before, after),
    ]
    if before.program != after.program:
        said = f"The earlier report was made by {before.program}, this one by {after.program}."
        found.append(Change("program", "forensics", "version", said, before.program, after.program))
    return found


def _keyed(document: Document, table: str, *columns: str) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[column] for column in columns): row for row in document.rows(table)}


def _both(before: Document, after: Document, table: str, *columns: str) -> tuple[list[Row], list[Row], list[tuple[Row, Row]]]:
    """Return the rows that are new, those that are gone, and the pairs of those that stayed."""
    old, new = _keyed(before, table, *columns), _keyed(after, table, *columns)
    added, gone = [new[key] for key in new if key not in old], [old[key] for key in old if key not in new]
    return added, gone, [(old[key], new[key]) for key in new if key in old]


def _names(before: Document, after: Document) -> dict[str, str]:
    """Return what each incident is called."""
    return {row["incident_id"]: titled(row) for row in (*before.rows("incidents"), *after.rows("incidents"))}


TOLD: dict[str, tuple[str, Callable[[Any], str]]] = {
    "verdict": ("verdict", lambda value: f"“{value}”"),
    "likelihood": ("likelihood of the verdict", likely),
    "started_at": ("start", clock),
    "ended_at": ("end", clock),
    "severity": ("severity", str),
    "failed_requests": ("failed requests", number),
    "affected_accounts": ("accounts that met a failure", number),
}
"""Column of an incident -> what it is called, and how its values are told."""


def _incidents(before: Document, after: Document) -> Iterable[Change]:
    added, gone, stayed = _both(before, after, "incidents", "incident_id")
    names = _names(before, after)
    for row in added:
        said = f"New incident: {names[row['incident_id']]}, verdict “{row['verdict']}”."
        yield Change("incident", row["incident_id"], "found", said, None, str(row["verdict"]), row["incident_id"])
    for row in gone:
        said = f"No longer found: {names[row['incident_id']]}; its verdict was “{row['verdict']}”."
        yield Change("incident", row["incident_id"], "found", said, str(row["verdict"]), None, row["incident_id"])
    for old, new in stayed:
        for column, (name, words) in TOLD.items():
            if old[column] != new[column]:
                was, now = words(old[column]), words(new[column])
                said = f"{names[new['incident_id']]}: {name} was {was}, now {now}."
                yield Change("incident", new["incident_id"], name, said, was, now, new["incident_id"])


def _attributions(before: Document, after: Document) -> Iterable[Change]:
    """Tell who came to be blamed, who no longer is, and how the share and the odds of chance moved."""
    added, gone, stayed = _both(before, after, "attributions", "incident_id", "subject_id")
    names = _names(before, after)
    labels = {row["actor_id"]: row["label"] for row in (*before.rows("actors"), *after.rows("actors")) if row["label"]}

    def told(row: Row) -> str:
        return (
            f"{labels.get(row['actor_id'], row['subject_id'])} ({row['subject_id']}) in {names.get(row['incident_id'], row['incident_id'])}"
        )

    for row in added:
        said = f"Load is now attributed to {told(row)}: {share(row['load_share'])} of the excess."
        yield Change("attribution", row["subject_id"], "load share", said, None, share(row["load_share"]), row["incident_id"])
    for row in gone:
        said = f"Load is no longer attributed to {told(row)}; its share was {share(row['load_share'])}."
        yield Change("attribution", row["subject_id"], "load share", said, share(row["load_share"]), None, row["incident_id"])
    for old, new in stayed:
        for column, name, words in (("load_share", "load share", share), ("p_value", "p", _p)):
            was, now = words(old[column]), words(new[column])
            if was != now:
                said = f"{told(new)}: {name} was {was}, now {now}."
                yield Change("attribution", new["subject_id"], name, said, was, now, new["incident_id"])


def _p(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def _participants(before: Document, after: Document) -> Iterable[Change]:
    added, gone, stayed = _both(before, after, "participants", "incident_id", "account_id")
    names = _names(before, after)
    for row in added:
        said = f"Account {row['account_id']} is now named as {row['role']} in {names[row['incident_id']]}."
        yield Change("account", row["account_id"], "role", said, None, row["role"], row["incident_id"])
    for row in gone:
        said = f"Account {row['account_id']} is no longer named in {names[row['incident_id']]} (it was {row['role']})."
        yield Change("account", row["account_id"], "role", said, row["role"], None, row["incident_id"])
    for old, new in stayed:
        if old["role"] != new["role"]:
            said = f"Account {new['account_id']} was {old['role']} in {names[new['incident_id']]}, now {new['role']}."
            yield Change("account", new["account_id"], "role", said, old["role"], new["role"], new["incident_id"])


def _actors(before: Document, after: Document) -> Iterable[Change]:
    """Tell new, gone, merged, grown and shrunken actors, of every level; whose accounts went where is known of the lowest."""
    added, gone, stayed = _both(before, after, "actors", "actor_id")
    old, new = _members(before), _members(after)
    joined: set[str] = set()
    for row in (*added, *(row for _, row in stayed)):
        sources = sorted(actor for actor, members in old.items() if members & new.get(row["actor_id"], set()))
        if sources and sources != [row["actor_id"]]:
            joined.update(sources)
            what = f"what {'was' if len(sources) == 1 else 'were'} {', '.join(sources[:5])}"
            was = ", ".join(counted(len(old[source]), "account") for source in sources[:5])
            yield _grown(row, f"{_actor(row)} joins {what}: {counted(row['accounts'], 'account')}.", was)
        elif row in added:
            yield _grown(row, f"New actor: {_actor(row)}, {row['level']}, {counted(row['accounts'], 'account')}.", None)
    for earlier, row in stayed:
        if earlier["accounts"] != row["accounts"]:
            size = counted(earlier["accounts"], "account")
            yield _grown(row, f"{_actor(row)}, {row['level']}: {size} before, {number(row['accounts'])} now.", size)
    for row in gone:
        if row["actor_id"] not in joined:
            size = counted(row["accounts"], "account")
            said = f"No longer found: {_actor(row)}, {row['level']}: the evidence does not tie its {size} so now."
            yield Change("actor", row["actor_id"], "accounts", said, size)


def _actor(row: Row) -> str:
    return f"actor {row['label'] or 'without a name'} ({row['actor_id']})"


def _grown(row: Row, said: str, was: str | None) -> Change:
    return Change("actor", row["actor_id"], "accounts", said[:1].upper() + said[1:], was, counted(row["accounts"], "account"))


def _members(document: Document) -> dict[str, set[str]]:
    """Return the accounts of each actor that has some of its own (not by way of a lower one)."""
    found: dict[str, set[str]] = {}
    for row in document.rows("members"):
        found.setdefault(row["actor_id"], set()).add(row["account_id"])
    return found


def _rivals(before: Document, after: Document) -> Iterable[Change]:
    _, _, stayed = _both(before, after, "rivals", "incident_id", "explanation")
    names = _names(before, after)
    for old, new in sorted(stayed, key=lambda pair: -abs((pair[0]["likelihood"] or 0) - (pair[1]["likelihood"] or 0))):
        was, now = likely(old["likelihood"]), likely(new["likelihood"])
        if was != now:
            said = f"“{new['explanation']}” as what explains {names[new['incident_id']]} was {was}, now {now}."
            yield Change("explanation", new["explanation"], "likelihood", said, was, now, new["incident_id"])


def _evidence(before: Document, after: Document) -> Iterable[Change]:
    added, gone, _ = _both(before, after, "evidence", "sha256")
    if added:
        yield Change(
            "evidence", f"{len(added)}", "new", f"New evidence, {counted(len(added), 'file')}: {_named(added)}.", None, _named(added)
        )
    if gone:
        said = f"No longer in the case, {counted(len(gone), 'file')}: {_named(gone)}."
        yield Change("evidence", f"{len(gone)}", "gone", said, _named(gone))


def _notes(before: Document, after: Document) -> Iterable[Change]:
    """Tell the operators' notes that came or went without a file (those in files are evidence)."""
    old, new = _noted(before), _noted(after)
    if added := [note for note in new if note not in old]:
        yield Change("note", f"{len(added)}", "new", f"New notes, {len(added)}: {_quoted(added)}.", None, _quoted(added))
    if gone := [note for note in old if note not in new]:
        yield Change("note", f"{len(gone)}", "gone", f"Notes no longer there, {len(gone)}: {_quoted(gone)}.", _quoted(gone))


def _noted(document: Document) -> dict[tuple[str, str], None]:
    """Return when and what was noted by hand: rows of no incident with no evidence behind them."""
    whole = (row for row in document.rows("timeline") if row["incident_id"] is None and row["evidence_id"] is None)
    return {(row["occurred_at"], row["message"]): None for row in whole if row["event_type"] != "no log lines"}


def _rulings(before: Document, after: Document) -> Iterable[Change]:
    """Tell what people ruled meanwhile: it moves findings as evidence does."""
    if "rulings" not in before.tables or "rulings" not in after.tables:  # absent from documents of earlier versions
        return
    old, new = ([_ruling(row) for row in document.rows("rulings")] for document in (before, after))
    for said in new:
        if said not in old:
            yield Change("ruling", said[0], "new", f"New ruling: {said[0]} ({said[1]}).", None, said[0])
    for said in old:
        if said not in new:
            yield Change("ruling", said[0], "gone", f"Ruling no longer in force: {said[0]} ({said[1]}).", said[0])


def _ruling(row: Row) -> tuple[str, str]:
    """Return what was ruled, and why."""
    subject = row["account_id"] or row["network"] or row["identifier_value"]
    return f"{row['verdict']} {' '.join(str(name) for name in (subject, row['other']) if name)}", str(row["why"])


def _quoted(notes: list[tuple[str, str]]) -> str:
    told = "; ".join(f"{clock(at)} {text[:80]}" for at, text in notes[:3])
    return told + (f" and {len(notes) - 3} more" if len(notes) > 3 else "")


def _named(rows: list[Row]) -> str:
    names = [str(row["path"]) for row in rows]
    return ", ".join(names[:8]) + (f" and {number(len(names) - 8)} more" if len(names) > 8 else "")
