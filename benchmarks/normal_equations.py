"""Normal equations: how near they come to a plain batched matrix product, and what they cost on 25 million ratings.

One thread. `share` is the useful products a second (one of n_factors² for each rating; nothing for padding, looking up
or the right-hand sides) over those of torch.bmm alone, at its best over batches that fit the cache. Each part runs in a
process of its own, so that peak memory is its own.
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
REPEATS = 7
Row = dict[str, Any]


def cpu(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median CPU seconds, after one run that is not counted."""
    times = []
    for _ in range(repeats + 1):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return float(np.median(times[1:])) if repeats > 1 else times[-1]


def ceiling(n_factors: int) -> float:
    """Products a second of torch.bmm, at its best."""
    rates = []
    for length in (32, 64, 128, 256, 512):
        x = torch.randn(max(1, NUMBERS // (length * n_factors)), length, n_factors)
        spent = cpu(lambda x=x: [torch.bmm(x.mT, x) for _ in range(50)])
        rates.append(50 * 2.0 * x.shape[0] * length * n_factors**2 / spent)
    return max(rates)


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


def share(name: str, n_factors: int) -> Row:
    """Measure how near building the systems of ml-1m comes to bmm."""
    ratings, _ = random_split(movielens(name), 0.1, seed=0)
    targets, spent, solving = torch.randn(len(ratings)), 0.0, 0.0
    for batches, n_rows, size in grouped(ratings, n_factors):
        table, penalty = torch.randn(size, n_factors), torch.ones(n_rows, n_factors)
        spent += cpu(lambda b=batches, t=table: built(b, t, targets))
        solving += cpu(lambda b=batches, t=table, p=penalty: solve_rows(b, [t], targets, p))
    rate, best = 2 * 2.0 * len(ratings) * n_factors**2 / spent, ceiling(n_factors)
    row = {"data": name, "n_factors": n_factors, "ratings": len(ratings), "built_s": spent, "solved_s": solving}
    return row | {"gflops": rate / 1e9, "bmm_gflops": best / 1e9, "share": rate / best}


def sweep(n_ratings: int, n_factors: int) -> Row:
    """Measure a sweep (all items solved, then all users) over ml-1m grown to so many ratings."""
    ratings = grow(movielens("ml-1m"), n_ratings, seed=0)
    grown, start = peak_gib(), time.process_time()
    sides = grouped(ratings, n_factors)
    grouping, targets, times = time.process_time() - start, torch.randn(len(ratings)), [0.0, 0.0]
    for batches, n_rows, size in sides:
        table, penalty = torch.randn(size, n_factors), torch.ones(n_rows, n_factors)
        times[0] += cpu(lambda b=batches, t=table: built(b, t, targets), 1)
        times[1] += cpu(lambda b=batches, t=table, p=penalty: solve_rows(b, [t], targets, p), 1)
    useful = 2 * 2.0 * len(ratings) * n_factors**2
    row = {"data": ratings.name, "users": ratings.n_users, "items": ratings.n_items, "n_factors": n_factors}
    row |= {"ratings": len(ratings), "grouped_s": grouping, "built_s": times[0], "solved_s": times[1]}
    row |= {"gflops": useful / times[0] / 1e9, "bmm_gflops": (best := ceiling(n_factors)) / 1e9}
    return row | {"share": useful / times[0] / best, "peak_gib_before": grown, "peak_gib": peak_gib()}


def peak_gib() -> float:
    """Largest resident size of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def markdown(found: dict[str, Any]) -> str:
    """Lay the figures out as a page."""
    lines = [
        "### Normal equations",
        "",
        "| ratings | factors | built, GFLOP/s | bmm alone, GFLOP/s | share | a sweep built, CPU s | and solved, CPU s |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        lines.append(
            f"| {row['data']}, {row['ratings']:,} | {row['n_factors']} | {row['gflops']:.0f} | {row['bmm_gflops']:.0f} "
            f"| {row['share']:.0%} | {row['built_s']:.2f} | {row['solved_s']:.2f} |"
        )
    large = found["rows"][-1]
    lines += [
        "",
        f"The last set is synthetic ({large['users']:,} users, {large['items']:,} items). Grouping it once takes "
        f"{large['grouped_s']:.1f} CPU s; peak memory {large['peak_gib']:.2f} GiB, of which "
        f"{large['peak_gib_before']:.2f} GiB were reached while the ratings were made.",
        f"One thread; medians of {REPEATS} on ml-1m. "
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
    parts = [("share", "ml-1m", "16"), ("share", "ml-1m", "32"), ("share", "ml-1m", "64")]
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
