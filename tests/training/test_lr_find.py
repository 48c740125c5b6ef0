"""lr_find: a suggestion where the loss falls, and nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from alsoliked.data.ratings import Ratings
from alsoliked.models import CollabNN, DotProductBias
from alsoliked.training import Learner
from alsoliked.training.valley import valley

Split = tuple[Ratings, Ratings]


def build(kind: str) -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    if kind == "net":
        return CollabNN(60, 40, (16,), dropout=0.2, generator=generator)
    return DotProductBias(60, 40, 5, y_range=(0, 5.5), generator=generator)


@pytest.mark.parametrize("kind", ["dot_bias", "net"])
def test_everything_is_put_back(kind: str, stars: Split) -> None:
    first, second = (Learner(build(kind), *stars, on_epoch=None) for _ in range(2))
    before = {k: v.clone() for k, v in first.model.state_dict().items()}
    modes = [m.training for m in first.model.modules()]
    tried = [first.lr_find(), first.lr_find()]
    assert tried[0] == tried[1]
    assert all(torch.equal(v, before[k]) for k, v in first.model.state_dict().items())
    assert [m.training for m in first.model.modules()] == modes
    assert len(first.history) == 0
    runs = [[e.train_loss for e in learn.fit_one_cycle(2)] for learn in (first, second)]
    assert runs[0] == runs[1]  # the run that follows is the run that would have been


@pytest.mark.parametrize("kind", ["dot_bias", "net"])
def test_the_suggestion_lies_where_the_loss_falls(kind: str, stars: Split) -> None:
    found = Learner(build(kind), *stars, on_epoch=None).lr_find()
    place = found.lrs.index(found.suggestion)
    assert 1e-4 < found.suggestion < 1
    assert place < int(np.argmin(found.losses))
    assert found.losses[place + 1] < found.losses[place] < found.losses[0]
    table = found.to_frame()
    assert table.columns == ["lr", "loss"]
    assert table["lr"].is_sorted()


def test_training_at_the_suggestion_works(stars: Split) -> None:
    learn = Learner(build("dot_bias"), *stars, on_epoch=None)
    history = learn.fit_one_cycle(5, learn.lr_find().suggestion)
    assert not history.degenerate


def test_it_stops_when_the_loss_explodes(stars: Split) -> None:
    model = DotProductBias(60, 40, 5, generator=torch.Generator().manual_seed(0))
    found = Learner(model, *stars, on_epoch=None).lr_find(n_steps=200, high=1e4)
    assert len(found.lrs) < 200
    assert np.isfinite(found.losses).all()


def test_the_valley_is_half_way_down_the_longest_fall() -> None:
    lrs = [10.0 ** (-7 + 8 * step / 99) for step in range(100)]
    losses = [2.0 if step < 40 else 2.0 - (step - 40) / 40 for step in range(80)] + [1.0 + step for step in range(20)]
    assert valley(lrs, losses) == pytest.approx(lrs[59], rel=0.3)
    assert np.isnan(valley([], []))
