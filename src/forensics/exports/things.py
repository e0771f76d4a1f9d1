"""Tables of what people made or asked for - images, jobs, posts, tickets: they name accounts, and are no list of them."""

from __future__ import annotations

import polars as pl

from forensics.exports.people import OWN

FEWEST = 6
"""Rows of a table below which nothing is said of how often a value stands in it."""


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
    return None if set(own) & (set(OWN) - {"id", "uuid"}) else next(iter(own), None)
