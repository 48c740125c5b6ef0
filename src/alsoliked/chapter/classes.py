"""Classes: which ids there are, and which row each has; row 0 is `#na#`, for what is not among them."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable
from typing import TypeAlias

from alsoliked.chapter.lists import L

__all__ = ["NA", "Classes", "Key", "Lookup"]

NA = "#na#"
Key: TypeAlias = int | float | str


class Lookup(dict[Key, int]):
    """From an id to its row; an id that is not there has row 0, and a warning says so."""

    def __missing__(self, key: object) -> int:
        if isinstance(key, str) or not hasattr(key, "item"):
            warnings.warn(self._says(key), stacklevel=2)
            return 0
        return self[key.item()]  # one number of NumPy or PyTorch

    def _says(self, key: object) -> str:
        said = f"{key!r} is not among the {len(self) - 1} known: row 0 it is, {NA}, which nothing has trained."
        twin: Key | None = str(key) if not isinstance(key, str) else int(key) if key.isdecimal() else None
        if twin is not None and twin in self:
            return f"{said} {twin!r} is: ids are {'text' if isinstance(twin, str) else 'numbers'} here."
        near = difflib.get_close_matches(str(key), [k for k in self if isinstance(k, str)], n=1)
        return f"{said} Did you mean {near[0]!r}?" if near else said


class Classes(L):
    """The ids of one column in ascending order, behind `#na#`; a list, and by `o2i` the way back.

    Attributes
    ----------
    o2i
        From an id to its row; ids that are not there have row 0, `#na#`, and a warning says so.

    Examples
    --------
    >>> titles = Classes(["Alien", "Fargo"])
    >>> titles
    (#3) ['#na#','Alien','Fargo']
    >>> titles.o2i["Fargo"], titles[2]
    (2, 'Fargo')
    """

    def __init__(self, ids: Iterable[Key]) -> None:
        super().__init__([NA, *ids])
        self.o2i = Lookup({key: place for place, key in enumerate(self)})

    def map_objs(self, ids: Iterable[Key]) -> L:
        """From ids to rows."""
        return L(self.o2i[key] for key in ids)

    def map_ids(self, rows: Iterable[int]) -> L:
        """From rows to ids."""
        return L(self[row] for row in rows)
