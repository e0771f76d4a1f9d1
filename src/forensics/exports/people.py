"""Whom the cells of an export name: the id of a person or of a whole customer, one mailbox of several, nobody any more."""

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

CUSTOMERS = ("account_id", "accountid", "account", "account_no", "account_number", "account_code", "customer_id", "partner_id")
"""Headers of ids that may be those of a customer with many people."""
OWN = ("user_id", "userid", "uid", "uuid", "sub", "member_id", "contact_id", "id")
"""Headers of ids that a person has, beside one of ``CUSTOMERS``."""
FEW = 0.02
"""Share of a column's ids that stand at several people by mistake, or because somebody changed name and mailbox."""


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


def own_id(ids: dict[str, pl.Series], chosen: str, person: pl.DataFrame) -> str | None:
    """Return the header of the id that each person has where the ``chosen`` one is a customer's with several people, else None.

    ``ids`` are the columns of ids by header, ``person`` the columns that tell people apart (their mailbox and what they are called).
    Where mailboxes alone do, half of the ids must have several: one person may have two.
    """
    found = next((header for header in OWN if header in ids and header != chosen), None)
    if found is None or chosen not in CUSTOMERS or not person.width:
        return None
    each, customer = ids[found], ids[chosen]
    if each.null_count() or each.n_unique() < len(each):
        return None
    told = person.with_columns(customer.alias("of")).drop_nulls()
    several = told.group_by("of").n_unique().select(pl.all_horizontal(pl.exclude("of") > 1).alias("several"))["several"]
    least = FEW if person.width > 1 else 0.5
    return found if several.any() and several.mean() > least else None  # type: ignore[operator]
