"""What opening a case for writing does first: finish or undo what a process that died left behind, migrate, and record it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from forensics import CASE_VERSION
from forensics.case.opening import FRESH
from forensics.case.sql import names
from forensics.errors import ForensicsError
from forensics.evidence import chain, custody
from forensics.evidence.hashing import sha256_of

if TYPE_CHECKING:
    from forensics.case.case import Case

UNSETTLED = "unsettled"
"""Meta key: SHA-256 of the evidence committed last, while the views (perhaps its event file and custody line too) are still to come."""


def check_version(case: Case) -> None:
    """Make the tables of a new case, migrate those of an older one; ``ForensicsError`` for a newer one and for foreign databases."""
    tables = {row["table_name"] for row in case.rows("case", "table_names")}
    if tables and "meta" not in tables:
        raise ForensicsError(f"The database in {case.folder} was not made by forensics: name another folder with --case.")
    version = case.meta("case_version") if tables else None
    if version is None:
        _make(case)
        return
    made = int(version)
    if made > CASE_VERSION:
        raise ForensicsError(
            f"The case in {case.folder} was made by a newer version of forensics "
            f"(case version {made}, this one reads {CASE_VERSION}): update forensics, or load the evidence into a new --case."
        )
    if made < CASE_VERSION:
        _migrate(case, made)


def _make(case: Case) -> None:
    with case.transaction():
        case.execute("case", "schema")
        case.set_meta("case_version", str(CASE_VERSION))
        case.set_meta(UNSETTLED, "")
        case.refresh_events()


def _migrate(case: Case, made: int) -> None:
    """Bring an older case up to date step by step, the old database kept beside it."""
    kept = case.folder / f"case.version-{made}.duckdb"
    if not case.read_only:
        case.checkpoint()
        shutil.copyfile(case.folder / "case.duckdb", kept)
    steps = names("case/migrations")
    with case.transaction():
        for version in range(made, CASE_VERSION):
            if f"from_{version}" in steps:
                case.execute("case/migrations", f"from_{version}")
        case.execute("case", "schema")
        case.set_meta("case_version", str(CASE_VERSION))
        case.set_meta("analysis_id", "")
        case.refresh_events()
    if not case.read_only:
        details = {"from": made, "to": CASE_VERSION, "kept": kept.name}
        custody.append(case.folder, "migrate", outputs=[custody.described(kept)], details=details)


def recover(case: Case) -> None:
    """Finish or undo what a load that died left behind, so that the case holds exactly the evidence whose load had completed."""
    for left in (FRESH, f"{FRESH}.wal"):  # of a process that died while it made the case
        (case.folder / left).unlink(missing_ok=True)
    finished = _settle_staged(case)
    torn = custody.mend(case.folder)
    unsettled = case.meta(UNSETTLED)
    unrecorded = _unrecorded(case, unsettled) if unsettled else {}
    if finished or torn or unrecorded:
        details = {"finished": finished, "torn_custody_line": torn, "loaded_but_unrecorded": unrecorded}
        custody.append(case.folder, "recover", details={key: value for key, value in details.items() if value})
    if finished or unsettled:
        with case.transaction():
            case.refresh_events()
            case.set_meta(UNSETTLED, "")
    case.unplaced = None


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
    return settled


def _unrecorded(case: Case, sha256: str) -> dict[str, str | None]:
    """Return the evidence whose load had completed when the process died, with the hash of its events, unless custody names it."""
    recorded = dict(chain.loads(chain.read(case.folder / custody.NAME)))
    loaded = {str(row["sha256"]): row["events_sha256"] for row in case.rows("case", "evidence_locations")}
    if sha256 not in loaded or recorded.get(sha256, "nothing") == loaded[sha256]:
        return {}
    return {sha256: loaded[sha256]}
