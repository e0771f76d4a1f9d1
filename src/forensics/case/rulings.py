"""What people add to a case: notes in the timeline, and rulings on links, accounts and addresses."""

from __future__ import annotations

import difflib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.evidence import custody


@dataclass(frozen=True)
class Ruling:
    """One ruling as it is kept: see table ``rulings`` for the meaning of its fields."""

    ruling: int
    verdict: str
    subject_type: str
    subject: str
    other: str | None
    why: str

    def sentence(self) -> str:
        """Say what was ruled."""
        ends = f"{self.subject} and {self.other}" if self.other else self.subject
        said = {"confirm": "confirmed", "reject": "rejected", "known": "known"}[self.verdict]
        return f"Ruling {self.ruling}: {ends} ({self.subject_type}) {said}: {self.why}"


def moment(text: str) -> datetime:
    """Return a time as naive UTC: ISO 8601, with an offset or ``Z``; without one it is UTC. ``UsageError`` for anything else."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a time: write it like 2024-03-02T23:55:00Z or '2024-03-02 23:55 +01:00'.") from error
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def note(case: Case, text: str, at: datetime, event_type: str = "note") -> None:
    """Put a fact that somebody knows into the timeline, and on record. ``at`` is naive UTC."""
    if not text.strip():
        raise UsageError("An empty note says nothing: write what happened.")
    case.require_writable()
    with case.transaction():
        case.insert("notes", pl.DataFrame([{"occurred_at": at, "message": text, "event_type": event_type}]))
    custody.append(case.folder, "note", details={"at": at.isoformat() + "Z", "text": text, "event_type": event_type})


def decide(case: Case, verdict: str, what: list[str], why: str) -> Ruling:
    """Keep a human ruling; the next analysis obeys it.

    ``what`` is two accounts, an account and an identifier (``TYPE:VALUE``), or one account, address or identifier.
    Raises ``UsageError`` when it names nothing in the case, or the verdict does not fit.
    """
    if not why.strip():
        raise UsageError("A ruling needs a reason: --why TEXT.")
    case.require_writable()
    subject_type, subject, other = _subject(case, what)
    if verdict == "known" and (other is not None or subject_type == "identifier"):
        raise UsageError("`decide known` takes one account or one address: it says who that is, not how two hang together.")
    if verdict == "confirm" and other is None:
        raise UsageError("`decide confirm` takes a link: two accounts, or an account and an identifier written TYPE:VALUE.")
    return _keep(case, verdict, [(subject_type, subject, other)], why)[0]


def decide_domain(case: Case, verdict: str, domain: str, why: str) -> list[Ruling]:
    """Rule every account known whose mailbox is at a domain, one ruling each; [] when the name means something else, or nobody has one.

    Only ``known`` takes a domain: a company's accounts are its own, and who they are is one thing to say.
    """
    if verdict != "known" or case.rows("case", "accounts_named", wanted=domain):
        return []
    accounts = [row["account_id"] for row in case.rows("case", "accounts_of_domain", domain=domain.removeprefix("@"))]
    if not accounts:
        return []
    if not why.strip():
        raise UsageError("A ruling needs a reason: --why TEXT.")
    case.require_writable()
    return _keep(case, verdict, [("account", account, None) for account in accounts], why)


def _keep(case: Case, verdict: str, subjects: list[tuple[str, str, str | None]], why: str) -> list[Ruling]:
    first = case.rows("case", "next_ruling")[0]["ruling"]
    made = [Ruling(number, verdict, *subject, why) for number, subject in enumerate(subjects, start=first)]
    with case.transaction():
        case.insert("rulings", pl.DataFrame([vars(ruling) for ruling in made], infer_schema_length=None))
    for ruling in made:
        custody.append(case.folder, "decide", details=vars(ruling))
    return made


def _subject(case: Case, what: list[str]) -> tuple[str, str, str | None]:
    """Return (subject_type, subject, other); of two accounts the smaller id comes first, of account and identifier the identifier."""
    if len(what) not in (1, 2):
        raise UsageError("A ruling is about one or two things: an account or address, two accounts, or an account and an identifier.")
    found = [_thing(case, text) for text in what]
    if len(found) == 1:
        return (*found[0], None)
    kinds = sorted(kind for kind, _ in found)
    if kinds == ["account", "account"]:
        first, second = sorted(name for _, name in found)
        if first == second:
            raise UsageError(f"Both names mean the account {first}: a link has two ends.")
        return "account", first, second
    if kinds == ["account", "identifier"]:
        names = dict(found)
        return "identifier", names["identifier"], names["account"]
    raise UsageError("A link is between two accounts, or between an account and an identifier written TYPE:VALUE.")


def _thing(case: Case, text: str) -> tuple[str, str]:
    """Return (account | identifier | address, its name in the case) for what somebody wrote."""
    accounts = [row["account_id"] for row in case.rows("case", "accounts_named", wanted=text)]
    if len(accounts) == 1:
        return "account", accounts[0]
    if accounts:
        raise UsageError(f"{text!r} could be any of the accounts {', '.join(accounts[:5])}: name one by its id.")
    if case.rows("case", "identifier_named", wanted=text):
        return "identifier", text
    try:
        return "address", str(ipaddress.ip_network(text)).removesuffix("/32").removesuffix("/128")
    except ValueError:
        known = [row["name"] for row in case.rows("case", "names")]
        near = difflib.get_close_matches(text, known, n=3)
        hint = f"; is it {' or '.join(near)}?" if near else ": give an account id, an address, or an identifier as TYPE:VALUE."
        raise UsageError(f"Nothing in the case is called {text!r}{hint}") from None
