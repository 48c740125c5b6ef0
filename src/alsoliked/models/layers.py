"""The small pieces the networks are made of."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from alsoliked.models.ranges import YRange, y_range_around

__all__ = ["YRange", "embedding", "embedding_size", "sigmoid_range", "small_normal", "y_range_around"]


def sigmoid_range(x: Tensor, low: float, high: float) -> Tensor:
    """Squeeze any number into ``(low, high)``: ``sigmoid(x) * (high - low) + low``, any shape.

    Examples
    --------
    >>> sigmoid_range(torch.tensor([-100.0, 0.0, 100.0]), 0, 5.5)
    tensor([0.0000, 2.7500, 5.5000])
    """
    return torch.sigmoid(x) * (high - low) + low


def small_normal(*size: int, generator: torch.Generator | None = None, std: float = 0.01) -> Tensor:
    """Draw from a normal cut off at two standard deviations: the chapter's start for an embedding.

    Examples
    --------
    >>> float(small_normal(1000, 5).abs().max()) <= 0.02
    True
    """
    return nn.init.trunc_normal_(torch.empty(*size), std=std, a=-2 * std, b=2 * std, generator=generator)


def embedding(n: int, n_factors: int, generator: torch.Generator | None = None) -> nn.Embedding:
    """Make a table of `n` rows of `n_factors` numbers, started small (`small_normal`)."""
    return nn.Embedding(n, n_factors, _weight=small_normal(n, n_factors, generator=generator))


def embedding_size(n: int) -> int:
    """How many numbers stand for one of `n` categories: ``min(600, round(1.6 * n ** 0.56))``, the chapter's rule.

    Examples
    --------
    >>> embedding_size(944), embedding_size(1665)
    (74, 102)
    """
    return min(600, round(1.6 * math.pow(n, 0.56)))
