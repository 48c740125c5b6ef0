"""The chapter's tabular model from columns to rows: embeddings of what columns say, then layers.

Its first layer is linear in the embeddings, so both end as one table of vectors, a vector for each place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from alsoliked.coldstart.attributes_evidence import Double
from alsoliked.data.columns import Columns
from alsoliked.models.column_vectors import ColumnVectors
from alsoliked.models.factors import FloatArray
from alsoliked.processor import settled

__all__ = ["NetParts", "fit_net"]

HIDDEN = 32
LR, WD = 5e-3, 0.1
STEPS, EVERY = 200, 20  # over all rows at once; looked at now and then on rows held out
UNTOLD = 0.15  # share of columns that are not told in training, so that it learns what to do without


@dataclass(frozen=True, slots=True, eq=False)
class NetParts:
    """What is kept of the network; see `alsoliked.models.column_rows.ColumnRows`."""

    vectors: FloatArray
    base: FloatArray
    layers: tuple[tuple[FloatArray, FloatArray], ...]

    def rows(self, x: Double) -> Double:
        """Return rows, (n, row_size), of weights by place, (n, n_places)."""
        row: Double = self.base + x @ self.vectors
        for weights, bias in self.layers:
            row = np.asarray(np.maximum(row, 0) @ weights + bias, np.float64)
        return row


class TabularNet(nn.Module):
    """``row = out(relu(first(embeddings of columns)))``."""

    def __init__(self, columns: Columns, row_size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.embeddings = ColumnVectors(columns, generator)
        self.first = nn.Linear(self.embeddings.size, HIDDEN)
        self.out = nn.Linear(HIDDEN, row_size)
        with torch.no_grad():
            self.first.weight.normal_(0, (2 / self.embeddings.size) ** 0.5, generator=generator)
            self.first.bias.uniform_(-0.1, 0.1, generator=generator)
            self.out.weight.zero_()
            self.out.bias.zero_()

    def forward(self, weights: Tensor) -> Tensor:
        """Return rows, (n, row_size), of weights by place, (n, n_places)."""
        rows: Tensor = self.out(torch.relu(self.first(self.embeddings(weights))))
        return rows


def fit_net(columns: Columns, x: Double, rows: Double, weight: Double, *, metric: Double, seed: int) -> NetParts:
    """Fit the network to rows.

    Parameters
    ----------
    columns, x
        What is known: weights by place, shape (n, n_places).
    rows, weight
        Where to, (n, row_size), and how much each counts, (n,).
    metric
        How errors of a row count, (row_size, row_size): what they do to ratings.
    seed
        Decides everything random.
    """
    root = np.linalg.cholesky(metric + 1e-9 * np.trace(metric) * np.eye(len(metric)))
    centre = weight @ rows / weight.sum()
    told, targets = torch.from_numpy(x).float(), torch.from_numpy((rows - centre) @ root).float()
    counts = torch.from_numpy(weight / weight.mean()).float()
    hidden = torch.from_numpy(np.random.default_rng(seed).permutation(len(x)) < len(x) // 5)
    with settled(1):
        steps, _ = _train(columns, (told, targets, counts), ~hidden, STEPS, seed)
        _, net = _train(columns, (told, targets, counts), torch.ones_like(hidden), steps, seed)
        with torch.no_grad():
            vectors = (net.embeddings.table() @ net.first.weight.T).numpy()
        back = np.linalg.inv(root)
        weights, bias = (part.detach().double().numpy() for part in (net.out.weight.T, net.out.bias))
        base = net.first.bias.detach().numpy()
    last = ((weights @ back).astype(np.float32), (bias @ back + centre).astype(np.float32))
    return NetParts(vectors, base, (last,))


def _train(
    columns: Columns, data: tuple[Tensor, Tensor, Tensor], use: Tensor, steps: int, seed: int
) -> tuple[int, TabularNet]:
    """Train for some steps; also return after how many of them the rows not used were met best."""
    generator = torch.Generator().manual_seed(seed)
    x, targets, counts = data
    net = TabularNet(columns, targets.shape[1], generator)
    optimizer = torch.optim.AdamW(net.parameters(), lr=LR, weight_decay=WD)
    best, least = 0, float("inf")
    for step in range(steps + 1):
        if step % EVERY == 0 and not use.all():
            with torch.no_grad():
                error = float(_loss(net(x[~use]), targets[~use], counts[~use]))
            best, least = (step, error) if error < least else (best, least)
        if step < steps:
            optimizer.zero_grad()
            _loss(net(_kept_back(columns, x[use], generator)), targets[use], counts[use]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return best, net


def _loss(found: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    return (counts * ((found - wanted) ** 2).sum(dim=1)).mean()


def _kept_back(columns: Columns, x: Tensor, generator: torch.Generator) -> Tensor:
    """Make some columns of some rows missing."""
    parts, place = [], 0
    for column in columns.columns:
        part = x[:, place : place + column.n_places]
        missing = torch.zeros_like(part)
        missing[:, 0] = 1.0
        untold = torch.rand(len(x), 1, generator=generator) < UNTOLD
        parts.append(torch.where(untold, missing, part))
        place += column.n_places
    return torch.cat(parts, dim=1)
