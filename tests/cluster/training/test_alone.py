"""One process, the package's own loop: what every other number of processes is held against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.rowwise import RowwiseAdagrad
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError, TrainingError
from alsoliked.models.dot_product import DotProductBias
from alsoliked.training.learner import Learner

RANGE = (0.5, 5.5)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    ratings = planted_ratings(120, 60, n_factors=3, density=0.4, seed=4, levels=range(1, 6)).ratings
    return write_shards(ratings, tmp_path_factory.mktemp("alone") / "shards", n_shards=4, block=64)


@pytest.fixture
def settings(shards: Shards, tmp_path: Path) -> Settings:
    told: dict[str, Any] = {"epochs": 2, "lr": 0.02, "wd": 0.1, "bs": 128}
    return Settings(
        model="dot_bias",
        options={"n_factors": 4, "y_range": RANGE},
        shards=str(shards.folder),
        work=str(tmp_path),
        **told,
    )


def test_it_learns_what_the_learner_learns(shards: Shards, settings: Settings) -> None:
    train, valid = shards.ratings("train"), shards.ratings("valid")
    here, there = [], []
    for seed in (0, 1):  # both start and deal batches by their own rules, so they agree as far as two seeds do
        here.append(alone(replace(settings, epochs=12, lr=0.05, seed=seed)))
        model = DotProductBias(120, 60, 4, y_range=RANGE, generator=torch.Generator().manual_seed(seed))
        learner = Learner(model, train, valid, bs=128, seed=seed, on_epoch=None)
        there.append(learner.fit_one_cycle(12, 0.05, wd=0.1))
    last = [np.mean([history.epochs[-1].watched for history in runs]) for runs in (here, there)]
    assert last[0] == pytest.approx(last[1], rel=0.15)
    assert last[0] < 0.2 * here[0].guess_loss
    assert here[0].guess_loss == pytest.approx(there[0].guess_loss, rel=1e-6)


CHANGES: list[dict[str, Any]] = [
    {"epochs": 3},
    {"lr": 0.03},
    {"wd": 0.2},
    {"bs": 64},
    {"seed": 1},
    {"optimizer": "rowwise_adagrad"},
    {"pct_start": 0.5},
    {"div": 5.0},
    {"window": 64},
    {"model": "dot"},
    {"options": {"n_factors": 5, "y_range": RANGE}},
    {"options": {"n_factors": 4, "y_range": None}},
]


@pytest.mark.parametrize("changed", CHANGES, ids=[str(next(iter(some.items()))) for some in CHANGES])
def test_every_setting_changes_what_is_learned(settings: Settings, changed: dict[str, Any]) -> None:
    before = alone(settings).epochs[1].train_loss
    assert alone(replace(settings, **changed)).epochs[1].train_loss != before


@pytest.mark.parametrize(
    "changed", [{"layers": (5, 4)}, {"user_size": 2}, {"item_size": 2}, {"dropout": 0.3}, {"batch_norm": False}]
)
def test_every_option_of_a_net_changes_what_is_learned(settings: Settings, changed: dict[str, Any]) -> None:
    net = replace(settings, model="net", options={"layers": (5,), "user_size": 3, "item_size": 3}, epochs=1)
    before = alone(net).epochs[0].train_loss
    assert alone(replace(net, options=net.options | changed)).epochs[0].train_loss != before


def test_the_same_seed_learns_the_same(settings: Settings) -> None:
    rows = []
    for _ in range(2):
        alone(settings)
        rows.append(np.array(Rows.open(settings.rows).users))
    np.testing.assert_array_equal(*rows)


def test_rows_say_what_a_bundle_needs(settings: Settings) -> None:
    history = alone(settings)
    rows = Rows.open(settings.rows)
    assert (rows.users.shape, rows.items.shape) == ((120, 5), (60, 5))
    assert rows.about["kind"] == "factors"
    assert rows.about["model"] == "dot_bias"
    assert rows.about["y_range"] == list(RANGE)
    assert rows.about["history"] == history.to_dict()
    alone(replace(settings, model="dot"))
    rows = Rows.open(settings.rows)
    assert not rows.users[:, 0].any()  # a dot product has no bias
    assert rows.users[:, 1:].any(axis=1).all()


def test_a_net_hands_over_its_layers(settings: Settings) -> None:
    alone(replace(settings, model="net", options={"layers": (5,), "user_size": 3, "item_size": 2}))
    rows = Rows.open(settings.rows)
    assert (rows.about["kind"], rows.users.shape[1], rows.items.shape[1]) == ("net", 3, 2)
    assert rows.about["shape"]["user_size"] == 3
    assert rows.dense["layers.0.weight"].shape == (5, 5)
    assert rows.dense["layers.2.running_mean"].shape == (5,)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bs": 130}, "bs=130 is not a multiple of the 4 shards"),
        ({"options": {"y_range": (1, 4)}}, "cannot reach ratings from 1 to 5"),
        ({"window": 63}, "window=63"),
    ],
)
def test_what_does_not_fit_the_shards_is_refused(settings: Settings, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        alone(replace(settings, **changed))


def test_a_loss_that_is_no_number_ends_it(settings: Settings) -> None:
    with pytest.raises(TrainingError, match="no longer a finite number"):
        alone(replace(settings, lr=1e30, options={"n_factors": 4, "y_range": None}))


def test_rowwise_adagrad_by_hand() -> None:
    bias, factors = torch.ones(3, 1), torch.full((3, 4), 2.0)
    bias.grad, factors.grad = torch.tensor([[3.0], [9.0], [0.0]]), torch.zeros(3, 4)
    factors.grad[0] = 1.0
    optimizer = RowwiseAdagrad([([bias, factors], lambda: torch.tensor([0, 2, 0]))], None, wd=0.5)
    optimizer.step(0.1, 0.9)
    # row 0: (3² + 4 · 1²) / 8, as 5 numbers are padded to 8; row 1 was not touched; row 2 only shrinks
    rate = 0.1 / (13 / 8) ** 0.5
    torch.testing.assert_close(bias.ravel(), torch.tensor([0.95 - 3 * rate, 1.0, 0.95]))
    torch.testing.assert_close(factors[:, 0], torch.tensor([1.9 - rate, 2.0, 1.9]))
    optimizer.step(0.1, 0.9)
    torch.testing.assert_close(bias[0, 0], (0.95 - 3 * torch.tensor(rate)) * 0.95 - 0.3 / (13 / 4) ** 0.5)
