"""A bundle measured on the ratings held out beside it: by Spark where there is a session, else in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alsoliked.cli.console import say, share_bar
from alsoliked.cli.engine import check_bundle, spark_from
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.evaluation.report import Report

__all__ = ["measure_by_engine", "measure_where_trained"]


def measure_by_engine(
    bundle: Path, asked: Mapping[str, Any], runs: Mapping[str, Any], *, k: int, relevant_from: float | None
) -> Report:
    """Measure on Spark; `asked` are the flags and arguments that only a measurement in this process knows."""
    engine = spark_from(runs, "measurements")
    for name, value in asked.items():
        if value not in (None, False, "raise"):
            raise OptionError(f"{name} has no effect on --engine; leave it out, or measure without --engine.")
    check_bundle(bundle)
    from alsoliked.cluster.running.talk import Talk
    from alsoliked.cluster.running.train import started

    with started(engine, Talk(say)) as spark:
        return _by_spark(spark, bundle, k=k, relevant_from=relevant_from)


def measure_where_trained(bundle: Path, spark: Any) -> Report:  # noqa: ANN401  pyspark's own class, or None
    """Measure a bundle that was just written."""
    if spark is not None:
        return _by_spark(spark, bundle, k=10, relevant_from=None)
    from alsoliked.cli.train import measure_aloud
    from alsoliked.recommender import Recommender

    rec = Recommender.load(bundle)
    if rec.held_out_ is None:
        raise OptionError(f"{bundle} was trained without held-out ratings.")
    return measure_aloud(rec, rec.held_out_)


def _by_spark(spark: Any, bundle: Path, *, k: int, relevant_from: float | None) -> Report:  # noqa: ANN401
    from alsoliked.cluster.answering.measuring import evaluate_by_spark

    with share_bar(f"measuring {bundle.name} and its baselines") as share:
        return evaluate_by_spark(spark, bundle, k=k, relevant_from=relevant_from, on_progress=share)
