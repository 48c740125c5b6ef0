"""`Recommender("bayes")` beside myFM: the same split, the same side information, one thread each, CPU seconds.

    python benchmarks/bayes_peers.py ml-100k --python PYTHON_WITH_MYFM --ours 16:60 32:120 --theirs 10:60 10:300 32:512

Sizes are factors:sweeps, burn-in (20) among the sweeps. With ``--times`` both know the day of the held-out rating, and
ours the user's place in their history as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, movielens, random_split
from alsoliked.data.clock import Clock
from alsoliked.solvers.bayes import Bayes
from alsoliked.solvers.bayes.columns import column_features
from alsoliked.solvers.bayes.features import normalised_sets
from bayes import measured

HERE = Path(__file__).parent
BURN_IN = 20


def exported(train: Ratings, valid: Ratings, *, times: bool, columns: bool) -> dict[str, Any]:
    """What the peer is told: the same pairs, sets and columns."""
    data: dict[str, Any] = {"rating": train.rating}
    clock = Clock.of(train) if times else None
    for name, part in (("train", train), ("valid", valid)):
        data |= {f"{name}_user": part.user_index, f"{name}_item": part.item_index}
        if clock is not None and part.timestamp is not None:
            data[f"{name}_day"] = clock.days(part.timestamp)
    users, items = (torch.from_numpy(index.astype(np.int64)) for index in (train.user_index, train.item_index))
    sides = (
        ("user", users, items, train.n_users, train.n_items, train.user_table, train.users.ids),
        ("item", items, users, train.n_items, train.n_users, train.item_table, train.items.ids),
    )
    for side, rows, members, n_rows, n_members, table, ids in sides:
        parts = [normalised_sets(rows, members, n_rows, n_members)]
        parts += column_features(table, side, ids) if columns else []
        widths = np.array([part.n_columns for part in parts])
        starts = np.cumsum(widths) - widths
        data |= {
            f"{side}_n": n_rows,
            f"{side}_widths": widths,
            f"{side}_rows": torch.cat([part.rows for part in parts]).numpy(),
            f"{side}_columns": np.concatenate([p.columns.numpy() + s for p, s in zip(parts, starts, strict=True)]),
            f"{side}_values": torch.cat([part.values for part in parts]).numpy(),
        }
    return data


def ask_myfm(python: str, data: dict[str, Any], rank: int, sweeps: int) -> tuple[np.ndarray, float]:
    """Fit the peer in its own interpreter; its predictions and CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "data.npz", Path(folder) / "out.npz"
        np.savez(source, **data)
        command = [python, str(HERE / "peers" / "myfm_peer.py"), str(source), str(out), str(rank), str(sweeps)]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL)
        found = np.load(out)
        return found["predicted"], float(found["cpu"])


def main() -> None:
    """Run both, write and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--python", required=True, help="an interpreter that has myfm")
    parser.add_argument("--name", required=True, help="of the result files")
    parser.add_argument("--ours", nargs="*", default=["16:60", "32:120"])
    parser.add_argument("--theirs", nargs="*", default=["10:60", "10:300"])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0])
    parser.add_argument("--valid-pct", type=float, default=0.2)
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--no-columns", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for seed in args.seeds:
        train, valid = random_split(movielens(args.data), args.valid_pct, seed=seed)
        for size in args.ours:
            factors, sweeps = map(int, size.split(":"))
            how = Bayes(factors, sweeps - BURN_IN, BURN_IN, columns=not args.no_columns, times=args.times)
            row, _ = measured(how, train, valid)
            rows.append({"who": "alsoliked", "size": size, "seed": seed, "rmse": row["rmse"], "cpu": row["cpu"]})
            print(rows[-1], flush=True)
        told = exported(train, valid, times=args.times, columns=not args.no_columns)
        for size in args.theirs:
            predicted, spent = ask_myfm(args.python, told, *map(int, size.split(":")))
            missed = predicted.clip(*valid.rating_scale) - valid.rating
            rmse = float(np.sqrt(np.mean(missed**2)))
            rows.append({"who": "myFM", "size": size, "seed": seed, "rmse": rmse, "cpu": spent})
            print(rows[-1], flush=True)
    lines = [f"### `bayes` beside myFM: {args.data}, seeds {args.seeds}, one thread", ""]
    lines += ["| | factors:sweeps | RMSE | CPU seconds |", "|---|---|---|---|"]
    for who, size in dict.fromkeys((row["who"], row["size"]) for row in rows):
        runs = [row for row in rows if (row["who"], row["size"]) == (who, size)]
        rmse, cpu = (np.mean([run[key] for run in runs]) for key in ("rmse", "cpu"))
        lines.append(f"| {who} | {size} | {rmse:.4f} | {cpu:.1f} |")
    results = HERE / "results"
    told_how = {"data": args.data, "times": args.times, "columns": not args.no_columns, "threads": 1}
    (results / f"bayes_peers_{args.name}.json").write_text(json.dumps({**told_how, "runs": rows}, indent=1) + "\n")
    (results / f"bayes_peers_{args.name}.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
