"""Components: the directions in which factors differ most (principal component analysis)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError

__all__ = ["Components", "principal_components"]

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Where each row lies along each component.

    Attributes
    ----------
    places
        float32, shape (n_rows, n).
    directions
        float32, shape (n, n_factors), of length 1.
    share
        Share of the variance along each component, shape (n,).
    """

    places: FloatArray
    directions: FloatArray
    share: FloatArray


def principal_components(rows: FloatArray, n: int) -> Components:
    """Find the n leading components; the sign of each makes its largest weight positive.

    Raises
    ------
    OptionError
        If the rows have fewer than n dimensions.

    Examples
    --------
    >>> found = principal_components(np.array([[-3, 0], [3, 0], [0, 1], [0, -1]], np.float32), 1)
    >>> found.directions.round(3), found.share.round(2)
    (array([[1., 0.]], dtype=float32), array([0.9], dtype=float32))
    """
    if not 1 <= n <= min(rows.shape):
        raise OptionError(f"n={n} components came, expected 1 to {min(rows.shape)} for factors of shape {rows.shape}.")
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:n]
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    directions = directions * np.where(largest < 0, -1.0, 1.0)
    share = spread[:n] ** 2 / max(float((spread**2).sum()), 1e-30)
    parts = (centred @ directions.T, directions, share)
    return Components(*(part.astype(np.float32) for part in parts))
