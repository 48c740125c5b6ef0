"""Measure what the defaults of the gradient models rest on: the stated rule beside its neighbours, one knob at a time.

    python benchmarks/tune_defaults.py --data FOLDER                     # everything; resumes where it was stopped
    python benchmarks/tune_defaults.py --data FOLDER --stages batch_size

Only training ratings are looked at: of each data set a random fifth is put aside unread (the test part of an 80/20
split, seeds 100, 101, 102), and of what remains a random tenth is held out to choose on. Every training runs on one
thread; what counts as time is the CPU time of the fit alone, without validation.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch is imported

import numpy as np
import torch
from torch import nn

from alsoliked import Ratings, movielens
from alsoliked.models import CollabNN, DotProduct, DotProductBias
from alsoliked.training import Learner

RESULTS = Path(__file__).resolve().parent / "results"
SEEDS = (100, 101, 102)
SETS = ("ml-100k", "ml-latest-small", "ml-1m")
INTRODUCTION = """Held-out tenth of the training part (test part unread): mean ± standard deviation over splits (no ±:
one split). Compare by "against the rule", the mean difference on the splits both were measured on: the means themselves
rest on one to three splits that differ more than the settings do. CPU seconds are of the fit on one thread of a machine
shared with other work and vary up to twofold (the first training of a process more). A row says what differs.
"""


def rule_bs(n_ratings: int) -> int:
    """Ratings a batch: a 160th of the training ratings, rounded to a power of two, from 64 to 8192."""
    return int(2 ** np.clip(np.round(np.log2(n_ratings / 160)), 6, 13))


def rule_lr(bs: int) -> float:
    """Learning rate of the dot products: 0.007 at 512 ratings a batch, with the sixth root of bs, to a thousandth."""
    return round(7e-3 * (bs / 512) ** (1 / 6), 3)


@dataclass(frozen=True)
class Setting:
    """One setting of the knobs on one data set; 0 stands for the rule's."""

    data: str
    model: str = "dot_bias"
    bs: int = 0
    n_factors: int = 50  # the net has size instead
    epochs: int = 5
    lr: float = 0.0
    wd: float = 0.3
    dropout: float = 0.0
    size: int | None = None  # of the net's vectors; None: the chapter's rule


RULE = {
    "dot_bias": Setting("", "dot_bias"),
    "dot": Setting("", "dot"),
    "net": Setting("", "net", lr=5e-3, wd=1.5),
}
LR = [{"lr": lr} for lr in (5e-3, 6e-3, 8e-3, 1e-2, 1.2e-2)]
NEAR = [{"wd": 0.2}, {"wd": 0.4}, {"epochs": 4}, {"epochs": 6, "wd": 0.4}]
SIZES = [{"n_factors": 20, "lr": 1e-2, "wd": 0.2}, {"n_factors": 100, "lr": 5e-3, "wd": 0.2}]
FAR = {"wd": (0.15, 0.6), "epochs": (3, 4, 6, 10), "n_factors": (20, 100), "bs": (64, 256, 1024)}
AT_8 = [{"lr": 8e-3, name: value} for name, values in FAR.items() for value in values]
DOT = [{"lr": 5e-3, "wd": 0.2}, {"lr": 1e-2}, {"wd": 0.15}, {"lr": 1e-2, "wd": 0.5}]
AT_10 = [{"wd": 0.8, "dropout": 0.1}, {"wd": 0.8, "size": 20}, {"wd": 1.0, "epochs": 8}, {"wd": 0.3, "epochs": 3}]
AT_10 += [{"wd": wd} for wd in (0.2, 0.4, 0.8, 1.5)] + [{"wd": 0.8, "bs": 1024}, {"wd": 0.2, "bs": 256}]
NEIGHBOURS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("dot_bias", "ml-100k"): [*LR, *NEAR, *SIZES, *AT_8, {"bs": 64, "lr": 5e-3, "wd": 0.1}],
    ("dot_bias", "ml-latest-small"): [*LR, *NEAR, *SIZES],
    ("dot_bias", "ml-1m"): [
        *({"lr": lr} for lr in (5e-3, 7e-3, 8e-3, 2e-2)),
        *({"wd": 0.15}, {"wd": 0.5}, {"wd": 0.5, "epochs": 8}, {"lr": 8e-3, "wd": 0.2}),
        *({"n_factors": 20}, {"n_factors": 100, "lr": 7e-3}, {"bs": 2048, "wd": 0.2}, {"bs": 8192, "lr": 1e-2}),
    ],
    ("dot", "ml-100k"): DOT,
    ("dot", "ml-latest-small"): DOT,
    ("dot", "ml-1m"): [{"lr": 8e-3}],
    ("net", "ml-100k"): [
        *({"wd": wd} for wd in (0.1, 0.5, 3.0)),
        *({"lr": 1e-2} | change for change in AT_10),
        *({"lr": 7e-3, "size": 20}, {"wd": 0.1, "bs": 64}),
    ],
    ("net", "ml-latest-small"): [{"lr": 7e-3, "size": 20}, {"wd": 3.0, "size": 20}],
    ("net", "ml-1m"): [{"lr": 7e-3, "size": 20}, {"lr": 1e-2, "wd": 0.5, "size": 20}, {"lr": 7e-3, "size": 50}],
}
BATCH_SIZES = dict.fromkeys((2048, 1024, 512, 256), (0.1, 0.2, 0.3, 0.4, 0.8)) | {64: (0.05, 0.1, 0.2, 0.3, 0.4)}
BATCH_LR = 8e-3
SEARCHED = 444  # settings drawn by the search


