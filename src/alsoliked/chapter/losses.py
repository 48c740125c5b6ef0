"""Losses and metrics by the chapter's names; predictions and ratings may be columns or flat."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["CrossEntropyLossFlat", "MSELossFlat", "mae", "mse", "rmse"]


class MSELossFlat:
    """Mean squared error over flattened predictions and ratings: what the chapter trains with.

    Examples
    --------
    >>> MSELossFlat()(torch.tensor([3.0, 5.0]), torch.tensor([[4.0], [5.0]]))
    tensor(0.5000)
    """

    def __call__(self, predicted: Tensor, actual: Tensor) -> Tensor:
        """Compare predictions with ratings; a number."""
        return nn.functional.mse_loss(predicted.view(-1), actual.view(-1).to(predicted.dtype))

    def __repr__(self) -> str:
        return "MSELossFlat()"


class CrossEntropyLossFlat:
    """Cross-entropy of class scores, shape (n, classes), against class numbers from 0.

    Stars from 1 to 5 make class numbers by ``ratings['rating'] - 1``.

    Examples
    --------
    >>> CrossEntropyLossFlat()(torch.zeros(2, 4), torch.tensor([[0.0], [3.0]]))
    tensor(1.3863)
    """

    def __call__(self, predicted: Tensor, actual: Tensor) -> Tensor:
        """Compare scores with class numbers; a number."""
        return nn.functional.cross_entropy(predicted, actual.view(-1).long())

    def __repr__(self) -> str:
        return "CrossEntropyLossFlat()"


def mse(predicted: Tensor, actual: Tensor) -> Tensor:
    """Mean squared error."""
    return (predicted.view(-1) - actual.view(-1)).square().mean()


def rmse(predicted: Tensor, actual: Tensor) -> Tensor:
    """Root of the mean squared error, in stars."""
    return torch.sqrt(mse(predicted, actual))


def mae(predicted: Tensor, actual: Tensor) -> Tensor:
    """Mean absolute error, in stars."""
    return (predicted.view(-1) - actual.view(-1)).abs().mean()
