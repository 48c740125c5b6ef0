"""Retraining: a new model from everything said so far, while the live one goes on serving."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alsoliked.bundle import check_place
from alsoliked.errors import OptionError
from alsoliked.recommender import Recommender
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.retraining.training import Wish, trained
from alsoliked.serving.service import Service
from alsoliked.serving.storage import jobs
from alsoliked.serving.storage.locks import Lease, lease

__all__ = ["LEASE", "Retrained", "retrain"]

LEASE = 60.0  # seconds after which another may take over from one that died
KEPT = 3  # bundles in the home; those of people's own choosing are theirs
TELL = 1.0  # seconds between two lines about progress


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of it.

    Attributes
    ----------
    job
        Its number.
    bundle
        Where the new model is.
    details
        Ratings in training and held out; what was new, changed, withdrawn, off the scale; people forgotten; figures on
        the held-out ratings.
    """

    job: int
    bundle: Path
    details: Mapping[str, Any]


def retrain(
    service: Service,
    wish: Wish | None = None,
    *,
    out: Path | None = None,
    seconds: float = LEASE,
    on_progress: Callable[[float], None] | None = None,
) -> Retrained:
    """Train a model anew and save it as a bundle; nothing that is served changes.

    Training ratings are those of the live model, its held-out ones too, with everything said since over them; who asked
    to be forgotten is left out. Each person's latest ratings are held out again.

    Parameters
    ----------
    wish
        What to train; None: the live model anew.
    out
        Where to; None: a place in the home, of which the last three are kept.
    seconds
        How long another waits before it takes over, should this process die.
    on_progress
        Called now and then with the share of the training that is done.

    Raises
    ------
    ConflictError
        If another retraining is under way.
    OptionError, BundleError
        If a share is none, or something else is in the place.
    DataError
        If no rating is left to train on.
    MissingExtraError
        If the model is trained by torch and there is none.
    """
    asked = wish or Wish()
    if not 0 <= asked.valid_pct < 1:
        raise OptionError(f"valid_pct={asked.valid_pct} came, expected a share: at least 0 and below 1.")
    if out is not None:
        check_place(out)
    holder = f"{platform.node()} (process {os.getpid()})"
    with lease(service.database, jobs.RETRAIN, holder, seconds) as mine:
        with service.database.write() as connection:
            live = str(service.standing(connection).row.model)
            job = jobs.begin(connection, service.database.now(connection), jobs.RETRAIN, {"by": holder, "from": live})
        try:
            rec, told = trained(service, live, asked, _telling(service, job, on_progress))
            place = _kept(service, mine, rec, out or _folder(service) / f"{rec.model}-{job}", {**told, "from": live})
            _done(service, mine, job, place, told)
        except BaseException as error:
            _failed(service, job, error)
            raise
        if out is None:
            _drop_old(_folder(service))
    return Retrained(job, place, told)


def _folder(service: Service) -> Path:
    return service.settings.home / "retrained"


def _telling(service: Service, job: int, on_progress: Callable[[float], None] | None) -> Callable[[float], None]:
    """Write progress down, not more often than anybody looks; a database that is away does not stop a training."""
    said = [time.monotonic()]

    def tell(share: float) -> None:
        if on_progress is not None:
            on_progress(share)
        if time.monotonic() - said[0] < TELL:
            return
        said[0] = time.monotonic()
        try:
            with service.database.write() as connection:
                jobs.progress(connection, service.database.now(connection), job, share)
        except UnavailableError:
            pass

    return tell


def _kept(service: Service, mine: Lease, rec: Recommender, place: Path, details: dict[str, Any]) -> Path:
    """Save the bundle, whole or not at all."""
    with service.database.write() as connection:
        mine.check(connection)
    return rec.save(place, about={"retrained": details})


def _done(service: Service, mine: Lease, job: int, place: Path, told: Mapping[str, Any]) -> None:
    plain = {name: value for name, value in told.items() if name != "metrics"}
    rmse = told["metrics"]["figures"][told["metrics"]["subject"]]["rmse"]["value"] if "metrics" in told else None
    with service.database.write() as connection:
        mine.check(connection)
        now = service.database.now(connection)
        jobs.end(connection, now, job, "done", {"bundle": str(place), "rmse": rmse, **plain})


def _failed(service: Service, job: int, error: BaseException) -> None:
    try:
        with service.database.write() as connection:
            why = {"why": str(error) or type(error).__name__}
            jobs.end(connection, service.database.now(connection), job, "failed", why)
    except UnavailableError:  # the next one will find that it was lost
        pass


def _drop_old(folder: Path) -> None:
    """Keep the last few bundles, and nothing that a killed run left half-written."""
    for half in folder.glob(".*"):
        shutil.rmtree(half, ignore_errors=True)
    whole = sorted(folder.iterdir(), key=lambda place: int(place.name.rpartition("-")[2]))
    for old in whole[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
