"""What a recommender trained by cross-entropy answers: on real ratings, and after a trip to disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import BundleError
from alsoliked.models.level_factors import LevelFactors

Split = tuple[Ratings, Ratings]

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")


@pytest.fixture(scope="module")
def split(ml_100k: Ratings) -> Split:
    """A random fifth held out."""
    return random_split(ml_100k, 0.2, seed=0)


@pytest.fixture(scope="module")
def rec(split: Split) -> Recommender:
    """The default model, with a chance for each level."""
    return Recommender("dot_bias", loss="cross_entropy").fit(*split)


def squared(rec: Recommender, valid: Ratings) -> float:
    missed = rec.predict_indices(valid.user_index, valid.item_index) - valid.rating
    return float(np.mean(missed.astype(np.float64) ** 2))


def log_loss(chance: np.ndarray, ratings: Ratings) -> float:
    return float(-np.log(chance[np.arange(len(ratings)), ratings.rating.astype(int) - 1]).mean())


def test_chances_are_better_than_shares_and_a_bell(rec: Recommender, split: Split) -> None:
    """A bell of the best width around a model of squared errors has a log-loss of 1.26 to 1.27 on this split."""
    _, valid = split
    chance = rec.fitted.rating.distribution(valid.user_index, valid.item_index)
    assert chance.shape == (len(valid), 5)
    assert chance.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert chance @ rec.fitted.rating.values == pytest.approx(rec.predict_indices(valid.user_index, valid.item_index))
    assert log_loss(chance, valid) < 1.24
    assert rec.history_.loss == "cross_entropy"
    assert rec.history_.epochs[-1].valid_loss == pytest.approx(
        log_loss(chance, valid), abs=1e-3
    )  # newcomers are settled
    assert rec.history_.guess_loss == pytest.approx(1.46, abs=0.02)


def test_it_predicts_as_well_as_squared_errors_do(rec: Recommender, split: Split) -> None:
    assert squared(rec, split[1]) < 1.01 * squared(Recommender("dot_bias").fit(*split), split[1])


def test_chances_are_what_happens(rec: Recommender, split: Split) -> None:
    """In each tenth of the held-out ratings by chance of a level, that level comes about so often."""
    _, valid = split
    chance = rec.fitted.rating.distribution(valid.user_index, valid.item_index)
    for level in range(5):
        for group in np.array_split(np.argsort(chance[:, level]), 10):
            came = (valid.rating[group] == level + 1).mean()
            assert chance[group, level].mean() == pytest.approx(came, abs=0.06)


def test_strangers_are_served_about_as_well(rec: Recommender, split: Split) -> None:
    """Users folded in from their own training ratings are predicted as by their trained rows, and better from more."""
    train, valid = split
    given, asked = train.by_user(), valid.by_user()
    missed: dict[str, list[np.ndarray]] = {"trained": [], "all": [], "five": []}
    for user in np.random.default_rng(0).permutation(train.n_users)[:150]:
        items, ratings = asked.row(user)
        own = given.row(user)
        rows = {
            "trained": rec.fitted.rating.user_rows[user],
            "all": rec.fitted.fold_in(*own).row,
            "five": rec.fitted.fold_in(own[0][:5], own[1][:5]).row,
        }
        for how, row in rows.items():
            missed[how].append(rec.fitted.rating.rows(row[None])[0, items] - ratings)
    error = {how: float(np.mean(np.concatenate(gaps) ** 2)) for how, gaps in missed.items()}
    assert error["all"] < 1.05 * error["trained"]
    assert error["all"] < 0.97 * error["five"]


def test_biases_have_widths_and_explanations_habits(rec: Recommender) -> None:
    for table in (rec.item_bias(), rec.user_bias()):
        width, count = (table[name].to_numpy() for name in ("width", "count"))
        assert np.isfinite(width).all()
        assert width[count > 100].mean() < width[count < 20].mean()
    parts = rec.explain(196, "Fargo (1996)").parts
    assert [name.split(" (")[0] for name in parts] == ["user bias", "item bias", "taste", "habits"]


@pytest.mark.parametrize("model", ["dot", "dot_bias", "net"])
def test_a_bundle_keeps_the_chances(model: str, tmp_path: Path) -> None:
    ratings = planted_ratings(40, 30, density=0.4, levels=[1, 2, 4, 5], seed=1).ratings
    rec = Recommender(model, loss="cross_entropy", epochs=2).fit(ratings)
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    pairs = ratings.user_index, ratings.item_index
    assert (loaded.fitted.rating.distribution(*pairs) == rec.fitted.rating.distribution(*pairs)).all()
    assert loaded.fitted.rating.values.tolist() == [1, 2, 4, 5]
    assert loaded.history_ == rec.history_
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["options"]["loss"] == "cross_entropy"
    assert "y_range" not in manifest["options"]


def test_parts_of_different_models_are_refused(rec: Recommender, tmp_path: Path) -> None:
    model = rec.fitted.rating
    assert isinstance(model, LevelFactors)
    few = LevelFactors(
        *(getattr(model, name) for name in ("user_factors", "item_factors", "user_bias", "item_bias")),
        user_habits=model.user_habits[:, :4],
        item_habits=model.item_habits,
        usual=model.usual,
        values=model.values,
    )
    torn = Recommender("dot_bias", loss="cross_entropy")
    torn.__dict__ |= rec.__dict__
    known = {"known_prior": rec.fitted.prior, "known_widths": rec.fitted.widths}
    torn.answers_ = type(rec.fitted)(rec.train_ratings, few, None, **known)
    with pytest.raises(BundleError, match="does not fit the rest of it; train again"):
        Recommender.load(torn.save(tmp_path / "bundle"))


def test_a_level_nobody_gave_in_training() -> None:
    """It keeps its place and a small chance, and is no surprise when it comes."""
    ratings = planted_ratings(40, 30, density=0.4, levels=range(1, 6), seed=1).ratings
    train, valid = ratings.take(ratings.rating > 1), ratings.take(ratings.rating == 1)
    rec = Recommender("dot_bias", loss="cross_entropy", epochs=3).fit(train, valid)
    assert np.isfinite(rec.history_.epochs[-1].valid_loss)
    chance = rec.fitted.rating.distribution(valid.user_index, valid.item_index)
    assert chance.shape == (len(valid), 5)
    assert (chance[:, 0] < 0.05).all()
