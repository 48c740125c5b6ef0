"""Principal components: the directions in which rows differ most, exactly or by a randomised shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError

__all__ = ["Axes", "How", "facing_up", "principal_components"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Double: TypeAlias = npt.NDArray[np.float64]
How: TypeAlias = Literal["auto", "exact", "randomised"]

SHORT = 256  # columns (or rows) up to which all components cost less than a shortcut to a few
EXTRA = 6  # random directions beside those asked for
ROUNDS = 2  # times the matrix is applied to them


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """Where each row lies along each direction.

    Attributes
    ----------
    places
        float32, shape (n_rows, n).
    directions
        float32, shape (n, n_columns), of length 1 and at right angles.
    share
        Share of the variance along each direction, float32, shape (n,).
    """

    places: FloatArray
    directions: FloatArray
    share: FloatArray


def principal_components(
    rows: npt.NDArray[np.floating], n: int, *, how: How = "auto", rounds: int = ROUNDS, seed: int = 0
) -> Axes:
    """Find the n leading components; the sign of each makes its largest weight positive.

    Parameters
    ----------
    rows
        Shape (n_rows, n_columns); their mean is taken off first.
    n
        How many, at most the shorter side.
    how
        ``"exact"`` decomposes all of it (the covariance, where there are many more rows than columns).
        ``"randomised"`` looks for the leading directions in the span of a few random combinations of the rows, and of
        those applied again (a block Krylov space: Halko, Martinsson & Tropp 2011; Musco & Musco 2015). ``"auto"``
        takes the shortcut where both sides are long.
    rounds
        How often the matrix is applied again; more is closer where components differ little.
    seed
        Of the random combinations.

    Raises
    ------
    OptionError
        If the rows have fewer than n dimensions, or `how` is unknown.

    Examples
    --------
    >>> found = principal_components(np.array([[-3, 0], [3, 0], [0, 1], [0, -1]], np.float32), 1)
    >>> found.directions.round(3), found.share.round(2)
    (array([[1., 0.]], dtype=float32), array([0.9], dtype=float32))
    """
    short = min(rows.shape)
    if not 1 <= n <= short:
        raise OptionError(f"n={n} components came, expected 1 to {short} for factors of shape {rows.shape}.")
    if how not in ("auto", "exact", "randomised"):
        raise OptionError(f"how={how!r} came, expected 'auto', 'exact' or 'randomised'.")
    if how == "exact" or (how == "auto" and short <= max(SHORT, 4 * n)) or (rounds + 1) * (n + EXTRA) >= short:
        centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
        directions, spread = _exact(centred)
        total = float(spread @ spread)
    else:
        centred = rows - rows.mean(axis=0, dtype=np.float64).astype(rows.dtype)
        directions, spread = _randomised(centred, n, rounds, seed)
        total = sum(float(np.vdot(row, row)) for row in centred)
    directions = facing_up(directions[:n])
    share = spread[:n] ** 2 / max(total, 1e-30)
    parts = (centred @ directions.T.astype(centred.dtype), directions, share)
    return Axes(*(part.astype(np.float32) for part in parts))


def facing_up(directions: Double) -> Double:
    """Flip the directions (rows) whose largest weight is negative: a sign means nothing, so it may as well be fixed."""
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    return directions * np.where(largest < 0, -1.0, 1.0)


def _exact(centred: Double) -> tuple[Double, Double]:
    if len(centred) > 2 * centred.shape[1]:  # the short side of a tall matrix tells all that leading components need
        squared, directions = np.linalg.eigh(centred.T @ centred)
        return directions.T[::-1], np.sqrt(np.maximum(squared[::-1], 0))
    _, spread, directions = np.linalg.svd(centred, full_matrices=False)
    return directions, spread


def _randomised(centred: npt.NDArray[np.floating], n: int, rounds: int, seed: int) -> tuple[Double, Double]:
    """Project on a block Krylov space and decompose there; blocks are made orthogonal as they come."""
    start = np.random.default_rng(seed).standard_normal((centred.shape[1], n + EXTRA), dtype=np.float32)
    block = np.linalg.qr(centred @ start.astype(centred.dtype))[0]
    blocks = [block]
    for _ in range(rounds):
        block = np.linalg.qr(centred @ np.linalg.qr(centred.T @ block)[0])[0]
        blocks.append(block)
    basis = np.linalg.qr(np.concatenate(blocks, axis=1))[0]
    _, spread, directions = np.linalg.svd((basis.T @ centred).astype(np.float64), full_matrices=False)
    return directions, spread
