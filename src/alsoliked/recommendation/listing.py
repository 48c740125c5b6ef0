"""Listing: from one person's scores to the list they see: best first, how sure, and what of it explores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.exploring import Explore
from alsoliked.recommendation.ranked import Ranked
from alsoliked.recommendation.topk import top_n

__all__ = ["Served", "best_places", "ranked", "with_explored"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """What one person is served from.

    Attributes
    ----------
    scores
        What the list is ordered by, shape (1, n_items); -inf for what must not be shown.
    served_by
        How it was made.
    rating
        Predicted ratings, shape (1, n_items), or None.
    row, covariance
        The person's row in the model and how unsure it is, or None.
    who
        What tells this person from others: an index, or the items they rated.
    rated
        The items they rated; None for a list that is nobody's own, whose order stays as it is.
    """

    scores: FloatArray
    served_by: str
    rating: FloatArray | None = None
    row: FloatArray | None = None
    covariance: Double | None = None
    who: Indices = field(default_factory=lambda: np.zeros(0, np.int64))
    rated: Indices | None = None

    def widths(self, answers: Answers, items: Indices) -> Double | None:
        """Return how sure the predicted ratings of items are, shape (len(items),); None where none is predicted."""
        sure = answers.widths if self.row is not None else None
        if sure is None or answers.rating is None or self.row is None or self.covariance is None:
            return None
        counts = answers.counts[items]
        return np.sqrt(sure.variances(answers.rating, self.row, self.covariance, items, counts))


def ranked(
    answers: Answers, served: Served, n: int, *, explore: Explore | None = None, score_name: str = "score"
) -> Ranked:
    """Turn one row of scores into a list."""
    best, said = best_places(answers, served, min(n, answers.train.n_items))
    explores: tuple[bool, ...] = ()
    if explore is not None and explore.share > 0:
        best, explores = with_explored(answers, served, best, explore)
        said += f"; {sum(explores)} of {len(best)} places explore ({explore.by})"
    width = served.widths(answers, best)
    return Ranked(
        items=tuple(answers.train.items.decode(best)),
        titles=tuple(answers.titles.label(int(i)) for i in best),
        scores=tuple(float(s) for s in served.scores[0, best]),
        ratings=None if served.rating is None else tuple(float(r) for r in served.rating[0, best]),
        counts=tuple(int(c) for c in answers.counts[best]),
        served_by=said,
        score_name=score_name,
        widths=None if width is None else tuple(float(w) for w in width),
        explores=explores,
    )


def best_places(answers: Answers, served: Served, n: int) -> tuple[Indices, str]:
    """Return the best items in the order they are shown, and how that came about."""
    how, own, said = answers.reranking, served.rated, served.served_by
    if how is None or own is None or not how.strength:
        best = top_n(served.scores, n)[0]
    else:
        best = answers.best(served.scores, n, np.zeros(len(own), np.int64), own)[0]
        said += f"; re-ranked: {how}"
    return best[best >= 0], said


def with_explored(
    answers: Answers, served: Served, best: Indices, explore: Explore
) -> tuple[Indices, tuple[bool, ...]]:
    """Give the last places of a list to items that may turn out well; -inf in the scores stays out of it."""
    everything = np.arange(answers.train.n_items)
    width = served.widths(answers, everything)
    if width is None or served.rating is None:
        raise OptionError("explore= needs predicted ratings and their widths, and this list has none; leave it out.")
    dice = explore.dice(served.who)
    n = min(explore.places(len(best), dice), len(best))
    kept = best[: len(best) - n]
    drawn = explore.drawn(served.rating[0].astype(np.float64), width, dice)
    drawn[served.scores[0] == -np.inf] = -np.inf
    drawn[kept] = -np.inf
    order = np.argsort(-drawn, kind="stable")[:n]
    chosen = order[drawn[order] > -np.inf]
    return np.concatenate([kept, chosen]), (False,) * len(kept) + (True,) * len(chosen)
