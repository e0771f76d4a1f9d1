"""Commands of the group ``taken``: what was collected, and what could be done about it."""

from __future__ import annotations

from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder, IncidentArgument, OutputOption, StyleOption

Objects = Annotated[
    list[str] | None, typer.Option("--object", metavar="ROUTE=KIND", help="What a route hands out; kept with the case. Repeatable.")
]
Pair = Annotated[str | None, typer.Option("--pair", metavar="KIND+KIND", help="The two kinds that make a pair; kept with the case.")]
Costs = Annotated[
    list[str] | None, typer.Option("--cost", metavar="ROUTE=WEIGHT", help="How heavy a request is; kept with the case. Repeatable.")
]


def taken(
    actor: Annotated[
        str | None, typer.Argument(metavar="ACTOR", help="An actor (id or label) or an account (id or email); default: all who took part.")
    ] = None,
    objects: Objects = None,
    pair: Pair = None,
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Show what was collected: asked for and actually served.

    \b
    Examples:
      forensics taken
      forensics taken payer-0123456789ab --format csv
      forensics taken --object '/cdn/images/{id}.png=image' --pair job+image
    """
    from forensics.analysis import ensure_analysed
    from forensics.attribution.settings import keep
    from forensics.case.case import Case
    from forensics.collection.listing import taken_listing
    from forensics.progress import Terminal
    from forensics.report.tables import emit

    with Case.open(case) as opened:
        keep(opened, objects=objects, pair=pair)
        ensure_analysed(opened, Terminal())
        emit(taken_listing(opened, actor, style, output), style=style, output=output, title="What was taken")


def response(
    incident: IncidentArgument = None,
    cost: Costs = None,
    block_list: Annotated[str | None, typer.Option("--block-list", help="Write a block list: csv, nginx-deny, nginx-map or plain.")] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="A measure of the listing (default: account, or the only one that blocks anybody).")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="How long a block holds, from the last line of the logs.")] = 30,
    shared: Annotated[bool, typer.Option("--include-shared", help="Keep addresses that others use too.")] = False,
    case: CaseFolder = DEFAULT_CASE,
    style: StyleOption = None,
    output: OutputOption = None,
) -> None:
    """Show the ban choices: what each would have prevented, and whom it would hit.

    \b
    Examples:
      forensics response
      forensics response --block-list nginx-deny --output deny.conf
      forensics response --cost '/api/generate=50'
    """
    from forensics.analysis import ensure_analysed
    from forensics.attribution.settings import keep
    from forensics.case.case import Case
    from forensics.progress import Terminal
    from forensics.report.tables import emit
    from forensics.response.blocking import write_block_list
    from forensics.response.listing import response_listing

    with Case.open(case) as opened:
        keep(opened, cost=cost)
        ensure_analysed(opened, Terminal())
        if block_list is not None:
            write_block_list(opened, incident, block_list, measure, days=days, shared=shared, output=output)
            return
        emit(response_listing(opened, incident, style, output), style=style, output=output, title="Response plan (grounds: --format json)")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(taken)
    app.command()(response)
