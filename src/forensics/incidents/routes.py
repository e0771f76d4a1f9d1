"""Routes: the paths of requests with their ids taken out, few enough to look at one by one.

SQL cuts the obvious ids (``path_mask`` in macros.sql); what is left - short numbers, opaque tokens, names used as ids - is cut here,
on distinct masks: a place in the path that takes very many values is an id, whatever it looks like.
"""

from __future__ import annotations

import polars as pl

MOST_ROUTES = 200
"""Routes that are told apart, by number of requests; the rest is ``(other)``."""
MOST_SIBLINGS = 60
"""A place in the path with more different values than this, under one parent, is an id."""
DEEPEST = 12
"""Segments of a path that are looked at; what is below is cut off as ``...``."""
OTHER = "(other)"

_CUTS = (
    (r"[;].*$", ""),  # matrix parameters and session ids
    (r"/(?:[A-Za-z]+[0-9]+){2,}[0-9A-Za-z_-]*", "/{id}"),  # letters and digits taking turns: an opaque token
    (r"/(?:[0-9]+[A-Za-z]+){2,}[0-9A-Za-z_-]*", "/{id}"),
    (r"/v([0-9]{1,2})\b", "/v<$1>"),  # a version is part of the route
    (r"([^0-9<])[0-9]+", "$1{id}"),
    (r"/v<([0-9]+)>", "/v$1"),
    (r"\{id\}(?:[0-9A-Za-z]{0,4}\{id\})+[a-f]*", "{id}"),  # a short hash, letters and digits mixed
    (r"\{id\}(?:[-_.:]?\{id\}|[0-9])+", "{id}"),
)
_WORD = r"/([A-Za-z]{2,})([0-9]{1,2})(/|$)"
"""A word with a short number behind it: one of many (``disk2``), or a name (``as2``, ``oauth2``) where it is the only one."""
_STATIC_END = r"\.(?:css|js|mjs|map|woff2?|ttf|ico|svg)$"


def routes_of(masks: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ``routes`` (route_id, route, object_kind) and ``route_masks`` (mask, route_id) from masks (mask, requests).

    Routes are numbered from 1 by requests, descending, then by text, so that the numbers depend on the evidence alone.
    """
    cut = masks.with_columns(_collapse_siblings(_cut(masks["mask"])).alias("route"))
    counted = cut.group_by("route").agg(pl.col("requests").sum()).sort(["requests", "route"], descending=[True, False])
    kept = counted.head(MOST_ROUTES)["route"].implode()
    cut = cut.with_columns(pl.when(pl.col("route").is_in(kept)).then("route").otherwise(pl.lit(OTHER)).alias("route"))
    counted = cut.group_by("route").agg(pl.col("requests").sum()).sort(["requests", "route"], descending=[True, False])
    routes = counted.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("route_id"), "route", _object_kind().alias("object_kind"))
    return routes, cut.join(routes, on="route").select("mask", "route_id").sort("mask")


def _cut(masks: pl.Series) -> pl.Series:
    text, named = pl.col("mask"), pl.col("mask").str.replace_all(_WORD, "/$1<$2>$3")
    for pattern, replacement in _CUTS:
        text, named = (each.str.replace_all(pattern, replacement) for each in (text, named))
    named = named.str.replace_all(r"<([0-9]+)>", "$1")
    cut = masks.to_frame("mask").select("mask", text.alias("route"), named.alias("named"))
    alone = (pl.len().over("route") == 1) & pl.col("mask").str.contains(_WORD)
    return cut.select(pl.when(alone).then("named").otherwise("route").alias("route"))["route"]


def _collapse_siblings(routes: pl.Series) -> pl.Series:
    """Turn every place with more than ``MOST_SIBLINGS`` values under one parent into ``{id}``, from the top of the path down."""
    distinct = pl.DataFrame({"route": routes.unique()}).with_columns(pl.col("route").str.splitn("/", DEEPEST).struct.unnest())
    fields = [name for name in distinct.columns if name != "route"]
    for depth in range(1, len(fields)):
        parents, place = fields[:depth], fields[depth]
        crowded = pl.col(place).drop_nulls().n_unique().over(parents) > MOST_SIBLINGS
        extension = pl.col(place).str.extract(r"(\.[A-Za-z][0-9A-Za-z]{1,4})$").fill_null("")
        distinct = distinct.with_columns(
            pl.when(crowded & pl.col(place).is_not_null() & (pl.col(place) != "")).then("{id}" + extension).otherwise(place).alias(place)
        )
    cut = distinct.select("route", pl.concat_str(fields, separator="/", ignore_nulls=True).alias("to"))
    return routes.to_frame("route").join(cut, on="route", how="left", maintain_order="left")["to"]


def _object_kind() -> pl.Expr:
    """What a route fetches, in the singular: the last fixed segment (``/v1/jobs/{id}`` job, ``/jobs/{id}/image`` image), or its ending."""
    fixed = pl.col("route").str.split("/").list.eval(pl.element().filter(~pl.element().str.contains(r"\{id\}|^v[0-9]+$|^\PL*$")))
    name = fixed.list.last().str.to_lowercase().str.replace(r"\.[a-z0-9]+$", "")
    single = name.str.replace(r"ies$", "y").str.replace(r"(ss|x|ch|sh)es$", "$1").str.replace(r"([^s])s$", "$1")
    fetched = pl.col("route").str.contains("{id}", literal=True) & ~pl.col("route").str.contains(_STATIC_END)
    ending = pl.col("route").str.extract(r"\.([A-Za-z][0-9A-Za-z]{1,4})$").str.to_lowercase()
    return pl.when(fetched).then(pl.coalesce(single, ending, pl.lit("object")))
