"""ALS: accuracy against CPU seconds beside peers, and lists from clicks.

One thread each; CPU seconds of the fit alone. Our own settings were chosen on parts of train (docs/explanation/als.md);
the peers run a small grid each, and what is best of it *on the test part* is shown, which favours them.

``python benchmarks/als.py --peers A/bin/python --lenskit B/bin/python``; see peers/als_peers.py for the environments.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, movielens, random_split
from alsoliked._version import __version__
from alsoliked.models import FactorModel
from alsoliked.models.registry import model_spec
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.solvers.als import ALS
from alsoliked.solvers.implicit_als import ImplicitALS
from lists import LIKED, figures, per_user_split

HERE = Path(__file__).parent
SPLITS = {"ml-100k": (0.2, (0, 1, 2)), "ml-1m": (0.1, (0,))}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LK_NUM_THREADS", "LK_NUM_BACKEND_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")
Row = dict[str, Any]


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """What came of it, and its CPU seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def rmse(model: FactorModel, valid: Ratings) -> float:
    """Root mean squared error of predictions as they come, not clipped."""
    missed = model.pairs(valid.user_index, valid.item_index) - valid.rating
    return float(np.sqrt((missed**2).mean(dtype=np.float64)))


def ask_peer(python: Path, name: str, train: Ratings) -> dict[str, dict[str, np.ndarray]]:
    """Fit a peer in its own interpreter; what each setting learned."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "train.npz", Path(folder) / "out.npz"
        columns = {"user": train.user_index, "item": train.item_index, "rating": train.rating}
        np.savez(source, sizes=np.array([train.n_users, train.n_items]), **columns)
        command = [str(python), str(HERE / "peers" / "als_peers.py"), name, str(source), str(out)]
        subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})
        found: dict[str, dict[str, np.ndarray]] = {}
        for key, value in np.load(out).items():
            place, part = key.split("/")
            found.setdefault(place, {})[part] = value
    return {str(parts.pop("setting")): parts for parts in found.values()}


def ratings_part(data: str, pythons: dict[str, Path]) -> list[Row]:
    """RMSE and CPU seconds after so many passes, and of each peer's grid; means over the splits."""
    share, seeds = SPLITS[data]
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for seed in seeds:
        train, valid = random_split(movielens(data), share, seed=seed)
        solve(train, 20, 1)  # the first run loads what the others use
        for n_factors, epochs in itertools.product((20, 32), (2, 3, 4, 6, 10)):
            runs = [cpu(lambda t=train, k=n_factors, e=epochs: solve(t, k, e)) for _ in range(3)]
            found = float(np.median([spent for _, spent in runs])), rmse(runs[0][0], valid)
            rows.setdefault(("alsoliked als", f"k={n_factors} epochs={epochs}"), []).append(found)
        for peer, python in pythons.items():
            for setting, parts in ask_peer(python, peer, train).items():
                spent, mean = (float(parts.pop(name)) for name in ("cpu_s", "global_bias"))
                model = FactorModel(**{k: v.astype(np.float32) for k, v in parts.items()}, global_bias=mean)
                rows.setdefault((peer, setting), []).append((spent, rmse(model, valid)))
    return [
        {"data": data, "program": program, "setting": setting}
        | {"cpu_s": float(np.median([v[0] for v in values])), "rmse": float(np.mean([v[1] for v in values]))}
        for (program, setting), values in rows.items()
    ]


def solve(train: Ratings, n_factors: int, epochs: int) -> FactorModel:
    """Fit ours as `Recommender("als")` does, without the choice half of lists."""
    settings = {name: value for name, value in model_spec("als").options.items() if name != "feedback"}
    return ALS(**{**settings, "n_factors": n_factors, "epochs": epochs}).solve(train)


def lists_of(model: FactorModel, train: Ratings) -> np.ndarray:
    """Lists of 20 for everybody, without what they took up in training."""
    best, seen = [], train.by_user()
    for rows in user_blocks(train.n_users, train.n_items):
        users = np.arange(rows.start, rows.stop)
        scores = model.users(users)
        leave_out(scores, users, seen=seen)
        best.append(top_n(scores, 20))
    return np.concatenate(best)


