"""What the loop asks of tables that are split between processes by row, whoever holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from torch import Tensor

from alsoliked.cluster.rows import Role

__all__ = ["ROLES", "Own", "Tables"]

ROLES: tuple[Role, Role] = ("user", "item")


class Own(NamedTuple):
    """The rows of one table that lie with this process: the number of the first, and the rows themselves."""

    first: int
    rows: Tensor


class Tables(Protocol):
    """Two tables of rows, of users and of items, split between processes; every call is one that all of them make."""

    def before(self, lr: float) -> None:
        """Get ready for a step at this learning rate; called before `fetch`."""
        ...

    def fetch(self, users: Tensor, items: Tensor, room: int) -> tuple[Tensor, Tensor]:
        """Return the rows of this process's pairs, (batch, width or more) each; gradients find their way back.

        `room` is the most pairs that any process may bring to this call, the same number on each.
        """
        ...

    def step(self, lr: float, momentum: float) -> None:
        """Move the rows, when the gradient has come back."""
        ...

    def own(self, role: Role) -> Own:
        """Return the rows that lie here, as they are now; what is written into them is what is trained."""
        ...

    def state(self) -> Mapping[str, Tensor]:
        """Return rows and what the optimiser keeps, as tensors that know which part of the whole they are."""
        ...
