"""Lines that are in the evidence twice: rotated files, copies, logs shipped again. The rule is written in ``overlap_runs.sql``.

It does not depend on the order of loading: files are compared in the order of their paths, and whichever comes later is the duplicate.
"""

from __future__ import annotations

from forensics.case.case import Case


def find_duplicates(case: Case) -> None:
    """Fill ``duplicates``: (evidence_id, line) repeats (of_evidence_id, of_line)."""
    case.execute("evidence", "overlap_units")
    case.execute("evidence", "overlap_runs")
    case.refresh_events()
