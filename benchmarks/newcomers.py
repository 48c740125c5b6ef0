"""Newcomers: users and items a model was not trained with, met with 0 to 20 of their ratings, beside a peer's refit.

Ours are folded in and never refitted; what columns say was learned from the training part. The peer (myFM, rank 10,
200 sweeps; for items with genres and years) is fitted anew with the ratings given among its training ratings: one fit
for all newcomers of a fold at once, which helps it a little. Same folds, same ratings given, same ratings predicted.

``python benchmarks/newcomers.py [--peer B/bin/python]``; the peer's environment needs myfm and scipy alone. One thread.
The settings (16 factors; what is chosen by itself) come from a fifth of the training users and items of the first fold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch

from alsoliked import Ratings, Recommender, movielens
from alsoliked.coldstart.protocol import GIVEN, LEAST, POOL
from alsoliked.data.columns import lined_up
from alsoliked.data.mirrored import mirrored

HERE = Path(__file__).parent
MODELS = {"bayes, 16 factors": ("bayes", {"n_factors": 16}), "als": ("als", {}), "dot_bias": ("dot_bias", {})}
SIDES = ("users", "items")


def ours(ratings: Ratings) -> list[dict[str, Any]]:
    """Each of our models by the protocol."""
    rows = []
    for label, (name, options) in MODELS.items():
        rec = Recommender(name, **options).fit(ratings)
        for of in SIDES:
            start = time.process_time()
            table = rec.measure_newcomers(of)
            print(label, table, f"{time.process_time() - start:.0f} CPU seconds", sep="\n", flush=True)
            rows += [{"model": label, "of": of, **row} for row in table.folds.to_dicts()]
    return rows


def dealt(ratings: Ratings, of: str) -> dict[str, np.ndarray]:
    """The folds of the protocol for a peer: which fold a rating is in (-1: none), its place in its newcomer's turn."""
    seen = ratings if of == "users" else mirrored(ratings)
    rng = np.random.default_rng(0)
    who = rng.permutation(np.flatnonzero(seen.counts_by_user() >= LEAST[of]))
    order, turn, fold = rng.permutation(len(ratings)), np.zeros(len(ratings), np.int64), np.full(seen.n_users, -1)
    fold[who] = np.arange(len(who)) % 5
    by_user = order[np.argsort(seen.user_index[order], kind="stable")]
    counts = seen.counts_by_user()
    turn[by_user] = np.arange(len(ratings)) - np.repeat(np.cumsum(counts) - counts, counts)
    told = {"user": seen.user_index, "item": seen.item_index, "rating": ratings.rating, "turn": turn}
    return told | {"fold": fold[seen.user_index], "columns": columns(ratings) if of == "items" else np.zeros((0, 0))}


def columns(ratings: Ratings) -> np.ndarray:
    """Genres and years of all items, one column each."""
    if ratings.item_table is None:
        raise SystemExit("the ratings came without a table of items")
    table = lined_up(ratings.item_table, "item", ratings.items.ids)
    genres = table.select(pl.col("genres").list.join("|").fill_null("").str.to_lowercase())
    split = genres["genres"].str.split("|").to_list()
    names = sorted({name for row in split for name in row if name})
    years = sorted(table["year"].drop_nulls().unique().to_list())
    told = np.zeros((len(table), len(names) + len(years)))
    for at, (row, year) in enumerate(zip(split, table["year"].to_list(), strict=True)):
        told[at, [names.index(name) for name in row if name]] = 1
        if year is not None:
            told[at, len(names) + years.index(year)] = 1
    return told


def peers(python: Path, ratings: Ratings) -> list[dict[str, Any]]:
    """The peer on the same folds."""
    rows = []
    for of in SIDES:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "folds.npz"
            np.savez(
                source,
                pool=POOL[of],
                given=np.array([k for k in GIVEN[of] if k or of == "items"]),
                **dealt(ratings, of),
            )
            command = [str(python), str(HERE / "peers" / "newcomers_myfm.py"), str(source)]
            out = subprocess.run(
                command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            ).stdout
        rows += [{"model": "myFM refitted", "of": of, **json.loads(line)} for line in out.splitlines()]
    return rows


def main() -> None:
    """Measure all, write results/newcomers.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="the interpreter of an environment with myfm")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    ratings = movielens("ml-100k")
    rows = ours(ratings) + (peers(asked.peer, ratings) if asked.peer else [])
    (HERE / "results" / "newcomers.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
