"""What was collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forensics.report.blocks import Block, Note, Section, view
from forensics.report.document import Document

COLUMNS = {
    "account_id": "Account",
    "object_kind": "Kind",
    "objects": "Objects served",
    "pairs": "Pairs",
    "requests": "Asked for",
    "served": "Served",
    "bytes": "Bytes",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
    "source": "Evidence",
    "actor_id": "Actor",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return what was taken: by actor, then by account."""
    each = view(document, "taken", COLUMNS, empty="No collection was counted.", caption="by account")
    if not document.rows("taken_totals"):
        return (each,)
    return (Note(EXPLAINED), view(document, "taken_totals", TOTALS, empty="", caption="in all"), each)


TOTALS = {
    "actor_id": "Actor",
    "object_kind": "Kind",
    "objects": "Objects served",
    "catalogue_share": "Share of all served",
    "pairs": "Pairs",
    "redirected": "Redirected",
    "requests": "Asked for",
    "served": "Served",
    "bytes": "Bytes",
    "accounts": "Accounts",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
}
EXPLAINED = (
    "Counted over the whole time of the logs. An object is one id of one kind, counted once however often it was fetched, and only "
    "where it was handed over (2xx with a body). Objects that were only answered with a redirect (to a store of files, or to a login) are "
    "told as redirected: what became of them is not in that log. A pair is one id of which both kinds were served; it is counted with the "
    "kind that is fetched first. One of the two may have been served without an account to an address of the account: pictures often come "
    "from a store or a delivery network that knows no accounts. Answers to other methods than GET whose path names no object, and those of "
    "one page asked with many different queries, are told by method and route; how many different things they were is known only where the "
    "query is one number or name of a thing (?id=7). Pages that were fetched without an id are left out. Of a load without an account, "
    "named by its network or user agent in the place of the actor, it is what was served while its incidents lasted; the other half of its "
    "pairs may have gone to an account at its network. The share is of all objects of the kind that anybody was served in these logs."
)


@dataclass(frozen=True)
class Collected:
    """What the participants of an incident were served in all, and the query that says so."""

    who: str
    """When, and who was served, as the beginning of a sentence."""
    elsewhere: str
    """To whom the other halves of pairs were served."""
    objects: int
    pairs: int
    apart: int
    """Pairs of which one half was served ``elsewhere``."""
    bytes: int
    redirected: int
    """Further objects that were answered with a redirect."""
    query: str
    first: dict[str, Any]
    """The row of the account that took most."""
    more: tuple[str, int, int] | None
    """What names no object: by which method and route (all of it, or most), answers, bytes; None where there is none."""


def collected(document: Document, incident_id: str) -> list[Collected]:
    """Return what the participants of an incident collected, then what a load without an account did; of whom something was counted."""
    by_name = _by_name(document, incident_id)
    who = "the load without an account ({})" if by_name else "this load"
    nameless = _without_account(document, incident_id, who)
    return [found for found in (by_name, nameless) if found is not None]


def _by_name(document: Document, incident_id: str) -> Collected | None:
    people = [row for row in document.tables["participants"].of(incident_id) if row["role"] == "participant"]
    accounts, actors = ({row[column] for row in people} for column in ("account_id", "actor_id"))
    rows = [row for row in document.rows("taken") if row["account_id"] in accounts]
    if not rows:
        return None
    together = document.tables["taken_incidents"].of(incident_id) if "taken_incidents" in document.tables else []
    if together:
        return _summed(rows, together, BY_NAME, "taken_incidents")
    everybody = {row["account_id"] for row in document.rows("taken") if row["actor_id"] in actors} <= accounts
    totals = [row for row in document.rows("taken_totals") if row["actor_id"] in actors] if everybody else []
    return _summed(rows, totals, BY_NAME)


def _without_account(document: Document, incident_id: str, who: str) -> Collected | None:
    """Return what the networks or agents that a load without an account came from were served."""
    blamed = document.tables["attributions"].of(incident_id)
    subjects = {row["subject_id"] for row in blamed if row["subject_type"] in WITHOUT_ACCOUNT}
    rows = [row for row in document.rows("taken") if row["account_id"] is None and row["actor_id"] in subjects]
    totals = [row for row in document.rows("taken_totals") if row["actor_id"] in subjects]
    told = who.format(" and ".join(sorted(subjects)))
    return _summed(rows, totals, (f"While its incidents lasted, {told} was", "to accounts at its network")) if rows else None


BY_NAME = ("Over the whole time of the logs these accounts were", "without an account to an address of theirs")
"""Who was served, and to whom the other halves of their pairs were."""
WITHOUT_ACCOUNT = frozenset({"network", "agent"})
"""Kinds of subject that load without an account is attributed to."""


def _summed(rows: list[dict[str, Any]], totals: list[dict[str, Any]], who: tuple[str, str], query: str = "taken_totals") -> Collected:
    nameless = [row for row in totals or rows if row["served"] and not row["objects"]]
    named = [row for row in totals or rows if row not in nameless]
    objects, pairs, weight = (sum(row[column] or 0 for row in named) for column in ("objects", "pairs", "bytes"))
    # Both absent from documents of earlier versions, and from rows by account.
    apart, redirected = (sum(row.get(column) or 0 for row in totals) for column in ("apart", "redirected"))
    most = max(nameless, key=lambda row: (row["served"], row["object_kind"]), default=None)
    answers, large = (sum(row[column] or 0 for row in nameless) for column in ("served", "bytes"))
    alone = len({row["object_kind"] for row in nameless}) == 1
    more = (f"{'all' if alone else 'most'} of them to {most['object_kind']}", answers, large) if most is not None else None
    return Collected(*who, objects, pairs, apart, weight, redirected, query if totals else "taken", rows[0], more)


SECTION = Section(70, "taken", "What was taken", build)
