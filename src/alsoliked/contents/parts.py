"""One part of a model, of whatever kind, as arrays and a few plain values; and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alsoliked.contents.column_parts import parts_apart, parts_together
from alsoliked.contents.factors import FAMILY, factors_apart, factors_together
from alsoliked.contents.ratings import Arrays
from alsoliked.data.ratings import Ratings
from alsoliked.errors import BundleError
from alsoliked.models.blend import Blend, RatingModel
from alsoliked.models.factors import FactorModel
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.net_arrays import NetArrays
from alsoliked.models.net_scores import NetScores

__all__ = ["put_together", "take_apart"]

About = dict[str, Any]


def take_apart(name: str, part: RatingModel | ItemWeights | None, arrays: Arrays) -> About | None:
    """Put a part's arrays among `arrays`, each with `name` before its own; return what else is to be known."""
    if part is None:
        return None
    if isinstance(part, Blend):
        members = [take_apart(f"{name}.{place}", member, arrays) for place, member in enumerate(part.members)]
        added = {"weights": list(part.weights), "intercept": part.intercept, "names": list(part.names)}
        return {"kind": "blend", **added, "members": members}
    if isinstance(part, ItemWeights):
        arrays[f"{name}.weights"] = part.weights
        return {"kind": "item_weights", "liked_from": part.liked_from}
    if isinstance(part, NetScores):
        net = part.arrays
        arrays.update({f"{name}.net.{key}": value for key, value in net.state.items()})
        arrays[f"{name}.values"] = part.values
        y_range = None if net.y_range is None else [float(v) for v in net.y_range]
        moments = parts_apart(f"{name}.moments", part.moments, arrays)
        return {"kind": "net", "y_range": y_range, "shape": dict(net.shape), "moments": moments}
    return factors_apart(name, part, arrays)


def put_together(name: str, about: About | None, arrays: Arrays, train: Ratings) -> RatingModel | ItemWeights | None:
    """Build a part from its arrays.

    Raises
    ------
    BundleError
        If they do not fit each other or the ratings.
    """
    if about is None:
        return None
    if about["kind"] == "blend":
        return _blend(name, about, arrays, train)
    if about["kind"] == "item_weights":
        return _item_weights(arrays[f"{name}.weights"], about["liked_from"], train)
    if about["kind"] == "net":
        return _net(name, about, arrays, train)
    if about["kind"] not in FAMILY:
        raise BundleError(f"the bundle's {name} is of a kind {about['kind']!r} that this version does not know.")
    return factors_together(name, about, arrays, (train.n_users, train.n_items))


def _net(name: str, about: About, arrays: Arrays, train: Ratings) -> NetScores:
    prefix, y_range = f"{name}.net.", about["y_range"]
    y_range = None if y_range is None else (float(y_range[0]), float(y_range[1]))
    state = {key[len(prefix) :]: array for key, array in arrays.items() if key.startswith(prefix)}
    net = NetArrays(state, about["shape"], y_range)
    if not net.fits(train.n_users, train.n_items):
        raise BundleError(f"the bundle's {name}.net does not fit the rest of it; train again.")
    moments = parts_together(f"{name}.moments", about.get("moments"), arrays)
    return NetScores(net, arrays.get(f"{name}.values", np.zeros(0, np.float32)), moments)


def _blend(name: str, about: dict[str, Any], arrays: Arrays, train: Ratings) -> Blend:
    found = [put_together(f"{name}.{place}", one, arrays, train) for place, one in enumerate(about["members"])]
    members = tuple(member for member in found if isinstance(member, (FactorModel, NetScores)))
    if not len(members) == len(found) == len(about["weights"]) == len(about["names"]) > 0:
        raise BundleError("the bundle's members and their weights do not fit each other; train again.")
    return Blend(members, tuple(map(float, about["weights"])), float(about["intercept"]), tuple(about["names"]))


def _item_weights(weights: npt.NDArray[Any], liked_from: float | None, train: Ratings) -> ItemWeights:
    if weights.shape != (train.n_items, train.n_items):
        raise BundleError("the bundle's item weights do not fit its vocabulary; train again.")
    return ItemWeights.of(weights, train, liked_from)
