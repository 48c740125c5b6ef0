"""Moved: the same model for another vocabulary: rows go along with their users and items, are dropped, or are added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.models.blend import Blend, RatingModel
from alsoliked.models.factors import FactorModel
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.moments import Moments
from alsoliked.models.net_scores import NetScores
from alsoliked.models.posterior import Posterior

__all__ = ["moved", "moved_rows"]

IndexMap: TypeAlias = npt.NDArray[np.integer]

# Which axis of an array has a place for each user, or item.
OF_USERS = MappingProxyType(
    {"user_factors": 0, "user_bias": 0, "user_habits": 0, "user_samples": 1, "noise_by_user": 0}
)
OF_ITEMS = MappingProxyType({"item_factors": 0, "item_bias": 0, "item_habits": 0, "item_samples": 1})
MOMENTS_OF_USERS = MappingProxyType({"user_part": 0, "usual": 0, "usual_side": 0})
MOMENTS_OF_ITEMS = MappingProxyType({"item_part": 0})


@overload
def moved(model: ItemWeights, users: IndexMap, items: IndexMap) -> ItemWeights: ...
@overload
def moved(model: FactorModel, users: IndexMap, items: IndexMap) -> FactorModel: ...
@overload
def moved(model: NetScores, users: IndexMap, items: IndexMap) -> NetScores: ...
@overload
def moved(model: RatingModel, users: IndexMap, items: IndexMap) -> RatingModel: ...


def moved(model: RatingModel | ItemWeights, users: IndexMap, items: IndexMap) -> RatingModel | ItemWeights:
    """Return a model of the same numbers whose users and items stand in another order; the old one stays.

    Parameters
    ----------
    users, items
        For each user, and each item, of the new vocabulary the index it has had so far, or -1 for a new one: it gets
        the mean of the rows that are kept (of weights between items: 0). Those that are not named are dropped.

    Examples
    --------
    >>> zero, rows = np.zeros(2, np.float32), np.float32([[1.0], [3.0]])
    >>> model = FactorModel(rows, rows, zero, zero)
    >>> moved(model, users=np.array([1, -1, 0]), items=np.array([1])).user_factors.ravel()
    array([3., 2., 1.], dtype=float32)
    """
    if isinstance(model, Blend):
        return replace(model, members=tuple(moved(member, users, items) for member in model.members))
    if isinstance(model, NetScores):
        return _moved_net(model, users, items)
    if isinstance(model, ItemWeights):
        return _moved_weights(model, users, items)
    arrays = _moved_arrays(model, OF_USERS, users) | _moved_arrays(model, OF_ITEMS, items)
    if isinstance(model, Posterior) and model.moments is not None:
        moments = model.moments
        of_both = _moved_arrays(moments, MOMENTS_OF_USERS, users) | _moved_arrays(moments, MOMENTS_OF_ITEMS, items)
        arrays["moments"] = replace(moments, **of_both)
    return replace(model, **arrays)


def _moved_arrays(model: FactorModel | Moments, axes: Mapping[str, int], places: IndexMap) -> dict[str, Any]:
    arrays = {name: getattr(model, name) for name in axes if hasattr(model, name)}
    there = {name: array for name, array in arrays.items() if array.shape[axes[name]]}  # others stand for none
    return {name: moved_rows(array, places, axes[name]) for name, array in there.items()}


def moved_rows(array: npt.NDArray[Any], places: IndexMap, axis: int = 0) -> npt.NDArray[Any]:
    """Take rows along an axis; new ones are the mean of those taken."""
    rows = np.moveaxis(array, axis, 0)
    known = places >= 0
    taken = np.empty((len(places), *rows.shape[1:]), dtype=array.dtype)
    taken[known] = rows[places[known]]
    if not known.all():
        taken[~known] = rows[places[known]].mean(axis=0, dtype=np.float64) if known.any() else 0
    return np.ascontiguousarray(np.moveaxis(taken, 0, axis))


def _moved_net(model: NetScores, users: IndexMap, items: IndexMap) -> NetScores:
    arrays = model.arrays
    arrays = arrays.with_table("users", moved_rows(arrays.user_factors, users))
    return replace(model, arrays=arrays.with_table("items", moved_rows(arrays.item_factors, items)))


def _moved_weights(model: ItemWeights, users: IndexMap, items: IndexMap) -> ItemWeights:
    known = np.flatnonzero(items >= 0)
    weights = np.zeros((len(items), len(items)), dtype=np.float32)
    weights[np.ix_(known, known)] = model.weights[np.ix_(items[known], items[known])]
    return ItemWeights(weights, _moved_choices(model.chosen, model.n_items, users, items), model.liked_from)


def _moved_choices(chosen: Grouped, n_items: int, users: IndexMap, items: IndexMap) -> Grouped:
    new_user, new_item = (_other_way(places, n) for places, n in ((users, len(chosen)), (items, n_items)))
    user = new_user[np.repeat(np.arange(len(chosen)), np.diff(chosen.start))]
    item = new_item[chosen.other]
    kept = (user >= 0) & (item >= 0)
    return Grouped.build(user[kept], item[kept], chosen.rating[kept], len(users))


def _other_way(places: IndexMap, n_old: int) -> npt.NDArray[np.int32]:
    """Return where each old row goes, -1 for nowhere."""
    found = np.full(n_old, -1, dtype=np.int32)
    known = places >= 0
    found[places[known]] = np.flatnonzero(known)
    return found
