"""Tidying: models that nobody goes back to any more leave the home; what was decided about them stays."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.rollout.moving import said
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.models import every
from alsoliked.serving.storage.rollouts import finished_with, opened
from alsoliked.serving.storage.standing import look

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["tidy"]

GONE = ".gone-"  # how the name of a folder begins that is being deleted


def tidy(service: Service, by: str, keep: int) -> tuple[str, ...]:
    """Delete from the home all models but those needed, and the latest few; return their ids, the latest first.

    Needed are the live one, the one that `back` would go to, and the candidate of a rollout under way. Rollouts,
    reviews and the audit log stay as they are; going back to a model that was deleted is refused.

    Parameters
    ----------
    by
        Who does it; kept in the audit log.
    keep
        How many of the models let in last stay, needed or not.

    Raises
    ------
    OptionError
        If `keep` is negative.
    UnavailableError
        If the database does not answer, or a folder cannot be moved; what was deleted by then is in the log or still
        there.
    """
    by = said("the name of who tidies up", by)
    if keep < 0:
        raise OptionError(f"keep={keep} came, expected 0 or more.")
    folder = service.settings.home / "models"
    with service.database.write() as connection:
        models = [model.id for model in every(connection)]
        spared = {*models[:keep], *_needed(connection)}
        gone = tuple(model for model in models if model not in spared and (folder / model).is_dir())
        if gone:
            _set_aside(folder, gone)
            details = {"models": list(gone)}
            record(connection, service.database.now(connection), by, "tidied", f"{len(gone)} models", details=details)
    for aside in folder.glob(f"{GONE}*"):  # those of a run that was killed, too
        shutil.rmtree(aside, ignore_errors=True)
    return gone


def _needed(connection: Connection) -> set[str | None]:
    live, under_way = look(connection).model, opened(connection)
    before = None if live is None else finished_with(connection, live)
    rollouts = [held for held in (under_way, before) if held is not None]
    return {live, *(held.candidate for held in rollouts), *(held.previous for held in rollouts)}


def _set_aside(folder: Path, models: tuple[str, ...]) -> None:
    """Move them out of reach, each at once; nobody finds half a model."""
    for model in models:
        try:
            (folder / model).rename(folder / f"{GONE}{model}-{secrets.token_hex(4)}")
        except OSError as error:
            raise UnavailableError(f"{folder / model} cannot be moved ({error.strerror}).") from error
