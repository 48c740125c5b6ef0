"""Exploring: places of a list given to items of which little is known, to learn of them.

An item nobody has rated is predicted with care, so it is never at the top, so nobody rates it. A share of the exposure
breaks that circle: some places go to items chosen by what their rating may be rather than by what is expected.

- ``"thompson"``: by a draw from what the rating may be, its prediction and width (Thompson 1933; Chapelle & Li 2011).
- ``"upper"``: by the upper end of it, 1.645 widths above the prediction (Auer, Cesa-Bianchi & Fischer 2002).

It costs something and it is off unless asked for; the list says which places explore.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError
from alsoliked.models.options import check_number, check_whole

__all__ = ["Explore", "ExploreBy"]

ExploreBy: TypeAlias = Literal["thompson", "upper"]
Double: TypeAlias = npt.NDArray[np.float64]

UPPER = 1.645  # widths: what is expected of 1 in 20


@dataclass(frozen=True, slots=True)
class Explore:
    """How much of a list explores: a share of its places, by which rule, and what decides the draws."""

    share: float = 0.0
    by: ExploreBy = "thompson"
    seed: int = 0

    def check(self) -> None:
        """Refuse what is no share or no rule.

        Raises
        ------
        OptionError
            If it is none.
        """
        check_number("explore", self.share, least=0)
        if self.share > 1:
            raise OptionError(f"explore={self.share:g} came, expected a share of the list from 0 to 1.")
        if self.by not in get_args(ExploreBy):
            raise OptionError(f"explore_by={self.by!r} is unknown; expected 'thompson' or 'upper'.")
        check_whole("explore_seed", self.seed, 0)

    def dice(self, who: npt.NDArray[np.integer]) -> np.random.Generator:
        """Return what draws for somebody: the same for the same seed and the same index, or the same items given."""
        return np.random.default_rng([self.seed, *(int(place) for place in who)])

    def places(self, n: int, dice: np.random.Generator) -> int:
        """Say how many of n places explore; a fraction of one with that probability, so that the share comes out."""
        return int(self.share * n + dice.random())

    def drawn(self, predicted: Double, width: Double, dice: np.random.Generator) -> Double:
        """Return what items are chosen by, shape (n_items,).

        Examples
        --------
        >>> upper = Explore(0.1, "upper")
        >>> upper.drawn(np.array([4.0, 3.5]), np.array([0.1, 0.9]), upper.dice(np.array([7]))).argmax()
        np.int64(1)
        """
        return predicted + width * (UPPER if self.by == "upper" else dice.standard_normal(len(width)))
