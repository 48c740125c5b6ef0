"""What columns let one expect, taken apart for a bundle and put together again."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from alsoliked.contents.ratings import Arrays
from alsoliked.data.columns import Columns
from alsoliked.errors import BundleError
from alsoliked.models.column_rows import ColumnRows

__all__ = ["columns_apart", "columns_together"]

ARRAYS = ("vectors", "base", "spread", "missing", "rated", "usual")


def columns_apart(name: str, part: ColumnRows | None, arrays: Arrays) -> dict[str, Any] | None:
    """Put the arrays of a part among `arrays`, each with `name` before its own; return what else is to be known."""
    if part is None:
        return None
    arrays.update({f"{name}.{key}": getattr(part, key) for key in ARRAYS})
    for place, (weights, bias) in enumerate(part.layers):
        arrays |= {f"{name}.layers.{place}.weights": weights, f"{name}.layers.{place}.bias": bias}
    about = {"how": part.how, "noise": part.noise, "n_layers": len(part.layers)}
    return about | {"columns": part.columns.to_dict()}


def columns_together(name: str, about: dict[str, Any] | None, arrays: Arrays, n_other: int) -> ColumnRows | None:
    """Build a part from its arrays; `n_other` is how many items there are for users, and the other way round.

    Raises
    ------
    BundleError
        If they do not fit each other.
    """
    if about is None:
        return None
    columns = Columns.from_dict(about["columns"])
    found = {key: arrays[f"{name}.{key}"] for key in ARRAYS}
    keys = [(f"{name}.layers.{n}.weights", f"{name}.layers.{n}.bias") for n in range(about["n_layers"])]
    layers = tuple((arrays[weights], arrays[bias]) for weights, bias in keys)
    size = len(found["spread"])
    widths = [found["vectors"].shape[1], *(bias.shape[0] for _, bias in layers)]
    expected = {
        "vectors": (columns.n_places, widths[0]),
        "base": (widths[0],),
        "spread": (size, size),
        "missing": (len(columns.columns), size, size),
        "rated": (len(found["rated"]) and n_other, size),
        "usual": (size,),
    }
    chained = [weights.shape for weights, _ in layers] == list(pairwise(widths))
    if widths[-1] != size or not chained or any(found[key].shape != shape for key, shape in expected.items()):
        raise BundleError(f"the bundle's {name} does not fit the rest of it; train again.")
    vectors, base, rated, usual = (found[key].astype(np.float32) for key in ("vectors", "base", "rated", "usual"))
    spread, missing = (found[key].astype(np.float64) for key in ("spread", "missing"))
    noise = float(about["noise"])
    return ColumnRows(columns, str(about["how"]), vectors, base, layers, spread, missing, noise, rated, usual)
