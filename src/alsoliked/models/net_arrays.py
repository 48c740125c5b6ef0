"""NetArrays: what a trained network learned, as plain arrays; so that answering needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FloatArray
from alsoliked.models.ranges import YRange

if TYPE_CHECKING:
    from alsoliked.models.neural import CollabNN

__all__ = ["NetArrays", "State"]

State: TypeAlias = Mapping[str, npt.NDArray[Any]]

FIRST = "layers.0.weight"  # whose inputs are a user's vector and an item's


@dataclass(frozen=True, slots=True, eq=False)
class NetArrays:
    """The state of a `CollabNN` without columns, by the names its ``state_dict`` has.

    Attributes
    ----------
    state
        The arrays: tables, linear layers, batch normalisation.
    shape
        What such a network is built with, beside its sizes and its `y_range`.
    y_range
        The interval its predictions are squeezed into, or None.
    """

    state: State
    shape: Mapping[str, Any]
    y_range: YRange | None = None

    def __post_init__(self) -> None:
        for array in self.state.values():
            array.setflags(write=False)

    @classmethod
    def of(cls, net: CollabNN) -> NetArrays:
        """Copy what a network learned."""
        state = {name: np.array(value.detach().cpu().numpy()) for name, value in net.state_dict().items()}
        return cls(state, dict(net.shape), net.y_range)

    def thawed(self) -> CollabNN:
        """Return a network of these weights, in evaluation mode; this alone needs torch."""
        import torch  # noqa: PLC0415

        from alsoliked.models.neural import CollabNN  # noqa: PLC0415

        n_users, n_items = len(self.user_factors), len(self.item_factors)
        shape: dict[str, Any] = dict(self.shape) | self._sizes
        net = CollabNN(n_users, n_items, y_range=self.y_range, generator=torch.Generator(), **shape)
        net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in self.state.items()})
        net.shape = dict(self.shape)
        return net.eval()

    @property
    def user_factors(self) -> FloatArray:
        """Every user's vector, shape ``(n_users, user_size)``."""
        return self.state["user_factors.weight"]

    @property
    def item_factors(self) -> FloatArray:
        """Every item's vector, shape ``(n_items, item_size)``."""
        return self.state["item_factors.weight"]

    @property
    def _sizes(self) -> dict[str, int]:
        return {"user_size": self.user_factors.shape[1], "item_size": self.item_factors.shape[1]}

    def with_table(self, side: Literal["users", "items"], rows: FloatArray) -> NetArrays:
        """Return the same network with other vectors for its users, or items, as long as those it had."""
        name = f"{side.removesuffix('s')}_factors.weight"
        return replace(self, state={**self.state, name: np.array(rows, order="C")}, shape={**self.shape, **self._sizes})

    def mirrored(self) -> NetArrays:
        """Return the same network with users and items changing places; the layers after the first are shared."""
        sizes = self._sizes
        turned = {"user_factors.weight": self.item_factors, "item_factors.weight": self.user_factors}
        turned[FIRST] = np.roll(self.state[FIRST], -sizes["user_size"], axis=1)
        shape = {**self.shape, "user_size": sizes["item_size"], "item_size": sizes["user_size"]}
        return replace(self, state={**self.state, **turned}, shape=shape)

    def fits(self, n_users: int, n_items: int) -> bool:
        """Whether every array is there and fits the others, for so many users and items."""
        widths = [sum(self._sizes.values()), *self.shape["layers"], self.shape.get("n_levels") or 1]
        expected: dict[str, tuple[int, ...]] = {"user_factors.weight": (n_users, widths[0] - self._sizes["item_size"])}
        expected |= {"item_factors.weight": (n_items, self._sizes["item_size"])}
        norms, step = bool(self.shape["batch_norm"]), 2 + bool(self.shape["batch_norm"]) + bool(self.shape["dropout"])
        for place, (n_in, n_out) in enumerate(pairwise(widths)):
            name, last = f"layers.{place * step}", place == len(widths) - 2
            expected[f"{name}.weight"] = (n_out, n_in)
            if last or not norms or (place == 0 and self.shape.get("first_bias")):
                expected[f"{name}.bias"] = (n_out,)
            if norms and not last:
                norm = f"layers.{place * step + 2}"
                expected |= {f"{norm}.{part}": (n_out,) for part in ("weight", "bias", "running_mean", "running_var")}
                expected[f"{norm}.num_batches_tracked"] = (1,)
        return {name: array.shape or (1,) for name, array in self.state.items()} == expected
