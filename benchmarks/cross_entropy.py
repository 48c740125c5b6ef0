"""Cross-entropy beside squared error and the ordinal sampler, on the same splits: accuracy, log-loss, calibration.

    python benchmarks/cross_entropy.py                                 # ml-100k, random 80/20, splits 0, 1 and 2
    python benchmarks/cross_entropy.py --data ml-latest-small          # half stars: ten levels
    python benchmarks/cross_entropy.py --choose dot_bias --data ml-1m  # learning rate, decay, epochs; on parts of train
    python benchmarks/cross_entropy.py --forms                         # what the logits are made of; on parts of train

``--choose`` and ``--forms`` look at training ratings alone: a tenth of them is hidden to choose on. A model trained on
squared errors says one number. It gets a normal distribution around that, cut halfway between the levels, as wide as
its errors are on a tenth of the training ratings that a first fit was not shown. One thread; CPU seconds of the fit.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from alsoliked import Ratings, movielens, random_split
from alsoliked._version import __version__
from alsoliked.fitting import Task, default_lr_wd, fit_answers, settle_options
from alsoliked.models import DotProductBias, FactorModel, embedding
from alsoliked.models.levels import DotProductLevels
from alsoliked.models.registry import model_spec
from alsoliked.training import Learner
from alsoliked.training.cross_entropy import levels_of

RESULTS = Path(__file__).parent / "results"
SEEDS = (0, 1, 2)
CROSS = {"loss": "cross_entropy"}
MODELS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dot_bias, squared error", "dot_bias", {}),
    ("dot_bias, cross-entropy", "dot_bias", CROSS),
    ("net, squared error", "net", {}),
    ("net, cross-entropy", "net", CROSS),
    ("bayes, gaussian", "bayes", {}),
    ("bayes, ordinal", "bayes", {"likelihood": "ordinal"}),
)
FIGURES = ("rmse", "mae", "log-loss", "calibration", "likeliest", "claimed", "cpu_s")
GROUPS = 10


def fitted(name: str, train: Ratings, options: dict[str, Any], seed: int) -> tuple[Any, float]:
    """Fit a model without lists; what predicts, and the CPU seconds."""
    spec = model_spec(name)
    began = time.process_time()
    done = fit_answers(Task(spec, settle_options(spec, options, len(train)), train, seed=seed, lists=False))
    return done.answers.rating, time.process_time() - began


def by_level(model: FactorModel, valid: Ratings, values: np.ndarray, width: np.ndarray | float | None) -> np.ndarray:
    """The probability of each level for each rating: the model's own, or a normal of this width, cut."""
    pairs = valid.user_index, valid.item_index
    if width is None:
        return model.distribution(*pairs).astype(np.float64)
    cuts = (values[1:] + values[:-1]) / 2
    away = torch.from_numpy((cuts - model.pairs(*pairs).astype(np.float64)[:, None]) / np.reshape(width, (-1, 1)))
    below = torch.special.ndtr(away).numpy()
    ends = np.zeros((len(valid), 1))
    return np.diff(np.concatenate([ends, below, ends + 1], axis=1), axis=1)


def error_width(name: str, train: Ratings, options: dict[str, Any], seed: int) -> float:
    """How far off the model is, root mean square, on a tenth of the training ratings that it was not shown."""
    part, hidden = random_split(train, 0.1, seed=seed)
    model, _ = fitted(name, part, options, seed)
    return float(np.sqrt(np.mean((model.pairs(hidden.user_index, hidden.item_index) - hidden.rating) ** 2)))


