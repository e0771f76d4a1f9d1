"""Small files that are looked at together are told what each would have been told alone."""

from __future__ import annotations

import contextlib
from pathlib import Path

import polars as pl
import pytest
from tests.stored_case import new_case

from forensics.case.load_options import LoadOptions
from forensics.case.loading import load
from forensics.errors import ForensicsError
from forensics.evidence.recognise import Plan, plan_for, sample_lines
from forensics.evidence.together import Together
from forensics.formats.base import ReadOptions
from forensics.formats.registry import all_formats
from forensics.progress import Silent

SAMPLES = {entry.name: "\n".join(sample.line for sample in entry.samples).encode() for entry in all_formats() if entry.samples}
OTHERS = (b"no log at all\n", b"\n", b'{"a": 1}\n', b"#Fields: date time c-ip\n", b'  {"message": "x"}  \n\xff\xfe\n')


def told(plan: Plan) -> tuple[object, ...]:
    """What a plan says of a file."""
    return (
        plan.wrapped,
        [(each.format.name, each.share, each.events, each.unzoned) for each in plan.ranked],
        [each.sampled.read.to_dicts() for each in plan.tried if each.sampled is not None],
    )


def test_each_file_is_told_what_it_would_be_told_alone() -> None:
    names, options = sorted(SAMPLES), ReadOptions(time_zone="Europe/Berlin")
    mixed = [b"\n".join((SAMPLES[a], *OTHERS, SAMPLES[b])) for a, b in zip(names[::5], names[7::5], strict=False)]
    samples = [sample for head in [*SAMPLES.values(), *mixed, *OTHERS] if len(sample := sample_lines(head))]
    together = Together(samples)
    for number, sample in enumerate(samples):
        beside = plan_for(sample, options, asked=together.of(number))
        assert told(beside) == told(plan_for(sample, options)), sample["raw"].to_list()[:3]


def test_a_folder_of_small_files_is_loaded_as_each_of_them_by_itself(tmp_path: Path) -> None:
    """Of every fourth format: what each file is told has been compared above."""
    folder, texts = tmp_path / "evidence", [*(SAMPLES[name] for name in sorted(SAMPLES)[::4]), *OTHERS]
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:03}.log").write_bytes(text + b"\n")
    columns = ["path", "kind", "format", "format_share", "lines", "parsed", "rejected", "skipped", "time_zone_source", "events_sha256"]
    together, alone = new_case(tmp_path / "together"), new_case(tmp_path / "alone")
    with together, alone:
        load(together, [str(folder)], LoadOptions(), Silent())
        for path in sorted(folder.iterdir()):
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                with contextlib.suppress(ForensicsError):  # refused, as it is beside the others
                    load(alone, [path.name], LoadOptions(), Silent())
        first, second = (case.table("evidence_files").select(columns).sort("path") for case in (together, alone))
        assert first.rows() == second.rows()
        assert first.filter(pl.col("kind") == "log").height > 15
        rejects = [case.table("rejects").drop("evidence_id").sort(pl.all()) for case in (together, alone)]
        assert rejects[0].rows() == rejects[1].rows()
