"""RMSE and CPU seconds of `Recommender("bayes")` on MovieLens: random splits and the published folds, one thread.

    python benchmarks/bayes.py ml-100k --factors 32 --samples 100 --burn-in 20 --likelihood gaussian --seeds 0 1 2
    python benchmarks/bayes.py ml-100k --folds 1 2 3 4 5 --source ml-100k.zip

Sides are drawn from training pairs alone. Prints one line a split, and the mean.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import torch

from alsoliked import Ratings, movielens, published_fold, random_split
from alsoliked.data.clock import Clock
from alsoliked.solvers.bayes import Bayes

SHARES = (0.5, 0.8, 0.95)


def splits(args: argparse.Namespace) -> Iterator[tuple[str, Ratings, Ratings]]:
    """Deal out the splits that were asked for."""
    if args.folds:
        for fold in args.folds:
            yield f"u{fold}", *published_fold(movielens(args.data), args.source, f"u{fold}")
        return
    ratings = movielens(args.data)
    for seed in args.seeds:
        yield f"seed {seed}", *random_split(ratings, args.valid_pct, seed=seed)


def rmse(predicted: np.ndarray, valid: Ratings) -> float:
    """Of predictions cut off at the ends of the scale."""
    return float(np.sqrt(np.mean((predicted.clip(*valid.rating_scale) - valid.rating) ** 2)))


def main() -> None:
    """Fit and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--folds", type=int, nargs="*")
    parser.add_argument("--source", help="the published zip, for its folds")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--valid-pct", type=float, default=0.2)
    parser.add_argument("--factors", type=int, default=32)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--burn-in", type=int, default=20)
    parser.add_argument("--likelihood", default="gaussian")
    parser.add_argument("--times", action="store_true", help="use when ratings were given, also the held-out ones")
    parser.add_argument("--no-sets", action="store_true")
    parser.add_argument("--no-columns", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    missed, seconds = [], []
    how = Bayes(
        n_factors=args.factors,
        samples=args.samples,
        burn_in=args.burn_in,
        likelihood=args.likelihood,
        sets=not args.no_sets,
        columns=not args.no_columns,
        times=args.times,
    )
    for name, train, valid in splits(args):
        began = time.process_time()
        model = how.solve(train)
        seconds.append(time.process_time() - began)
        pairs = valid.user_index, valid.item_index
        predicted = model.pairs(*pairs)
        if args.times:
            clock = Clock.of(train)
            moments = clock.days(valid.timestamp), clock.turns(valid.user_index, valid.timestamp)
            print(f"  without the time {rmse(predicted, valid):.4f}")
            predicted = model.pairs_at(*pairs, *moments)
        error = predicted.clip(*valid.rating_scale) - valid.rating
        missed.append(rmse(predicted, valid))
        away = np.abs(error) / model.spread(*pairs)
        covered = [float((away < NormalDist().inv_cdf(0.5 + share / 2)).mean()) for share in SHARES]
        kept = (model.user_samples.nbytes + model.item_samples.nbytes) / 1e6
        told = " ".join(f"{share:.1%}" for share in covered)
        print(f"{name}: RMSE {missed[-1]:.4f}, {seconds[-1]:.1f} CPU s, covered {told}, {kept:.1f} MB", flush=True)
    print(f"mean RMSE {np.mean(missed):.4f}, median {np.median(seconds):.1f} CPU s")


if __name__ == "__main__":
    main()