def plan(stage: str) -> Iterable[tuple[Setting, int]]:
    """All trainings of a stage, settings with their seeds; one split where a training takes long."""
    if stage == "search":
        yield from ((setting, SEEDS[0]) for setting in drawn())
    elif stage == "batch_size":
        for bs, decays in BATCH_SIZES.items():
            yield from ((Setting("ml-100k", bs=bs, lr=BATCH_LR, wd=wd), SEEDS[0]) for wd in decays)
    else:
        for (model, data), changes in NEIGHBOURS.items():
            seeds = SEEDS if model == "dot_bias" and data != "ml-1m" else SEEDS[:1]
            if model == stage:
                for change in ({}, *changes):
                    yield from ((replace(RULE[model], data=data, **change), seed) for seed in seeds)


def drawn() -> Iterable[Setting]:
    """Random settings of dot_bias that train in little time, for the two small sets in turn."""
    rng, n = np.random.default_rng(1), 0
    while n < SEARCHED:
        n_factors, bs = int(rng.choice([20, 30, 50, 80, 100])), int(rng.choice([256, 512, 1024, 2048]))
        epochs = int(rng.integers(3, 11))
        cost = epochs * (72000 / bs) * (0.35 + (n_factors / 50) * (0.35 + 0.65 * bs / 512)) / 1000 * 1.1
        if cost <= 1.4:  # CPU seconds, roughly
            lr, wd = (float(np.exp(rng.uniform(np.log(a), np.log(b)))) for a, b in ((3e-3, 3e-2), (0.1, 1.0)))
            yield Setting(SETS[n % 2], "dot_bias", bs, n_factors, epochs, lr, wd)
            n += 1


@cache
def whole(data: str, folder: Path | None) -> Ratings:
    """Read a data set from a zip in the folder whose name starts with the set's, or as the library finds it."""
    copies = sorted(folder.glob(f"{data}*.zip")) if folder else []
    return movielens(data, copies[0] if copies else None)


@cache
def split(data: str, seed: int, folder: Path | None) -> tuple[Ratings, Ratings]:
    """Leave out a fifth for good, then a tenth of the rest to choose on."""
    ratings = whole(data, folder)
    order = np.random.default_rng(seed).permutation(len(ratings))[round(len(ratings) * 0.2) :]
    cut = round(len(order) * 0.1)
    return ratings.take(order[cut:]), ratings.take(order[:cut])


