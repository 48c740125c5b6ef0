"""All parameters of a module laid end to end, so that one call a step moves them all."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from alsoliked.models.levels import DotProductLevels

__all__ = ["FlatParameters"]


class FlatParameters:
    """A module's parameters as views into two tensors: those that weight decay shrinks, and those it spares.

    Spared are the parameters of normalisation layers and the biases of linear ones; the *tables* of user and item
    biases are shrunk like every other table (both as in the chapter's library). How often each rating level is given
    in general is spared too: it is the bias of all pairs.
    """

    def __init__(self, model: nn.Module) -> None:
        spared = {id(p) for module in model.modules() for p in _spared(module)}
        trainable = [p for p in model.parameters() if p.requires_grad]
        groups = ([p for p in trainable if id(p) not in spared], [p for p in trainable if id(p) in spared])
        self.decayed, self.spared = (_lay_end_to_end(group) for group in groups)
        self._flats = [flat for flat in (self.decayed, self.spared) if flat is not None]
        self._buffers = list(model.buffers())

    def zero_grad(self) -> None:
        """Set every gradient to zero, in place."""
        for flat in self._flats:
            if flat.grad is not None:
                flat.grad.zero_()

    def copy(self) -> list[Tensor]:
        """Return a copy of all values, for `restore`: running statistics too, which belong to their weights."""
        return [tensor.detach().clone() for tensor in (*self._flats, *self._buffers)]

    @torch.no_grad()
    def restore(self, values: list[Tensor]) -> None:
        """Put copied values back."""
        for tensor, value in zip((*self._flats, *self._buffers), values, strict=True):
            tensor.copy_(value)


def _spared(module: nn.Module) -> list[nn.Parameter]:
    if isinstance(module, (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)):
        return list(module.parameters(recurse=False))
    if isinstance(module, DotProductLevels):
        return [module.usual]
    bias = getattr(module, "bias", None)
    return [bias] if isinstance(bias, nn.Parameter) and isinstance(module, (nn.Linear, nn.Bilinear)) else []


def _lay_end_to_end(parameters: list[nn.Parameter]) -> nn.Parameter | None:
    if not parameters:
        return None
    flat = nn.Parameter(torch.cat([p.detach().reshape(-1) for p in parameters]))
    flat.grad = torch.zeros_like(flat)
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = flat.detach()[start:end].view_as(parameter)
        parameter.grad = flat.grad[start:end].view_as(parameter)
        start = end
    return flat
