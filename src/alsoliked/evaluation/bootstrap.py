"""Bootstrap: how far a figure could move had other users been held out.

Users are resampled, not ratings: the ratings of one user hang together, so treating them as independent makes
intervals too narrow (the cluster bootstrap; C. Field and A. Welsh, "Bootstrapping clustered data", JRSS B 69(3),
2007). Every figure is made of sums over users, so a resample is a vector of how often each user was drawn, and a
thousand of them are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError

__all__ = ["Figure", "Resamples", "figure_of_draws", "mean_interval", "ratio_interval"]

PerUser = npt.NDArray[np.float64]
Draws = npt.NDArray[np.float64]
CELLS = 2**21  # of weights held at once


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its 95 % percentile interval (NaN where there is nothing to measure).

    >>> print(Figure(0.9031, 0.8992, 0.9071))
    0.903 (0.899 to 0.907)
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Resamples:
    """Resamples of users with replacement; the same ones each time, so that differences can be paired.

    Parameters
    ----------
    n_users
        How many users there are to draw from, and how many each resample draws.
    n_boot
        How many resamples.
    seed
        Same seed, same resamples.

    Examples
    --------
    >>> blocks = list(Resamples(n_users=3, n_boot=2, seed=0).blocks())
    >>> len(blocks), blocks[0].shape, blocks[0].sum(axis=1)
    (1, (2, 3), array([3., 3.]))
    """

    n_users: int
    n_boot: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_users < 1 or self.n_boot < 2:
            raise OptionError(f"{self.n_boot} resamples of {self.n_users} users; expected 2 or more of at least 1.")

    def blocks(self) -> Iterator[npt.NDArray[np.float64]]:
        """Yield how often each user was drawn, some resamples at a time; each of shape ``(block, n_users)``."""
        rng = np.random.default_rng(self.seed)
        block = max(1, CELLS // self.n_users)
        for start in range(0, self.n_boot, block):
            size = min(block, self.n_boot - start)
            drawn = rng.integers(0, self.n_users, (size, self.n_users)) + np.arange(size)[:, None] * self.n_users
            yield np.bincount(drawn.ravel(), minlength=size * self.n_users).reshape(size, -1).astype(np.float64)

    def sums(self, values: npt.NDArray[np.float64]) -> Draws:
        """Sum columns of per-user values over each resample: ``(n_users, n)`` to ``(n_boot, n)``."""
        return np.concatenate([weights @ values for weights in self.blocks()])


def figure_of_draws(value: float, draws: Draws, *, level: float = 0.95, centred: bool = False) -> Figure:
    """Turn a value and what resamples made of it into a `Figure`.

    Parameters
    ----------
    value
        From all users.
    draws
        From each resample, shape ``(n_boot,)``; NaN draws (nothing to measure in that resample) are passed over.
    level
        Share of the draws inside the interval.
    centred
        Take the spread of the draws around the value instead of the draws themselves: for figures such as coverage,
        which every resample understates because it misses a third of the users.

    Examples
    --------
    >>> figure_of_draws(2.0, np.array([1.0, 2.0, 3.0]), level=1.0)
    Figure(value=2.0, low=1.0, high=3.0)
    """
    finite = draws[np.isfinite(draws)]
    if not len(finite) or not np.isfinite(value):
        return Figure(float(value), float("nan"), float("nan"))
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    shift = value - finite.mean() if centred else 0.0
    return Figure(float(value), float(low + shift), float(high + shift))


def ratio_interval(
    numerator: PerUser,
    denominator: PerUser,
    *,
    transform: Callable[[Draws], Draws] = np.asarray,
    n_boot: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Figure:
    """Interval of ``transform(sum of numerator / sum of denominator)``, both given per user.

    Parameters
    ----------
    numerator, denominator
        Shape ``(n_users,)`` each; squared errors and counts, say.
    transform
        What to make of the ratio; `numpy.sqrt` turns a mean squared error into an RMSE.
    n_boot, seed, level
        Number of resamples, their seed, and the share of them inside the interval.

    Examples
    --------
    >>> squared_error, count = np.array([4.0, 1.0, 7.0]), np.array([4.0, 2.0, 5.0])
    >>> print(ratio_interval(squared_error, count, transform=np.sqrt, seed=0))
    1.044 (0.707 to 1.183)
    """
    sums = Resamples(len(numerator), n_boot, seed).sums(np.column_stack([numerator, denominator]))
    with np.errstate(invalid="ignore", divide="ignore"):
        draws = transform(sums[:, 0] / sums[:, 1])
        value = transform(np.asarray(np.sum(numerator) / np.sum(denominator)))
    return figure_of_draws(float(value), draws, level=level)


def mean_interval(values: PerUser, *, n_boot: int = 1000, seed: int = 0, level: float = 0.95) -> Figure:
    """Interval of the mean of one figure a user, such as NDCG.

    >>> print(mean_interval(np.array([0.0, 0.5, 1.0, 0.5]), seed=0))
    0.500 (0.125 to 0.875)
    """
    return ratio_interval(values, np.ones(len(values)), n_boot=n_boot, seed=seed, level=level)
