"""From the text columns that a format has found to the events that leave it: one place for what all formats do alike."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from forensics.formats import values
from forensics.formats.proxies import of_lists

Columns = dict[str, pl.Series]

_METHOD = r"^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PURGE|FASTLYPURGE|PROPFIND)(?: \S+)?$"
FIRST_LINE = r"^[A-Z]{3,16} \S.* HTTP/\d"
_NOTHING_ASKED = ("{}", "[]")
"""What frameworks make of a query that is not there: objects and lists of its values."""
_PLAIN = r"^[0-9.]+$"
_TUNNEL = r"^(\[[^\]]+\]|[^/?#:\[]+):\d+$"
NOT_UNDERSTOOD = "not a line of this format"
NO_TIME = "no time that can be read"


def assemble(
    lines: pl.DataFrame,
    found: Mapping[str, pl.Series],
    *,
    times: Mapping[str, pl.Series],
    extra: Mapping[str, pl.Series],
    outcome: tuple[pl.Series, pl.Series],
    client_entry: int | None = None,
) -> pl.DataFrame:
    """Return ``EVENTS`` + ``OUTCOME`` of a batch.

    ``found``: text columns client, user, request (a whole first line), method, target, path, query, protocol, status, bytes, referrer,
    user_agent, host, as far as the format has them; ``-`` and empty are no values. ``times``: timestamp, and if known started_at (UTC) and
    duration_ms. ``client_entry``: which entry counts where the client is a list (-1: the last), where the format knows. Rows are those
    of ``lines``.
    """
    tidy = pl.DataFrame(dict(found)).select(values.present(pl.all())).to_dict()
    return assemble_tidy(lines, tidy, times=times, extra=extra, outcome=outcome, client_entry=client_entry)


def assemble_tidy(
    lines: pl.DataFrame,
    tidy: Mapping[str, pl.Series],
    *,
    times: Mapping[str, pl.Series],
    extra: Mapping[str, pl.Series],
    outcome: tuple[pl.Series, pl.Series],
    client_entry: int | None = None,
) -> pl.DataFrame:
    """Return what ``assemble`` does, from columns in which no value is NULL already."""
    columns: Columns = {**request_columns(tidy, len(lines)), **times}
    if "client" in tidy:
        columns["client_ip"] = _client(tidy["client"], client_entry)
    for role, name in (("user", "user_name"), ("referrer", "referrer"), ("user_agent", "user_agent")):
        if role in tidy:
            columns[name] = tidy[role]
    if "status" in tidy:
        columns["status"] = values.status(tidy["status"])
    if "bytes" in tidy:
        columns["bytes_sent"] = values.count(tidy["bytes"])
    columns["extra"] = values.extras(extra, len(lines))
    return values.events(lines, columns, *outcome)


def _client(client: pl.Series, entry: int | None) -> pl.Series:
    """Return the client's address; where all are plain ones, as in most logs, one look at them does."""
    if client.str.contains(_PLAIN).all():
        return client
    return values.to_address(of_lists(client)) if entry is None else values.nth_address(client, entry)


