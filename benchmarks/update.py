"""Updated against retrained: how far is a model brought up to date from one that was fitted to everything?

    python benchmarks/update.py --data ml-100k --out benchmarks/results/update_ml-100k

A tenth of the ratings is the test part, the same for all. Of the rest some are held back as "new": all ratings of users
drawn at random until they are three tenths of what is new, and other ratings drawn at random. A model is fitted without
these, updated with them, and held against one fitted to both. CPU seconds are those of the whole call, with what lists
need; medians over the splits; one thread.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, Recommender, __version__, movielens, random_split

MODELS = ("als", "bayes", "dot_bias", "net")
SHARES = (0.01, 0.1, 0.5)  # of the ratings known before
OF_NEW_USERS = 0.3  # of what is new


def parts(ratings: Ratings, share: float, seed: int) -> tuple[Ratings, Ratings, Ratings, Ratings]:
    """Return what is known before, what is new, both together, and the test part."""
    whole, test = random_split(ratings, 0.1, seed)
    rng = np.random.default_rng(seed)
    n_new = int(len(whole) * share / (1 + share))
    order = rng.permutation(ratings.n_users)
    coming = np.cumsum(whole.counts_by_user()[order])
    people = order[: max(1, int(np.searchsorted(coming, OF_NEW_USERS * n_new)))]
    new = np.isin(whole.user_index, people)
    others = np.flatnonzero(~new)
    new[rng.choice(others, max(0, n_new - int(new.sum())), replace=False)] = True
    return on_its_own(whole.take(~new)), on_its_own(whole.take(new)), on_its_own(whole), test


def on_its_own(ratings: Ratings) -> Ratings:
    """Return the same ratings with vocabularies that know nobody else, as if read from a file of their own."""
    frame = ratings.to_frame()
    stamps = frame["timestamp"] if "timestamp" in frame.columns else None
    own = Ratings.from_columns(frame["user"], frame["item"], frame["rating"], stamps)
    return own.with_tables(user_table=ratings.user_table, item_table=ratings.item_table)


def timed(call: Callable[[], Recommender]) -> tuple[Recommender, float]:
    """Return what comes, and the CPU seconds it took."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        made = call()
    return made, time.process_time() - began


def measured(name: str, ratings: Ratings, share: float, seed: int) -> dict[str, Any]:
    """Fit, update and fit again; return errors, distances and seconds."""
    known, new, whole, test = parts(ratings, share, seed)
    before, fit_s = timed(lambda: Recommender(name, seed=seed).fit(known))
    updated, update_s = timed(lambda: before.update(new))
    again, again_s = timed(lambda: Recommender(name, seed=seed).fit(whole))
    other, _ = timed(lambda: Recommender(name, seed=seed + 100).fit(whole))
    ids = test.users.decode(test.user_index), test.items.decode(test.item_index)
    models = {"before": before, "updated": updated, "retrained": again, "other_seed": other}
    predicted = {key: rec.predict(*ids, on_unknown="popular") for key, rec in models.items()}
    rmse = {f"rmse_{key}": float(np.sqrt(np.mean((p - test.rating) ** 2))) for key, p in predicted.items()}
    away = {f"away_{key}": float(np.abs(p - predicted["retrained"]).mean()) for key, p in predicted.items()}
    del rmse["rmse_other_seed"], away["away_retrained"]
    return {**rmse, **away, "fit_s": fit_s, "update_s": update_s, "retrain_s": again_s}


def rows(names: list[str], ratings: Ratings, splits: int) -> Iterator[dict[str, Any]]:
    """Measure everything, and print as it comes."""
    for name in names:
        for share in SHARES:
            found = [measured(name, ratings, share, seed) for seed in range(1, splits + 1)]
            row = {"model": name, "new": share, **{key: median(one[key] for one in found) for key in found[0]}}
            print(json.dumps(row), flush=True)
            yield row


def as_table(found: list[dict[str, Any]]) -> str:
    """Lay the rows out in Markdown."""
    lines = [
        "| model | new | RMSE before | updated | retrained | before is away | updated is | another seed is"
        " | update, CPU s | retrain, CPU s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        errors = [f"{row[f'rmse_{key}']:.4f}" for key in ("before", "updated", "retrained")]
        away = [f"{row[f'away_{key}']:.3f}" for key in ("before", "updated", "other_seed")]
        seconds = [f"{row[key]:.1f}" for key in ("update_s", "retrain_s")]
        cells = [row["model"], f"+{row['new']:.0%}", *errors, *away, *seconds]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="ml-100k")
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    found = list(rows(args.models, movielens(args.data), args.splits))
    if args.out is not None:
        about = {"alsoliked": __version__, "data": args.data, "splits": args.splits, "threads": 1, "rows": found}
        args.out.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n")
        args.out.with_suffix(".md").write_text(as_table(found))


if __name__ == "__main__":
    main()
