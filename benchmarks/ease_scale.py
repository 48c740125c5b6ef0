"""EASE with many items: peak memory and CPU seconds on a set of 20,000 items, made from ml-1m. One thread."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from pathlib import Path

import numpy as np
import torch

from alsoliked import Ratings, movielens
from alsoliked._version import __version__
from alsoliked.solvers.ease import Ease

RESULTS = Path(__file__).parent / "results" / "ease_scale.json"


def with_items(ratings: Ratings, n_items: int, n_users: int) -> Ratings:
    """Copies of a set side by side, and users who each rated in two of them."""
    copies, rng = -(-n_items // ratings.n_items), np.random.default_rng(0)
    user, item = [], []
    for copy in range(copies):
        for part in range(-(-n_users // ratings.n_users)):
            kept = rng.random(len(ratings)) < 2 / copies
            user.append(ratings.user_index[kept] + part * ratings.n_users)
            item.append(ratings.item_index[kept] + copy * ratings.n_items)
    users, items = np.concatenate(user), np.concatenate(item)
    inside = (users < n_users) & (items < n_items)
    return Ratings.from_columns(users[inside], items[inside], np.full(int(inside.sum()), 4))


def peak_gib() -> float:
    """Largest resident size of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=30_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    ratings = with_items(movielens("ml-1m"), options.items, options.users)
    before, start = peak_gib(), time.process_time()
    model = Ease().solve(ratings)
    found = {
        "items": ratings.n_items,
        "users": ratings.n_users,
        "ratings": len(ratings),
        "cpu_s": time.process_time() - start,
        "peak_gib": peak_gib(),
        "peak_gib_before": before,
        "weights_gib": model.weights.nbytes / 2**30,
        "versions": {"alsoliked": __version__, "torch": torch.__version__, "python": platform.python_version()},
    }
    print(found)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
