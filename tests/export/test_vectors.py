"""List vectors: inner products that order items as the model's lists do."""

from dataclasses import replace

import numpy as np
import pytest

from alsoliked.errors import OptionError
from alsoliked.export.held import asked, held_lists, list_notes
from alsoliked.export.vectors import list_vectors
from alsoliked.recommendation.topk import top_n

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")


@pytest.mark.parametrize(("kind", "objective"), [("als implicit", "both"), ("als", "rating"), ("bayes", "rating")])
def test_scores_that_are_an_inner_product_are_held_whole(fits, kind, objective):
    """Long vectors are not needed: what is left over is rounding."""
    answers = fits(kind).fitted
    vectors = list_vectors(answers, objective)
    inner = answers.choice if kind == "als implicit" else answers.rating
    assert vectors.length <= inner.n_factors + 1
    own = answers.top(np.arange(120), 10, objective=objective, exclude_seen=False)[0]
    assert (top_n(vectors.users @ vectors.items.T, 10) == own).mean() > 0.99
    assert held_lists(answers, vectors).in_10 > 0.99


@pytest.mark.parametrize("kind", ["als", "dot_bias levels", "net", "ease", "blend of all"])
def test_more_directions_hold_more_of_any_list(fits, kind):
    answers = fits(kind).fitted
    held = [held_lists(answers, list_vectors(answers, directions=n)) for n in (2, 10, 70)]
    assert held[0].in_10 < held[1].in_10 < held[2].in_10
    assert held[2].in_10 > 0.99
    assert all(one.in_50 >= one.in_10 for one in held)


def test_each_direction_is_the_best_that_is_left(fits):
    """Against the singular value decomposition of all scores."""
    answers = fits("als").fitted
    scores = answers.users(np.arange(120))
    scores = (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)
    left = np.linalg.svd(scores, compute_uv=False)
    for n in (3, 20):
        vectors = list_vectors(answers, directions=n)
        missed = np.linalg.norm(scores - vectors.users @ vectors.items.T)
        assert missed == pytest.approx(np.sqrt((left[n:] ** 2).sum()), rel=0.01)


def test_the_objective_decides_which_lists_are_held(fits):
    answers = fits("als").fitted
    own = {name: answers.top(np.arange(120), 10, objective=name)[0] for name in ("both", "rating", "choice")}
    for name, lists in own.items():
        vectors = list_vectors(answers, name, 70)
        assert held_lists(answers, vectors).in_10 > 0.99
        assert any((lists != other).any() for key, other in own.items() if key != name)


def test_the_same_seed_gives_the_same_vectors(fits, monkeypatch):
    monkeypatch.setattr("alsoliked.export.vectors.MOST_USERS", 40)
    one, same, other = (list_vectors(fits("als").fitted, directions=8, seed=seed) for seed in (0, 0, 1))
    assert (one.users == same.users).all()
    assert (one.items == same.items).all()
    assert (one.items != other.items).any()


def test_recall_counts_what_is_found(fits):
    answers = fits("als").fitted
    question = asked(answers, list_vectors(answers))
    assert question.best.shape == (120, 10)
    assert question.recall(question.best[:, ::-1]) == 1
    assert question.recall(question.best[:, :5]) == 0.5
    assert question.recall(np.full((120, 10), -1)) == 0


def test_lists_ordered_again_are_told(fits):
    rec = fits("als").reranked("popularity", 0.8)
    assert list_notes(fits("als").fitted) == ()
    assert "ordered again (reranked('popularity', 0.8))" in list_notes(rec.fitted)[0]
    assert held_lists(rec.fitted, list_vectors(rec.fitted, directions=70)).in_10 < 0.9


def test_users_and_items_without_ratings_have_vectors_too(world):
    from alsoliked import Recommender

    some = world.take((world.user_index != 0) & (world.item_index != 0))
    vectors = list_vectors(Recommender("als", n_factors=4).fit(some).fitted)
    assert vectors.users.shape[0] == 120
    assert np.isfinite(vectors.users).all()
    assert np.isfinite(vectors.items).all()


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("popular", {}, "orders items alike for everybody"),
        ("damped_bias", {}, "orders items alike for everybody"),
        ("global_mean", {}, "orders none; fit another model"),
        ("ease", {"objective": "rating"}, "has no rating scores"),
        ("als", {"objective": "best"}, "objective='best' is unknown"),
        ("als", {"directions": 0}, "directions=0 came, expected a whole number of at least 1"),
        ("als", {"directions": 2.5}, "directions=2.5 came"),
    ],
)
def test_what_cannot_be_indexed_is_refused(fits, kind, options, message):
    with pytest.raises(OptionError, match=message):
        list_vectors(fits(kind).fitted, **options)


def test_progress_is_told_as_a_share(fits, monkeypatch):
    monkeypatch.setattr("alsoliked.recommendation.topk.CELLS", 700)
    seen = []
    list_vectors(replace(fits("als").fitted), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) == 12
