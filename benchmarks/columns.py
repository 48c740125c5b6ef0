"""Columns of users, items and times: what they add to the factor model and to the net.

    python benchmarks/columns.py                          # ml-100k: random 80/20 splits, and items with few ratings
    python benchmarks/columns.py --data ml-latest-small   # no columns of users, but of items
    python benchmarks/columns.py --choose hybrid          # learning rate, decay, epochs; on parts of train
    python benchmarks/columns.py --pace                   # how fast columns learn beside ids; on parts of train
    python benchmarks/columns.py --each                   # the hybrid, one column at a time; on parts of train

*Few ratings*: a fifth of the items keep 0, 2 or 5 of their ratings for training, and the rest of theirs is predicted.
``--choose``, ``--pace`` and ``--each`` look at training ratings alone: 15 % of them are hidden to choose on. One
thread; CPU seconds of the fit without lists, medians over splits.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, movielens, random_split
from alsoliked._version import __version__
from alsoliked.data.moment_columns import MOMENT_COLUMNS
from alsoliked.fitting import Task, default_lr_wd, fit_answers, settle_options
from alsoliked.models import hybrid
from alsoliked.models.registry import model_spec
from alsoliked.recommendation.answers import Answers

RESULTS = Path(__file__).parent / "results"
SEEDS = (0, 1, 2)
TIMES = {"columns": ["all", *MOMENT_COLUMNS]}
MODELS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dot_bias", "dot_bias", {}),
    ("hybrid", "hybrid", {}),
    ("net", "net", {}),
    ("net, columns", "net", {"columns": "all"}),
    ("net, columns and times, none told", "net", TIMES),
    ("net, columns and times, told", "net", TIMES),
)
BUCKETS = {"all": (0, 10**9), "0": (0, 0), "1-5": (1, 5), "6-20": (6, 20), "21-": (21, 10**9)}
KEPT = (0, 2, 5)
FEW = 5


def fitted(name: str, train: Ratings, options: dict[str, Any], seed: int) -> tuple[Answers, float]:
    """Fit a model without lists; what predicts, and the CPU seconds."""
    spec = model_spec(name)
    began = time.process_time()
    done = fit_answers(Task(spec, settle_options(spec, options, len(train)), train, seed=seed, lists=False))
    return done.answers, time.process_time() - began


def gaps(answers: Answers, valid: Ratings, *, told: bool) -> np.ndarray:
    """How far off each prediction is."""
    pairs = valid.user_index, valid.item_index
    gap: np.ndarray = answers.predict(*pairs, valid.timestamp if told else None).astype(np.float64) - valid.rating
    return gap


def rmse(gap: np.ndarray) -> float:
    """Root mean square; NaN of nothing."""
    return float(np.sqrt(np.mean(gap**2))) if len(gap) else float("nan")


def few_ratings(ratings: Ratings, kept: int, seed: int) -> tuple[Ratings, Ratings]:
    """Leave a fifth of the items so many ratings each; the rest of theirs is held out."""
    rng = np.random.default_rng(seed)
    cold = rng.random(ratings.n_items) < 0.2
    order = rng.permutation(len(ratings))
    items = ratings.item_index[order]
    by_item = np.argsort(items, kind="stable")
    count = np.bincount(items, minlength=ratings.n_items)
    turn = np.empty(len(items), dtype=np.int64)
    turn[by_item] = np.arange(len(items)) - np.repeat(np.cumsum(count) - count, count)
    held = np.zeros(len(items), dtype=bool)
    held[order] = cold[items] & (turn >= kept)
    return ratings.take(~held), ratings.take(held)


def measured(data: str) -> Iterator[dict[str, Any]]:
    """Every model on every split's test part, by the items' training ratings; then on items with few."""
    ratings = movielens(data)
    for seed in SEEDS:
        splits = {"random": random_split(ratings, 0.2, seed=seed)}
        splits |= {f"{kept} kept": few_ratings(ratings, kept, seed) for kept in KEPT}
        for split, (train, valid) in splits.items():
            count = train.counts_by_item()[valid.item_index]
            last: tuple[Any, ...] = ()
            for label, name, options in MODELS if split == "random" else MODELS[:4]:  # times say nothing of new items
                if last[:2] != (name, options):  # told or not, the model is the same
                    last = (name, options, *fitted(name, train, options, seed))
                gap = gaps(last[2], valid, told=label.endswith(", told"))
                parts = {of: rmse(gap[(low <= count) & (count <= high)]) for of, (low, high) in BUCKETS.items()}
                yield {"data": data, "split": split, "seed": seed, "model": label, **parts, "cpu_s": last[3]}


def chosen(data: str, name: str) -> Iterator[dict[str, Any]]:
    """Settings around the defaults, on 15 % of the training ratings of splits 0 and 1."""
    whole = movielens(data)
    lr, wd = default_lr_wd(name, settle_options(model_spec(name), {}, int(0.68 * len(whole)))["bs"])
    changes = [(1.0, 1.0, 5), (1.0, 0.6, 5), (1.0, 1.6, 5), (1.0, 2.5, 5), (0.7, 1.0, 5), (1.6, 1.0, 5), (1.0, 1.0, 8)]
    for seed in SEEDS[:2]:
        train, valid = random_split(random_split(whole, 0.2, seed=seed)[0], 0.15, seed=100 + seed)
        for faster, heavier, epochs in changes:
            options = {"lr": lr * faster, "wd": wd * heavier, "epochs": epochs, "columns": "all"}
            answers, spent = fitted(name, train, options, seed)
            off = rmse(gaps(answers, valid, told=False))
            yield {"data": data, "seed": seed, **options, "rmse": off, "cpu_s": spent}


def each(data: str) -> Iterator[dict[str, Any]]:
    """The hybrid with one column at a time, and all, on 15 % of the training ratings of splits 0, 1 and 2."""
    whole = movielens(data)
    names = [n for table in (whole.user_table, whole.item_table) for n in (() if table is None else table.columns)]
    known = [n for n in names if n not in ("user", "item", "title", "imdb_url", "zip_code") and not n.endswith("_id")]
    for column in (None, *known, "all"):
        found = []
        for seed in SEEDS:
            train, valid = random_split(random_split(whole, 0.2, seed=seed)[0], 0.15, seed=100 + seed)
            answers, _ = fitted("hybrid", train, {"columns": [] if column is None else [column]}, seed)
            gap = gaps(answers, valid, told=False)
            found.append((rmse(gap), rmse(gap[train.counts_by_item()[valid.item_index] <= FEW])))
        both, few = np.mean(found, axis=0).tolist()
        yield {"data": data, "column": column, "rmse": both, "few": few}


def paces(data: str) -> Iterator[dict[str, Any]]:
    """How fast the hybrid's columns learn beside ids, on 15 % of the training ratings of splits 0 and 1."""
    whole = movielens(data)
    usual = hybrid.USER_PACE, hybrid.ITEM_PACE
    for pace in ((1.0, 1.0), (0.5, 0.5), (0.3, 0.3), (0.1, 0.1), usual):
        hybrid.USER_PACE, hybrid.ITEM_PACE = pace
        found = []
        for seed in SEEDS[:2]:
            train, valid = random_split(random_split(whole, 0.2, seed=seed)[0], 0.15, seed=100 + seed)
            found.append(rmse(gaps(fitted("hybrid", train, {}, seed)[0], valid, told=False)))
        yield {"data": data, "users": pace[0], "items": pace[1], "rmse": float(np.mean(found))}
    hybrid.USER_PACE, hybrid.ITEM_PACE = usual


