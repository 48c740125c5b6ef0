"""The rates of benchmarks/capacity.py that no other benchmark measures: processor seconds of one thread.

``python benchmarks/capacity_rates.py [PART …]`` writes results/capacity_rates.md and .json; parts are ``descent``,
``rows``, ``local`` and ``lists``. What a row costs is worked out of two sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import torch

from alsoliked import movielens
from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.list_tasks import batches_of, lists_of_rows
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.data.ratings import Ratings
from alsoliked.models.dot_product import DotProductBias
from alsoliked.recommendation.lists import ListOptions
from alsoliked.training.learner import Learner
from cluster_training import RATES, forked, of_shards, together

RESULTS = Path(__file__).parent / "results" / "capacity_rates.md"
FACTORS, BATCH = 64, 32_768
Found = dict[str, float]


def descent(folder: Path, repeats: int) -> Found:
    """Ratings a second learned from on one process, its rows at hand; ml-1m."""
    shards, found = write_shards(movielens("ml-1m"), folder / "ml-1m", n_shards=16), {}
    for optimizer, (lr, wd) in RATES.items():
        told = of_shards(shards, FACTORS, optimizer=optimizer, lr=lr, wd=wd, bs=BATCH, work=str(folder / "work"))
        took = statistics.median(together(told, 1)[0]["cpu"] for _ in range(repeats))
        found[optimizer] = sum(shards.sizes["train"]) / took
    return found


def drawn(n_users: int, n_items: int, each: int) -> Ratings:
    """Let every user rate as many items; every item is rated."""
    draw = np.random.default_rng(0)
    users = draw.permutation(np.repeat(np.arange(n_users), each))
    pairs = np.unique(users * n_items + np.arange(len(users)) % n_items)
    return Ratings.from_columns(pairs // n_items, pairs % n_items, draw.integers(1, 6, len(pairs)))


def rows(folder: Path, _: int) -> Found:
    """Rows a second that AdamW moves, seen or not: by what a step takes more where there are more."""
    each = {}
    for n_users in (250_000, 1_450_000):
        ratings = drawn(n_users, 50_000, 1_500_000 // n_users + 1)
        shards = write_shards(ratings, folder / f"{n_users}", n_shards=16, valid_pct=0.0)
        del ratings
        told = of_shards(shards, FACTORS, optimizer="adamw", lr=0.01, wd=0.3, bs=BATCH, work=str(folder / "work"))
        one, three = (together(replace(told, epochs=n), 1)[0]["cpu"] for n in (1, 3))  # their start is not counted
        steps = 2 * (min(shards.sizes["train"]) // (BATCH // shards.n_shards))
        each[n_users] = (three - one) / steps
    (few, less), (many, more) = each.items()
    return {"adamw_rows": (many - few) / (more - less)}


def local(_: Path, __: int) -> Found:
    """Rows a second that the package's own loop moves, without an engine."""
    each = {}
    for n_users in (150_000, 750_000):
        ratings = drawn(n_users, 50_000, 750_000 // n_users)

        def train(epochs: int, ratings: Ratings = ratings) -> None:
            start = torch.Generator().manual_seed(0)
            model = DotProductBias(ratings.n_users, ratings.n_items, FACTORS, y_range=(0, 5.5), generator=start)
            Learner(model, ratings, None, bs=BATCH, on_epoch=None).fit_one_cycle(epochs, 0.01, wd=0.3)

        one, three = (forked(lambda _, n=n: train(n))[0]["cpu"] for n in (1, 3))
        each[ratings.n_users + ratings.n_items] = (three - one) / (2 * (len(ratings) // BATCH))
    (few, less), (many, more) = each.items()
    return {"local_rows": (many - few) / (more - less)}


def lists(folder: Path, repeats: int) -> Found:
    """Pairs of user and item a second, as Spark's tasks list them: 200,000 items."""
    shards = write_shards(drawn(500, 200_000, 400), folder / "lists", n_shards=1, valid_pct=0.0)
    draw, width = np.random.default_rng(0), 1 + FACTORS
    sizes = {"n_users": shards.n_users, "n_items": shards.n_items, "user_width": width, "item_width": width}
    made = Rows.create(folder / "listed", **sizes)
    for role, n in (("user", shards.n_users), ("item", shards.n_items)):
        made.write(role, 0, 0.2 * draw.standard_normal((n, width), dtype=np.float32))
    made.finish({"kind": "factors", "model": "dot_bias", "options": {"n_factors": FACTORS}, "y_range": [0.0, 5.5]})
    made = Rows.open(made.folder)
    sent = SimpleNamespace(value=Catalogue.of(made, shards, shards.counts("item")))
    rated = pl.concat(shards.blocks("train", 0)).select("user", "item", "rating").sort("user", "item")
    took = []
    for _ in range(repeats):
        before = time.process_time()
        lines = sum(len(batch) for batch in lists_of_rows(sent, made, shards, ListOptions())(batches_of(rated)))
        took.append(time.process_time() - before)
        assert lines == 10 * shards.n_users  # noqa: S101
    return {"pairs": shards.n_users * shards.n_items / statistics.median(took)}


PARTS: dict[str, Callable[[Path, int], Found]] = {
    "descent": descent,
    "rows": rows,
    "local": local,
    "lists": lists,
}
NAMED = {
    "adamw": f"ratings learned from by AdamW, rows at hand; ml-1m, batches of {BATCH:,}, one process",
    "rowwise_adagrad": "the same by row-wise Adagrad",
    "adamw_rows": f"rows of {1 + FACTORS} numbers that AdamW moves, seen or not",
    "local_rows": "the same by `alsoliked train`, without an engine",
    "pairs": "pairs of user and item looked at for lists of ten, 200,000 items",
}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help="the others keep their figures")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    kept = RESULTS.with_suffix(".json")
    found: Found = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for part in given.parts:
        with tempfile.TemporaryDirectory() as folder:
            found |= PARTS[part](Path(folder), given.repeats)
        print(part, found, flush=True)
    lines = ["### Rates that the capacity plan takes from here", ""]
    lines += [
        f"{FACTORS} factors; per second of one core's processor time, medians of {given.repeats} where one run is"
    ]
    lines += ["short:", "", "| what | a second |", "|---|---:|"]
    lines += [f"| {what} | {found[name]:,.0f} |" for name, what in NAMED.items() if name in found]
    lines += [
        "",
        f"torch {version('torch')}, torchrec {version('torchrec')}, numpy {version('numpy')}, one thread; the",
    ]
    lines += [f"machine was shared (load {os.getloadavg()[0]:.0f} at the end)."]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
