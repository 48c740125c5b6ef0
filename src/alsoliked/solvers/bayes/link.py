"""Link: what is known about a field's rows, as the mean of their prior.

A row ``x`` of a field is normal around ``m + s W``: `m` is the field's mean, `s` the row's features and `W` the link
matrix, itself normal with precision ``scale × precision of the rows`` (Macau: Simm et al. 2017). With the singular
directions ``S = U diag(d) V'`` of the features everything about the link is diagonal: no `W` is ever formed, only its
part ``A = V' W`` along the directions, and what the features cannot see is integrated out.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from alsoliked.processor import settled
from alsoliked.solvers.bayes.features import Features

__all__ = ["Link"]

LEAST = 1e-4  # directions with less than this share of the largest singular value are left out
SWEEPS = 4  # of the subspace iteration, where only the leading directions are wanted
SPARE = 16  # directions carried along for accuracy


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Features of a field's rows by their singular directions.

    Attributes
    ----------
    directions
        Orthonormal columns, float32, shape (n_rows, n_directions).
    strengths
        The singular values, shape (n_directions,), all positive.
    """

    directions: Tensor
    strengths: Tensor

    @classmethod
    def of(cls, features: Features, most: int, generator: torch.Generator) -> Link:
        """Take the leading singular directions of features, at most so many.

        All of them come from one eigen-solve where the shorter side is no longer than `most`; otherwise from subspace
        iteration.

        Examples
        --------
        >>> from alsoliked.solvers.bayes.features import Entries
        >>> diagonal = Entries(torch.arange(2), torch.arange(2), torch.tensor([3.0, 2.0]), 2)
        >>> link = Link.of(Features([diagonal], n_rows=3), 9, torch.Generator())
        >>> [round(s, 4) for s in link.strengths.tolist()]
        [3.0, 2.0]
        """
        with settled(1):
            whole = min(features.shape) <= most + SPARE
            basis = None if whole else _rows_basis(features, most + SPARE, generator)
            small = features.dense() if basis is None else features.turned_times(basis).T  # (n, f) or (most, f)
            tall = small.shape[0] > small.shape[1]
            values, vectors = torch.linalg.eigh((small.T @ small if tall else small @ small.T).double())
            keep = values > max(float(values.max()) * LEAST**2, 1e-12)
            values, vectors = values[keep].flip(0)[:most], vectors[:, keep].flip(1)[:, :most]
            strengths = values.sqrt().float()
            left = small @ (vectors.float() / strengths) if tall else vectors.float()
        return cls((left if basis is None else basis @ left).contiguous(), strengths)


def _rows_basis(features: Features, width: int, generator: torch.Generator) -> Tensor:
    """Return orthonormal columns, (n_rows, width), near the leading left singular directions."""
    basis: Tensor = torch.linalg.qr(features.times(features.leading(width, SWEEPS, generator))).Q
    return basis
