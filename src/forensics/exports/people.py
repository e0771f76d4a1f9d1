"""Whether a table is of people, by how its file is called and by how often people and ids stand in it; and which id is a person's.

By its headers alone ``systems.system_for`` decides (the tables ``plain_accounts*.toml``).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import polars as pl

from forensics.exports.systems import account_headers


def _called(words: str) -> str:
    """Return what matches file names (lower case, without folders) that end in such a word, but for what only says that it is an export."""
    return rf"(?:^|[^a-z])(?:{words})(?:[^a-z]+(?:export|dump|table|list|data|all|full))*[^a-z]*(?:\.|$)"


PEOPLE = _called("users?|accounts?|customers?|members?|clients?|people")
"""How files are called that hold people."""
LISTED = _called("invit(?:e|ation)s?|subscribers?|newsletter|waitlist|leads?|referrals?")
"""How others are called in which people are written down: one database has both, each with ids of its own."""

FEW = 0.02
"""Share of a column's ids that stand at several people by mistake, or because somebody changed name and mailbox."""
FEWEST = 6
"""Rows of a table below which nothing is said of how often a value stands in it."""


def called_after_people(name: str) -> bool:
    """Whether a file's name says that it holds people."""
    return re.search(PEOPLE, PurePosixPath(name).name.lower()) is not None


def own_id(ids: dict[str, pl.Series], chosen: str, person: pl.DataFrame) -> str | None:
    """Return the header of the id that each person has where the ``chosen`` one is a customer's with several people, else None.

    ``ids`` are the columns of ids by header, ``person`` the columns that tell people apart (their mailbox and what they are called).
    Where mailboxes alone do, half of the ids must have several: one person may have two.
    """
    found = next((header for header in account_headers("own") if header in ids and header != chosen), None)
    if found is None or chosen not in account_headers("tenants") or not person.width:
        return None
    each, customer = ids[found], ids[chosen]
    if each.null_count() or each.n_unique() < len(each):
        return None
    told = person.with_columns(customer.alias("of")).drop_nulls()
    several = told.group_by("of").n_unique().select(pl.all_horizontal(pl.exclude("of") > 1).alias("several"))["several"]
    least = FEW if person.width > 1 else 0.5
    return found if several.any() and several.mean() > least else None  # type: ignore[operator]


def row_id(ids: dict[str, pl.Series], persons: list[pl.Series]) -> str | None:
    """Return the header of the id that each row of a table has for itself, where most people stand in several rows; else None.

    ``ids`` are the columns of ids by header, ``persons`` those that name whose a row is (account, mailbox, user name): where one of them
    has a value for most rows and seldom the same, the rows are people, each told once or a few times. So they are where the id that is
    another in every row is called a person's (``user_id`` beside the ``account_id`` of a customer).
    """
    told = [person for person in persons if 2 * (len(person) - person.null_count()) >= len(person) >= FEWEST]
    if not told or any(2 * person.n_unique() > len(person) for person in told):
        return None
    own = [header for header, values in ids.items() if values.null_count() == 0 and values.is_unique().all()]
    return None if set(own) & (set(account_headers("own")) - {"id", "uuid"}) else next(iter(own), None)
