"""What can be done now about an incident: the narrowest measure, or what would tell more where nobody is to be acted against."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Sentence
from forensics.report.document import Document
from forensics.report.sections.participants import blamed
from forensics.report.sections.rivals import explained_by, explanations, strangers
from forensics.report.words import number, share
from forensics.response.denied import DENIED
from forensics.text import counted


def advice(document: Document, incident: dict[str, Any]) -> Sentence | None:
    """Return the sentence that ends the summary of the worst incident; None where an earlier one says what comes first."""
    if strangers(document, incident):
        return None
    found = blamed(document, incident)
    measures = [row for row in _measures(document, incident) if found is not None or row["measure"] == DENIED]
    if measures:
        narrow, *wider = measures
        told = f"{_narrow(document, narrow)}{_wider(narrow, wider)}"
        text = f"What can be done now: {told}. “forensics response” lists all, and writes block lists."
        return Sentence(text, observed=False, likelihood=found.likelihood if found else None, query="response", section="response")
    best = explained_by(document, incident) or next(iter(explanations(document, incident)), None)
    if best is None or not best["evidence_wanted"]:
        return None
    wanted = " ".join(best["evidence_wanted"])
    nobody = "" if found is not None else "nobody is to be acted against on these logs; "
    text = f"What can be done now: {nobody}look at what they do not hold. {wanted}"
    return Sentence(text, observed=False, query="rivals", section="rivals")


def _measures(document: Document, incident: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the measures that would have covered some of the load: who hits the fewest uninvolved first, then who covers most."""
    rows = [row for row in document.tables["response"].of(incident["incident_id"]) if row["load_covered"]]
    return sorted(rows, key=lambda row: (row["uninvolved_hit"] or 0, -row["load_covered"], row["measure"]))


def _narrow(document: Document, row: dict[str, Any]) -> str:
    hit, uninvolved = row["accounts_hit"] or 0, row["uninvolved_hit"] or 0
    if not hit:
        table = document.tables.get("network_accounts")  # absent from documents of earlier versions
        there = {known["account_id"] for known in table.of(row["incident_id"])} if table is not None else ()
        whom = "hits no account that the logs name" + (f", but {counted(len(there), 'account')} known there otherwise" if there else "")
    elif not uninvolved:
        whom = f"hits {counted(hit, 'account')}, none of them uninvolved"
    else:
        whom = f"hits {counted(hit, 'account')}, {number(uninvolved)} of them uninvolved"
    return f"the measure “{row['measure']}” would have covered {share(row['load_covered'])} of the load and {whom}"


def _wider(narrow: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Return whom the wider measures would hit besides, as the end of a sentence."""
    more = [row for row in rows if (row["uninvolved_hit"] or 0) > (narrow["uninvolved_hit"] or 0)]
    told = (f"{number(row['uninvolved_hit'])} by “{row['measure']}”{_covered(narrow, row)}" for row in more)
    return f"; uninvolved accounts hit by wider ones: {', '.join(told)}" if more else ""


def _covered(narrow: dict[str, Any], row: dict[str, Any]) -> str:
    """Return what a wider measure would have covered, where it is another share."""
    covered = share(row["load_covered"])
    return "" if covered == share(narrow["load_covered"]) else f" (which covers {covered})"
