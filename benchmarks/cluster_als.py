"""ALS and lists by Spark beside ours: held-out error, NDCG, and processor time, on a cluster of two workers here.

``python benchmarks/cluster_als.py`` writes results/cluster_als.md and .json. Times are of processors (of Spark's
executors, JVM and Python together; of this process), so that another load on the machine moves them little. A pass is
what twelve of them take more than two do, so that what Spark needs once is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from pyspark.sql import SparkSession

from alsoliked import movielens
from alsoliked.cluster.bundling.model import model_of
from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.solving.als import SparkALS, als_by_spark
from alsoliked.cluster.spark.session import spark_session
from alsoliked.data.ratings import Ratings
from alsoliked.evaluation.ranking import ndcg_at_k
from alsoliked.evaluation.trial import Trial
from alsoliked.models.baseline import DampedBias, Triples
from alsoliked.models.factors import FactorModel
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers import als
from alsoliked.solvers.implicit_als import ImplicitALS

RESULTS = Path(__file__).parent / "results" / "cluster_als.md"
LINKS = als.USER_LINK, als.ITEM_LINK
NONE = 1e9, 1e9  # penalties so large that nothing is expected of a row
SETTINGS = ("ml-100k", 32, 10), ("ml-1m", 16, 6), ("ml-1m", 16, 18), ("ml-1m", 32, 10)  # and factors, and passes
REG = 0.1
FEW, MANY = 2, 12  # passes, for times
Found = dict[str, Any]


def executors_cpu() -> float:
    """Return the processor time of all executors so far, in seconds."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # one that has ended meanwhile counts with its parent
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


class FromAnywhere(als.ALS):
    """Ours, but the users' factors begin as Spark's do: at random, of length 1."""

    def _start(self, train: Triples, spread: float) -> torch.Tensor:
        biases = DampedBias(self.item_damping, self.user_damping).solve(train)
        factors = np.random.default_rng(self.seed).normal(size=(train.n_users, self.n_factors))
        factors /= np.linalg.norm(factors, axis=1, keepdims=True)
        return torch.from_numpy(np.column_stack([biases.user_bias / spread, factors]).astype(np.float32))


def ours(how: SparkALS, train: Ratings, links: tuple[float, float], solver: type[als.ALS] = als.ALS) -> FactorModel:
    """Solve here, at the same settings."""
    als.USER_LINK, als.ITEM_LINK = links
    solved = solver(how.n_factors, how.epochs, how.reg, 1.0, how.item_damping, how.user_damping).solve(train)
    model = settle_untrained(solved, train.counts_by_user(), train.counts_by_item())
    assert isinstance(model, FactorModel)  # noqa: S101
    return model


def ndcg(model: FactorModel, train: Ratings, trial: Trial) -> float:
    """Return NDCG@10 of the lists of clicks."""
    lists = Answers(train, None, model).top(trial.users[trial.ranked], 10)[0]
    return float(ndcg_at_k(lists, trial.relevant).mean())


def errors(spark: SparkSession, shards: Shards, work: Path, n_factors: int, epochs: int) -> dict[str, float]:
    """Return held-out errors of one setting: Spark's; ours with less and less taken from it."""
    train, held_out = shards.ratings("train"), shards.ratings("valid")
    how = SparkALS(n_factors=n_factors, epochs=epochs, reg=REG, blocks=4)
    return {
        "spark": rmse(as_model(als_by_spark(spark, shards, work / "rows", how), shards, work, settled=True), held_out),
        "started_as_spark": rmse(ours(how, train, NONE, FromAnywhere), held_out),
        "nothing_expected": rmse(ours(how, train, NONE), held_out),
        "ours": rmse(ours(how, train, LINKS), held_out),
    }


def clicks(spark: SparkSession, shards: Shards, work: Path) -> dict[str, float]:
    """Return NDCG@10 of clicks, by Spark and here."""
    how = SparkALS.of({"feedback": "implicit", "n_factors": 32, "epochs": 8, "blocks": 4})
    train, held_out = shards.ratings("train"), shards.ratings("valid")
    rows = as_model(als_by_spark(spark, shards, work / "rows", how), shards, work, settled=False)
    trial = Trial.prepare(train, held_out, k=10, relevant_from=4, max_users=None, seed=0)
    local = ImplicitALS(32, 8, how.reg, 1.0, how.unobserved_weight).solve(
        train.user_index, train.item_index, train.n_users, train.n_items
    )
    return {"spark": ndcg(rows, train, trial), "ours": ndcg(local, train, trial)}


def speed(spark: SparkSession, shards: Shards, work: Path, n_factors: int, repeats: int) -> dict[str, float]:
    """Return processor seconds of a pass over both sides, by the executors and here; medians."""
    train, took = shards.ratings("train"), []
    als_by_spark(spark, shards, work / "rows", SparkALS(n_factors=n_factors, epochs=FEW, rounds=1, blocks=2))  # warm
    for _ in range(repeats):
        seconds = []
        for epochs in (FEW, MANY):
            how = SparkALS(n_factors=n_factors, epochs=epochs, rounds=1, blocks=2)
            before = executors_cpu()
            als_by_spark(spark, shards, work / "rows", how)
            seconds.append(executors_cpu() - before)
            before = time.process_time()
            ours(how, train, LINKS)
            seconds.append(time.process_time() - before)
        took.append([(seconds[2 + which] - seconds[which]) / (MANY - FEW) for which in (0, 1)])
    spark_s, ours_s = (statistics.median(some) for some in zip(*took, strict=True))
    sizes = {"n_factors": n_factors, "ratings": sum(shards.sizes["train"]), "rows": shards.n_users + shards.n_items}
    return sizes | {"spark_s": spark_s, "ours_s": ours_s}


