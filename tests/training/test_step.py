"""One step of the loop against plain autograd, whichever quick way it takes."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from alsoliked.data.ratings import Ratings
from alsoliked.models import CollabNN, DotProductBias
from alsoliked.training import Learner
from alsoliked.training.batches import Batches
from alsoliked.training.loop import Run
from alsoliked.training.parameters import FlatParameters

CPU = torch.device("cpu")


class WithMean(DotProductBias):
    """A reader's own variation: the tables stay, the forward does not."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items) * 1.5 + 1.0


class Deeper(CollabNN):
    """Another: the net's answer, bent once more."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items) ** 2


class WithOffset(DotProductBias):
    """A parameter that no table holds."""

    def __init__(self, *sizes: int, generator: torch.Generator) -> None:
        super().__init__(*sizes, generator=generator)
        self.offset = nn.Parameter(torch.tensor(0.3))

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items) + self.offset


def build(kind: str) -> nn.Module:
    generator = torch.Generator().manual_seed(3)
    if kind == "frozen":
        model = DotProductBias(60, 40, 4, generator=generator)
        model.item_factors.requires_grad_(requires_grad=False)
        return model
    if kind == "frozen net":
        net = CollabNN(60, 40, (8,), generator=generator)
        net.item_factors.requires_grad_(requires_grad=False)
        return net
    kinds = {
        "dot_bias": lambda: DotProductBias(60, 40, 4, y_range=(0, 5.5), generator=generator),
        "net": lambda: CollabNN(60, 40, (8, 6), y_range=(0, 5.5), generator=generator),
        "net without norm": lambda: CollabNN(60, 40, (8,), batch_norm=False, generator=generator),
        "own forward": lambda: WithMean(60, 40, 4, generator=generator),
        "own parameter": lambda: WithOffset(60, 40, 4, generator=generator),
        "own net": lambda: Deeper(60, 40, (8,), generator=generator),
    }
    return kinds[kind]()


def huber(predicted: Tensor, actual: Tensor) -> Tensor:
    return nn.functional.huber_loss(predicted, actual)


@pytest.mark.parametrize(
    "kind",
    [
        "dot_bias",
        "net",
        "net without norm",
        "own forward",
        "own parameter",
        "own net",
        "frozen",
        "frozen net",
    ],
)
@pytest.mark.parametrize("loss", ["mse", huber])
def test_a_step_finds_autograds_gradient(kind: str, loss: object, stars: tuple[Ratings, Ratings]) -> None:
    model = build(kind)
    reference = copy.deepcopy(model).train()
    batches = Batches(stars[0], 256, CPU)
    run = Run(model.train(), loss, batches, None, FlatParameters(model), torch.Generator())
    users, items, ratings = next(batches.shuffled(torch.Generator().manual_seed(0)))
    found = run.step((users, items, ratings))
    function = nn.functional.mse_loss if loss == "mse" else loss
    expected = function(reference(users, items), ratings)
    expected.backward()
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    for (name, mine), other in zip(model.named_parameters(), reference.parameters(), strict=True):
        if other.grad is None:
            assert mine.grad is None, name
        else:
            torch.testing.assert_close(mine.grad, other.grad, atol=1e-5, rtol=1e-4, msg=name)
    for mine, other in zip(model.buffers(), reference.buffers(), strict=True):
        torch.testing.assert_close(mine, other)  # the running statistics too


@pytest.mark.parametrize("kind", ["own forward", "own parameter", "own net", "frozen", "frozen net"])
def test_variations_learn(kind: str, stars: tuple[Ratings, Ratings]) -> None:
    learn = Learner(build(kind), *stars, on_epoch=None)
    epochs = learn.fit_one_cycle(4, 0.05).epochs
    assert epochs[-1].train_loss < 0.6 * epochs[0].train_loss


def test_batches_deal_every_rating_once(stars: tuple[Ratings, Ratings]) -> None:
    train = stars[0].take(list(range(100)))
    batches = Batches(train, 25, CPU)
    assert len(batches) == 4
    seen = [
        (u, i, r) for b in batches.shuffled(torch.Generator()) for u, i, r in zip(*map(Tensor.tolist, b), strict=True)
    ]
    expected = zip(train.user_index.tolist(), train.item_index.tolist(), train.rating.tolist(), strict=True)
    assert sorted(seen) == sorted(expected)
    orders = [tuple(next(iter(batches.shuffled(torch.Generator().manual_seed(s))))[0].tolist()) for s in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_left_over_ratings_wait_for_another_epoch(stars: tuple[Ratings, Ratings]) -> None:
    batches = Batches(stars[0].take(list(range(30))), 16, CPU)
    assert [len(b[0]) for b in batches.shuffled(torch.Generator())] == [16]
    assert [len(b[0]) for b in batches.in_order(size=20)] == [20, 10]
    assert Batches(stars[0].take([0, 1, 2]), 64, CPU).bs == 3
