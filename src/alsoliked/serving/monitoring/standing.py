"""What stands in the database, the same for all workers, as metrics: asked when somebody looks, counted nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage import jobs
from alsoliked.serving.storage.watched import added_at, said_since

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["StandingMetrics"]


class StandingMetrics(Collector):
    """The live model and its age, what is on its way in, jobs, and whether the database answers at all."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Ask the database once; where it does not answer say only that."""
        try:
            found = list(self._asked())
        except UnavailableError:
            found = []
        yield GaugeMetricFamily("alsoliked_database_up", "Whether the database answers.", float(bool(found)))
        yield from found

    def _asked(self) -> Iterator[Metric]:
        database = self._service.database
        with database.read() as connection:
            now, standing = database.now(connection), self._service.standing(connection)
            row, rolling = standing.row, standing.rolling
            added = added_at(connection).get(row.model or "")
            said = said_since(connection, added) if added is not None else 0
            counts = jobs.counts(connection)
            trained = jobs.last(connection, jobs.RETRAIN, "done")
        live = GaugeMetricFamily("alsoliked_live_model", "1 for the model that is live.", labels=("model",))
        if row.model is not None:
            live.add_metric([row.model], 1.0)
        yield live
        if added is not None:
            yield GaugeMetricFamily("alsoliked_model_age_seconds", "Since the live model was let in.", now - added)
        yield GaugeMetricFamily("alsoliked_said_since", "Pairs of user and item with a rating since then.", said)
        yield GaugeMetricFamily("alsoliked_killed", "1 where no model is asked.", float(row.killed is not None))
        yield GaugeMetricFamily("alsoliked_holdout_share", "Users whose lists no recommender makes.", row.holdout)
        yield GaugeMetricFamily(
            "alsoliked_candidate_share", "Users served by a candidate.", 0.0 if rolling is None else rolling.share
        )
        told = GaugeMetricFamily("alsoliked_jobs", "Jobs, by state.", labels=("kind", "state"))
        for (kind, state), count in sorted(counts.items()):
            told.add_metric([kind, state], count)
        yield told
        if trained is not None:
            ago = now - trained.updated_at
            yield GaugeMetricFamily("alsoliked_retrained_seconds_ago", "Since a retraining last ended well.", ago)
