"""What the exports say of persons in numbers, and how a date is written that is none of the program's.

The program writes its times as ``2024-03-02``. A date in any other spelling was written by a person, and one that is older than everything
in the case is of a person's life.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl

DATE = (
    r"(?<![\d./-])(?:"
    r"\d{1,2}(?P<by>[./-])\d{1,2}(?P=by)(?:19|20)?\d{2}"  # 30/03/1977, 3.30.77
    r"|(?:19|20)\d{2}(?P<apart>[./])\d{1,2}(?P=apart)\d{1,2}"  # 1977/03/30
    r"|\d{1,2}(?:st|nd|rd|th|er|º)?\.?\s+(?:(?:of|de)\s+)?[^\W\d_]{3,}\.?,?\s+(?:de\s+)?(?:19|20)\d{2}"  # 30 March 1977, 30. März 1977
    r"|[^\W\d_]{3,}\.?\s+\d{1,2}(?:st|nd|rd|th)?,\s+(?:19|20)\d{2}"  # March 30, 1977
    r")(?![\d-]|[./]\d)"
)
"""A whole date in a spelling that is not the program's."""

TELEPHONE = (
    r"\+?\d{1,4}(?P<dots>[./ -])\d{1,4}(?:(?P=dots)\d{1,4}){3,}"  # 06.90.23.92.70
    r"|\(?\d{3}\)?[ ./-]\d{3}[ ./-]\d{4}(?!\d)"  # (555) 123-4567
    r"|(?<![\d:.,-])0\d{1,5}[/-]\d{4,}"  # 0690/239270
)
"""A telephone number in a spelling that is not just digits, spaces and hyphens."""

BIRTH = r"birth|(?:^|_)(?:dob|bday)(?:_|$)|geburt|geboren|naissance|nacimiento|nascita"
"""Headers (normalised) of columns with days of a person's life."""

NUMBERS = (
    r"post_?(?:al_?)?code|(?:^|_)(?:zip|plz|cp|postal|ssn|pesel|nif|dni|cpf|siren|siret)(?:_|$)|postleitzahl|codigo_postal|zip_?code|"
    r"phone|mobile|telefon|telephone|handy|fax|passport|national_id|tax_id|steuer|vat_|street|address|strasse|adresse|(?:^|_)(?:rue|calle|via)(?:_|$)"
)
"""Headers of columns whose numbers name a person or a house."""

SHORTEST = 4
"""A number of fewer digits is a count as well: to take it out of every sentence would say nothing and cost much."""

_ENTRIES = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))


@dataclass(frozen=True)
class Personal:
    """What is known of persons in numbers."""

    days: frozenset[str] = frozenset()
    """ISO dates of their lives."""
    numbers: frozenset[str] = frozenset()
    oldest: str = ""
    """The first day that anything in the case is of; an older one is of a person's life."""

    @classmethod
    def of(cls, frames: list[pl.DataFrame]) -> Self:
        """Return what the maps of columns that exports carried say, and the first day of all times."""
        maps = [frame[name] for frame in frames for name, kind in frame.schema.items() if kind == pl.Map(pl.String(), pl.String())]
        days, numbers = set[str](), set[str]()
        for carried in maps:
            entries = carried.cast(_ENTRIES).explode().drop_nulls().struct.unnest()
            names = entries["key"].unique().to_frame()
            births, numbered = (names.filter(pl.col("key").str.contains(pattern))["key"].to_list() for pattern in (BIRTH, NUMBERS))
            days.update(as_day(text[:10].strip()) for text in entries.filter(pl.col("key").is_in(births))["value"].drop_nulls().unique())
            found = entries.filter(pl.col("key").is_in(numbered))["value"].str.extract_all(rf"\d{{{SHORTEST},}}").explode()
            numbers.update(found.drop_nulls().unique())
        times = [frame[name].min() for frame in frames for name, kind in frame.schema.items() if kind.is_temporal() and name != "loaded_at"]
        first = [moment.isoformat()[:10] for moment in times if isinstance(moment, date)]
        return cls(frozenset(days), frozenset(numbers), min(first, default=""))

    def is_date(self, text: str) -> bool:
        """Whether a time in the program's spelling is a day of somebody's life."""
        return text[:4].isdigit() and "-" in text[:5] and (text[:10] in self.days or text[:10] < self.oldest)


_PARTS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")


def as_day(text: str) -> str:
    """Return a date as ISO writes it where day and month can be told apart, any other text as it is: one day has one pseudonym."""
    found = _PARTS.fullmatch(text)
    if found is None:
        return text
    first, middle, last = int(found[1]), int(found[3]), int(found[4])
    year, month, day = (first, middle, last) if len(found[1]) == 4 else (last, middle, first)
    if len(found[1]) != 4 and (month > 12 or (found[2] == "/" and first <= 12 < middle)):
        month, day = day, month
    try:
        return date(year, month, day).isoformat() if year > 99 else text
    except ValueError:
        return text
