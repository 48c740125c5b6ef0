"""Steps: what people do with a rollout, one function each; what may follow what stands in `stages`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.rollout.advancing import advance
from alsoliked.serving.rollout.checking import check
from alsoliked.serving.rollout.moving import Move, move, said
from alsoliked.serving.rollout.planned import plan_for
from alsoliked.serving.rollout.stages import BEFORE
from alsoliked.serving.storage import reviews
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.models import Model, copy_in, every, place_of, write_down
from alsoliked.serving.storage.rollouts import Rollout, add, find, finished_with, opened
from alsoliked.serving.storage.standing import change, look

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["advance", "approve", "back", "check", "halt", "propose", "reject", "status"]


def status(service: Service) -> Rollout | None:
    """Return the rollout that is under way; None: there is none."""
    with service.database.read() as connection:
        return opened(connection)


def propose(service: Service, bundle: Path | str, by: str, plan: Path | str | None = None) -> Rollout:
    """Let a bundle in as a candidate; nobody is shown anything of it yet.

    Parameters
    ----------
    bundle
        A folder; or the id of a model that is in the home already, as text.
    by
        Who proposes it.
    plan
        The plan it is held to: a file, or its text; None: that beside the bundle, else that in the home.

    Raises
    ------
    ConflictError
        If there is no plan, another rollout is under way, or the bundle is what is live.
    DataError
        If the plan is not filled in.
    BundleError
        If it is no bundle, truncated or edited; nothing is copied.
    NotThereError
        If it is no folder, and no model of that id is in the home.
    """
    by = said("the name of who proposes", by)
    folder = bundle if isinstance(bundle, Path) else None
    kept = plan_for(service.settings.home, folder, plan)
    with service.database.read() as connection:
        _check_free(connection)  # before a large bundle is copied
        known = None if folder else _known(connection, service, str(bundle))
    model = known or copy_in(service.settings.home, Path(bundle))
    try:
        with service.database.write() as connection:
            place_of(service.settings.home, model.id)  # it may have been tidied away meanwhile
            return _begin(connection, service.database.now(connection), model, by, kept)
    except IntegrityError as error:
        raise ConflictError("another rollout was proposed at this moment; see `alsoliked rollout status`.") from error


def _known(connection: Connection, service: Service, model: str) -> Model:
    found = next((known for known in every(connection) if known.id == model), None)
    if found is None:
        raise NotThereError(f"model {model!r} was not let in; expected one that was, or the folder of a bundle.")
    place_of(service.settings.home, model)
    return found


def _check_free(connection: Connection) -> None:
    under_way = opened(connection)
    if under_way is not None:
        raise ConflictError(
            f"rollout {under_way.id} of {under_way.candidate} is {under_way.state}; one comes after the other: let it"
            " finish, or take it back."
        )


def _begin(connection: Connection, now: float, model: Model, by: str, plan: dict[str, str]) -> Rollout:
    _check_free(connection)
    live = look(connection).model
    if live is None:
        raise ConflictError("no model is live yet; begin with `alsoliked serve BUNDLE`.")
    if live == model.id:
        raise ConflictError(f"{model.id} is what is live; expected another bundle.")
    write_down(connection, now, model, by)
    rollout = add(connection, now, candidate=model.id, previous=live, salt=secrets.token_hex(4), plan=plan)
    change(connection)
    details = {"candidate": model.id, "previous": live, "plan": plan["from"]}
    record(connection, now, by, "proposed", f"rollout {rollout}", details=details)
    return find(connection, rollout)


def approve(service: Service, rollout: Rollout | int, by: str, reason: str, *, despite: str | None = None) -> Rollout:
    """Let a candidate go on, as a person who has looked at the evidence; their name and reason are kept.

    Raises
    ------
    ConflictError
        If it was not checked, or did not pass and nobody says why it may go on `despite` that.
    """
    by, reason = said("the reviewer's name", by), said("the reason", reason)
    despite = None if despite is None else said("what it may go on despite", despite)

    def decide(connection: Connection, held: Rollout, now: float) -> Move:
        if held.state == "checked" and not held.passed and despite is None:
            raise ConflictError(
                f"rollout {held.id} did not pass its checks; reject it, or say why it may go on despite that."
            )
        why = reason if held.passed or despite is None else f"{reason} (despite failed checks: {despite})"
        reviews.add(connection, held.id, reviews.Review("approved", by, why, now))
        return Move("approved", "approved", why=why, details={"passed": held.passed})

    return move(service, rollout, by, decide)


def reject(service: Service, rollout: Rollout | int, by: str, reason: str) -> Rollout:
    """End a rollout before anybody was shown anything; name and reason are kept."""
    by, reason = said("the reviewer's name", by), said("the reason", reason)

    def decide(connection: Connection, held: Rollout, now: float) -> Move:
        reviews.add(connection, held.id, reviews.Review("rejected", by, reason, now))
        return Move("rejected", "rejected", why=reason)

    return move(service, rollout, by, decide)


def halt(service: Service, rollout: Rollout | int, by: str, why: str) -> Rollout:
    """Serve the candidate to nobody, until somebody lets it go on (again from shadow) or takes it back."""
    by, why = said("the name of who halts it", by), said("why", why)
    return move(service, rollout, by, lambda *_: Move("halted", "halted", why=why))


def back(service: Service, by: str, why: str) -> Rollout:
    """Go back to the previous model, at once: from a rollout under way, or from one that has finished.

    Raises
    ------
    ConflictError
        If there is no model before the live one.
    NotThereError
        If the previous model is not in the home any more.
    """
    by, why = said("the name of who goes back", by), said("why", why)
    with service.database.read() as connection:
        live = look(connection).model
        target = opened(connection) or (None if live is None else finished_with(connection, live))
    if target is None:
        raise ConflictError(f"there is no model before {live}: it came in by no rollout; nothing was changed.")

    def decide(connection: Connection, held: Rollout, _: float) -> Move:
        if held.state != "finished":
            return Move("rolled back", "withdrawn" if held.state in BEFORE else "rolled back", why=why)
        place_of(service.settings.home, held.previous)
        if look(connection).model != held.candidate:
            raise ConflictError(f"{held.candidate} is not live any more; look again.")
        return Move("rolled back", "rolled back", why=why, standing={"model": held.previous})

    return move(service, target, by, decide)
