"""Linear: the models whose every score is biases and one product of two vectors, so that a table can hold them."""

from __future__ import annotations

from typing import NamedTuple, TypeGuard

import numpy as np

from alsoliked.errors import OptionError
from alsoliked.models.blend import Blend
from alsoliked.models.factors import FactorModel
from alsoliked.models.level_factors import LevelFactors
from alsoliked.recommendation.answers import Answers

__all__ = ["Linear", "linear_form"]


class Linear(NamedTuple):
    """A model as factors and biases, and what its scores are: a ``"rating"`` or ``"choice"``."""

    model: FactorModel
    score: str


def linear_form(answers: Answers) -> Linear:
    """Return what predicts ratings as one factor model; for a model of choice alone, what scores choice.

    A blend of factor models is one: their vectors side by side, each user's multiplied by the member's weight.

    Raises
    ------
    OptionError
        If ratings are no function of one product of two vectors.

    Examples
    --------
    >>> from alsoliked import Recommender
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("blend", of=["als:n_factors=2", "als:n_factors=3"]).fit(planted_ratings(60, 40).ratings)
    >>> linear_form(rec.fitted).model.n_factors
    5
    """
    if answers.rating is None and isinstance(answers.choice, FactorModel) and answers.choice.n_factors:
        return Linear(answers.choice, "choice")
    if answers.rating is None:
        raise OptionError(
            "this model predicts no ratings and has no factors; a table of its lists is `alsoliked recommend --all`."
        )
    if _plain(answers.rating):
        return Linear(answers.rating, "rating")
    if isinstance(answers.rating, Blend):
        return Linear(_joined(answers.rating), "rating")
    raise OptionError(
        "the ratings of this model are no product of two vectors, so a table cannot hold them; export --to onnx"
        " for its ratings, or --to pgvector or usearch for its lists."
    )


def _plain(model: object) -> TypeGuard[FactorModel]:
    return isinstance(model, FactorModel) and not isinstance(model, LevelFactors)


def _joined(blend: Blend) -> FactorModel:
    members = [member for member in blend.members if isinstance(member, FactorModel)]
    whole = len(members) == len(blend.members)
    if not whole or any(not _plain(member) or member.y_range is not None for member in members):
        raise OptionError(
            "a member of this blend is a net, or squeezes its ratings, so a table cannot hold them; export --to onnx"
            " for its ratings, or --to pgvector or usearch for its lists."
        )
    weights = [np.float32(weight) for weight in blend.weights]
    parts = list(zip(weights, members, strict=True))
    return FactorModel(
        np.concatenate([weight * member.user_factors for weight, member in parts], axis=1),
        np.concatenate([member.item_factors for member in members], axis=1),
        np.sum([weight * member.user_bias for weight, member in parts], axis=0, dtype=np.float32),
        np.sum([weight * member.item_bias for weight, member in parts], axis=0, dtype=np.float32),
        blend.intercept + sum(float(weight) * member.global_bias for weight, member in parts),
    )
