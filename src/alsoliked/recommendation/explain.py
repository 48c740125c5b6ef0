"""Why this score: how it is made up, and which of the user's own ratings moved it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.recommendation.fold_in import FoldedIn, Rows

__all__ = ["influence"]


def influence(model: Rows, folded: FoldedIn, item: int) -> npt.NDArray[np.float64]:
    """Return by how much each given rating moved the prediction for an item, in units of the rating.

    Each is the difference to the prediction without that rating, found by one downdated Newton step
    (Sherman-Morrison) from the folded-in row instead of a new fold-in; shape (n_given,).

    Examples
    --------
    >>> from alsoliked.models.factors import FactorModel
    >>> from alsoliked.recommendation.fold_in import Prior, fold_in
    >>> zero, eye = np.zeros(2, np.float32), np.eye(2, dtype=np.float32)
    >>> model = FactorModel(eye, eye, zero, zero, global_bias=3.0)
    >>> given = fold_in(model, Prior(np.zeros(3), np.diag([1e9, 1, 1]), 1.0), np.array([0]), np.array([5], np.float32))
    >>> influence(model, given, 0).round(2)
    array([1.])
    """
    if not len(given := folded.slopes):
        return np.zeros(0)
    solved = np.linalg.solve(folded.precision, given.T).T  # (n_given, row_size): H⁻¹ a_j
    leverage = np.einsum("nd,nd->n", given, solved) / folded.noise  # (n_given,)
    size = folded.errors / folded.noise / np.maximum(1 - leverage, 1e-6)  # (n_given,)
    change = solved * size[:, None]  # (n_given, row_size): row without rating j, minus row
    here, _ = model.linearised(folded.row, np.array([item]))
    without = [model.linearised((folded.row + c).astype(np.float32), np.array([item]))[0][0] for c in change]
    return float(here[0]) - np.asarray(without, dtype=np.float64)
