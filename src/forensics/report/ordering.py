"""What somebody who asks for a report wants, and its delivery."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forensics.analysis import ensure_analysed
from forensics.case.case import Case
from forensics.errors import UsageError
from forensics.progress import Progress
from forensics.report.collect import collect
from forensics.report.document import Document, from_json
from forensics.report.exports import named, write_export
from forensics.report.frames import Frames
from forensics.report.masking import masked
from forensics.report.redaction import DOMAINS, Redaction, load_key
from forensics.report.write import Delivery, rendered, write_files, write_report


@dataclass(frozen=True, kw_only=True)
class Order:
    """Which case, which incident, where to, and for whose eyes."""

    case: Path
    out: Path
    incident: str | None = None
    redact: bool = False
    keep_domains: bool = False
    show_secrets: bool = False

    def delivery(self, case: Case, before: Document | None = None) -> Delivery:
        """Return what is done to the rows for these readers."""
        mask = None if self.show_secrets else masked
        if not self.redact:
            return Delivery(mask=mask, before=before)
        kept = mail_domains(collect(case, None)) if self.keep_domains else frozenset()
        return Delivery(mask=mask, before=before, redaction=Redaction(load_key(case.folder), kept))


def mail_domains(frames: Frames) -> frozenset[str]:
    """Return every mail domain of the case's accounts and actors."""
    columns = (frame[column] for frame in frames.values() for column in frame.columns if column in DOMAINS)
    return frozenset(str(value) for series in columns for value in series.explode().drop_nulls())


def deliver(order: Order, *, compare: Path | None, saved: Path | None, progress: Progress) -> list[Path]:
    """Write the report folder from the case, or render a saved document again without one; return the files."""
    if saved is not None:
        return write_files(order.out, rendered(read_document(saved)))
    with Case.open(order.case) as case:
        before = None if compare is None else comparable(read_document(compare), order)
        return write_report(case, order.out, order.incident, progress, order.delivery(case, before))


def comparable(before: Document, order: Order) -> Document:
    """Return an earlier report; ``UsageError`` when it says what the readers of the new one may not see, or names everybody otherwise."""
    if (before.redaction is not None) != order.redact:
        was, wanted = ("not redacted", "with") if order.redact else ("redacted", "without")
        raise UsageError(f"The earlier report is {was}: compare with one that was written {wanted} --redact, as this one is.")
    if before.secrets == "shown" and not order.show_secrets:
        raise UsageError("The earlier report shows tokens and passwords, this one hides them: compare with one that hides them, too.")
    return before


def deliver_export(order: Order, kind: str, progress: Progress) -> list[Path]:
    """Write one export; return the files."""
    named(kind)
    with Case.open(order.case) as case:
        ensure_analysed(case, progress)
        frames = collect(case, order.incident)
        return write_export(case, kind, order.out, order.delivery(case).prepared(frames))


def read_document(path: Path) -> Document:
    """Return a saved document; ``UsageError`` when the file cannot be read, ``ForensicsError`` when it is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a report: give the report.json of a report folder.") from error
    return from_json(text)
