"""Fold-in of strangers with 15 ratings each: CPU time for one, how many a second side by side, and for a whole list.

    python benchmarks/fold_in.py --data ml-1m --models als dot_bias net

The strangers are the training users, cut down to 15 of their ratings drawn at random. Medians; one thread.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from alsoliked import Recommender, movielens
from alsoliked.data.grouped import Grouped
from alsoliked.models.factors import FactorModel
from alsoliked.recommendation.fold_in_many import fold_in_many

GIVEN, ASKED = 15, 50


def strangers(by_user: Grouped) -> Grouped:
    """Keep 15 ratings of each user who has as many."""
    rng = np.random.default_rng(0)
    able = np.flatnonzero(np.diff(by_user.start) >= GIVEN)
    places = np.concatenate([by_user.start[u] + rng.permutation(np.diff(by_user.start)[u])[:GIVEN] for u in able])
    return Grouped(np.arange(len(able) + 1) * GIVEN, by_user.other[places], by_user.rating[places])


def cpu(call: Callable[[], object]) -> float:
    """Return the CPU seconds of a call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def measured(rec: Recommender, given: Grouped) -> str:
    """Return one model's cells."""
    answers, some = rec.fitted, [given.row(n) for n in range(ASKED)]
    prior, named = answers.prior, rec.train_ratings.items
    ids = [{named[int(i)]: float(r) for i, r in zip(*row, strict=True)} for row in some]
    rec.recommend(given=ids[0])  # what is learned when first asked
    one = median(cpu(lambda row=row: answers.fold_in(*row)) for row in some)
    listed = median(cpu(lambda stars=stars: rec.recommend(given=stars)) for stars in ids)
    crowd = given if isinstance(answers.rating, FactorModel) else given.take(np.arange(99))
    together = cpu(lambda: fold_in_many(answers.rating, prior, crowd))
    return f"{len(prior.mean)} | {1000 * one:.1f} | {1000 * listed:.1f} | {len(crowd) / together:,.0f}"


def main() -> None:
    """Fit each model, and ask it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="ml-1m")
    parser.add_argument("--models", nargs="+", default=["als", "dot_bias", "net"])
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    ratings = movielens(args.data)
    given = strangers(ratings.by_user())
    lines = ["| model | row | fold-in, ms | with the list, ms | strangers a second |", "|---|---|---|---|---|"]
    for name in args.models:
        lines.append(f"| {name} | {measured(Recommender(name, seed=1).fit(ratings), given)} |")
        print(lines[-1], flush=True)
    if args.out is not None:
        args.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
