"""to_usearch: an index of approximate neighbours in one file, which USearch reads in a dozen languages."""

from __future__ import annotations

import os
from dataclasses import asdict

import numpy as np
import polars as pl

from alsoliked.export.about import about_model, item_frame, user_frame
from alsoliked.export.exported import Exported
from alsoliked.export.folder import check_free, size_of, whole_export, write_manifest
from alsoliked.export.held import PLACES, Asked, asked, held_lists, list_notes
from alsoliked.export.vectors import DIRECTIONS, ListVectors, Progress, list_vectors
from alsoliked.extra import Foreign, extra
from alsoliked.models.options import check_whole
from alsoliked.recommendation.objective import Objective
from alsoliked.recommender import Recommender

__all__ = ["to_usearch"]

INDEX = "items.usearch"


def to_usearch(
    rec: Recommender,
    folder: str | os.PathLike[str],
    *,
    objective: Objective = "both",
    directions: int = DIRECTIONS,
    connectivity: int = 16,
    expansion: int = 64,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> Exported:
    """Write an index of the items, and the users' vectors to search it with; whole or not at all.

    `items.usearch` is searched by inner product; its keys are the `index` column of `items.parquet`. `users.parquet`
    has each user's `vector`. What the score is, `alsoliked.export.vectors` says; how much of the model's own lists it
    holds, and how much of it the index finds, is measured and stands in `manifest.json`.

    Parameters
    ----------
    rec
        Fitted or loaded; any model that orders items in more than one way.
    folder
        A new place, or an older export to replace.
    objective
        Which lists, as in `Recommender.recommend`.
    directions
        Length of the vectors at most.
    connectivity
        Neighbours each item is linked to: more find more and take more memory.
    expansion
        Candidates looked at while searching (twice as many while building): more find more and take longer.
    seed
        Decides from which users directions are found and figures measured.
    progress
        Called with the share that is done.

    Raises
    ------
    MissingExtraError
        If USearch is not installed.
    OptionError
        If the model orders no items or all alike, an option is out of range, or the place is taken.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("als", n_factors=2).fit(planted_ratings(60, 40).ratings)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     written = to_usearch(rec, f"{place}/index")
    >>> written.recall, written.held_in_50
    (1.0, 1.0)
    """
    extra("usearch.index", "an index of neighbours")
    check_free(folder)
    for name, value in (("connectivity", connectivity), ("expansion", expansion)):
        check_whole(name, value, 2)
    answers, train = rec.fitted, rec.train_ratings
    vectors = list_vectors(answers, objective, directions, seed=seed, progress=progress)
    held = held_lists(answers, vectors, seed=seed)
    index = _index(vectors, connectivity, expansion)
    recall = _recall(asked(answers, vectors, seed=seed), index)
    settings = {"objective": objective, "metric": "ip", "length": vectors.length, "dtype": "f32"}
    settings |= {"connectivity": connectivity, "expansion_search": expansion, "expansion_add": 2 * expansion}
    figures = {"recall_at_10": recall, "held": asdict(held)}
    with whole_export(folder) as new:
        index.save(str(new / INDEX))
        item_frame(train).write_parquet(new / "items.parquet")
        _users(user_frame(train), vectors).write_parquet(new / "users.parquet")
        write_manifest(new, "usearch", about_model(rec) | {"index": settings, "measured": figures})
        size = size_of(new)
    rows, notes = {"users": train.n_users, "items": train.n_items}, list_notes(answers)
    return Exported("usearch", str(folder), rows, vectors.length, size, recall, held.in_10, held.in_50, None, notes)


def _index(vectors: ListVectors, connectivity: int, expansion: int) -> Foreign:
    how = {"connectivity": connectivity, "expansion_add": 2 * expansion, "expansion_search": expansion}
    index = extra("usearch.index", "an index of neighbours").Index(ndim=vectors.length, metric="ip", dtype="f32", **how)
    index.add(np.arange(len(vectors.items), dtype=np.uint64), vectors.items, threads=1)  # in order: the same each time
    return index


def _recall(question: Asked, index: Foreign) -> float:
    """Return the share of the ten best by the vectors that the index finds."""
    found = index.search(question.vectors, min(PLACES, len(index)), threads=1).keys
    return question.recall(np.atleast_2d(found).astype(np.int64))


def _users(frame: pl.DataFrame, vectors: ListVectors) -> pl.DataFrame:
    vector = pl.Series("vector", vectors.users, pl.Array(pl.Float32, vectors.length))
    return frame.with_columns(vector)
