"""Fill ``taken``: what suspects asked for and were actually served, in distinct objects and complete pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from forensics.attribution.networks import beginning
from forensics.case.case import Case
from forensics.collection import PACKAGE
from forensics.errors import UsageError

MIN_SHARED = 0.2
"""Two kinds make a pair when at least this share of the rarer kind's objects were fetched under the same id by the same actor."""
MIN_PAIRS = 5
LEAST_MADE = 20
"""So many answers of a route that asking otherwise than by GET brought are told though they name no object; or to so many queries."""
MOST_LAG_SECONDS = 3600.0
"""... and, half of the time, within an hour of each other."""

SCHEMA: dict[str, Any] = {
    "actor_id": pl.String, "account_id": pl.String, "object_kind": pl.String, "objects": pl.Int64, "pairs": pl.Int64, "requests": pl.Int64,
    "served": pl.Int64, "bytes": pl.Int64, "first_at": pl.Datetime("us"), "last_at": pl.Datetime("us"), "evidence_id": pl.String,
    "line": pl.Int64,
}  # fmt: skip

TOTALS: dict[str, Any] = {
    "actor_id": pl.String, "object_kind": pl.String, "accounts": pl.Int64, "objects": pl.Int64, "pairs": pl.Int64, "apart": pl.Int64,
    "requests": pl.Int64, "served": pl.Int64, "bytes": pl.Int64, "first_at": pl.Datetime("us"), "last_at": pl.Datetime("us"),
    "redirected": pl.Int64, "catalogue": pl.Int64, "catalogue_share": pl.Float64,
}  # fmt: skip


TOGETHER: dict[str, Any] = {
    "incident_id": pl.String, "object_kind": pl.String, "accounts": pl.Int64, "objects": pl.Int64, "pairs": pl.Int64,
    "apart": pl.Int64, "requests": pl.Int64, "served": pl.Int64, "bytes": pl.Int64, "redirected": pl.Int64,
}  # fmt: skip


def count(case: Case) -> None:
    """Fill ``taken`` and ``taken_totals`` for the participants of every incident, and the loads without an account."""
    suspects = case.rows(PACKAGE, "suspects")
    part = case.table("participants").filter(pl.col("role") == "participant").select("account_id", "incident_id").unique().sort(pl.all())
    actor_of = {row["account_id"]: row["actor_id"] for row in suspects}
    rows, totals, together = taken_together(case, actor_of, case.rows(PACKAGE, "strangers"), part.rows())
    case.replace("taken", rows)
    case.replace("taken_totals", totals)
    case.replace("taken_incidents", together)


def taken_by(case: Case, actor_of: Mapping[str, str], strangers: Sequence[Mapping[str, Any]] = ()) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what accounts took, by account and by actor, each by kind (columns of ``taken`` and ``taken_totals``)."""
    return taken_together(case, actor_of, strangers, ())[:2]


def taken_together(
    case: Case, actor_of: Mapping[str, str], strangers: Sequence[Mapping[str, Any]], part: Sequence[tuple[str, str]]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return what accounts took, by account, by actor, and by incident, each by kind (``taken``, ``taken_totals``, ``taken_incidents``).

    ``actor_of``: account_id -> actor_id; ``strangers``: rows of ``strangers.sql``, networks and agents without an account. They stand in
    the column of the actor, with no account. ``part``: pairs of account_id and the incident that it took part in.
    """
    kinds = object_kinds(case)
    if not actor_of and not strangers:
        return pl.DataFrame(schema=SCHEMA), pl.DataFrame(schema=TOTALS), pl.DataFrame(schema=TOGETHER)
    listed = {f"{key}s": [row[key] for row in strangers] for key in ("subject", "agent")}
    listed["beginnings"] = [beginning(row["network"]) if row["network"] else None for row in strangers]
    spans = {key: [row[key] for row in strangers] for key in ("starts", "ends")}
    of = {"route_ids": list(kinds), "kinds": list(kinds.values()), "least": LEAST_MADE}
    case.execute(PACKAGE, "fetched", accounts=sorted(actor_of), **listed, **spans, **of)
    owners = {"accounts": list(actor_of), "actors": list(actor_of.values())}
    pair = pair_of(case, owners)
    rows = case.frame(PACKAGE, "taken", pair=pair)
    totals = case.frame(PACKAGE, "taken_totals", pair=pair, **owners)
    taking, incidents = [account for account, _ in part], [incident for _, incident in part]
    together = case.frame(PACKAGE, "taken_totals", pair=pair, accounts=taking, actors=incidents).rename({"actor_id": "incident_id"})
    together = together.filter(pl.col("incident_id").is_in(incidents)).select(pl.col(name).cast(kind) for name, kind in TOGETHER.items())
    case.execute(PACKAGE, "drop_fetched")
    owner = pl.DataFrame(
        {"account_id": owners["accounts"], "actor_id": owners["actors"]}, schema={"account_id": pl.String, "actor_id": pl.String}
    )
    owned = rows.join(owner, on="account_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("actor_id", "subject").alias("actor_id")
    )
    joined = owned.select(pl.col(c).cast(t) for c, t in SCHEMA.items())
    by_account = joined.sort("actor_id", "account_id", "object_kind", nulls_last=True)
    return by_account, _with_catalogue(case, totals, kinds), together


