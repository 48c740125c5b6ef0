"""Learning: from a job's shards to rows, on whatever the engine is."""

from __future__ import annotations

from typing import Any

from alsoliked.cluster.engine import Engine
from alsoliked.cluster.job import Job
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.settled import settings_of
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.talk import Talk
from alsoliked.errors import OptionError
from alsoliked.training.history import History

__all__ = ["check_dealt", "learned"]


def learned(job: Job, engine: Engine, shards: Shards, spark: Any, talk: Talk) -> tuple[Rows, History | None]:  # noqa: ANN401
    """Return what was learned, and its epochs where it was learned by gradients.

    Raises
    ------
    OptionError
        If an option does not fit the ratings, or there are more processes than shards.
    ClusterError
        If workers are lost for good.
    TrainingError
        If the loss becomes infinite or no number.
    """
    if (job.rows / "rows.json").is_file():
        talk.say(f"using the rows in {job.rows}: training had ended")
        return Rows.open(job.rows), _history(Rows.open(job.rows))
    if job.model == "als":
        return _by_als(job, shards, spark, talk), None
    check_dealt(job, engine, shards.n_shards)
    from alsoliked.cluster.launching.launch import launch  # noqa: PLC0415  needs torch

    settings = settings_of(job, shards)
    workers = f"{engine.workers} process{'es' * (engine.workers > 1)}"
    talk.say(f"training {job.model} on {workers} of {engine.name}, {settings.bs:,} ratings a batch")
    with talk.bar("training") as share:
        history = launch(
            settings,
            engine=engine.name,
            processes=engine.workers,
            spark=spark,
            attempts=engine.attempts,
            on_epoch=talk.on_epoch,
            on_progress=share,
            say=talk.say,
        )
    return Rows.open(job.rows), history


def check_dealt(job: Job, engine: Engine, n_shards: int) -> None:
    """Refuse processes and batches to which so many shards cannot be dealt out.

    Raises
    ------
    OptionError
        If there are more processes than shards, or the batch is not the same part of each.
    """
    if job.model == "als":
        return
    if engine.workers > n_shards:
        raise OptionError(f"workers={engine.workers} came, expected at most {n_shards}: one shard each.")
    bs = job.options.get("bs")
    if bs is not None and bs % n_shards:
        raise OptionError(f"bs={bs} came, expected a multiple of the {n_shards} shards.")


def _by_als(job: Job, shards: Shards, spark: Any, talk: Talk) -> Rows:  # noqa: ANN401
    from alsoliked.cluster.als import SparkALS, als_by_spark  # noqa: PLC0415  needs pyspark

    how = SparkALS.of(job.options, seed=job.seed)
    talk.say(f"solving als by Spark in {how.epochs} passes")
    with talk.bar("training") as share:
        return als_by_spark(spark, shards, job.rows.absolute(), how, on_progress=share)


def _history(rows: Rows) -> History | None:
    told = rows.about.get("history")
    return None if told is None else History.from_dict(dict(told))
