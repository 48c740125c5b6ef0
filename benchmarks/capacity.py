"""A capacity plan on paper: storage, memory, network, hours and money of a size, from rates measured on one core.

``python benchmarks/capacity.py`` prints the tables of docs/explanation/capacity.md; ``--users 1e7 --workers 8`` prints
those of another size. Nothing is trained: every rate stands in `Measured` with where it was found.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, fields

GIB = 2**30
ALS_PASSES = 15  # ten, and five before them that find the biases


@dataclass(frozen=True)
class Measured:
    """What one core did in a second of its time, 64 factors; each with the file in benchmarks/results that it is of."""

    ingest: float = 73_000.0  # ratings, Spark, 25 million of 160 thousand users: cluster_ingest.md
    adamw: float = 364_000.0  # ratings, one process, 32,768 a batch: capacity_rates.md
    adagrad: float = 318_000.0  # the same
    adamw_rows: float = 3_860_000.0  # rows that AdamW moves, whether they are in the batch or not: capacity_rates.md
    local_rows: float = 5_200_000.0  # the same by `alsoliked train`, without an engine
    shared: float = 0.5  # of that speed is left when rows come from another process; 0.38 and 0.70: cluster_training.md
    adamw_sent: float = 1.8  # bytes that gloo sends for one on paper, two processes: cluster_training.md
    adagrad_sent: float = 1.2  # the same
    adamw_copies: float = 4.4  # the tables of a process, in weights: cluster_training.md
    adagrad_copies: float = 1.6  # the same
    als: float = 100_000.0  # ratings a pass over both sides, Spark; ml-1m, 82 ratings a row: cluster_als.md
    pairs: float = 54_600_000.0  # (user, item) pairs of lists, 200,000 items: capacity_rates.md
    bundle: float = 50e6 / 91.2  # ratings written into a bundle, 24 a row: big_bundle.md
    bundle_bytes: float = 348 * 2**20 / 2.1e6  # held for a row meanwhile: the same
    local: float = 25e6 / 52.2  # ratings of `alsoliked train`, 51 numbers a row: scale.md
    local_bytes: float = 1.32 * GIB / 25e6  # a rating of the same
    base: float = 0.7 * GIB  # a training process with its batch, tables apart: cluster_training.md


@dataclass(frozen=True)
class Prices:
    """In units of money; put yours in."""

    core_hour: float = 0.04
    gb_hour: float = 0.005
    gb_month: float = 0.10  # shared storage


@dataclass(frozen=True)
class Size:
    """What is to be trained, and on what."""

    ratings: float = 1e9
    users: float = 1e8
    items: float = 2e6
    factors: int = 64
    epochs: int = 5
    bs: int = 131_072
    workers: int = 32  # processes, a core each
    machines: int = 4
    gbit: float = 10.0  # network of a machine, each way

    @property
    def rows(self) -> float:
        """Rows of both tables."""
        return self.users + self.items

    @property
    def width(self) -> int:
        """Numbers a row; FBGEMM moves four at once."""
        return 4 * math.ceil((1 + self.factors) / 4)

    @property
    def steps(self) -> float:
        """Steps of an epoch over four fifths of the ratings."""
        return 0.8 * self.ratings / self.bs


@dataclass(frozen=True)
class Step:
    """A step of one process: seconds computing, moving rows, on the network; bytes sent to other machines; memory."""

    computing: float
    moving: float
    network: float
    sent: float
    memory: float

    @property
    def seconds(self) -> float:
        """All of it; nothing overlaps."""
        return self.computing + self.moving + self.network


@dataclass(frozen=True)
class Line:
    """One component of the bill."""

    name: str
    cores: int
    memory: float
    hours: float

    def money(self, prices: Prices) -> float:
        """What it costs."""
        return self.hours * (self.cores * prices.core_hour + self.memory / 1e9 * prices.gb_hour)


def step_of(size: Size, told: Measured, optimizer: str) -> Step:
    """Work out a step."""
    each, wide = size.bs / size.workers, size.width / 68
    dense = optimizer == "adamw"
    computing = each / (told.adamw if dense else told.adagrad) * wide / (told.shared if size.workers > 1 else 1)
    moving = size.rows / size.workers / told.adamw_rows * wide if dense else 0.0
    asked = 2 * each * (1 - 1 / size.machines)  # a user and an item a rating; so many lie on another machine
    sent = asked * (8 + 2 * 4 * size.width)  # a row number out, a row back, a gradient home
    sent *= size.workers if dense else 1  # bags are summed over all processes: each sends as much as the whole batch
    sent *= told.adamw_sent if dense else told.adagrad_sent
    network = sent * size.workers / size.machines / (size.gbit / 8 * 1e9)
    numbers = size.rows * (1 + size.factors) * (told.adamw_copies if dense else told.adagrad_copies) / size.workers
    return Step(computing, moving, network, sent, 4 * numbers + told.base)


def descent(size: Size, told: Measured, optimizer: str) -> Line:
    """Train by gradients."""
    step = step_of(size, told, optimizer)
    hours = size.epochs * size.steps * step.seconds / 3600
    return Line(f"`dot_bias`, {optimizer}, {size.epochs} epochs", size.workers, step.memory * size.workers, hours)


def bill(size: Size, told: Measured) -> list[Line]:
    """Return every component."""
    jvm = size.workers * 4 * GIB  # what Spark is given, not what it needs
    als = ALS_PASSES * 0.8 * size.ratings / told.als * (size.factors / 64) ** 2 / size.workers
    lists = size.users * size.items / told.pairs * size.width / 68 / size.workers
    return [
        Line("ratings to shards", size.workers, jvm, size.ratings / told.ingest / size.workers / 3600),
        descent(size, told, "adamw"),
        descent(size, told, "rowwise_adagrad"),
        Line(f"`als`, {ALS_PASSES} passes", size.workers, 2 * jvm, als / 3600),
        Line("the bundle", 1, told.bundle_bytes * size.rows + GIB, size.ratings / told.bundle / 3600),
        Line("a list of ten for everybody", size.workers, jvm, lists / 3600),
    ]


def without(size: Size, told: Measured, prices: Prices) -> list[list[str]]:
    """Return what one machine would do, without an engine and with one on it alone."""
    alone = Size(**{**vars(size), "machines": 1, "workers": 8})
    local_bytes = size.ratings * told.local_bytes + 16 * size.rows * (1 + size.factors)
    per_epoch = 0.8 * size.ratings / told.local * size.width / 52
    moved = size.steps * size.rows / told.local_rows * size.width / 68
    lines = [Line("`alsoliked train`, one core", 1, local_bytes, size.epochs * (per_epoch + moved) / 3600)]
    lines += [descent(alone, told, name) for name in ("adamw", "rowwise_adagrad")]
    names = [lines[0].name, "`--engine torchrun --workers 8`", "the same, `--optimizer rowwise_adagrad`"]
    return [
        [name, f"{line.memory / 1e9:,.0f}", f"{line.hours:,.1f}", f"{line.money(prices):,.1f}"]
        for name, line in zip(names, lines, strict=True)
    ]


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Write a table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))


def tables(size: Size, told: Measured, prices: Prices) -> list[str]:
    """Return the four tables of the plan."""
    weights = 4 * size.rows * size.width
    stored = {
        "shards: 20 bytes a rating, less when compressed": 20 * size.ratings,
        "weights: 4 bytes a number": weights,
        "two checkpoints, AdamW: three times the weights each": 6 * weights,
        "two checkpoints, row-wise Adagrad": 2 * weights * (1 + 1 / size.width),
        "the bundle: weights, and 12 bytes a rating": weights + 12 * size.ratings,
    }
    both = [step_of(size, told, name) for name in ("adamw", "rowwise_adagrad")]
    epoch = [step.sent * size.workers * size.steps / 1e12 for step in both]
    steps = {
        "seconds computing": [f"{step.computing:.3f}" for step in both],
        "seconds moving every row": [f"{step.moving:.3f}" for step in both],
        "seconds on the network": [f"{step.network:.3f}" for step in both],
        "MB to other machines": [f"{step.sent / 1e6:.1f}" for step in both],
        "TB an epoch, all processes": [f"{n:.1f}" for n in epoch],
        "GB of memory": [f"{step.memory / 1e9:.1f}" for step in both],
    }
    lines = bill(size, told)
    kept = sum(stored.values()) / 1e9
    costs = [
        [line.name, str(line.cores), f"{line.memory / 1e9:,.0f}", f"{line.hours:,.1f}", f"{line.money(prices):,.1f}"]
        for line in lines
    ]
    costs.append([f"storage, {kept:,.0f} GB for a month", "", "", "", f"{kept * prices.gb_month:,.1f}"])
    return [
        table(["on shared storage", "GB"], [[name, f"{n / 1e9:,.0f}"] for name, n in stored.items()]),
        table(["a step of one process", "AdamW", "row-wise Adagrad"], [[name, *row] for name, row in steps.items()]),
        table(["component", "cores", "GB of memory, all", "hours", "money units"], costs),
        table(["one machine", "GB of memory", "hours", "money units"], without(size, told, prices)),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in (Size, Prices, Measured):
        for field in fields(kind):
            number = int if field.type == "int" else float
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=number, default=field.default)
    given = vars(parser.parse_args())
    made = [kind(**{field.name: given[field.name] for field in fields(kind)}) for kind in (Size, Measured, Prices)]
    print("\n\n".join(tables(*made)))


if __name__ == "__main__":
    main()