def build(setting: Setting, train: Ratings, seed: int) -> nn.Module:
    """Make the model; its range reaches a quarter of the scale below and an eighth above, (0, 5.5) for 1..5."""
    low, high = train.rating_scale
    span = high - low
    y_range = (low - 0.25 * span, high + 0.125 * span)
    generator = torch.Generator().manual_seed(seed)
    if setting.model == "net":
        return CollabNN(
            train.n_users,
            train.n_items,
            layers=(100, 50),
            user_size=setting.size,
            item_size=setting.size,
            y_range=y_range,
            dropout=setting.dropout,
            generator=generator,
        )
    kind = {"dot": DotProduct, "dot_bias": DotProductBias}[setting.model]
    return kind(train.n_users, train.n_items, setting.n_factors, y_range=y_range, generator=generator)


def resolved(setting: Setting, seed: int, folder: Path | None) -> Setting:
    """Fill in what the rule says."""
    bs = setting.bs or rule_bs(len(split(setting.data, seed, folder)[0]))
    return replace(setting, bs=bs, lr=setting.lr or rule_lr(bs))


def measure(setting: Setting, seed: int, folder: Path | None) -> dict[str, Any]:
    """Train once on the split of this seed, started from this seed."""
    train, valid = split(setting.data, seed, folder)
    learner = Learner(build(setting, train, seed), train, bs=setting.bs, seed=seed, on_epoch=None)
    start = time.process_time()
    learner.fit_one_cycle(setting.epochs, setting.lr, wd=setting.wd)
    spent = time.process_time() - start
    gap = learner.predict(valid.user_index, valid.item_index).astype(np.float64) - valid.rating
    figures = {"n_train": len(train), "rmse": float(np.mean(gap**2)) ** 0.5, "cpu_s": round(spent, 3)}
    return asdict(setting) | {"seed": seed} | figures


def key(run: dict[str, Any]) -> str:
    """What makes two runs the same run."""
    return json.dumps({name: value for name, value in run.items() if name not in {"rmse", "cpu_s", "n_train"}})


def save(runs: dict[str, dict[str, Any]], path: Path) -> None:
    """Write all runs with what they ran on."""
    versions = {"python": platform.python_version(), "torch": torch.__version__, "alsoliked": version("alsoliked")}
    text = json.dumps({"versions": versions, "threads": 1, "runs": list(runs.values())})
    path.write_text(text.replace(' {"data"', '\n{"data"').replace('[{"data"', '[\n{"data"') + "\n")


def line(label: str, runs: list[dict[str, Any]], base: list[dict[str, Any]] | None = None) -> str:
    """One row: mean ± spread over splits, and the mean difference to the rule on the splits both have."""
    rmse = np.array([run["rmse"] for run in runs])
    spread = f" ± {rmse.std(ddof=1):.4f}" if len(rmse) > 1 else ""
    beside = {run["seed"]: run["rmse"] for run in base or []}
    gaps = [run["rmse"] - beside[run["seed"]] for run in runs if run["seed"] in beside]
    gap = f"{np.mean(gaps):+.4f}" if gaps else ""
    return (
        f"| {label} | {rmse.mean():.4f}{spread} | {gap} | {np.median([r['cpu_s'] for r in runs]):.2f} | {len(rmse)} |"
    )


def found(runs: dict[str, dict[str, Any]], setting: Setting, folder: Path | None) -> list[dict[str, Any]]:
    """The runs of a setting, one a seed."""
    keys = (key(asdict(resolved(setting, seed, folder)) | {"seed": seed}) for seed in SEEDS)
    return [runs[k] for k in keys if k in runs]


