"""The book chapter's models, written for fastai: a batch's two columns in, one prediction a row out."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from fastai.data.core import DataLoaders
from fastai.layers import Embedding, sigmoid_range
from torch import Tensor, nn

YRange: TypeAlias = tuple[float, float] | None


class Dot(nn.Module):
    """Factors only, with or without a sigmoid range."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, y_range: YRange = None) -> None:
        super().__init__()
        self.user_factors = Embedding(n_users, n_factors)
        self.item_factors = Embedding(n_items, n_factors)
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        score = (self.user_factors(x[:, 0]) * self.item_factors(x[:, 1])).sum(dim=1)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)


class DotBias(nn.Module):
    """Factors and a bias for each user and item, held in fastai embeddings."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, y_range: tuple[float, float]) -> None:
        super().__init__()
        self.user_factors, self.user_bias = Embedding(n_users, n_factors), Embedding(n_users, 1)
        self.item_factors, self.item_bias = Embedding(n_items, n_factors), Embedding(n_items, 1)
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors(users) * self.item_factors(items)).sum(dim=1, keepdim=True)
        score = score + self.user_bias(users) + self.item_bias(items)
        return sigmoid_range(score, *self.y_range)


class DotBiasByHand(nn.Module):
    """The same without an embedding layer: plain parameters, normal start with deviation 0.01, read by index."""

    def __init__(self, n_users: int, n_items: int, n_factors: int, y_range: tuple[float, float]) -> None:
        super().__init__()
        self.user_factors, self.user_bias = _parameter(n_users, n_factors), _parameter(n_users)
        self.item_factors, self.item_bias = _parameter(n_items, n_factors), _parameter(n_items)
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        users, items = x[:, 0], x[:, 1]
        score = (self.user_factors[users] * self.item_factors[items]).sum(dim=1)
        return sigmoid_range(score + self.user_bias[users] + self.item_bias[items], *self.y_range)


def _parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(*shape).normal_(0, 0.01))


def build(model: str, dls: DataLoaders, n_factors: int, y_range: tuple[float, float]) -> nn.Module:
    """Make the named model for the classes of these loaders (fastai counts a `#na#` row in each)."""
    size = (len(dls.classes["user"]), len(dls.classes["item"]), n_factors)
    makers: dict[str, Callable[[], nn.Module]] = {
        "dot": lambda: Dot(*size),
        "dot_range": lambda: Dot(*size, y_range),
        "dot_bias": lambda: DotBias(*size, y_range),
        "dot_bias_wd": lambda: DotBias(*size, y_range),
        "by_hand": lambda: DotBiasByHand(*size, y_range),
    }
    return makers[model]()
