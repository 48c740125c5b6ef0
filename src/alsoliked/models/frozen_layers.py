"""FrozenLayers: a trained network's layers as plain arrays, its way forward and its way back written out.

In evaluation mode dropout does nothing, and batch normalisation is a scale and a shift that the next layer can take
over. So what is left is one multiplication a layer and a comparison with 0 in between. The first layer is linear in
user and item: its halves are computed apart, the items' once for all users.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.models.chances import chances
from alsoliked.models.factors import FloatArray, sigmoid
from alsoliked.models.net_arrays import NetArrays, State

__all__ = ["FrozenLayers"]

Indices = npt.NDArray[np.integer]
Layer = tuple[FloatArray, FloatArray]  # weight (n_in, n_out) and shift (n_out,)

EPS = 1e-5  # what PyTorch's batch normalisation adds to a variance


@dataclass(frozen=True, slots=True, eq=False)
class FrozenLayers:
    """What a network makes of user rows and its own items.

    Attributes
    ----------
    items
        The first layer's half that each item makes, its shift included; shape ``(n_items, width)``.
    first
        The first layer's weight for user rows, shape ``(user_size, width)``.
    rest
        The layers after it; before each, what is below 0 becomes 0.
    y_range, values
        How what comes out becomes a rating: squeezed into an interval, or expected under the levels' chances.
    """

    items: FloatArray
    first: FloatArray
    rest: tuple[Layer, ...]
    y_range: tuple[float, float] | None
    values: FloatArray

    @classmethod
    def of(cls, net: NetArrays, values: FloatArray) -> FrozenLayers:
        """Write out a network in evaluation mode."""
        (weight, shift), *rest = _folded(net.state)
        size = net.user_factors.shape[1]
        items = net.item_factors @ weight[size:] + shift
        return cls(items, np.ascontiguousarray(weight[:size]), tuple(rest), net.y_range, values)

    def pairs(self, rows: FloatArray, items: Indices, added: FloatArray | None = None) -> FloatArray:
        """Predict items for rows, one each, shape (n,); `added` is what each first layer gets besides."""
        return self._rated(self._out(rows, items, added))[0]

    def distribution(self, rows: FloatArray, items: Indices) -> FloatArray:
        """Return the chances of the levels of items for rows, one each, shape (n, n_levels)."""
        return chances(self._out(rows, items))

    def _out(self, rows: FloatArray, items: Indices, added: FloatArray | None = None) -> FloatArray:
        """Return what the last layer makes of pairs, (n, n_out)."""
        x = rows @ self.first
        x += self.items[items]
        if added is not None:
            x += added
        for weight, shift in self.rest:
            np.maximum(x, 0, out=x)
            x = x @ weight
            x += shift
        return x

    def predicted(self, row: FloatArray) -> FloatArray:
        """Predict all items for one row, shape (n_items,)."""
        x = self.items + row @ self.first
        for weight, shift in self.rest:
            np.maximum(x, 0, out=x)
            x = x @ weight
            x += shift
        return self._rated(x)[0]

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, user_size)."""
        x = self.items[items] + row @ self.first  # (n, width)
        alive = []
        for weight, shift in self.rest:
            alive.append(x > 0)
            x = np.maximum(x, 0) @ weight + shift
        predicted, pull = self._rated(x)
        for (weight, _), passed in zip(reversed(self.rest), reversed(alive), strict=True):
            pull = (pull @ weight.T) * passed
        return predicted, pull @ self.first.T

    def _rated(self, out: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ratings, and how each moves with what came out: (n,) and (n, n_out)."""
        if len(self.values):
            shares = chances(out)
            expected = shares @ self.values
            return expected, shares * (self.values - expected[:, None])
        if self.y_range is None:
            return out[:, 0], np.ones_like(out)
        low, high = self.y_range
        span, share = np.float32(high - low), sigmoid(out)
        return share[:, 0] * span + np.float32(low), share * (1 - share) * span


def _folded(state: State) -> list[Layer]:
    """Return the linear layers, each with what batch normalisation does to its inputs taken over."""
    found: list[Layer] = []
    taken_over: Layer | None = None  # scale and offset of each input
    for place in sorted({int(name.split(".")[1]) for name in state if name.startswith("layers.")}):
        name = f"layers.{place}"
        if f"{name}.running_mean" in state:
            taken_over = _scale_and_offset(state, name)
            continue
        weight: FloatArray = state[f"{name}.weight"].T
        shift: FloatArray = state.get(f"{name}.bias", np.zeros(weight.shape[1], np.float32))
        if taken_over is not None:
            scale, offset = taken_over
            weight, shift = weight * scale[:, None], shift + offset @ weight
            taken_over = None
        found.append((np.ascontiguousarray(weight), shift))
    return found


def _scale_and_offset(state: State, name: str) -> Layer:
    weight: FloatArray = state[f"{name}.weight"]
    variance: FloatArray = state[f"{name}.running_var"]
    scale: FloatArray = weight / np.sqrt(variance + np.float32(EPS))
    return scale, state[f"{name}.bias"] - state[f"{name}.running_mean"] * scale
