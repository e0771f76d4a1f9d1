"""The main job in one go: load the evidence, analyse the case, write the report, and say in a few sentences what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from forensics.analysis import make_ready
from forensics.background import Background
from forensics.case.case import Case
from forensics.case.load_options import LoadOptions
from forensics.case.loaded import told
from forensics.case.loading import LoadResult, load
from forensics.certainty import word
from forensics.errors import ForensicsError
from forensics.progress import Progress
from forensics.report.blocks import Block, Note, Sentence, Sentences
from forensics.report.document import Document
from forensics.report.sections import summary


@dataclass(frozen=True)
class Investigation:
    """What one run did and found."""

    loaded: LoadResult
    document: Document
    report: Path
    """The page to open."""

    @property
    def story(self) -> tuple[str, ...]:
        """What happened, in the sentences of the report."""
        return tuple(text for block in summary.build(self.document) for text in _texts(block))


def investigate(folder: Path, evidence: Sequence[str], out: Path, progress: Progress, options: LoadOptions) -> Investigation:
    """Load ``evidence`` into the case in ``folder`` (made when there is none), analyse it and write the report to ``out``.

    ``ForensicsError`` when nothing could be loaded: then the case is as it was and no report is written.
    """
    make_ready()
    report = Background(partial(import_module, "forensics.report.write"))
    with Case.create(folder) as case:
        loaded = load(case, evidence, replace(options, exclude=(out,)), progress)
        told(loaded, progress)
        written = report.result().written(case, out, None, progress)
    return Investigation(loaded, written.document, out / "report.html")


def _texts(block: Block) -> tuple[str, ...]:
    if isinstance(block, Sentences):
        return tuple(_told(sentence) for sentence in block.items)
    return (block.text,) if isinstance(block, Note) else ()


def _told(sentence: Sentence) -> str:
    """Return a sentence; an inference with how likely it is."""
    sure = sentence.likelihood
    return sentence.text if sure is None else f"{sentence.text} (inferred: {word(sure)}, {sure:.0%})"


def sample_evidence() -> Path:
    """Return the folder of the bundled evidence: in the installed package, or in the checkout that it was installed from."""
    package = Path(str(files("forensics")))
    for folder in (package / "sample_logs" / "evidence", package.parent.parent / "sample_logs" / "evidence"):
        if folder.is_dir():
            return folder
    raise ForensicsError("The sample evidence is missing from this installation: install forensics again with `pip install`.")
