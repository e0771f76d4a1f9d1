"""What new evidence changed: two documents of one case, told as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from forensics.report.document import Document
from forensics.report.words import clock, likely, number
from forensics.text import counted

Row = dict[str, Any]


def changes(before: Document, after: Document) -> tuple[str, ...]:
    """Return what differs in ``after``, most important first; one sentence says so when nothing does."""
    found = [
        *_incidents(before, after),
        *_participants(before, after),
        *_actors(before, after),
        *_rivals(before, after),
        *_evidence(before, after),
    ]
    if before.program != after.program:
        found.append(f"The earlier report was made by {before.program}, this one by {after.program}.")
    same = "Nothing has changed: the same analysis." if before.analysis_id == after.analysis_id else "No finding has changed."
    return tuple(found) or (same,)


def _keyed(document: Document, table: str, *columns: str) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[column] for column in columns): row for row in document.rows(table)}


def _both(before: Document, after: Document, table: str, *columns: str) -> tuple[list[Row], list[Row], list[tuple[Row, Row]]]:
    """Return the rows that are new, those that are gone, and the pairs of those that stayed."""
    old, new = _keyed(before, table, *columns), _keyed(after, table, *columns)
    added, gone = [new[key] for key in new if key not in old], [old[key] for key in old if key not in new]
    return added, gone, [(old[key], new[key]) for key in new if key in old]


def _incidents(before: Document, after: Document) -> Iterable[str]:
    added, gone, stayed = _both(before, after, "incidents", "incident_id")
    yield from (f"New incident: {row['incident_id']}, from {clock(row['started_at'])} UTC, verdict “{row['verdict']}”." for row in added)
    yield from (f"No longer found: incident {row['incident_id']}." for row in gone)
    told: dict[str, Callable[[Any], str]] = {
        "started_at": clock, "ended_at": clock, "verdict": str, "severity": str, "failed_requests": number, "affected_accounts": number,
        "likelihood": likely,
    }  # fmt: skip
    for old, new in stayed:
        for column, words in told.items():
            if old[column] != new[column]:
                name = column.replace("_", " ").removesuffix(" at")
                yield f"Incident {new['incident_id']}: {name} was {words(old[column])}, now {words(new[column])}."


def _participants(before: Document, after: Document) -> Iterable[str]:
    added, gone, stayed = _both(before, after, "participants", "incident_id", "account_id")
    yield from (f"Account {row['account_id']} is now named as {row['role']} in {row['incident_id']}." for row in added)
    yield from (f"Account {row['account_id']} is no longer named in {row['incident_id']} (it was {row['role']})." for row in gone)
    yield from (
        f"Account {new['account_id']} was {old['role']} in {new['incident_id']}, now {new['role']}."
        for old, new in stayed
        if old["role"] != new["role"]
    )


def _actors(before: Document, after: Document) -> Iterable[str]:
    """Tell merged, split, new and gone actors of more than one account by where their accounts went."""
    old, new = _members(before), _members(after)
    for actor in sorted(new):
        accounts, label = new[actor]
        sources = sorted(other for other, (members, _) in old.items() if members & accounts)
        if len(accounts) < 2 or (actor in old and old[actor][0] == accounts):
            continue
        if not sources:
            yield f"New actor {label} ({actor}) of {counted(len(accounts), 'account')}."
        elif len(sources) > 1:
            yield f"Actor {label} ({actor}) now joins what were {number(len(sources))} actors: {', '.join(sources[:5])}."
        elif sources[0] != actor:
            yield f"Actor {sources[0]} is now {actor} ({label}), with {counted(len(accounts), 'account')}."
        else:
            joined, left = len(accounts - old[actor][0]), len(old[actor][0] - accounts)
            yield f"Actor {label} ({actor}): {counted(joined, 'account')} joined, {number(left)} left."
    kept = set().union(*(members for members, _ in new.values())) if new else set()
    yield from (
        f"Actor {label} ({actor}) is gone." for actor, (members, label) in sorted(old.items()) if len(members) > 1 and not members & kept
    )


def _members(document: Document) -> dict[str, tuple[set[str], str]]:
    labels = {row["actor_id"]: row["label"] or row["actor_id"] for row in document.rows("actors")}
    found: dict[str, tuple[set[str], str]] = {}
    for row in document.rows("members"):
        found.setdefault(row["actor_id"], (set(), labels.get(row["actor_id"], "")))[0].add(row["account_id"])
    return found


def _rivals(before: Document, after: Document) -> Iterable[str]:
    _, _, stayed = _both(before, after, "rivals", "incident_id", "explanation")
    for old, new in stayed:
        if likely(old["likelihood"]) != likely(new["likelihood"]):
            yield f"“{new['explanation']}” of {new['incident_id']} was {likely(old['likelihood'])}, now {likely(new['likelihood'])}."


def _evidence(before: Document, after: Document) -> Iterable[str]:
    added, gone, _ = _both(before, after, "evidence", "sha256")
    if added:
        yield f"New evidence, {counted(len(added), 'file')}: {_named(added)}."
    if gone:
        yield f"No longer in the case, {counted(len(gone), 'file')}: {_named(gone)}."


def _named(rows: list[Row]) -> str:
    names = [str(row["path"]) for row in rows]
    return ", ".join(names[:8]) + (f" and {number(len(names) - 8)} more" if len(names) > 8 else "")
