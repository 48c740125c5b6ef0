"""What size costs: an epoch over 25 million (synthetic) ratings, and lists for everybody in ml-1m.

Each part runs in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch

from alsoliked import Recommender, movielens
from alsoliked._version import __version__
from alsoliked.data.synthetic import grow
from alsoliked.fitting import auto_y_range, default_bs, default_lr_wd
from alsoliked.models import DotProductBias
from alsoliked.training import Learner

RESULTS = Path(__file__).parent / "results" / "scale.json"


def epoch(n_ratings: int) -> dict[str, object]:
    """Train one epoch on ml-1m grown to so many ratings."""
    ratings = grow(movielens("ml-1m"), n_ratings, seed=0)
    grown_gib = peak_gib()
    generator = torch.Generator().manual_seed(0)
    model = DotProductBias(ratings.n_users, ratings.n_items, 50, y_range=auto_y_range(ratings), generator=generator)
    bs = default_bs(len(ratings))
    learner = Learner(model, ratings, bs=bs)
    cpu, wall = time.process_time(), time.perf_counter()
    lr, wd = default_lr_wd("dot_bias", bs)
    learner.fit_one_cycle(1, lr, wd=wd)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "data": ratings.name,
        "ratings": len(ratings),
        "users": ratings.n_users,
        "items": ratings.n_items,
        "bs": bs,
        "threads": torch.get_num_threads(),
        "wall_s": wall,
        "cpu_s": cpu,
        "ratings_per_s": len(ratings) / wall,
        "peak_gib": peak_gib(),
        "peak_gib_before_training": grown_gib,
    }


def lists() -> dict[str, object]:
    """List ten items for every user of ml-1m, three times."""
    rec = Recommender().fit(movielens("ml-1m"))
    before, times = peak_gib(), []
    for _ in range(3):
        cpu, wall = time.process_time(), time.perf_counter()
        table = rec.recommend_many(n=10)
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = sorted(times)[1]
    users = table["user"].n_unique()
    return {
        "data": "ml-1m",
        "users": users,
        "wall_s": wall,
        "cpu_s": cpu,
        "users_per_s": users / wall,
        "peak_gib": peak_gib(),
        "peak_gib_before": before,
    }


def peak_gib() -> float:
    """Largest resident size of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def markdown(found: dict[str, dict[str, Any]], versions: dict[str, str]) -> str:
    """Lay the figures out as a page."""
    one, many = found["epoch"], found["lists"]
    return f"""### Scale

| work | seconds | rate | CPU s | peak memory |
|---|---|---|---|---|
| one epoch of `dot_bias`, {one["data"]}, {one["users"]:,} users x {one["items"]:,} items, batches of {one["bs"]:,} | \
{one["wall_s"]:.1f} | {one["ratings_per_s"]:,.0f} ratings/s | {one["cpu_s"]:.1f} | {one["peak_gib"]:.2f} GiB |
| ten recommendations for each of {many["users"]:,} users of ml-1m | {many["wall_s"]:.2f} | \
{many["users_per_s"]:,.0f} users/s | {many["cpu_s"]:.2f} | {many["peak_gib"]:.2f} GiB |

Two cores, {one["threads"]} threads; the large set is synthetic. {", ".join(f"{n} {v}" for n, v in versions.items())}.
"""


def main() -> None:
    """Run one part, or each in its own process, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=("epoch", "lists"))
    parser.add_argument("--ratings", type=int, default=25_000_000)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(epoch(arguments.ratings) if arguments.part == "epoch" else lists()))
        return
    found = {}
    for part in ("epoch", "lists"):
        command = [sys.executable, __file__, part, "--ratings", str(arguments.ratings)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[part] = json.loads(answer.stdout.splitlines()[-1])
        print(part, found[part], flush=True)
    versions = {"alsoliked": __version__, "torch": torch.__version__, "python": platform.python_version()}
    RESULTS.write_text(json.dumps(versions | found, indent=1) + "\n")
    RESULTS.with_suffix(".md").write_text(markdown(found, versions))


if __name__ == "__main__":
    main()
