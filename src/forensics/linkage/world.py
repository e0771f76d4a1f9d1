"""The accounts and shared values of a case, as numbers, and what was decided about each value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from forensics.linkage.components import Numbers
from forensics.linkage.registry import Signal


@dataclass(frozen=True)
class Verdict:
    """Whether a value links the accounts that share it."""

    kept: bool
    weight_bits: float
    why: str
    family: str
    level: str


@dataclass(frozen=True)
class World:
    """The two-sided graph of accounts and the values that two or more of them share."""

    accounts: int
    values: pl.DataFrame
    """value_no, identifier_type, sharers"""
    uses: pl.DataFrame
    """value_no, account_no"""
    signals: dict[str, Signal]

    @cached_property
    def value_no(self) -> Numbers:
        """The value of each use."""
        return self.uses["value_no"].to_numpy().astype(np.int32, copy=False)

    @cached_property
    def account_no(self) -> Numbers:
        """The account of each use."""
        return self.uses["account_no"].to_numpy().astype(np.int32, copy=False)

    def verdict_frame(self, verdicts: dict[int, Verdict]) -> pl.DataFrame:
        """Return verdicts as rows."""
        rows = [(value, v.kept, v.weight_bits, v.why, v.family, v.level) for value, v in sorted(verdicts.items())]
        schema = {
            "value_no": pl.Int32(), "kept": pl.Boolean(), "weight_bits": pl.Float64(), "why": pl.String(), "family": pl.String(),
            "level": pl.String(),
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")
