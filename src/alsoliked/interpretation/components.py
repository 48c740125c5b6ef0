"""Components: where items or users lie along the directions in which their factors differ, and what lies where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.interpretation import maps
from alsoliked.interpretation.attributes import Side
from alsoliked.interpretation.meaning import Meaning, meaning_of
from alsoliked.interpretation.principal import Axes, FloatArray, principal_components
from alsoliked.interpretation.robust import Pursued, principal_component_pursuit
from alsoliked.interpretation.varimax import varimax
from alsoliked.models.options import check_whole

__all__ = ["Components", "Method", "find_components"]

Method: TypeAlias = Literal["pca", "robust", "varimax"]

KINDS = {"pca": "principal components", "robust": "robust principal components", "varimax": "varimax components"}
ARBITRARY = {
    "pca": "An axis is what differs most, not what has a meaning: its sign is chance, and axes with like shares may as "
    "well be turned; method='varimax' turns them towards single items.",
    "robust": "Robust axes are those of the low-rank part: what sits in single entries is left out.",
    "varimax": "Varimax turns the leading principal components within the space they span; their signs say nothing.",
}

NOT_SPARSE = (
    "That part is not sparse, so these factors are no low-rank matrix with a few spikes: a second view, no cleaner one."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Components:
    """Places along components, as a table, and the maps drawn from it. Print it for an overview.

    Attributes
    ----------
    table
        Columns `item`, `title`, `c1` … `cn`, `count`, or `user`, `c1` … `cn`, `count`; rows with training ratings only.
    share
        The share of the variance of the factors along each component (robust: of their low-rank part).
    method, of
        How they were found, and of what: ``"items"`` or ``"users"``.
    notes
        Sentences to be read with the table: how the search went, what is arbitrary.
    directions
        float32, shape (n, n_factors): each component's weights on the factors, of length 1.
    train
        The ratings the model was fitted to, which `meaning` asks.

    Examples
    --------
    >>> from alsoliked import Recommender
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> ratings = planted_ratings(80, 50, n_factors=2, density=0.4, seed=1).ratings
    >>> found = Recommender("dot_bias", n_factors=8, bs=64, seed=1).fit(ratings).components(2)
    >>> found.table.columns, len(found.share)
    (['item', 'title', 'c1', 'c2', 'count'], 2)
    """

    table: pl.DataFrame
    share: tuple[float, ...]
    method: Method
    of: Side
    notes: tuple[str, ...]
    directions: FloatArray = field(repr=False)
    train: Ratings = field(repr=False)

    def ends(self, n: int = 5, min_count: int = maps.MIN_COUNT) -> pl.DataFrame:
        """List the n farthest along each component both ways, among those with `min_count` ratings.

        Columns `component`, `end` (``"low"`` or ``"high"``), `rank`, `item`, `title`, `place`, `count`.
        """
        return maps.ends(self.table, n, min_count)

    def quadrants(self, n: int = 5, x: str = "c1", y: str = "c2", min_count: int = maps.MIN_COUNT) -> pl.DataFrame:
        """List the n farthest from the origin in each quadrant of two components.

        Columns `quadrant`, `rank`, `item`, `title`, x, y, `distance`, `count`.
        """
        return maps.quadrants(self.table, n, x, y, min_count)

    def near_axes(self, n: int = 5, min_count: int = maps.MIN_COUNT, width: float = maps.WIDTH) -> pl.DataFrame:
        """List the n farthest out along each axis among those close to it: within `width` times the way along it.

        Columns `axis`, `end`, `rank`, `item`, `title`, `place`, `off_axis`, `count`.
        """
        return maps.near_axes(self.table, n, min_count, width)

    def distances(self, min_count: int = 1) -> pl.DataFrame:
        """Tell how far each lies from the origin, farthest first: columns `item`, `title`, `distance`, `count`."""
        return maps.distances(self.table, min_count)

    def meaning(self, min_count: int = maps.MIN_COUNT) -> Meaning:
        """Set each component against genres, years, tags, popularity and mean rating, and name it if that is fair."""
        return meaning_of(self.table, self.train, self.of, min_count)

    def __repr__(self) -> str:
        shares = ", ".join(f"{share:.1%}" for share in self.share)
        return f"Components({len(self.share)} of {self.table.height} {self.of}, method={self.method!r}, share {shares})"

    def __str__(self) -> str:
        often = self.ends(3, min(maps.MIN_COUNT, int(self.table["count"].max() or 0)))  # type: ignore[arg-type]
        lines = [f"{len(self.share)} {KINDS[self.method]} of {self.table.height:,} {self.of}"]
        label = "title" if self.of == "items" else "user"
        for place, share in enumerate(self.share):
            axis = f"c{place + 1}"
            lines.append(f"{axis}  {share:.1%} of the variance{' of the low-rank part' * (self.method == 'robust')}")
            for end in ("low", "high"):
                shown = often.filter((pl.col("component") == axis) & (pl.col("end") == end))[label]
                lines.append(f"    {end:<4}  {'; '.join(str(v) for v in shown)}")
        return "\n".join([*lines, *self.notes])


def find_components(
    head: pl.DataFrame, rows: FloatArray, train: Ratings, n: int, *, of: Side, method: Method, seed: int
) -> Components:
    """Find components of rows of factors; `head` has the id, the title (of items) and the count of each row.

    Raises
    ------
    OptionError
        If there are no n dimensions, or `method` is unknown.
    """
    check_whole("n", n)
    if method not in get_args(Method):
        raise OptionError(f"method={method!r} came, expected one of {', '.join(map(repr, get_args(Method)))}.")
    notes: tuple[str, ...] = (ARBITRARY[method],)
    if method == "robust":
        middle = np.median(rows, axis=0)
        found = principal_component_pursuit(rows - middle)
        axes = principal_components(found.low_rank, n, seed=seed)
        notes = (*_told(found), *notes)
    else:
        axes = principal_components(rows, n, seed=seed)
        axes = varimax(axes) if method == "varimax" else axes
    places = {f"c{k + 1}": axes.places[:, k] for k in range(n)}
    table = head.drop("count").with_columns(**places).with_columns(head["count"])
    return Components(table, _shares(axes), method, of, notes, axes.directions, train)


def _shares(axes: Axes) -> tuple[float, ...]:
    return tuple(float(share) for share in axes.share)


def _told(found: Pursued) -> tuple[str, ...]:
    how = "converged" if found.converged else "did not converge"
    return (
        f"Principal component pursuit {how} after {found.steps} steps (residual {found.residual:.0e}): rank "
        f"{found.rank} of {min(found.low_rank.shape)}, {found.sparse_share:.1%} of the entries in the sparse part.",
        *((NOT_SPARSE,) if found.sparse_share > 0.5 else ()),
    )
