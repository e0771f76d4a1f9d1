"""How long requests took, by the lines of the common log format's relatives: the first of many ways to say so that a line fits."""

from __future__ import annotations

import polars as pl

from forensics.formats import values

_SECONDS = r'(?:^|[\s=:])["\[]?(\d{1,7}\.\d{3,6})["\]]?(?:[\s,;]|$)'
"""nginx writes three decimals, Rack four, Gunicorn six; more digits before the point are a time of the day ($msec)."""
_TIMES = r'(?:^|[\s"\[])\d{1,4}\.\d{3}[",\]]*\s(?:.*[\s"\[])?\d{1,4}\.\d{3}(?:[",\]\s]|$)'
"""Two of nginx' times among other words."""
_BOTH = r'(?:^|[\s"])(\d{1,4}\.\d{3})"? +"?(\d{1,4}\.\d{3})(?:["\s]|$)'
_TIME = r'(?:^|[\s"\[])\d{1,4}\.\d{3}(?:[",\]\s]|$)'
_RUN = r'(?:^|[\s"\[])((?:\d{1,4}\.\d{3}"? +"?)+\d{1,4}\.\d{3}(?:[",\s]|$))'
_MUCH = 0.1
"""Seconds by which nginx' clock does not err: it stands still while events are handled."""
_UNIT = r'(?:^|[\s=:(])"?(\d+(?:\.\d+)?)(ns|us|[µμ]s| ?ms|s)"?(?:[\s,;)]|$)'
_NAMES = "rt|request_?time|req_?time|response_?time|duration|elapsed|time_?taken|took|time"
_NAMED = rf'(?i)(?:^|[\s,;"\[])(?:{_NAMES})(?:[=:] ?| )"?(\d+\.\d+|\d+(?:ns|us|µs|ms|s))'
_BEHIND = r'(?i)(?:^|[\s,;"\[])(?:upstream\w*|u[rch]?t)[=:] ?"?[\d.-]+(?:(?:, ?| : )[\d.-]+)*'
"""A time that the server behind took, by its name."""
_LABELLED = r"(?:^|\s)(ms|us)[:=](\d+(?:\.\d+)?)(?:\s|$)"
_SHORT = r"(?:^|\s)(?:ua|urt|uct|uht)[:=]"
"""How nginx' logs call the server behind and its times for short: ``us`` is the status that it answered with, then, and no unit."""
_BOTH_UNITS = r"(?:^|\s)(\d+)([/ ])(\d+)$"
_FPM = r"^/\S+ (\d+\.\d{3}) \d+ [\d.]+%$"
"""What PHP-FPM's own example of an access.format logs behind the status: script, milliseconds, kilobytes, share of a processor."""
_ALONE = r"^ +(\d+\.\d+)( |$)"
_MEASURED = r"^ +[\d.]+ (?:[numµμ]?s|millis\w*|micros\w*|sec\w*)(?: |$)"


def with_seconds(known: pl.DataFrame) -> pl.DataFrame:
    """Take a time behind the status, where no bytes follow, for seconds as before them, unless a unit stands behind it."""
    if not known["bytes"].null_count():
        return known
    rest = pl.col("rest")
    alone = pl.col("bytes").is_null() & rest.str.contains(_ALONE) & ~rest.str.contains(_MEASURED)
    return known.with_columns(
        pl.when(alone).then(rest.str.extract(_ALONE)).otherwise("early").alias("early"),
        pl.when(alone).then(rest.str.replace(_ALONE, "$2")).otherwise(rest).alias("rest"),
    )


