"""Growth: a larger synthetic set whose shape is that of a real one, by fractal expansion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.data.vocabulary import IndexArray, Vocabulary
from alsoliked.errors import OptionError

__all__ = ["grow"]

KEEP = 0.25  # share of a copy's ratings that survives on average: larger sets are sparser than small ones
JITTER = 0.05  # how far, as a share of all ranks, a user or item may move among those of similar activity


def grow(ratings: Ratings, n_ratings: int, seed: int = 0) -> Ratings:
    """Make a larger **synthetic** set from a real one: copies of it in a grid, shuffled and thinned.

    A short form of the randomised Kronecker product of a small matrix with the ratings. The small matrix is the
    real set seen from afar: the share of rated pairs between groups of users and groups of items of similar
    activity (its square root, which keeps the skew near the real one). Each of its cells becomes one copy of the
    real set, thinned at random to that share, in which users and items swap places with others of similar
    activity. Histogram of ratings, skew of users and items, and the low-rank structure within a copy stay close to
    the real set's; who the copied users are, and when they rated, means nothing, so there are no timestamps, titles
    or tables. Good for measuring speed and memory, not for saying how good a model is.

    Parameters
    ----------
    ratings
        The real set.
    n_ratings
        How many ratings to make, no fewer than the real set has.
    seed
        Same seed, same ratings.

    Returns
    -------
    Ratings
        New integer ids for users and items, on the real set's scale; `name` says that it is synthetic. Rows come
        copy by copy, not shuffled. Peak memory is about 16 bytes a rating, and a few arrays of the real set's size.

    References
    ----------
    F. Belletti et al., "Scalable realistic recommendation datasets through fractal expansions", 2019,
    arXiv:1901.08910.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> small = planted_ratings(n_users=50, n_items=40, levels=range(1, 6)).ratings
    >>> large = grow(small, 5_000, seed=1)
    >>> len(small), len(large), large.name
    (600, 5000, 'planted grown to 5,000 (synthetic)')
    """
    if n_ratings < len(ratings):
        raise OptionError(f"n_ratings is {n_ratings:,}, expected {len(ratings):,} or more; use take() for fewer.")
    rng = np.random.default_rng(seed)
    n_copies = int(np.ceil(np.sqrt(n_ratings / len(ratings) / KEEP)))  # along each side
    user_rank, item_rank = _rank(ratings.counts_by_user()), _rank(ratings.counts_by_item())
    size = _block_sizes(_seen_from_afar(ratings, user_rank, item_rank, n_copies), len(ratings), n_ratings)
    users, items = np.empty(n_ratings, dtype=np.int32), np.empty(n_ratings, dtype=np.int32)
    rating = np.empty(n_ratings, dtype=np.float32)
    stop = np.cumsum(size)
    for block, end in enumerate(stop):
        rows = rng.choice(len(ratings), size[block], replace=False, shuffle=False)
        part = slice(end - size[block], end)
        user_copy, item_copy = divmod(block, n_copies)
        users[part] = _swap_similar(user_rank, rng)[ratings.user_index[rows]] + user_copy * ratings.n_users
        items[part] = _swap_similar(item_rank, rng)[ratings.item_index[rows]] + item_copy * ratings.n_items
        rating[part] = ratings.rating[rows]
    return _grown(ratings, users, items, rating)


def _rank(count: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rank by activity, 0 for the most active."""
    rank = np.empty(len(count), dtype=np.int64)
    rank[np.argsort(-count, kind="stable")] = np.arange(len(count))
    return rank


def _swap_similar(rank: npt.NDArray[np.int64], rng: np.random.Generator) -> IndexArray:
    """Give each the place of another of similar rank: a random permutation, shape ``(len(rank),)``."""
    moved = np.argsort(rank + rng.normal(0, JITTER * len(rank), len(rank)), kind="stable")
    swapped = np.empty(len(rank), dtype=np.int32)
    swapped[moved] = np.argsort(rank)
    return swapped


def _seen_from_afar(
    ratings: Ratings, user_rank: npt.NDArray[np.int64], item_rank: npt.NDArray[np.int64], n_groups: int
) -> npt.NDArray[np.float64]:
    """Root of how densely groups of users rate groups of items; shape ``(n_groups * n_groups,)``, all above 0."""
    user_group = user_rank * n_groups // ratings.n_users
    item_group = item_rank * n_groups // ratings.n_items
    cell = user_group[ratings.user_index] * n_groups + item_group[ratings.item_index]
    count = np.bincount(cell, minlength=n_groups * n_groups).astype(np.float64)
    return np.sqrt(count + 1)


def _block_sizes(weight: npt.NDArray[np.float64], n_real: int, n_ratings: int) -> npt.NDArray[np.int64]:
    """Ratings of each copy: in proportion to `weight`, none above the real set's, summing to `n_ratings`."""
    most = n_real - 0.5  # half a rating of room: rounding the edges below never asks a copy for more than n_real
    low, high = 0.0, n_real / weight.min()
    for _ in range(100):  # bisection: the sum rises with the factor
        factor = (low + high) / 2
        low, high = (factor, high) if np.minimum(most, factor * weight).sum() < n_ratings else (low, factor)
    edge = np.floor(np.cumsum(np.minimum(most, high * weight)) + 0.5).astype(np.int64)
    edge[-1] = n_ratings
    return np.diff(edge, prepend=0)


def _compact(index: IndexArray, n: int) -> tuple[Vocabulary, IndexArray]:
    """Leave out ids that thinning left without a rating."""
    used = np.bincount(index, minlength=n) > 0
    place = (np.cumsum(used) - 1).astype(np.int32)
    return Vocabulary(np.arange(used.sum())), place[index]


def _grown(ratings: Ratings, user_index: IndexArray, item_index: IndexArray, rating: FloatArray) -> Ratings:
    users, user_index = _compact(user_index, int(user_index.max()) + 1)
    items, item_index = _compact(item_index, int(item_index.max()) + 1)
    return Ratings(
        users=users,
        items=items,
        user_index=user_index,
        item_index=item_index,
        rating=rating,
        rating_scale=ratings.rating_scale,
        levels=ratings.levels,
        name=f"{ratings.name} grown to {len(rating):,} (synthetic)",
        notes=(f"synthetic: made from {ratings.name} by fractal expansion; for measuring speed, not quality.",),
    )
