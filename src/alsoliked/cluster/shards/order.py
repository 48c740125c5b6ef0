"""Order: which row an id has, and where a rating lies, by hashing alone; in numpy, the same numbers as in Spark SQL."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["BELOW", "PLACE", "below", "held_out", "id_order", "places", "shard_of"]

Longs: TypeAlias = npt.NDArray[np.int64]

PLACE = "xxhash64(user, item)"
"""The place of a rating, in Spark's words."""
BELOW = "xxhash64(user, item, {seed}L)"
"""What is held out where it falls below `below(valid_pct)`, in Spark's words."""

SPARK_SEED = 42  # what Spark's xxhash64 begins with
P1, P2, P3, P4, P5 = (
    np.uint64(prime)
    for prime in (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
)


def id_order(ids: pl.Series) -> Longs:
    """Return the places of these ids in the order of rows: by the MD5 of their text, then by the id.

    A hash, so that neighbours by id (accounts of one year, say) lie in different parts of a sharded table.

    Parameters
    ----------
    ids
        Ids without repeats, Int64 or String.

    Examples
    --------
    >>> id_order(pl.Series([1, 2, 3]))
    array([0, 1, 2])
    >>> [hashlib.md5(text).hexdigest()[:4] for text in (b"1", b"2", b"3")]
    ['c4ca', 'c81e', 'eccb']
    """
    digests = [hashlib.md5(str(value).encode(), usedforsecurity=False).hexdigest() for value in ids]
    frame = pl.DataFrame({"digest": pl.Series(digests, dtype=pl.String), "id": ids})
    return frame.with_row_index("at").sort("digest", "id")["at"].to_numpy().astype(np.int64)


def places(user: Longs, item: Longs) -> Longs:
    """Return the place of each rating by the rows of its user and item: Spark's ``xxhash64(user, item)``.

    Examples
    --------
    >>> places(np.array([0, 1]), np.array([0, 2]))
    array([-9199931545335556226, -8198029865082835910])
    """
    return _hash_long(item, _hash_long(user, np.uint64(SPARK_SEED))).view(np.int64)


def held_out(place: Longs, seed: int, valid_pct: float) -> npt.NDArray[np.bool_]:
    """Tell which ratings are held out: a share of about `valid_pct`, another with another seed."""
    draw = _hash_long(np.full(len(place), seed, dtype=np.int64), place.view(np.uint64)).view(np.int64)
    return draw < below(valid_pct)


def below(valid_pct: float) -> int:
    """Return the 64-bit number below which a share of `valid_pct` of all hashes falls."""
    return min(int(valid_pct * 2**64) - 2**63, 2**63 - 1)


def shard_of(place: Longs, n_shards: int) -> Longs:
    """Return the shard of each place: Spark's ``pmod(place, n_shards)``."""
    return np.mod(place, n_shards)


def _hash_long(value: Longs, seed: npt.NDArray[np.uint64] | np.uint64) -> npt.NDArray[np.uint64]:
    """XXH64 of eight bytes, as Spark hashes a long; arithmetic wraps around at 2^64."""
    with np.errstate(over="ignore"):
        mixed = seed + P5 + np.uint64(8)
        mixed = mixed ^ (_rotated(value.view(np.uint64) * P2, 31) * P1)
        mixed = _rotated(mixed, 27) * P1 + P4
        mixed = (mixed ^ (mixed >> np.uint64(33))) * P2
        mixed = (mixed ^ (mixed >> np.uint64(29))) * P3
    return mixed ^ (mixed >> np.uint64(32))


def _rotated(value: npt.NDArray[np.uint64], by: int) -> npt.NDArray[np.uint64]:
    return (value << np.uint64(by)) | (value >> np.uint64(64 - by))