def request_columns(found: Mapping[str, pl.Series], rows: int) -> Columns:
    """Return method, path, query, protocol, host and request from whichever of the roles a format has."""
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    method, path, query, host = (found.get(name, nothing) for name in ("method", "path", "query", "host"))
    if query.null_count() < rows:
        query = values.of(query, values.present(pl.when(~values.V.is_in(_NOTHING_ASKED)).then(values.V.str.strip_prefix("?"))))
    target, line = found.get("target", nothing), found.get("request", nothing)
    protocol = to_protocol(found.get("protocol", nothing))
    if not _rooted(target) and target.str.contains(FIRST_LINE).any():  # Athena's table of S3 calls it request_uri
        whole = pl.select(pl.when(target.str.contains(FIRST_LINE)).then(target)).to_series()
        target, line = pl.select(pl.when(whole.is_null()).then(target)).to_series(), values.first_of(line, whole)
    raw = nothing
    if line.null_count() < rows:
        split = values.split_request(line)
        alone = method.is_not_null() | line.str.contains(r"^(?:/|https?://)\S*$").fill_null(False)
        bare = pl.when(split["method"].is_null() & alone).then(line)  # no first line but a bare target
        bare_target = pl.select(bare).to_series()
        target = values.first_of(target, split["target"], bare_target if "method" in found else nothing)
        method, protocol = values.first_of(method, split["method"]), values.first_of(split["protocol"], protocol)
        raw = (
            split["request"]
            if "method" not in found
            else pl.select(pl.when(bare_target.is_null() & method.is_null()).then(split["request"])).to_series()
        )
        if "target" in found or "path" in found:  # Fastly's examples call the method ``request``; Azure names the route behind it
            asked = values.first_of(found.get("target", nothing), found.get("path", nothing)).is_not_null()
            named = pl.select(pl.when(asked & method.is_null()).then(line.str.extract(_METHOD, 1))).to_series()
            method, raw = values.first_of(method, named), pl.select(pl.when(named.is_null()).then(raw)).to_series()
    told = target.is_not_null()
    if told.any() or path.null_count() < rows:
        parts = _split(target, path) if told.any() else values.split_target(path)
        asked_for = pl.DataFrame({"own": query, "cut": parts["query"], "told": told})
        query = asked_for.select(pl.when("told").then(pl.coalesce("cut", "own")).otherwise(pl.coalesce("own", "cut"))).to_series()
        path, host = values.first_of(parts["path"], path), values.first_of(host, parts["host"])
    if (method == "CONNECT").any():
        host = values.first_of(host, pl.select(pl.when(method == "CONNECT").then(path).str.extract(_TUNNEL, 1)).to_series())
    return {"method": method, "path": path, "query": query, "protocol": protocol, "host": host, "request": raw}


def _rooted(target: pl.Series) -> bool:
    """Whether all targets, as far as there are any, are paths: no URL, no host, no first line."""
    return target.str.starts_with("/").all()


def _split(target: pl.Series, path: pl.Series) -> pl.DataFrame:
    """Return path, query and host of targets, or of the paths where there is no target."""
    asked = values.first_of(target, path)
    return values.cut_query(asked) if _rooted(asked) else values.split_target(values.first_of(_with_scheme(target), path))


def _with_scheme(target: pl.Series) -> pl.Series:
    """Return targets of which those that begin with a host's full name (``$host$request_uri``) are whole URLs."""
    hosted = values.V.str.contains(r"^(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d+)?/")
    return values.of(target, pl.when(hosted).then("http://" + values.V).otherwise(values.V))


def to_protocol(text: pl.Series) -> pl.Series:
    """Return ``HTTP/x`` from ``HTTP/1.1``, ``http/2``, ``1.1``, ``2.0.0.0`` or ``h2``; schemes and the like are NULL."""
    written = text.unique()  # a log knows few of them: each is looked at once
    if written.str.contains(r"^HTTP/\d(?:\.\d)?$").all():
        return text
    digits = values.V.str.extract(r"^(?i:HTTP/)?(\d(?:\.\d)?)(?:\.\d)*$", 1)
    short = values.V.str.to_lowercase().replace_strict(
        {"h2": "2.0", "h2c": "2.0", "h3": "3.0", "quic": "3.0"}, default=None, return_dtype=pl.String
    )
    return text.replace_strict(written, values.of(written, pl.lit("HTTP/") + pl.coalesce(digits, short)), return_dtype=pl.String)


def outcomes(read: pl.Series, timestamp: pl.Series, skipped: pl.Series | None = None, why: str = "") -> tuple[pl.Series, pl.Series]:
    """Return outcome and reason: events where the line was read and has a time, ``skipped`` (for the reason ``why``), rejects elsewhere."""
    frame = pl.DataFrame({"read": read, "timed": timestamp.is_not_null(), "skipped": read & False if skipped is None else skipped})
    reason: pl.Expr = (
        pl.when("skipped").then(pl.lit(why)).when(~pl.col("read")).then(pl.lit(NOT_UNDERSTOOD)).when(~pl.col("timed")).then(pl.lit(NO_TIME))
    )
    outcome: pl.Expr = (
        pl.when("skipped")
        .then(pl.lit("skipped"))
        .when(pl.col("read") & pl.col("timed"))
        .then(pl.lit("event"))
        .otherwise(pl.lit("rejected"))
    )
    result = frame.select(outcome.alias("outcome"), reason.alias("reason"))
    return result["outcome"], result["reason"]
