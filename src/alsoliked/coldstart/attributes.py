"""Columns to rows: what a user's or an item's columns say of their row, learned from the rows of those with ratings.

The target is the trained row, bias and factors; a row with many ratings counts for more (how much more is chosen on
rows left out). Beside the columns of the table, the set of items somebody rated is one more thing known of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from alsoliked.coldstart.attributes_evidence import Double, Evidence, Indices, Settled, settled_rows
from alsoliked.coldstart.attributes_linear import (
    RATED_PENALTY,
    LinearSettings,
    choose_settings,
    linear_link,
    missed,
)
from alsoliked.coldstart.attributes_side import Of, Side
from alsoliked.data.columns import Columns, Encoded
from alsoliked.models.column_rows import ColumnRows
from alsoliked.recommendation.answers import Answers
from alsoliked.training.needed import check_torch

__all__ = ["How", "Of", "Side", "dense", "learn_rows", "with_columns"]

How: TypeAlias = Literal["linear", "net", "best"]

RARE = 0.01  # places that fewer rows have are set to what is usual


def learn_rows(
    side: Side, columns: Columns, how: How, seed: int, *, some: Indices | None = None, rated: bool = True
) -> ColumnRows:
    """Learn what columns say of rows.

    Parameters
    ----------
    side, columns
        Whose rows, and what is known of them.
    how
        ``"linear"``, ``"net"``, or ``"best"``: whichever misses less on rows held out.
    seed
        Decides everything random.
    some
        Places of the evidence to learn from; None: all.
    rated
        Whether to learn what having rated an item says (users alone: that few rated an item makes it another kind
        of item, and a newcomer has few raters because it is new).

    Raises
    ------
    MissingExtraError
        Without PyTorch.
    """
    check_torch("learning from columns")
    from alsoliked.coldstart.attributes_sets import described_sets  # noqa: PLC0415  needs torch, what it learns does not

    some = np.arange(len(side.evidence.index)) if some is None else some
    evidence, encoded = side.evidence.take(some), _rows_of(side.encoded(columns), some)
    x = dense(encoded, columns.n_places)
    settings = choose_settings(evidence, x, seed)
    sets, directions = described_sets(side, evidence) if rated and side.of == "users" else (np.zeros((len(x), 0)), None)
    both = np.concatenate([x, sets], axis=1)
    penalty = np.array([settings.penalty] * x.shape[1] + [RATED_PENALTY] * sets.shape[1])
    weight = settings.weight(evidence)

    def expect(rows: Double) -> Double:
        link = linear_link(both, rows, weight, penalty)
        expected: Double = link[0] + both @ link[1:]
        return expected

    found = settled_rows(evidence, expect, weight)
    link = linear_link(both, found.rows, weight, penalty)
    of_columns, of_sets = link[: 1 + x.shape[1]], link[1 + x.shape[1] :]
    usual = (weight @ sets / weight.sum()) @ of_sets
    told = np.zeros((0, len(usual))) if directions is None else directions @ of_sets
    learned = _linear(columns, of_columns, (x, weight), found, (told, usual))
    if columns.columns and (how == "net" or (how == "best" and _net_is_better(columns, evidence, x, settings, seed))):
        learned = _with_net(learned, evidence, (x, weight), found.rows, sets @ of_sets, seed=seed)
    return replace(learned, missing=_more_open(learned, encoded, weight))


def with_columns(
    answers: Answers, of: Of, seed: int, how: How = "linear", names: Iterable[str] | None = None
) -> Answers:
    """Return answers that know what columns of one side say (None: all), without measuring it."""
    side = Side.of_answers(answers, of, seed)
    learned = learn_rows(side, side.columns(names), how, seed)
    return replace(answers, user_columns=learned) if of == "users" else replace(answers, item_columns=learned)


def learned_again(answers: Answers, before: Answers, seed: int) -> Answers:
    """Return answers that know of the columns that other answers know of, learned from their own ratings."""
    sides: tuple[tuple[Of, ColumnRows | None], ...] = (("users", before.user_columns), ("items", before.item_columns))
    for of, known in sides:
        if known is not None:
            how: How = "net" if known.how == "net" else "linear"
            answers = with_columns(answers, of, seed, how, known.columns.names)
    return answers


def dense(encoded: Encoded, n_places: int) -> Double:
    """Return weights by place, shape (n_rows, n_places)."""
    x: Double = np.zeros((len(encoded.places), n_places))
    np.add.at(x, (np.arange(len(x))[:, None], encoded.places), encoded.weights)
    return x


def _rows_of(encoded: Encoded, some: Indices) -> Encoded:
    return Encoded(encoded.places[some], encoded.weights[some], encoded.starts)


def _linear(
    columns: Columns, link: Double, data: tuple[Double, Double], found: Settled, sets: tuple[Double, Double]
) -> ColumnRows:
    (x, weight), vectors, place = data, link[1:].copy(), 0
    share = (x > 0).T @ weight / weight.sum()
    for column in columns.columns:
        here = slice(place, place + column.n_places)
        usual = weight @ (x[:, here] @ link[1:][here]) / weight.sum()
        for rare in (place, place + 1):
            vectors[rare] = usual if share[rare] < RARE else vectors[rare]
        place += column.n_places
    table, base, rated, usual_set = (part.astype(np.float32) for part in (vectors, link[0], *sets))
    none = np.zeros((len(columns.columns), *found.covariance.shape))
    return ColumnRows(columns, "linear", table, base, (), found.covariance, none, found.noise, rated, usual_set)


def _metric(evidence: Evidence) -> Double:
    metric: Double = evidence.gram.sum(axis=0) / evidence.count.sum()
    return metric


def _with_net(
    linear: ColumnRows, evidence: Evidence, data: tuple[Double, Double], rows: Double, of_sets: Double, *, seed: int
) -> ColumnRows:
    """Put the network in the place of the link, and find anew what is left open."""
    from alsoliked.coldstart.attributes_net import fit_net  # noqa: PLC0415

    x, weight = data
    net = fit_net(linear.columns, x, rows - of_sets, weight, metric=_metric(evidence), seed=seed)
    learned = replace(linear, how="net", vectors=net.vectors, base=net.base, layers=net.layers)
    expected = net.rows(x) + of_sets
    after = settled_rows(evidence, lambda _: expected, weight)
    return replace(learned, spread=after.covariance, noise=after.noise)


def _net_is_better(columns: Columns, evidence: Evidence, x: Double, settings: LinearSettings, seed: int) -> bool:
    """Hold out a fifth of the rows and see what ratings lose by either."""
    from alsoliked.coldstart.attributes_net import fit_net  # noqa: PLC0415

    hidden = np.random.default_rng(seed + 1).permutation(len(x)) < len(x) // 5
    rest, out = evidence.take(np.flatnonzero(~hidden)), evidence.take(np.flatnonzero(hidden))
    weight = settings.weight(rest)
    link = linear_link(x[~hidden], rest.rows, weight, np.full(x.shape[1], settings.penalty))
    net = fit_net(columns, x[~hidden], rest.rows, weight, metric=_metric(rest), seed=seed)
    return missed(out, net.rows(x[hidden])) < missed(out, link[0] + x[hidden] @ link[1:])


def _more_open(learned: ColumnRows, encoded: Encoded, weight: Double) -> Double:
    """Return for each column the mean square of what not knowing it moves."""
    rows, share = learned.rows(encoded), weight / weight.sum()
    more, place = np.zeros_like(learned.missing), 0
    for at, column in enumerate(learned.columns.columns):
        moved = rows - learned.rows(not_told(encoded, at, place))
        more[at] = (moved * share[:, None]).T @ moved.astype(np.float64)
        place += column.n_places
    return more


def not_told(encoded: Encoded, column: int, place: int) -> Encoded:
    """Return the same rows with a column missing, whose first place this is."""
    places, weights = encoded.places.copy(), encoded.weights.copy()
    part = slice(encoded.starts[column], encoded.starts[column + 1])
    places[:, part], weights[:, part] = place, 0.0
    weights[:, part.start] = 1.0
    return Encoded(places, weights, encoded.starts)
