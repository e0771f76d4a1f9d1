"""Percent-decoding of whole columns (CloudFront and Akamai encode what they log)."""

from __future__ import annotations

from urllib.parse import unquote

import polars as pl

_ASCII = [chr(code) for code in range(0x20, 0x7F) if chr(code) != "%"]
_ESCAPES = {f"%{digits}": char for char in _ASCII for digits in {f"{ord(char):02X}", f"{ord(char):02x}"}}


def percent_decoded(text: pl.Series, rounds: int = 2) -> pl.Series:
    """Return text with ``%XX`` decoded, up to ``rounds`` times (a logger that encodes what was encoded already).

    Printable ASCII is replaced at once; values with other escapes (UTF-8 bytes, control characters) are decoded by their distinct values.
    """
    for _ in range(rounds):
        encoded = text.str.contains(r"%[0-9A-Fa-f]{2}").fill_null(False)
        if not encoded.any():
            return text
        values = text.filter(encoded).str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
        left = values.filter(values.str.contains(r"%[0189A-Fa-f7][0-9A-Fa-f]")).unique()
        if len(left):
            values = values.replace({value: unquote(value) for value in left if _worth_decoding(value)})
        text = text.scatter(encoded.arg_true(), values.str.replace_all("%25", "%", literal=True))
    return text


def _worth_decoding(value: str) -> bool:
    return "�" not in unquote(value)
