"""Choosing a model within a time."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import optuna
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import MissingExtraError, NotFittedError, OptionError
from alsoliked.fitting.auto import BASELINES, CANDIDATES
from alsoliked.fitting.hidden import hide, missed
from alsoliked.fitting.search import search
from alsoliked.fitting.settings import settle_options
from alsoliked.fitting.spaces import SPACES, Range
from alsoliked.fitting.trials import Stopwatch, Trials
from alsoliked.models.registry import model_spec
from alsoliked.models.spelling import parse_models

ENOUGH = 300.0  # seconds: far more than all trials on these ratings take
LIGHT = (("als", {}), ("dot_bias", {}), ("bayes", {"n_factors": 4, "samples": 10, "burn_in": 2}))
FEW = 8  # settings to search


@pytest.fixture(scope="module")
def split() -> tuple[Ratings, Ratings]:
    return random_split(planted_ratings(60, 40, n_factors=2, density=0.4, levels=range(1, 6), seed=4).ratings, seed=1)


@pytest.fixture(scope="module", autouse=True)
def light() -> Iterator[None]:
    """Candidates that are quickly tried, and few settings to search: the rest is as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alsoliked.fitting.auto.CANDIDATES", LIGHT)
        patch.setattr("alsoliked.fitting.search.MOST", FEW)
        yield


@pytest.fixture(scope="module")
def rec(split: tuple[Ratings, Ratings]) -> Recommender:
    """Chosen with all the time that is wanted."""
    return Recommender("auto", budget=ENOUGH, seed=2).fit(split[0])


def trials(split: tuple[Ratings, Ratings], budget: float = ENOUGH, spent: float = 0.0) -> Trials:
    return Trials(*hide(split[0], 0), Stopwatch(budget, began=time.perf_counter() - spent), 0)


def test_every_candidate_is_tried_and_the_best_is_chosen(rec: Recommender) -> None:
    table = rec.tried_
    assert table.columns == ["model", "settings", "rmse", "seconds", "chosen", "note"]
    assert table["model"].to_list()[:5] == [name for name, _ in (*BASELINES, *LIGHT)]
    assert len(table) == 5 + FEW
    assert table["chosen"].sum() == 1
    assert table.filter(pl.col("chosen"))["rmse"][0] == table["rmse"].min()
    assert table["note"].to_list() == [""] * len(table)
    assert table["rmse"].min() < 0.8 * table.filter(pl.col("model") == "global_mean")["rmse"][0]


def test_the_figures_are_those_of_the_models_on_what_was_hidden(
    rec: Recommender, split: tuple[Ratings, Ratings]
) -> None:
    part, hidden = hide(split[0], 2)
    assert len(hidden) == round(0.1 * len(split[0]))
    als = Recommender("als", seed=2).fit(part).predict_indices(hidden.user_index, hidden.item_index)
    told = rec.tried_.filter(pl.col("model") == "als")["rmse"][0]
    assert told == pytest.approx(float(np.sqrt(np.mean((als - hidden.rating) ** 2))), abs=1e-6)


