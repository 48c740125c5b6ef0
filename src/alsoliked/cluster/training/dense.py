"""What every process has a copy of: the layers of a net, moved alike on all of them."""

from __future__ import annotations

import torch.distributed as dist
from torch import Tensor, nn

from alsoliked.cluster.training.adam import Adam
from alsoliked.training.parameters import FlatParameters

__all__ = ["Dense"]


class Dense:
    """The parameters of a module without tables, laid end to end, and AdamW for them.

    Parameters
    ----------
    module
        Equal on every process; it stays so, since all of them add up their gradients.
    wd
        Decoupled weight decay of what the local loop decays; biases and normalisation are spared there and here.
    """

    def __init__(self, module: nn.Module, wd: float) -> None:
        self._parameters, self._module = FlatParameters(module), module
        flats = {"decayed": self._parameters.decayed, "spared": self._parameters.spared}
        self._flats: dict[str, Tensor] = {name: flat for name, flat in flats.items() if flat is not None}
        self._adam = Adam(self._flats, {name: wd if name == "decayed" else 0.0 for name in self._flats})

    def step(self, lr: float, momentum: float) -> None:
        """Add up the gradients of all processes, move along the sum, and set them to zero."""
        gradients = {name: flat.grad for name, flat in self._flats.items()}
        for gradient in gradients.values():
            if gradient is not None:
                dist.all_reduce(gradient)
        self._adam.step(lr, momentum, gradients)
        self._parameters.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """Return parameters, running statistics and what AdamW keeps; equal on every process."""
        state = {name: flat.detach() for name, flat in self._flats.items()}
        state |= dict(self._module.named_buffers())
        return state | {f"{name}.{k}": kept for name in self._flats for k, kept in self._adam.kept(name).items()}
