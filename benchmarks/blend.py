"""What blending brings: RMSE of members alone and of blends of some of them, on ml-100k; one thread.

    python benchmarks/blend.py --seeds 0 1 2 --folds 1 2 3 4 5 --source ml-100k.zip --out benchmarks/results/blend

Every member is fitted twice a split, as `Recommender("blend")` does it: to nine tenths of the training part, and to all
of it. Blends of fewer members are weighed from the same fits. The test part is used for the figures alone. With
--times the samplers learn what the time of a rating says, and are asked for the time of each held-out rating.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, __version__, movielens, published_fold, random_split
from alsoliked.fitting.hidden import fit_spelled, hide, missed
from alsoliked.models.spelling import parse_members
from alsoliked.solvers.stack import stack

MEMBERS = ("als:n_factors=40", "bayes", "bayes:likelihood=ordinal", "dot_bias", "net")
BLENDS: dict[str, tuple[str, ...]] = {
    "als + dot_bias": (MEMBERS[0], MEMBERS[3]),
    "bayes + ordinal": (MEMBERS[1], MEMBERS[2]),
    "als + bayes": (MEMBERS[0], MEMBERS[1]),
    "als + bayes + ordinal (the default)": MEMBERS[:3],
    "the default + dot_bias + net": MEMBERS,
}


def splits(args: argparse.Namespace) -> Iterator[tuple[str, Ratings, Ratings]]:
    """Deal out the splits that were asked for."""
    ratings = movielens("ml-100k")
    for seed in args.seeds:
        yield f"seed {seed}", *random_split(ratings, 0.2, seed=seed)
    for fold in args.folds:
        yield f"u{fold}", *published_fold(ratings, args.source, f"u{fold}")


def fits(train: Ratings, test: Ratings, *, times: bool) -> tuple[Ratings, dict[str, dict[str, Any]]]:
    """Fit every member twice: what it predicts of the hidden and of the test ratings, and the CPU seconds of both."""
    part, hidden = hide(train, 0)
    found = {}
    for seed, name in enumerate(MEMBERS):
        began = time.process_time()
        ((model, options),) = parse_members(name)
        more = {"times": True} if times and model == "bayes" else {}
        first, last = (fit_spelled((model, options | more), ratings, seed).answers for ratings in (part, train))
        spent = time.process_time() - began
        sides = ((first, hidden), (last, test))
        predicted = [one.predict(asked.user_index, asked.item_index, asked.timestamp) for one, asked in sides]
        found[name] = {"hidden": predicted[0], "test": predicted[1], "cpu_s": spent}
    return hidden, found


def measured(name: str, train: Ratings, test: Ratings, *, times: bool) -> list[dict[str, Any]]:
    """Return a row for each member and each blend on one split."""
    hidden, found = fits(train, test, times=times)
    rows = [
        {"split": name, "model": member, "rmse": missed(parts["test"], test), "cpu_s": parts["cpu_s"] / 2}
        for member, parts in found.items()
    ]
    for blend, of in BLENDS.items():
        weights, intercept = stack(np.stack([found[m]["hidden"] for m in of], axis=1), hidden.rating, train.mean)
        predicted = intercept + np.stack([found[m]["test"] for m in of], axis=1) @ weights
        told = {"weights": dict(zip(of, weights.round(3).tolist(), strict=True))}
        cost = sum(found[m]["cpu_s"] for m in of)
        rows.append({"split": name, "model": blend, "rmse": missed(predicted, test), "cpu_s": cost, **told})
    for row in rows:
        print(f"{row['split']:8} {row['model']:38} {row['rmse']:.4f} {row['cpu_s']:6.1f} CPU s", flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Return means over the random splits and over the folds, models down."""
    kinds = [kind for kind in ("seed", "u") if any(row["split"].startswith(kind) for row in rows)]
    names = {"seed": "random splits", "u": "published folds"}
    counts = {kind: len({row["split"] for row in rows if row["split"].startswith(kind)}) for kind in kinds}
    heads = [f"{names[kind]} ({counts[kind]})" for kind in kinds]
    lines = [f"| model | {' | '.join(heads)} | CPU s | mean weights |", f"|---|{'---|' * (len(kinds) + 2)}"]
    for model in (*MEMBERS, *BLENDS):
        own = [row for row in rows if row["model"] == model]
        means = [np.mean([row["rmse"] for row in own if row["split"].startswith(kind)]) for kind in kinds]
        cpu = np.median([row["cpu_s"] for row in own])
        shares = [list(row["weights"].values()) for row in own if "weights" in row]
        told = " ".join(f"{share:.2f}" for share in np.mean(shares, axis=0)) if shares else ""
        lines.append(f"| {model} | {' | '.join(f'{mean:.4f}' for mean in means)} | {cpu:.1f} | {told} |")
    return "\n".join(lines)


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--folds", type=int, nargs="*", default=[])
    parser.add_argument("--source", help="the published zip, for its folds")
    parser.add_argument("--times", action="store_true", help="tell the samplers the times of ratings")
    parser.add_argument("--out", type=Path, help="write OUT.json and OUT.md")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows: list[dict[str, Any]] = []
    for name, train, test in splits(args):
        rows += measured(name, train, test, times=args.times)
        if args.out is not None:
            write(rows, args)
    print(table(rows))


def write(rows: list[dict[str, Any]], args: argparse.Namespace) -> None:
    """Write what is measured so far, as JSON and as a table."""
    head = {"alsoliked": __version__, "torch": torch.__version__, "threads": 1, "times": args.times}
    args.out.with_suffix(".json").write_text(json.dumps({**head, "rows": rows}, indent=1) + "\n")
    asked = " The samplers know the times of ratings and are asked for those of held-out ones." if args.times else ""
    about = (
        "RMSE on ml-100k, one thread: means over the splits. A member's CPU seconds are those of one fit to the "
        f"training part; a blend's those of both fits of every member (medians).{asked}\n\n"
    )
    args.out.with_suffix(".md").write_text(about + table(rows) + "\n")


if __name__ == "__main__":
    main()
