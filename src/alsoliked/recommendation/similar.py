"""Which rows point the same way: cosine, the chapter's distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["cosine_to"]


def cosine_to(rows: npt.NDArray[np.float32], index: int) -> npt.NDArray[np.float32]:
    """Return the cosine of the angle between one row and every row, shape (n,); a row of zeros is at 0 to all.

    Examples
    --------
    >>> cosine_to(np.array([[1, 0], [2, 0], [0, 3], [-1, 0]], np.float32), 0)
    array([ 1.,  1.,  0., -1.], dtype=float32)
    """
    length = np.maximum(np.linalg.norm(rows, axis=1), 1e-12)
    cosine: npt.NDArray[np.float32] = ((rows @ rows[index]) / (length * length[index])).astype(np.float32)
    return cosine
