"""The linkage signals: one ``.sql`` file per identifier in ``linkage/signals/``; the folder is the registry.

A signal's header says how it weighs (``-- weigh: family=... level=... m=... chance=... owner=...``):

``family``  evidence of one family is never added up as if it were independent (organisation, payment, network, device, behaviour, person)
``level``   what sharing it can show at most: operator, payer or organisation
``m``       the share of one operator's accounts that have the value in common
``chance``  how many other accounts are expected to have a value by mere chance, beside those counted in the case
``owner``   bits in favour of a shared value being one owner's before the accounts that share it are looked at; ``none``: such a value is
            never enough by itself, it only adds to others
``loose``   bits against one owner for every account that shares the value and nothing else (left out: 0.93)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from forensics.case.sql import names, sql

FOLDER = "linkage/signals"
_WEIGH = re.compile(r"^-- weigh: (.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Signal:
    """What a shared identifier of one type is worth."""

    name: str
    family: str
    level: str
    m: float
    chance: float
    owner: float | None
    loose: float
    title: str


@cache
def signals() -> dict[str, Signal]:
    """Return all signals by name; ``ValueError`` for a file whose header does not say how it weighs."""
    return {name: _signal(name) for name in names(FOLDER)}


def _signal(name: str) -> Signal:
    text = sql(FOLDER, name)
    found = _WEIGH.search(text)
    if found is None:
        raise ValueError(f"linkage signal {name} has no '-- weigh:' line")
    weigh = dict(item.split("=", 1) for item in found[1].split())
    return Signal(
        name=name,
        family=weigh["family"],
        level=weigh["level"],
        m=float(weigh["m"]),
        chance=float(weigh["chance"]),
        owner=None if weigh["owner"] == "none" else float(weigh["owner"]),
        loose=float(weigh.get("loose", "0.93")),
        title=text.partition("-- title: ")[2].partition("\n")[0],
    )
