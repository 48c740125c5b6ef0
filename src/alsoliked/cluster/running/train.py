"""Train on an engine: ratings to shards, shards to rows, rows to an ordinary bundle."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from alsoliked.bundle import check_place
from alsoliked.cluster.bundling import write_bundle_from_rows
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.running.engine import Engine, check_engine
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.learning import check_fits, learned
from alsoliked.cluster.running.sharding import ingested
from alsoliked.cluster.running.taken import taken
from alsoliked.cluster.running.talk import Talk
from alsoliked.cluster.running.work_folder import begin, end
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.ratings import Ratings
from alsoliked.training.history import History

__all__ = ["Trained", "bundled", "started", "train_on_cluster"]

Spark: TypeAlias = Any  # pyspark's own class, which is imported only where it is used


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run: the bundle, the shards it was trained on, and the epochs where there are any."""

    bundle: Path
    shards: Shards
    history: History | None


def started(engine: Engine, talk: Talk) -> AbstractContextManager[Spark]:
    """Hold Spark open while it is needed; for torchrun there is nothing to hold."""
    if engine.name != "spark":
        return nullcontext()
    from alsoliked.cluster.spark.session import spark_session  # noqa: PLC0415  needs pyspark

    return spark_session(engine.master, workers=engine.workers, conf=dict(engine.conf), say=talk.say)


def train_on_cluster(job: Job, engine: Engine, *, resume: bool = False, talk: Talk | None = None) -> Trained:
    """Train a model on an engine and write an ordinary bundle.

    The ratings become shards in the work folder (unless they are shards already), the shards rows, the rows a bundle
    like any other. What is interrupted can be gone on with from the last checkpoint.

    Parameters
    ----------
    job
        What is to be trained, and from what.
    engine
        What runs the processes.
    resume
        Go on with the same job where it stopped in its work folder.
    talk
        Where it says what it does.

    Raises
    ------
    DataError
        If the ratings cannot be read.
    OptionError
        If an option does not fit, or the work folder holds another run.
    ClusterError
        If another run is at work in the work folder, workers are lost more often than `engine.attempts` allows, or the
        engine fails.
    TrainingError
        If the loss becomes infinite or no number.
    MissingExtraError
        If what the engine needs is not installed.
    """
    talk = Talk() if talk is None else talk
    check_place(job.out)
    check_engine(engine, job.model)
    check_fits(job, engine)
    with taken(job.work, talk.say):
        begin(job, resume=resume)
        with started(engine, talk) as spark:
            shards = ingested(job, spark, talk)
            rows, history = learned(job, engine, shards, spark, talk)
        bundle = bundled(job, engine.name, shards, rows, talk)
        end(job)
    return Trained(bundle, shards, history)


def bundled(job: Job, engine: str | None, shards: Shards, rows: Rows, talk: Talk) -> Path:
    """Write the bundle of what was learned, on an engine or in this process."""
    about = {"source": job.to_dict()["source"], "split": "random" if shards.valid_pct else "none"}
    about |= {"shards": str(job.shards)} | ({} if engine is None else {"engine": engine})
    source = job.source if isinstance(job.source, Ratings) else None
    tables: dict[str, Any] = (
        {} if source is None else {"user_table": source.user_table, "item_table": source.item_table}
    )
    with talk.bar("writing the bundle") as share:
        return write_bundle_from_rows(rows, shards, job.out, about=about, **tables, progress=share)
