"""Synthetic ratings: planted parameters explain them, and growth keeps the shape of what it grew from."""

import numpy as np
import pytest

from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import grow, planted_ratings
from alsoliked.errors import OptionError


def residual(planted):
    ratings = planted.ratings
    return ratings.rating - planted.expected(ratings.user_index, ratings.item_index)


def gini(count):
    count = np.sort(count)
    return (2 * np.arange(1, len(count) + 1) - len(count) - 1) @ count / (len(count) * count.sum())


@pytest.mark.parametrize("n_factors", [0, 1, 3])
def test_without_noise_the_planted_parameters_leave_no_residual(n_factors):
    planted = planted_ratings(60, 40, n_factors, density=0.4, noise=0, seed=3)
    assert np.abs(residual(planted)).max() < 1e-6
    assert planted.user_factors.shape == (60, n_factors)


def test_noise_has_the_asked_size_and_factors_the_asked_spread():
    planted = planted_ratings(300, 200, 4, density=0.5, noise=0.3, seed=1, factor_std=0.8, bias_std=0.4)
    assert residual(planted).std() == pytest.approx(0.3, rel=0.03)
    assert (planted.user_factors @ planted.item_factors.T).std() == pytest.approx(0.8, rel=0.15)
    assert planted.user_bias.std() == pytest.approx(0.4, rel=0.15)


def test_planted_ratings_hold_each_pair_once_and_repeat_by_seed():
    first, again, other = (planted_ratings(30, 20, density=0.5, seed=seed).ratings for seed in (1, 1, 2))
    assert len(first) == 300
    assert len(set(zip(first.user_index, first.item_index, strict=True))) == 300
    assert first.fingerprint() == again.fingerprint() != other.fingerprint()


def test_levels_round_to_the_nearest_allowed_rating():
    free = planted_ratings(50, 40, seed=5)
    halves = planted_ratings(50, 40, seed=5, levels=[0.5, 1, 1.5, 2, 5])
    nearest = [min(halves.ratings.levels, key=lambda level, r=r: abs(level - r)) for r in free.ratings.rating]
    np.testing.assert_allclose(halves.ratings.rating, nearest)
    assert halves.ratings.rating_scale == (0.5, 5.0)
    assert free.ratings.levels is None


@pytest.mark.parametrize("density", [0, 1.2])
def test_an_impossible_density_is_refused(density):
    with pytest.raises(OptionError, match="density"):
        planted_ratings(density=density)


@pytest.fixture(scope="module")
def skewed():
    """A thousand-odd ratings whose users and items differ in activity as they do in life."""
    rng = np.random.default_rng(0)
    chance = np.outer(1 / np.arange(1, 121) ** 0.6, 1 / np.arange(1, 81) ** 0.8)
    user, item = np.nonzero(rng.random(chance.shape) < 8 * chance)
    return Ratings.from_columns(user, item, rng.choice([1, 2, 3, 4, 5], len(user), p=[0.05, 0.1, 0.3, 0.35, 0.2]))


@pytest.fixture(scope="module")
def grown(skewed):
    return grow(skewed, 20 * len(skewed), seed=1)


def test_growth_gives_the_asked_number_of_distinct_pairs(skewed, grown):
    assert len(grown) == 20 * len(skewed)
    pair = grown.user_index.astype(np.int64) * grown.n_items + grown.item_index
    assert len(np.unique(pair)) == len(pair)
    assert (grown.counts_by_user() > 0).all()
    assert (grown.counts_by_item() > 0).all()


def test_growth_keeps_histogram_scale_and_skew(skewed, grown):
    np.testing.assert_allclose(grown.histogram()["share"], skewed.histogram()["share"], atol=0.01)
    assert (grown.rating_scale, grown.levels) == (skewed.rating_scale, skewed.levels)
    assert gini(grown.counts_by_user()) == pytest.approx(gini(skewed.counts_by_user()), abs=0.12)
    assert gini(grown.counts_by_item()) == pytest.approx(gini(skewed.counts_by_item()), abs=0.12)


def test_a_grown_set_says_that_it_is_synthetic(grown):
    assert grown.name == f"ratings grown to {len(grown):,} (synthetic)"
    assert "synthetic" in grown.notes[0]
    assert grown.timestamp is None


def test_growth_repeats_by_seed(skewed):
    first, again, other = (grow(skewed, 3 * len(skewed), seed=seed).fingerprint() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("n_ratings", [1, 2, 3, 7, 1000])
def test_growth_hits_its_target_from_a_tiny_set(n_ratings):
    tiny = Ratings.from_columns([1], [1], [3])
    assert len(grow(tiny, n_ratings)) == n_ratings


def test_growth_does_not_shrink(skewed):
    with pytest.raises(OptionError, match="or more"):
        grow(skewed, 10)
