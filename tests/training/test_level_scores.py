"""A module may return a row of numbers for each pair, where its loss knows what to do with it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.models import DotProduct
from alsoliked.training import Learner

Split = tuple[Ratings, Ratings]


class Levels(nn.Module):
    """A score for each of `n` rating levels, from an item's row alone."""

    def __init__(self, n: int = 5) -> None:
        super().__init__()
        self.items = nn.Embedding(40, n, _weight=torch.zeros(40, n))

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return self.items(items) + 0 * users[:, None]


def cross_entropy(scores: Tensor, ratings: Tensor) -> Tensor:
    return nn.functional.cross_entropy(scores, ratings.long() - 1)


def test_cross_entropy_learns_how_often_each_level_is_given(stars: Split) -> None:
    """With an item's row alone, the best there is are the item's own shares of the levels."""
    model = Levels()
    learn = Learner(model, stars[0], stars[1], bs=64, loss=cross_entropy, on_epoch=None)
    assert learn.validate() == pytest.approx(math.log(5))
    learn.fit_one_cycle(60, 0.1, wd=0.0)
    item = int(stars[0].counts_by_item().argmax())
    given = stars[0].rating[stars[0].item_index == item].astype(int)
    shares = torch.bincount(torch.tensor(given) - 1, minlength=5) / len(given)
    assert torch.allclose(model.items.weight[item].softmax(dim=0), shares, atol=0.03)
    assert learn.predict(stars[1].user_index[:7], stars[1].item_index[:7]).shape == (7, 5)


def test_another_loss_is_not_held_against_a_squared_error(stars: Split) -> None:
    """1.6 nats after one lazy epoch are more than the mean's squared error and say nothing about it."""
    learn = Learner(Levels(), *stars, loss=cross_entropy, on_epoch=None)
    history = learn.fit_one_cycle(1, 1e-6)
    assert not history.degenerate
    assert history.in_words() == []


class Flat(Levels):
    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items).sum()


class Column(DotProduct):
    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items)[:, None]


@pytest.mark.parametrize(
    ("model", "shape"), [(Flat, r"\(\)"), (lambda: Column(60, 40), r"\(2, 1\)")], ids=("flat", "column")
)
def test_what_no_loss_should_get(model: Callable[[], nn.Module], shape: str, stars: Split) -> None:
    with pytest.raises(OptionError, match=rf"returns shape {shape} for 2 pairs; expected .* or \(2, n\)"):
        Learner(model(), *stars, loss=cross_entropy)


def test_levels_without_a_loss_that_takes_them(stars: Split) -> None:
    with pytest.raises(OptionError, match=r"returns shape \(2, 5\) for 2 pairs; expected \(2,\), one number a pair\.$"):
        Learner(Levels(), *stars)
