"""Calibration: what was predicted beside what was given, and whether a prediction can be taken at its word."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.evaluation.measure import predictions
from alsoliked.evaluation.subject import Contender

__all__ = ["calibration", "mean_and_interval", "predicted_for", "predicted_vs_actual"]

Floats = npt.NDArray[np.float64]

NORMAL_95 = 1.959963984540054  # standard errors on either side of a mean
QUANTILES = {"low": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "high": 0.95}
BINS = 10  # of ratings on a continuous scale


def predicted_vs_actual(subject: Contender, valid: Ratings) -> pl.DataFrame:
    """Summarise the predictions for each rating that people gave.

    Parameters
    ----------
    subject
        A fitted `Recommender`, or anything else that predicts by index.
    valid
        Held-out ratings.

    Returns
    -------
    polars.DataFrame
        One row a rating (ten bins, by their middle, where the scale is no grid): `rating`, then of its predictions
        `low` and `high` (the 5 % and 95 % quantiles), `q1`, `median`, `q3`, `mean`, and `count`.

    Raises
    ------
    OptionError
        If the subject predicts no ratings, or there are none to predict.

    Examples
    --------
    >>> from alsoliked import Recommender, random_split
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> train, valid = random_split(planted_ratings(80, 50, n_factors=2, density=0.4, seed=1).ratings, seed=1)
    >>> predicted_vs_actual(Recommender("damped_bias").fit(train), valid).columns
    ['rating', 'low', 'q1', 'median', 'q3', 'high', 'mean', 'count']
    """
    predicted = predicted_for(subject, valid)
    rating, group = _levels(valid)
    rows = []
    for place, value in enumerate(rating):
        part = predicted[group == place]
        if len(part):
            spread = dict(zip(QUANTILES, np.quantile(part, list(QUANTILES.values())).tolist(), strict=True))
            rows.append({"rating": float(value), **spread, "mean": float(part.mean()), "count": len(part)})
    return pl.DataFrame(rows)


def calibration(subject: Contender, valid: Ratings, bins: int = 10) -> pl.DataFrame:
    """Compare the mean prediction with the mean rating, in groups of like prediction.

    Parameters
    ----------
    subject
        A fitted `Recommender`, or anything else that predicts by index.
    valid
        Held-out ratings.
    bins
        Groups of about equal size, from the lowest predictions to the highest; equal predictions stay together, so
        there may be fewer.

    Returns
    -------
    polars.DataFrame
        One row a group: the mean `predicted` and the mean `actual` rating, the ends `low` and `high` of the 95 %
        interval of the latter (normal approximation; null for one rating alone), and `count`.

    Raises
    ------
    OptionError
        If `bins` is below 1, the subject predicts no ratings, or there are none to predict.

    Examples
    --------
    >>> from alsoliked import Recommender, random_split
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> train, valid = random_split(planted_ratings(80, 50, n_factors=2, density=0.4, seed=1).ratings, seed=1)
    >>> len(calibration(Recommender("damped_bias").fit(train), valid, bins=4))
    4
    """
    if bins < 1:
        raise OptionError(f"bins={bins} came; expected 1 or more.")
    predicted = predicted_for(subject, valid)
    actual = valid.rating.astype(np.float64)
    edges = np.unique(np.quantile(predicted, np.arange(1, bins) / bins, method="inverted_cdf"))
    group = np.searchsorted(edges, predicted)
    rows = []
    for place in np.unique(group):
        inside = group == place
        mean, low, high = mean_and_interval(actual[inside])
        row = {"predicted": float(predicted[inside].mean()), "actual": mean, "low": low, "high": high}
        rows.append({**row, "count": int(inside.sum())})
    kinds = {"low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=kinds)


def predicted_for(subject: Contender, valid: Ratings) -> Floats:
    """Return the predictions of held-out ratings; OptionError where there can be none."""
    if not len(valid):
        raise OptionError("valid holds no ratings; pass the part of a split that was held out.")
    predicted = predictions(subject, valid)
    if predicted is None:
        raise OptionError(f"{subject.name} predicts no ratings; pass a model that does, such as 'dot_bias'.")
    return predicted


def mean_and_interval(values: Floats) -> tuple[float, float | None, float | None]:
    """Return the mean and its 95 % interval by the normal approximation; no interval for one value alone.

    >>> mean_and_interval(np.array([1.0, 3.0]))
    (2.0, 0.04..., 3.95...)
    """
    mean = float(values.mean())
    if len(values) < 2:
        return mean, None, None
    reach = NORMAL_95 * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean, mean - reach, mean + reach


def _levels(valid: Ratings) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return the ratings that may be given, or the middles of ten bins, and which of them each rating is."""
    if valid.levels is not None:
        levels = np.asarray(valid.levels, dtype=np.float64)
        return levels, np.searchsorted(levels, valid.rating.astype(np.float64))
    edges = np.linspace(*valid.rating_scale, BINS + 1)
    group = np.clip(np.searchsorted(edges, valid.rating, side="right") - 1, 0, BINS - 1)
    return (edges[:-1] + edges[1:]) / 2, group