def _with_catalogue(case: Case, totals: pl.DataFrame, kinds: dict[int, str]) -> pl.DataFrame:
    """Add how many objects of the kind anybody was served, and the actor's share of them."""
    if totals.is_empty():
        return pl.DataFrame(schema=TOTALS)
    wanted = set(totals["object_kind"].to_list())
    routes = [row for row in case.table("routes").to_dicts() if kinds.get(row["route_id"]) in wanted]
    texts, names = [row["route"] for row in routes], [kinds[row["route_id"]] for row in routes]
    prefixes, suffixes = [text.partition("{id}")[0] for text in texts], [text.rpartition("{id}")[2] for text in texts]
    known = case.frame(PACKAGE, "catalogue", prefixes=prefixes, suffixes=suffixes, kinds=names, routes=texts)
    joined = totals.join(known.rename({"known": "catalogue"}), on="object_kind", how="left", maintain_order="left")
    of_all = pl.min_horizontal(pl.lit(1.0), pl.col("objects") / pl.col("catalogue")).round(4)
    share = pl.when(pl.col("catalogue").is_not_null() & pl.col("objects").is_not_null()).then(of_all).alias("catalogue_share")
    return joined.with_columns(share).select(pl.col(name).cast(kind) for name, kind in TOTALS.items())


def object_kinds(case: Case) -> dict[int, str]:
    """Return route_id -> kind of object: as inferred from the routes, or as given with ``--object PATTERN=KIND``."""
    given: dict[str, str] = case.option("object", {}) or {}
    routes = case.table("routes").sort("route_id").to_dicts()
    kinds = {row["route_id"]: row["object_kind"] for row in routes if row["object_kind"] and "{id}" in row["route"]}
    for pattern, kind in sorted(given.items()):
        kinds |= {row["route_id"]: kind for row in routes if row["route"] == pattern or re.search(_as_regex(pattern), row["route"])}
    return kinds


def _as_regex(pattern: str) -> str:
    return "^" + re.escape(pattern).replace(r"\*", ".*") + "$"


def pair_of(case: Case, owners: Mapping[str, list[str]]) -> list[str]:
    """Return the two kinds that make a pair, the one that is fetched first before the other.

    As given with ``--pair``, else those that share most ids; empty when none do. ``owners``: ``accounts`` and ``actors``, side by side.
    """
    given = case.option("pair")
    if given:
        return list(given)
    for row in case.rows(PACKAGE, "pair_candidates", **owners):
        enough = row["shared"] >= max(MIN_PAIRS, MIN_SHARED * row["smaller"])
        if enough and row["median_lag_seconds"] <= MOST_LAG_SECONDS:
            kinds = [row["first_kind"], row["second_kind"]]
            return kinds if row["lead_seconds"] >= 0 else kinds[::-1]
    return []


def parse_object(text: str) -> tuple[str, str]:
    """Return (route pattern, kind) of ``PATTERN=KIND``; ``*`` in the pattern stands for anything."""
    pattern, equals, kind = text.rpartition("=")
    if not equals or not pattern or not kind:
        raise UsageError(f"--object wants ROUTE=KIND, as in --object '/cdn/*/{{id}}.png=image'; got {text!r}.")
    return pattern, kind


def parse_pair(text: str) -> list[str]:
    """Return the two kinds of ``KIND+KIND``."""
    kinds = text.split("+")
    if len(kinds) != 2 or not all(kinds) or kinds[0] == kinds[1]:
        raise UsageError(f"--pair wants two kinds, as in --pair job+image; got {text!r}.")
    return kinds
