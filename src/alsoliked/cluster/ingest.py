"""Ingest: a job's ratings as shards, made now or before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alsoliked.cluster.job import Job
from alsoliked.cluster.shards.manifest import MANIFEST, Shards
from alsoliked.cluster.talk import Talk
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError

__all__ = ["ingested"]


def ingested(job: Job, spark: Any, talk: Talk) -> Shards:  # noqa: ANN401  pyspark's own class, or None
    """Return the shards of a job: those it names, those an interrupted run made, or new ones.

    Raises
    ------
    DataError
        If the ratings cannot be read, or the shards are not whole.
    OptionError
        If shards were made with another option than the job has.
    """
    if (job.shards / MANIFEST).is_file():
        shards = Shards.open(job.shards.absolute())
        talk.say(f"using the shards in {job.shards}")
        if job.has_shards:
            _check_as_made(job, shards)
    else:
        shards = _made(job, spark, talk)
        for note in shards.notes:
            talk.say(note)
    talk.say(_in_words(shards))
    return shards


def _made(job: Job, spark: Any, talk: Talk) -> Shards:  # noqa: ANN401
    how: dict[str, Any] = {"seed": job.seed, **job.reading}
    how |= {} if job.n_shards is None else {"n_shards": job.n_shards}
    how |= {} if job.valid_pct is None else {"valid_pct": job.valid_pct}
    folder = job.shards.absolute()  # executors stand elsewhere
    with talk.bar("dealing ratings to shards") as share:
        how["progress"] = lambda done, total: share(done / total if total else 0.0)
        if spark is None or isinstance(job.source, Ratings):
            from alsoliked.cluster.shards.local import write_shards  # noqa: PLC0415  what is small needs no engine

            return write_shards(job.source, folder, **how)
        from alsoliked.cluster.shards.by_spark import write_shards_by_spark  # noqa: PLC0415  needs pyspark

        return write_shards_by_spark(spark, _seen_by_all(job.source), folder, **how)


def _seen_by_all(source: str | Path) -> str | Path:
    """Return a path as executors need it, and leave tables and addresses alone."""
    path = Path(source).expanduser()
    return path.absolute() if path.exists() else source


def _check_as_made(job: Job, shards: Shards) -> None:
    told = [name for name, value in job.reading.items() if value not in (None, "raise")]
    if told:
        raise OptionError(f"{told[0]}= says how to read ratings, and {shards.folder} holds them read; leave it out.")
    for name, value, made in (
        ("shards", job.n_shards, shards.n_shards),
        ("valid_pct", job.valid_pct, shards.valid_pct),
    ):
        if value is not None and value != made:
            raise OptionError(f"{name}={value} came, and {shards.folder} was made with {made}; leave it out.")


def _in_words(shards: Shards) -> str:
    train, valid = (sum(shards.sizes[part]) for part in ("train", "valid"))
    who = f"{shards.n_users:,} users, {shards.n_items:,} items"
    return f"{shards.name}: {who}, {train:,} ratings to learn from, {valid:,} held out, in {shards.n_shards} shards"
