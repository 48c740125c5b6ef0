"""Whether a model is training or being looked at; what was found is put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["evaluating", "keeping_modes", "training_mode"]


@contextmanager
def keeping_modes(model: nn.Module) -> Iterator[None]:
    """Give every part its own mode back at the end."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Look at a model without gradients and in evaluation mode; every part gets its own mode back."""
    with keeping_modes(model), torch.no_grad():
        model.eval()
        yield


def training_mode(model: nn.Module, bs: int) -> None:
    """Switch to training; a batch of one rating has no spread, so batch normalisation keeps what it knows."""
    model.train()
    if bs == 1:
        for module in model.modules():
            if isinstance(module, nn.modules.batchnorm._NormBase):
                module.eval()
