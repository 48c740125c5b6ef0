"""alsoliked retrain: a new model from everything said so far, beside the service."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import print_json, say, share_bar
from alsoliked.cli.home import Home, Url, opened, seconds
from alsoliked.cli.place import check_writable
from alsoliked.errors import AlsolikedError, OptionError

if TYPE_CHECKING:
    from alsoliked.serving.retraining.retrain import Retrained
    from alsoliked.serving.retraining.training import Wish
    from alsoliked.serving.service import Service

__all__ = ["retrain"]

LOOK = 60.0  # seconds between two looks whether it is due
COUNTS = ("new", "changed", "withdrawn", "off_scale", "forgotten", "ratings", "held_out")


def retrain(
    home: Home = Path("alsoliked-home"),
    database: Url = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="BUNDLE", help="Where to.  [default: a place in the home]")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="With options: net:epochs=3.  [default: as the live model]")
    ] = None,
    valid_pct: Annotated[
        float, typer.Option("--valid-pct", metavar="SHARE", help="Of each person's latest ratings, held out.")
    ] = 0.1,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Decides everything random.  [default: as the live model]")
    ] = None,
    propose: Annotated[bool, typer.Option("--propose", help="Let it in as a candidate for the rollout.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who proposes it.")] = "retrain",
    every: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Stay, and train again each 24h, say, after the last.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Train the live model again on all that was said.

    Nothing that is served changes: the new model is a bundle, to be proposed to the rollout. Two never run at once.
    """
    again = None if every is None else seconds("every", every)
    if out is not None:
        check_writable(out.absolute().parent)
    with opened(home, database) as service:
        wish = _wish(model, valid_pct, seed)
        if again is None:
            _once(service, wish, out, by if propose else None, json=json)
            return
        while True:
            while (left := _until_due(service, again)) > 0:
                time.sleep(min(left, LOOK))
            try:
                _once(service, wish, out, by if propose else None, json=json)
            except AlsolikedError as error:  # the next one may do better; the service goes on as it is
                say(f"alsoliked: {error}")
                time.sleep(LOOK)


def _wish(model: str | None, valid_pct: float, seed: int | None) -> Wish:
    from alsoliked.models.spelling import parse_models
    from alsoliked.serving.retraining.training import Wish

    spelled = [] if model is None else parse_models(model)
    if len(spelled) > 1:
        raise OptionError(f"--model {model!r} came, expected one model, with options if you like: als:n_factors=40.")
    return Wish(spelled[0] if spelled else None, valid_pct, seed)


def _once(service: Service, wish: Wish, out: Path | None, by: str | None, *, json: bool) -> None:
    from alsoliked.serving.retraining.retrain import retrain as train_again

    if by is not None:
        _check_proposable(service, out)
    with share_bar("training") as tell:
        found = train_again(service, wish, out=out, on_progress=tell)
    say(f"saved to {found.bundle}")
    told = {"job": found.job, "bundle": str(found.bundle), **_figures(found)}
    if by is not None:
        from alsoliked.serving.rollout.steps import propose

        told["rollout"] = propose(service, found.bundle, by).id
        say(f"proposed as rollout {told['rollout']}")
    if json:
        print_json(told)
        return
    for name in COUNTS:
        print(f"{name.replace('_', ' '):12} {told[name]:>9,}")
    if "rmse" in told:
        print(f"{'rmse':12} {told['rmse']:>9.3f}")


def _check_proposable(service: Service, out: Path | None) -> None:
    """Refuse before a long training what would be refused after."""
    from alsoliked.serving.rollout.planned import plan_for
    from alsoliked.serving.rollout.steps import status

    plan_for(service.settings.home, out)
    under_way = status(service)
    if under_way is not None:
        raise OptionError(
            f"rollout {under_way.id} of {under_way.candidate} is {under_way.state}, one comes after the other; leave"
            " --propose out, or let it finish."
        )


def _figures(found: Retrained) -> dict[str, Any]:
    metrics = found.details.get("metrics")
    rmse = {} if metrics is None else {"rmse": metrics["figures"][metrics["subject"]]["rmse"]["value"]}
    return {name: found.details[name] for name in COUNTS} | rmse


def _until_due(service: Service, every: float) -> float:
    """Return the seconds until so long after the last one began; one that died is made up for at once."""
    from alsoliked.serving.storage.jobs import RETRAIN, last
    from alsoliked.serving.storage.locks import held_by

    with service.database.read() as connection:
        now = service.database.now(connection)
        before = last(connection, RETRAIN)
        died = before is not None and before.state == "running" and held_by(connection, now, RETRAIN) is None
    return 0.0 if before is None or died else max(0.0, before.started_at + every - now)
