"""Training on the chance of the rating that came."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import random_split
from alsoliked.errors import OptionError
from alsoliked.models import CollabNN, DotProductBias
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.levels import DotProductLevels, chances, to_level_factors
from alsoliked.training import Learner
from alsoliked.training.cross_entropy import CrossEntropy, entropy_of_shares, levels_of, rating_levels

Split = tuple[Ratings, Ratings]
HALVES = np.arange(1, 11) / 2


def model_for(train: Ratings, n_factors: int = 3) -> DotProductLevels:
    generator = torch.Generator().manual_seed(0)
    score = DotProductBias(train.n_users, train.n_items, n_factors, generator=generator)
    return DotProductLevels(score, levels_of(train), generator)


def test_the_loss_is_minus_the_logarithm_of_the_chance() -> None:
    logits = torch.log(torch.tensor([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]))
    loss = CrossEntropy([1, 2, 5])(logits, torch.tensor([5.0, 1.0]))
    assert float(loss) == pytest.approx(-(math.log(0.5) + math.log(0.6)) / 2)


@pytest.mark.parametrize(("rating", "level"), [(0.0, 0), (0.9, 0), (1.4, 0), (1.6, 1), (3.4, 1), (3.6, 2), (9.0, 2)])
def test_a_rating_that_is_no_level_counts_as_the_nearest(rating: float, level: int) -> None:
    logits = torch.log(torch.tensor([[0.2, 0.3, 0.5]]))
    loss = CrossEntropy([1, 2, 5])(logits, torch.tensor([rating]))
    assert float(loss) == pytest.approx(-float(logits[0, level]))


def test_half_stars_are_found_exactly() -> None:
    ratings = torch.from_numpy(HALVES.astype(np.float32))
    sure = 50 * torch.eye(10)
    assert float(CrossEntropy(HALVES)(sure, ratings)) == pytest.approx(0, abs=1e-6)


def test_levels_are_those_declared_or_those_that_came() -> None:
    whole = Ratings.from_columns([1, 1, 2, 2], [7, 8, 7, 8], [1, 2, 5, 4])
    part = whole.take(whole.rating < 3)
    assert rating_levels(part).tolist() == [1, 2, 4, 5]
    assert levels_of(part).shares == pytest.approx(np.array([1, 1, 0.5, 0.5]) / 3)


@pytest.mark.parametrize("ratings", [[3, 3], np.linspace(0, 1, 42)], ids=("one", "42"))
def test_too_few_or_too_many_levels(ratings: list[float]) -> None:
    data = Ratings.from_columns(range(len(ratings)), [1] * len(ratings), ratings)
    with pytest.raises(OptionError, match=rf"needs 2 to 41 different ratings, {len(set(ratings))} came; train with"):
        rating_levels(data)


def test_the_guess_is_how_often_each_level_is_given(stars: Split) -> None:
    train, valid = stars
    shares = np.bincount(train.rating.astype(int), minlength=6)[1:] / len(train)
    wanted = -np.log(shares[valid.rating.astype(int) - 1]).mean()
    assert entropy_of_shares(train, valid) == pytest.approx(wanted)
    learn = Learner(model_for(train), train, valid, loss="cross_entropy", on_epoch=None)
    assert (learn.history.loss, learn.history.guess_loss) == ("cross_entropy", pytest.approx(wanted))
    assert learn.validate() == pytest.approx(wanted, abs=5e-3)  # where the model starts
    lazy = learn.fit_one_cycle(1, 1e-7)
    assert lazy.degenerate
    assert "no better than always guessing how often each rating is given" in lazy.in_words()[-1]
    assert type(lazy).from_dict(lazy.to_dict()) == lazy
    assert not learn.fit_one_cycle(20, 0.02).degenerate


def test_by_name_is_by_function(stars: Split) -> None:
    """By name and by class the gradient is written out, by any other function autograd finds it."""
    runs = []
    by_class = CrossEntropy(range(1, 6))

    def by_function(logits: torch.Tensor, ratings: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(logits, ratings.long() - 1)

    for loss in ("cross_entropy", by_class, by_function):
        learn = Learner(model_for(stars[0]), *stars, loss=loss, on_epoch=None)
        runs.append([[e.train_loss, e.valid_loss] for e in learn.fit_one_cycle(2, 0.02)])
    assert runs[0] == runs[1]
    assert np.array(runs[2]) == pytest.approx(np.array(runs[0]), abs=1e-4)


def test_decay_spares_how_often_each_level_is_given(stars: Split) -> None:
    """With all else decayed away, that is what is left, and it is right."""
    model = model_for(stars[0])
    with torch.no_grad():
        model.usual.zero_()
    learn = Learner(model, stars[0], loss="cross_entropy", on_epoch=None)
    learn.fit_one_cycle(40, 0.05, wd=20.0)
    assert model.score.user_factors.weight.abs().max() < 0.05
    left = torch.softmax(model.usual.detach(), dim=0).numpy()
    assert left == pytest.approx(levels_of(stars[0]).shares, abs=0.03)


@pytest.mark.parametrize("kind", ["one number", "six levels", "net of three"])
def test_a_model_that_returns_something_else(kind: str, stars: Split) -> None:
    sizes = stars[0].n_users, stars[0].n_items
    models = {
        "one number": (DotProductBias(*sizes, 3), r"\(2,\)"),
        "six levels": (CollabNN(*sizes, (4,), n_levels=6), r"\(2, 6\)"),
        "net of three": (CollabNN(*sizes, (4,), n_levels=3), r"\(2, 3\)"),
    }
    model, shape = models[kind]
    with pytest.raises(
        OptionError, match=rf"returns shape {shape} for 2 pairs; expected \(2, 5\), one number a rating"
    ):
        Learner(model, *stars, loss="cross_entropy")


def test_levels_under_a_squared_error(stars: Split) -> None:
    with pytest.raises(OptionError, match=r"returns shape \(2, 5\) for 2 pairs; expected \(2,\), one number a pair\.$"):
        Learner(model_for(stars[0]), *stars)


def planted() -> tuple[LevelFactors, Ratings]:
    """A model of half stars, some of whose users never give halves, and ratings drawn from it."""
    rng = np.random.default_rng(0)
    n_users, n_items = 300, 200
    shapes = ((n_users, 2), (n_items, 2), (n_users,), (n_items,), (n_users, 10), (n_items, 10))
    sizes = (0.9, 0.9, 0.4, 0.4, 0.1, 0.1)
    parts = [rng.normal(0, size, shape).astype(np.float32) for size, shape in zip(sizes, shapes, strict=True)]
    parts[4][:150, ::2] -= 4  # 0.5, 1.5 …
    usual = np.log(chances(-((HALVES - 3.5) ** 2)[None].astype(np.float32)))[0]
    model = LevelFactors(*parts[:4], 0.0, None, parts[4], parts[5], usual, HALVES.astype(np.float32))
    users, items = np.nonzero(rng.random((n_users, n_items)) < 0.7)
    below = model.distribution(users, items).cumsum(axis=1)
    drawn = HALVES[(rng.random((len(users), 1)) > below[:, :-1]).sum(axis=1)]
    return model, Ratings.from_columns(users, items, drawn)


def test_planted_chances_come_back() -> None:
    """Log-loss close to what the truth itself gets, calibrated in every tenth, and habits found."""
    truth, ratings = planted()
    train, valid = random_split(ratings, 0.3, seed=1)
    model = model_for(train, n_factors=2)
    Learner(model, train, bs=256, loss="cross_entropy", on_epoch=None).fit_one_cycle(8, 0.03, wd=0.1)
    found = to_level_factors(model, rating_levels(train))
    pairs = valid.user_index, valid.item_index
    level = np.searchsorted(HALVES, valid.rating)
    said, true = found.distribution(*pairs), truth.distribution(*pairs)
    shares = np.asarray(levels_of(train).shares)

    def log_loss(chance: np.ndarray) -> float:
        return float(-np.log(chance[np.arange(len(level)), level]).mean())

    guessed = log_loss(np.tile(shares, (len(level), 1)))
    assert guessed - log_loss(said) > 0.75 * (guessed - log_loss(true))
    assert np.abs(said - true).mean() < 0.45 * np.abs(shares - true).mean()
    given = np.eye(10)[level]
    for one in range(10):
        for group in np.array_split(np.argsort(said[:, one]), 5):
            error = said[group, one].mean() - given[group, one].mean()
            assert abs(error) < 0.01 + 4 * np.sqrt(said[group, one].mean() / len(group))
    halves = said[:, ::2].sum(axis=1)
    assert halves[valid.user_index < 150].mean() < 0.1
    assert halves[valid.user_index >= 150].mean() > 0.35
