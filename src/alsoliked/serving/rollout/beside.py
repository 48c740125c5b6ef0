"""Beside: the checks in a process of their own, so that no request waits for them and no worker is slowed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.checking import LEASE
from alsoliked.serving.rollout.stages import check_step
from alsoliked.serving.storage.locks import held_by
from alsoliked.serving.storage.rollouts import Rollout, find

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["check_beside", "checking"]


def checking(service: Service) -> str | None:
    """Return who has checks under way; None: nobody."""
    with service.database.read() as connection:
        return held_by(connection, service.database.now(connection), LEASE)


def check_beside(
    service: Service, rollout: Rollout | int, by: str, *, pinned: Sequence[str] = (), n: int = 10
) -> subprocess.Popen[bytes]:
    """Begin `alsoliked rollout check` on this machine, and return at once; the rollout is checked when it has ended.

    Raises
    ------
    ConflictError
        If it is not to be checked any more, or checks are under way.
    """
    number = rollout if isinstance(rollout, int) else rollout.id
    with service.database.read() as connection:
        held = find(connection, number)
        check_step(held.state, "checked")
        busy = held_by(connection, service.database.now(connection), LEASE)
    if not held.open or busy:
        raise ConflictError(f"checks are under way already, by {busy}; wait until they are done.")
    command = [sys.executable, "-m", "alsoliked", "rollout", "check", f"--by={by}", "-n", str(n)]
    command += [f"--pin={user}" for user in pinned]
    told = {"ALSOLIKED_HOME": str(service.settings.home)}
    if service.settings.database is not None:  # through the environment: a password is no argument
        told["ALSOLIKED_DATABASE"] = service.settings.database
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603  our own command
        command, env={**os.environ, **told}, stdin=quiet, stdout=quiet, stderr=None, start_new_session=True
    )
    threading.Thread(target=process.wait, name="rollout check", daemon=True).start()
    return process
