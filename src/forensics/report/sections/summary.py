"""What happened, in a few sentences of the worst incident and one of each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forensics.report.advice import advice
from forensics.report.blame import taken_over, who
from forensics.report.blocks import Block, Heading, Note, Section, Sentence, Sentences
from forensics.report.document import Document
from forensics.report.naming import tied, together
from forensics.report.sections.figures import begins_unseen, slowness
from forensics.report.sections.participants import LET_IN, blamed
from forensics.report.sections.rivals import explained_by, explanations
from forensics.report.sections.taken import Collected, collected
from forensics.report.words import PAYING, UNKNOWN_PAYING, active, clock, lasting, number, size, span, told_as
from forensics.text import counted


def build(document: Document) -> tuple[Block, ...]:
    """Return the sentences of the worst incident, and one for each other."""
    incidents = document.rows("incidents")
    if not incidents:
        said = f"No incident was found in the evidence.{_usual_failures(document)}{_little(document)}"
        return (Note(f"{said} What was examined, and what was not, is listed below."),)
    worst = Sentences(tuple(_sentences(document, incidents[0])), numbered=True)
    if len(incidents) == 1:
        return (worst,)
    others = list(_briefs(document, incidents[1 : 1 + OTHERS]))
    if len(incidents) > 1 + OTHERS:
        rest = number(document.tables["incidents"].total - 1 - OTHERS)
        others.append(Sentence(f"{rest} smaller ones are in the table of all incidents and in incidents.csv.", section="picture"))
    return (Note(_several(document, incidents)), worst, Heading("Also found"), Sentences(tuple(others)))


def _several(document: Document, incidents: list[dict[str, Any]]) -> str:
    """Say how many incidents there are, in what time, and in how many of them somebody is blamed."""
    first, last = min(row["started_at"] for row in incidents), max(row["ended_at"] or "9" for row in incidents)
    until = "the end of the logs" if last == "9" else f"{clock(last)[:16]} UTC"
    named = sum(blamed(document, row) is not None for row in incidents)
    whom = f"somebody is blamed for {number(named)} of them" if named else "nobody is blamed for any of them"
    return f"{number(document.tables['incidents'].total)} incidents from {clock(first)[:16]} to {until}; {whom}. The gravest:"


LITTLE = 60
"""Minutes with requests below which the logs do not show what load is usual (as the detector of surges has it)."""


def _little(document: Document) -> str:
    """Say that there is too little to compare load with, where there is."""
    minutes = document.rows("overview")[0].get("logged_minutes")  # absent from documents of earlier versions
    if minutes is None or minutes >= LITTLE:
        return ""
    return f" The logs hold requests of {counted(minutes, 'minute')} only: what load is usual is not known, and no load is called unusual."


def _usual_failures(document: Document) -> str:
    """Say how many requests failed without an incident."""
    overview = document.rows("overview")[0]
    if not overview.get("failed"):  # absent from documents of earlier versions
        return ""
    return (
        f" {number(overview['failed'])} of {counted(overview['answered'], 'answered request')} failed (status 500 or above), "
        "at no time enough of them together to be called an incident."
    )


OTHERS = 8
"""Incidents told in one sentence each, beside the worst."""

ALIKE = " The same holds for what began on {} UTC."

WHAT = {
    "errors": "requests to {scope} failed",
    "refused": "requests to {scope} were refused",
    "given up": "most who asked {scope} gave up before it answered",
    "latency": "{scope} answered slowly",
    "collapse": "the load of {scope} collapsed",
    "silence": "no request to {scope} was logged",
    "surge": "{scope} was asked for far more than usual",
    "collection": "objects of {scope} were collected in bulk",
}


def _sentences(document: Document, incident: dict[str, Any]) -> list[Sentence]:
    told = [step(document, incident) for step in (_what, _whom, who, taken_over, _known)]
    told += _taken(document, incident)
    told += [step(document, incident) for step in (_else, advice)]
    return [sentence for sentence in told if sentence is not None]


def _event(incident: dict[str, Any]) -> str:
    """Return what happened and when, as the beginning of a sentence."""
    scope = "the service" if incident["scope"] in (None, "everything") else str(incident["scope"])
    kind = told_as(incident)
    what = WHAT.get(kind, "an incident of the kind “{kind}” hit {scope}").format(scope=scope, kind=incident["kind"])
    start, end = incident["started_at"], incident["ended_at"]
    if end is None:
        return f"From {clock(start)} UTC on {what}; it had not ended when the logs end"
    until = clock(end)[11:] if clock(end)[:10] == clock(start)[:10] else clock(end)
    since = incident.get("kind_since") or start  # absent from documents of earlier versions
    if clock(since)[:16] > clock(start)[:16]:
        lasted = f", for {lasting(incident['kind_seconds'])} in all" if incident.get("kind_seconds") else ""
        what = f"{scope} was disturbed; {what} from {clock(since)} on{lasted}"
    elif (paused := active(incident)) is not None:
        what += f", with pauses, for {lasting(paused)} in all"
    return f"From {clock(start)} to {until} UTC ({span(start, end)}) {what}"


def _what(document: Document, incident: dict[str, Any]) -> Sentence:
    missing = incident["missing_requests"] or 0
    lost = "are not in the logs" if incident.get("reading") == "log missing" else "did not"
    silent = f", and about {number(round(missing))} that should have come {lost}" if missing >= 1 else ""
    taken_over = "; the other hosts did its work" if incident.get("reading") == "host down" else ""
    hosts = incident.get("silent_hosts")  # absent from documents of earlier versions
    unheard = f"; nothing was written by {hosts}" if hosts else ""
    before = "; the logs begin inside it, since when is not seen" if begins_unseen(document, incident) else ""
    text = f"{_event(incident)}{slowness(incident)}{_failed(incident)}{silent}{taken_over}{unheard}{before}."
    return Sentence(text, query="incidents", section="picture", **_first(document, incident, "impact starts"))


def _first(document: Document, incident: dict[str, Any], *event_types: str) -> dict[str, Any]:
    """Return where the first row of the first of these types, in the incident's story, stands in the evidence."""
    rows = document.tables["timeline"].of(incident["incident_id"])
    first: dict[str, Any] = next((row for event_type in event_types for row in rows if row["event_type"] == event_type), {})
    return {"evidence_id": first.get("evidence_id"), "line": first.get("line")}


