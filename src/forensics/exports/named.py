"""Cells that name a person: one mailbox of several, or nobody any more."""

from __future__ import annotations

import polars as pl

from forensics.text import counted

_WORDS = (
    r"(?:deleted|removed|redacted|erased|scrubbed|purged|anonymi[sz]ed|no-?e?mail|geloescht|gelöscht|anonymisiert|supprim[eé]|anonymis[eé]|"
    r"eliminado|borrado|anonimizado|cancellato|verwijderd)(?:[_ -]?(?:user|account|customer|member|contact|person))?"
)
GONE = (
    rf"(?i)^(?:[^@]*\d[._+-])?{_WORDS}@"
    rf"|^(?:(?:user|account|customer|member|contact|person)[._+-]?)?{_WORDS}(?:\d+|\+[^@]*|[._-][0-9a-f._-]*\d[0-9a-f._-]*)@"
    rf"|^[0-9a-f-]{{8,}}@(?:[^@]+\.)?{_WORDS}\.|@(?:[^@]+\.)?invalid$"
    rf"|^\W*{_WORDS}[\W\d_]*$"
)
"""What systems write in the place of a mailbox or a name when somebody's data are deleted: no two of these are the same person, nor of one
company. No mailbox is under ``invalid`` (RFC 2606); people and companies may call themselves by such a word, with no number beside it."""

MAILBOX = r"([^\s<>;,\"']+@[^\s<>;,\"']+)"
SEVERAL = r"[\s<>;,].*@|@.*[\s<>;,]"
"""A cell of more than one bare mailbox: a name beside it (``Ann <a@b>``), or another one."""

NAMES = frozenset({"name", "billing_name"})
FIELDS = NAMES | {"account_key", "email", "payer_email"}
"""Fields of exports in which somebody's name, or a mailbox, may stand."""


def present(text: pl.Series) -> tuple[pl.Series, list[str]]:
    """Return a column of ``FIELDS`` without what stands for people whose data were deleted, and what to say of that.

    Of a cell that holds one mailbox among other things, or several, the first is kept.
    """
    several = text.str.contains(SEVERAL)
    first = text if text.name in NAMES or not several.any() else text.zip_with(~several.fill_null(value=False), text.str.extract(MAILBOX))
    gone = first.str.contains(GONE).fill_null(value=False)
    if not gone.any():
        return first, []
    told = f"{counted(int(gone.sum()), 'cell')} such as {first.filter(gone)[0]!r} taken for those of deleted people: left out"
    return first.set(gone, None), [told]
