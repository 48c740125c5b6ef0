"""alsoliked rollout: a new model comes in by steps, with people deciding, and goes back by one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.console import print_json, say, share_bar
from alsoliked.cli.home import HOME, By, Home, Json, Reason, Url, at_desk, who
from alsoliked.cli.looking import NOT_PASSED, history, review, status, under_way, watch

if TYPE_CHECKING:
    from alsoliked.serving.storage.rollouts import Rollout

__all__ = ["app"]

app = typer.Typer(help="Let a new model in by steps.", no_args_is_help=True, rich_markup_mode=None)
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; kept.")]


def _examples(*lines: str) -> str:
    return "\b\nExamples:\n" + "\n".join(f"  alsoliked rollout {line}" for line in lines)


@app.command(epilog=_examples("propose runs/second --by ops", "propose runs/second --plan plans/lists.toml"))
def propose(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="A folder, or the id of a model that is in the home.")
    ],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The plan.  [default: BUNDLE.plan.toml, else plan.toml in the home]"),
    ] = None,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Let a bundle in as a candidate; nobody sees it yet."""
    from alsoliked.serving.rollout.steps import propose as step

    with at_desk(home, database) as service:
        named = Path(bundle)
        known = not named.exists() and (home / "models" / bundle).is_dir()
        _say(step(service, bundle if known else named, who(by), plan), "alsoliked rollout check", json=json)


@app.command(epilog=_examples("check", "check --pin 196 --pin 405 --json"))
def check(
    pin: Annotated[list[str] | None, typer.Option(metavar="USER", help="Show this user's lists to reviewers.")] = None,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Length of the lists.")] = 10,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Decides everything random.")] = 0,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Hold the candidate against its plan and the live model.

    Exits with 3 when the checks are not passed.
    """
    from alsoliked.serving.rollout.steps import check as step

    with at_desk(home, database) as service, share_bar("checking") as tell:
        held = step(service, under_way(service), by=who(by), pinned=pin or [], n=n, seed=seed, on_progress=tell)
    if json:
        print_json({**held.to_dict(), "checks": held.checks})
    else:
        print("\n".join(held.checks["words"]))
        say(f"{'passed' if held.passed else 'not passed'}; next: alsoliked rollout review")
    if not held.passed:
        raise typer.Exit(NOT_PASSED)


app.command(epilog=_examples("review", "review --user 196", "review --json"))(review)


@app.command(epilog=_examples('approve --by ops --reason "lists are wider, nobody is worse off"'))
def approve(
    reason: Reason,
    by: By = None,
    despite: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it may go on although checks failed; kept.")
    ] = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Let the candidate go on, having looked at it."""
    from alsoliked.serving.rollout.steps import approve as step

    with at_desk(home, database) as service:
        held = step(service, under_way(service), who(by), reason, despite=despite)
        _say(held, "alsoliked rollout advance", json=json)


@app.command(epilog=_examples('reject --by ops --reason "everybody is shown the same"'))
def reject(reason: Reason, by: By = None, home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """End it before anybody saw anything."""
    from alsoliked.serving.rollout.steps import reject as step

    with at_desk(home, database) as service:
        _say(step(service, under_way(service), who(by), reason), json=json)


@app.command(epilog=_examples("advance --by ops", 'advance --by ops --early "the week was quiet"'))
def advance(
    early: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it goes on before its days are over; kept.")
    ] = None,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Take the next step: shadow, the plan's shares, all."""
    from alsoliked.serving.rollout.steps import advance as step

    with at_desk(home, database) as service:
        _say(step(service, under_way(service), who(by), early=early), json=json)


@app.command(epilog=_examples('halt --why "complaints about the lists"'))
def halt(why: Why, by: By = None, home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """Serve the candidate to nobody until it goes on."""
    from alsoliked.serving.rollout.steps import halt as step

    with at_desk(home, database) as service:
        _say(step(service, under_way(service), who(by), why), json=json)


@app.command(epilog=_examples('back --why "the lists are worse"'))
def back(why: Why, by: By = None, home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """Go back to the previous model, at once, at any time."""
    from alsoliked.serving.rollout.steps import back as step

    with at_desk(home, database) as service:
        _say(step(service, who(by), why), json=json)


app.command(epilog=_examples("status", "status --json"))(status)


app.command(epilog=_examples("history", "history --verify"))(history)


app.command(epilog=_examples("watch", "watch --json"))(watch)


@app.command(epilog=_examples('holdout 0.1 --why "to see loops"'))
def holdout(
    share: Annotated[float, typer.Argument(metavar="SHARE", help="Of users, from 0 to below 1.")],
    why: Why,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Set how many users no recommender serves."""
    from alsoliked.serving.rollout.holdout import set_holdout

    with at_desk(home, database) as service:
        row = set_holdout(service, share, who(by), why)
    if json:
        print_json({"holdout": row.holdout, "revision": row.revision})
    else:
        say(f"holdout: {row.holdout:.1%} of users")


@app.command(epilog=_examples("tidy", "tidy --keep 1 --by ops"))
def tidy(
    keep: Annotated[int, typer.Option(metavar="N", help="Of the models let in last, needed or not.")] = 3,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Delete models from the home that nobody goes back to any more."""
    from alsoliked.serving.rollout.tidying import tidy as tidy_up

    with at_desk(home, database) as service:
        gone = tidy_up(service, who(by), keep)
    if json:
        print_json({"deleted": list(gone)})
    else:
        say(f"deleted {', '.join(gone)}" if gone else "nothing to delete: all models are needed, or among the latest")


def _say(held: Rollout, following: str = "", *, json: bool) -> None:
    if json:
        print_json(held.to_dict())
        return
    at = f" at {held.share:.0%}" if held.state == "partial" else ""
    say(f"rollout {held.id} of {held.candidate}: {held.state}{at}" + (f"; next: {following}" if following else ""))
