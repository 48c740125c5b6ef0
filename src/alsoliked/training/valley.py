"""The valley: which learning rate `lr_find` suggests."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["valley"]

FIRST, LAST = 10, 5  # steps at either end that say nothing: warming up, flying off


def valley(lrs: Sequence[float], losses: Sequence[float]) -> float:
    """Return the learning rate half way down the longest fall of the loss.

    A fall is a row of losses each lower than the one before; those that are not are passed over, since the loss of a
    small batch jitters. From its end we go back half as many steps as it has.

    Parameters
    ----------
    lrs, losses
        Tried learning rates and the smoothed loss at each; the first ten and the last five are left out.

    Examples
    --------
    >>> valley([10.0**-x for x in range(9, 0, -1)], [5, 5, 4, 4.5, 3, 2, 3, 4, 9])
    1e-06
    """
    if len(lrs) > 2 * (FIRST + LAST):
        lrs, losses = lrs[FIRST:-LAST], losses[FIRST:-LAST]
    if not lrs:
        return float("nan")
    longest: list[int] = []  # for each step: the longest fall that ends there
    for place, loss in enumerate(losses):
        longest.append(1 + max((longest[p] for p in range(place) if losses[p] > loss), default=0))
    end = max(range(len(lrs)), key=longest.__getitem__)
    return lrs[max(0, end - (longest[end] + 1) // 2)]
