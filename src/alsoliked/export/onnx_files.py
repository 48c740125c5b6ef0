"""to_onnx: what a model predicts as ONNX graphs, for a runtime that knows nothing of this package."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from alsoliked.errors import OptionError
from alsoliked.export.about import about_model, item_frame, user_frame
from alsoliked.export.exported import Exported
from alsoliked.export.folder import check_free, size_of, whole_export, write_manifest
from alsoliked.export.graph import Graph, Input
from alsoliked.export.scorers import for_pairs, for_rows
from alsoliked.extra import Foreign, extra
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FactorModel
from alsoliked.recommendation.answers import Answers
from alsoliked.recommender import Recommender

__all__ = ["to_onnx"]

PAIRS, ROWS = "pairs.onnx", "rows.onnx"
LARGEST = 1_500_000_000  # bytes of arrays in the graph's own file; Protocol Buffers end at 2 GiB
COMPARED = 1000  # pairs whose predictions are compared with the model's own


def to_onnx(rec: Recommender, folder: str | os.PathLike[str]) -> Exported:
    """Write the scorer of ratings as two ONNX graphs; whole or not at all.

    `pairs.onnx` takes `users` and `items`, int64 indices of shape (n,), and gives `ratings`, float32 of shape (n,).
    `rows.onnx` takes `rows`, float32 of shape (n, row_size), and gives `ratings` of all items, (n, n_items): for
    strangers, whose row fold-in finds (`alsoliked.recommendation.fold_in`). `users.parquet` and `items.parquet` say
    which id has which index. A model of choice alone gives `scores` instead of `ratings`.

    After writing, the graphs are run by ONNX's reference implementation, and their answers compared with the model's.

    Parameters
    ----------
    rec
        Fitted or loaded; any model that predicts ratings, nets too, or the factors of ``als`` with
        ``feedback="implicit"``.
    folder
        A new place, or an older export to replace.

    Raises
    ------
    MissingExtraError
        If ONNX is not installed.
    OptionError
        If the model scores no pairs, or the place is taken.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("als", n_factors=2).fit(planted_ratings(60, 40).ratings)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     written = to_onnx(rec, f"{place}/scorer")
    >>> written.difference < 1e-5
    True
    """
    extra("onnx", "an ONNX graph")
    check_free(folder)
    answers, train = rec.fitted, rec.train_ratings
    model, output = _scorer(answers)
    about = about_model(rec) | {"output": output, "row_size": int(model.user_rows.shape[1])}
    with whole_export(folder) as new:
        _save(_pairs_graph(model, output), new / PAIRS)
        _save(_rows_graph(model, output), new / ROWS)
        user_frame(train).write_parquet(new / "users.parquet")
        item_frame(train).write_parquet(new / "items.parquet")
        difference = _difference(model, new)
        write_manifest(new, "onnx", about | {"difference": difference})
        size = size_of(new)
    rows = {"users": train.n_users, "items": train.n_items}
    return Exported("onnx", str(folder), rows, about["row_size"], size, difference=difference)


def _scorer(answers: Answers) -> tuple[RatingModel, str]:
    """Return what scores pairs, and what its scores are called."""
    if answers.rating is not None:
        return answers.rating, "ratings"
    if isinstance(answers.choice, FactorModel) and answers.choice.n_factors:
        return answers.choice, "scores"
    raise OptionError("this model predicts no ratings, so there is no scorer to write; export another model.")


def _pairs_graph(model: RatingModel, output: str) -> Foreign:
    graph = Graph()
    scored = for_pairs(graph, model, "users", "items")
    takes: list[Input] = [("users", np.int64, ["n"]), ("items", np.int64, ["n"])]
    return graph.model(takes, (scored, output, ["n"]), _told(model))


def _rows_graph(model: RatingModel, output: str) -> Foreign:
    graph = Graph()
    scored = for_rows(graph, model, "rows")
    takes: list[Input] = [("rows", np.float32, ["n", int(model.user_rows.shape[1])])]
    return graph.model(takes, (scored, output, ["n", model.n_items]), _told(model))


def _told(model: RatingModel) -> dict[str, str]:
    return {"n_users": str(model.n_users), "n_items": str(model.n_items)}


def _save(graph: Foreign, path: Path) -> None:
    """Write a graph; arrays that are too much for one file of Protocol Buffers go beside it."""
    onnx = extra("onnx", "an ONNX graph")
    beside = sum(len(array.raw_data) for array in graph.graph.initializer) > LARGEST
    more = {"save_as_external_data": True, "location": f"{path.name}.data"} if beside else {}
    onnx.save_model(graph, str(path), **more)


def _difference(model: RatingModel, folder: Path) -> float:
    """Return by how much the graphs' answers differ from the model's, at most, on pairs drawn for it."""
    evaluator = extra("onnx.reference", "an ONNX graph").ReferenceEvaluator
    rng = np.random.default_rng(0)
    users = rng.integers(model.n_users, size=COMPARED)
    items = rng.integers(model.n_items, size=COMPARED)
    own = model.pairs(users, items)
    found = evaluator(str(folder / PAIRS)).run(None, {"users": users, "items": items})[0]
    some = users[:3]
    by_row = evaluator(str(folder / ROWS)).run(None, {"rows": model.user_rows[some]})[0]
    return float(max(np.abs(found - own).max(), np.abs(by_row - model.users(some)).max()))
