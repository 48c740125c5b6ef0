"""How the machine is used while computing: threads, denormal numbers, random numbers; all left as they were found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["ONE_THREAD_BELOW", "own_randomness", "settled"]

ONE_THREAD_BELOW = 8192  # ratings at a time; below this handing work to a second thread costs more than it saves


@contextmanager
def settled(n_ratings: int) -> Iterator[None]:
    """Set threads for work on so many ratings at a time and flush denormals; leave both as they were found.

    The averages AdamW keeps for rarely rated items decay towards zero and, after some hundred steps, become denormal
    numbers, on which a processor is a dozen times slower; flushing them to zero changes no result that matters.
    """
    threads = torch.get_num_threads()
    flushed = (torch.full((1,), 1e-40) * 1.0).item() == 0.0
    try:
        if n_ratings < ONE_THREAD_BELOW:
            torch.set_num_threads(1)
        torch.set_flush_denormal(True)
        yield
    finally:
        torch.set_flush_denormal(flushed)
        torch.set_num_threads(threads)


@contextmanager
def own_randomness(generator: torch.Generator, device: torch.device) -> Iterator[None]:
    """Seed PyTorch's global generators from ours for as long as it lasts: dropout draws from nothing else."""
    ahead = torch.Generator()
    ahead.set_state(generator.get_state())
    seed = int(torch.randint(2**62, (1,), generator=ahead))  # ours stays where it is
    cuda = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda):
        torch.default_generator.manual_seed(seed)
        if cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
