"""Diversity: places given to items unlike those before them, by maximal marginal relevance.

Of what is left the item comes next for which ``(1 - diversity) * relevance - diversity * likeness`` is largest, where
relevance runs from 0 to 1 over the candidates and likeness is the cosine to the most similar item that is listed
already (J. Carbonell & J. Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
summaries", SIGIR 1998).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError
from alsoliked.models.item_weights import ItemWeights
from alsoliked.recommendation.answers import Answers

__all__ = ["CANDIDATES", "item_vectors", "spread_out"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Indices: TypeAlias = npt.NDArray[np.integer]

CANDIDATES = 100  # of the best, among which places are given; an item far down is no more than unlike


def spread_out(score: FloatArray, vectors: FloatArray, n: int, diversity: float) -> npt.NDArray[np.intp]:
    """Return the places of n candidates in the order they are listed.

    Parameters
    ----------
    score
        Of the candidates, shape (n_candidates,).
    vectors
        Shape (n_candidates, size).
    n
        Length of the list.
    diversity
        From 0, by score alone, to 1, by likeness alone.

    Examples
    --------
    Two much alike, and a third that is worse but different:

    >>> vectors = np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32)
    >>> spread_out(np.array([3, 2.9, 2], np.float32), vectors, 2, diversity=0.7)
    array([0, 2])
    """
    low, high = float(score.min()), float(score.max())
    relevance = (score - low) / max(high - low, 1e-12)
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    towards = vectors / length
    likeness = np.full(len(score), -1.0)
    taken: list[int] = []
    worth = relevance.astype(np.float64)  # the first place is the best item's
    for _ in range(min(n, len(score))):
        worth[taken] = -np.inf
        best = int(worth.argmax())
        taken.append(best)
        likeness = np.maximum(likeness, towards @ towards[best])
        worth = (1 - diversity) * relevance - diversity * likeness
    return np.array(taken, dtype=np.intp)


def item_vectors(answers: Answers, items: Indices) -> FloatArray:
    """Return what items are compared by: their factors, or where there are none who chooses them.

    Raises
    ------
    OptionError
        If the model has neither.
    """
    model = answers.choice if answers.rating is None else answers.rating
    if isinstance(model, ItemWeights):
        return model.weights[items]
    if model is None or not model.item_factors.shape[1]:
        raise OptionError("diversity= came, and this model has no factors to tell items apart by; leave it out.")
    factors: FloatArray = model.item_factors[items]
    return factors
