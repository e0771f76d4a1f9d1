"""Commands of the group ``actors``: which accounts belong together, how sure, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, OutputOption, StyleOption

Seed = Annotated[
    str | None,
    typer.Option(
        "--seed",
        metavar="ACCOUNT|DOMAIN|ADDRESS",
        help="Start from a suspect and walk outwards, strongest links first.",
        show_default=False,
    ),
]


def actors(seed: Seed = None, case: CaseFolder = DEFAULT_CASE, style: StyleOption = None, output: OutputOption = None) -> None:
    """List the clusters of accounts that belong together, the most active first.

    \b
    Examples:
      forensics actors
      forensics actors --seed rival.example
      forensics actors --seed 198.18.3.7 --format csv --output reach.csv
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.linkage.listing import NOTHING, brief, clusters, strongest, told_changes, told_of_walk
    from forensics.linkage.walk import from_seed
    from forensics.progress import Terminal
    from forensics.report.linkage_view import drawn
    from forensics.report.tables import emit

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        if seed is not None:
            reached = from_seed(opened, seed)
            shown = strongest(reached) if drawn(style, output) else reached
            for sentence in told_of_walk(reached, shown):
                Terminal().say(sentence)
            emit(shown, style=style, output=output, title=f"Reachable from {seed}")
        else:
            for sentence in told_changes(opened):
                Terminal().say(sentence)
            found = clusters(opened)
            if found.is_empty():
                Terminal().say(NOTHING)
            emit(brief(found) if drawn(style, output) else found, style=style, output=output, title="Actors of several accounts")


def actor(
    name: Annotated[str, typer.Argument(metavar="ID", help="An actor's id or label, or one of its accounts.", show_default=False)],
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Draw one actor from inside: its levels, its accounts and what ties each of them.

    \b
    Examples:
      forensics actor payer-0123456789ab
      forensics actor rival.example
      forensics actor rival.example --format json
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.linkage.structure import structure
    from forensics.progress import Terminal
    from forensics.report.linkage_view import emit_structure

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        emit_structure(structure(opened, name), style, output)


def explain(
    account: Annotated[str, typer.Argument(metavar="A", help="An account id or email address.", show_default=False)],
    other: Annotated[str | None, typer.Argument(metavar="B", help="Another account.", show_default=False)] = None,
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Explain why an account is in its actor, or why two accounts are linked - or are not.

    \b
    Examples:
      forensics explain u-1043
      forensics explain u-1043 someone@mail.example
      forensics explain u-1043 u-2210 --format json
    """
    from forensics.analysis import ensure_analysed
    from forensics.case.case import Case
    from forensics.linkage.explain import explain_account, explain_pair
    from forensics.progress import Terminal
    from forensics.report.linkage_view import emit_explanation

    with Case.open(case) as opened:
        ensure_analysed(opened, Terminal())
        found = explain_account(opened, account) if other is None else explain_pair(opened, account, other)
        emit_explanation(found, style, output)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(actors)
    app.command()(actor)
    app.command()(explain)
