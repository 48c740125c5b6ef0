"""Task: what there is to fit; Fitted: what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alsoliked.data.ratings import Ratings
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.blend import RatingModel
from alsoliked.models.registry import ModelSpec
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.choosing import with_choice
from alsoliked.training import Epoch, History

__all__ = ["Fitted", "Task"]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A model with its options, settled, and the ratings to fit it to.

    Attributes
    ----------
    spec, options
        Which model, and every option it has.
    train, valid
        Ratings to learn from, and ratings to watch.
    seed
        Decides everything random.
    on_epoch, on_progress
        Called as each epoch ends, and now and then with the share that is done.
    lists
        Whether what people choose is solved for as well; without it a model can be measured, not asked for lists.
    """

    spec: ModelSpec
    options: Mapping[str, Any]
    train: Ratings
    valid: Ratings | None = None
    seed: int = 0
    on_epoch: Callable[[Epoch], None] | None = None
    on_progress: Callable[[float], None] | None = None
    lists: bool = True

    def answers(self, rating: RatingModel) -> Answers:
        """Put what people choose beside a rating model, where lists are wanted."""
        if not self.lists:
            return Answers(self.train, rating, None)
        return with_choice(self.train, rating, liked_from=self.liked_from, seed=self.seed)

    @property
    def liked_from(self) -> float:
        """From which rating on an item counts as liked."""
        return liked_from(self.train.rating_scale)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Answers; the history, where something was trained step by step; and a row for each model that was tried.

    A row holds JSON values: `model`, `settings`, `rmse` on what was hidden, `seconds`, and what came of it.
    """

    answers: Answers
    history: History | None = None
    tried: Sequence[Mapping[str, Any]] | None = None
