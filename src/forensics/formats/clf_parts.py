"""The parts of a line built like the common log format that servers are free to choose: who asked, and what stands after the bytes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forensics.formats import values
from forensics.formats.clf_columns import by_columns, columns_of
from forensics.formats.clf_durations import durations

ADDRESS = r"(?:\d+\.\d+\.\d+\.\d+(?::\d+)?|\[?[0-9a-fA-F]*:[0-9a-fA-F:.]+\]?(?::\d+)?|unix:|localhost)"
_HOST = r"(?:-|[0-9]*[A-Za-z_.*-][\w.*-]*(?::\d+)?|\[?[0-9a-fA-F:.]+\]?)"
_NAME = r"(?:[0-9_][0-9_.-]*)?[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
"""A host name, and no number, nor the timestamp of a line that wraps this one."""
_WHO = r"(?:(?P<ident>[^|\s\[]+) (?P<id>)(?P<user>|[^\s\[]+(?: [^\s\[]+){0,3})|(?P<alone>[^\s\[]+))"
_LISTED = rf"{ADDRESS}(?:, ?{ADDRESS})*"
_PORTLESS = r"(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TEXT = r'(?:[^"\\]|\\.)*|.*?'
_TAIL = rf'(?: +(?:{_QUOTED}|[^\s"]+(?:{_QUOTED})?))* *'
_MIDDLE = r'(?P<middle>|(?: +[^\s"]+){2,}|(?: +[^\s"]+))'
_PRODUCT = r"[A-Za-z][^\"/]*/\d[^\"]*"

_SITED = r"(?i:(?:[a-z0-9-]+\.){2,}[a-z]{2,}|[a-z0-9-]+\.(?:com|net|org|info|biz|io|dev|app|local|test|example|[a-z]{2}))"
"""A server's full name, in the place where ``first.last`` may be a user's."""
_CALLED = r"(?:-|[A-Za-z](?:[A-Za-z._@-]|\\x5C|\\+)*\d{0,4})"
"""A user's name, and no request's id."""
SURE = r"(?:\d+\.\d+\.\d+\.\d+(?::\d+)?|\[?(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\]?|\[?[0-9a-fA-F:]*::[0-9a-fA-F:.]*\]?)"
"""An address, and no time of the day."""

CLIENTS = (
    rf"^(?P<host>)(?P<client>{ADDRESS}) \((?P<forwarded>[^)]*)\) (?P<ident>[^\s\[]+) (?P<id>)(?P<user>[^\s\[]+)$",
    rf"^(?P<host>)(?P<client>{ADDRESS}) (?P<forwarded>{ADDRESS}(?:, ?{ADDRESS})+) (?P<ident>)(?P<id>)(?P<user>[^\s\[]+)$",
    rf"^(?P<host>{_HOST}) (?P<client>{SURE})(?P<ident>)(?P<id>)(?P<user>)$",
    rf"^(?P<host>{_SITED}) (?P<client>{SURE}) (?P<ident>)(?P<id>)(?P<user>{_CALLED})$",
    rf"^(?:{_HOST} )?(?P<client>{ADDRESS}) (?P<ident>-) (?P<id>)(?P<user>{_CALLED}) (?P<host>{_SITED})$",
    rf"^(?:{_HOST} )?(?P<client>{ADDRESS}) (?P<ident>-) (?P<id>\S+)(?P<user>) (?P<host>{_SITED})$",
    rf"^(?P<host>{_HOST}) (?P<client>{ADDRESS}) (?P<ident>-) (?P<id>[0-9A-Za-z-]{{6,}}) (?P<user>\S+)$",
    rf"^(?P<host>{_NAME}) \d{{2,5}} (?P<client>{ADDRESS}) (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>{_HOST}) (?P<client>{ADDRESS}) (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>{_HOST}) (?P<listed>(?P<client>{ADDRESS})(?:, ?{ADDRESS})+)(?: {ADDRESS})? (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>{_HOST}) (?P<client>{ADDRESS})(?: {ADDRESS})+ (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>)(?P<client>{ADDRESS}) {_WHO}$",
    rf"^(?P<host>)(?P<client>{ADDRESS})(?P<ident>)(?P<id>)(?: -)* \[(?P<forwarded>{_LISTED})\](?: -)*(?: (?P<user>[^-\s\[]\S*)?)?$",
    rf"^(?P<host>)(?P<client>{ADDRESS})(?P<ident>)(?P<id>)(?: -)* \[[^\]]*\](?: -)*(?: (?P<user>[^-\s\[]\S*)?)?$",
    rf"^(?P<host>)(?P<forwarded>{SURE}(?:, ?{ADDRESS})+) (?P<client>{SURE}) (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>)(?P<listed>(?P<client>{SURE})(?:, ?{ADDRESS})+) (?P<ident>[^\s\[]+) (?P<id>)(?P<user>[^\s\[]+)$",
    rf"^(?P<host>)(?P<listed>(?P<client>{SURE})(?:, ?{ADDRESS})+)(?P<ident>)(?P<id>)(?P<user>)$",
    rf"^(?P<host>)(?:.*[\s\]])?(?P<client>{SURE}) (?P<ident>-) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>)(?:[^\s:]+[\s,]+)*?(?P<client>{SURE})(?P<ident>)(?P<id>)(?:[\s,)].*?)?(?: (?P<user>\S+))?$",
    rf"^(?P<host>{_NAME}(?::\d+)?) (?P<client>[A-Za-z0-9][^|\s\[]*) (?P<ident>-) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>{_NAME}:\d+) (?P<client>-) (?P<ident>-) (?P<id>)(?P<user>\S+)$",
    r"^(?P<host>)(?P<client>-) (?P<ident>\S+) (?P<id>)(?P<user>\S+)$",
    rf"^(?P<host>)(?P<client>{_NAME}) {_WHO}$",
)
"""What stands before the time, most telling first: host and address, address alone, the old ingress' ``address - [address] - user``."""
_SPREAD = r"^(\S+) +(\S+) +(\S+)(?: +(\S+))?$"
"""The three common fields, or four with the host, with more than one blank between them (Jetty)."""
_PORTED = rf"(?:{_PORTLESS}|\d+\.\d+\.\d+\.\d+:\d+)"
_SERVER = rf"^{_PORTED}(?:, ?{_PORTED})*$"
"""Addresses in the user's place (a proxy's, of servers behind), which are nobody's name."""
_NOBODY = r"^(?:NULL-AUTH-USER|<.*>|\(.*\)|\d+\.\d{3})$"
"""What GlassFish logs for nobody, another value with marks around it (a process's number, a host), and a time that nginx took."""
_NO_SITE = (
    r"^(?:\d+(?:\.\d+)?|[A-Z]{2}|https?|HIT|MISS|EXPIRED|BYPASS|STALE|UPDATING|REVALIDATED|SCARCE|PASS"
    r"|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
"""What nginx may be told to log before the client's address that is no host: numbers, times, countries, what a cache did, requests' ids."""
_REQUEST_NAMED = r"^([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
_PHRASE = r'^(.*\s)"([^"]*[g-zG-Z=@][^"]*)"$'
"""A name in quotes, which may hold blanks (a certificate's subject): it ends what stands before the time, and is no list of addresses."""
_AGENT = r'"[^"]*[A-Za-z]/\d[^"]*"$'
"""A program's name and version: nobody is called so."""
_QUOTED_LIST = rf'^"({_LISTED}|-)" ((?:[^\s"-][^\s"]* )?{SURE} .*)$'
"""What was forwarded, in quotes before the client's address (and the host that was asked for)."""
_PAIR = rf"^({SURE}) ({SURE}) \S+ \S+$"
_LIST_FIRST = rf"^{SURE}(?:, ?{ADDRESS})+ {SURE} \S+ \S+$"
_NONE_SECOND = rf"^{SURE} - \S+ \S+$"
_FEW_ADDRESSES = 16
_HELD = "\x1f"
"""Stands for a blank within such a name while the fields are told apart."""
_PARTS = ("host", "client", "listed", "forwarded", "ident", "id", "user", "alone")

AFTER = (
    rf'^{_MIDDLE} +(?:-|(?P<referrer>https?://[^\s"]+)) +"(?P<agent>{_PRODUCT})"(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +"(?P<site>{_SITED})(?::\d+)?" +"(?P<referrer>-|https?://[^"]*)" +"(?P<agent>{_TEXT})"(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +"[^"\s/]*" +"(?P<referrer>https?://[^"]*)" +"(?P<agent>{_PRODUCT})"(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +"(?P<lead>-|{_LISTED})" +"(?P<referrer>-|https?://[^"]*)" +"(?P<agent>{_PRODUCT})"(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +"(?P<referrer>-|https?://[^"]*)" +"(?P<agent>{_TEXT})"(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +(?:"(?P<referrer>{_TEXT})" +(?:"(?P<agent>{_TEXT})"|-)|- +"(?P<sole>{_TEXT})")(?P<tail>{_TAIL})$',
    rf'^{_MIDDLE} +"(?P<referrer>https?://[^"]*)"(?P<tail>[^"]*)$',
    rf'^{_MIDDLE} +"(?P<agent>{_PRODUCT})"(?P<tail>[^"]*)$',
    rf"^(?P<tail>{_TAIL})$",
)
"""What stands after the bytes: referrer and user agent (a forwarded-for before them, quotes inside them, one of them alone), or neither.

A text that opens with a quote and never closes it fits none: the line was cut off."""
_AFTER_PARTS = ("middle", "site", "lead", "referrer", "agent", "sole", "tail")

_BARE = r"(?:^|\s)(Mozilla/\d\.\d \((?:[^()]|\([^()]*\))*\)(?: (?:\([^)]*\)|[A-Za-z][^\s\"]*))*)"
"""A browser's name without quotes (Tomcat's ``%{User-Agent}i``), up to what is no part of it."""
_TYPE = r"^(?:text|image|application|audio|video|font)/[a-z][\w.+-]*(?:;.*)?$"
"""A content type, which no agent calls itself."""
_SITES = (rf'(?i)(?:^|\s)(?:v?host|domain|server_name|site)[=:] ?"?({_SITED})(?:[\s":]|$)', rf'(?:^|[\s"])({_SITED})(?::\d+)?(?:[\s"]|$)')
"""A server's full name, by what it is called or by its looks."""
_ID = r'(?i)(?:^|[\s,;"])(?:%s)[=:]"?([0-9A-Za-z][\w./+=;:-]{7,})'
_REQUEST_ID = _ID % "(?:x[_-])?req(?:uest)?[_-]?id|rid"
_TRACE_ID = _ID % "trace(?:[_-]?id|parent)?|x-cloud-trace-context|x-amzn-trace-id"
_LIST = r"(?P<%s>%s+(?:(?:,| :) %s+)*)"
_UPSTREAMS = (
    r"^(?P<bytes_received>\d+) [\d.]+ \[(?P<proxy_upstream_name>[^\]]*)\] (?:\[(?P<proxy_alternative_upstream_name>[^\]]*)\] )?"
    + _LIST % ("upstream", r"\S", r"\S")
    + " "
    + _LIST % ("upstream_response_length", r"[\d-]", r"[\d-]")
    + " "
    + _LIST % ("upstream_response_time", r"[\d.-]", r"[\d.-]")
    + " "
    + _LIST % ("upstream_status", r"[\d-]", r"[\d-]")
    + r"(?: (?P<request_id>[\w-]+))?$"
)
"""What releases of ingress-nginx log behind the user agent that had no alternative upstream, or no request id, yet."""
_SERVER_BEHIND = r"(?:\d+\.\d+\.\d+\.\d+:\d+|\[[0-9a-fA-F:.]+\]:\d+|unix:[^\s,\"]+)"
_ANSWERED = rf'^"{_SERVER_BEHIND}(?:, {_SERVER_BEHIND})*" +"?[1-5]\d\d(?:, [1-5]\d\d)*"?(?: |$)'
"""Servers behind, which nginx logs with their ports, and the statuses that they answered with."""
_TOMCAT = rf"^(?:{ADDRESS}|[+X-])(?: [+X-])? (\d+)$"


def first_fitting(text: pl.Series, patterns: tuple[str, ...], parts: tuple[str, ...], always: str) -> pl.DataFrame:
    """Return the named groups of the first pattern that fits each text, NULL where none does; ``fits`` tells which rows one did.

    ``always``: a group that every pattern has and that is never left out.
    """
    rows = text.rename("text").to_frame().with_row_index("row")
    done = []
    for pattern in patterns:
        tried = rows.with_columns(pl.col("text").str.extract_groups(pattern).alias("g"))
        named = {field.name for field in tried.schema["g"].fields}  # type: ignore[attr-defined]
        have = (pl.col("g").struct.field(part).alias(part) if part in named else pl.lit(None, pl.String).alias(part) for part in parts)
        tried = tried.select("row", "text", pl.col("g").struct.field(always).is_not_null().alias("fits"), *have)
        done.append(tried.filter("fits"))
        rows = tried.filter(~pl.col("fits")).select("row", "text")
        if rows.is_empty():
            break
    blank = rows.select("row", "text", pl.lit(value=False).alias("fits"), *(pl.lit(None, pl.String).alias(part) for part in parts))
    return pl.concat([*done, blank]).sort("row").drop("row", "text")


def whose(before: pl.Series) -> pl.DataFrame:
    """Return ``host, client, forwarded, ident, id, user`` of what stands before the time, and ``fits``."""
    sent = before.str.extract(_QUOTED_LIST, 1)
    if sent.null_count() < len(sent):
        before = values.first_of(before.str.extract(_QUOTED_LIST, 2), before)
    held = _with_held_blanks(before)
    bare = held.str.replace_all('"', "", literal=True).str.strip_chars()
    if bare.str.contains("  ", literal=True).any():
        bare = bare.str.replace(_SPREAD, "$1 $2 $3 $4").str.strip_chars_end()
    found = _paired(first_fitting(bare, CLIENTS, _PARTS, "client"), bare)
    who = pl.coalesce("user", "alone")
    user = (
        who.str.replace(rf"^{_PORTED}(?:, ?{_PORTED})* - ", "")
        .str.replace(r"^(?:- ){2,}\d+$", "-")
        .str.replace(r"^(?:- )+", "")
        .str.replace(r"(?: -)+$", "")
    )
    user = user.str.replace_all(_HELD, " ", literal=True)
    site = pl.col("ident").str.extract(rf"^({_SITED})(?::\d+)?$")  # lighttpd and Domino have the host there
    host = pl.when(~pl.col("host").str.contains(_NO_SITE)).then(values.present(pl.col("host")))
    return found.with_columns(
        pl.coalesce("listed", "client").alias("client"),
        pl.coalesce(values.present(pl.lit(sent)), "forwarded", "listed", who.str.extract(rf"^({_PORTLESS}(?:, ?{_PORTLESS})*) - ")).alias(
            "forwarded"
        ),
        pl.coalesce(host, user.str.extract(rf"^\(({_SITED})\)$"), site).alias("host"),
        pl.coalesce(values.present(pl.col("id")), pl.col("host").str.extract(_REQUEST_NAMED)).alias("id"),
        pl.when(site.is_null()).then("ident").alias("ident"),
        asked_by(user).alias("user"),
    ).drop("alone", "listed")


def _paired(found: pl.DataFrame, before: pl.Series) -> pl.DataFrame:
    """Return the parts where two addresses stand before ident and user: the first is the host that was asked for, or what was forwarded.

    It was forwarded where other lines hold a list there, and where it is another one in most lines: a server has few addresses. Where
    others have none in the second place, the second was forwarded.
    """
    pair = before.str.contains(_PAIR)
    if not pair.any():
        return found
    first = before.str.extract(_PAIR)
    if before.str.contains(_NONE_SECOND).any():  # the second is left out where nobody forwarded
        client, forwarded = pl.coalesce(first, "client"), pl.when(pl.lit(pair)).then("client").otherwise("forwarded")
    elif first.n_unique() > max(_FEW_ADDRESSES, pair.sum() // 2) or before.str.contains(_LIST_FIRST).any():
        client, forwarded = pl.col("client"), pl.coalesce(first, "forwarded")
    else:
        return found
    return found.with_columns(client.alias("client"), forwarded.alias("forwarded"), pl.when(pl.lit(~pair)).then("host").alias("host"))


def asked_by(user: pl.Expr) -> pl.Expr:
    """Return names of users, NULL for what stands there for nobody."""
    return pl.when(~user.str.contains(_NOBODY) & ~user.str.contains(_SERVER)).then(user)


def _with_held_blanks(before: pl.Series) -> pl.Series:
    named = before.str.ends_with('"') & before.str.contains(_PHRASE) & ~before.str.contains(_AGENT)
    if not named.any():
        return before
    name = pl.col("before").str.extract(_PHRASE, 2).str.replace_all(" ", _HELD, literal=True)
    whole = pl.col("before").str.extract(_PHRASE, 1) + name
    return before.rename("before").to_frame().select(pl.when(named).then(whole).otherwise("before")).to_series()


@dataclass(frozen=True)
class After:
    """What was made of the rest of the lines."""

    referrer: pl.Series
    user_agent: pl.Series
    duration_ms: pl.Series
    host: pl.Series
    extra: dict[str, pl.Series]
    fits: pl.Series


def after(known: pl.DataFrame) -> After:
    """Return what stands after the bytes (``rest``); times may stand before them, too.

    ``before``: what stands before the time, ``between``: words before the request, ``paused``: whole seconds there, ``ahead``, ``early``:
    seconds before the status and before the bytes.
    """
    parts = _sorted(known)
    swapped = pl.col("agent").str.contains(r"^https?://\S+$") & pl.col("referrer").str.contains(r"^[A-Za-z][^/]*/\d")
    middle, tail = pl.col("middle").str.strip_chars(), pl.col("tail").str.strip_chars()
    parts = parts.with_columns(pl.concat_str(middle, tail, separator=" ", ignore_nulls=True).str.strip_chars().alias("told"))
    counted = pl.when(pl.lit(known["bytes"].is_not_null())).then(middle.str.extract(_TOMCAT))
    took = durations(parts.with_columns(known["before"], counted.alias("counted")))
    told = parts.select(
        pl.when(swapped).then("agent").otherwise("referrer").alias("referrer"),
        pl.when(swapped).then("referrer").otherwise("agent").alias("agent"),
        pl.coalesce(
            pl.col("told").str.extract(r'(?i)X-Forwarded-For="([^"]*)"'),
            values.present(pl.col("lead")),
            pl.when(~tail.str.contains(_ANSWERED)).then(tail).str.extract(rf'^"({_LISTED})"'),
            tail.str.extract(rf'\s"({_PORTLESS}(?:, ?{_PORTLESS})*)"'),  # with a port it is a server behind
        ).alias("forwarded"),
        pl.coalesce("site", *(pl.col("told").str.extract(each) for each in _SITES)).alias("host"),
        pl.col("told").str.extract(_REQUEST_ID).alias("request_id"),
        pl.col("told").str.extract(_TRACE_ID).alias("trace_id"),
        pl.col("told").str.strip_chars(" -").alias("fields"),
    )
    ids = {name: told[name] for name in ("request_id", "trace_id") if told[name].null_count() < len(told)}
    extra = {"forwarded_for": told["forwarded"], **ids, "fields": told["fields"]}
    if told["fields"].str.contains(_UPSTREAMS).any():
        extra |= _upstreams(told["fields"], ids)
    return After(told["referrer"], told["agent"], took, told["host"], extra, parts["fits"])


def _sorted(known: pl.DataFrame) -> pl.DataFrame:
    """Return what stands after the bytes in its parts: ``lead``, ``referrer``, ``agent``, what surrounds them, and times from before."""
    parts = _parts_of(known["rest"].fill_null("").str.strip_chars_end()).with_columns(
        known[name] for name in ("between", "paused", "ahead", "early")
    )
    found = pl.col("sole").str.contains(r"^https?://").fill_null(value=False)
    parts = parts.with_columns(
        pl.when(found).then("sole").otherwise("referrer").alias("referrer"), pl.when(~found).then("sole").alias("sole")
    )
    parts = _without_type(parts.with_columns(pl.coalesce("agent", "sole", pl.col("tail").str.extract(_BARE)).alias("agent")))
    return _without_addresses(parts)


def _parts_of(rest: pl.Series) -> pl.DataFrame:
    """Return the parts of what stands behind the bytes: by its columns where these are not the usual ones, else by each line's looks."""
    columns = columns_of(rest, _LISTED, _SITED)
    if columns is None or columns.usual:
        return first_fitting(rest, AFTER, _AFTER_PARTS, "tail")
    told = by_columns(rest, columns)
    left = ~told["fits"]
    if not left.any():
        return told
    others = first_fitting(rest.filter(left), AFTER, _AFTER_PARTS, "tail").with_columns(row=left.arg_true())
    whole = told.with_row_index("row").filter("fits")
    return pl.concat([whole, others.select(whole.columns)]).sort("row").drop("row")


def _without_type(parts: pl.DataFrame) -> pl.DataFrame:
    """Take the type of the answer out of the user agent's place: what stands before it is the agent, unless it looks like a referrer."""
    typed = pl.col("agent").str.contains(_TYPE).fill_null(value=False)
    if not parts.select(typed.any()).item():
        return parts
    before = pl.when(~pl.col("referrer").str.contains(r"^(?:-?|[a-z]+://.*)$")).then("referrer")
    return parts.with_columns(
        pl.when(typed).then(before).otherwise("agent").alias("agent"),
        pl.when(typed & before.is_not_null()).then(None).otherwise("referrer").alias("referrer"),
    )


def _without_addresses(parts: pl.DataFrame) -> pl.DataFrame:
    """Take addresses out of the referrer's place: they were forwarded, and a URL behind them is the referrer."""
    listed = pl.col("referrer").str.contains(rf"^{SURE}(?:, ?{ADDRESS})*$").fill_null(value=False)
    if not parts.select(listed.any()).item():
        return parts
    url = pl.col("agent").str.contains(r"^https?://")
    return parts.with_columns(
        pl.when(listed).then("referrer").otherwise("lead").alias("lead"),
        pl.when(~listed).then("referrer").when(url).then("agent").alias("referrer"),
        pl.when(~(listed & url)).then("agent").alias("agent"),
    )


def _upstreams(fields: pl.Series, ids: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Return what ingress-nginx says of the servers behind it, and the fields that are anything else."""
    found = fields.str.extract_groups(_UPSTREAMS).struct.unnest()
    told = {name: found[name] for name in found.columns if found[name].null_count() < len(found)}
    if "request_id" in ids and "request_id" in told:
        told["request_id"] = values.first_of(ids["request_id"], told["request_id"])
    known = found["upstream"].is_not_null()
    return {**told, "fields": pl.select(pl.when(~known).then(fields)).to_series()}
