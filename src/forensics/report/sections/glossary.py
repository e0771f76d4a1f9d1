"""The scale of likelihoods, the ladder of claims, and words."""

from __future__ import annotations

from forensics.certainty import SCALE
from forensics.report.blocks import Block, Note, Section, Terms
from forensics.report.document import Document

LADDER = (
    "The ladder of claims: same session or device → same operator → same payer → same organisation. "
    "The program never claims more: neither direction by an organisation nor intent."
)

WORDS = (
    (
        "actor",
        "Accounts that share identifiers so strongly that they belong together, "
        "at the level of one operator, one payer or one organisation. Not a person.",
    ),
    ("participant", "An account of the actor that took part in the load."),
    ("uninvolved", "An account that is linked to the actor, and that it took part is not shown."),
    ("known", "An account that a person ruled known (a partner, a monitor, a load test): what it did is told, and it is not blamed."),
    (
        "bits",
        "Strength of a link: the base-2 logarithm of how many times more likely the evidence is "
        "if the accounts belong together than if not.",
    ),
    ("observed / inferred", "Observed: written in the evidence. Inferred: concluded from it, with a likelihood."),
    (
        "excess",
        "Requests above what is usual for that time of day. Shares are of all that rose: where others asked less than usual meanwhile, "
        "that is more than the excess of everybody together.",
    ),
    (
        "comparable windows",
        "The same hours of other days, as long as the rise before the incident and outside every incident; a load that did no harm is "
        "none, unless it is a load that is looked at. What is said of the incident is looked for in each of them in the same way "
        "(statisticians call them placebos).",
    ),
    (
        "p",
        "How easily chance does as much: the share of the windows, the incident's own counted with them, in which a load rose as far. "
        "The smaller, the rarer; with few windows it cannot get small, and nothing is then called more than likely.",
    ),
    ("failed", "Answered with status 500 or above."),
    ("refused", "Answered with a status from 400 to 499."),
)


def build(document: Document) -> tuple[Block, ...]:
    """Return the glossary."""
    bounds = [bound for bound, _ in SCALE[1:]] + [0.99]
    scale = tuple((name, f"from {low:.0%} to {high:.0%}") for (low, name), high in zip(SCALE, bounds, strict=True))
    return (Terms(scale), Note(LADDER), Terms(WORDS))


SECTION = Section(120, "glossary", "Glossary and likelihood scale", build)
