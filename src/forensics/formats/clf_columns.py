"""What the quoted fields behind the bytes are, told by the column: agents, referrers, addresses stand in the same place of all lines.

One line alone often cannot tell: an agent called ``a b`` looks like nothing, a referrer is mostly ``-``. Of many lines the column of the
agents is the one in which most values are a program's name and version.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_TEXT = r'(?:[^"\\]|\\.)*'
_WORD = rf'[^"\s]+(?:"{_TEXT}")?'
"""A word, or ``key="value"``."""
_CELLS = rf'[^\s"]*"{_TEXT}"'
LOOKED_AT = 400
"""Lines of a batch on which the columns are told."""
LEAST = 5
"""Fewer lines tell nothing of their columns."""
_MOST = 12
"""More quoted fields than these are not taken apart."""

_PROGRAM = r"^[A-Za-z][^/:]*/\d"
_NO_PROGRAM = r"^(?:HTTP|TLSv|SSLv)[/\d]"
_ADDRESSES = r"^(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]+)(?:, ?[0-9a-fA-F.:]+)*$"
_PAGE = r"^[a-z][a-z-]*://"


@dataclass(frozen=True)
class Columns:
    """In which of the quoted fields, counted from nought, the values stand; None: in none."""

    count: int
    agent: int | None
    referrer: int | None
    forwarded: int | None
    site: int | None

    @property
    def usual(self) -> bool:
        """Whether referrer and agent come first, as in the combined log format (or the first two are told by each line's looks)."""
        return self.agent == 1 and self.referrer in (0, None)


def columns_of(rest: pl.Series, listed: str, sited: str) -> Columns | None:
    """Return what the quoted fields of most lines are, None where that cannot be told.

    ``listed`` and ``sited``: regular expressions of lists of addresses and of servers' names.
    """
    cells = rest.head(LOOKED_AT).drop_nulls().rename("cells").to_frame()
    cells = cells.select(pl.col("cells").str.extract_all(_CELLS).list.eval(pl.element().filter(pl.element().str.starts_with('"'))))
    count = int(cells.select(pl.col("cells").list.len().mode().max()).item() or 0) if len(cells) >= LEAST else 0
    if not 1 <= count <= _MOST:
        return None
    alike = cells.filter(pl.col("cells").list.len() == count)
    if len(alike) < LEAST:
        return None
    shares = [_shares(alike["cells"].list.get(place).str.strip_chars('"'), listed, sited) for place in range(count)]
    agent = max(range(count), key=lambda place: (shares[place]["programs"], -place))
    if shares[agent]["program"] < 0.5:
        return Columns(count, None, None, None, None) if count > 1 and shares[1]["number"] == 1 else None
    others = sorted((place for place in range(count) if place != agent), key=lambda place: (abs(place - agent), place))
    return Columns(count, agent, *(_first(others, shares, kind) for kind in ("page", "listed", "site")))


def _shares(values: pl.Series, listed: str, sited: str) -> dict[str, float]:
    """Return the share that looks like each kind among the values that are there, and how many are ``programs``."""
    logged = values.filter(~values.is_in(["-", ""]))
    there = logged.unique()
    kinds = {
        "program": _programs(there),
        "page": there.str.contains(_PAGE),
        "listed": there.str.contains(rf"^{listed}$"),
        "number": there.str.contains(r"^[\d.]+$") if len(logged) >= LEAST else pl.Series([False]),
        "site": there.str.contains(rf"^{sited}(?::\d+)?$"),
    }
    shares = {kind: float(fits.mean() or 0) for kind, fits in kinds.items()}  # type: ignore[arg-type]
    return shares | {"programs": float(kinds["program"].sum())}


def _programs(values: pl.Series) -> pl.Series:
    return values.str.contains(_PROGRAM) & ~values.str.contains(_NO_PROGRAM)


def misplaced(read: pl.DataFrame) -> bool:
    """Whether what a format took for user agents or hosts are other values: addresses or pages and hardly a program, or addresses alone.

    Fields part alike whatever they hold: a log of agents and forwarded addresses reads as one of referrers and agents, one of two
    addresses as one of hosts and addresses.
    """
    hosts = read["host"].drop_nulls()
    if len(hosts) >= LEAST and hosts.str.contains(_ADDRESSES).all():
        return True
    agents = read["user_agent"].drop_nulls()
    if len(agents) < LEAST or 10 * _programs(agents).sum() >= len(agents):
        return False
    others = agents.str.contains(rf"{_PAGE}|{_ADDRESSES}").sum()
    return 2 * others >= len(agents)


def _first(places: list[int], shares: list[dict[str, float]], kind: str) -> int | None:
    """Return the place nearest to the agent's in which most values are of a kind."""
    return next((place for place in places if shares[place][kind] >= 0.5), None)


def by_columns(rest: pl.Series, columns: Columns) -> pl.DataFrame:
    """Return ``middle, site, lead, referrer, agent, sole, tail, fits`` of lines with as many quoted fields; ``fits``: which those are."""
    gap = rf"\s*(?:{_WORD}\s+)*"
    fields = "".join(rf'(?P<g{place}>{gap})"(?P<c{place}>{_TEXT})"' for place in range(columns.count))
    found = rest.rename("rest").to_frame().select(pl.col("rest").str.extract_groups(rf"^{fields}(?P<end>(?:\s+{_WORD})*\s*)$").alias("f"))
    found = found.unnest("f")
    told = (columns.agent, columns.referrer, columns.forwarded, columns.site)
    gaps = [pl.col(f"g{place}") if place else pl.lit("") for place in range(columns.count)]
    left = [pl.lit("") if place in told else pl.format('"{}" ', f"c{place}") for place in range(columns.count)]
    tail = [part for pair in zip(gaps, left, strict=True) for part in pair]
    return found.select(
        pl.col("g0").alias("middle"),
        *(_cell(place, name) for place, name in ((columns.site, "site"), (columns.forwarded, "lead"), (columns.referrer, "referrer"))),
        _cell(columns.agent, "agent"),
        pl.lit(None, pl.String).alias("sole"),
        pl.concat_str(*tail, "end").alias("tail"),
        pl.col("g0").is_not_null().alias("fits"),
    )


def _cell(place: int | None, name: str) -> pl.Expr:
    return (pl.lit(None, pl.String) if place is None else pl.col(f"c{place}")).alias(name)
