"""The façade on planted ratings: what the tables show is what was learned."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import Planted, planted_ratings
from alsoliked.errors import OptionError
from alsoliked.fitting import auto_y_range, default_bs, default_lr_wd
from alsoliked.training import Epoch


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Enough ratings for everything sown to come back."""
    return planted_ratings(120, 90, n_factors=2, density=0.5, noise=0.1, seed=5)


@pytest.fixture(scope="module")
def rec(planted: Planted) -> Recommender:
    """The default model, trained well."""
    return Recommender("dot_bias", n_factors=4, epochs=25, lr=0.05, wd=0.02, bs=64, seed=1).fit(planted.ratings)


def test_biases_are_the_sown_ones(rec: Recommender, planted: Planted) -> None:
    """An item's offset, and the factor that everybody shares, order the items as they were sown."""
    table = rec.item_bias()
    assert table.columns == ["item", "title", "bias", "width", "count"]
    assert table["bias"].is_sorted()
    sown = planted.item_bias + planted.item_factors @ planted.user_factors.mean(axis=0)
    by_item = table.sort("item")
    assert np.corrcoef(by_item["bias"], sown)[0, 1] > 0.9
    users = rec.user_bias()
    assert users.columns == ["user", "bias", "width", "count"]
    sown = planted.user_bias + planted.user_factors @ planted.item_factors.mean(axis=0)
    assert np.corrcoef(users.sort("user")["bias"], sown)[0, 1] > 0.9
    counts = planted.ratings.counts_by_item()
    assert by_item["count"].to_list() == counts.tolist()


def test_components_span_the_sown_factors(rec: Recommender, planted: Planted) -> None:
    table = rec.components(2).table
    assert table.columns == ["item", "title", "c1", "c2", "count"]
    places = table.select("c1", "c2").to_numpy()
    sown = planted.item_factors - planted.item_factors.mean(axis=0)
    cosines = np.linalg.svd(np.linalg.qr(places)[0].T @ np.linalg.qr(sown)[0], compute_uv=False)
    assert cosines.min() > 0.95
    with pytest.raises(OptionError, match="expected 1 to 4"):
        rec.components(5)


def test_lists_are_good(rec: Recommender, planted: Planted) -> None:
    """By predicted rating, a user's first items are among those they would like best."""
    users, items = (a.ravel() for a in np.mgrid[:120, :90])
    truth = planted.expected(users, items).reshape(120, 90)
    table = rec.recommend_many(n=3, objective="rating")
    liked = [(truth[u] < truth[u, i]).mean() for u, i in zip(table["user"], table["item"], strict=True)]
    assert np.mean(liked) > 0.8


def test_neighbours_are_alike(rec: Recommender, planted: Planted) -> None:
    nearest = rec.similar_items(3, n=5)
    assert 3 not in nearest.items
    assert nearest.score_name == "cosine"
    assert all(1.0001 >= a >= b >= -1.0001 for a, b in zip(nearest.scores, nearest.scores[1:], strict=False))
    factors = rec.fitted.rating.item_factors.astype(float)
    length = np.linalg.norm(factors, axis=1)
    expected = factors @ factors[3] / (length * length[3])
    assert nearest.scores == pytest.approx(sorted(np.delete(expected, 3), reverse=True)[:5], abs=1e-5)
    assert rec.similar_items(3, n=100, min_count=60).counts == tuple(
        c for c in rec.similar_items(3, n=100).counts if c >= 60
    )
    users = rec.similar_users(3, n=200)
    assert len(users) == 119
    assert 3 not in users["user"]
    sown = planted.user_factors / np.linalg.norm(planted.user_factors, axis=1, keepdims=True)
    assert (sown @ sown[3])[users["user"].head(5).to_list()].mean() > 0.8


def test_a_stranger_is_understood(rec: Recommender, planted: Planted) -> None:
    """Somebody who rates as user 7 did is predicted what user 7 is."""
    items, ratings = planted.ratings.by_user().row(7)
    given = {int(i): float(r) for i, r in zip(items, ratings, strict=True)}
    ranked = rec.recommend(given=given, n=90, objective="rating")
    assert set(ranked.items).isdisjoint(given)
    assert ranked.served_by == f"fold-in of {len(given)} ratings"
    truth = planted.expected(np.full(len(ranked), 7), np.array(ranked.items))
    assert np.corrcoef(ranked.ratings, truth)[0, 1] > 0.97
    assert ranked.ratings == pytest.approx(rec.predict([7] * len(ranked), ranked.items), abs=0.35)


