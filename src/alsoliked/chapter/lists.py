"""L: a list that takes many places at once and prints only its beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import index
from typing import Any, TypeVar

import numpy as np
import torch

__all__ = ["L"]

T = TypeVar("T")
SHOWN = 10  # items that are printed


class L(list[Any]):
    """A list as the chapter uses it: printed with its length, taken apart by many indices at once.

    Parameters
    ----------
    items
        What goes in: None for nothing, any iterable, or one thing (a string and a tensor count as one).

    Examples
    --------
    >>> L(range(12))
    (#12) [0,1,2,3,4,5,6,7,8,9...]
    >>> L("a", "b"), L(None)
    ((#2) ['a','b'], (#0) [])
    >>> L("abcd"[place] for place in range(4))[[0, 3]]
    (#2) ['a','d']
    """

    def __init__(self, *items: object) -> None:
        super().__init__(_listed(items[0]) if len(items) == 1 else items)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401  an index of any kind, an item of any kind
        if isinstance(place, slice):
            return L(super().__getitem__(place))
        if _one(place):
            return super().__getitem__(index(place))
        places = place.tolist() if isinstance(place, (torch.Tensor, np.ndarray)) else list(place)
        if places and all(isinstance(p, (bool, np.bool_)) for p in places):
            return L(item for item, keep in zip(self, places, strict=True) if keep)
        return L(super(L, self).__getitem__(index(p)) for p in places)

    def __repr__(self) -> str:
        shown = ",".join(repr(item) for item in self[:SHOWN])
        return f"(#{len(self)}) [{shown}{'...' if len(self) > SHOWN else ''}]"

    __str__ = __repr__

    @property
    def items(self) -> list[Any]:
        """The same as a plain list."""
        return list(self)

    def map(self, function: Callable[..., Any]) -> L:
        """Apply a function to each item."""
        return L(function(item) for item in self)

    def filter(self, function: Callable[..., Any]) -> L:
        """Keep the items for which a function says yes."""
        return L(item for item in self if function(item))

    def sorted(self, key: Callable[..., Any] | None = None, reverse: bool = False) -> L:
        """Return the items in order."""
        return L(sorted(self, key=key, reverse=reverse))

    def unique(self) -> L:
        """Return each item once, in the order they came."""
        return L(dict.fromkeys(self))


def _listed(items: object) -> Iterator[Any] | list[Any]:
    if items is None:
        return []
    if isinstance(items, (str, bytes, torch.Tensor)) or not isinstance(items, Iterable):
        return [items]
    return iter(items)


def _one(place: object) -> bool:
    if isinstance(place, (torch.Tensor, np.ndarray)):
        return place.ndim == 0
    return hasattr(place, "__index__")
