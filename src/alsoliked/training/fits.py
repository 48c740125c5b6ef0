"""Whether a module and ratings fit each other, and which of the quick ways to a gradient a module may take."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.models.ranges import check_reach
from alsoliked.training.cross_entropy import rating_levels
from alsoliked.training.modes import evaluating

__all__ = ["check_fit", "check_loss", "check_range", "check_weights", "defined_together", "written_out"]


def check_fit(model: nn.Module, train: Ratings, valid: Ratings | None, loss: object = "mse") -> None:
    """Ask the model about its first and last row and see whether two predictions come back.

    Under ``loss="mse"`` a prediction is one number, under ``"cross_entropy"`` a row of one a rating level. A loss that
    is a function may take either; a row of one is refused still, since the loss would broadcast it.

    Raises
    ------
    OptionError
        If it learns nothing, has too few rows, or returns another shape (which broadcasting would hide in the loss).
    DataError
        If the validation ratings speak of other users and items.
    """
    if valid is not None and (train.users != valid.users or train.items != valid.items):
        raise DataError("training and held-out ratings have different vocabularies; split one Ratings to get both.")
    parameter = next((p for p in model.parameters() if p.requires_grad), None)
    if parameter is None:
        raise OptionError(f"{type(model).__name__} has no parameter to train; expected at least one.")
    ends = ((0, train.n_users - 1), (0, train.n_items - 1))
    users, items = (torch.tensor(pair, device=parameter.device) for pair in ends)
    try:
        with evaluating(model):
            shape = tuple(model(users, items).shape)
    except IndexError as error:
        raise OptionError(
            f"{type(model).__name__} has too few rows ({error}); expected one for each of {train.n_users} users and"
            f" {train.n_items} items."
        ) from error
    expected = _misshapen(shape, train, loss)
    if expected is not None:
        raise OptionError(f"{type(model).__name__} returns shape {shape} for 2 pairs; expected {expected}.")


def _misshapen(shape: tuple[int, ...], train: Ratings, loss: object) -> str | None:
    """Say what shape was expected of two predictions; None where it is this one."""
    if loss == "cross_entropy":
        n_levels = len(rating_levels(train))
        return None if shape == (2, n_levels) else f"(2, {n_levels}), one number a rating level"
    rows = loss != "mse" and len(shape) > 1 and shape[0] == 2 and shape[1] > 1
    if shape == (2,) or rows:
        return None
    return "(2,), one number a pair" + ("" if loss == "mse" else ", or (2, n) with n > 1")


class Scaled(Protocol):
    """Ratings, wherever they are, as far as their scale goes."""

    @property
    def rating_scale(self) -> tuple[float, float]:
        """Lowest and highest."""
        ...


def check_range(model: nn.Module, train: Scaled) -> None:
    """Refuse a `y_range` that the ratings lie outside of: such a model could only fail."""
    check_reach(getattr(model, "y_range", None), train.rating_scale)


def check_loss(loss: object) -> None:
    """Refuse what is neither a known name nor a function."""
    if loss not in ("mse", "cross_entropy") and not callable(loss):
        expected = "'mse', 'cross_entropy' or a function of (predicted, actual)"
        raise OptionError(f"loss={loss!r} is unknown; expected {expected}.")


def check_weights(weights: npt.NDArray[np.floating] | None, train: Ratings, loss: object) -> None:
    """Refuse weights that are not one number above 0 for each user, or that come with a loss that is a function."""
    if weights is None:
        return
    if weights.shape != (train.n_users,) or not (np.isfinite(weights).all() and (weights > 0).all()):
        raise OptionError(
            f"user_weights must be {train.n_users} finite numbers above 0, one a user; shape {weights.shape} came."
        )
    if callable(loss):
        raise OptionError(
            "user_weights came with a loss that is a function, which averages over ratings itself; leave one out."
        )


def written_out(model: nn.Module) -> bool:
    """Whether the gradient in `models.tables` is this model's: its `forward` is the tables' own, nothing is frozen."""
    return defined_together(model, "forward", "tables") and all(p.requires_grad for p in model.parameters())


def defined_together(model: nn.Module, *names: str) -> bool:
    """Whether one class defines all of these; a subclass that overrides one of them is left to autograd."""
    owners = {next((c for c in type(model).__mro__ if name in vars(c)), None) for name in names}
    return len(owners) == 1
