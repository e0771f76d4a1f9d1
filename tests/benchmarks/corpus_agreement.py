"""Print, for each corpus folder, the share of the values asserted by other tools' own tests that we read alike.

Usage: python tests/benchmarks/corpus_agreement.py [-v] [FOLDER...]     (-v lists every difference)

The corpora are looked for in $FORENSICS_CORPORA, else in ../shared/corpora from the project's root.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"ts": "timestamp", "user": "user_name", "bytes": "bytes_sent", "request_raw": "request"}
NOT_VALUES = {"line", "source", "note", "filled_by", "skip", "reject", "unasserted", "user_agent_raw"}

_BY_NAME = "the server logged its peer by name; X-Forwarded-For is kept as forwarded_for and never taken for the peer unasked"
EXPLAINED: dict[tuple[str, int, str], str] = {
    ("enc_bom", 8, "client_ip"): _BY_NAME,
    ("enc_crlf", 8, "client_ip"): _BY_NAME,
    ("envoy", 7, "client_ip"): "no peer is logged: the last entry of X-Forwarded-For, which the proxy appended, never the first",
    ("nasty_requests", 29, "outcome"): "lnav wants ident and user before the time; servers are often told to log the address alone",
}
"""(folder, line, key) -> why we differ on purpose."""


@dataclass
class Agreement:
    """What one folder's comparison came to."""

    folder: str
    asserted: int = 0
    agreed: int = 0
    formats: list[str] = field(default_factory=list)
    differences: list[tuple[int, str, Any, Any]] = field(default_factory=list)
    """line, key, expected, found"""


def corpora() -> Path | None:
    """Return the folder of the corpora, None where they are absent."""
    place = Path(os.environ.get("FORENSICS_CORPORA") or ROOT.parent / "shared" / "corpora") / "formats"
    return place if place.is_dir() else None


