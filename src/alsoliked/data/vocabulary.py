"""Vocabulary: the one bridge between ids (outside) and indices (inside)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.errors import DataError, UnknownIdError

__all__ = ["Id", "IndexArray", "Vocabulary", "id_series"]

Id: TypeAlias = int | str
IndexArray: TypeAlias = npt.NDArray[np.int32]
Ids: TypeAlias = Iterable[Id] | pl.Series | npt.NDArray[np.generic]

TOO_LARGE = "some ids go beyond 64-bit signed integers; pass such ids as strings."
SLICE = 1 << 20  # ids that are looked up at once


def id_series(values: Ids) -> pl.Series:
    """Bring ids into one column of 64-bit integers or of strings; anything else is refused.

    Raises
    ------
    DataError
        If ids are missing, empty, or neither all integers nor all strings.
    """
    series = values if isinstance(values, pl.Series) else _from_python(values)
    if series.dtype.is_integer():
        typed = series.cast(pl.Int64, strict=False)
        if typed.null_count() > series.null_count():
            raise DataError(TOO_LARGE)
        series = typed
    elif series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    elif series.dtype == pl.Null and series.len() == 0:
        series = series.cast(pl.Int64)
    if series.dtype not in (pl.Int64, pl.String):
        raise DataError(f"ids came as {series.dtype}, expected integers or strings; cast the column first.")
    if series.null_count():
        raise DataError(f"{series.null_count()} ids are missing; every rating needs a user id and an item id.")
    if series.dtype == pl.String and (series == "").any():
        raise DataError("some ids are empty strings; every rating needs a user id and an item id.")
    return series


def _from_python(values: Iterable[Id] | npt.NDArray[np.generic]) -> pl.Series:
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuU":
        return pl.Series(values)
    listed = [v.item() if isinstance(v, np.generic) else v for v in values]
    kinds = {type(v) for v in listed}
    if not kinds <= {int} and not kinds <= {str}:
        names = ", ".join(sorted(k.__name__ for k in kinds))
        raise DataError(f"ids came as a mix of {names}, expected all integers or all strings; convert them first.")
    try:
        return pl.Series(listed, dtype=pl.String if kinds == {str} else pl.Int64)
    except (TypeError, OverflowError) as error:
        raise DataError(TOO_LARGE) from error


class Vocabulary:
    """The known ids in ascending order; the index of an id is its place in that order.

    Parameters
    ----------
    ids
        Any iterable of integers or of strings; repeats are dropped and the rest sorted, so the
        same set of ids gives the same indices whatever order the ratings came in.

    Examples
    --------
    >>> users = Vocabulary([196, 22, 196])
    >>> len(users), users.index(196), users[0]
    (2, 1, 22)
    >>> users.encode([22, 196, 22])
    array([0, 1, 0], dtype=int32)
    """

    __slots__ = ("_ids",)
    _ids: pl.Series

    def __init__(self, ids: Ids) -> None:
        given = id_series(ids)
        ascending = bool((given.slice(1) > given.head(max(0, len(given) - 1))).all())  # as a bundle has them
        object.__setattr__(self, "_ids", (given if ascending else given.unique().sort()).rename("id"))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Vocabulary is frozen: {name} cannot be set; extended() returns a new one.")

    def __reduce__(self) -> tuple[type[Vocabulary], tuple[pl.Series]]:
        return type(self), (self._ids,)  # copies and worker processes: a frozen object cannot be filled in afterwards

    @property
    def ids(self) -> pl.Series:
        """All ids, by index."""
        return self._ids

    @property
    def kind(self) -> type[int] | type[str]:
        """`int` or `str`: the type every id of this vocabulary has."""
        return str if self._ids.dtype == pl.String else int

    def __len__(self) -> int:
        return self._ids.len()

    def __iter__(self) -> Iterator[Id]:
        return iter(self._ids)

    def __contains__(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, str, np.integer)):
            return False
        plain: Id = int(value) if isinstance(value, np.integer) else value
        return isinstance(plain, self.kind) and self._place(plain) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.kind is other.kind and self._ids.equals(other._ids)

    def __hash__(self) -> int:
        return hash((self.kind, len(self)))

    def __getitem__(self, index: int) -> Id:
        value: Id = self._ids[int(index)]
        return value

    def __repr__(self) -> str:
        head = ", ".join(repr(v) for v in self._ids.head(3))
        return f"Vocabulary({len(self)} ids: {head}{', …' if len(self) > 3 else ''})"

    def _place(self, value: Id) -> int | None:
        place = bisect_left(self._ids, value)  # for one id quicker than asking polars; both order text by code point
        return place if place < len(self) and self._ids[place] == value else None

    def index(self, value: Id | np.integer) -> int:
        """Return the index of one id.

        Raises
        ------
        UnknownIdError
            If the id is not in the vocabulary; the message says when only its type differs.
        """
        plain: Id = int(value) if isinstance(value, np.integer) else value
        place = self._place(plain) if plain in self else None
        if place is not None:
            return place
        raise UnknownIdError(f"id {value!r} is not among the {len(self)} known{self._type_hint(value)}.")

    def _type_hint(self, value: object) -> str:
        if isinstance(value, self.kind) and not isinstance(value, bool):
            return ""
        return f" (ids here are {self.kind.__name__}, this one came as {type(value).__name__})"

    def parse(self, text: str) -> Id:
        """Read an id typed as text (on a command line, say) as the type the ids here have.

        >>> Vocabulary([1, 2]).parse("2"), Vocabulary(["1", "b"]).parse("1")
        (2, '1')
        """
        if self.kind is int:
            try:
                return int(text)
            except ValueError:
                return text
        return text

    def known(self, values: Ids) -> npt.NDArray[np.bool_]:
        """Tell for each id whether it is in the vocabulary; shape ``(len(values),)``."""
        series = id_series(values)
        if series.dtype != self._ids.dtype:
            return np.zeros(series.len(), dtype=np.bool_)
        return series.is_in(self._ids.implode()).to_numpy()

    def encode(self, values: Ids) -> IndexArray:
        """Turn ids into indices; shape ``(len(values),)``, int32.

        Raises
        ------
        UnknownIdError
            If any id is not in the vocabulary; the message names the first and counts the rest.
        """
        series = id_series(values)
        if series.len() == 0:
            return np.zeros(0, dtype=np.int32)
        if series.dtype == self._ids.dtype:
            places = pl.Series(np.arange(len(self), dtype=np.int32))
            parts = [  # in slices: what looking up takes in memory does not grow with the ratings
                part.replace_strict(self._ids, places, default=None, return_dtype=pl.Int32)
                for part in (series.slice(start, SLICE) for start in range(0, series.len(), SLICE))
            ]
            found = pl.concat(parts)
            if not found.null_count():
                return found.to_numpy()
            series = series.filter(found.is_null())
        more = f" and {series.len() - 1} more" if series.len() > 1 else ""
        raise UnknownIdError(
            f"id {series[0]!r}{more} not among the {len(self)} known{self._type_hint(series[0])}; check with known()."
        )

    def decode(self, indices: Sequence[int] | npt.NDArray[np.integer]) -> pl.Series:
        """Turn indices back into ids, exactly as they came in.

        Raises
        ------
        UnknownIdError
            If an index is negative (the -1 that pads short lists, say) or past the end.
        """
        places = np.asarray(indices, dtype=np.int64)
        if len(places) and (places.min() < 0 or places.max() >= len(self)):
            raise UnknownIdError(f"indices run from {places.min()} to {places.max()}, expected 0 to {len(self) - 1}.")
        return self._ids.gather(places)

    def extended(self, ids: Iterable[Id] | pl.Series) -> Vocabulary:
        """Return a new vocabulary that knows these ids too; indices may move, this one stays as it is."""
        more = id_series(ids)
        if more.len() and len(self) and more.dtype != self._ids.dtype:
            raise DataError(
                f"ids here are {self.kind.__name__}, the new ones came as {more.dtype}; convert them first."
            )
        filled = [part for part in (self._ids, more.alias("id")) if part.len()]
        return Vocabulary(pl.concat(filled or [self._ids]))
