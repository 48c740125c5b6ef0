"""Explanation by id: how a predicted rating is made up, and which own ratings moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.explain import influence
from alsoliked.recommendation.lists import Indices, folded_from, given_ratings, known_user

__all__ = ["Explanation", "explain", "explain_row"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one prediction is what it is.

    Attributes
    ----------
    title
        What the item is called.
    predicted
        The predicted rating.
    parts
        What adds up to the score, before it is squeezed into a rating: offsets and taste, and habits where ratings are
        levels; of a blend, its members' predictions, weighted; empty for a network, which does not add up.
    moved
        The user's own ratings, strongest influence first: columns `item`, `title`, `rating`, `moved`; the last is how
        far the prediction would fall (in stars, if ratings are stars) had this rating not been given.
    served_by
        ``"trained row"`` or ``"fold-in of …"``; influences are always those on the folded-in row.
    """

    title: str
    predicted: float
    parts: dict[str, float]
    moved: pl.DataFrame
    served_by: str

    def to_dict(self) -> dict[str, object]:
        """As plain numbers and text, ready for JSON."""
        head = {"title": self.title, "predicted": self.predicted, "parts": self.parts, "served_by": self.served_by}
        return {**head, "moved": self.moved.to_dicts()}

    def __str__(self) -> str:
        lines = [f"{self.title}: predicted rating {self.predicted:.2f} ({self.served_by})"]
        lines += [f"  {value:+.3f}  {name}" for name, value in self.parts.items()]
        lines += ["  what moved it most:"] if len(self.moved) else []
        rows = self.moved.head(5).iter_rows(named=True)
        lines += [f"  {row['moved']:+.3f}  your {row['rating']:g} for {row['title']}" for row in rows]
        return "\n".join(lines)


def explain(answers: Answers, item: Id, *, user: Id | None, given: Mapping[Id, float] | None) -> Explanation:
    """Explain the prediction for an item, for a trained user or for a stranger."""
    if (user is None) == (given is None):
        raise OptionError("pass either a user or given={item: rating}, and not both.")
    if answers.rating is None:
        raise OptionError("this model predicts no ratings, so there is nothing to explain; fit another model.")
    index = answers.titles.index(item)
    if given is not None:
        items, ratings = given_ratings(answers, given)
        row, served_by = None, folded_from(len(items))
    else:
        assert user is not None  # noqa: S101  checked above
        place = known_user(answers, user)
        items, ratings = answers.by_user.row(place)
        row, served_by = answers.rating.user_row(place), "trained row"
    return explain_row(answers, index, row, (items, ratings), served_by)


def explain_row(
    answers: Answers,
    item: int,
    row: FloatArray | None,
    own: tuple[Indices, FloatArray],
    served_by: str,
    *,
    columns: Mapping[str, Any] | None = None,
) -> Explanation:
    """Explain the prediction for an item (an index) and somebody's row; without one it is found from what they rated.

    `own` are the items they rated (indices) and how; `columns` what else is known of them.
    """
    model, (items, ratings) = answers.rating, own
    folded = answers.fold_in(items, ratings, columns)
    assert model is not None and folded is not None  # noqa: S101, PT018  the caller checked
    row = folded.row if row is None else row
    moved = pl.DataFrame(
        {
            "item": answers.train.items.decode(items),
            "title": pl.Series([answers.titles.label(int(i)) for i in items], dtype=pl.String),
            "rating": ratings,
            "moved": influence(model, folded, item),
        }
    )
    predicted = float(model.linearised(row, np.array([item]))[0][0])
    parts = {} if isinstance(model, NetScores) else model.parts(row, item)
    parts = {name: value for name, value in parts.items() if abs(value) > 1e-6}
    order = moved["moved"].abs().arg_sort(descending=True)
    return Explanation(answers.titles.label(item), predicted, parts, moved[order], served_by)
