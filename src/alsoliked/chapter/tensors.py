"""Small functions on tensors that the chapter's cells call."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from alsoliked.interpretation.principal import principal_components

__all__ = ["add_pca_method", "one_hot", "pca", "set_seed", "tensor"]


def tensor(x: Any, *rest: Any, **options: Any) -> Tensor:  # noqa: ANN401  whatever torch.as_tensor takes
    """Make a tensor of a list, an array, a pandas column or several numbers; float64 becomes float32.

    Examples
    --------
    >>> tensor(1, 2, 3), tensor([0.5])
    (tensor([1, 2, 3]), tensor([0.5000]))
    """
    values = (x, *rest) if rest else x
    made = values if isinstance(values, Tensor) else torch.tensor(getattr(values, "values", values), **options)
    return made.float() if made.dtype == torch.float64 and "dtype" not in options else made


def one_hot(x: int | list[int] | Tensor, c: int) -> Tensor:
    """Return `c` zeros with a one at `x` (or at each place of it), as uint8.

    Examples
    --------
    >>> one_hot(3, 5)
    tensor([0, 0, 0, 1, 0], dtype=torch.uint8)
    """
    hot = torch.zeros(c, dtype=torch.uint8)
    hot[x] = 1
    return hot


def pca(x: Tensor, k: int = 2) -> Tensor:
    """Return where the rows of `x` lie along its `k` leading principal components; shape (rows, k).

    The sign of a component is arbitrary; the largest of its weights is made positive, so the same `x` gives the same
    picture.

    Examples
    --------
    >>> pca(torch.tensor([[-3.0, 0.0], [3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 1).T.abs().round()
    tensor([[3., 3., 0., 0.]])
    """
    return torch.from_numpy(principal_components(x.detach().float().cpu().numpy(), k).places)


def add_pca_method() -> None:
    """Let tensors have the method ``.pca(k)``, which the chapter's cells call; the one thing added to PyTorch."""
    if not hasattr(Tensor, "pca"):
        Tensor.pca = pca  # type: ignore[attr-defined]


def set_seed(s: int, reproducible: bool = False) -> None:
    """Seed Python's, NumPy's and PyTorch's own random states, because you ask for it; nothing else here does.

    Parameters
    ----------
    s
        The seed.
    reproducible
        Also hold CUDA's convolutions to one algorithm.
    """
    random.seed(s)
    np.random.seed(s % (2**32 - 1))  # noqa: NPY002  the state a notebook's np.random.choice draws from
    torch.manual_seed(s)
    if reproducible:
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
