"""to_parquet: factors and biases with ids, for a warehouse that computes predictions itself."""

from __future__ import annotations

import os
from typing import Any

import numpy.typing as npt
import polars as pl

from alsoliked.export.about import about_model, item_frame, user_frame
from alsoliked.export.exported import Exported
from alsoliked.export.folder import size_of, whole_export, write_manifest
from alsoliked.export.linear import Linear, linear_form
from alsoliked.models.factors import FactorModel
from alsoliked.recommender import Recommender

__all__ = ["to_parquet"]


def to_parquet(rec: Recommender, folder: str | os.PathLike[str]) -> Exported:
    """Write users and items with their biases and factors as Parquet; whole or not at all.

    `users.parquet` has columns `index`, `id`, `count`, `bias` and `factors`, `items.parquet` a `title` as well; factors
    are lists of one fixed size, and not there where the model has none. `manifest.json` says how a score is computed
    from them, in a formula and in SQL.

    Parameters
    ----------
    rec
        Fitted or loaded; any model whose ratings, or else whose choice scores, are a product of two vectors.
    folder
        A new place, or an older export to replace.

    Raises
    ------
    OptionError
        If the model is of another kind, or the place is taken.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("als", n_factors=2).fit(planted_ratings(60, 40).ratings)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     written = to_parquet(rec, f"{place}/tables")
    ...     items = pl.read_parquet(f"{place}/tables/items.parquet")
    >>> dict(written.rows), items.columns
    ({'users': 60, 'items': 40}, ['index', 'id', 'title', 'count', 'bias', 'factors'])
    """
    linear, train = linear_form(rec.fitted), rec.train_ratings
    model, query = linear.model, _query(linear)
    users = _with_row(user_frame(train), model.user_bias, model.user_factors)
    items = _with_row(item_frame(train), model.item_bias, model.item_factors)
    with whole_export(folder) as new:
        users.write_parquet(new / "users.parquet")
        items.write_parquet(new / "items.parquet")
        write_manifest(new, "parquet", about_model(rec) | _about(linear) | {"sql": query})
        size = size_of(new)
    return Exported(
        "parquet", str(folder), {"users": users.height, "items": items.height}, model.n_factors, size, query=query
    )


def _with_row(frame: pl.DataFrame, bias: npt.NDArray[Any], factors: npt.NDArray[Any]) -> pl.DataFrame:
    frame = frame.with_columns(pl.Series("bias", bias))
    n_factors = factors.shape[1]
    return frame.with_columns(pl.Series("factors", factors, pl.Array(pl.Float32, n_factors))) if n_factors else frame


def _about(linear: Linear) -> dict[str, Any]:
    model = linear.model
    y_range = None if model.y_range is None else list(model.y_range)
    what = {"score": linear.score, "n_factors": model.n_factors, "global_bias": model.global_bias, "y_range": y_range}
    return what | {"formula": f"{linear.score} = {_formula(model)}"}


def _formula(model: FactorModel) -> str:
    score = "global_bias + user.bias + item.bias" + (" + user.factors · item.factors" if model.n_factors else "")
    return score if model.y_range is None else f"low + (high - low) / (1 + exp(-({score}))), with [low, high] = y_range"


def _query(linear: Linear) -> str:
    """Write the formula as SQL, in the words of DuckDB."""
    model = linear.model
    terms = ["u.bias", "i.bias", *(["list_dot_product(u.factors, i.factors)"] if model.n_factors else [])]
    score = " + ".join([*([repr(model.global_bias)] if model.global_bias else []), *terms])
    if model.y_range is not None:
        low, high = model.y_range
        squeezed = f"{high - low!r} / (1 + exp(-({score})))"
        score = f"{low!r} + {squeezed}" if low else squeezed
    return (
        f"SELECT u.id AS user_id, i.id AS item_id, i.title, {score} AS {linear.score}\n"
        "FROM 'users.parquet' AS u CROSS JOIN 'items.parquet' AS i"
    )
