"""``forensics verify``: does everything still match its hash - evidence, event store, custody chain, and what was written from them?"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forensics import limits
from forensics.case.case import Case
from forensics.errors import BrokenEvidenceError, RefusedEvidenceError, UsageError
from forensics.evidence import chain as custody_chain
from forensics.evidence import custody
from forensics.evidence.discover import EvidenceFile, at
from forensics.evidence.hashing import sha256_of
from forensics.evidence.provenance import has_grown, stored_sha256
from forensics.progress import Advance, Progress

SOUND = frozenset({"intact", "moved", "taken away", "grown"})
"""States in which nothing is wrong: a moved file still has its bytes, a report may be handed over with its folder, and a log that goes on
behind what was loaded, and was loaded again since, holds both.
"""


@dataclass(frozen=True, order=True)
class Check:
    """One thing that was checked, and what was found."""

    what: str
    """evidence | events | custody | database | output"""
    name: str
    state: str
    """intact | moved | grown | taken away | changed | missing | added | unreadable | broken"""
    detail: str = ""


@dataclass(frozen=True)
class _Job:
    what: str
    name: str
    file: EvidenceFile
    sha256: str
    size: int | None


def verify(case: Case, progress: Progress, search: Path | None = None, head: str | None = None) -> list[Check]:
    """Check everything that the case holds or points at; return one ``Check`` each, sorted.

    ``search`` is a folder in which evidence that is missing is looked for by its bytes; ``head`` a hash of a custody line that was kept
    elsewhere (in ``run.json``) and must still be in the chain.
    """
    files = case.rows("case", "evidence_locations")
    chain = custody_chain.read(case.folder / custody.NAME)
    written = custody_chain.outputs(chain)
    here = {path: entry for path, entry in written.items() if Path(path).parent.is_dir()}
    jobs = [*_evidence_jobs(files), *_event_jobs(case, files), *_output_jobs(here)]
    checks = _loaded_again(list(_hashed(jobs, progress)), jobs)
    checks += [Check("output", path, "taken away", "its folder is no longer there") for path in written.keys() - here.keys()]
    if search is not None:
        checks = _found_elsewhere(checks, files, search, progress)
    checks.extend(_added(case, files))
    checks.extend(_chain_checks(chain, files, head))
    checks.sort()
    wrong = [check for check in checks if check.state not in SOUND]
    result = "done" if not wrong else f"failed: {len(wrong)} of {len(checks)} checks"
    details = {"checked": len(checks), "wrong": [f"{check.what} {check.name}: {check.state}" for check in wrong], "head_given": head}
    custody.append(case.folder, "verify", result=result, details=details)
    return checks


def summed(checks: Iterable[Check]) -> list[Check]:
    """Return the checks with the intact ones of one kind as one row each, where there are several: the others are what one looks for."""
    found = list(checks)
    intact = Counter(check.what for check in found if check.state == "intact")
    told = [check for check in found if check.state != "intact" or intact[check.what] == 1]
    return sorted([*told, *(Check(what, f"{count:,} files", "intact") for what, count in intact.items() if count > 1)])


def complain(checks: Iterable[Check]) -> None:
    """Raise ``BrokenEvidenceError`` naming what no longer matches, when anything does not."""
    wrong = [check for check in checks if check.state not in SOUND]
    if not wrong:
        return
    named = "; ".join(f"{check.what} {check.name} is {check.state}" + (f" ({check.detail})" if check.detail else "") for check in wrong[:5])
    more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    raise BrokenEvidenceError(
        f"Verification failed: {named}{more}. Restore what is named from its source (moved evidence is found with --search DIR, "
        "and its place kept when it is loaded again from there)."
    )


def _evidence_jobs(files: list[dict[str, Any]]) -> Iterator[_Job]:
    for row in files:
        yield _Job("evidence", str(row["path"]), at(row["location"]), row["sha256"], row["size_bytes"])


def _event_jobs(case: Case, files: list[dict[str, Any]]) -> Iterator[_Job]:
    for row in files:
        if row["events_sha256"] is not None:
            name = f"events/{row['sha256']}.parquet"
            yield _Job("events", name, EvidenceFile(name, case.folder / name), row["events_sha256"], None)


def _output_jobs(written: dict[str, dict[str, Any]]) -> Iterator[_Job]:
    """What the custody record says was written last under each path: reports, exports, copies of older databases."""
    for path, entry in written.items():
        yield _Job("output", path, EvidenceFile(path, Path(path)), str(entry.get("sha256")), None)


def _hashed(jobs: list[_Job], progress: Progress) -> Iterator[Check]:
    """Hash in parallel (hashlib lets other threads run); results come in the order of the jobs."""
    total = sum(job.size or job.file.location.stat().st_size for job in jobs if job.file.location.is_file())
    workers = limits.current().threads or os.cpu_count() or 1
    with progress.step("Hashing", total=total) as advance, ThreadPoolExecutor(workers) as pool:
        yield from pool.map(lambda job: _checked(job, advance), jobs)


def _checked(job: _Job, advance: Advance) -> Check:
    place = job.file.location
    if not place.is_file():
        return Check(job.what, job.name, "missing", f"expected at {place}")
    size = place.stat().st_size
    if job.file.member is None and job.size is not None and size != job.size:
        if has_grown(job.file, job.sha256, job.size):
            return Check(job.what, job.name, "grown", f"its first {job.size:,} of {size:,} bytes are what was loaded")
        return Check(job.what, job.name, "changed", f"{size:,} bytes, {job.size:,} when it was loaded")
    try:
        found = stored_sha256(job.file, advance)
    except RefusedEvidenceError as error:
        return Check(job.what, job.name, "missing" if job.file.member else "unreadable", f"{job.file.where} {error}")
    except OSError as error:
        return Check(job.what, job.name, "unreadable", error.strerror or str(error))
    if found != job.sha256:
        return Check(job.what, job.name, "changed", f"SHA-256 {found}, {job.sha256} on record")
    return Check(job.what, job.name, "intact")


def _loaded_again(checks: list[Check], jobs: list[_Job]) -> list[Check]:
    """Take a file that has grown for changed unless the case holds all of it as well: who may write to it may write anything."""
    whole = {job.file.where for job, check in zip(jobs, checks, strict=True) if check.what == "evidence" and check.state == "intact"}
    return [
        replace(check, state="changed", detail=f"{check.detail}; load it again to have the rest on record")
        if check.state == "grown" and job.file.where not in whole
        else check
        for job, check in zip(jobs, checks, strict=True)
    ]


def _found_elsewhere(checks: list[Check], files: list[dict[str, Any]], search: Path, progress: Progress) -> list[Check]:
    """Look for missing evidence under ``search``: files by size first, then by hash; members in archives of the same name."""
    if not search.is_dir():
        raise UsageError(f"There is no folder {search} to search.")
    rows = {str(row["path"]): row for row in files}
    lost = [check for check in checks if check.what == "evidence" and check.state == "missing"]
    sizes = {rows[check.name]["size_bytes"] for check in lost}
    everything = [path for path in sorted(search.rglob("*")) if path.is_file()]
    candidates = [path for path in everything if path.stat().st_size in sizes]
    with progress.step("Searching", total=sum(path.stat().st_size for path in candidates)) as advance:
        places = {sha256_of(path, advance): str(path) for path in reversed(candidates)}
    moved: dict[Check, str] = {}
    for check in lost:
        row = rows[check.name]
        place = places.get(row["sha256"]) or _in_archive(row, everything)
        if place:
            moved[check] = place
    return [replace(check, state="moved", detail=f"found at {moved[check]}") if check in moved else check for check in checks]


def _in_archive(row: dict[str, Any], candidates: list[Path]) -> str | None:
    """Return where an archive member is now, if an archive of the old name holds its bytes."""
    location = Path(row["location"])
    named = {parent.name: location.relative_to(parent).as_posix() for parent in location.parents if parent.name}
    for path in candidates:
        if path.name in named:
            file = EvidenceFile(row["path"], path, named[path.name])
            with suppress(RefusedEvidenceError):  # an archive of the same name without that member
                if stored_sha256(file, lambda amount: None) == row["sha256"]:
                    return file.where
    return None


def _added(case: Case, files: list[dict[str, Any]]) -> Iterator[Check]:
    known = {f"{row['sha256']}.parquet" for row in files if row["events_sha256"] is not None}
    for path in sorted((case.folder / "events").iterdir()):
        if path.name not in known:
            yield Check("events", f"events/{path.name}", "added", "no evidence on record has it")


def _chain_checks(chain: custody_chain.Chain, files: list[dict[str, Any]], head: str | None) -> Iterator[Check]:
    if not chain.lines and files:
        yield Check("custody", custody.NAME, "missing", "the case holds evidence and no record of how it came")
        return
    for sentence in chain.breaks:
        yield Check("custody", custody.NAME, "broken", sentence)
    if head is not None and head not in (*chain.hashes, custody.GENESIS):
        yield Check("custody", custody.NAME, "broken", f"the head {head} that was kept elsewhere is not in it")
    elif not chain.breaks:
        yield Check("custody", custody.NAME, "intact", f"{len(chain.lines)} lines, head {chain.head}")
    recorded = dict(custody_chain.loads(chain))
    for row in files:
        if recorded.get(row["sha256"], "nothing") != row["events_sha256"]:
            yield Check(
                "database", str(row["path"]), "changed", "its row in the database differs from what custody recorded when it was loaded"
            )
