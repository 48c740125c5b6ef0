"""Train one of the chapter's models with fastai on one split and write what came of it as JSON.

Run by the peer's own interpreter. Two loaders: `shipped` is what fastai 2.8.12 hands out for ratings, which draws the
rows of an epoch with replacement; `plain` is its ordinary tabular loader, in which every row comes once an epoch.
Threads and spinning are the caller's to set in the environment before torch is imported.
"""

import argparse
import json
import platform
import time
import warnings
from pathlib import Path

import fastai
import numpy as np
import pandas as pd
import torch
from fastai.collab import TabularCollab, collab_learner
from fastai.data.block import TransformBlock
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.losses import MSELossFlat
from fastai.tabular.core import Categorify, TabDataLoader, TabWeightedDL
from fastai.torch_core import set_seed
from fastai_models import build
from fastcore.foundation import L

LOADERS = {"shipped": TabWeightedDL, "plain": TabDataLoader}
Y_RANGE = (0.0, 5.5)
N_FACTORS = 50


def loaders(split: Path, bs: int, loader: str) -> DataLoaders:
    """Build what CollabDataLoaders.from_df builds, but with our validation rows instead of a new draw."""
    train, valid = pd.read_csv(split / "train.csv"), pd.read_csv(split / "valid.csv")
    rows = L(range(len(train))), L(range(len(train), len(train) + len(valid)))
    table = TabularCollab(
        pd.concat([train, valid], ignore_index=True),
        [Categorify],
        ["user", "item"],
        y_names=["rating"],
        y_block=TransformBlock(),
        splits=rows,
    )
    return table.dataloaders(bs=bs, dl_type=LOADERS[loader])


def learner(model: str, dls: DataLoaders) -> Learner:
    """Use the chapter's ways to a learner: `collab_learner` for its own two models, a bare `Learner` for the others."""
    if model == "collab_learner":
        return collab_learner(dls, n_factors=N_FACTORS, y_range=Y_RANGE)
    if model == "net":
        return collab_learner(dls, use_nn=True, y_range=Y_RANGE, layers=[100, 50])
    return Learner(dls, build(model, dls, N_FACTORS, Y_RANGE), loss_func=MSELossFlat())


def fit(learn: Learner, options: argparse.Namespace) -> dict[str, float | list[float]]:
    """Train and clock the fit alone; its validation after each epoch is part of it, the progress bar is not."""
    with learn.no_bar(), learn.no_logging():
        wall, cpu = time.perf_counter(), time.process_time()
        learn.fit_one_cycle(options.epochs, options.lr, wd=options.wd)
        spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    return {**spent, "valid_mse_by_epoch": [row[1] for row in learn.recorder.values]}


def errors(learn: Learner) -> dict[str, float]:
    """Validation errors over all rows at once, from predictions."""
    with learn.no_bar():
        predicted, rating = learn.get_preds()
    gap = predicted.reshape(-1).double().numpy() - rating.reshape(-1).double().numpy()
    mse = float(np.mean(gap**2))
    return {"mse": mse, "rmse": mse**0.5, "mae": float(np.mean(np.abs(gap)))}


def arguments() -> argparse.Namespace:
    """Read the command line; a model's `--wd` left out means fastai's own default (0.01)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--loader", choices=LOADERS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--bs", type=int, default=64)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--wd", type=float)
    return parser.parse_args()


def main() -> None:
    """Train, measure, write."""
    warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
    options = arguments()
    torch.set_num_threads(1)
    set_seed(options.seed)
    learn = learner(options.model, loaders(options.split, options.bs, options.loader))
    spent = fit(learn, options)
    result = {
        **{name: value for name, value in vars(options).items() if name not in {"split", "out"}},
        "split": options.split.name,
        "wd": learn.opt.hypers[-1]["wd"],
        **errors(learn),
        **spent,
        "threads": torch.get_num_threads(),
        "parameters": sum(p.numel() for p in learn.model.parameters()),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "fastai": fastai.__version__,
            "pandas": pd.__version__,
        },
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
