"""Train on shards in this process, by the package's own loop: what a run on an engine can be compared with."""

from __future__ import annotations

from alsoliked.bundle import check_place
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.learning import batch_in_words
from alsoliked.cluster.running.settled import settings_of
from alsoliked.cluster.running.sharding import check_as_made, in_words
from alsoliked.cluster.running.talk import Talk
from alsoliked.cluster.running.train import Trained, bundled
from alsoliked.cluster.shards.manifest import Shards

__all__ = ["train_here"]


def train_here(job: Job, *, talk: Talk | None = None) -> Trained:
    """Train on a folder of shards without an engine, and write an ordinary bundle.

    Starting values, batches and held-out ratings are those of a run on an engine with the same shards, options and
    seed, and so are the losses, up to rounding. Only its `source`, `out`, `model`, `options` and `seed` count; it is
    not gone on with where it stopped.

    Parameters
    ----------
    job
        What is to be trained; its source is a folder of shards, its work folder a place for rows.
    talk
        Where it says what it does.

    Raises
    ------
    DataError
        If the shards are not whole.
    OptionError
        If an option does not fit the model or the shards.
    TrainingError
        If the loss becomes infinite or no number.
    """
    from alsoliked.cluster.training.alone import alone  # noqa: PLC0415  needs torch

    talk = Talk() if talk is None else talk
    check_place(job.out)
    shards = Shards.open(str(job.source))
    check_as_made(shards, job.reading, job.valid_pct, job.n_shards)
    talk.say(in_words(shards))
    settings = settings_of(job, shards)
    talk.say(f"training {job.model} here, {batch_in_words(job, settings, shards)}")
    with talk.bar("training") as share:
        history = alone(settings, on_epoch=talk.on_epoch, on_progress=share)
    return Trained(bundled(job, None, shards, Rows.open(job.rows), talk), shards, history)