def test_what_moved_a_prediction(rec: Recommender) -> None:
    """With one rating alone, all that was moved was moved by it; more of a like item moves more."""
    average = float(rec.predict([10**6], [5], on_unknown="popular")[0])
    told = rec.explain(item=5, given={8: 5.0})
    assert told.moved["moved"].to_list() == pytest.approx([told.predicted - average], abs=0.02)


def test_baselines(rec: Recommender) -> None:
    baselines = rec.baselines()
    assert [b.name for b in baselines] == ["global_mean", "damped_bias", "popular"]
    assert all(b.train_ratings is rec.train_ratings for b in baselines)
    assert baselines[0].top_items(np.array([1], np.int32), 3) is None
    assert baselines[2].predict_indices(np.array([1], np.int32), np.array([1], np.int32)) is None


def test_history_and_watchers(planted: Planted) -> None:
    train, valid = random_split(planted.ratings, seed=0)
    epochs: list[Epoch] = []
    shares: list[float] = []
    options = {"n_factors": 3, "epochs": 3}
    rec = Recommender("dot_bias", **options).fit(train, valid, on_epoch=epochs.append, on_progress=shares.append)
    assert [e.valid_loss for e in rec.history_] == [e.valid_loss for e in epochs]
    assert len(epochs) == 3
    assert shares == sorted(shares)
    assert Recommender("popular").fit(train).history_ is None


def test_a_run_that_learned_nothing_warns(planted: Planted) -> None:
    with pytest.warns(UserWarning, match="no better than always guessing the mean rating"):
        Recommender("dot_bias", epochs=1, lr=1e-6).fit(planted.ratings)


@pytest.mark.filterwarnings("ignore:It is no better than always guessing")
def test_no_tables_of_what_is_not_there(planted: Planted) -> None:
    for name in ("dot", "global_mean"):
        rec = Recommender(name, **({"epochs": 2, "lr": 0.05} if name == "dot" else {})).fit(planted.ratings)
        with pytest.raises(OptionError, match="has no biases to show"):
            rec.item_bias()
    rec = Recommender("popular").fit(planted.ratings)
    for ask in (rec.item_bias, rec.user_bias, rec.components, lambda: rec.similar_users(1)):
        with pytest.raises(OptionError):
            ask()


def test_defaults_follow_the_data() -> None:
    sizes = [default_bs(n) for n in (1, 10_000, 100_000, 10**6, 25 * 10**6)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[1], sizes[-1]) == (64, 64, 8192)
    assert all(bs & (bs - 1) == 0 for bs in sizes)  # powers of two
    assert default_lr_wd("dot_bias", 64) == pytest.approx((5e-3, 0.1))  # the chapter's own
    for name in ("dot", "dot_bias", "net"):
        small, large = default_lr_wd(name, 64), default_lr_wd(name, 512)
        assert large[1] > small[1] > 0
        assert large[0] >= small[0] > 0
    for scale in ([1, 5], [-10, 10], [0.5, 5]):
        low, high = auto_y_range(Ratings.from_columns([1, 2], [1, 1], scale))
        assert low < scale[0] < scale[1] < high


def test_titles_stand_in_every_table(planted: Planted) -> None:
    titles = pl.DataFrame({"item": range(90), "title": [f"Film {i}" for i in range(90)]})
    rec = Recommender("dot_bias", n_factors=3, epochs=2, lr=0.05).fit(planted.ratings.with_tables(item_table=titles))
    for table in (rec.item_bias(), rec.components().table, rec.recommend_many([3])):
        assert table["title"].to_list() == [f"Film {i}" for i in table["item"]]
    assert rec.recommend(3).titles == tuple(f"Film {i}" for i in rec.recommend(3))
    assert rec.similar_items("Film 4").served_by == "item factors near 'Film 4'"
    assert rec.explain(3, 4).title == "Film 4"
