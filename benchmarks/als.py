"""ALS: accuracy against CPU seconds beside peers, lists from clicks, and how near the normal equations come to bmm.

One thread each; CPU seconds of the fit alone. Our own settings were chosen on parts of train (docs/explanation/als.md);
the peers run a small grid each, and the best of it *on the test part* is shown, which favours them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked import Ratings, Recommender, movielens, random_split
from alsoliked.models import FactorModel
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.solvers.als import ALS
from alsoliked.solvers.normal_equations import RowBatches, normal_equations
from lists import LIKED, figures, per_user_split

HERE = Path(__file__).parent
SPLITS = {"ml-100k": (0.2, (0, 1, 2)), "ml-1m": (0.1, (0,))}
Row = dict[str, Any]


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """What came of it, and its CPU seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def rmse(predicted: np.ndarray, valid: Ratings, scale: tuple[float, float] | None = None) -> float:
    """Root mean squared error; of clipped predictions where a scale is given."""
    if scale is not None:
        predicted = predicted.clip(*scale)
    return float(np.sqrt(((predicted - valid.rating) ** 2).mean(dtype=np.float64)))


def ask_peer(python: Path, name: str, train: Ratings) -> dict[str, dict[str, np.ndarray]]:
    """Fit a peer in its own interpreter; what each setting learned."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "train.npz", Path(folder) / "out.npz"
        columns = {"user": train.user_index, "item": train.item_index, "rating": train.rating}
        np.savez(source, sizes=np.array([train.n_users, train.n_items]), **columns)
        command = [str(python), str(HERE / "peers" / "als_peers.py"), name, str(source), str(out)]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
        found: dict[str, dict[str, np.ndarray]] = {}
        for key, value in np.load(out).items():
            place, part = key.split("/")
            found.setdefault(place, {})[part] = value
    return {str(parts.pop("setting")): parts for parts in found.values()}


def ratings_part(data: str, python: Path | None) -> list[Row]:
    """RMSE and CPU seconds after so many passes, and of each peer's grid; means over the splits."""
    share, seeds = SPLITS[data]
    rows: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for seed in seeds:
        train, valid = random_split(movielens(data), share, seed=seed)
        scale = train.rating_scale
        Recommender("als", epochs=1).fit(train)  # the first run loads what the others use
        for epochs in (2, 4, 6, 10, 20):
            rec, spent = cpu(lambda train=train, epochs=epochs: _solve(train, epochs))
            predicted = rec.pairs(valid.user_index, valid.item_index)
            found = (spent, rmse(predicted, valid), rmse(predicted, valid, scale))
            rows.setdefault(("alsoliked als", f"epochs={epochs}"), []).append(found)
        for peer in ("cornac MF", "Surprise SVD") if python is not None else ():
            for setting, parts in ask_peer(python, peer, train).items():
                spent, kept = float(parts.pop("cpu_s")), {k: v for k, v in parts.items() if k != "global_bias"}
                arrays = {name: value.astype(np.float32) for name, value in kept.items()}
                model = FactorModel(**arrays, global_bias=float(parts["global_bias"]))
                predicted = model.pairs(valid.user_index, valid.item_index)
                found = (spent, rmse(predicted, valid), rmse(predicted, valid, scale))
                rows.setdefault((peer, setting), []).append(found)
    return [
        {"data": data, "program": program, "setting": setting, "cpu_s": float(np.median([v[0] for v in values]))}
        | {"rmse": float(np.mean([v[1] for v in values])), "clipped": float(np.mean([v[2] for v in values]))}
        for (program, setting), values in rows.items()
    ]


def _solve(train: Ratings, epochs: int) -> FactorModel:
    from alsoliked.models.registry import model_spec

    settings = {name: value for name, value in model_spec("als").options.items() if name != "feedback"}
    return ALS(**{**settings, "epochs": epochs}).solve(train)


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
    for n_factors in (32, 64):
        rec, spent = cpu(lambda n=n_factors: Recommender("als", feedback="implicit", n_factors=n).fit(train))
        model = rec.fitted.choice
        best, answering = cpu(lambda model=model: lists_of(model, train))
        row = {"data": data, "program": "alsoliked als", "setting": f"k={n_factors}", "cpu_s": spent}
        rows.append(row | {"answering_s": answering} | figures(best, test))
    for setting, parts in ask_peer(python, "implicit ALS", train).items() if python is not None else ():
        factors = parts["user_factors"].astype(np.float32), parts["item_factors"].astype(np.float32)
        model = FactorModel(*factors, np.zeros(train.n_users, np.float32), np.zeros(train.n_items, np.float32))
        row = {"data": data, "program": "implicit ALS", "setting": setting, "cpu_s": float(parts["cpu_s"])}
        rows.append(row | {"answering_s": float(parts["answering"])} | figures(lists_of(model, train), test))
    return rows


def flops_part(data: str, n_factors: int = 64) -> list[Row]:
    """Products of the normal equations a second, over those of one plain batched matrix product that fits the cache."""
    train, _ = random_split(movielens(data), 0.1, seed=0)
    sides = (train.user_index, train.n_users), (train.item_index, train.n_items)
    targets, useful, spent = torch.ones(len(train)), 0.0, 0.0
    for (row, n_rows), (other, size) in (sides, sides[::-1]):
        batches = RowBatches(row, [other], n_rows, [size], n_factors=n_factors)
        table = torch.randn(size, n_factors)
        times = [cpu(lambda b=batches, t=table: list_all(b, t, targets))[1] for _ in range(4)][1:]
        useful, spent = useful + 2.0 * len(train) * n_factors**2, spent + float(np.median(times))
    x = torch.randn(64, 256, n_factors)
    times = [cpu(lambda: [torch.bmm(x.mT, x) for _ in range(20)])[1] for _ in range(4)][1:]
    ceiling = 20 * 2.0 * x.shape[0] * x.shape[1] * n_factors**2 / float(np.median(times))
    rate = useful / spent
    return [
        {"data": data, "n_factors": n_factors, "gflops": rate / 1e9, "ceiling": ceiling / 1e9, "of it": rate / ceiling}
    ]


def list_all(batches: RowBatches, table: torch.Tensor, targets: torch.Tensor) -> None:
    """Build every system and let it go."""
    for _ in normal_equations(batches, [table], targets):
        pass


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="python of the environment that holds the peers")
    parser.add_argument("--parts", nargs="+", default=["ratings", "clicks", "flops"])
    parser.add_argument("--data", nargs="+", default=["ml-100k", "ml-1m"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    kept = HERE / "results" / "als.json"
    found = json.loads(kept.read_text()) if kept.is_file() else {}
    for part in options.parts:
        for data in options.data if part == "ratings" else ["ml-1m"]:
            measure = {"clicks": clicks_part, "ratings": ratings_part}.get(part)
            rows = flops_part(data) if measure is None else measure(data, options.peers)
            found[f"{part} {data}"] = rows
            for row in rows:
                print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
            kept.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
