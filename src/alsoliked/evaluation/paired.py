"""Paired: several contenders on several folds, all on the same resamples of the users; and who is really better."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.evaluation.bootstrap import Draws, Resamples

__all__ = ["SameUsers", "p_of_difference"]


@dataclass(frozen=True, slots=True)
class SameUsers(Resamples):
    """Resamples of all users of the data, seen from one fold that holds out ratings of some of them.

    A user drawn twice counts twice in every fold, so the mean over folds has the spread of one sample of users: the
    ratings of a user hang together wherever they fall.

    Parameters
    ----------
    n_users, n_boot, seed
        As for `Resamples`: all users, however few the fold measures.
    users
        Indices of the users that the fold measures.

    Examples
    --------
    >>> import numpy as np
    >>> fold = SameUsers(n_users=4, n_boot=3, seed=0, users=(1, 3))
    >>> whole = np.concatenate(list(Resamples(4, 3, 0).blocks()))
    >>> bool((np.concatenate(list(fold.blocks())) == whole[:, [1, 3]]).all())
    True
    """

    users: Sequence[int] | npt.NDArray[np.integer] = ()

    def blocks(self) -> Iterator[npt.NDArray[np.float64]]:
        """Yield how often each of these users was drawn; blocks of shape ``(block, len(users))``."""
        mine = np.asarray(self.users, dtype=np.int64)
        for weights in Resamples.blocks(self):
            yield np.ascontiguousarray(weights[:, mine])


def p_of_difference(difference: float, draws: Draws) -> float:
    """Return the two-sided p-value of a difference, from the spread of its bootstrap draws (normal approximation).

    NaN where there is no difference to speak of; 1 where two contenders agree in every resample.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(2.0, 1.0, 100_000)
    >>> round(p_of_difference(2.0, draws), 2)
    0.05
    """
    finite = draws[np.isfinite(draws)]
    if len(finite) < 2 or not math.isfinite(difference):
        return math.nan
    spread = float(finite.std(ddof=1))
    if spread == 0:
        return 1.0 if difference == 0 else 0.0
    return math.erfc(abs(difference) / spread / math.sqrt(2))