def compare(folder: Path, read: Read) -> Agreement:
    """Compare every value that a folder asserts with what the program read."""
    rows, formats = read
    result = Agreement(folder.name, formats=formats)
    for line in (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        row = rows.get(expected["line"], {"outcome": "lost"})
        for key, wanted, found in _pairs(expected, row):
            result.asserted += 1
            if found == wanted:
                result.agreed += 1
            else:
                result.differences.append((expected["line"], key, wanted, found))
    return result


def _pairs(expected: dict[str, Any], row: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield key, expected and found value, both in the notation of the expected one."""
    if expected.get("unasserted"):
        yield "outcome", "kept", "lost" if row["outcome"] == "lost" else "kept"
        return
    if expected.get("skip") or expected.get("reject"):
        yield "outcome", "skipped" if expected.get("skip") else "rejected", row["outcome"]
        return
    yield "outcome", "event", row["outcome"]
    for key, wanted in expected.items():
        if key in NOT_VALUES:
            continue
        found = row.get(NAMES.get(key, key))
        if key == "xff":
            found = (row.get("extra") or {}).get("forwarded_for")
        yield key, *_alike(key, wanted, found, expected)


def _alike(key: str, wanted: Any, found: Any, expected: dict[str, Any]) -> tuple[Any, Any]:
    """Return both values in one notation: precision as asserted, hosts without ports, an empty query as none."""
    if key == "ts" and found is not None:
        digits = len(re.search(r"(?:\.(\d+))?Z$", wanted)[1] or "")  # type: ignore[index]
        at = datetime.fromisoformat(wanted[:19] + ("." + (wanted[20:-1] + "000000")[:6] if digits else "") + "+00:00").replace(tzinfo=None)
        step = 10 ** (6 - min(digits, 6))
        micros = lambda t: int((t - datetime(1970, 1, 1)).total_seconds() * 1e6 + 0.5)  # noqa: E731
        near = abs(micros(at) // step - micros(found) // step) <= (1 if digits >= 6 else 0)
        return wanted, wanted if near else found
    if key == "duration_ms" and wanted is not None and found is not None:
        return wanted, wanted if abs(wanted - found) < 1e-6 * max(1, abs(wanted)) else found
    if key == "host" and wanted is not None and found is not None:
        bare = lambda host: re.sub(r":\d+$", "", host)  # noqa: E731
        return bare(wanted), bare(found)
    if key == "user_agent" and None not in (wanted, found) and found in (unquote(wanted), expected.get("user_agent_raw", wanted)):
        return wanted, wanted  # decoded or as logged: either is right
    if key == "client_ip" and wanted is not None and wanted.count(":") > 1 and found == str(ipaddress.ip_address(wanted)):
        return wanted, wanted  # one notation of the same address
    return (None if wanted in ("", "-") else wanted), (None if found == "" else found)


Read = tuple[dict[int, dict[str, Any]], list[str]]
"""Line -> its row with its outcome (extra as a dict); the formats used."""


def read_all(files: list[Path]) -> dict[Path, Read]:
    """Load files into a case of their own, and return what became of each physical line of each."""
    from forensics.case.case import Case
    from forensics.case.load_options import LoadOptions
    from forensics.case.loading import load
    from forensics.progress import Silent

    read: dict[Path, Read] = {}
    with tempfile.TemporaryDirectory() as folder, Case.create(Path(folder) / "case") as case:
        result = load(case, files, LoadOptions(), Silent())
        reasons = [f"{name} {reason}" for name, reason in result.refused]
        loaded = {Path(row["location"]): row for row in case.table("evidence_files").to_dicts()}
        events, rejects = case.table("stored_events"), case.table("rejects")
        for path in files:
            lines = range(1, path.read_bytes().count(b"\n") + 2)
            row = loaded.get(path)
            if row is None:
                read[path] = ({line: {"outcome": "refused"} for line in lines}, reasons)
                continue
            rows: dict[int, dict[str, Any]] = {line: {"outcome": "skipped"} for line in lines}
            ours = pl.col("evidence_id") == row["evidence_id"]
            rows |= {line: {"outcome": "rejected"} for line in rejects.filter(ours)["line"]}
            rows |= {event["line"]: _row(event) for event in events.filter(ours).to_dicts()}
            others = [re.sub(r".* read as ", "", told) for told in row["assumptions"] if " read as " in told]
            read[path] = (rows, [row["format"], *others])
    return read


def _row(event: dict[str, Any]) -> dict[str, Any]:
    extra = event["extra"] or {}
    pairs = extra if isinstance(extra, dict) else {entry["key"]: entry["value"] for entry in extra}
    return event | {"outcome": "event", "extra": pairs}


def main(arguments: list[str]) -> int:
    """Print the table."""
    place = corpora()
    if place is None:
        print("no corpora found; set FORENSICS_CORPORA")
        return 1
    verbose = "-v" in arguments
    wanted = [name for name in arguments if not name.startswith("-")]
    folders = [folder for folder in sorted(place.iterdir()) if not wanted or folder.name in wanted]
    read = read_all([folder / "input.log" for folder in folders])
    results = [compare(folder, read[folder / "input.log"]) for folder in folders]
    print(f"{'folder':28} {'asserted':>8} {'agreed':>7} {'share':>8}  read as")
    for result in results:
        share = result.agreed / max(1, result.asserted)
        print(f"{result.folder:28} {result.asserted:8} {result.agreed:7} {share:8.2%}  {', '.join(result.formats[:4])}")
        for line, key, expected, found in result.differences:
            why = EXPLAINED.get((result.folder, line, key))
            if verbose or why:
                print(f"    line {line}: {key}: asserted {expected!r:.160}, we read {found!r:.160}" + (f" - {why}" if why else ""))
    asserted, agreed = sum(r.asserted for r in results), sum(r.agreed for r in results)
    print(f"{'all':28} {asserted:8} {agreed:7} {agreed / max(1, asserted):8.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
