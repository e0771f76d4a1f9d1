"""Rival explanations of one incident, each with evidence for and against: one module per explanation; the folder is the registry.

A module has ``EXPLANATION`` (its name), ``PRIOR`` (bits before any evidence; 0 is "something else"), ``EXCLUSIVE`` (False when it may be
true beside another) and ``weigh(facts, names) -> Weighed`` (None where the question does not arise). Evidence is weighed in bits, log2 of
how much more often it is seen when the explanation is true than when it is not, on a coarse scale: 1 weak, 2 fair, 4 strong, 6 decisive
(Good, "Probability and the Weighing of Evidence", 1950). The weights are judgements, the same in every case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from forensics.attribution.facts.facts import Facts
from forensics.certainty import bounded

WEAK, FAIR, STRONG, DECISIVE = 1.0, 2.0, 4.0, 6.0

Names = dict[str, str]
"""Subject id -> how a person calls it."""


@dataclass
class Weighed:
    """What speaks for and against one explanation, and what evidence would decide."""

    speaks_for: list[tuple[str, float]] = field(default_factory=list)
    speaks_against: list[tuple[str, float]] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)

    def pro(self, sentence: str, bits: float) -> None:
        """Add evidence for."""
        self.speaks_for.append((sentence, bits))

    def contra(self, sentence: str, bits: float) -> None:
        """Add evidence against."""
        self.speaks_against.append((sentence, bits))

    @property
    def bits(self) -> float:
        """Sum of all evidence."""
        return sum(b for _, b in self.speaks_for) - sum(b for _, b in self.speaks_against)


@dataclass(frozen=True)
class Rival:
    """One explanation with its likelihood among all of them."""

    explanation: str
    likelihood: float
    weighed: Weighed


def modules() -> list[ModuleType]:
    """Return the modules of all explanations, by name."""
    return [import_module(f"{__name__}.{module.name}") for module in sorted(iter_modules(__path__), key=lambda m: m.name)]


def weigh_all(facts: Facts, names: Names) -> list[Rival]:
    """Weigh every explanation; likelihoods of those that exclude each other share what "something else" (0 bits) leaves."""
    weighed_by = [(module, module.weigh(facts, names)) for module in modules()]
    found: list[tuple[ModuleType, Weighed]] = [(module, weighed) for module, weighed in weighed_by if weighed is not None]
    strength = {module.EXPLANATION: 2.0 ** min(40.0, module.PRIOR + weighed.bits) for module, weighed in found}
    whole = 1.0 + sum(strength[module.EXPLANATION] for module, _ in found if module.EXCLUSIVE)
    rivals = [
        Rival(
            module.EXPLANATION,
            bounded(strength[module.EXPLANATION] / (whole if module.EXCLUSIVE else 1.0 + strength[module.EXPLANATION])),
            weighed,
        )
        for module, weighed in found
    ]
    return sorted(rivals, key=lambda r: (-r.likelihood, r.explanation))


def likelihood_of(rivals: Iterable[Rival], *explanations: str) -> float:
    """Return the likelihood that one of several exclusive explanations holds."""
    return min(0.99, sum(r.likelihood for r in rivals if r.explanation in explanations))
