"""From shared values to actors: ``links``, ``actors``, ``actor_accounts``.

1. A value that can have one owner (a card, a company's domain) links its accounts if they cohere (``coherence``).
2. Values that are never enough by themselves (addresses) join groups that two families of evidence hold together (``corroboration``).
3. Groups are components: same operator within same payer; an organisation is everybody at the domain that most of a group is at.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from forensics.case.case import Case
from forensics.linkage import coherence
from forensics.linkage.components import Numbers, through_values
from forensics.linkage.corroboration import corroborated
from forensics.linkage.registry import signals
from forensics.linkage.weights import likelihood, prior_bits, value_bits
from forensics.linkage.world import Verdict, World

SAMPLE = 256
"""Sharers of one value that the coherence test looks at."""


def link(case: Case) -> None:
    """Fill ``links``, ``actors`` and ``actor_accounts`` from ``identifiers``."""
    case.replace("identifier_types", _types())
    case.execute("linkage", "number")
    world = World(
        accounts=case.table("account_numbers").height,
        values=case.frame("linkage", "shared_values"),
        uses=case.frame("linkage", "value_uses"),
        signals=signals(),
    )
    ties = case.frame("linkage", "ties", sample=SAMPLE, surprise_bits=coherence.SURPRISE_BITS, accounts=max(1, world.accounts))
    verdicts = judge(world, coherence.tied_accounts(ties))
    strong = _groups(world, verdicts, ("operator", "payer"))
    payer, joined = corroborated(world, verdicts, strong)
    verdicts.update(joined)
    leaf = _groups(world, verdicts, ("operator",))
    organisation = _organisations(world, verdicts, payer)
    case.insert("value_verdicts", world.verdict_frame(verdicts))
    case.insert("account_groups", _account_groups(world, verdicts, leaf, payer, organisation))
    case.execute("linkage", "write_actors")


def _types() -> pl.DataFrame:
    return pl.DataFrame(
        [(s.name, s.family, s.level, s.m, s.chance, s.owner) for s in signals().values()],
        schema={
            "identifier_type": pl.String(), "family": pl.String(), "level": pl.String(), "m": pl.Float64(), "chance": pl.Float64(),
            "owner_bits": pl.Float64(),
        },
        orient="row",
    )  # fmt: skip


def judge(world: World, tied: dict[int, int]) -> dict[int, Verdict]:
    """Say for every shared value that can have one owner whether it links its accounts, and why."""
    verdicts: dict[int, Verdict] = {}
    prior = prior_bits(world.accounts)
    for value, name, sharers in world.values.iter_rows():
        signal = world.signals[name]
        if signal.owner is None:
            bits = value_bits(signal.m, sharers - 2, signal.chance, world.accounts)
            why = (
                f"shared by {sharers} accounts; a {name.replace('_', ' ')} is not enough by itself ({bits:.1f} of {prior:.1f} bits needed)"
            )
            verdicts[value] = Verdict(False, bits, why, signal.family, signal.level)
            continue
        sampled, together = min(sharers, SAMPLE), tied.get(value, 0)
        owned = coherence.owner_bits(signal.owner, sampled, together)
        others = 0 if owned > 0 else sharers - 2
        bits = value_bits(signal.m, others, signal.chance, world.accounts)
        verdicts[value] = Verdict(owned > 0, bits, _reason(name, sharers, sampled, together, owned), signal.family, signal.level)
    return verdicts


def _reason(name: str, sharers: int, sampled: int, together: int, owned: float) -> str:
    what = name.replace("_", " ")
    if owned <= 0:
        found = f"{together} of {sampled} hang together in any other way" if together else "and have nothing else in common"
        return f"{sharers} accounts share this {what}, {found}: a shared resource, not one owner"
    if together:
        return f"{sharers} accounts share this {what}; {together} of {sampled} hang together in other ways too"
    return f"{sharers} accounts share this {what}"


def _groups(world: World, verdicts: dict[int, Verdict], levels: tuple[str, ...]) -> Numbers:
    kept = np.zeros(world.values.height, dtype=bool)
    for value, verdict in verdicts.items():
        kept[value] = verdict.kept and verdict.level in levels
    chosen = kept[world.value_no]
    return through_values(world.accounts, world.values.height, world.account_no[chosen], world.value_no[chosen])


def _organisations(world: World, verdicts: dict[int, Verdict], payer: Numbers) -> Numbers:
    """Return each account's organisation: every group belongs to the organisation value that most of its accounts have."""
    kept = [value for value, verdict in verdicts.items() if verdict.kept and verdict.level == "organisation"]
    frame = world.uses.filter(pl.col("value_no").is_in(kept))
    frame = frame.with_columns(pl.Series("group", payer[frame["account_no"].to_numpy()]))
    main = (
        frame.group_by("group", "value_no")
        .len()
        .sort("group", "len", "value_no", descending=[False, True, False])
        .group_by("group", maintain_order=True)
        .first()
    )
    nodes = through_values(world.accounts, world.values.height, main["group"].to_numpy().astype(np.int32), main["value_no"].to_numpy())
    return nodes[payer]


def _account_groups(world: World, verdicts: dict[int, Verdict], leaf: Numbers, payer: Numbers, organisation: Numbers) -> pl.DataFrame:
    """Return the rows of ``account_groups``: groups, and what ties the account into the widest group that is not an organisation."""
    weights = pl.DataFrame(
        [(value, v.weight_bits) for value, v in verdicts.items() if v.kept and v.level != "organisation"],
        schema={"value_no": pl.Int32(), "bits": pl.Float64()},
        orient="row",
    )
    best = (
        world.uses.join(weights, on="value_no")
        .sort("account_no", "bits", "value_no", descending=[False, True, False])
        .group_by("account_no", maintain_order=True)
        .agg(pl.col("bits").first().alias("strength_bits"), pl.col("value_no").first().alias("via"))
    )
    prior = prior_bits(world.accounts)
    frame = pl.DataFrame(
        {"account_no": np.arange(world.accounts, dtype=np.int32), "leaf": leaf, "payer": payer, "organisation": organisation}
    )
    return frame.join(best, on="account_no", how="left").with_columns(
        pl.col("strength_bits")
        .map_elements(lambda b: max(0.01, min(0.99, likelihood(b - prior))), return_dtype=pl.Float64)
        .alias("likelihood")
    )
