"""Secrets that URLs carry (tokens, keys, passwords) are masked in every report unless asked for."""

from __future__ import annotations

import polars as pl

MASK = "[masked]"

_NAMES = "token|secret|passw(?:or)?d|passwd|pwd|api_?key|apikey|access_?key|auth|signature|sig|session|sid|jwt|credential|private"
_PATTERNS = (
    rf"(?i)([?&;](?:[\w.\-\[\]]*?(?:{_NAMES})[\w.\-\[\]]*|key|code|pass|pw)=)[^&;\s#\"'<>]+",  # a parameter named like a secret
    r"(?i)(\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:)[^\s/@]+(?:@)",  # a password before the host
    r"(?i)(\b(?:bearer|basic)\s+)[a-z0-9._~+/=\-]{8,}",  # an Authorization header
    r"(\b)eyJ[\w\-]{6,}\.[\w\-]{6,}\.[\w\-]*",  # a JSON web token, wherever it stands
)


def masked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with the secrets in all its texts (and lists of texts) replaced by ``[masked]``."""
    texts = [_mask(pl.col(name)) for name, kind in frame.schema.items() if kind == pl.String]
    lists = [pl.col(name).list.eval(_mask(pl.element())) for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    return frame.with_columns(*texts, *lists) if texts or lists else frame


def _mask(expression: pl.Expr) -> pl.Expr:
    for pattern in _PATTERNS:
        keep_at = "@" if pattern.endswith("(?:@)") else ""
        expression = expression.str.replace_all(pattern, "${1}" + MASK + keep_at)
    return expression
