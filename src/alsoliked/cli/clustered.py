"""`train --engine`: the same on many processes, told on the terminal as if it were one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alsoliked.cli.console import print_json, say, share_bar
from alsoliked.cli.engine import engine_from
from alsoliked.cli.place import check_writable
from alsoliked.cli.source import is_published, load_ratings, without_password
from alsoliked.cli.wording import in_flags
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.cli.asked import Asked
    from alsoliked.cluster.running.job import Job
    from alsoliked.cluster.running.train import Trained

__all__ = ["tell_trained", "train_by_engine"]

DATABASE = re.compile(r"(sqlite|postgres|mysql|mariadb|mssql|oracle)\w*(\+\w+)?://")


def train_by_engine(asked: Asked) -> None:
    """Train on DATA on an engine, measure, save a bundle."""
    runs = asked.runs
    told = (runs[name] for name in ("engine", "master", "workers", "conf", "attempts"))
    engine = engine_from(*told, model=asked.model)
    job = _job(asked)
    check_writable(job.work.absolute())
    from alsoliked.cluster.running.learning import check_fits
    from alsoliked.cluster.running.taken import check_untaken
    from alsoliked.cluster.running.talk import Talk
    from alsoliked.cluster.running.train import started, train_on_cluster
    from alsoliked.cluster.running.work_folder import check_free
    from alsoliked.training.history import print_epoch

    check_untaken(job.work)
    check_free(job, resume=runs["resume"])
    check_fits(job, engine)
    talk = Talk(lambda text: say(in_flags(text)), print_epoch, share_bar)
    with _kept(job), started(engine, talk) as spark:
        trained = train_on_cluster(job, engine, resume=runs["resume"], talk=talk)
        tell_trained(trained, job, spark, json=asked.json)


@contextmanager
def _kept(job: Job) -> Iterator[None]:
    """Say on an interruption how to go on."""
    from alsoliked.cluster.running.work_folder import stopped

    try:
        yield
    except Exception:
        raise
    except BaseException:
        if stopped(job):
            say(f"{job.work} keeps what was done; the same command with --resume goes on with it")
        raise


def _job(asked: Asked) -> Job:
    """Read the flags of `train` as a job; what an engine has no use for is refused."""
    from alsoliked.cluster.running.job import Job

    data, held, runs = asked.data, asked.held, asked.runs
    _check_source(data, asked.reading["query"], runs["engine"])
    if held["split"] != "random":
        raise OptionError(f"--split {held['split']} came; on an engine ratings are held out at random, by --valid-pct.")
    told = {name: value for name, value in asked.reading.items() if value not in (None, "raise")}
    job = Job(
        source=data,
        out=asked.out,
        work=runs["work"] or asked.out.with_name(f"{asked.out.name}.work"),
        model=asked.model,
        options=asked.chosen,
        seed=held["seed"],
        valid_pct=held["valid_pct"],
        n_shards=runs["shards"],
        reading=told,
        optimizer=runs["optimizer"] or "adamw",
        checkpoint_every=runs["checkpoint_every"],
    )
    return replace(job, source=load_ratings(data, **told), reading={}) if is_published(data) else job


def _check_source(data: str, query: str | None, engine: str) -> None:
    if query is not None or DATABASE.match(data):
        what = "no database is read on an engine: write it to Parquet, or name a table of Spark's as table:NAME"
        raise OptionError(f"{without_password(data)} came; {what}.")
    for_spark = "://" in data or data.startswith("table:")
    if for_spark and engine == "torchrun":
        raise OptionError(f"{data} is for --engine spark to read; --engine torchrun reads files and folders.")
    if not for_spark and not is_published(data) and not Path(data).expanduser().exists():
        load_ratings(data)  # which says what else there is


def tell_trained(trained: Trained, job: Job, spark: Any, *, json: bool) -> None:  # noqa: ANN401  pyspark's own class, or None
    """Say what came of a run: its epochs in words, the measurement, the bundle."""
    from alsoliked.cli.measured import measure_where_trained

    words = [] if trained.history is None else trained.history.in_words()
    for sentence in words:
        say(in_flags(sentence))
    held_out = any(trained.shards.sizes["valid"])
    report = measure_where_trained(trained.bundle, spark) if held_out else None
    if json:
        history = [] if trained.history is None else trained.history.to_frame().to_dicts()
        head = {"bundle": str(trained.bundle), "shards": str(job.shards), "job": job.to_dict()}
        print_json({**head, "history": history, "report": None if report is None else report.to_dict()})
        return
    if report is not None:
        print(report)
        print()
        print("\n".join(report.in_words()))
    say(f"saved to {trained.bundle}")