def test_what_is_chosen_can_be_typed_again(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    chosen = rec.tried_.row(by_predicate=pl.col("chosen"), named=True)
    ((model, options),) = parse_models(f"{chosen['model']}:{chosen['settings']}".rstrip(":"))
    alone = Recommender(model, **options, seed=2).fit(split[0])
    assert alone.predict([1, 2], [3, 4]) == pytest.approx(rec.predict([1, 2], [3, 4]), abs=1e-6)
    assert alone.recommend(5).items == rec.recommend(5).items


def test_the_same_seed_and_time_enough_give_the_same(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    again = Recommender("auto", budget=ENOUGH, seed=2).fit(split[0])
    assert again.tried_.drop("seconds").equals(rec.tried_.drop("seconds"))
    assert again.recommend(5).to_dict() == rec.recommend(5).to_dict()


def test_a_bundle_keeps_what_was_tried(rec: Recommender, tmp_path: Path) -> None:
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    assert loaded.tried_.equals(rec.tried_)
    assert loaded.model == "auto"
    assert loaded.recommend(3).to_dict() == rec.recommend(3).to_dict()
    plain = Recommender("damped_bias").fit(rec.train_ratings)
    assert plain.tried_ is None
    assert Recommender.load(plain.save(tmp_path / "plain")).tried_ is None


def test_without_time_the_baselines_are_tried_and_lists_are_still_lists(split: tuple[Ratings, Ratings]) -> None:
    rec = Recommender("auto", budget=1e-6).fit(split[0])
    table = rec.tried_
    assert table.filter(pl.col("rmse").is_not_null())["model"].to_list() == ["damped_bias", "global_mean"]
    assert set(table["note"][2:]) == {"not tried: no time was left"}
    assert table.filter(pl.col("chosen"))["model"].item() == "damped_bias"
    assert rec.recommend(3, objective="choice").items != rec.recommend(3, objective="rating").items


def test_without_optuna_the_defaults_are_all_and_it_says_so(split: tuple[Ratings, Ratings]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "optuna", None)
        with pytest.warns(UserWarning, match=r"at its defaults alone.*pip install 'alsoliked\[tune\]'") as caught:
            plain = Recommender("auto", budget=ENOUGH).fit(split[0])
        assert len(plain.tried_) == 5
        assert caught[0].filename == __file__
        with pytest.raises(MissingExtraError, match=r"pip install 'alsoliked\[tune\]'"):
            search(trials(split), 0)


def test_a_fit_that_would_take_too_long_is_given_up(split: tuple[Ratings, Ratings]) -> None:
    few = trials(split, budget=0.5)
    tried = few.run(("bayes", {"samples": 100_000}))
    assert tried.rmse is None
    assert tried.note == "given up: it would take longer than was left"
    assert few.best is None
    assert few.run(("damped_bias", {})).rmse is not None  # baselines are not watched
    assert few.best is few.done[-1]


def test_what_cannot_be_fitted_is_noted_and_not_chosen() -> None:
    levels = planted_ratings(40, 30, n_factors=2, density=0.4, seed=1).ratings  # no grid: no two are the same
    tried = Trials(*hide(levels, 0), Stopwatch(ENOUGH), 0).run(("bayes", {"likelihood": "ordinal"}))
    assert tried.rmse is None
    assert tried.note.startswith("failed: likelihood='ordinal' needs 2 to 41 different ratings")


def test_the_search_stays_near_the_best_and_within_its_spaces(split: tuple[Ratings, Ratings]) -> None:
    some = trials(split)
    for model in (("damped_bias", {}), ("als", {}), ("net", {"epochs": 1})):  # a net of one epoch is far off
        some.run(model)
    verbosity = optuna.logging.get_verbosity()
    search(some, 0)
    assert optuna.logging.get_verbosity() == verbosity
    searched = some.done[3:]
    assert len(searched) == FEW
    assert {trial.model[0] for trial in searched} == {"als"}
    for trial in searched:
        assert set(trial.model[1]) == set(SPACES["als"])
        for option, value in trial.model[1].items():
            span = SPACES["als"][option]
            assert isinstance(span, Range)
            assert span.low <= value <= span.high
            assert isinstance(value, int) == span.whole
    assert some.best is not None
    assert some.best.rmse <= some.done[1].rmse
    again = trials(split)
    again.done = some.done[:3]
    search(again, 0)
    assert [trial.model for trial in again.done] == [trial.model for trial in some.done]


def test_a_search_ends_when_time_is_up(split: tuple[Ratings, Ratings]) -> None:
    late = trials(split, budget=100.0)
    late.run(("als", {}))
    late.clock = Stopwatch(100.0, began=time.perf_counter() - 100.0)
    search(late, 0)
    assert len(late.done) == 1


@pytest.mark.parametrize("name", SPACES)
def test_spaces_hold_what_their_model_takes(name: str) -> None:
    spec = model_spec(name)
    assert set(SPACES[name]) <= set(spec.options)
    for option, span in SPACES[name].items():
        for value in (span.low, span.high) if isinstance(span, Range) else span:
            assert settle_options(spec, {option: value}, 1000)[option] == value
    assert (name, {}) in CANDIDATES


@pytest.mark.parametrize("model", [*BASELINES, *CANDIDATES])
def test_candidates_are_models_that_predict_ratings(model: tuple[str, dict[str, object]]) -> None:
    spec = model_spec(model[0])
    assert spec.lists not in ("choice", "popular")
    settle_options(spec, model[1], 1000)


def test_optuna_says_nothing(split: tuple[Ratings, Ratings], capfd: pytest.CaptureFixture[str]) -> None:
    Recommender("auto", budget=2.0).fit(split[0])
    assert capfd.readouterr() == ("", "")


def test_progress_grows_to_the_end(split: tuple[Ratings, Ratings]) -> None:
    told: list[float] = []
    Recommender("auto", budget=0.5).fit(split[0], on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_interrupt_leaves_nothing_behind(split: tuple[Ratings, Ratings]) -> None:
    def stop(share: float) -> None:
        if share >= 0:
            raise KeyboardInterrupt

    rec = Recommender("auto", budget=ENOUGH)
    with pytest.raises(KeyboardInterrupt):
        rec.fit(split[0], on_progress=stop)
    with pytest.raises(NotFittedError):
        rec.recommend(1)


def test_hardly_any_ratings() -> None:
    rec = Recommender("auto", budget=ENOUGH).fit(Ratings.from_columns([1, 2, 3], [1, 2, 1], [1, 5, 3]))
    assert rec.tried_["rmse"].to_list() == [None, None]
    assert rec.tried_["chosen"].to_list() == [True, False]
    assert missed(np.zeros(0, np.float32), rec.train_ratings.take(np.zeros(3, bool))) is None


@pytest.mark.parametrize("budget", [0, -1, "long", float("inf"), True])
def test_budgets_are_seconds(budget: object, split: tuple[Ratings, Ratings]) -> None:
    with pytest.raises(OptionError, match=r"budget=.* came, expected seconds, more than 0"):
        Recommender("auto", budget=budget).fit(split[0])
