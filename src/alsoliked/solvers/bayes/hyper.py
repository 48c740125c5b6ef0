"""Hyper-parameters of a field: the mean, the precision and the link of its rows, drawn given the rows.

Given `scale` (the link's precision beside the rows') and with the link integrated out, rows are normal around the mean
with covariance ``(I + S S'/scale) ⊗ precision⁻¹``, which is diagonal along the link's directions. So each of scale,
precision and mean is drawn with the link integrated out, and the link last: a chain that draws them one given the
others would have to crawl along the ridge between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from alsoliked.solvers.bayes.link import Link

__all__ = ["Dice", "Hyper", "draw_hyper"]

WIDTH = 0.1  # prior guess of how far a coordinate of a row strays, in units of the noise-free score
STRENGTH = 1.0  # prior rows that say that the mean is zero
SCALES = np.geomspace(1e-2, 1e4, 97)  # that the link's scale is drawn from


@dataclass(slots=True, eq=False)
class Dice:
    """All randomness of a chain: numpy's for single numbers, torch's for tables."""

    single: np.random.Generator
    table: torch.Generator

    @classmethod
    def of(cls, seed: int) -> Dice:
        """Start both from one seed."""
        return cls(np.random.default_rng([seed, 1]), torch.Generator().manual_seed(seed))

    def normal(self, *shape: int) -> Tensor:
        """Draw standard normals."""
        return torch.randn(*shape, generator=self.table)


@dataclass(slots=True, eq=False)
class Hyper:
    """A field's hyper-parameters at some moment.

    `precision` (width, width) of the rows, `expected` (n_rows, width) their prior means, `mean` (width,) and `scale`.
    """

    precision: Tensor
    expected: Tensor
    mean: Tensor
    scale: float


def draw_hyper(rows: Tensor, link: Link | None, scale: float, dice: Dice) -> Hyper:
    """Draw them all given rows of shape (n_rows, width) and the scale so far."""
    n, width = rows.shape
    ones = torch.ones(n)
    if link is None:
        shrink = torch.ones(0)
        along, of_ones = rows.new_zeros(0, width), rows.new_zeros(0)
    else:
        along, of_ones = link.directions.T @ rows, link.directions.T @ ones  # (r, width), (r,)
        shrink = scale / (scale + link.strengths**2)
    # sums weighed by the inverse of I + S S'/scale: plain sums less what the link explains
    weight = 1 - shrink
    ones_ones = float(n - (weight * of_ones**2).sum())
    ones_rows = rows.sum(0) - (weight * of_ones) @ along
    rows_rows = rows.T @ rows - (along * weight[:, None]).T @ along
    total = ones_ones + STRENGTH
    centre = ones_rows / total
    scatter = rows_rows - total * torch.outer(centre, centre) + torch.eye(width) * WIDTH**2 * width
    lower = _wishart_root(scatter, n + width + 1, dice)
    precision = (lower @ lower.T).float()
    root = torch.linalg.cholesky(precision)
    mean = centre + _spread(root, dice.normal(1, width))[0] / total**0.5
    expected = mean.expand(n, width)
    if link is not None:
        away = along - of_ones[:, None] * mean  # (r, width)
        scale = _draw_scale(away, precision, link.strengths, dice)
        variance = 1 / (link.strengths**2 + scale)
        part = (link.strengths * variance)[:, None] * away
        part += variance.sqrt()[:, None] * _spread(root, dice.normal(*along.shape))
        expected = mean + link.directions @ (link.strengths[:, None] * part)
    return Hyper(precision, expected, mean, scale)


def _wishart_root(scatter: Tensor, freedom: int, dice: Dice) -> Tensor:
    """Return R with ``R R'`` Wishart with scale matrix scatter⁻¹ (Bartlett's decomposition), float64."""
    width = len(scatter)
    lower = torch.tril(dice.normal(width, width).double(), -1)
    lower += torch.diag(torch.from_numpy(np.sqrt(dice.single.chisquare(freedom - np.arange(width)))))
    root = torch.linalg.cholesky(scatter.double())
    turned: Tensor = torch.linalg.solve_triangular(root.T, lower, upper=True)
    return turned


def _spread(root: Tensor, normals: Tensor) -> Tensor:
    """Turn standard normals (n, width) into draws with precision ``root root'``."""
    drawn: Tensor = torch.linalg.solve_triangular(root.T, normals.T, upper=True).T
    return drawn


def _draw_scale(away: Tensor, precision: Tensor, strengths: Tensor, dice: Dice) -> float:
    """Draw the link's scale from a grid, flat in its logarithm, given rows alone."""
    energy = ((away @ precision) * away).sum(1).numpy().astype(np.float64)  # (r,)
    ratio = 1 + strengths.numpy().astype(np.float64) ** 2 / SCALES[:, None]  # (n_scales, r)
    log_p = -0.5 * (len(precision) * np.log(ratio) + energy / ratio).sum(axis=1)
    p = np.exp(log_p - log_p.max())
    return float(SCALES[dice.single.choice(len(SCALES), p=p / p.sum())])
