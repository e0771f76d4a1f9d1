"""Who took part, and who is linked but did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forensics.report.blocks import Block, Note, Section, by_incident, view
from forensics.report.document import Document
from forensics.report.words import number

COLUMNS = {
    "account_id": "Account",
    "role": "Role",
    "requests": "Requests",
    "load_share": "Share of load",
    "first_at": "First (UTC)",
    "last_at": "Last (UTC)",
    "tie": "Tied to the others by",
    "why": "How it is known",
    "source": "Evidence",
}


def build(document: Document) -> tuple[Block, ...]:
    """Return the participants, those ruled known, and the uninvolved of each incident."""
    found = by_incident(document, "participants")
    known = _known(document)
    if not document.rows("incidents"):
        return ()
    if not found:
        return (view(document, "participants", COLUMNS, empty="No account is named: no load was attributed to an actor."), *known)
    ties = {row["account_id"]: _tied(row) for row in document.rows("ties")}
    mails = mailboxes(document.rows("ties"))
    told = {account: {"tie": tie, "email": mails.get(account)} for account, tie in ties.items()}
    named = ((title, [{**row, **told.get(row["account_id"], {})} for row in rows]) for title, rows in found)
    columns = with_mailbox(COLUMNS, mails)
    tables = (view(document, "participants", columns, rows=rows, caption=title or None, empty="", facet="role") for title, rows in named)
    return (Note(EXPLAINED), *tables, *known)


def mailboxes(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return account -> mailbox, where an account is called otherwise: an id of 28 letters tells nobody whose it is."""
    mails = {row["account_id"]: row.get("email") for row in rows}  # absent from documents of earlier versions
    return {account: mail for account, mail in mails.items() if mail and mail != account}


def with_mailbox(columns: dict[str, str], mails: dict[str, str]) -> dict[str, str]:
    """Return the columns of a table of accounts with the mailbox behind the account, where any is known."""
    rest = {name: title for name, title in columns.items() if name != "account_id"}
    return {"account_id": columns["account_id"], "email": "Mailbox", **rest} if mails else columns


def _known(document: Document) -> tuple[Block, ...]:
    """Return the accounts that are known at the addresses of a load that nobody signed in for."""
    found = by_incident(document, "network_accounts") if "network_accounts" in document.tables else []
    labels = {row["actor_id"]: row["label"] for row in document.rows("actors")} if found else {}
    told = [(title, [{**row, "actor": labels.get(row["actor_id"])} for row in rows]) for title, rows in found]
    caption = "Accounts known at addresses of the load"
    columns = with_mailbox(KNOWN, mailboxes([row for _, rows in found for row in rows]))
    hows = {row["how"] == LET_IN for _, rows in found for row in rows}
    explained = (*((KNOWN_EXPLAINED,) if False in hows else ()), *((LET_IN_EXPLAINED,) if True in hows else ()))
    tables = (
        view(document, "network_accounts", columns, rows=rows, caption=f"{caption}: {title}" if title else caption, empty="")
        for title, rows in told
    )
    return (*(Note(text) for text in explained), *tables) if found else ()


KNOWN = {
    "account_id": "Account", "actor": "Actor", "how": "How", "address": "Address", "first_at": "First (UTC)", "last_at": "Last (UTC)",
    "uses": "Times", "network": "Network", "source": "Evidence",
}  # fmt: skip
KNOWN_EXPLAINED = (
    "The load came without accounts. These accounts were opened from the very addresses that it came from, "
    "or were seen there within a month of it: that is where to ask next, and no proof. "
    "Addresses at which several unrelated accounts are seen name nobody. "
    "They are no participants, and no measure counts them."
)


LET_IN = "let in at"
"""How an account is known that was let in where passwords were tried."""
LET_IN_EXPLAINED = (
    "Accounts that were let in at an address from which the login denied nearly everything else, and that had not been seen there before: "
    "a password that was tried may have fitted. Their holders are victims, most likely, and no participants."
)


