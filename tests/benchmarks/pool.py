"""Cases of a benchmark in several processes, each result kept in a file as soon as it is known, so that a run that stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Task = tuple[str, int]
"""(kind of case, seed)."""
Result = dict[str, Any]
"""JSON: what one case came to, with its ``kind`` and ``seed``."""


def run(tasks: Iterable[Task], solve: Callable[[str, int], Result], jobs: int, kept: Path | None) -> list[Result]:
    """Solve every task, ``jobs`` at a time; results are ordered like the tasks.

    Those that stand in ``kept`` (one JSON object a line) are not solved again. ``solve`` is a function of a module.
    """
    wanted = list(tasks)
    known = _read(kept)
    missing = [task for task in wanted if task not in known]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(solve, *task): task for task in missing}
        for future in as_completed(running):
            kind, seed = running[future]
            result = {"kind": kind, "seed": seed} | future.result()
            known[running[future]] = result
            if kept is not None:
                with kept.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(result) + "\n")
    return [known[task] for task in wanted]


def _read(kept: Path | None) -> dict[Task, Result]:
    if kept is None or not kept.exists():
        return {}
    lines = kept.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {(row["kind"], row["seed"]): row for row in rows}
