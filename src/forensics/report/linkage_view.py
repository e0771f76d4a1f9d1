"""Actors in the terminal: a tree of levels and accounts, and the waterfall of an explanation. Text only; nothing in it is obeyed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from forensics.certainty import word
from forensics.linkage.explain import Explanation
from forensics.linkage.structure import Structure
from forensics.report.tables import emit, readable
from forensics.text import counted, printable

WIDTH = 12
"""Characters of the widest bar of a waterfall."""

MOST = 30
"""Accounts and steps that are drawn; what is left out is counted."""

ASIDE = 4
"""Steps that add nothing, of which so many are drawn."""


def show_actor(structure: Structure, console: Console | None = None) -> None:
    """Draw an actor: levels, accounts, what ties each of them, metrics, what may be related."""
    (console or Console()).print(Group(*_actor_parts(structure)))


def _actor_parts(structure: Structure) -> Iterator[RenderableType]:
    yield _tree(structure.tree)
    yield _metrics(structure)
    if structure.returns:
        yield Text("\nPossible returns (appeared after the actor was blocked):", style="bold")
        for row in structure.returns:
            yield _line(
                row["account_id"], f"{row['email'] or ''} appeared {readable(row['appeared_at'])}, blocked {readable(row['blocked_at'])}"
            )
    if structure.related:
        yield Text("\nPossibly related, not counted:", style="bold")
        for row in structure.related:
            what = f"{row['identifier_type'].replace('_', ' ')} {row['identifier_value']}"
            yield _line(
                row["account_id"], f"{row['email'] or ''}  {what} ({row['weight_bits']:.1f} bits, with {row['members']} of the actor)"
            )


def _line(name: str, rest: str) -> Text:
    return Text.assemble("  ", (printable(name), "cyan"), "  ", printable(rest))


def _tree(rows: list[dict[str, Any]]) -> Tree:
    nodes: dict[str, Tree] = {}
    shown: dict[str, int] = {}
    root: Tree | None = None
    for row in rows:
        node = nodes.get(row["actor_id"])
        if node is None:
            label = _actor_label(row)
            parent = nodes.get(row["parent_actor_id"] or "")
            alone = row["accounts"] == 1 and parent is not None
            node = parent if alone and parent is not None else (parent.add(label) if parent is not None else Tree(label))
            nodes[row["actor_id"]] = node
            root = root or node
        if row["account_id"]:
            key = row["actor_id"] if row["accounts"] > 1 else row["parent_actor_id"] or row["actor_id"]
            shown[key] = shown.get(key, 0) + 1
            if shown[key] <= MOST:
                node.add(_account_label(row))
    for key, count in shown.items():
        if count > MOST and key in nodes:
            nodes[key].add(Text(f"... and {count - MOST} more accounts", style="dim"))
    return root or Tree("nothing")


def _actor_label(row: dict[str, Any]) -> Text:
    sure = f"{word(row['likelihood'])} ({row['likelihood']:.0%})"
    facts = f"  {row['level']}, {counted(row['accounts'], 'account')}, {counted(row['requests'] or 0, 'request')}, {sure}"
    return Text.assemble((printable(row["label"] or row["actor_id"]), "bold"), facts, (f"  {row['actor_id']}", "dim"))


def _account_label(row: dict[str, Any]) -> Text:
    tie = f"  {row['strength_bits']:.1f} bits, {printable(row['via'])}" if row["strength_bits"] is not None else ""
    known = f"  known: {printable(row['known'])}" if row["known"] else ""
    return Text.assemble((printable(row["account_id"]), "cyan"), f"  {printable(row['email'] or '')}", (tie, "dim"), (known, "yellow"))


def _metrics(structure: Structure) -> Text:
    metrics = structure.metrics
    parts = []
    if metrics.density is not None:
        parts.append(f"{metrics.density:.0%} of its pairs share something directly")
        parts.append(
            f"{counted(len(metrics.bridges), 'account')} hold{'s' if len(metrics.bridges) == 1 else ''} it together"
            if metrics.bridges
            else "no single account holds it together"
        )
    if metrics.weakest:
        parts.append(f"weakest tie: {printable(metrics.weakest[0])} ({metrics.weakest[1]:.1f} bits)")
    return Text("; ".join(parts), style="dim")


def show_explanation(explanation: Explanation, console: Console | None = None) -> None:
    """Draw the waterfall: from the prior, step by step, to what is left."""
    (console or Console()).print(Group(*_explanation_parts(explanation)))


def _explanation_parts(explanation: Explanation) -> Iterator[RenderableType]:
    yield Text(printable(explanation.verdict), style="bold")
    yield _waterfall(explanation)
    shared = explanation.total + explanation.prior
    left = f"{shared:.1f} bits, less {explanation.prior:.1f} before any evidence: {explanation.total:+.1f}"
    directly = f"What they share directly: {left}" if explanation.other_id else ""
    sure = f"Belonging together: {word(explanation.likelihood)} ({explanation.likelihood:.0%}){_left_out(explanation)}"
    yield Text(". ".join(part for part in (directly, sure) if part))
    if explanation.chain:
        yield Text(printable("Through others: " + " - ".join(explanation.chain)))
    for sentence in explanation.needed:
        yield Text(printable(sentence))
    if explanation.needed:
        yield Text(NO_LINK)


NO_LINK = (
    "This is about what is shared at any time. How alike accounts worked in an incident is weighed in its report (“one operator”), and "
    "links nobody."
)


def _left_out(explanation: Explanation) -> str:
    """Say what speaks for a link that is not made and is not counted: that nothing is counted does not show that nothing is there."""
    alone = [step.bits for step in explanation.steps if step.bits > 0 and not step.kept]
    if not alone or not explanation.needed:
        return ""
    whose = "they share" if explanation.other_id else "it shares with others"
    each = "it is too little by itself" if len(alone) == 1 else f"each is too little by itself (the strongest {max(alone):.1f} bits)"
    return f" by what is counted; {counted(len(alone), 'thing')} that {whose} {'is' if len(alone) == 1 else 'are'} left out: {each}"


def _waterfall(explanation: Explanation) -> Table:
    table = Table(header_style="bold", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, side in (("evidence", "left"), ("bits", "right"), ("total", "right"), ("", "left"), ("why, where", "left")):
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    highest = max([explanation.prior, *(abs(step.total) for step in explanation.steps)], default=1.0)
    table.add_row(
        "any two accounts",
        f"{-explanation.prior:+.1f}",
        f"{-explanation.prior:+.1f}",
        _bar(-explanation.prior, highest),
        "before any evidence",
    )
    adding = [step for step in explanation.steps if step.counted]
    aside = [step for step in explanation.steps if not step.counted]
    for step in [*adding[:MOST], *aside[:ASIDE]]:
        counted = f"{step.counted:+.1f}" if step.counted else f"({step.bits:.1f})"
        total = f"{step.total:+.1f}" if step.counted else ""
        reason = Text.assemble(printable(step.why), (f"  {printable(step.where)}", "dim"))
        bar = _bar(step.total, highest) if step.counted else Text("")
        table.add_row(Text(printable(step.what), style="" if step.counted else "dim"), counted, total, bar, reason)
    if len(aside) > ASIDE:
        table.add_row(
            Text(f"... and {len(aside) - ASIDE} more that add nothing", style="dim"), "", "", "", Text("--format csv has all", style="dim")
        )
    return table


def _bar(value: float, highest: float) -> Text:
    length = round(abs(value) / highest * WIDTH)
    return Text("█" * length, style="red" if value < 0 else "green")


def emit_structure(structure: Structure, style: str | None, output: Path | None) -> None:
    """Draw an actor on a terminal; as rows (one per account) in any other style."""
    if drawn(style, output):
        show_actor(structure)
        return
    emit(pl.DataFrame(structure.tree, infer_schema_length=None), style=style, output=output)


def emit_explanation(explanation: Explanation, style: str | None, output: Path | None) -> None:
    """Draw an explanation on a terminal; as rows (one per piece of evidence) in any other style."""
    if drawn(style, output):
        show_explanation(explanation)
        return
    emit(explanation.frame(), style=style, output=output)


def drawn(style: str | None, output: Path | None) -> bool:
    """Whether a picture is wanted: asked for as a table, or on a terminal and nothing else asked for."""
    return output is None and (style == "table" or (style is None and sys.stdout.isatty()))
