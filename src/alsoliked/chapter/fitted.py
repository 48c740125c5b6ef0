"""From data loaders to what the rest of the package trains on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from torch import Tensor, nn

from alsoliked.chapter.loaders import DataLoader, DataLoaders
from alsoliked.chapter.losses import CrossEntropyLossFlat, MSELossFlat
from alsoliked.chapter.pairs import as_pairs
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError, OptionError
from alsoliked.training import Epoch
from alsoliked.training import Learner as Trainer
from alsoliked.training.loop import Loss

__all__ = ["make_trainer"]


def make_trainer(
    dls: DataLoaders,
    model: nn.Module,
    loss_func: Callable[[Tensor, Tensor], Tensor],
    on_epoch: Callable[[Epoch], None],
) -> Trainer:
    """Make the learner underneath, which checks that model and data fit each other.

    Raises
    ------
    DataError
        If the model was made for other ids.
    OptionError
        If it does not fit, or the ratings are no class numbers and the loss needs them.
    """
    train, valid = (_ratings(dl) for dl in dls.loaders)
    loss: Literal["mse"] | Loss = "mse" if isinstance(loss_func, MSELossFlat) else loss_func
    if isinstance(loss_func, CrossEntropyLossFlat):
        _check_class_numbers(train)
    known = getattr(model, "classes", None)
    if known is not None and list(known.values()) != list(dls.classes.values()):
        raise DataError("the model was made for other ids than the data loaders have; make a new one for these.")
    return Trainer(
        as_pairs(model),
        train,
        valid,
        bs=dls.bs,
        loss=loss,
        seed=dls.seed,
        device=str(dls.device),
        on_epoch=on_epoch,
    )


def _ratings(dl: DataLoader) -> Ratings:
    """Return rows as ratings whose ids are the rows of the tables themselves, `#na#` being 0.

    They are built by hand: where films share a title, one user may have rated a title twice, and the chapter keeps
    both.
    """
    user, item, _ = dl.names
    sizes = [Vocabulary(np.arange(len(dl.classes[name]))) for name in (user, item)]
    rating = np.zeros(dl.n, dtype=np.float32) if dl.y is None else dl.y
    return Ratings(
        users=sizes[0],
        items=sizes[1],
        user_index=dl.x[:, 0].astype(np.int32),
        item_index=dl.x[:, 1].astype(np.int32),
        rating=rating.copy(),
        rating_scale=(float(rating.min()), float(rating.max())),
    )


def _check_class_numbers(ratings: Ratings) -> None:
    low = ratings.rating_scale[0]
    if low < 0 or (ratings.rating % 1).any():
        raise OptionError(
            "CrossEntropyLossFlat needs class numbers 0, 1, 2 …, and ratings came that are none; number the levels"
            " first, such as ratings['rating'].rank(method='dense').astype(int) - 1."
        )