def sparse() -> Ratings:
    """Let 100,000 users rate ten of 2,000 items each: a million ratings, as in ml-1m, of many more rows."""
    draw = np.random.default_rng(0)
    pairs = np.unique(np.repeat(np.arange(100_000), 10) * 2_000 + draw.integers(0, 2_000, 1_000_000))
    return Ratings.from_columns(pairs // 2_000, pairs % 2_000, draw.integers(1, 6, len(pairs)))


def quality(spark: SparkSession, work: Path) -> Found:
    """Compare what is learned."""
    found: Found = {"errors": [], "clicks": []}
    sets = {name: write_shards(movielens(name), work / name, n_shards=4) for name in ("ml-100k", "ml-1m")}
    for name, n_factors, epochs in SETTINGS:
        told = errors(spark, sets[name], work, n_factors, epochs)
        found["errors"].append({"data": name, "n_factors": n_factors, "epochs": epochs} | told)
        print(found["errors"][-1], flush=True)
    for name, shards in sets.items():
        found["clicks"].append({"data": name} | clicks(spark, shards, work))
        print(found["clicks"][-1], flush=True)
    return found


def times(spark: SparkSession, work: Path, repeats: int) -> Found:
    """Compare what it takes."""
    found: Found = {"speed": []}
    sets = {"ml-1m": movielens("ml-1m"), "100,000 users x 10": sparse()}
    dealt = {name: write_shards(ratings, work / str(len(ratings)), n_shards=4) for name, ratings in sets.items()}
    for name, n_factors in (("ml-1m", 64), ("100,000 users x 10", 64), ("ml-1m", 32)):
        found["speed"].append({"data": name} | speed(spark, dealt[name], work, n_factors, repeats))
        print(found["speed"][-1], flush=True)
    return found


def told(found: Found, repeats: int) -> list[str]:
    """Write it down."""
    lines = ["### ALS by Spark beside ours", ""]
    lines += [f"Held-out RMSE; `reg` {REG:g} that grows with the ratings (`reg_scaling=1`), the same split:", ""]
    lines += ["| data | factors | passes | Spark | ours, started as Spark's, nothing expected of rows |"]
    lines[-1] += " ours, nothing expected of rows | ours |"
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    for row in found["errors"]:
        data, *counts = (row[name] for name in ("data", "n_factors", "epochs"))
        scores = [f"{row[name]:.4f}" for name in ("spark", "started_as_spark", "nothing_expected", "ours")]
        lines.append("| " + " | ".join([str(data), *map(str, counts), *scores]) + " |")
    lines += ["", "NDCG@10 of clicks; 32 factors, 8 passes, `reg` 0.01, `unobserved_weight` 0.2:", ""]
    lines += ["| data | Spark | ours |", "|---|---:|---:|"]
    lines += [f"| {row['data']} | {row['spark']:.4f} | {row['ours']:.4f} |" for row in found["clicks"]]
    if "speed" in found:
        lines += ["", *_of_speed(found["speed"], repeats)]
    lines += [
        "",
        f"Spark {version('pyspark')}, numpy {version('numpy')}, torch {version('torch')}; 80 % of the ratings",
    ]
    lines += ["in training. The machine was shared with other work, so times by the clock are not given."]
    return lines


def _of_speed(speeds: list[dict[str, Any]], repeats: int) -> list[str]:
    lines = [
        f"Processor time of a pass over both sides, {'one run' if repeats == 1 else f'medians of {repeats}'}. Spark's"
    ]
    lines += ["is of two executors of one core together, without a native BLAS; ours of one thread:", ""]
    lines += ["| data | ratings | rows | factors | Spark, CPU s | ratings a CPU s | ours, CPU s | ratings a CPU s |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in speeds:
        cells = [str(row["data"]), *(f"{row[name]:,}" for name in ("ratings", "rows", "n_factors"))]
        for who in ("spark_s", "ours_s"):
            cells += [f"{row[who]:.2f}", f"{row['ratings'] / row[who]:,.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    if sum(row["n_factors"] == 64 for row in speeds) < 2:
        return lines
    each, row_each = apart(speeds)
    lines += ["", f"From the two lines of 64 factors, for Spark: {1 / each:,.0f} ratings a CPU second, and"]
    return [*lines, f"{1 / row_each:,.0f} rows: what a row costs however few its ratings are."]


def apart(speeds: list[dict[str, Any]]) -> tuple[float, float]:
    """Return Spark's seconds for a rating and for a row, out of two sets of 64 factors."""
    both = [row for row in speeds if row["n_factors"] == 64]
    each, row_each = np.linalg.solve([[row["ratings"], row["rows"]] for row in both], [row["spark_s"] for row in both])
    return float(each), float(row_each)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("quality", "times"), help="keep the other figures")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    kept = RESULTS.with_suffix(".json")
    found: Found = json.loads(kept.read_text(encoding="utf-8")) if given.only else {}
    with tempfile.TemporaryDirectory() as folder, spark_session("local-cluster[2,1,1024]") as spark:
        if given.only != "times":
            found |= quality(spark, Path(folder))
        if given.only != "quality":
            found |= times(spark, Path(folder), given.repeats) | {"repeats": given.repeats}
    kept.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    RESULTS.write_text("\n".join(told(found, found["repeats"])) + "\n", encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