def table(rows: list[dict[str, Any]]) -> str:
    """The means over splits; of CPU seconds the median."""
    lines = []
    for data in dict.fromkeys(row["data"] for row in rows):
        of_data = [row for row in rows if row["data"] == data]
        kept = [split for split in dict.fromkeys(row["split"] for row in of_data) if split != "random"]
        head = ["model", *(f"random, {name}" for name in BUCKETS), *kept, "cpu_s"]
        lines += [f"{data}:", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
        for label, *_ in MODELS:
            own = [row for row in of_data if row["model"] == label]
            by = {split: [row for row in own if row["split"] == split] for split in ("random", *kept)}
            cells = [np.mean([row[name] for row in by["random"]]) for name in BUCKETS]
            cells += [np.mean([row["all"] for row in by[split]] or [np.nan]) for split in kept]
            told = ["-" if np.isnan(cell) else f"{cell:.4f}" for cell in cells]
            spent = np.median([row["cpu_s"] for row in by["random"]])
            lines.append(f"| {label} | " + " | ".join(told) + f" | {spent:.2f} |")
        lines.append("")
    return "\n".join(lines)


def keep(rows: list[dict[str, Any]]) -> None:
    """Write what was measured beside what is there of other data sets."""
    place = RESULTS / "columns.json"
    before = json.loads(place.read_text())["rows"] if place.is_file() else []
    rows = [row for row in before if row["data"] != rows[0]["data"]] + rows
    rows.sort(key=lambda row: row["data"])
    versions = {"python": platform.python_version(), "torch": torch.__version__, "alsoliked": __version__}
    place.write_text(json.dumps({"versions": versions, "threads": 1, "seeds": SEEDS, "rows": rows}, indent=1) + "\n")
    (RESULTS / "columns.md").write_text(table(rows))
    print(table(rows))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="ml-100k")
    parser.add_argument("--choose", metavar="MODEL", help="hybrid or net")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--pace", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.choose or args.each or args.pace:
        alone = chosen(args.data, args.choose) if args.choose else each(args.data) if args.each else paces(args.data)
        for row in alone:
            told = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values())
            print(" ".join(f"{key}={value}" for key, value in zip(row, told, strict=True)), flush=True)
        return
    rows = []
    for row in measured(args.data):
        rows.append(row)
        print(row, flush=True)
    keep(rows)


if __name__ == "__main__":
    main()
