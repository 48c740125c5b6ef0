"""Clusters: the most rated items, ordered so that like stands beside like, and cut into groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.chance import holm
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.interpretation.attributes import attributes_of
from alsoliked.interpretation.tree import grow_and_cut, silhouette
from alsoliked.models.options import check_whole

__all__ = ["ClusterMap", "cluster_map"]

Double = npt.NDArray[np.float64]

MOST = 8  # clusters that the rule may choose
LUCK = 0.05  # how likely a genre would be so frequent in one of the clusters by chance


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterMap:
    """Items in the order of a tree of likeness, with the cosine of every two.

    Attributes
    ----------
    items
        Columns `place`, `item`, `title`, `cluster`, `count`, in the order of the tree; clusters count from 1.
    similarity
        Columns `row`, `column` (titles), `cosine`; both ways and with themselves, in that order.
    labels
        What each cluster is called: its most central title, and a genre that is over-represented if one is.
    clusters
        Columns `cluster`, `label`, `central`, `genre` (null where none stands out), `size`, `cosine` (the mean within).
    silhouette
        How much nearer items are to their own cluster than to the next, from -1 to 1.
    """

    items: pl.DataFrame
    similarity: pl.DataFrame
    clusters: pl.DataFrame
    silhouette: float

    @property
    def labels(self) -> dict[int, str]:
        """What each cluster is called."""
        return dict(zip(self.clusters["cluster"].to_list(), self.clusters["label"].to_list(), strict=True))

    def __repr__(self) -> str:
        return f"ClusterMap({self.items.height} items, {self.clusters.height} clusters)"

    def __str__(self) -> str:
        lines = [f"{self.items.height} items in {self.clusters.height} clusters (silhouette {self.silhouette:.2f})"]
        for number, label in self.labels.items():
            titles = self.items.filter(pl.col("cluster") == number)["title"]
            lines += [f"{number}  {label}", f"    {'; '.join(titles)}"]
        return "\n".join(lines)


def cluster_map(
    head: pl.DataFrame,
    rows: npt.NDArray[np.float32],
    train: Ratings,
    index: npt.NDArray[np.integer],
    clusters: int | None,
) -> ClusterMap:
    """Order items by average linkage on one less the cosine, similar leaves side by side, and cut the tree.

    Parameters
    ----------
    head
        Columns `item`, `title`, `count`, one row an item.
    rows
        Their factors.
    train, index
        The ratings, and which items of theirs these are; for genres.
    clusters
        How many; None for the number from 2 to 8 with the highest mean silhouette (Rousseeuw 1987).

    Raises
    ------
    OptionError
        If there are fewer than 3 items, or not so many clusters to be had.
    MissingExtraError
        Without SciPy.
    """
    if len(head) < 3:
        raise OptionError(f"a cluster map of {len(head)} items came, expected at least 3; lower min_count or raise n.")
    if clusters is not None:
        check_whole("clusters", clusters)
        if clusters > len(head):
            raise OptionError(f"clusters={clusters} came, expected 1 to {len(head)} for so many items.")
    unit = rows.astype(np.float64)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    cosine = np.clip(unit @ unit.T, -1, 1)
    tried = range(2, min(MOST, len(head) - 1) + 1) if clusters is None else (clusters,)
    order, cuts = grow_and_cut(1 - cosine, tried)
    fits = [silhouette(1 - cosine, cut) for cut in cuts]
    best = int(np.argmax(fits))
    member = _renumbered(cuts[best], order)
    table = head.with_columns(cluster=pl.Series(member)).select("item", "title", "cluster", "count")[order]
    items = table.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place"), pl.all())
    described = _described(head["title"], cosine, member, _genres(train, index, member))
    return ClusterMap(items, _long(head["title"], cosine, order), described, fits[best])


def _renumbered(cut: npt.NDArray[np.integer], order: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Count clusters from 1 as they come along the tree."""
    seen = list(dict.fromkeys(cut[order].tolist()))
    return np.array([seen.index(value) + 1 for value in cut.tolist()], dtype=np.int64)


def _long(titles: pl.Series, cosine: Double, order: npt.NDArray[np.integer]) -> pl.DataFrame:
    n, named = len(order), titles.gather(order)
    row, column = (pl.Series(v.ravel()) for v in np.mgrid[:n, :n])
    return pl.DataFrame(
        {"row": named.gather(row), "column": named.gather(column), "cosine": cosine[np.ix_(order, order)].ravel()}
    )


def _genres(train: Ratings, index: npt.NDArray[np.integer], member: npt.NDArray[np.int64]) -> dict[int, str]:
    """Find the genre of each cluster that is more frequent in it than luck allows, if there is one.

    Luck deals the genre's items to clusters at random (the hypergeometric law); corrected for all pairs by Holm.
    """
    genres = [a for a in attributes_of(train, index, enough=2) if a.kind == "genre"]
    pairs = [(cluster, genre) for cluster in range(1, int(member.max()) + 1) for genre in genres]
    p = holm([_by_luck(genre.values > 0, member == cluster) for cluster, genre in pairs])
    found: dict[int, str] = {}
    for chance, (cluster, genre) in sorted(zip(p, pairs, strict=True), key=lambda one: one[0]):
        if chance <= LUCK:
            found.setdefault(cluster, genre.against)
    return found


def _by_luck(having: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_]) -> float:
    """Return how likely so many of a genre, or more, are in a cluster by chance."""
    n, size, many, both = len(having), int(inside.sum()), int(having.sum()), int((having & inside).sum())
    ways = sum(math.comb(many, k) * math.comb(n - many, size - k) for k in range(both, min(many, size) + 1))
    return ways / math.comb(n, size)


def _described(
    titles: pl.Series, cosine: Double, member: npt.NDArray[np.int64], genres: dict[int, str]
) -> pl.DataFrame:
    rows = []
    for number in range(1, int(member.max()) + 1):
        own = np.flatnonzero(member == number)
        alike = cosine[np.ix_(own, own)]
        central, genre = titles[int(own[alike.mean(axis=1).argmax()])], genres.get(number)
        label = f"{genre}, like {central}" if genre else f"like {central}"
        within = (alike.sum() - len(own)) / (len(own) * (len(own) - 1)) if len(own) > 1 else 1.0
        rows.append((number, label, central, genre, len(own), float(within)))
    schema = {"cluster": pl.Int64, "label": pl.String, "central": pl.String, "genre": pl.String, "size": pl.Int64}
    return pl.DataFrame(rows, schema={**schema, "cosine": pl.Float64}, orient="row")
