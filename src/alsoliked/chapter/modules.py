"""What the chapter builds its networks from."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from alsoliked.models.layers import sigmoid_range, small_normal

__all__ = ["Embedding", "Module", "SigmoidRange"]


class Module(nn.Module):
    """PyTorch's module, made ready before ``__init__``, so that a subclass need not call ``super().__init__()``.

    Examples
    --------
    >>> class T(Module):
    ...     def __init__(self):
    ...         self.a = nn.Parameter(torch.ones(3))
    >>> list(T().parameters())
    [Parameter containing:
    tensor([1., 1., 1.], requires_grad=True)]
    """

    def __new__(cls, *_arguments: object, **_options: object) -> Self:
        """Make the module ready."""
        module = super().__new__(cls)
        nn.Module.__init__(module)
        return module


class Embedding(nn.Embedding):
    """A table of `ni` rows of `nf` numbers, drawn from a normal cut off at two standard deviations.

    Parameters
    ----------
    ni, nf
        Rows, and numbers in each.
    std
        The standard deviation before cutting.
    generator
        Where the numbers come from. None: PyTorch's own state, which `torch.manual_seed` sets.
    """

    def __init__(self, ni: int, nf: int, std: float = 0.01, generator: torch.Generator | None = None) -> None:
        super().__init__(ni, nf, _weight=small_normal(ni, nf, generator=generator, std=std))


class SigmoidRange(Module):
    """`sigmoid_range` as a layer.

    Examples
    --------
    >>> SigmoidRange(0, 5.5)
    SigmoidRange(low=0, high=5.5)
    """

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def forward(self, x: Tensor) -> Tensor:
        """Squeeze any number into the range; any shape."""
        return sigmoid_range(x, self.low, self.high)

    def extra_repr(self) -> str:
        """Say the range."""
        return f"low={self.low:g}, high={self.high:g}"
