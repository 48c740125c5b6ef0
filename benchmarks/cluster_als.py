"""ALS and lists by Spark beside ours: held-out error, NDCG, and processor time, on a cluster of two workers here.

``python benchmarks/cluster_als.py`` writes results/cluster_als.md. Times are of the executors' processors, JVM and
Python together, so that another load on the machine moves them little; the first run, on which the JVM still compiles,
is not counted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
from pyspark.sql import SparkSession

from alsoliked import movielens
from alsoliked.cluster.als import SparkALS, als_by_spark
from alsoliked.cluster.bundling.model import model_of
from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.lists import lists_by_spark
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.session import spark_session
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.ratings import Ratings
from alsoliked.evaluation.ranking import ndcg_at_k
from alsoliked.evaluation.trial import Trial
from alsoliked.models.factors import FactorModel
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers import als
from alsoliked.solvers.implicit_als import ImplicitALS

RESULTS = Path(__file__).parent / "results" / "cluster_als.md"
LINKS = als.USER_LINK, als.ITEM_LINK
NONE = 1e9, 1e9  # penalties so large that nothing is expected of a row


def executors_cpu() -> float:
    """Return the processor time of all executors so far, in seconds."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        if any("CoarseGrainedExecutorBackend" in word for word in child.cmdline()):
            for process in (child, *child.children(recursive=True)):
                used = process.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
    return total


def as_model(rows: Rows, shards: Shards, folder: Path, *, settled: bool) -> FactorModel:
    """Return what was solved by index."""
    with Scratch.beside(folder / "model") as scratch:
        model = model_of(rows, (Sorted.of(shards, "user"), Sorted.of(shards, "item")), scratch, settled=settled)
    assert isinstance(model, FactorModel)  # noqa: S101
    return model


def rmse(model: FactorModel, held_out: Ratings) -> float:
    """Return the error of a model on held-out ratings."""
    return float(np.sqrt(np.mean((model.pairs(held_out.user_index, held_out.item_index) - held_out.rating) ** 2)))


def ours(how: SparkALS, train: Ratings, links: tuple[float, float]) -> FactorModel:
    """Solve here, at the same settings."""
    als.USER_LINK, als.ITEM_LINK = links
    solved = als.ALS(how.n_factors, how.epochs, how.reg, 1.0, how.item_damping, how.user_damping).solve(train)
    model = settle_untrained(solved, train.counts_by_user(), train.counts_by_item())
    assert isinstance(model, FactorModel)  # noqa: S101
    return model


def ndcg(model: FactorModel, train: Ratings, trial: Trial) -> float:
    """Return NDCG@10 of the lists of clicks."""
    lists = Answers(train, None, model).top(trial.users[trial.ranked], 10)[0]
    return float(ndcg_at_k(lists, trial.relevant).mean())


def compared(spark: SparkSession, name: str, work: Path) -> list[str]:
    """Return lines of the table of one data set."""
    shards = write_shards(movielens(name), work / name, n_shards=4)
    train, held_out = shards.ratings("train"), shards.ratings("valid")
    lines = []
    for reg in (0.08, 0.13):
        how = SparkALS(n_factors=32, epochs=8, reg=reg, blocks=4)
        rows = as_model(als_by_spark(spark, shards, work / "rows", how), shards, work, settled=True)
        errors = [rmse(rows, held_out), *(rmse(ours(how, train, links), held_out) for links in (NONE, LINKS))]
        told = " | ".join(f"{error:.4f}" for error in errors)
        lines.append(f"| {name} | RMSE | k=32 epochs=8 reg={reg:g} reg_scaling=1 | {told} |")
    how = SparkALS.of({"feedback": "implicit", "n_factors": 32, "epochs": 8, "blocks": 4})
    rows = as_model(als_by_spark(spark, shards, work / "rows", how), shards, work, settled=False)
    trial = Trial.prepare(train, held_out, k=10, relevant_from=4, max_users=None, seed=0)
    local = ImplicitALS(32, 8, how.reg, 1.0, how.unobserved_weight).solve(
        train.user_index, train.item_index, train.n_users, train.n_items
    )
    scores = f"{ndcg(rows, train, trial):.4f} | {ndcg(local, train, trial):.4f} | "
    return [*lines, f"| {name} | NDCG@10 of clicks | k=32 epochs=8 reg=0.01 unobserved_weight=0.2 | {scores}|"]


def speed(spark: SparkSession, name: str, work: Path, n_factors: int) -> dict[str, float]:
    """Return the executors' seconds for a pass over both sides, and for everybody's lists."""
    shards, seconds = Shards.open(work / name), []
    for epochs in (2, 8):
        before = executors_cpu()
        how = SparkALS(n_factors=n_factors, epochs=epochs, rounds=1, blocks=2)
        rows = als_by_spark(spark, shards, work / "rows", how)
        seconds.append(executors_cpu() - before)
    before = executors_cpu()
    lists_by_spark(spark, rows, shards, to=work / "lists")
    size = sum(shards.sizes["train"])
    passed = (seconds[1] - seconds[0]) / 6
    pairs = shards.n_users * shards.n_items / (executors_cpu() - before)
    return {"n_factors": n_factors, "pass_s": passed, "ratings_per_s": size / passed, "pairs_per_s": pairs}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["ml-100k", "ml-1m"])
    names = parser.parse_args().data
    with tempfile.TemporaryDirectory() as folder, spark_session("local-cluster[2,1,1024]") as spark:
        work = Path(folder)
        table = [line for name in names for line in compared(spark, name, work)]
        found = [speed(spark, names[-1], work, n_factors) for n_factors in (32, 64)]
    lines = [
        "### ALS by Spark beside ours",
        "",
        "| data | figure | setting | Spark | ours, nothing expected of rows | ours |",
        "|---|---|---|---|---|---|",
        *table,
        "",
        f"Processor time of two executors of one core, {names[-1]} (Spark's ALS without a native BLAS):",
        "",
        "| factors | CPU s a pass over both sides | training ratings a CPU s | pairs of user and item listed a CPU s |",
        "|---|---|---|---|",
        *(
            f"| {k:.0f} | {seconds:.2f} | {ratings:,.0f} | {pairs:,.0f} |"
            for k, seconds, ratings, pairs in (row.values() for row in found)
        ),
        "",
        f"Spark {version('pyspark')}, numpy {version('numpy')}; 80 % of the ratings in training.",
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    RESULTS.with_suffix(".json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
