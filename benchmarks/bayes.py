"""What each step of `Recommender("bayes")` buys: RMSE, CPU seconds and coverage of intervals on MovieLens, one thread.

    python benchmarks/bayes.py ml-100k --name random
    python benchmarks/bayes.py ml-100k --name folds --folds 1 2 3 4 5 --source ml-100k.zip
    python benchmarks/bayes.py ml-1m --name ml-1m --valid-pct 0.1 --seeds 0 --steps everything "+ noise by user"

Who rated what is taken from training pairs alone. Prints a line a split, and writes the table to benchmarks/results.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, movielens, published_fold, random_split
from alsoliked.data.clock import Clock
from alsoliked.models.posterior import Posterior
from alsoliked.solvers.bayes import Bayes

RESULTS = Path(__file__).parent / "results"
SHARES = (0.5, 0.8, 0.95)
BARE = {"sets": False, "columns": False, "own_noise": False, "times": False}
STEPS: dict[str, dict[str, Any]] = {
    "factors alone (BPMF)": BARE,
    "+ who rated what": {**BARE, "sets": True},
    "+ columns": {**BARE, "sets": True, "columns": True},
    "+ noise by user": {},
    "everything": {"times": True},
    "everything, 300 samples": {"times": True, "samples": 300},
    "ordinal instead": {"times": True, "likelihood": "ordinal"},
}
Row = dict[str, Any]


def splits(args: argparse.Namespace) -> Iterator[tuple[str, Ratings, Ratings]]:
    """Deal out the splits that were asked for."""
    if args.folds:
        for fold in args.folds:
            yield f"u{fold}", *published_fold(movielens(args.data), args.source, f"u{fold}")
        return
    ratings = movielens(args.data)
    for seed in args.seeds:
        yield f"seed {seed}", *random_split(ratings, args.valid_pct, seed=seed)


def predictions(model: Posterior, train: Ratings, valid: Ratings) -> np.ndarray:
    """Predictions for the times of the held-out ratings where the model knows of times, cut off at the scale."""
    pairs = valid.user_index, valid.item_index
    if model.moments is None or valid.timestamp is None:
        return model.pairs(*pairs).clip(*valid.rating_scale)
    clock = Clock.of(train)
    moments = clock.days(valid.timestamp), clock.turns(valid.user_index, valid.timestamp)
    return model.pairs_at(*pairs, *moments).clip(*valid.rating_scale)


def measured(how: Bayes, train: Ratings, valid: Ratings) -> tuple[Row, np.ndarray]:
    """Fit and measure on one split."""
    began = time.process_time()
    model = how.solve(train)
    seconds = time.process_time() - began
    predicted = predictions(model, train, valid)
    missed = predicted - valid.rating
    away = np.abs(missed) / model.spread(valid.user_index, valid.item_index)
    covered = [float((away < NormalDist().inv_cdf(0.5 + share / 2)).mean()) for share in SHARES]
    kept = (model.user_samples.nbytes + model.item_samples.nbytes) / 1e6
    row = {"rmse": float(np.sqrt(np.mean(missed**2))), "mae": float(np.abs(missed).mean()), "cpu": seconds}
    return {**row, "covered": covered, "megabytes": kept}, predicted


def table(data: str, rows: dict[str, list[Row]]) -> str:
    """Lay out the means over splits."""
    names = ", ".join(run["split"] for run in next(iter(rows.values())))
    lines = [f"### `bayes`, step by step: {data}, mean over {names}", ""]
    lines += ["| step | RMSE | MAE | 50, 80, 95 % intervals hold | CPU seconds |", "|---|---|---|---|---|"]
    for name, runs in rows.items():
        rmse, mae, cpu = (np.mean([run[key] for run in runs]) for key in ("rmse", "mae", "cpu"))
        held = ", ".join(f"{100 * share:.1f}" for share in np.mean([run["covered"] for run in runs], axis=0))
        lines.append(f"| {name} | {rmse:.4f} | {mae:.4f} | {held} | {cpu:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--name", required=True, help="of the result files")
    parser.add_argument("--folds", type=int, nargs="*")
    parser.add_argument("--source", help="the published zip, for its folds")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--valid-pct", type=float, default=0.2)
    parser.add_argument("--steps", nargs="*", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--add", action="store_true", help="to the steps measured before on the same splits")
    for option in ("--factors", "--samples", "--burn-in"):
        parser.add_argument(option, type=int)
    args = parser.parse_args()
    torch.set_num_threads(1)
    asked = {"n_factors": args.factors, "samples": args.samples, "burn_in": args.burn_in}
    sizes = {name: value for name, value in asked.items() if value is not None}
    rows: dict[str, list[Row]] = {step: [] for step in args.steps}
    for name, train, valid in splits(args):
        for step in args.steps:
            row, _ = measured(Bayes(**{**sizes, **STEPS[step]}), train, valid)
            rows[step].append({"split": name, **row})
            print(f"{name}: {step}: RMSE {row['rmse']:.4f}, {row['cpu']:.1f} CPU s", flush=True)
    kept = RESULTS / f"bayes_{args.name}.json"
    before = json.loads(kept.read_text())["steps"] if args.add else {}
    rows = {step: rows.get(step) or before[step] for step in STEPS if step in rows or step in before}
    told = {"data": args.data, "sizes": sizes, "threads": 1, "torch": torch.__version__, "steps": rows}
    kept.write_text(json.dumps(told, indent=1) + "\n")
    (RESULTS / f"bayes_{args.name}.md").write_text(table(args.data, rows) + "\n")
    print(table(args.data, rows))


if __name__ == "__main__":
    main()
