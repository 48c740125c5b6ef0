"""The optimisers, written out: AdamW and SGD over flat parameters.

PyTorch's own do the same (the tests hold both against each other, step by step), but building one loads PyTorch's
compiler, which takes longer than training on a hundred thousand ratings.
"""

from __future__ import annotations

import math
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from alsoliked.errors import OptionError
from alsoliked.models.tables import gradient_of
from alsoliked.training.parameters import FlatParameters

__all__ = ["Optimizer", "OptimizerName"]

OptimizerName = Literal["adamw", "sgd"]
SQUARES, EPS = 0.99, 1e-5  # the chapter's second beta, and what keeps the division from zero

# AdamW as one pass over memory instead of six; where a PyTorch lacks it, the six stand below
_fused: Any = getattr(torch, "_fused_adamw_", None)


class _Rule(Protocol):
    def step(self, lr: float, momentum: float) -> None: ...


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
        rules: dict[str, type[_AdamW] | type[_SGD]] = {"adamw": _AdamW, "sgd": _SGD}
        if name not in rules:
            raise OptionError(f"optimizer={name!r} is unknown; expected 'adamw' or 'sgd'.")
        flats = ((parameters.decayed, wd), (parameters.spared, 0.0))
        self._rules: list[_Rule] = [rules[name](flat, decay) for flat, decay in flats if flat is not None]

    @torch.no_grad()
    def step(self, lr: float, momentum: float) -> None:
        """Move every parameter once along its gradient."""
        for rule in self._rules:
            rule.step(lr, momentum)


class _AdamW:
    """Kingma & Ba (2015) with the decay of Loshchilov & Hutter (2019)."""

    def __init__(self, values: Tensor, wd: float) -> None:
        self.values, self.wd = values.detach(), wd
        self.gradient = gradient_of(values)
        self.average, self.squares = torch.zeros_like(self.values), torch.zeros_like(self.values)
        self.steps = torch.zeros((), dtype=torch.float32, device=values.device)

    def step(self, lr: float, momentum: float) -> None:
        self.steps += 1
        if _fused is None:
            self._written_out(lr, momentum)
            return
        columns = (self.values, self.gradient, self.average, self.squares)
        lists: list[list[Tensor]] = [*([column] for column in columns), [], [self.steps]]
        betas = {"beta1": momentum, "beta2": SQUARES, "eps": EPS, "weight_decay": self.wd}
        _fused(*lists, lr=lr, **betas, amsgrad=False, maximize=False)

    def _written_out(self, lr: float, momentum: float) -> None:
        done = float(self.steps)
        self.average.lerp_(self.gradient, 1 - momentum)
        self.squares.mul_(SQUARES).addcmul_(self.gradient, self.gradient, value=1 - SQUARES)
        spread = self.squares.sqrt().div_(math.sqrt(1 - SQUARES**done)).add_(EPS)
        self.values.mul_(1 - lr * self.wd).addcdiv_(self.average, spread, value=-lr / (1 - momentum**done))


class _SGD:
    """Plain descent, with momentum where it is asked for."""

    def __init__(self, values: Tensor, wd: float) -> None:
        self.values, self.wd = values.detach(), wd
        self.gradient = gradient_of(values)
        self.velocity: Tensor | None = None

    def step(self, lr: float, momentum: float) -> None:
        pull = self.gradient.add(self.values, alpha=self.wd)
        if momentum:
            self.velocity = pull if self.velocity is None else self.velocity.mul_(momentum).add_(pull)
            pull = self.velocity
        self.values.sub_(pull, alpha=lr)
