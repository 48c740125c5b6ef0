"""The linear link from columns to rows: ridge regression, its settings chosen on rows left out in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alsoliked.coldstart.attributes_evidence import Double, Evidence

__all__ = ["RATED_PENALTY", "LinearSettings", "choose_settings", "folds_of", "left_out", "linear_link", "missed"]

POWERS = (0.0, 0.5, 1.0)  # of its number of ratings, as the weight of a row
PENALTIES = (2.0, 8.0, 25.0, 80.0)
RATED_PENALTY = 5.0  # of what having rated something says
FOLDS = 5


@dataclass(frozen=True, slots=True)
class LinearSettings:
    """How much a row counts, ``count ** power``, and the penalty of what columns say."""

    power: float
    penalty: float

    def weight(self, evidence: Evidence) -> Double:
        """Return each row's weight, 1 on average."""
        weight = evidence.count**self.power
        scaled: Double = weight / weight.mean()
        return scaled


def linear_link(x: Double, rows: Double, weight: Double, penalty: Double) -> Double:
    """Return what takes ``[1, x]`` to rows: the least weighted squares, each column of x with a penalty of its own.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> linear_link(x, 1 + 3 * x, np.ones(3), np.array([1e-9])).round(3).ravel()
    array([1., 3.])
    """
    ones = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    weighted = (ones * weight[:, None]).T
    gram = weighted @ ones
    gram.ravel()[:: len(gram) + 1] += np.concatenate([[1e-9], penalty])
    return np.linalg.solve(gram, weighted @ rows).astype(np.float64)


def folds_of(n: int, seed: int) -> Double:
    """Return which of five folds each of n rows belongs to."""
    fold = np.empty(n, dtype=np.float64)
    fold[np.random.default_rng(seed).permutation(n)] = np.arange(n) % FOLDS
    return fold


def missed(evidence: Evidence, expected: Double) -> float:
    """Return the squared error of ratings that comes of expected rows instead of the trained ones, a rating."""
    away = expected - evidence.rows
    lost = np.matmul(away[:, None], evidence.gram)[:, 0]
    return float((lost * away).sum() / evidence.count.sum())


def choose_settings(evidence: Evidence, x: Double, seed: int) -> LinearSettings:
    """Choose weight and penalty by the rating error of rows that were left out."""
    fold = folds_of(len(x), seed)
    penalties = PENALTIES if x.shape[1] else PENALTIES[:1]
    tried = [LinearSettings(power, penalty) for power in POWERS for penalty in penalties]
    return min(tried, key=lambda settings: missed(evidence, left_out(evidence, x, fold, settings)))


def left_out(evidence: Evidence, x: Double, fold: Double, settings: LinearSettings) -> Double:
    """Return each row as the link expects it that was fitted to the other folds."""
    expected, weight = np.empty_like(evidence.rows), settings.weight(evidence)
    penalty = np.full(x.shape[1], settings.penalty)
    for part in range(FOLDS):
        out, rest = fold == part, fold != part
        if out.any() and rest.any():
            link = linear_link(x[rest], evidence.rows[rest], weight[rest], penalty)
            expected[out] = link[0] + x[out] @ link[1:]
    return expected
