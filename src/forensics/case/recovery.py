"""What opening a case for writing does first: finish or undo what a process that died left behind, and record it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from forensics.case.migration import UNSETTLED, put_on_record, remove_partial_copies
from forensics.case.opening import FRESH, TEMPORARY
from forensics.evidence import chain, custody
from forensics.evidence.hashing import sha256_of
from forensics.files import flush

if TYPE_CHECKING:
    from forensics.case.case import Case


def recover(case: Case) -> None:
    """Finish or undo what a load that died left behind, so that the case holds exactly the evidence whose load had completed."""
    for left in (FRESH, f"{FRESH}.wal"):  # of a process that died while it made the case
        (case.folder / left).unlink(missing_ok=True)
    for spilled in case.folder.glob(f"{TEMPORARY}-*"):  # of a query; none runs while this process holds the case
        shutil.rmtree(spilled, ignore_errors=True)
    remove_partial_copies(case.folder)
    finished = _settle_staged(case)
    torn = custody.mend(case.folder)
    put_on_record(case)
    unsettled = case.meta(UNSETTLED)
    unrecorded = _unrecorded(case, unsettled.split()) if unsettled else {}
    if finished or torn or unrecorded:
        details = {"finished": finished, "torn_custody_line": torn, "loaded_but_unrecorded": unrecorded}
        custody.append(case.folder, "recover", details={key: value for key, value in details.items() if value})
    if finished or unsettled:
        with case.transaction():
            case.refresh_events()
            case.set_meta(UNSETTLED, "")
    case.unplaced = False


def _settle_staged(case: Case) -> list[str]:
    """Rename staged event files that are on record, remove what is not; return the names that were finished or removed."""
    events = case.folder / "events"
    on_record = {row["sha256"]: row["events_sha256"] for row in case.rows("case", "stored_files")}
    settled = []
    for staged in sorted(events.glob("*.new")):
        sha256 = staged.name.partition(".")[0]
        if sha256 in on_record and on_record[sha256] == sha256_of(staged):
            staged.replace(events / f"{sha256}.parquet")
            settled.append(f"kept {staged.name}")
        else:
            staged.unlink(missing_ok=True)  # its writer may still be at work when a load fails
            settled.append(f"removed {staged.name}")
    for row in case.rows("case", "unstored_files"):  # loaded again as something that has no events
        left = events / f"{row['sha256']}.parquet"
        if left.exists():
            left.unlink()
            settled.append(f"removed {left.name}")
    if settled:
        flush(events)
    return settled


def _unrecorded(case: Case, committed: list[str]) -> dict[str, str | None]:
    """Return what of a batch was loaded when the process died, with the hash of its events, unless custody names it."""
    recorded = dict(chain.loads(chain.read(case.folder / custody.NAME)))
    loaded = {str(row["sha256"]): row["events_sha256"] for row in case.rows("case", "evidence_locations")}
    return {sha: loaded[sha] for sha in committed if sha in loaded and recorded.get(sha, "nothing") != loaded[sha]}
