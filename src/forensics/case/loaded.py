"""What a load did, in a few lines of narration: which files were taken for what. ``forensics status`` has all of each file."""

from __future__ import annotations

from typing import Any

from forensics.case.loading import LoadResult
from forensics.formats.proxies import OPTION
from forensics.progress import Progress
from forensics.text import counted

TOLD_EACH = 12
"""Files of a load of which each is told; of more, those of one format together."""


def told(result: LoadResult, progress: Progress) -> None:
    """Say on standard error what a load did: of each file, and of many those of one format together (``status`` has each)."""
    groups: dict[object, list[dict[str, Any]]] = {}
    for row in result.loaded:
        each = row["path"] if len(result.loaded) <= TOLD_EACH else None
        groups.setdefault((row["kind"], row["format"], each), []).append(row)
    for rows in groups.values():
        name = rows[0]["path"] if len(rows) == 1 else counted(len(rows), "file")
        parsed, lines, bad = (sum(row[column] for row in rows) for column in ("parsed", "lines", "rejected"))
        rejected = f", {bad:,} rejected" if bad else ""
        progress.say(f"Loaded {name}: {rows[0]['kind']}, {rows[0]['format']}, {parsed:,} of {lines:,} lines{rejected}.")
    if result.namesakes:
        logs = _named([row["path"] for row in result.namesakes])
        progress.say(
            f"The case had a log called {logs} already: old and new count as logs of one host ({result.namesakes[0]['host']}); "
            "if they are of several machines, load each again with --host NAME."
        )
    if assumed := [row["path"] for row in result.loaded if row.get("time_zone_source") == "assumed"]:
        progress.say(f"Times without a zone in {_named(assumed)} are taken as UTC: `--time-zone` says otherwise.")
    believable = [(row["path"], text) for row in result.loaded for text in row.get("assumptions") or () if OPTION in text]
    for sentence in dict.fromkeys(text for _, text in believable):
        progress.say(f"In {_named([path for path, text in believable if text == sentence])} {sentence}.")
    if result.unchanged:
        was, are = ("was", "is") if len(result.unchanged) == 1 else ("were", "are")
        progress.say(f"{counted(len(result.unchanged), 'file')} {was} loaded already and {are} unchanged.{_moved(result)}")


def _named(files: list[str]) -> str:
    return files[0] + (f" and {counted(len(files) - 1, 'other file')}" if len(files) > 1 else "")


def _moved(result: LoadResult) -> str:
    if not result.moved:
        return ""
    are, them = ("is", "it") if len(result.moved) == 1 else ("are", "them")
    return f" {len(result.moved):,} {are} no longer where the case had {them}: the new place is kept."
