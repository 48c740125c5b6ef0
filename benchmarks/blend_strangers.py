"""Strangers on ml-100k: a blend and its members alone predict half the ratings of users who were left out of training.

    python benchmarks/blend_strangers.py --out benchmarks/results/blend_strangers.json

15 % of the users are left out; a hundred of them give half of their ratings, drawn at random. One thread.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from alsoliked import Ratings, Recommender, __version__, movielens
from alsoliked.recommendation.answers import Answers

LEFT_OUT, ASKED = 0.15, 100


def strangers_rmse(answers: Answers, ratings: Ratings, strangers: np.ndarray) -> float:
    """Fold each stranger in from half of their ratings, and predict the other half."""
    missed = []
    for user in strangers:
        items, stars = ratings.by_user().row(user)
        order = np.random.default_rng(user).permutation(len(items))
        given, asked = np.split(order, [len(items) // 2])
        row = answers.fold_in(items[given], stars[given]).row
        missed.append(answers.rating.rows(row[None])[0, items[asked]] - stars[asked])
    return float(np.sqrt(np.mean(np.concatenate(missed) ** 2)))


def main() -> None:
    """Fit the default blend, and ask it and each of its members."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    ratings = movielens("ml-100k")
    out = np.random.default_rng(0).random(ratings.n_users) < LEFT_OUT
    train, strangers = ratings.take(~out[ratings.user_index]), np.flatnonzero(out)[:ASKED]
    answers = Recommender("blend").fit(train).fitted
    blend = answers.rating
    members = {name: Answers(train, one, None) for name, one in zip(blend.names, blend.members, strict=True)}
    rows = []
    for name, asked in {"blend": answers, **members}.items():
        began = time.process_time()
        _ = asked.prior  # learned when first looked at
        learned = time.process_time() - began
        began = time.process_time()
        rmse = strangers_rmse(asked, ratings, strangers)
        each = 1000 * (time.process_time() - began) / len(strangers)
        rows.append({"model": name, "rmse": rmse, "prior_cpu_s": learned, "ms_a_stranger": each})
        print(f"{name:28} {rmse:.4f}, prior {learned:.2f} CPU s, {each:.1f} ms a stranger", flush=True)
    if args.out is not None:
        args.out.write_text(json.dumps({"alsoliked": __version__, "threads": 1, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
