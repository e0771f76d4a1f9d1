"""Secrets (tokens, keys, passwords) are masked in every report unless asked for.

They stand in URLs and headers of requests, in columns that an export of accounts carried besides what is known of them, and among the
identifiers that tie accounts.
"""

from __future__ import annotations

import polars as pl

MASK = "[masked]"

_NAMES = "token|secret|passw(?:or)?d|passwd|pwd|api_?key|apikey|access_?key|auth|signature|sig|session|sid|jwt|credential|private"
_PATTERNS = (
    rf"(?i)([?&;](?:[\w.\-\[\]]*?(?:{_NAMES})[\w.\-\[\]]*|key|code|pass|pw)=)[^&;\s#\"'<>]+",  # a parameter named like a secret
    r"(?i)(\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/@]+(?:@)",  # a password before the host
    r"(?i)(\b(?:bearer|basic)\s+)[a-z0-9._~+/=\-]{8,}",  # an Authorization header
    # keys of services (in ASCII: with Unicode's words the pattern takes forty times as long)
    r"(?-u:(\b)(?:[srp]k_(?:live|test)_[0-9A-Za-z_]{8,}|whsec_[0-9A-Za-z_]{16,}|gh[pousr]_[0-9A-Za-z_]{20,}|"
    r"xox[abeprs]-[0-9A-Za-z_\-]{10,}|AKIA[0-9A-Z]{16}\b|AIza[0-9A-Za-z_\-]{35}))",
    r"(\b)eyJ[\w\-]{6,}\.[\w\-]{6,}\.[\w\-]*",  # a JSON web token, wherever it stands
)


_SECRET_KEY = (
    r"(?:^|_)(?:api_?keys?|access_?keys?|secret_?keys?|private_?keys?|signing_?keys?|licen[cs]e_?keys?|auth_?keys?|encryption_?keys?|"
    r"tokens?|secrets?|passw(?:or)?ds?|passwd|pwd|jwt|bearer|cookies?|credentials?|session(?:_?id)?|sid)(?:_(?:key|value))?(?:_\d+)?$"
)
"""How a column of an export is called that holds secrets (in small letters, words joined by ``_``); the id of a key is none."""

_MAP = pl.Map(pl.String(), pl.String())
_ENTRIES = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))
_TOLD_BY = 4
"""Last characters of an identifier that stay, so that two keys remain two; of one that is shorter than four times this, none."""


def masked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the secrets in all its texts (lists of texts, maps of an export's columns) replaced by ``[masked]``."""
    texts = [_mask(pl.col(name)) for name, kind in frame.schema.items() if kind == pl.String]
    lists = [pl.col(name).list.eval(_mask(pl.element())) for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    maps = [_mask_map(pl.col(name)) for name, kind in frame.schema.items() if kind == _MAP]
    clean = frame.with_columns(*texts, *lists, *maps) if texts or lists or maps else frame
    if {"identifier_type", "identifier_value"} <= set(frame.columns):
        clean = clean.with_columns(_mask_identifier(frame["identifier_value"]))
    return clean


def _named_secret(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.replace_all(r"[^0-9a-z]+", "_").str.contains(_SECRET_KEY)


def _mask_map(column: pl.Expr) -> pl.Expr:
    """Mask the values of a map that stand under the name of a secret, and secrets within the others."""
    name, value = pl.element().struct.field("key"), pl.element().struct.field("value")
    switch = value.str.to_lowercase().is_in(("true", "false", "yes", "no"))  # whether there is one is no secret
    said = pl.when(_named_secret(name) & ~switch).then(pl.lit(MASK)).otherwise(_mask(value))
    return column.cast(_ENTRIES).list.eval(pl.struct(name.alias("key"), said.alias("value"))).cast(_MAP)


def _mask_identifier(values: pl.Series) -> pl.Expr:
    """Mask what ties accounts where its type is that of a secret."""
    value = pl.lit(values)
    end = pl.when(value.str.len_chars() >= 4 * _TOLD_BY).then("…" + value.str.slice(-_TOLD_BY)).otherwise(pl.lit(""))
    return (
        pl.when(_named_secret(pl.col("identifier_type"))).then(MASK + end).otherwise(pl.col("identifier_value")).alias("identifier_value")
    )


def _mask(expression: pl.Expr) -> pl.Expr:
    for pattern in _PATTERNS:
        keep_at = "@" if pattern.endswith("(?:@)") else ""
        expression = expression.str.replace_all(pattern, "${1}" + MASK + keep_at)
    return expression