def _failed(incident: dict[str, Any]) -> str:
    """Return how many requests failed, as the end of a sentence."""
    if incident["failed_requests"] is None:
        return ""
    if incident.get("refused_requests"):
        return f": {number(incident['refused_requests'])} of {number(incident['requests'])}{_site(incident)}"
    if incident["kind"] == "silence" and not incident["failed_requests"]:
        return ""
    counts = f"{number(incident['failed_requests'])} of {number(incident['requests'])}"
    return f": {counts}{_site(incident)}" if incident["kind"] == "errors" else f"; {counts} requests failed"


def _site(incident: dict[str, Any]) -> str:
    """Return whose failures they were, where one of several sites failed and the others did not."""
    site = incident.get("site")  # absent from documents of earlier versions
    if not site:
        return ""
    most = "all" if incident["site_failed"] == (incident.get("refused_requests") or incident["failed_requests"]) else "nearly all"
    return f", {most} of them to {site} ({number(incident['site_failed'])} of {number(incident['site_requests'])} there)"


def _briefs(document: Document, incidents: list[dict[str, Any]]) -> Iterator[Sentence]:
    """Yield a sentence on each incident; why nobody is blamed, in the same words with the same likelihood, is said at the first of them."""
    alike: dict[tuple[str, float | None], list[dict[str, Any]]] = {}
    for incident in incidents:
        blame = who(document, incident)
        alike.setdefault((blame.text, blame.likelihood), []).append(incident)
    for incident in incidents:
        blame, over = who(document, incident), taken_over(document, incident)
        first, *later = alike[blame.text, blame.likelihood]
        if blamed(document, incident) is not None:
            text = f" {blame.text}{f' {over.text}' if over else ''}"
        elif incident is first:
            text = f" {blame.text}{ALIKE.format(', '.join(clock(row['started_at']) for row in later)) if later else ''}"
        else:
            text = ""
        yield Sentence(
            f"{_event(incident)}{_failed(incident)}.{text}",
            observed=not text,
            likelihood=blame.likelihood if text else None,
            query="incidents",
            section="picture",
            **_first(document, incident, "impact starts"),
        )


def _whom(document: Document, incident: dict[str, Any]) -> Sentence | None:
    hit, paying = incident["affected_accounts"], incident["affected_paying_accounts"]
    if hit is None:
        return None
    refused = incident.get("refused_clients")  # absent from documents of earlier versions
    if not hit or (refused and told_as(incident) != "given up"):
        known = document.rows("overview")[0]["accounts"]
        text = "No account is known to have met a failure." if known else "No accounts are known: whom it hurt cannot be said."
        if refused:
            failed = f"{counted(hit, 'account')} met a failure" if hit else "no account is known to have met a failure"
            text = f"{_refused(incident)}; {failed}."
        elif known and incident["failed_requests"]:
            text = "None of the failed requests names an account: whom it hurt cannot be said."
        return Sentence(text, query="incidents", section="picture", **_first(document, incident, "peak"))
    among = f", {number(paying)} of them paying ({PAYING})" if paying is not None else f" ({UNKNOWN_PAYING})"
    over = None if document.rows("overview")[0].get("only_failures") else incident["mitigated_at"]  # absent from earlier versions
    mitigated = f"; by {clock(over)} UTC most requests succeeded again" if over and over < (incident["ended_at"] or "9") else ""
    return Sentence(
        f"{counted(hit, 'account')} met a failure{among}{_others(incident)}{mitigated}.",
        query="incidents",
        section="timeline",
        **_first(document, incident, "mitigated" if mitigated else "peak"),
    )


