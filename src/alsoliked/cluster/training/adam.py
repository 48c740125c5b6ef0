"""AdamW as the local loop has it, over tensors whose gradients come anew in every step, with all it keeps in view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from alsoliked.training.optimizer import EPS, SQUARES

__all__ = ["Adam"]


class Adam:
    """AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019), PyTorch's own in one pass over memory.

    Parameters
    ----------
    values
        What to move, by name.
    wd
        Weight decay of each, by the same names.
    """

    def __init__(self, values: Mapping[str, Tensor], wd: Mapping[str, float]) -> None:
        self._moved = {name: nn.Parameter(tensor.detach()) for name, tensor in values.items()}  # the same memory
        groups: list[dict[str, Any]] = [{"params": [p], "weight_decay": wd[name]} for name, p in self._moved.items()]
        self._adam = torch.optim.AdamW(groups, eps=EPS, fused=True)
        for parameter in self._moved.values():  # what PyTorch would do in the first step; a resumed run needs it before
            kept = {"exp_avg": torch.zeros_like(parameter.data), "exp_avg_sq": torch.zeros_like(parameter.data)}
            self._adam.state[parameter] = {"step": torch.zeros(()), **kept}

    def step(self, lr: float, momentum: float, gradients: Mapping[str, Tensor | None]) -> None:
        """Move everything once along its gradient."""
        for group in self._adam.param_groups:
            group["lr"], group["betas"] = lr, (momentum, SQUARES)
        for name, parameter in self._moved.items():
            parameter.grad = gradients[name]
        self._adam.step()
        for parameter in self._moved.values():
            parameter.grad = None

    def kept(self, name: str) -> dict[str, Tensor]:
        """Return what is kept about one of them: steps, average and squares; to look at, or to fill in."""
        state: dict[str, Tensor] = self._adam.state[self._moved[name]]
        return state
