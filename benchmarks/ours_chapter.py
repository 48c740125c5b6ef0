"""Train one of the chapter's models with alsoliked on one split: the counterpart of peers/fastai_chapter.py."""

import argparse
import json
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from alsoliked import Ratings, Recommender
from alsoliked.models import CollabNN, DotProduct, DotProductBias, DotProductBiasByHand
from alsoliked.training import Learner

Predict: TypeAlias = Callable[..., npt.NDArray[np.floating]]

Y_RANGE = (0.0, 5.5)
N_FACTORS = 50


def read(split: Path) -> tuple[Ratings, Ratings]:
    """Read the two files as splits of one set of ratings: the vocabularies come from all of them."""
    train, valid = (np.loadtxt(split / f"{n}.csv", np.int64, delimiter=",", skiprows=1) for n in ("train", "valid"))
    both = np.concatenate([train, valid])
    ratings = Ratings.from_columns(both[:, 0], both[:, 1], both[:, 2], name="ml-100k")
    in_train = np.arange(len(both)) < len(train)
    return ratings.take(in_train), ratings.take(~in_train)


def build(model: str, train: Ratings, generator: torch.Generator) -> nn.Module:
    """Make the named model at the chapter's sizes."""
    sizes = {"n_users": train.n_users, "n_items": train.n_items, "generator": generator}
    dot = sizes | {"n_factors": N_FACTORS}
    makers: dict[str, Callable[[], nn.Module]] = {
        "dot": lambda: DotProduct(**dot),
        "dot_range": lambda: DotProduct(**dot, y_range=Y_RANGE),
        "dot_bias": lambda: DotProductBias(**dot, y_range=Y_RANGE),
        "dot_bias_wd": lambda: DotProductBias(**dot, y_range=Y_RANGE),
        "by_hand": lambda: DotProductBiasByHand(**dot, y_range=Y_RANGE),
        "collab_learner": lambda: DotProductBias(**dot, y_range=Y_RANGE),
        "net": lambda: CollabNN(**sizes, layers=[100, 50], y_range=Y_RANGE),
    }
    return makers[model]()


def fit(options: argparse.Namespace, train: Ratings, valid: Ratings) -> tuple[Predict, dict[str, Any]]:
    """Train a model of the chapter, or `Recommender()` as it comes; clock the fit alone."""
    if options.model == "defaults":
        learner: Any = Recommender(seed=options.seed)
        start = clocks()
        learner.fit(train)
        return learner.predict, since(start)
    generator = torch.Generator().manual_seed(options.seed)
    learner = Learner(build(options.model, train, generator), train, valid, bs=options.bs, seed=options.seed)
    start = clocks()
    learner.fit_one_cycle(options.epochs, options.lr, wd=options.wd)
    return learner.predict, since(start)


def clocks() -> tuple[float, float]:
    """CPU and wall time now."""
    return time.process_time(), time.perf_counter()


def since(start: tuple[float, float]) -> dict[str, float]:
    """CPU and wall time spent since."""
    return {"cpu_s": time.process_time() - start[0], "wall_s": time.perf_counter() - start[1]}


def errors(predict: Predict, valid: Ratings) -> dict[str, float]:
    """Validation errors over all rows at once, from predictions for their ids."""
    frame = valid.to_frame()
    predicted = np.asarray(predict(frame["user"], frame["item"]), dtype=np.float64)
    gap = predicted - frame["rating"].to_numpy().astype(np.float64)
    mse = float(np.mean(gap**2))
    return {"mse": mse, "rmse": mse**0.5, "mae": float(np.mean(np.abs(gap)))}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--bs", type=int, default=64)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--wd", type=float, default=0.01)
    return parser.parse_args()


def main() -> None:
    """Train, measure, write."""
    options = arguments()
    train, valid = read(options.split)
    predict, spent = fit(options, train, valid)
    result = {
        **{name: value for name, value in vars(options).items() if name not in {"split", "out"}},
        "split": options.split.name,
        **errors(predict, valid),
        **spent,
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "alsoliked": version("alsoliked"),
        },
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
