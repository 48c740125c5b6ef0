"""Residuals: where predictions miss, by how much is known about the item or the user."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.evaluation.calibration import Floats, mean_and_interval, predicted_for
from alsoliked.evaluation.subject import Subject

__all__ = ["residuals_by"]

TO = "\N{EN DASH}"


def residuals_by(subject: Subject, valid: Ratings, by: Literal["popularity", "activity"]) -> pl.DataFrame:
    """Break the errors of predictions down by training ratings of the item or of the user.

    Parameters
    ----------
    subject
        A fitted `Recommender`, or anything else that predicts by index and knows its training ratings.
    valid
        Held-out ratings.
    by
        ``"popularity"``: training ratings of the item; ``"activity"``: of the user.

    Returns
    -------
    polars.DataFrame
        One row a bin (0, 1, 2–4, 5–9, 10–19, 20–49 … ratings) that holds any: `bin` (its name), `from`, `to`, `rmse`
        with the ends of its 95 % interval `rmse_low` and `rmse_high`, `mean_error` (above 0: predicted too high) with
        its own `low` and `high`, and `count`. Intervals are normal approximations that take ratings for independent,
        null for one rating alone.

    Raises
    ------
    OptionError
        If `by` is another word, the subject predicts no ratings, or there are none to predict.

    Examples
    --------
    >>> from alsoliked import Recommender, random_split
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> train, valid = random_split(planted_ratings(80, 50, n_factors=2, density=0.4, seed=1).ratings, seed=1)
    >>> residuals_by(Recommender("damped_bias").fit(train), valid, "popularity")["bin"].to_list()
    ['10–19', '20–49']
    """
    if by not in ("popularity", "activity"):
        raise OptionError(f"by={by!r} came; expected 'popularity' or 'activity'.")
    error = predicted_for(subject, valid) - valid.rating.astype(np.float64)
    train = subject.train_ratings
    known = train.counts_by_item()[valid.item_index] if by == "popularity" else train.counts_by_user()[valid.user_index]
    edges = _edges(int(known.max()))
    group = np.searchsorted(edges, known, side="right") - 1
    rows = []
    for place in np.unique(group):
        first, last = int(edges[place]), int(edges[place + 1]) - 1
        name = f"{first:,}" if first == last else f"{first:,}{TO}{last:,}"
        rows.append({"bin": name, "from": first, "to": last, **_figures(error[group == place])})
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(("rmse_low", "rmse_high", "low", "high"), pl.Float64))


def _figures(error: Floats) -> dict[str, float | int | None]:
    mean, low, high = mean_and_interval(error)
    mse, mse_low, mse_high = mean_and_interval(error**2)
    ends = [None if end is None else max(0.0, end) ** 0.5 for end in (mse_low, mse_high)]
    figures = {"rmse": mse**0.5, "rmse_low": ends[0], "rmse_high": ends[1]}
    return {**figures, "mean_error": mean, "low": low, "high": high, "count": len(error)}


def _edges(most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where bins begin, and where the last one ends: 0, 1, 2, 5, 10, 20, 50 … above the most."""
    edges = [0, 1]
    while edges[-1] <= most:
        edges += [edges[-1] * step for step in (2, 5, 10)]
    return np.array(edges, dtype=np.int64)
