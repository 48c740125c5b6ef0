"""How good the lists are: NDCG@10 by full ranking, ratings of 4 and more, per-user 80/20.

``--choose`` measures settings of the list rule on a part of the *training* ratings (the test part is dropped before
anything is looked at); without it the chosen rule is measured on the test parts, beside popularity, EASE, each half of
the rule alone, and the curve over the weight of the rating. Beside NDCG@10 and recall@20 stands the mean rating of
hits: what was given, in the test part, to the items of the lists of 10 that have a rating there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from alsoliked import Ratings, Recommender, movielens
from alsoliked._version import __version__
from alsoliked.data.grouped import Grouped
from alsoliked.evaluation.ranking import ndcg_at_k, recall_at_k
from alsoliked.recommendation import objective
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.solvers.choice import Choice

RESULTS = Path(__file__).parent / "results"
LIKED = 4.0
CURVE = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)


def per_user_split(ratings: Ratings, seed: int, share: float = 0.2) -> tuple[Ratings, Ratings]:
    """Hold out a share of each user's ratings, at random."""
    key = np.random.default_rng(seed).random(len(ratings))
    order = np.lexsort((key, ratings.user_index))
    count = ratings.counts_by_user()
    place = np.arange(len(ratings)) - (np.cumsum(count) - count)[ratings.user_index[order]]
    held_out = place < np.round(count * share)[ratings.user_index[order]]
    return ratings.take(order[~held_out]), ratings.take(order[held_out])


def figures(lists: np.ndarray, valid: Ratings) -> dict[str, float]:
    """Mean NDCG@10 and recall@20 over users with something liked held out; mean rating of hits."""
    liked = valid.take(valid.rating >= LIKED)
    users, place = np.unique(liked.user_index, return_inverse=True)
    relevant = Grouped.build(place.astype(np.int32), liked.item_index, liked.rating, len(users))
    ndcg, recall = ndcg_at_k(lists[users, :10], relevant), recall_at_k(lists[users], relevant)
    return {"ndcg@10": float(ndcg.mean()), "recall@20": float(recall.mean()), "rating of hits": _of_hits(lists, valid)}


def _of_hits(lists: np.ndarray, valid: Ratings) -> float:
    shown = np.arange(len(lists))[:, None] * valid.n_items + lists[:, :10]
    pair = valid.user_index.astype(np.int64) * valid.n_items + valid.item_index
    return float(valid.rating[np.isin(pair, shown[lists[:, :10] >= 0])].mean(dtype=np.float64))


def lists_of(rec: Recommender, name: str, weight: float | None = None) -> np.ndarray:
    """Lists of 20 for every user, in the order an objective gives; with a weight of the rating other than its own."""
    users = np.arange(rec.train_ratings.n_users, dtype=np.int32)
    answers = rec.fitted if weight is None else replace(rec.fitted, known_weight=weight)
    return answers.top(users, 20, objective=name)[0]


def measure(ratings: Ratings, seeds: range) -> dict[str, dict[str, float]]:
    """Mean over seeds, for the rule, its halves, EASE, popularity, and along the weight."""
    found: dict[str, list[dict[str, float]]] = {}
    for seed in seeds:
        train, test = per_user_split(ratings, seed)
        start = time.process_time()
        rec = Recommender(seed=seed).fit(train)
        fitted = time.process_time()
        weight = rec.fitted.rating_weight
        spent = {"fit CPU s": fitted - start, "learn CPU s": time.process_time() - fitted, "weight": weight}
        for name in ("both", "choice", "rating"):
            found.setdefault(name, []).append(figures(lists_of(rec, name), test) | (spent if name == "both" else {}))
        for name in ("ease", "popular"):
            found.setdefault(name, []).append(figures(lists_of(Recommender(name).fit(train), "both"), test))
        for weight in CURVE:
            found.setdefault(f"weight {weight:g}", []).append(figures(lists_of(rec, "both", weight), test))
        print(seed, {name: round(values[-1]["ndcg@10"], 4) for name, values in found.items()}, flush=True)
    return {n: {k: float(np.mean([v[k] for v in values])) for k in values[0]} for n, values in found.items()}