def durations(parts: pl.DataFrame) -> pl.Series:
    """Return milliseconds, NULL where a line has none.

    ``told``: what stands behind the bytes, ``before``: before the time, ``between`` and ``paused``: words and whole seconds before the
    request, ``ahead`` and ``early``: seconds before the status and before the bytes, ``counted``: milliseconds where Tomcat has them.
    """
    behind = parts["told"].str.contains("(?i)u[rch]?t[=:]|upstream").any()
    parts = parts.with_columns((pl.col("told").str.replace_all(_BEHIND, " ") if behind else pl.col("told")).alias("own"))
    times = pl.concat_str("early", "own", separator=" ", ignore_nulls=True)
    more = parts.select(times.str.contains(_TIMES).any()).item()
    longest = pl.lit(_request_time(parts.select(times).to_series()) if more else None, pl.String)
    both_units = pl.lit(_in_both_units(parts["told"])) if parts["told"].str.contains(_BOTH_UNITS).any() else pl.lit(None, pl.String)
    told, own, between = pl.col("told"), pl.col("own"), pl.col("between")
    python = pl.col("before").str.contains("http.server.AccessLog", literal=True)
    took = pl.coalesce(
        told.str.extract(_FPM) + "ms",
        told.str.extract(_NAMED),
        longest,
        "ahead",
        "early",
        own.str.extract(_UNIT, 1) + own.str.extract(_UNIT, 2).str.strip_chars(),
        own.str.extract(_SECONDS),
        pl.col("counted") + "ms",
        pl.when(python).then(told.str.extract(r"^(\d+)$")) + "ms",
        both_units,
        pl.when(~told.str.contains(_SHORT)).then(told.str.extract(_LABELLED, 2) + told.str.extract(_LABELLED, 1)),
        between.str.extract(_UNIT, 1) + between.str.extract(_UNIT, 2).str.strip_chars(),
        between.str.extract(_SECONDS),
        "paused",
    )
    return values.to_milliseconds(parts.select(took.alias("duration")).to_series(), "s")


def _request_time(words: pl.Series) -> pl.Series:
    """Return the request's time of nginx' where there are two or more: no part of a request, nor a server behind, takes longer than it.

    Of those side by side it is the longest, in any order. Of others it is the first, which the clock may show a little shorter than a
    server behind took, unless another is much longer.
    """
    pair = words.str.extract_groups(_BOTH).struct.unnest()
    side = pair.select(pl.max_horizontal(pl.all().cast(pl.Float64))).to_series()
    count = words.str.replace_all(" ", "  ", literal=True).str.count_matches(_TIME)
    left = ((count > 1) & (side.is_null() | (count > 2))).fill_null(value=False)
    if not left.any():
        return side.cast(pl.String)
    spread = words.filter(left).str.replace_all(" ", "  ", literal=True)
    some = pl.DataFrame({"all": spread.str.extract_all(_TIME), "run": spread.str.extract(_RUN).str.extract_all(_TIME)})
    some = some.select(pl.all().list.eval(pl.element().str.strip_chars('",[] ').cast(pl.Float64)))
    first, longest = pl.col("all").list.first(), pl.col("all").list.max()
    told = pl.coalesce(pl.col("run").list.max(), pl.when(longest > first + _MUCH).then(longest).otherwise(first))
    return side.scatter(left.arg_true(), some.select(told).to_series()).cast(pl.String)


def _in_both_units(told: pl.Series) -> pl.Series:
    """Return the duration where it stands in seconds and in a finer unit at the end of a line (Apache's ``%T/%D``), with that unit.

    With a blank between them two numbers say so only where this fits all lines of a batch, one of more than a second among them.
    """
    both = told.rename("t").to_frame().select(pl.col("t").str.extract_groups(_BOTH_UNITS)).unnest("t")
    seconds, finer = both["1"].cast(pl.Int64, strict=False), both["3"].cast(pl.Int64, strict=False)
    slashed = both["2"] == "/"
    for unit, parts in (("us", 1_000_000), ("ms", 1000)):
        fits = seconds == finer // parts
        sure = bool(fits.all() and not fits.null_count() and (seconds > 0).any())
        if sure or (fits | ~slashed).all():
            return pl.DataFrame({"n": both["3"], "s": slashed | sure}).select(pl.when("s").then(pl.col("n") + unit)).to_series()
    return pl.Series([None] * len(told), dtype=pl.String)