def figures(model: FactorModel, valid: Ratings, values: np.ndarray, chance: np.ndarray) -> dict[str, float]:
    """Accuracy of the prediction, and how good the probabilities are."""
    gap = model.pairs(valid.user_index, valid.item_index) - valid.rating
    level = np.searchsorted((values[1:] + values[:-1]) / 2, valid.rating)
    given = np.eye(len(values))[level]
    return {
        "rmse": float(np.sqrt(np.mean(gap**2))),
        "mae": float(np.mean(np.abs(gap))),
        "log-loss": float(-np.log(np.maximum(chance[np.arange(len(level)), level], 1e-9)).mean()),
        "calibration": float(np.mean([_off(chance[:, one], given[:, one]) for one in range(len(values))])),
        "likeliest": float(np.mean(chance.argmax(axis=1) == level)),
        "claimed": float(chance.max(axis=1).mean()),
    }


def _off(chance: np.ndarray, came: np.ndarray) -> float:
    """By how much mean chance and share differ, on average over ten groups of like chance."""
    groups = np.array_split(np.argsort(chance, kind="stable"), GROUPS)
    return float(np.mean([abs(chance[group].mean() - came[group].mean()) for group in groups]))


def measured(data: str) -> Iterator[dict[str, Any]]:
    """Every model on every split's test part."""
    ratings = movielens(data)
    for seed in SEEDS:
        train, valid = random_split(ratings, 0.2, seed=seed)
        values = np.asarray(levels_of(train).values, dtype=np.float64)
        for label, name, options in MODELS:
            model, spent = fitted(name, train, options, seed)
            width: Any = None
            if not len(getattr(model, "values", ())):
                spread = getattr(model, "spread", None)
                pairs = valid.user_index, valid.item_index
                width = error_width(name, train, options, seed) if spread is None else spread(*pairs).astype(np.float64)
            row = figures(model, valid, values, by_level(model, valid, values, width))
            yield {"data": data, "seed": seed, "model": label, **row, "cpu_s": spent}


def chosen(data: str, name: str, loss: str) -> Iterator[dict[str, Any]]:
    """Settings around the defaults, on a hidden tenth of the training ratings of split 0."""
    train, valid = random_split(random_split(movielens(data), 0.2, seed=0)[0], 0.1, seed=0)
    values = np.asarray(levels_of(train).values, dtype=np.float64)
    lr, wd = default_lr_wd(name, settle_options(model_spec(name), {}, len(train))["bs"])
    changes = [(1.0, 1.0, 5), (0.6, 1.0, 5), (1.6, 1.0, 5), (1.0, 0.6, 5), (1.0, 1.6, 5), (1.0, 2.5, 5), (1.6, 1.6, 5)]
    changes += [(1.0, 1.0, 4), (1.0, 1.0, 8), (1.0, 1.6, 8)]
    for faster, heavier, epochs in changes:
        options = {"loss": loss, "lr": lr * faster, "wd": wd * heavier, "epochs": epochs}
        model, spent = fitted(name, train, options, 0)
        width = error_width(name, train, options, 0) if loss == "mse" else None
        row = figures(model, valid, values, by_level(model, valid, values, width))
        yield {"data": data, "model": name, **options, **row, "cpu_s": spent}


