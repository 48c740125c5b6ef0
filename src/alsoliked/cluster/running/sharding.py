"""Ingest: a job's ratings as shards, made now or before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.talk import Talk
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import MANIFEST, Shards
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError

__all__ = ["check_as_made", "in_words", "ingested"]


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
            check_as_made(shards, job.reading, job.valid_pct, job.n_shards)
    else:
        shards = _made(job, spark, talk)
        for note in shards.notes:
            talk.say(note)
    talk.say(in_words(shards))
    return shards


def _made(job: Job, spark: Any, talk: Talk) -> Shards:  # noqa: ANN401
    how: dict[str, Any] = {"seed": job.seed, **job.reading}
    how |= {} if job.n_shards is None else {"n_shards": job.n_shards}
    how |= {} if job.valid_pct is None else {"valid_pct": job.valid_pct}
    folder = job.shards.absolute()  # executors stand elsewhere
    with talk.bar("dealing ratings to shards") as share:
        how["progress"] = lambda done, total: share(done / total if total else 0.0)
        return write_shards(_seen_by_all(job.source), folder, spark=spark, **how)


def _seen_by_all(source: str | Path | Ratings) -> str | Path | Ratings:
    """Return a path as executors need it, and leave tables, addresses and ratings alone."""
    if isinstance(source, Ratings):
        return source
    path = Path(source).expanduser()
    return path.absolute() if path.exists() else source


def check_as_made(
    shards: Shards, reading: Mapping[str, Any], valid_pct: float | None, n_shards: int | None = None
) -> None:
    """Refuse what is told about making shards that were made otherwise.

    Raises
    ------
    OptionError
        For the first such option.
    """
    for name, value in reading.items():
        if value not in (None, "raise"):
            told = f"{name}={value!r} says how to read ratings"
            raise OptionError(f"{told}, and {shards.folder} holds them read; leave it out.")
    for name, value, made in (("shards", n_shards, shards.n_shards), ("valid_pct", valid_pct, shards.valid_pct)):
        if value is not None and value != made:
            raise OptionError(f"{name}={value} came, and {shards.folder} was made with {made}; leave it out.")


def in_words(shards: Shards) -> str:
    """Say how much there is to learn from."""
    train, valid = (sum(shards.sizes[part]) for part in ("train", "valid"))
    who = f"{shards.n_users:,} users, {shards.n_items:,} items"
    return f"{shards.name}: {who}, {train:,} ratings to learn from, {valid:,} held out, in {shards.n_shards} shards"
