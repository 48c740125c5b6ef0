"""Layers that treat the parts of a batch, which lie with several processes, as the one batch that they are."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from alsoliked.cluster.training.starts import TABLE, uniform
from alsoliked.errors import OptionError

__all__ = ["PlacedDropout", "WholeBatchNorm", "at_step", "of_whole_batch"]

DROPOUT = len(TABLE)  # keys below are those of the tables


class _Summed(torch.autograd.Function):
    """Sum over all processes. Each one's loss is a part of the whole, so gradients are summed over them as well."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:  # noqa: ANN401, ARG004
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *pull: Tensor) -> Tensor:  # noqa: ANN401, ARG004
        total = pull[0].contiguous().clone()
        dist.all_reduce(total)
        return total


def _summed(values: Tensor) -> Tensor:
    total: Tensor = _Summed.apply(values)  # type: ignore[no-untyped-call]
    return total


class WholeBatchNorm(nn.BatchNorm1d):
    """Batch normalisation (Ioffe & Szegedy 2015) with mean and variance of the whole batch, not of one's own part.

    Running statistics are the same on every process. PyTorch's own for several processes needs GPUs.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  the name that the base class has
        """Normalise one's own part, shape (batch, num_features)."""
        if not self.training:
            return super().forward(input)
        n = torch.full((1,), len(input), dtype=input.dtype)
        totals = _summed(torch.cat([input.sum(dim=0), n]))  # (num_features + 1,)
        count = totals[-1].detach()
        mean = totals[:-1] / count
        variance = _summed((input - mean).square().sum(dim=0)) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1))
        out: Tensor = (input - mean) * (variance + self.eps).rsqrt() * self.weight + self.bias
        return out

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        for running, came in ((self.running_mean, mean), (self.running_var, variance)):
            if running is not None:
                running.lerp_(came, self.momentum or 0.0)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked += 1


class PlacedDropout(nn.Module):
    """Dropout (Srivastava et al. 2014) whose mask follows from the seed, the step and the place in the whole batch.

    Parameters
    ----------
    p
        Share that is dropped.
    key
        The seed, and which of the net's layers this is.
    shards
        The shards whose ratings make up the part that comes, in order, equally many of each.

    Attributes
    ----------
    step
        How many batches came in training mode; what a resumed run must set.
    """

    def __init__(self, p: float, key: tuple[int, int], shards: range) -> None:
        super().__init__()
        self.p, self.key, self.shards, self.step = p, key, shards, 0

    def forward(self, x: Tensor) -> Tensor:
        """Drop, in training mode, and scale up what stays; shape (batch, width) in and out."""
        if not self.training:
            return x
        each = x.numel() // len(self.shards)
        drawn = [uniform(self.key, (0, self.step, shard), each) for shard in self.shards]
        self.step += 1
        kept = torch.stack([torch.from_numpy(some >= self.p) for some in drawn]).view_as(x)
        return x * kept / (1 - self.p)


def of_whole_batch(layers: nn.Sequential, seed: int, shards: range, *, spread: bool = True) -> None:
    """Put layers of this module in the place of those whose result depends on the whole batch.

    Without `spread` batch normalisation stays as it is: one process has the whole batch.
    """
    for at, layer in enumerate(layers):
        if isinstance(layer, nn.Dropout):
            layers[at] = PlacedDropout(layer.p, (seed, DROPOUT + at), shards)
        elif spread and isinstance(layer, nn.BatchNorm1d):
            whole = WholeBatchNorm(layer.num_features, eps=layer.eps, momentum=layer.momentum)
            whole.load_state_dict(layer.state_dict())
            layers[at] = whole
        elif not isinstance(layer, (nn.Linear, nn.ReLU, nn.BatchNorm1d)):
            raise OptionError(f"{type(layer).__name__} is not known on several processes; train without --engine.")


def at_step(module: nn.Module, step: int) -> None:
    """Tell every dropout how many batches came before."""
    for layer in module.modules():
        if isinstance(layer, PlacedDropout):
            layer.step = step
