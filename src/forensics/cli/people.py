"""What people add: notes and rulings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from forensics.cli.options import DEFAULT_CASE, CaseFolder


class Verdict(StrEnum):
    """What can be ruled."""

    CONFIRM = "confirm"
    REJECT = "reject"
    KNOWN = "known"


def note(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What happened.", show_default=False)],
    at: Annotated[str, typer.Option("--at", help="When: ISO 8601; UTC unless it carries an offset.", show_default=False)],
    event_type: Annotated[str, typer.Option("--type", help="What kind of fact: note, deploy, status page, ban, call ...")] = "note",
    case: CaseFolder = DEFAULT_CASE,
) -> None:
    """Put an operator's fact into the timeline (a deploy, a status-page post, a ban, a call).

    \b
    Examples:
      forensics note "Status page: degraded performance" --at 2024-03-02T00:12:00Z --type "status page"
      forensics note "Deployed 4.7.1" --at "2024-03-01 22:04 +00:00" --type deploy --case case
    """
    from forensics.case import rulings
    from forensics.case.case import Case
    from forensics.progress import Terminal

    when = rulings.moment(at)
    with Case.open(case) as opened:
        rulings.note(opened, text, when, event_type)
    Terminal().say(f"Noted at {when.isoformat(sep=' ')} UTC: {text}")


def decide(
    verdict: Annotated[Verdict, typer.Argument(metavar="VERDICT", help="What is ruled.", show_default=False)],
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT",
            help="Two accounts, an account and TYPE:VALUE, or one account, address or (known) mail domain.",
            show_default=False,
        ),
    ],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept in custody and printed.", show_default=False)],
    case: CaseFolder = DEFAULT_CASE,
) -> None:
    """Rule on a link, an account or an address; the next analysis obeys it.

    \b
    Examples:
      forensics decide reject u-1043 u-2210 --why "siblings, checked by phone"
      forensics decide confirm u-1043 card:fp_99 --why "invoice of 3 March"
      forensics decide known 198.18.7.0/24 --why "our uptime monitor"
      forensics decide known partner.example --why "price import, contract 12"
      forensics decide reject 198.18.7.0/24 --why "no longer ours"
    """
    from forensics.analysis import ensure_analysed
    from forensics.case import rulings
    from forensics.case.case import Case
    from forensics.progress import Terminal

    narration = Terminal()
    with Case.open(case) as opened:
        ensure_analysed(opened, narration)  # accounts and identifiers have names only then
        made = rulings.decide_domain(opened, verdict.value, what[0], why) if len(what) == 1 else []
        made = made or [rulings.decide(opened, verdict.value, what, why)]
    for ruling in made:
        narration.say(ruling.sentence())


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(note)
    app.command()(decide)
