"""Threads, denormal and random numbers are found as they were left, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from alsoliked.data.ratings import Ratings
from alsoliked.errors import TrainingError
from alsoliked.models import DotProductBias
from alsoliked.processor import ONE_THREAD_BELOW, settled
from alsoliked.training import Epoch, Learner

Split = tuple[Ratings, Ratings]


@pytest.fixture(params=[False, True], ids=["denormals kept", "denormals flushed"])
def found(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    """Three threads, and denormals one way or the other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    torch.set_flush_denormal(request.param)
    yield 3, request.param
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def state() -> tuple[int, bool]:
    return torch.get_num_threads(), (torch.full((1,), 1e-40) * 1.0).item() == 0


def learner(stars: Split, on_epoch: object = None) -> Learner:
    model = DotProductBias(60, 40, 5, generator=torch.Generator().manual_seed(0))
    return Learner(model, *stars, on_epoch=on_epoch)


def test_inside_and_after(found: tuple[int, bool]) -> None:
    with settled(64):
        assert state() == (1, True)
    assert state() == found
    with settled(ONE_THREAD_BELOW):
        assert state() == (3, True)
    assert state() == found


def test_after_a_run(found: tuple[int, bool], stars: Split) -> None:
    numbers, arrays = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002  the global one is meant
    learn = learner(stars)
    learn.fit_one_cycle(1)
    learn.lr_find(n_steps=5)
    assert state() == found
    assert torch.equal(torch.get_rng_state(), numbers)
    assert (np.random.get_state()[1] == arrays).all()  # noqa: NPY002


def test_after_a_run_that_failed(found: tuple[int, bool], stars: Split) -> None:
    numbers = torch.get_rng_state()
    with pytest.raises(TrainingError):
        learner(stars).fit(1, 1e8)
    assert state() == found

    def interrupt(_: Epoch) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learner(stars, interrupt).fit_one_cycle(2)
    assert state() == found
    assert torch.equal(torch.get_rng_state(), numbers)
