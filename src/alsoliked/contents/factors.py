"""Factor models and what descends from them, as arrays whose shapes must fit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from alsoliked.contents.ratings import Arrays
from alsoliked.errors import BundleError
from alsoliked.models.factors import FactorModel
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.moments import Moments
from alsoliked.models.posterior import Posterior

__all__ = ["FAMILY", "factors_apart", "factors_together"]

# Each array with a letter for each of its axes, as einsum has them: axes of one letter are of one length. An array
# without numbers stands for one that is not there.
FACTORS = {"user_factors": "uk", "item_factors": "ik", "user_bias": "u", "item_bias": "i"}
LEVELS = {"user_habits": "ul", "item_habits": "il", "usual": "l", "values": "l"}
SAMPLES = {
    "user_samples": "suw",
    "item_samples": "siw",
    "noise": "s",
    "cuts": "sc",
    "values": "l",
    "noise_by_user": "u",
}
MOMENTS = {"bias": "m", "user_part": "up", "user_side": "mp", "item_part": "iq", "item_side": "mq", "together": "dt"}
MOMENTS |= {"usual": "u", "usual_side": "uq"}
FAMILY: Mapping[str, tuple[type[FactorModel], Mapping[str, str]]] = MappingProxyType(
    {
        "factors": (FactorModel, FACTORS),
        "levels": (LevelFactors, FACTORS | LEVELS),
        "posterior": (Posterior, FACTORS | SAMPLES),
    }
)


def factors_apart(name: str, part: FactorModel, arrays: Arrays) -> dict[str, Any]:
    """Put the arrays of a factor model among `arrays`; return what else is to be known."""
    kind = next(kind for kind, (family, _) in FAMILY.items() if type(part) is family)
    arrays.update({f"{name}.{key}": getattr(part, key) for key in FAMILY[kind][1]})
    if isinstance(part, Posterior) and part.moments is not None:
        arrays.update({f"{name}.moments.{key}": getattr(part.moments, key) for key in MOMENTS})
    y_range = None if part.y_range is None else [float(v) for v in part.y_range]
    return {"kind": kind, "y_range": y_range, "global_bias": part.global_bias}


def factors_together(name: str, about: dict[str, Any], arrays: Arrays, sizes: tuple[int, int]) -> FactorModel:
    """Build a factor model of so many users and items from its arrays.

    Raises
    ------
    BundleError
        If they do not fit.
    """
    family, shapes = FAMILY[about["kind"]]
    lengths = dict(zip("ui", sizes, strict=True))
    parts: dict[str, Any] = _fitting(name, shapes, arrays, lengths)
    if f"{name}.moments.bias" in arrays:
        parts["moments"] = Moments(**_fitting(f"{name}.moments", MOMENTS, arrays, lengths))
    y_range = about["y_range"]
    y_range = None if y_range is None else (float(y_range[0]), float(y_range[1]))
    return family(**parts, global_bias=float(about["global_bias"]), y_range=y_range)


def _fitting(name: str, shapes: Mapping[str, str], arrays: Arrays, lengths: dict[str, int]) -> Arrays:
    """Return arrays by name; axes of one letter must be as long as `lengths` says, to which new ones are added."""
    found = {key: arrays[f"{name}.{key}"] for key in shapes}
    for key, array in found.items():
        axes = shapes[key]
        if array.size and (
            len(axes) != array.ndim
            or any(lengths.setdefault(axis, n) != n for axis, n in zip(axes, array.shape, strict=True))
        ):
            raise BundleError(f"the bundle's {name}.{key} does not fit the rest of it; train again.")
    return found