def settings() -> Iterator[dict[str, float]]:
    """Walk the grid that was searched."""
    for n, user, item in itertools.product((16, 32, 64), (0.0, 0.25, 0.5), (0.1, 0.25, 0.4)):
        yield {"n_factors": n, "user_scaling": user, "item_scaling": item}


def choose(ratings: Ratings, seed: int) -> list[dict[str, float]]:
    """Score every setting on a fifth of the training part."""
    outer, _ = per_user_split(ratings, seed)
    train, valid = per_user_split(outer, seed + 1)
    rec = Recommender(seed=seed).fit(train)
    counts, seen = rec.fitted.counts, rec.fitted.by_user
    rows = []
    for how in settings():
        choice = Choice(**how).solve(train.user_index, train.item_index, train.n_users, train.n_items)
        for weight, damping in ((0.0, 10.0), (0.25, 10.0), (0.5, 10.0), (1.0, 10.0), (0.5, 3.0), (0.5, 30.0)):
            objective.DAMPING = damping  # this script's own process
            best = []
            for block in user_blocks(train.n_users, train.n_items):
                users = np.arange(block.start, block.stop)
                parts = rec.fitted.rating.users(users), choice.users(users)
                scores = objective.list_scores(*parts, counts, "both", weight)
                leave_out(scores, users, seen=seen)
                best.append(top_n(scores, 20))
            rows.append(how | {"weight": weight, "damping": damping} | figures(np.concatenate(best), valid))
        print(rows[-6:], flush=True)
    return rows


def markdown(found: dict[str, dict[str, float]], about: dict[str, object], versions: dict[str, str]) -> str:
    """Lay the figures out as a page."""
    trained = "all ratings" if about["all_ratings"] else "ratings of 4 and more"
    names = {
        "both": "both (the default)",
        "choice": "choice alone",
        "rating": "damped rating alone",
        "popular": "popularity",
        "ease": "EASE, a model of its own",
    }
    rows = [
        f"| {names.get(n, n)} | {v['ndcg@10']:.4f} | {v['recall@20']:.4f} | {v['rating of hits']:.3f} |"
        for n, v in found.items()
    ]
    head = f"### Lists on {about['data']}, trained on {trained}\n\n"
    head += "| order | NDCG@10 | recall@20 | rating of hits |\n|---|---|---|---|\n"
    seeds = f"mean of {about['seeds']} splits (seeds from 0)"
    learned = f"learned weight {found['both']['weight']:.2f} on average"
    tail = f"\n\nPer-user random 80/20, full ranking, liked is 4 and more; {seeds}; {learned}. {_listed(versions)}.\n"
    return head + "\n".join(rows) + tail


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def main() -> None:
    """Measure or choose, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--data", default="ml-1m")
    parser.add_argument("--all-ratings", action="store_true", help="train on all ratings, not those of 4 and more")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    ratings = movielens(arguments.data)
    if not arguments.all_ratings:
        ratings = ratings.take(ratings.rating >= LIKED)
    found = choose(ratings, 100) if arguments.choose else measure(ratings, range(arguments.seeds))
    about = {"data": arguments.data, "all_ratings": arguments.all_ratings, "seeds": arguments.seeds}
    versions = {"alsoliked": __version__, "torch": torch.__version__, "python": platform.python_version()}
    kind = "choose" if arguments.choose else "lists"
    name = f"{kind}_{arguments.data}{'_all' if arguments.all_ratings else ''}"
    (RESULTS / f"{name}.json").write_text(json.dumps(about | versions | {"figures": found}, indent=1) + "\n")
    if isinstance(found, dict):
        (RESULTS / f"{name}.md").write_text(markdown(found, about, versions))
    for row in found if isinstance(found, list) else [{"list": n} | v for n, v in found.items()]:
        print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})


if __name__ == "__main__":
    main()
