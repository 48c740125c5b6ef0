"""Training on 1 and 2 processes against the local loop: ratings a second, bytes between processes, memory.

``python benchmarks/cluster_training.py speed [REPEATS]``: dot_bias with 50 factors on ml-1m, one epoch, one thread a
process. ``memory``: 2 million users and 100 thousand items, 64 factors: the most memory that each of 1, 2 and 4
processes held. ``limits``: the same on processes that the system lets have no more than so much memory.

Every process says how much of a processor it used: on a machine that is busy with other things that is the figure to
go by. Loading TorchRec is not counted, but for ``limits``: this process loads it, and those that train are forked from
it. Those of ``limits`` are started by the package's own `launch`, and all of a process counts, libraries and stacks.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import subprocess
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
from alsoliked.cluster.launching.launch import launch
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.loop import work
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.ratings import Ratings
from alsoliked.errors import ClusterError
from alsoliked.models.dot_product import DotProductBias
from alsoliked.training.learner import Learner

BATCHES, WORLDS = (4096, 32768), (1, 2)
RATES = {"adamw": (0.01, 0.3), "rowwise_adagrad": (0.2, 0.0)}
USERS, ITEMS, RATINGS = 2_000_000, 100_000, 2_500_000
LIMITS = {"rowwise_adagrad": 2_200, "adamw": 3_000}  # MiB of a process, RLIMIT_DATA; Arrow reserves 1,055 of them
MIB = 2**20
Figures = dict[str, Any]


def forked(run: Callable[[int], None], world: int = 1) -> list[Figures]:
    """Run something on so many processes; return what each took, or why it failed."""
    context = multiprocessing.get_context("fork")
    started = []
    for rank in range(world):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_one, args=(run, rank, there))
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


def _one(run: Callable[[int], None], rank: int, to: Connection) -> None:
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


def together(settings: Settings, world: int) -> list[Figures]:
    """Train on so many processes."""
    with tempfile.TemporaryDirectory() as folder:
        told = replace(settings, work=f"{folder}/work")

        def run(rank: int) -> None:
            dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=world)
            work(told, rank, world)
            dist.destroy_process_group()

        return forked(run, world)


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
        settings = of_shards(shards, 50, optimizer=optimizer, lr=lr, wd=wd, bs=bs, work=folder)
        yield optimizer, "its loop, from shards", lambda settings=settings: forked(lambda _: _alone(settings))
        for world in WORLDS:
            name = "1 process" if world == 1 else f"{world} processes"
            yield optimizer, name, lambda settings=settings, world=world: together(settings, world)


def of_shards(shards: Shards, n_factors: int, **told: Any) -> Settings:  # noqa: ANN401
    """Return settings of one epoch of dot_bias."""
    options = {"n_factors": n_factors, "y_range": (0, 5.5)}
    return Settings(model="dot_bias", options=options, shards=str(shards.folder), epochs=1, **told)


def _learner(train: Ratings, valid: Ratings, bs: int) -> None:
    start = torch.Generator().manual_seed(0)
    model = DotProductBias(train.n_users, train.n_items, 50, y_range=(0, 5.5), generator=start)
    Learner(model, train, valid, bs=bs, on_epoch=None).fit_one_cycle(1, 0.01, wd=0.3)


def _alone(settings: Settings) -> None:
    alone(settings)


def _large(folder: str) -> Shards:
    """Deal ratings of many users to shards."""
    draw = np.random.default_rng(0)
    users, items = draw.permutation(np.arange(RATINGS) % USERS), np.arange(RATINGS) % ITEMS
    pairs = np.unique(users * ITEMS + items)
    ratings = Ratings.from_columns(pairs // ITEMS, pairs % ITEMS, draw.integers(1, 6, len(pairs)))
    shards = write_shards(ratings, Path(folder) / "shards", n_shards=16, valid_pct=0.05)
    table = (shards.n_users + shards.n_items) * 65 * 4 / MIB
    print(f"{shards.n_users:,} users, {shards.n_items:,} items, rows of 65 numbers: {table:,.0f} MiB\n", flush=True)
    return shards


def _of_large(shards: Shards, folder: str, optimizer: str) -> Settings:
    lr, wd = RATES[optimizer]
    return of_shards(shards, 64, optimizer=optimizer, lr=lr, wd=wd, bs=65536, work=f"{folder}/work")


def memory() -> None:
    """Print what each process held at most, and how much more a process holds for a row more."""
    with tempfile.TemporaryDirectory() as folder:
        shards = _large(folder)
        print("| optimiser | processes | most that each held beyond the libraries, MiB |\n|---|---:|---|")
        for optimizer in LIMITS:
            held = {}
            for world in (1, 2, 4):
                more = sorted(some["more"] for some in together(_of_large(shards, folder, optimizer), world))
                held[world] = more[-1]
                print(f"| {optimizer} | {world} | {', '.join(f'{one:,.0f}' for one in more)} |", flush=True)
            rows = (shards.n_users + shards.n_items) * 3 / 4
            each = (held[1] - held[4]) * MIB / rows
            print(f"\n{optimizer}: {each:,.0f} bytes a row, {each / 4 / 65:.2f} times 65 numbers\n", flush=True)


def limits() -> None:
    """Print what becomes of training on processes that may not have more than so much memory."""
    with tempfile.TemporaryDirectory() as folder:
        shards = _large(folder)
        print("| optimiser | limit of a process, MiB | processes | outcome |\n|---|---:|---:|---|")
        for optimizer, most in LIMITS.items():
            for world in (1, 2, 4):
                told = replace(_of_large(shards, folder, optimizer), work=f"{folder}/{optimizer}-{world}")
                words = [sys.executable, __file__, "limited", told.to_json(), str(world), str(most)]
                said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
                print(f"| {optimizer} | {most:,} | {world} | {said.replace(folder, '/shared')} |", flush=True)


def limited(told: str, world: str, most: str) -> None:
    """Train on processes that inherit this one's limit, and say how it ended."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(most) * MIB, int(most) * MIB))
    try:
        history = launch(Settings.from_json(told), processes=int(world), attempts=1)
    except ClusterError as error:
        print(error)
    else:
        print(f"trained, loss {history.epochs[-1].train_loss:.4f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "limited":
        limited(*sys.argv[2:])
    elif sys.argv[1] in {"memory", "limits"}:
        (memory if sys.argv[1] == "memory" else limits)()
    else:
        speed(*map(int, sys.argv[2:]))