def _refused(incident: dict[str, Any]) -> str:
    """Return how many clients were refused, and how many of them are the service's own."""
    clients = f"{counted(incident['refused_clients'], 'client')} (accounts, and addresses without one)"
    if told_as(incident) == "given up":
        return f"{clients} gave up waiting or were refused"
    regulars = incident.get("refused_regulars")  # absent from documents of earlier versions
    return f"{clients} met a refusal" + (f", {number(regulars)} of which had been served before" if regulars else "")


def _others(incident: dict[str, Any]) -> str:
    """Return how much of the failures others met than those who took part, as a part of a sentence."""
    own = incident.get("participants_failed")  # absent from documents of earlier versions
    if not own:
        return ""
    nameless = incident.get("failed_unnamed") or 0
    left, people = incident["failed_requests"] - own - nameless, incident["affected_accounts"] - incident["participants_affected"]
    met = f"{number(left)} those of others" + (f" ({counted(people, 'account')}{'' if nameless else ' among them'})" if people else "")
    unknown = f", {number(nameless)} name no account" if nameless else ""
    return f"; {number(own)} of the failed requests were those of the accounts that took part, {met}{unknown}"


def _known(document: Document, incident: dict[str, Any]) -> Sentence | None:
    """Tell of accounts known at where a load without an account came from; by whose name only where most of them are one actor's."""
    table = document.tables.get("network_accounts")  # absent from documents of earlier versions
    rows = table.of(incident["incident_id"]) if table is not None else []
    if victims := [row for row in rows if row["how"] == LET_IN]:
        return _victims(victims)
    if not rows:
        return None
    owners = {row["account_id"]: row["actor_id"] for row in rows}
    accounts = len(owners)
    one, theirs = together(document, list(owners.values()))
    part = " " if theirs == accounts else f", {number(theirs)} of them "
    tie = f"{part}{tied(one)} {one['label']}," if one and theirs > max(1, accounts / 2) else ""
    how = " or ".join(sorted({row["how"] for row in rows}))
    places = counted(len({row["address"] for row in rows}), "address", "addresses")
    return Sentence(
        f"{counted(accounts, 'account')}{tie} {'was' if accounts == 1 else 'were'} {how} {places} that this load came from: "
        "that links them to it, and does not prove that they made it.",
        evidence_id=rows[0]["evidence_id"],
        line=rows[0]["line"],
        query="network_accounts",
        section="participants",
    )


def _victims(rows: list[dict[str, Any]]) -> Sentence:
    """Tell of accounts that were let in where passwords were tried: whom to warn first."""
    many = len({row["account_id"] for row in rows})
    return Sentence(
        f"{counted(many, 'account')} {'was' if many == 1 else 'were'} let in from addresses that were denied otherwise: passwords "
        "that were tried may have fitted, and their holders be victims; end their sessions and reset passwords first.",
        evidence_id=rows[0]["evidence_id"],
        line=rows[0]["line"],
        query="network_accounts",
        section="participants",
    )


def _served(taken: Collected) -> str:
    """Return what was handed over: objects, and what names none."""
    many = "all" if taken.apart == taken.pairs else number(taken.apart)
    apart = f", {many} of them with one half served {taken.elsewhere}; " if taken.apart else ", "
    pairs = f"{counted(taken.pairs, 'complete pair')}{apart}" if taken.pairs else ""
    objects = f"{counted(taken.objects, 'object')} ({pairs}{size(taken.bytes)})"
    if taken.more is None:
        return objects + _sent_on(taken)
    route, answers, weight = taken.more
    nameless = f"{counted(answers, 'answer')} that name no object ({size(weight)}), {route}"
    return (f"{objects}, and {nameless}" if taken.objects else nameless) + _sent_on(taken)


SENT_ON = 0.1
"""Share of what was handed over from which redirected objects are worth a word: pages redirect now and then."""


def _sent_on(taken: Collected) -> str:
    """Return how many objects were answered with a redirect, as the end of a sentence."""
    if not taken.redirected or taken.redirected < SENT_ON * taken.objects:
        return ""
    return (
        f"; {counted(taken.redirected, 'object')} more: answered with a redirect, whether they were fetched from there is not in that log"
    )


def _taken(document: Document, incident: dict[str, Any]) -> list[Sentence]:
    return [_told_taken(taken) for taken in collected(document, incident["incident_id"])]


def _told_taken(taken: Collected) -> Sentence:
    return Sentence(
        f"{taken.who} served {_served(taken)}.",
        evidence_id=taken.first["evidence_id"],
        line=taken.first["line"],
        query=taken.query,
        section="taken",
    )


def _else(document: Document, incident: dict[str, Any]) -> Sentence | None:
    found = explained_by(document, incident)
    others = [row for row in explanations(document, incident) if row != found]
    if not others:
        return None
    what, rank = ("explanation", "strongest") if found is None else ("other explanation", "strongest rival")
    text = f"Of {counted(len(others), what)} weighed, the {rank} is “{others[0]['explanation']}”."
    where = _first(document, incident, "attribution", "impact starts")
    return Sentence(text, observed=False, likelihood=others[0]["likelihood"], query="rivals", section="rivals", **where)


SECTION = Section(10, "summary", "What happened", build)
