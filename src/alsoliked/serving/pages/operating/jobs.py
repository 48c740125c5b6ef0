"""Jobs: retraining, how far it is and how it ended; a button begins one in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from fastapi import APIRouter, Request, Response

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Decides, Operates, done, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.service import Service
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.jobs import RETRAIN
from alsoliked.serving.storage.listed import latest_jobs
from alsoliked.serving.storage.locks import held_by

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/jobs")


@router.get("")
def listed(request: Request, service: Asked, who: Operates) -> Response:
    """Show the jobs, the latest first."""
    with service.database.read() as connection:
        jobs = latest_jobs(connection, 20)
    return shown(request, service, who, "jobs", jobs=jobs)


@router.post("")
def train(request: Request, service: Asked, who: Decides) -> Response:
    """Begin a retraining; nothing that is served changes by it."""
    with service.database.write() as connection:
        now = service.database.now(connection)
        busy = held_by(connection, now, RETRAIN)
        if busy:
            raise ConflictError(f"a retraining by {busy} is under way; wait until it is done.")
        record(connection, now, who.name, "asked for a retraining", "jobs")
    _beside(service)
    return done(service, request, who, "/operate/jobs", "A retraining has begun; load this page again in a while.")


def _beside(service: Service) -> None:
    told = {"ALSOLIKED_HOME": str(service.settings.home)}
    if service.settings.database is not None:  # through the environment: a password is no argument
        told["ALSOLIKED_DATABASE"] = service.settings.database
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "alsoliked", "retrain"],
        env={**os.environ, **told},
        stdin=quiet,
        stdout=quiet,
        stderr=None,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, name="retrain", daemon=True).start()
