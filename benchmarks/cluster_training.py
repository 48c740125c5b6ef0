"""Training on 1 and 2 processes against the local loop: ratings a second, bytes between processes, memory.

``python benchmarks/cluster_training.py speed [REPEATS]``: dot_bias with 50 factors on ml-1m, one epoch, one thread a
process. ``python benchmarks/cluster_training.py memory``: 2 million users and 100 thousand items, 64 factors: the most
memory that a process held; and, with a limit on the memory of each process, one that fails and two that train.

Every process says how much of a processor it used: on a machine that is busy with other things that is the figure to
go by. Loading TorchRec is not counted: this process loads it, and those that train are forked from it.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

import alsoliked.cluster.training.sharded.bags
import alsoliked.cluster.training.sharded.sequences  # noqa: F401
from alsoliked import movielens
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.loop import work
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.ratings import Ratings
from alsoliked.models.dot_product import DotProductBias
from alsoliked.training.learner import Learner

BATCHES, WORLDS = (4096, 32768), (1, 2)
RATES = {"adamw": (0.01, 0.3), "rowwise_adagrad": (0.2, 0.0)}
USERS, ITEMS, RATINGS = 2_000_000, 100_000, 2_500_000
LIMITS = {"rowwise_adagrad": 650, "adamw": 1700}  # MiB beyond the libraries
MIB = 2**20
Figures = dict[str, Any]


def forked(run: Callable[[int], None], world: int = 1, limit: int = 0) -> list[Figures]:
    """Run something on so many processes; return what each took, or why it failed."""
    context = multiprocessing.get_context("fork")
    started = []
    for rank in range(world):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_one, args=(run, rank, limit, there))
        process.start()
        there.close()
        started.append((process, here))
    took: list[Figures] = [{} for _ in started]
    waiting = list(range(world))
    while waiting:
        for rank in list(waiting):
            process, here = started[rank]
            if here.poll(0.1) or not process.is_alive():
                took[rank] = here.recv() if here.poll() else {"failed": f"ended with {process.exitcode}"}
                waiting.remove(rank)
        if any("failed" in some for some in took):  # the others wait for it in vain
            for process, _ in started:
                process.kill()
    for process, _ in started:
        process.join()
    return took


def _one(run: Callable[[int], None], rank: int, limit: int, to: Connection) -> None:
    if limit:
        most = _told("status", "VmData") * 1024 + limit * MIB
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    before, wall, cpu, sent = _told("status", "VmRSS"), time.perf_counter(), time.process_time(), _told("io", "wchar")
    try:
        run(rank)
    except Exception as error:
        to.send({"failed": str(error).splitlines()[0][:100]})
        return
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    figures |= {"sent": _told("io", "wchar") - sent, "more": (_told("status", "VmHWM") - before) / 1024}
    to.send(figures)


def _told(file: str, name: str) -> int:
    text = Path(f"/proc/self/{file}").read_text(encoding="utf-8")
    return int(text.split(f"{name}:")[1].split()[0])


def together(settings: Settings, world: int, limit: int = 0) -> list[Figures]:
    """Train on so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        told = replace(settings, work=f"{folder}/work")

        def run(rank: int) -> None:
            dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=world)
            work(told, rank, world)
            dist.destroy_process_group()

        return forked(run, world, limit)


def speed(repeats: int = 3) -> None:
    """Print ratings a second of one epoch."""
    with tempfile.TemporaryDirectory() as folder:
        shards = write_shards(movielens("ml-1m"), Path(folder) / "shards", n_shards=16)
        n = sum(shards.sizes["train"])
        print(f"{n:,} training ratings, medians of {repeats}, load {os.getloadavg()[0]:.0f}\n")
        print("| batch | optimiser | run | million ratings a second of processor | by the clock | kB sent a step |")
        print("|---:|---|---|---:|---:|---:|")
        for bs in BATCHES:
            steps = min(shards.sizes["train"]) // (bs // shards.n_shards)
            for optimizer, name, run in _runs(shards, bs, f"{folder}/work"):
                runs = [run() for _ in range(repeats)]
                most = {k: statistics.median(max(one[k] for one in took) for took in runs) for k in runs[0][0]}
                rates = " | ".join(f"{n / most[k] / 1e6:.2f}" for k in ("cpu", "wall"))
                sent = f"{most['sent'] / steps / 1000:,.0f}" if name.endswith("2 processes") else ""
                print(f"| {bs} | {optimizer} | {name} | {rates} | {sent} |", flush=True)


def _runs(shards: Shards, bs: int, folder: str) -> Iterator[tuple[str, str, Callable[[], list[Figures]]]]:
    parts = shards.ratings("train"), shards.ratings("valid")  # read here: polars does not survive a fork
    yield "adamw", "the local Learner", lambda: forked(lambda _: _learner(*parts, bs))
    for optimizer, (lr, wd) in RATES.items():
        settings = _settings(shards, 50, optimizer=optimizer, lr=lr, wd=wd, bs=bs, work=folder)
        yield optimizer, "its loop, from shards", lambda settings=settings: forked(lambda _: _alone(settings))
        for world in WORLDS:
            name = "1 process" if world == 1 else f"{world} processes"
            yield optimizer, name, lambda settings=settings, world=world: together(settings, world)


def _settings(shards: Shards, n_factors: int, **told: Any) -> Settings:  # noqa: ANN401
    options = {"n_factors": n_factors, "y_range": (0, 5.5)}
    return Settings(model="dot_bias", options=options, shards=str(shards.folder), epochs=1, **told)


def _learner(train: Ratings, valid: Ratings, bs: int) -> None:
    start = torch.Generator().manual_seed(0)
    model = DotProductBias(train.n_users, train.n_items, 50, y_range=(0, 5.5), generator=start)
    Learner(model, train, valid, bs=bs, on_epoch=None).fit_one_cycle(1, 0.01, wd=0.3)


def _alone(settings: Settings) -> None:
    alone(settings)


def memory() -> None:
    """Print what each process held at most, and what becomes of it under a limit."""
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        users, items = draw.permutation(np.arange(RATINGS) % USERS), np.arange(RATINGS) % ITEMS
        pairs = np.unique(users * ITEMS + items)
        ratings = Ratings.from_columns(pairs // ITEMS, pairs % ITEMS, draw.integers(1, 6, len(pairs)))
        shards = write_shards(ratings, Path(folder) / "shards", n_shards=16, valid_pct=0.05)
        del ratings, users, items, pairs
        table = (shards.n_users + shards.n_items) * 65 * 4 / MIB
        print(f"{shards.n_users:,} users, {shards.n_items:,} items, rows of 65 numbers: {table:,.0f} MiB\n")
        print("| optimiser | processes | limit, MiB | most that each held, MiB | outcome |")
        print("|---|---:|---:|---|---|")
        for optimizer, limit in LIMITS.items():
            lr, wd = RATES[optimizer]
            settings = _settings(shards, 64, optimizer=optimizer, lr=lr, wd=wd, bs=65536, work=folder)
            for world, most in ((1, 0), (2, 0), (1, limit), (2, limit)):
                took = together(settings, world, most)
                held = ", ".join(f"{some['more']:,.0f}" for some in took if "more" in some)
                failed = next((some["failed"] for some in took if "failed" in some), None)
                outcome = "trained" if failed is None else f"failed: {failed}"
                print(f"| {optimizer} | {world} | {most or ''} | {held} | {outcome} |", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "memory":
        memory()
    else:
        speed(*map(int, sys.argv[2:]))
