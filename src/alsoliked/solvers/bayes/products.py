"""The mean of many products of tables as one product of tables hardly larger than each.

The mean of S products ``L_s R_s'`` is a product again, of all samples' tables side by side. Its leading directions hold
what the samples agree on; the rest is the noise that averaging is there to remove.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["mean_product"]

SWEEPS, SPARE = 4, 8  # of the subspace iteration, and directions carried along for accuracy


def mean_product(lefts: Sequence[Tensor], rights: Sequence[Tensor], most: int) -> tuple[Tensor, Tensor]:
    """Return two tables, of at most so many columns, whose product is nearly the mean; split evenly between both.

    Parameters
    ----------
    lefts, rights
        Each sample's tables, shapes (n_left, k) and (n_right, k).
    most
        How many directions to keep.

    Examples
    --------
    >>> left, right = mean_product([torch.eye(2), torch.eye(2)], [torch.eye(2), 3 * torch.eye(2)], 2)
    >>> (left @ right.T).round(decimals=4)
    tensor([[2., 0.],
            [0., 2.]])
    """
    left, right = torch.cat(list(lefts), dim=1), torch.cat(list(rights), dim=1)
    width = min(most + SPARE, len(left), len(right), left.shape[1])
    generator = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(len(right), width, generator=generator)).Q
    for _ in range(SWEEPS):
        basis = torch.linalg.qr(right @ (left.T @ (left @ (right.T @ basis)))).Q
    turned, values, back = torch.linalg.svd(left @ (right.T @ basis) / len(lefts), full_matrices=False)
    root = values[:most].sqrt()
    return turned[:, :most] * root, (basis @ back.T)[:, :most] * root
