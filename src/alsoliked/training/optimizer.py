"""The optimisers, over all parameters laid end to end so that one call a step moves them all."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from alsoliked.errors import OptionError

__all__ = ["FlatParameters", "Optimizer", "OptimizerName"]

OptimizerName = Literal["adamw", "sgd"]


class FlatParameters:
    """A module's parameters as views into two tensors: those that weight decay shrinks, and those it spares.

    Spared are the parameters of normalisation layers and the biases of linear ones; the *tables* of user and item
    biases are shrunk like every other table (both as in the chapter's library).
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


class Optimizer:
    """AdamW (betas as scheduled / .99, eps 1e-5, decoupled decay) or plain SGD over flat parameters.

    Parameters
    ----------
    parameters
        What to move.
    name
        ``"adamw"`` or ``"sgd"``.
    wd
        Weight decay. A step shrinks what is decayed by ``lr * wd`` of itself (AdamW; decoupled, Loshchilov & Hutter
        2019) or adds ``wd * weight`` to the gradient (SGD, where both come to the same).
    """

    def __init__(self, parameters: FlatParameters, name: OptimizerName, wd: float) -> None:
        flats = ((parameters.decayed, wd), (parameters.spared, 0.0))
        groups = [{"params": [flat], "weight_decay": decay} for flat, decay in flats if flat is not None]
        if name == "adamw":
            self._torch: torch.optim.Optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-5, fused=True)
        elif name == "sgd":
            self._torch = torch.optim.SGD(groups, lr=0.0)
        else:
            raise OptionError(f"optimizer={name!r} is unknown; expected 'adamw' or 'sgd'.")

    def step(self, lr: float, momentum: float) -> None:
        """Move every parameter once along its gradient."""
        for group in self._torch.param_groups:
            group["lr"] = lr
            if "betas" in group:
                group["betas"] = (momentum, 0.99)
            else:
                group["momentum"] = momentum
        self._torch.step()