def _tied(row: dict[str, Any]) -> str | None:
    """Return what ties an account to its actor most strongly, and the bits of all its ties together."""
    if not row["via"] or row["strength_bits"] is None:
        return None
    level = row.get("level")  # absent from documents of earlier versions
    return f"{row['via']} ({number(row['strength_bits'])} bits{f', {level} only' if level else ' in all'})"


@dataclass(frozen=True)
class Blamed:
    """Whom an incident is attributed to, all of them together and the largest."""

    share: float | None
    """Of the excess load, together."""
    subjects: list[dict[str, Any]]
    """Rows of ``attributions``, the largest first."""
    accounts: list[dict[str, Any]]
    """Rows of ``participants`` that took part."""
    known: list[dict[str, Any]]
    """Rows of ``participants`` that are linked to them and were ruled known, and asked in that time."""
    uninvolved: int
    """How many accounts are linked to them, are seen in the logs and took no part."""
    unseen: int
    """How many accounts are linked to them that no log names."""
    risen: list[dict[str, Any]]
    """Rows of ``participants`` that are linked to them and rose as well, of which no part in the load is shown."""
    likelihood: float | None

    @property
    def first(self) -> dict[str, Any]:
        """The largest."""
        return self.subjects[0]

    @property
    def accounts_of_first(self) -> int:
        """How many of the accounts are those of the largest."""
        return sum(row["actor_id"] == self.first["actor_id"] for row in self.accounts)

    @property
    def others(self) -> list[dict[str, Any]]:
        """Those of the accounts that belong to none of ``subjects``: they are no part of its name, nor of its share."""
        told = {row["actor_id"] for row in self.subjects}
        return [row for row in self.accounts if row["actor_id"] not in told]


def blamed(document: Document, incident: dict[str, Any]) -> Blamed | None:
    """Return whom an incident is attributed to; None where nobody is blamed."""
    rows = document.tables["attributions"].of(incident["incident_id"])
    if incident["verdict"] not in ("attributed", "several actors") or not rows:
        return None
    subjects = rows if incident["verdict"] == "several actors" else rows[:1]
    shares = [row["load_share"] for row in subjects if row["load_share"] is not None]
    people = document.tables["participants"].of(incident["incident_id"])
    accounts = [row for row in people if row["role"] == "participant"]
    sure = rows[0]["likelihood"] if len(subjects) == 1 else incident["likelihood"]
    known = [row for row in people if row["role"] == "known" and row["requests"]]
    linked = [row for row in people if row["role"] == "uninvolved"]
    unseen = sum((row.get("why") or "").startswith(UNSEEN) for row in linked)
    risen = [row for row in linked if (row.get("why") or "").startswith(UNSHOWN)]
    uninvolved = len(linked) - len(risen) - unseen
    return Blamed(min(1.0, sum(shares)) if shares else None, subjects, accounts, known, uninvolved, unseen, risen, sure)


UNSHOWN, UNSEEN = "not shown", "not seen"
"""How ``why`` begins, in ``participants``, of a linked account that rose as well, and of one that no log names."""


EXPLAINED = (
    "A participant took part in the load. Where no account of an actor stands out by itself and all of them together do, those that asked "
    "for the same things in the same way are known jointly, not singly, and that is said of them. "
    "An uninvolved account is linked to the participants at some level of the claims "
    "but took no part: it asked for nothing, or what it asked for is no part of the rise. Where its load rose as well, and that it took "
    "part is not shown, that is said of it; so is it where these logs hold no request of it at all: "
    "what it did elsewhere they cannot tell. Any measure that goes by the link alone would hit it. "
    "A known account is linked, too, and somebody ruled that what it does is known: its requests are told, and it is not blamed for them. "
    "Requests are counted from the rise of the load to the first impact (of a surge or a collection, while it lasted); "
    "the first and the last one are those within the whole incident."
)


SECTION = Section(60, "participants", "Participants and the uninvolved", build)
