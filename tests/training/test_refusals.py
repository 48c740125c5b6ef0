"""What training refuses, and what it says when a run comes to nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from alsoliked.data.ratings import Ratings
from alsoliked.errors import AlsolikedError, DataError, OptionError, TrainingError
from alsoliked.models import CollabNN, DotProduct, DotProductBias
from alsoliked.training import Epoch, History, Learner

Split = tuple[Ratings, Ratings]


def model(n_users: int = 60, n_items: int = 40, **options: Any) -> DotProductBias:
    return DotProductBias(n_users, n_items, 5, generator=torch.Generator().manual_seed(0), **options)


@pytest.mark.parametrize("y_range", [(0, 0.5), (1.5, 5), (1, 4.5), (6, 9), (5.5, 0)])
def test_a_range_that_cannot_reach_the_ratings(y_range: tuple[float, float], stars: Split) -> None:
    with pytest.raises(OptionError, match=r"cannot reach ratings from 1 to 5; .* such as \(0,5\.5\)\.$"):
        Learner(model(y_range=y_range), *stars)


def test_advice_for_constant_ratings_can_be_followed() -> None:
    ratings = Ratings.from_columns([1, 2], [1, 1], [3, 3])
    with pytest.raises(OptionError, match=r"from 3 to 3; .* such as \(2\.75,3\.125\)\.$"):
        Learner(model(2, 1, y_range=(0, 1)), ratings)
    Learner(model(2, 1, y_range=(2.75, 3.125)), ratings)


@pytest.mark.parametrize(
    "options",
    [
        {"bs": 0},
        {"bs": -5},
        {"bs": 2.5},
        {"bs": True},
        {"device": "nowhere"},
        {"device": "meta"},
        {"device": "cuda:99"},
        {"device": None},
        {"loss": "rmse"},
        {"loss": None},
    ],
    ids=str,
)
def test_unfit_learner_options(options: dict[str, Any], stars: Split) -> None:
    with pytest.raises(OptionError, match=f"^{next(iter(options))}=") as caught:
        Learner(model(), *stars, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 0},
        {"epochs": 1.5},
        {"lr": 0},
        {"lr": -1},
        {"lr": math.nan},
        {"lr": math.inf},
        {"lr": "fast"},
        {"wd": -0.1},
        {"wd": math.nan},
        {"pct_start": 0},
        {"pct_start": 1},
        {"div": 0},
        {"patience": 0},
    ],
    ids=str,
)
def test_unfit_options_of_fit_one_cycle(options: dict[str, Any], stars: Split) -> None:
    learn = Learner(model(), *stars, on_epoch=None)
    before = learn.validate()
    with pytest.raises(OptionError, match=f"^{next(iter(options))}=") as caught:
        learn.fit_one_cycle(**{"epochs": 1, **options})
    assert "\n" not in str(caught.value)
    assert learn.validate() == before


@pytest.mark.parametrize("options", [{"momentum": 1.0}, {"momentum": -0.1}, {"optimizer": "adam"}, {"lr": 0}], ids=str)
def test_unfit_options_of_fit(options: dict[str, Any], stars: Split) -> None:
    with pytest.raises(OptionError, match=f"^{next(iter(options))}="):
        Learner(model(), *stars, on_epoch=None).fit(**{"epochs": 1, "lr": 0.1, **options})


@pytest.mark.parametrize("options", [{"n_steps": 0}, {"low": 0}, {"high": 1e-9}], ids=str)
def test_unfit_options_of_lr_find(options: dict[str, Any], stars: Split) -> None:
    with pytest.raises(OptionError, match=f"^{next(iter(options))}="):
        Learner(model(), *stars, on_epoch=None).lr_find(**options)


@pytest.mark.parametrize("options", [{"patience": 2}, {"keep_best": True}])
def test_watching_needs_something_to_watch(options: dict[str, Any], stars: Split) -> None:
    with pytest.raises(OptionError, match="pass valid ratings"):
        Learner(model(), stars[0], on_epoch=None).fit_one_cycle(1, **options)


@pytest.mark.parametrize("sizes", [(59, 40), (60, 39)])
@pytest.mark.parametrize("kind", [DotProduct, DotProductBias, CollabNN])
def test_tables_with_too_few_rows(kind: type[nn.Module], sizes: tuple[int, int], stars: Split) -> None:
    with pytest.raises(OptionError, match=r"too few rows .* 60 users and 40 items"):
        Learner(kind(*sizes), *stars)


class Column(DotProduct):
    """Returns (batch, 1), which broadcasts against (batch,) into a loss that means nothing."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return super().forward(users, items)[:, None]


class Nothing(nn.Module):
    """Has nothing to learn."""

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return (users + items).float()


def test_modules_that_do_not_fit(stars: Split) -> None:
    with pytest.raises(OptionError, match=r"Column returns shape \(2, 1\) for 2 pairs; expected \(2,\)"):
        Learner(Column(60, 40), *stars)
    with pytest.raises(OptionError, match="Nothing has no parameter to train"):
        Learner(Nothing(), *stars)


def test_held_out_ratings_of_other_data(stars: Split) -> None:
    other = Ratings.from_columns(["ann"], ["Alien"], [3])
    with pytest.raises(DataError, match="different vocabularies"):
        Learner(model(), stars[0], other)


def test_no_training_ratings(stars: Split) -> None:
    with pytest.raises(AlsolikedError):
        Learner(model(), stars[0].take([]))


def test_no_held_out_ratings_is_none(stars: Split) -> None:
    learn = Learner(model(), stars[0], stars[1].take([]), on_epoch=None)
    assert learn.fit_one_cycle(1).epochs[0].valid_loss is None


def test_an_exploding_run_says_what_to_do(stars: Split) -> None:
    learn = Learner(model(), *stars, on_epoch=None)
    with pytest.raises(TrainingError, match=r"no longer a finite number in epoch 0 .* lower lr, or set a y_range"):
        learn.fit(3, 1e6)


def test_a_degenerate_run_is_told_in_words() -> None:
    """Plain SGD with wd 0.05 shrinks every vector to nothing: no better than guessing the mean rating."""
    rng = np.random.default_rng(0)
    users, items = (a.ravel() for a in np.mgrid[:40, :30])
    ratings = Ratings.from_columns(users, items, rng.integers(1, 6, 1200))
    learn = Learner(model(40, 30, y_range=(0.5, 5.5)), ratings, on_epoch=None)
    history = learn.fit(3, 0.1, wd=0.05)
    assert history.degenerate
    assert "no better than always guessing the mean rating" in history.in_words()[-1]
    assert f"against {history.guess_loss:.4f}" in history.in_words()[-1]
    guess = float(np.var(ratings.rating.astype(float)))
    assert history.guess_loss == pytest.approx(guess)


def test_a_good_run_needs_no_words(stars: Split) -> None:
    history = Learner(model(y_range=(0, 5.5)), *stars, on_epoch=None).fit_one_cycle(5, 0.05)
    assert history.in_words() == []
    assert not history.degenerate


def test_words_of_a_history_made_by_hand() -> None:
    assert History(1.0).in_words() == []
    rising = History(2.0, [Epoch(0, 1.0, 1.0, 0.1), Epoch(1, 0.5, 1.2, 0.1)])
    assert "rose from 1.0000 (epoch 0) to 1.2000" in rising.in_words()[0]
    rising.kept = 0
    assert rising.in_words() == ["The weights kept are those of epoch 0, the best."]
    assert rising.best is rising.epochs[0]
    hopeless = History(1.0, [Epoch(0, math.nan, None, 0.1)])
    assert hopeless.degenerate
    assert hopeless.best is None