class Plain(nn.Module):
    """The plain way: for each level an item vector and biases of their own, for `--forms`."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, shares: np.ndarray, start: torch.Generator) -> None:
        super().__init__()
        self.n_levels = len(shares)
        self.user_factors = embedding(n_users, n_factors, start)
        self.item_factors = embedding(n_items, n_factors * self.n_levels, start)
        self.user_bias, self.item_bias = (embedding(n, self.n_levels, start) for n in (n_users, n_items))
        self.usual = nn.Parameter(torch.tensor(shares).float().log())

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """Return logits, (batch, n_levels)."""
        vectors = self.item_factors(items).view(len(items), self.n_levels, -1)
        taste = torch.einsum("nf,nlf->nl", self.user_factors(users), vectors)
        return taste + self.user_bias(users) + self.item_bias(items) + self.usual


def forms(data: str) -> Iterator[dict[str, Any]]:
    """What the logits may be made of, on a hidden tenth of the training ratings, over a few decays each."""
    train, valid = random_split(random_split(movielens(data), 0.2, seed=0)[0], 0.1, seed=0)
    levels, size = levels_of(train), (train.n_users, train.n_items, 50)
    values = np.asarray(levels.values, dtype=np.float64)
    place = np.searchsorted((values[1:] + values[:-1]) / 2, valid.rating)
    bs = settle_options(model_spec("dot_bias"), {}, len(train))["bs"]
    lr, usual_wd = default_lr_wd("dot_bias", bs)
    for form in ("a vector for each level", "score alone", "score, habits of users", "score, habits of both"):
        for heavier in (0.3, 0.6, 1.0, 2.0, 4.0):
            start = torch.Generator().manual_seed(0)
            if form.startswith("a vector"):
                model: nn.Module = Plain(*size, np.asarray(levels.shares), start)
            else:
                model = DotProductLevels(DotProductBias(*size, generator=start), levels, start)
                model.user_habits = model.user_habits if "habits" in form else None
                _without(model, items="both" not in form)
            learn = Learner(model, train, bs=bs, loss="cross_entropy", on_epoch=None)
            began = time.process_time()
            learn.fit_one_cycle(5, lr, wd=usual_wd * heavier)
            spent = time.process_time() - began
            logits = torch.from_numpy(learn.predict(valid.user_index, valid.item_index)).double()
            chance = logits.softmax(dim=1).numpy()
            rmse = float(np.sqrt(np.mean((chance @ values - valid.rating) ** 2)))
            loss = float(-np.log(chance[np.arange(len(place)), place]).mean())
            yield {"data": data, "form": form, "wd": usual_wd * heavier, "rmse": rmse, "log-loss": loss, "cpu_s": spent}


def _without(model: DotProductLevels, *, items: bool) -> None:
    """Take the items' habits out: zeros that do not learn."""
    if items and model.item_habits is not None:
        model.item_habits.requires_grad_(requires_grad=False).weight.zero_()


def table(rows: list[dict[str, Any]]) -> str:
    """The means over splits; of CPU seconds the median."""
    lines = ["| data | model | " + " | ".join(FIGURES) + " |", "|---" * (len(FIGURES) + 2) + "|"]
    for data in dict.fromkeys(row["data"] for row in rows):
        for label, *_ in MODELS:
            own = [row for row in rows if (row["data"], row["model"]) == (data, label)]
            cells = [f"{np.mean([row[name] for row in own]):.4f}" for name in FIGURES[:-1]]
            spent = np.median([row["cpu_s"] for row in own])
            lines.append(f"| {data} | {label} | " + " | ".join(cells) + f" | {spent:.2f} |")
    return "\n".join(lines) + "\n"


def keep(rows: list[dict[str, Any]]) -> None:
    """Write what was measured beside what is there of other data sets."""
    place = RESULTS / "cross_entropy.json"
    before = json.loads(place.read_text())["rows"] if place.is_file() else []
    rows = [row for row in before if row["data"] != rows[0]["data"]] + rows
    rows.sort(key=lambda row: row["data"])
    versions = {"python": platform.python_version(), "torch": torch.__version__, "alsoliked": __version__}
    about = {"versions": versions, "threads": 1, "split": "random 80/20", "seeds": SEEDS}
    place.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
    (RESULTS / "cross_entropy.md").write_text(table(rows))
    print(table(rows))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="ml-100k")
    parser.add_argument("--choose", metavar="MODEL", help="dot, dot_bias or net")
    parser.add_argument("--loss", default="cross_entropy", help="what --choose trains with")
    parser.add_argument("--forms", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.choose or args.forms:
        for row in chosen(args.data, args.choose, args.loss) if args.choose else forms(args.data):
            told = (f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values())
            print(" ".join(f"{key}={value}" for key, value in zip(row, told, strict=True)), flush=True)
        return
    rows = []
    for row in measured(args.data):
        rows.append(row)
        print(row, flush=True)
    keep(rows)


if __name__ == "__main__":
    main()
