"""Figures: all monitors at one moment, from the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.serving.monitoring.age import age_monitor
from alsoliked.serving.monitoring.calibration import calibration_monitor
from alsoliked.serving.monitoring.concentration import concentration_monitor
from alsoliked.serving.monitoring.drift import drift_monitor
from alsoliked.serving.monitoring.errors import error_monitor
from alsoliked.serving.monitoring.groups import groups_monitor
from alsoliked.serving.monitoring.looking import Looked, look
from alsoliked.serving.monitoring.monitor import WEEK, Figures, Monitor
from alsoliked.serving.monitoring.shares import acceptance_monitor, lists_monitor

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Figures", "Monitor", "figures", "figures_of"]

WINDOW = 4 * WEEK
ALL = (
    error_monitor,
    calibration_monitor,
    drift_monitor,
    acceptance_monitor,
    concentration_monitor,
    groups_monitor,
    lists_monitor,
    age_monitor,
)


def figures(service: Service, since: float | None = None) -> Figures:
    """Return everything that is watched: error, calibration, drift, acceptance, concentration, groups, lists, age.

    Parameters
    ----------
    service
        Whose database is read; nothing is written.
    since
        Seconds since 1970 by the database's clock; None: four weeks ago.

    Raises
    ------
    UnavailableError
        If the database cannot be reached.
    """
    if since is None:
        with service.database.read() as connection:
            since = service.database.now(connection) - WINDOW
    return figures_of(look(service, since))


def figures_of(looked: Looked) -> Figures:
    """Take all figures of what was read."""
    monitors = (take(looked) for take in ALL)
    return Figures(looked.since, looked.until, looked.model, {monitor.key: monitor for monitor in monitors})
