"""The looks of `alsoliked rollout`: the evidence, how things stand, who did what, the guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.console import print_json
from alsoliked.cli.home import HOME, Home, Json, Url, at_desk
from alsoliked.cli.rolled import print_history, print_review, print_status, print_verdicts
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service
    from alsoliked.serving.storage.rollouts import Rollout

__all__ = ["NOT_PASSED", "history", "review", "status", "under_way", "watch"]

NOT_PASSED = 3  # exit code: it was checked, or looked at, and is not as it should be


def review(
    user: Annotated[str | None, typer.Option(metavar="USER", help="Only this user's lists, side by side.")] = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Show what changes for whom."""
    from alsoliked.serving.rollout.review import evidence, verdicts

    with at_desk(home, database) as service:
        held = under_way(service)
        found, decided = evidence(service, held), verdicts(service, held)
    if json:
        print_json({**held.to_dict(), **found.to_dict(), "verdicts": [verdict.to_dict() for verdict in decided]})
    else:
        print_review(held, found, decided, user)


def status(home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """Say what is live, and how far a candidate has come."""
    with at_desk(home, database) as service:
        print_status(service, json=json)


def history(
    n: Annotated[int, typer.Option("-n", metavar="N", help="How many events.")] = 20,
    verify: Annotated[bool, typer.Option("--verify", help="See that nothing was changed or taken away.")] = False,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """List who did what when, the latest first."""
    with at_desk(home, database) as service:
        print_history(service, n, verify=verify, json=json)


def watch(home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """Look at the guardrails once; go back if one is crossed.

    Exits with 3 when one is crossed. Running services look by themselves; this is for cron.
    """
    from alsoliked.serving.rollout.guardrails import watch as look

    with at_desk(home, database) as service:
        verdicts = look(service)
    print_verdicts(verdicts, json=json)
    if any(verdict.crossed for verdict in verdicts):
        raise typer.Exit(NOT_PASSED)


def under_way(service: Service) -> Rollout:
    """Return the rollout that is under way.

    Raises
    ------
    OptionError
        If there is none.
    """
    from alsoliked.serving.rollout.steps import status as step

    held = step(service)
    if held is None:
        raise OptionError("no rollout is under way; begin one with `alsoliked rollout propose BUNDLE`.")
    return held
