"""Learning: from a job's shards to rows, on whatever the engine is."""

from __future__ import annotations

from typing import Any

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.running.engine import Engine
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.settled import check_dealt, settings_of
from alsoliked.cluster.running.talk import Talk
from alsoliked.cluster.running.work_folder import checkpoints
from alsoliked.cluster.shards.layout import N_SHARDS
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.settings import Settings
from alsoliked.errors import OptionError
from alsoliked.fitting.settings import default_bs
from alsoliked.training.history import History

__all__ = ["batch_in_words", "check_fits", "learned"]


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
    _check_workers(engine, shards.n_shards)
    from alsoliked.cluster.launching.launch import launch  # noqa: PLC0415  needs torch

    settings = settings_of(job, shards)
    workers = f"{engine.workers} process{'es' * (engine.workers > 1)}"
    how = f"{workers} of {engine.name}, {batch_in_words(job, settings, shards)}"
    talk.say(f"training {job.model} on {how}{_from_step(job)}")
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


def check_fits(job: Job, engine: Engine) -> None:
    """Refuse, before anything is read or started, what would be refused once the shards are there.

    Raises
    ------
    OptionError
        If there are more processes than shards, the batch is not the same part of each, or an option does not fit the
        shards that are there already.
    DataError
        If these are not whole.
    """
    if job.model == "als":
        return
    if job.has_shards:
        shards = Shards.open(job.shards)
        settings_of(job, shards)
        _check_workers(engine, shards.n_shards)
        return
    n_shards = N_SHARDS if job.n_shards is None else job.n_shards
    _check_workers(engine, n_shards)
    if job.options.get("bs") is not None:
        check_dealt(job.options["bs"], n_shards)


def _check_workers(engine: Engine, n_shards: int) -> None:
    if engine.workers > n_shards:
        raise OptionError(f"workers={engine.workers} came, expected at most {n_shards}: one shard each.")


def batch_in_words(job: Job, settings: Settings, shards: Shards) -> str:
    """Say how large a batch is, and why, where nobody chose that."""
    usual, words = default_bs(sum(shards.sizes["train"])), f"{settings.bs:,} ratings a batch"
    if job.options.get("bs") is not None or settings.bs == usual:
        return words
    return f"{words} (for {usual:,}: each of the {shards.n_shards} shards gives as many)"


def _from_step(job: Job) -> str:
    from alsoliked.cluster.launching.checkpoints import whole_steps  # noqa: PLC0415  needs torch

    steps, _ = whole_steps(checkpoints(job.work))
    return f", from step {steps[-1]:,} on" if steps else ""


def _by_als(job: Job, shards: Shards, spark: Any, talk: Talk) -> Rows:  # noqa: ANN401
    from alsoliked.cluster.solving.als import SparkALS, als_by_spark  # noqa: PLC0415  needs pyspark

    how = SparkALS.of(job.options, seed=job.seed)
    talk.say(f"solving als by Spark in {how.epochs} passes")
    with talk.bar("training") as share:
        return als_by_spark(spark, shards, job.rows.absolute(), how, on_progress=share)


def _history(rows: Rows) -> History | None:
    told = rows.about.get("history")
    return None if told is None else History.from_dict(dict(told))
