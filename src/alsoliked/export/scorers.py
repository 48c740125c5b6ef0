"""Scorers: what a model predicts, as operations of a graph: for pairs, and for all items and a user's row."""

from __future__ import annotations

from itertools import pairwise

from alsoliked.export.graph import Graph
from alsoliked.models.blend import Blend, RatingModel
from alsoliked.models.chances import tilt
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.frozen_layers import FrozenLayers
from alsoliked.models.level_factors import LevelFactors

__all__ = ["for_pairs", "for_rows"]

Interval = tuple[float, float] | None


def for_pairs(graph: Graph, model: RatingModel, users: str, items: str) -> str:
    """Predict pairs: indices (n,) and (n,) in, (n,) out."""
    if isinstance(model, Blend):
        return _blended(graph, model, [for_pairs(graph, member, users, items) for member in model.members])
    if isinstance(model, FactorModel):
        return _factors_for_pairs(graph, model, users, items)
    layers = model.written_out
    own = graph.add("MatMul", graph.add("Gather", graph.array(model.user_rows), users), graph.array(layers.first))
    theirs = graph.add("Gather", graph.array(layers.items), items)
    return _through(graph, layers, graph.add("Add", own, theirs))


def for_rows(graph: Graph, model: RatingModel, rows: str) -> str:
    """Predict all items for users' rows: (n, row_size) in, (n, n_items) out."""
    if isinstance(model, Blend):
        ends = pairwise((0, *model.ends))
        parts = [_columns(graph, rows, start, end) for start, end in ends]
        found = [for_rows(graph, member, part) for member, part in zip(model.members, parts, strict=True)]
        return _blended(graph, model, found)
    if isinstance(model, FactorModel):
        return _factors_for_rows(graph, model, rows)
    layers = model.written_out
    own = graph.add("Unsqueeze", graph.add("MatMul", rows, graph.array(layers.first)), graph.whole(1))
    return _through(graph, layers, graph.add("Add", own, graph.array(layers.items)))  # (n, n_items, n_hidden)


def _factors_for_pairs(graph: Graph, model: FactorModel, users: str, items: str) -> str:
    biases = (graph.add("Gather", graph.array(b), at) for b, at in ((model.user_bias, users), (model.item_bias, items)))
    score = graph.add("Add", *biases)
    if model.n_factors:
        tables = ((model.user_factors, users), (model.item_factors, items))
        product = graph.add("Mul", *(graph.add("Gather", graph.array(table), at) for table, at in tables))
        score = graph.add("Add", score, graph.add("ReduceSum", product, graph.whole(1), keepdims=0))
    score = graph.add("Add", score, graph.number(model.global_bias))
    if not isinstance(model, LevelFactors):
        return _squeezed(graph, score, model.y_range)
    tables = ((model.user_habits, users), (model.item_habits, items))
    habits = graph.add("Add", *(graph.add("Gather", graph.array(table), at) for table, at in tables))
    return _expected(graph, model, score, habits)


def _factors_for_rows(graph: Graph, model: FactorModel, rows: str) -> str:
    end = 1 + model.n_factors
    score = graph.add("Add", _columns(graph, rows, 0, 1), graph.array(model.item_bias))  # (n, n_items)
    if model.n_factors:
        factors = _columns(graph, rows, 1, end)
        score = graph.add("Add", score, graph.add("MatMul", factors, graph.array(model.item_factors.T)))
    score = graph.add("Add", score, graph.number(model.global_bias))
    if not isinstance(model, LevelFactors):
        return _squeezed(graph, score, model.y_range)
    own = graph.add("Unsqueeze", _columns(graph, rows, end, end + len(model.values)), graph.whole(1))
    return _expected(graph, model, score, graph.add("Add", own, graph.array(model.item_habits)))


def _expected(graph: Graph, model: LevelFactors, score: str, habits: str) -> str:
    """Return expected ratings under the levels' chances, whose axis is the last."""
    tilted = graph.add("Mul", graph.add("Unsqueeze", score, graph.whole(-1)), graph.array(tilt(model.values)))
    logits = graph.add("Add", graph.add("Add", tilted, habits), graph.array(model.usual))
    return _mean_of(graph, logits, model.values)


def _mean_of(graph: Graph, logits: str, values: FloatArray) -> str:
    return graph.add("MatMul", graph.add("Softmax", logits, axis=-1), graph.array(values))


def _through(graph: Graph, layers: FrozenLayers, x: str) -> str:
    """Bring the first layer's output through the others."""
    for weight, shift in layers.rest:
        x = graph.add("MatMul", graph.add("Relu", x), graph.array(weight))
        x = graph.add("Add", x, graph.array(shift))
    if len(layers.values):
        return _mean_of(graph, x, layers.values)
    return _squeezed(graph, graph.add("Squeeze", x, graph.whole(-1)), layers.y_range)


def _squeezed(graph: Graph, score: str, y_range: Interval) -> str:
    if y_range is None:
        return score
    low, high = y_range
    share = graph.add("Mul", graph.add("Sigmoid", score), graph.number(high - low))
    return graph.add("Add", share, graph.number(low))


def _blended(graph: Graph, blend: Blend, found: list[str]) -> str:
    total = graph.number(blend.intercept)
    for weight, predicted in zip(blend.weights, found, strict=True):
        total = graph.add("Add", total, graph.add("Mul", predicted, graph.number(weight)))
    return total


def _columns(graph: Graph, rows: str, start: int, end: int) -> str:
    """Cut columns out of rows."""
    return graph.add("Slice", rows, graph.whole(start), graph.whole(end), graph.whole(1))
