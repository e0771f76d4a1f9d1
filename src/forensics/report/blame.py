"""Whom an incident is put down to, in a sentence of the summary, or why nobody is blamed."""

from __future__ import annotations

from typing import Any

from forensics.report.blocks import Sentence
from forensics.report.document import Document
from forensics.report.naming import back, besides, named
from forensics.report.sections.figures import LOADS
from forensics.report.sections.participants import Blamed, blamed
from forensics.report.sections.rivals import LIKELY, NAMES_SOMEBODY, explained_by, explanations, strangers
from forensics.report.words import likely, share


def who(document: Document, incident: dict[str, Any]) -> Sentence:
    """Return whom the load came from and what share of it, or that nobody is blamed and why."""
    found = blamed(document, incident)
    if found is None:
        return Sentence(
            f"No actor is blamed (verdict “{incident['verdict']}”{_itself(document, incident)}){_why(document, incident)}."
            + _lead(incident),
            observed=False,
            likelihood=incident["likelihood"],
            query="attributions",
        )
    strange = strangers(document, incident) is not None
    came = f"came from {named(document, found, strange)}{back(document, incident, found)}{besides(document, found, strange)}"
    return Sentence(
        f"{share(found.share)} of the {_measured(incident)} {came}.{_origin(found)}{_lead(incident)}",
        observed=False,
        likelihood=found.likelihood,
        evidence_id=found.accounts[0]["evidence_id"] if found.accounts else None,
        line=found.accounts[0]["line"] if found.accounts else None,
        query="attributions",
        section="actors",
    )


def _lead(incident: dict[str, Any]) -> str:
    """Return what leads on beside a verdict."""
    return f" {incident['lead']}" if incident.get("lead") else ""  # absent from documents of earlier versions


def _origin(found: Blamed) -> str:
    """Return who is behind a network or agent, as the logs have it."""
    seen = found.first.get("origin")  # absent from documents of earlier versions
    return f" {seen}" if seen and not found.accounts else ""


def _measured(incident: dict[str, Any]) -> str:
    """Return what was shared out, and in what time: an incident that is a load itself, or refusals, has no rise before an impact."""
    if incident.get("refused_requests"):  # absent from documents of earlier versions
        return "refused requests above the usual"
    return "load above the usual" if incident["kind"] in LOADS else "load above the usual, from its rise to the first impact,"


def _itself(document: Document, incident: dict[str, Any]) -> str:
    """Return how likely a verdict is, where the sentence tells another likelihood too: each stands beside what it is of."""
    best = explained_by(document, incident)
    return "" if best is None or best["likelihood"] == incident["likelihood"] else f", {likely(incident['likelihood'])}"


def _why(document: Document, incident: dict[str, Any]) -> str:
    """Return what explains an incident for which nobody is blamed, or that nothing does, as the end of a sentence."""
    best = explained_by(document, incident)
    if best is not None:
        sure = "" if best["likelihood"] == incident["likelihood"] else f", by itself {likely(best['likelihood'])}"
        return f"; the best explanation is “{best['explanation']}”{sure}"
    if incident["verdict"] == "not an outage":  # what could have broken the service is no explanation of a load that it bore
        return ": there is no outage to explain"
    if incident["verdict"] == "inconclusive" and incident.get("seen"):  # absent from documents of earlier versions
        why = incident["summary"].removeprefix(incident["seen"]).removesuffix(incident.get("lead") or "")
        return f". {why.strip().removesuffix('.')}"
    weighed = explanations(document, incident)[:2]
    if not weighed:
        return ""
    if weighed[0]["likelihood"] >= LIKELY and weighed[0]["explanation"] not in NAMES_SOMEBODY:
        return f"; the likeliest explanation is “{weighed[0]['explanation']}”, {likely(weighed[0]['likelihood'])}"
    most = " and ".join(f"“{row['explanation']}”, {likely(row['likelihood'])}" for row in weighed)
    return f": no explanation stands out; the likeliest {'is' if len(weighed) == 1 else 'are'} {most}"


def taken_over(document: Document, incident: dict[str, Any]) -> Sentence | None:
    """Say that the holders of the accounts may be victims, where that is likely."""
    over = strangers(document, incident)
    if over is None:
        return None
    text = (
        f"The accounts may have been taken over ({likely(over['likelihood'])}): {over['evidence_for'][0]} "
        "That their holders took part is not shown: end their sessions and reset passwords first."
    )
    return Sentence(text, observed=False, likelihood=over["likelihood"], query="rivals", section="rivals")
