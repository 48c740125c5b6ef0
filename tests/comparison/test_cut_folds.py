"""How ratings are divided for a comparison."""

from dataclasses import replace

import numpy as np
import pytest

from alsoliked import Ratings, random_split
from alsoliked.comparison.folds import Fold, cut_folds
from alsoliked.errors import DataError, OptionError, SourceUnavailableError


@pytest.fixture
def ratings():
    pairs = [(u, i) for u in range(6) for i in range(5)]
    users, items = zip(*pairs, strict=True)
    stars = [1 + (u * i) % 5 for u, i in pairs]
    return Ratings.from_columns(users, items, stars, list(range(len(pairs))))


def test_folds_hold_each_rating_out_once(ratings):
    folds = cut_folds(ratings, 3, seed=1)
    assert [fold.name for fold in folds] == ["1 of 3", "2 of 3", "3 of 3"]
    held_out = np.sort(np.concatenate([fold.valid.timestamp for fold in folds]))
    assert held_out.tolist() == list(range(30))
    assert all(len(fold.train) == 20 for fold in folds)
    assert [fold.digest() for fold in cut_folds(ratings, "3", seed=1)] == [fold.digest() for fold in folds]


def test_one_is_a_random_fifth_and_time_the_latest(ratings):
    (one,) = cut_folds(ratings, 1, seed=4)
    assert one.valid.timestamp.tolist() == random_split(ratings, 0.2, 4)[1].timestamp.tolist()
    (latest,) = cut_folds(ratings, "time")
    assert latest.valid.timestamp.tolist() == list(range(24, 30))


def test_published_folds_of_ml_100k(ml_100k, ml_100k_zip):
    if ml_100k_zip is None:
        pytest.skip("the published zip is not there")
    folds = cut_folds(ml_100k, "u", source=ml_100k_zip)
    assert [(fold.name, len(fold.valid)) for fold in folds] == [(f"u{i}", 20_000) for i in range(1, 6)]
    assert [fold.name for fold in cut_folds(ml_100k, "ua, u2", source=ml_100k_zip)] == ["ua", "u2"]


def test_pairs_of_ones_own(ratings):
    parts = [random_split(ratings, 0.5, seed) for seed in (0, 1)]
    assert [fold.valid for fold in cut_folds(ratings, parts)] == [valid for _, valid in parts]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (0, "0 folds came, expected 1 to 30"),
        (31, "31 folds came"),
        (-2, "-2 folds came"),
        ("many", "folds 'many' came, expected a number, u"),
        ("u1,u9", "folds 'u1,u9' came"),
        ("u", "pass source"),
        ([], "no folds came"),
    ],
)
def test_other_ways_are_refused(ratings, how, said):
    with pytest.raises(OptionError) as refused:
        cut_folds(ratings, how)
    assert said in str(refused.value)


def test_folds_the_data_does_not_have(ratings, tmp_path):
    with pytest.raises(SourceUnavailableError, match=r"no u1\.base"):
        cut_folds(ratings, "u", source=tmp_path)
    with pytest.raises(DataError, match="needs timestamps"):
        cut_folds(replace(ratings, timestamp=None), "time")
    other = Ratings.from_columns([1, 1, 2], [1, 2, 2], [1, 2, 3])
    with pytest.raises(OptionError, match="other users or items"):
        cut_folds(ratings, [(other, other)])


def test_everything_a_model_may_see_is_in_the_digest(ratings):
    import polars as pl

    train, valid = random_split(ratings, 0.2)
    about = train.with_tables(item_table=pl.DataFrame({"item": range(5), "genres": [["a"], [], ["b"], ["a"], []]}))
    later = replace(train, timestamp=train.timestamp + 1)
    changed = [Fold("x", part, valid) for part in (train, about, later, valid)] + [Fold("x", train, train)]
    digests = [fold.digest() for fold in changed]
    assert len(set(digests)) == len(digests)
    assert Fold("another name", train, valid).digest() == digests[0]
