"""Normal equations: how near they come to a plain batched matrix product, and what they cost on 25 million ratings.

One thread. What counts are the useful products a second: n_factors² for each rating, nothing for padding, looking up or
the right-hand sides. They are set beside those of torch.bmm alone: on batches of the very sizes that occur, already in
the cache (`share`); and at its best, on whatever length suits it (`share_of_best`). Each part runs in a process of its
own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, movielens, random_split
from alsoliked._version import __version__
from alsoliked.data.synthetic import grow
from alsoliked.solvers.normal_equations import NUMBERS, RowBatches, normal_equations
from alsoliked.solvers.ridge import solve_rows

RESULTS = Path(__file__).parent / "results" / "normal_equations.json"
REPEATS = 9
Row = dict[str, Any]


def cpu(work: Callable[[], Any]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best_rate(n_factors: int) -> float:
    """Products a second of torch.bmm, at its best over batches that fit the cache."""
    rates = []
    for length in (32, 64, 128, 256, 512):
        x = torch.randn(max(1, NUMBERS // (length * n_factors)), length, n_factors)
        products = 2.0 * 50 * x.shape[0] * length * n_factors**2
        rates.append(products / cpu(lambda x=x: [torch.bmm(x.mT, x) for _ in range(50)]))
    return max(rates)


def same_sizes(sides: list[RowBatches], n_factors: int) -> float:
    """Products a second of torch.bmm on batches of the sizes that occur; padding counts."""
    shapes = [(*group.entries.shape, n_factors) for batches in sides for group in batches.groups]
    space = torch.randn(max(int(np.prod(shape)) for shape in shapes))
    batches = [space[: int(np.prod(shape))].view(shape) for shape in shapes]
    spent = sum(cpu(lambda x=x: torch.bmm(x.mT, x)) for x in batches)  # one at a time: all results would fill memory
    return sum(2.0 * x.numel() * n_factors for x in batches) / spent


def grouped(ratings: Ratings, n_factors: int) -> list[tuple[RowBatches, int, int]]:
    """Both sides: the batches, how many rows they have, and how many the other side has."""
    sides = (ratings.user_index, ratings.n_users), (ratings.item_index, ratings.n_items)
    return [
        (RowBatches(row, [other], n_rows, [size], n_factors=n_factors), n_rows, size)
        for (row, n_rows), (other, size) in (sides, sides[::-1])
    ]


def built(batches: RowBatches, table: torch.Tensor, targets: torch.Tensor) -> None:
    """Build every system and let it go."""
    for _ in normal_equations(batches, [table], targets):
        pass


def measured(ratings: Ratings, n_factors: int, repeats: int) -> Row:
    """Time building and solving the systems of both sides, with bmm alone in between; medians of the repeats."""
    start = time.process_time()
    sides = [(*side, torch.randn(side[2], n_factors)) for side in grouped(ratings, n_factors)]
    grouping, targets = time.process_time() - start, torch.randn(len(ratings))
    times = []
    for _ in range(repeats):
        building = cpu(lambda: [built(batches, table, targets) for batches, _, _, table in sides])
        alone, best = same_sizes([side[0] for side in sides], n_factors), best_rate(n_factors)
        solving = cpu(lambda: [solve_rows(b, [t], targets, torch.ones(n, n_factors)) for b, n, _, t in sides])
        times.append((building, solving, 2 * 2.0 * len(ratings) * n_factors**2 / building, alone, best))
    building, solving, rate, alone, best = (float(value) for value in np.median(times, axis=0))
    row = {"data": ratings.name, "users": ratings.n_users, "items": ratings.n_items, "ratings": len(ratings)}
    row |= {"n_factors": n_factors, "grouped_s": grouping, "built_s": building, "solved_s": solving}
    row |= {"gflops": rate / 1e9, "bmm_gflops": alone / 1e9, "best_gflops": best / 1e9}
    return row | {"share": rate / alone, "share_of_best": rate / best}


def share(name: str, n_factors: int) -> Row:
    """Measure how near building the systems of a set comes to bmm."""
    return measured(random_split(movielens(name), 0.1, seed=0)[0], n_factors, REPEATS)


def sweep(n_ratings: int, n_factors: int) -> Row:
    """Measure a sweep (all items solved, then all users) over ml-1m grown to so many ratings."""
    ratings = grow(movielens("ml-1m"), n_ratings, seed=0)
    grown = peak_gib()
    return measured(ratings, n_factors, 1) | {"peak_gib_before": grown, "peak_gib": peak_gib()}


def peak_gib() -> float:
    """Largest resident size of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def markdown(found: dict[str, Any]) -> str:
    """Lay the figures out as a page."""
    lines = [
        "### Normal equations",
        "",
        "| ratings | factors | GFLOP/s | of bmm on such batches | of bmm at its best | built, CPU s | and solved |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['data']}, {row['ratings']:,} | {row['n_factors']} | {row['gflops']:.0f} "
        f"| {row['share']:.0%} of {row['bmm_gflops']:.0f} | {row['share_of_best']:.0%} of {row['best_gflops']:.0f} "
        f"| {row['built_s']:.2f} | {row['solved_s']:.2f} |"
        for row in found["rows"]
    ]
    large = found["rows"][-1]
    lines += [
        "",
        f"The last set is synthetic ({large['users']:,} users, {large['items']:,} items). Grouping it once takes "
        f"{large['grouped_s']:.1f} CPU s; peak memory {large['peak_gib']:.2f} GiB, of which "
        f"{large['peak_gib_before']:.2f} GiB were reached while the ratings were made.",
        f"One thread; medians of {REPEATS} on ml-1m, in turn with bmm. What counts: n_factors² for each rating on "
        "either side; none for padding, looking up or right-hand sides. "
        + ", ".join(f"{name} {version}" for name, version in found["versions"].items())
        + ".",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run one part, or each in its own process, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", nargs=3, metavar=("WHAT", "SIZE", "FACTORS"))
    parser.add_argument("--ratings", type=int, default=25_000_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.part:
        what, size, n_factors = options.part
        print(json.dumps(share(size, int(n_factors)) if what == "share" else sweep(int(size), int(n_factors))))
        return
    parts = [("share", "ml-1m", "32"), ("share", "ml-1m", "64")]
    rows = []
    for part in (*parts, ("sweep", str(options.ratings), "64")):
        command = [sys.executable, __file__, "--part", *part]
        answer = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        rows.append(json.loads(answer.stdout.splitlines()[-1]))
        print(rows[-1], flush=True)
    versions = {"alsoliked": __version__, "torch": torch.__version__, "python": platform.python_version()}
    found = {"versions": versions, "rows": rows}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    RESULTS.with_suffix(".md").write_text(markdown(found))


if __name__ == "__main__":
    main()