def neighbour_table(runs: dict[str, dict[str, Any]], model: str, data: str, folder: Path | None) -> list[str]:
    """The rule and its neighbours on one data set."""
    rule = resolved(replace(RULE[model], data=data), SEEDS[0], folder)
    base = found(runs, rule, folder)
    knobs = ("bs", "epochs", "lr", "wd", *(() if model == "net" else ("n_factors",)))
    stated = "**rule**: " + ", ".join(f"{name} {getattr(rule, name):g}" for name in knobs)
    rows = [
        f"### {model}, {data}",
        "",
        "| setting | RMSE | against the rule | CPU s | splits |",
        "|---|---|---|---|---|",
    ]
    rows.append(line(stated, base) if base else f"| {stated} | not measured | | | 0 |")
    for change in NEIGHBOURS[model, data]:
        there = found(runs, replace(rule, **change), folder)
        if there:
            rows.append(line(", ".join(f"{name} {value:g}" for name, value in change.items()), there, base))
    return [*rows, ""]


def batch_table(runs: dict[str, dict[str, Any]], folder: Path | None) -> list[str]:
    """RMSE by batch size and weight decay, on the first split."""
    decays = sorted({wd for row in BATCH_SIZES.values() for wd in row})
    rows = [f"### Batch size and weight decay: dot_bias, ml-100k, first split, lr {BATCH_LR:g}, 5 epochs", ""]
    rows += ["| bs | " + " | ".join(f"wd {wd:g}" for wd in decays) + " |", "|---" * (len(decays) + 1) + "|"]
    for bs in sorted(BATCH_SIZES):
        each = (found(runs, Setting("ml-100k", bs=bs, lr=BATCH_LR, wd=wd), folder) for wd in decays)
        cells = [f"{run['rmse']:.4f}" if run else "" for run in (next(iter(there), None) for there in each)]
        rows.append(f"| {bs} | " + " | ".join(cells) + " |")
    return [*rows, ""]


def search_table(runs: dict[str, dict[str, Any]], folder: Path | None) -> list[str]:
    """The best of the random search."""
    keys = (key(asdict(resolved(s, seed, folder)) | {"seed": seed}) for s, seed in plan("search"))
    searched = sorted((runs[k] for k in keys if k in runs), key=lambda run: run["rmse"])
    rows = [f"### Random search: dot_bias, first split, the best 5 of {len(searched) // 2} on each set", ""]
    rows += ["| set | bs | n_factors | epochs | lr | wd | RMSE | CPU s |", "|---" * 8 + "|"]
    for data in SETS[:2]:
        for r in [run for run in searched if run["data"] == data][:5]:
            knobs = f"{r['bs']} | {r['n_factors']} | {r['epochs']} | {r['lr']:.4f} | {r['wd']:.2f}"
            rows.append(f"| {data} | {knobs} | {r['rmse']:.4f} | {r['cpu_s']:.2f} |")
    return [*rows, ""]


def write_table(runs: dict[str, dict[str, Any]], folder: Path | None, path: Path) -> None:
    """Write the markdown tables of all that was measured."""
    lines = ["<!-- written by benchmarks/tune_defaults.py -->", "", INTRODUCTION]
    for model, data in NEIGHBOURS:
        lines += neighbour_table(runs, model, data, folder)
    path.write_text("\n".join([*lines, *batch_table(runs, folder), *search_table(runs, folder)]).rstrip() + "\n")


def main() -> None:
    """Measure what is missing, writing after each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the MovieLens zips")
    parser.add_argument("--stages", nargs="*", default=["search", "dot_bias", "batch_size", "dot", "net"])
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    store = options.out / "tune_defaults.json"
    runs = {key(run): run for run in json.loads(store.read_text())["runs"]} if store.exists() else {}
    for stage in options.stages:
        for stated, seed in plan(stage):
            setting = resolved(stated, seed, options.data)
            name = key(asdict(setting) | {"seed": seed})
            if name not in runs:
                runs[name] = measure(setting, seed, options.data)
                print(setting, seed, f"rmse {runs[name]['rmse']:.4f}, {runs[name]['cpu_s']:.2f} CPU s", flush=True)
                save(runs, store)
    write_table(runs, options.data, options.out / "tune_defaults.md")


if __name__ == "__main__":
    main()