def clicks_part(data: str, python: Path | None) -> list[Row]:
    """NDCG@10 and recall@20 of lists from likes alone, CPU seconds of the fit and of listing for everybody."""
    ratings = movielens(data)
    train, test = per_user_split(ratings.take(ratings.rating >= LIKED), 0)
    rows: list[Row] = []
    for n_factors, epochs in itertools.product((32, 64), (2, 3, 6)):
        how = {**model_spec("als", "implicit").options, "n_factors": n_factors, "epochs": epochs}
        als = ImplicitALS(**{name: value for name, value in how.items() if name != "feedback"})
        sides = train.user_index, train.item_index, train.n_users, train.n_items
        fits = [cpu(lambda als=als, sides=sides: als.solve(*sides)) for _ in range(3)]
        listed = [cpu(lambda model=fits[0][0]: lists_of(model, train)) for _ in range(3)]
        row = {"data": data, "program": "alsoliked als", "setting": f"k={n_factors} epochs={epochs}"}
        row |= {
            "cpu_s": float(np.median([v[1] for v in fits])),
            "answering_s": float(np.median([v[1] for v in listed])),
        }
        rows.append(row | figures(listed[0][0], test))
    for setting, parts in ask_peer(python, "implicit ALS", train).items() if python is not None else ():
        factors = parts["user_factors"].astype(np.float32), parts["item_factors"].astype(np.float32)
        model = FactorModel(*factors, np.zeros(train.n_users, np.float32), np.zeros(train.n_items, np.float32))
        row = {"data": data, "program": "implicit ALS", "setting": setting, "cpu_s": float(parts["cpu_s"])}
        rows.append(row | {"answering_s": float(parts["answering"])} | figures(lists_of(model, train), test))
    return rows


def best(rows: list[Row], figure: str, sign: int) -> list[Row]:
    """Keep of each program what no other setting of its own betters in both CPU seconds and the figure."""
    return [
        row
        for row in rows
        if not any(
            other["program"] == row["program"]
            and other["cpu_s"] <= row["cpu_s"]
            and sign * other[figure] < sign * row[figure]
            for other in rows
        )
    ]


def markdown(found: dict[str, Any]) -> str:
    """Lay the figures out as a page."""
    lines = ["### ALS and its peers", ""]
    for part, rows in found.items():
        if part == "versions":
            continue
        if part.startswith("ratings"):
            lines += [
                f"{part.split()[1]}, stars:",
                "",
                "| program | setting | RMSE | fit, CPU s |",
                "|---|---|---|---|",
            ]
            kept = sorted(best(rows, "rmse", 1), key=lambda row: (row["program"], row["cpu_s"]))
            lines += [f"| {r['program']} | {r['setting']} | {r['rmse']:.4f} | {r['cpu_s']:.2f} |" for r in kept]
        else:
            lines += [f"{part.split()[1]}, likes:", ""]
            lines += [
                "| program | setting | NDCG@10 | recall@20 | fit, CPU s | lists for all, CPU s |",
                "|---|---|---|---|---|---|",
            ]
            kept = sorted(best(rows, "ndcg@10", -1), key=lambda row: (row["program"], row["cpu_s"]))
            lines += [
                f"| {r['program']} | {r['setting']} | {r['ndcg@10']:.4f} | {r['recall@20']:.4f} | {r['cpu_s']:.2f} "
                f"| {r['answering_s']:.2f} |"
                for r in kept
            ]
        lines.append("")
    lines += [
        "Of each program those settings that no other of its own betters in both columns: of ours with the default "
        "penalties, of peers from the grid in `peers/als_peers.py`, judged on the test part itself. ml-100k: random "
        "80/20, seeds 0, 1, 2 (mean RMSE, median time); ml-1m: random 90/10, seed 0; likes: ratings of 4 and more, a "
        "fifth of each user's held out, all items ranked. One thread.",
        ", ".join(f"{name} {version}" for name, version in found["versions"].items()) + ".",
        "",
    ]
    return "\n".join(lines)


def versions(pythons: list[Path]) -> dict[str, str]:
    """Ours, and those of the peers as their environments have them."""
    names = ("cornac", "scikit-surprise", "cmfrec", "lenskit", "implicit")
    ask = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found = {"alsoliked": __version__, "torch": torch.__version__, "python": platform.python_version()}
    for python in pythons:
        answer = subprocess.run([str(python), "-c", ask], check=True, stdout=subprocess.PIPE, text=True)
        found |= {name: version for name, version in json.loads(answer.stdout).items() if name in names}
    return found


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peers", type=Path, help="python of the environment that holds cornac, Surprise, cmfrec, implicit"
    )
    parser.add_argument("--lenskit", type=Path, help="python of the environment that holds LensKit")
    parser.add_argument("--parts", nargs="+", default=["ratings", "clicks"])
    parser.add_argument("--data", nargs="+", default=["ml-100k", "ml-1m"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    asked = {} if options.peers is None else dict.fromkeys(("cornac MF", "Surprise SVD", "cmfrec"), options.peers)
    asked |= {} if options.lenskit is None else {"LensKit": options.lenskit}
    kept = HERE / "results" / "als.json"
    found = json.loads(kept.read_text()) if kept.is_file() else {}
    found["versions"] = versions([python for python in (options.peers, options.lenskit) if python is not None])
    for part in options.parts:
        for data in options.data if part == "ratings" else ["ml-1m"]:
            found[f"{part} {data}"] = (
                ratings_part(data, asked) if part == "ratings" else clicks_part(data, options.peers)
            )
            for row in found[f"{part} {data}"]:
                print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
            kept.write_text(json.dumps(found, indent=1) + "\n")
            kept.with_suffix(".md").write_text(markdown(found))


if __name__ == "__main__":
    main()
