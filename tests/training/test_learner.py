"""What a reader of the chapter relies on when training: numbers that repeat, knobs that work, best weights kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models import CollabNN, DotProduct, DotProductBias
from alsoliked.training import Epoch, Learner, print_epoch

Split = tuple[Ratings, Ratings]


class Plain(nn.Module):
    """A module that knows nothing of this package."""

    def __init__(self, n_users: int, n_items: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.user = nn.Parameter(torch.randn(n_users, 4, generator=generator))
        self.item = nn.Parameter(torch.randn(n_items, 4, generator=generator))

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return 3.0 + (self.user[users] * self.item[items]).sum(dim=1)


def dot_bias(ratings: Ratings, n_factors: int = 5, **options: Any) -> DotProductBias:
    generator = torch.Generator().manual_seed(0)
    return DotProductBias(ratings.n_users, ratings.n_items, n_factors, generator=generator, **options)


def learner(split: Split, model: nn.Module | None = None, **options: Any) -> Learner:
    model = dot_bias(split[0], y_range=(0, 5.5)) if model is None else model
    return Learner(model, *split, on_epoch=None, **options)


def weights(learn: Learner) -> np.ndarray:
    return torch.cat([p.detach().reshape(-1) for p in learn.model.parameters()]).numpy().copy()


@pytest.mark.parametrize("kind", ["dot", "dot_bias", "net"])
def test_planted_ratings_are_predicted(kind: str) -> None:
    """Every model gets near the noise that nobody can get below."""
    planted = planted_ratings(150, 120, n_factors=2, density=0.5, noise=0.1, seed=3, bias_std=0.4 * (kind != "dot"))
    split = random_split(planted.ratings, seed=1)
    generator = torch.Generator().manual_seed(0)
    low, high = planted.ratings.rating_scale
    y_range = (low - 1, high + 1)
    if kind == "net":
        model: nn.Module = CollabNN(150, 120, (64, 32), user_size=8, item_size=8, generator=generator)
        learn, settings = learner(split, model, bs=128), {"epochs": 25, "lr": 0.02, "wd": 0.05}
    else:
        model = {"dot": DotProduct, "dot_bias": DotProductBias}[kind](150, 120, 4, y_range=y_range, generator=generator)
        learn, settings = learner(split, model, bs=128), {"epochs": 20, "lr": 0.05, "wd": 0.01}
    epoch = learn.fit_one_cycle(**settings).epochs[-1]
    assert epoch.valid_loss**0.5 < {"dot": 0.17, "dot_bias": 0.15, "net": 0.3}[kind]


def test_planted_factors_come_back() -> None:
    """Factors are known up to a turn: the space they span and what they multiply to must be the planted one."""
    planted = planted_ratings(200, 150, n_factors=2, density=0.5, noise=0.02, bias_std=0.0, global_bias=0.0, seed=3)
    generator = torch.Generator().manual_seed(0)
    model = DotProduct(200, 150, 2, generator=generator)
    learn = Learner(model, planted.ratings, bs=64, on_epoch=None)
    learn.fit_one_cycle(25, 0.05, wd=1e-4)
    for found, sown in (
        (model.user_factors.weight, planted.user_factors),
        (model.item_factors.weight, planted.item_factors),
    ):
        bases = (np.linalg.qr(f)[0] for f in (found.detach().numpy(), sown))
        angles = np.linalg.svd(np.matmul(*(b if k else b.T for k, b in enumerate(bases))), compute_uv=False)
        assert angles.min() > 0.995  # cosine of the largest angle between the two planes
    users, items = (a.ravel() for a in np.mgrid[:200, :150])
    missed = learn.predict(users, items) - planted.expected(users, items)
    assert np.sqrt((missed**2).mean()) < 0.06


def test_same_seed_same_numbers(stars: Split) -> None:
    runs = [learner(stars, seed=seed) for seed in (1, 1, 2)]
    losses = [[(e.train_loss, e.valid_loss) for e in run.fit_one_cycle(2)] for run in runs]
    assert losses[0] == losses[1] != losses[2]
    assert (weights(runs[0]) == weights(runs[1])).all()
    assert (weights(runs[0]) != weights(runs[2])).any()


def test_dropout_follows_the_seed_and_leaves_the_global_one(stars: Split) -> None:
    def run(seed: int) -> np.ndarray:
        model = CollabNN(60, 40, (16,), dropout=0.5, generator=torch.Generator().manual_seed(0))
        learn = learner(stars, model, seed=seed)
        learn.fit_one_cycle(1)
        learn.lr_find(n_steps=5)
        return weights(learn)

    torch.manual_seed(11)
    first = run(1)
    state = torch.get_rng_state()
    assert torch.equal(torch.manual_seed(11).get_state(), state)
    torch.manual_seed(12)
    assert (run(1) == first).all()
    assert (run(2) != first).any()


def test_a_second_run_goes_on_from_the_first(stars: Split) -> None:
    learn = learner(stars)
    first = learn.fit_one_cycle(2).epochs[-1].valid_loss
    history = learn.fit_one_cycle(2)
    assert [e.epoch for e in history] == [0, 1]
    assert learn.history is history
    assert history.epochs[-1].valid_loss < first


def test_a_second_learner_leaves_the_first_working(stars: Split) -> None:
    model = dot_bias(stars[0], y_range=(0, 5.5))
    first = learner(stars, model)
    learner(stars, model).fit_one_cycle(1)
    before = first.validate()
    first.fit_one_cycle(2)
    assert first.validate() < before
    model.double()  # whatever a user does to their module between two runs
    assert first.fit_one_cycle(1).epochs[-1].train_loss < before


def test_a_module_of_ones_own(stars: Split) -> None:
    model = Plain(60, 40)
    learn = learner(stars, model)
    before = learn.validate()
    history = learn.fit_one_cycle(5, 0.05)
    assert history.epochs[-1].valid_loss < 0.5 * before
    u, i = stars[1].user_index[:7], stars[1].item_index[:7]
    expected = model(torch.tensor(u).long(), torch.tensor(i).long()).detach().numpy()
    assert learn.predict(u, i) == pytest.approx(expected)


def test_a_loss_of_ones_own(stars: Split) -> None:
    """A loss that minds guessing too low nine times as much as too high is trained to guess high."""

    def pinball(predicted: Tensor, actual: Tensor) -> Tensor:
        missed = actual - predicted
        return torch.maximum(0.9 * missed, -0.1 * missed).mean()

    above = {}
    for loss in ("mse", pinball):
        learn = learner(stars, loss=loss)
        learn.fit_one_cycle(6, 0.03)
        above[loss] = (learn.predict(stars[0].user_index, stars[0].item_index) > stars[0].rating).mean()
    assert 0.4 < above["mse"] < 0.6
    assert above[pinball] > 0.75
    assert learn.validate() == pytest.approx(learn.history.epochs[-1].valid_loss)


@pytest.mark.parametrize(
    "change",
    [{"epochs": 3}, {"lr": 0.02}, {"wd": 0.5}, {"pct_start": 0.5}, {"div": 5.0}],
    ids=lambda change: next(iter(change)),
)
def test_every_knob_of_fit_one_cycle_turns(change: dict[str, Any], stars: Split) -> None:
    runs = [learner(stars), learner(stars)]
    runs[0].fit_one_cycle(epochs=2, lr=0.01)
    runs[1].fit_one_cycle(**{"epochs": 2, "lr": 0.01, **change})
    assert (weights(runs[0]) != weights(runs[1])).any()


@pytest.mark.parametrize(
    "change",
    [{"epochs": 3}, {"lr": 0.02}, {"wd": 0.5}, {"momentum": 0.9}, {"optimizer": "adamw"}],
    ids=lambda change: next(iter(change)),
)
def test_every_knob_of_fit_turns(change: dict[str, Any], stars: Split) -> None:
    runs = [learner(stars), learner(stars)]
    runs[0].fit(epochs=2, lr=0.01)
    runs[1].fit(**{"epochs": 2, "lr": 0.01, **change})
    assert (weights(runs[0]) != weights(runs[1])).any()


@pytest.mark.parametrize("change", [{"bs": 32}, {"seed": 5}], ids=lambda change: next(iter(change)))
def test_every_knob_of_the_learner_turns(change: dict[str, Any], stars: Split) -> None:
    runs = [learner(stars), learner(stars, **change)]
    for run in runs:
        run.fit_one_cycle(1)
    assert (weights(runs[0]) != weights(runs[1])).any()


def test_plain_sgd_against_pytorchs(stars: Split) -> None:
    """One full batch a step, so the order of the ratings does not matter."""
    train = stars[0]
    learn = Learner(dot_bias(train), train, bs=len(train), on_epoch=None)
    reference = dot_bias(train)
    learn.fit(5, 0.5, wd=0.01, momentum=0.9)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.5, momentum=0.9, weight_decay=0.01)
    users, items = (torch.tensor(c).long() for c in (train.user_index, train.item_index))
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.mse_loss(reference(users, items), torch.tensor(train.rating)).backward()
        optimizer.step()
    for mine, other in zip(learn.model.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(mine, other, atol=1e-5, rtol=1e-4)


@pytest.fixture(scope="module")
def noise() -> Split:
    """Ratings so few and so noisy that a large model soon learns them by heart."""
    return random_split(planted_ratings(60, 40, density=0.3, noise=1.0, seed=1).ratings, seed=2)


def overfitting(noise: Split, n_factors: int = 40) -> Learner:
    return learner(noise, dot_bias(noise[0], n_factors))


def test_patience_stops_and_says_so(noise: Split) -> None:
    learn = overfitting(noise)
    history = learn.fit(40, 0.02, optimizer="adamw", momentum=0.9, patience=2)
    losses = [e.valid_loss for e in history]
    assert history.stopped_early
    assert len(losses) < 40
    assert losses.index(min(losses)) == len(losses) - 3
    assert history.in_words()[0].startswith(f"Stopped early after epoch {len(losses) - 1}")


def test_keep_best_ends_with_the_best_weights(noise: Split) -> None:
    learn = overfitting(noise)
    history = learn.fit(12, 0.02, optimizer="adamw", momentum=0.9, keep_best=True)
    losses = [e.valid_loss for e in history]
    assert history.kept == losses.index(min(losses)) < 11
    assert learn.validate() == pytest.approx(min(losses), rel=1e-5)
    assert f"The weights kept are those of epoch {history.kept}, the best." in history.in_words()
    last = overfitting(noise)
    words = " ".join(last.fit(12, 0.02, optimizer="adamw", momentum=0.9).in_words())
    assert last.validate() > min(losses) * 1.01
    assert "overfitting" in words


def test_keep_best_keeps_the_nets_running_statistics(noise: Split) -> None:
    """What is kept must score what it scored then: weights and running statistics belong together."""
    model = CollabNN(60, 40, (32,), generator=torch.Generator().manual_seed(0))
    learn = learner(noise, model)
    history = learn.fit(10, 0.03, optimizer="adamw", momentum=0.9, keep_best=True)
    assert history.kept < 9
    assert learn.validate() == pytest.approx(history.epochs[history.kept].valid_loss, rel=1e-5)


def test_history_as_a_table(stars: Split) -> None:
    seen: list[Epoch] = []
    learn = Learner(dot_bias(stars[0]), *stars, on_epoch=seen.append)
    table = learn.fit_one_cycle(3).to_frame()
    assert table.columns == ["epoch", "train_loss", "valid_loss", "time"]
    assert table["epoch"].to_list() == [0, 1, 2] == [e.epoch for e in seen]
    assert table["valid_loss"][-1] == pytest.approx(learn.validate(), rel=1e-6)
    alone = Learner(dot_bias(stars[0]), stars[0], on_epoch=None)
    assert alone.fit_one_cycle(1).to_frame()["valid_loss"].to_list() == [None]


def test_the_table_is_printed_to_stderr(stars: Split, capsys: pytest.CaptureFixture[str]) -> None:
    history = Learner(dot_bias(stars[0]), *stars).fit_one_cycle(2)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0].split() == ["epoch", "train_loss", "valid_loss", "time"]
    assert f"{history.epochs[1].valid_loss:.6f}" in err.splitlines()[2]
    print_epoch(Epoch(0, 1.0, None, 0.5))
    assert capsys.readouterr().err.splitlines()[1].split() == ["0", "1.000000", "-", "0.50s"]


def test_progress_is_told_from_start_to_end(stars: Split) -> None:
    told: list[float] = []
    Learner(dot_bias(stars[0]), *stars, on_epoch=None, on_progress=told.append).fit_one_cycle(3)
    assert told == sorted(told)
    assert told[0] == 0
    assert 0.9 < told[-1] <= 1


def test_validation_loss_is_the_mean_over_all_held_out_ratings(stars: Split) -> None:
    learn = learner(stars)
    learn.fit_one_cycle(1)
    predicted = learn.predict(stars[1].user_index, stars[1].item_index)
    assert learn.validate() == pytest.approx(float(((predicted - stars[1].rating) ** 2).mean()), rel=1e-5)
    assert Learner(learn.model, stars[0], on_epoch=None).validate() == pytest.approx(
        float(((learn.predict(stars[0].user_index, stars[0].item_index) - stars[0].rating) ** 2).mean()), rel=1e-5
    )


def test_a_batch_larger_than_the_data_is_all_of_it(stars: Split) -> None:
    few = stars[0].take(list(range(30)))
    runs = [Learner(dot_bias(few), few, bs=bs, on_epoch=None) for bs in (30, 4096)]
    for run in runs:
        run.fit_one_cycle(3)
    assert (weights(runs[0]) == weights(runs[1])).all()


@pytest.mark.parametrize("bs", [1, 2])
def test_the_smallest_batches_train_a_net(bs: int, stars: Split) -> None:
    few = stars[0].take(list(range(40)))
    model = CollabNN(60, 40, (8,), generator=torch.Generator().manual_seed(0))
    epochs = Learner(model, few, bs=bs, on_epoch=None).fit_one_cycle(6, 0.02).epochs
    assert epochs[-1].train_loss < epochs[0].train_loss


def test_looking_moves_nothing(stars: Split) -> None:
    model = CollabNN(60, 40, (8,), dropout=0.5, generator=torch.Generator().manual_seed(0))
    learn = learner(stars, model)
    model.train()
    model.layers[2].eval()  # a part in another mode gets its own mode back
    modes = [m.training for m in model.modules()]
    before = {k: v.clone() for k, v in model.state_dict().items()}
    rng, threads = torch.get_rng_state(), torch.get_num_threads()
    first = learn.predict(stars[1].user_index, stars[1].item_index)
    assert (first == learn.predict(stars[1].user_index, stars[1].item_index)).all()
    learn.validate()
    learn.lr_find(n_steps=10)
    assert [m.training for m in model.modules()] == modes
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), rng)
    assert torch.get_num_threads() == threads
