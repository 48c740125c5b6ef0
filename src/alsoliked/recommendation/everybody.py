"""Lists for everybody, in blocks of users, as one table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.vocabulary import Id
from alsoliked.recommendation.answers import Answers, Progress
from alsoliked.recommendation.lists import ListOptions, known_user

__all__ = ["for_everybody", "for_indices"]


def for_everybody(
    answers: Answers, users: Iterable[Id] | None, options: ListOptions, progress: Progress | None = None
) -> pl.DataFrame:
    """List for many users of the training ratings: columns `user`, `rank`, `item`, `title`, `score`."""
    if users is None:
        indices = np.flatnonzero(np.diff(answers.by_user.start))
    else:
        indices = np.array([known_user(answers, user) for user in users], dtype=np.int64)
    return for_indices(answers, indices, options, progress)


def for_indices(
    answers: Answers, indices: npt.NDArray[np.integer], options: ListOptions, progress: Progress | None = None
) -> pl.DataFrame:
    """List for these users of the training ratings; columns as of `for_everybody`."""
    exclude, among = options.checked(answers)
    n = min(options.n, answers.train.n_items)  # a list longer than the catalogue takes no memory
    best, scores = answers.top(
        indices,
        n,
        objective=options.objective,
        exclude_seen=options.exclude_seen,
        exclude=exclude,
        among=among,
        progress=progress,
    )
    kept = best >= 0
    place = np.broadcast_to(np.arange(1, n + 1), best.shape)[kept]
    labels = pl.Series([answers.titles.label(i) for i in range(answers.train.n_items)], dtype=pl.String)
    return pl.DataFrame(
        {
            "user": answers.train.users.decode(np.repeat(indices, kept.sum(axis=1))),
            "rank": place.astype(np.int32),
            "item": answers.train.items.decode(best[kept]),
            "title": labels.gather(best[kept]),
            "score": scores[kept],
        }
    )
