"""How values read in a sentence or a table cell: numbers, shares, times, spans, likelihoods."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from forensics import certainty
from forensics.incidents import times

PAYING = "a payment, or a plan that is not free"
"""What makes an account a paying one (``incidents/facts.sql``)."""
UNKNOWN_PAYING = "who of them pays is not known: no payment made by an account is known, nor a plan"


def told_as(incident: Mapping[str, Any]) -> str:
    """Return what an incident is told as: its kind, or that requests were refused, or given up by those who asked."""
    if incident.get("given_up_requests"):  # absent from documents of earlier versions, as is the next
        return "given up"
    return "refused" if incident.get("refused_requests") else str(incident["kind"] or "incident")


def number(value: float | None) -> str:
    """Return a count with thousands separated; an unknown one as a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.3g}"


def share(value: float | None) -> str:
    """Return a share in [0, 1] as per cent, never 0 % or 100 % unless it is just that."""
    if value is None:
        return "–"
    per_cent = round(100 * value, 6)  # a sum of parts may miss the whole by a rounding
    if 0 < per_cent < 0.05:
        return "< 0.1 %"
    if 99.95 <= per_cent < 100:
        return "> 99.9 %"
    return f"{per_cent:.0f} %" if 10 <= per_cent <= 99 or per_cent == 0 or per_cent >= 100 else f"{per_cent:.1f} %"


def moment(text: str | None) -> datetime | None:
    """Return a document's time as a datetime in UTC without zone."""
    return datetime.fromisoformat(text.removesuffix("Z")) if text else None


def clock(text: str | None) -> str:
    """Return a document's time as ``2024-03-02 00:00:01``; an unknown one as a dash."""
    return text[:19].replace("T", " ") if text else "–"


def span(start: str | None, end: str | None) -> str:
    """Return the time between two of a document's times in words."""
    first, last = moment(start), moment(end)
    return "an unknown time" if first is None or last is None else times.span(last - first)


def lasting(seconds: float) -> str:
    """Return a length of time in words."""
    return times.span(timedelta(seconds=seconds))


SHORT_PAUSE = 120
"""Seconds that a pause may last before it is told."""


def active(incident: Mapping[str, Any]) -> float | None:
    """Return for how many seconds an incident was what its kind says, where it paused in between; None where it did not."""
    since, over = incident.get("kind_since") or incident["started_at"], incident.get("kind_until") or incident["ended_at"]
    begin, end, seconds = moment(since), moment(over), incident.get("kind_seconds")  # absent from documents of earlier versions
    if begin is None or end is None or seconds is None or seconds > (end - begin).total_seconds() - SHORT_PAUSE:
        return None
    return float(seconds)


def likely(value: float | None) -> str:
    """Return a likelihood as its word with the number behind it."""
    return "not estimated" if value is None else f"{certainty.word(value)} ({value:.0%})"


def size(count: float | None) -> str:
    """Return bytes in a unit that reads well."""
    if count is None:
        return "–"
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def cell(value: Any, kind: str) -> str:
    """Return one value as the cell of a table reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "time":
        return clock(value)
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {value[key]}" for key in sorted(value))
    return number(value) if isinstance(value, int | float) else str(value)


SHARES = frozenset({"load_share", "load_covered", "format_share", "catalogue_share"})
"""Columns that read as per cent."""


def source_of(row: Mapping[str, Any]) -> str:
    """Return where a row comes from as ``forensics show`` takes it: ``EVIDENCE:LINE``."""
    if not row.get("evidence_id"):
        return ""
    return f"{row['evidence_id']}:{row['line']}" if row.get("line") else str(row["evidence_id"])


def shown(name: str, row: Mapping[str, Any]) -> str:
    """Return one column of a row as it reads in a table; the column ``source`` stands for evidence and line."""
    if name == "source":
        return source_of(row)
    value = row[name]
    if value is None:
        return ""
    if name in SHARES:
        return share(value)
    if name == "likelihood":
        return likely(value)
    if name in ("bytes", "size_bytes"):
        return size(value)
    return cell(value, "time" if name.endswith("_at") else "")
