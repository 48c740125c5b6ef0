"""Task: what there is to fit; Fitted: what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.data.user_weights import user_weights
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.blend import RatingModel
from alsoliked.models.registry import ModelSpec
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.choosing import with_choice
from alsoliked.training.history import Epoch, History

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
        weights = self.user_weights
        return with_choice(self.train, rating, liked_from=self.liked_from, seed=self.seed, user_weights=weights)

    def without(self, *names: str) -> dict[str, Any]:
        """Return the options but for these."""
        return {name: value for name, value in self.options.items() if name not in names}

    @property
    def user_weights(self) -> FloatArray | None:
        """How much each user counts, (n_users,); None where every rating counts alike."""
        return user_weights(self.train, self.options.get("user_weights"))

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
