"""Passes over clicks: items and users solved in turn: the part of `solvers.implicit_als` that needs torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.processor import settled
from alsoliked.solvers.implicit_als import ImplicitALS, IndexArray
from alsoliked.solvers.normal_equations import RowBatches
from alsoliked.solvers.ridge import solve_rows
from alsoliked.solvers.start import first_choosers

__all__ = ["solve_in_turn"]


def solve_in_turn(
    how: ImplicitALS,
    clicks: tuple[IndexArray, IndexArray, tuple[int, int]],
    on_progress: Callable[[float], None] | None = None,
    *,
    start: FactorModel | None = None,
    user_weights: FloatArray | None = None,
) -> FactorModel:
    """Fit to clicks: users and items, shape (n_clicks,), and how many there are of both; see `ImplicitALS.solve`."""
    users, items, (n_users, n_items) = clicks
    per_click = None if user_weights is None else user_weights[users]
    in_all = n_users if user_weights is None else float(user_weights.sum(dtype=np.float64))
    item_penalty = _penalty(how, np.bincount(items, per_click, n_items), in_all)
    user_penalty = _penalty(how, np.bincount(users, minlength=n_users), n_items)
    by_item = RowBatches(items, [users], n_items, [n_users], n_factors=how.n_factors)
    by_user = RowBatches(users, [items], n_users, [n_items], n_factors=how.n_factors)
    clicked, weights = torch.ones(len(users)), None if per_click is None else torch.from_numpy(per_click)
    with settled(len(users)):
        if start is None:
            user_rows = first_choosers(users, items, (n_users, n_items), how.n_factors, how.seed)
        else:
            known = torch.from_numpy(start.item_factors.copy())
            user_rows = solve_rows(by_user, [known], clicked, user_penalty, shared=_everybody(how, known))
        for epoch in range(how.epochs):
            shared = _everybody(how, user_rows, user_weights)
            item_rows = solve_rows(by_item, [user_rows], clicked, item_penalty, shared=shared, weights=weights)
            user_rows = solve_rows(by_user, [item_rows], clicked, user_penalty, shared=_everybody(how, item_rows))
            if on_progress is not None:
                on_progress((epoch + 1) / how.epochs)
    zeros = np.zeros(n_users, np.float32), np.zeros(n_items, np.float32)
    return FactorModel(user_rows.numpy(), item_rows.numpy(), *zeros)


def _everybody(how: ImplicitALS, rows: Tensor, counted: FloatArray | None = None) -> Tensor:
    """Return what all pairs of the other side's rows add to every system, (n_factors, n_factors)."""
    each = rows if counted is None else torch.from_numpy(counted)[:, None] * rows
    return how.unobserved_weight * (rows.T @ each)


def _penalty(how: ImplicitALS, count: npt.NDArray[np.number], n_others: float) -> Tensor:
    weighs = np.maximum(count + how.unobserved_weight * n_others, 1e-12)
    penalty = torch.from_numpy((how.reg * weighs**how.reg_scaling).astype(np.float32))
    return penalty[:, None].repeat(1, how.n_factors)
