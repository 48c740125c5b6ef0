"""Train one of the chapter's models with alsoliked on one split: the counterpart of peers/fastai_chapter.py."""

import argparse
import json
import platform
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from alsoliked import Ratings
from alsoliked.models import CollabNN, DotProduct, DotProductBias, DotProductBiasByHand
from alsoliked.training import Learner

Predictions: TypeAlias = npt.NDArray[np.floating]

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
    n_users, n_items = train.n_users, train.n_items
    with_bias = partial(DotProductBias, n_users, n_items, N_FACTORS, Y_RANGE, generator)
    makers: dict[str, Callable[[], nn.Module]] = {
        "dot": partial(DotProduct, n_users, n_items, N_FACTORS, None, generator),
        "dot_range": partial(DotProduct, n_users, n_items, N_FACTORS, Y_RANGE, generator),
        "dot_bias": with_bias,
        "dot_bias_wd": with_bias,
        "by_hand": partial(DotProductBiasByHand, n_users, n_items, N_FACTORS, Y_RANGE, generator),
        "collab_learner": with_bias,
        "net": partial(CollabNN, n_users, n_items, [100, 50], y_range=Y_RANGE, generator=generator),
    }
    return makers[model]()


def fit(options: argparse.Namespace, train: Ratings, valid: Ratings) -> tuple[Predictions, dict[str, Any]]:
    """Train a model of the chapter and clock the fit alone; as in fastai, each epoch ends with the validation loss."""
    generator = torch.Generator().manual_seed(options.seed)
    model = build(options.model, train, generator)
    learner = Learner(model, train, valid, bs=options.bs, seed=options.seed, on_epoch=None)
    start = clocks()
    learner.fit_one_cycle(options.epochs, options.lr, wd=options.wd)
    spent = since(start) | {name: getattr(options, name) for name in ("epochs", "bs", "lr", "wd")}
    return learner.predict(valid.user_index, valid.item_index), spent


def fit_defaults(options: argparse.Namespace, train: Ratings, valid: Ratings) -> tuple[Predictions, dict[str, Any]]:
    """Fit `Recommender()` as it comes, but for the seed."""
    from alsoliked import Recommender

    recommender = Recommender(seed=options.seed)
    start = clocks()
    recommender.fit(train)
    spent = since(start) | {"arguments": recommender.get_params()}
    pairs = valid.to_frame()
    return np.asarray(recommender.predict(users=pairs["user"], items=pairs["item"])), spent


def clocks() -> tuple[float, float]:
    """CPU and wall time now."""
    return time.process_time(), time.perf_counter()


def since(start: tuple[float, float]) -> dict[str, float]:
    """CPU and wall time spent since."""
    return {"cpu_s": time.process_time() - start[0], "wall_s": time.perf_counter() - start[1]}


def errors(predicted: Predictions, rating: npt.NDArray[np.float32]) -> dict[str, float]:
    """Validation errors over all rows at once, from predictions."""
    gap = predicted.astype(np.float64) - rating.astype(np.float64)
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
    run = fit_defaults if options.model == "defaults" else fit
    predicted, spent = run(options, train, valid)
    result = {
        "model": options.model,
        "seed": options.seed,
        "split": options.split.name,
        **errors(predicted, valid.rating),
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
