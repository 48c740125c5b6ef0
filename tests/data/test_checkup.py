"""The checkup: figures that are known, sentences that say what is odd."""

import json

import pytest

from alsoliked.data.checkup import checkup
from alsoliked.data.ratings import Ratings


def words(ratings):
    return " ".join(checkup(ratings).in_words())


def test_ml_100k(ml_100k):
    report = checkup(ml_100k)
    assert (report.n_users, report.n_items, report.n_ratings) == (943, 1682, 100_000)
    assert (report.n_titled, report.n_titles, len(report.repeated_titles)) == (1682, 1664, 18)
    assert (report.users_with_one, report.items_with_one) == (0, 141)
    assert [row[1] for row in report.histogram] == [6110, 11370, 27145, 34174, 21201]
    assert report.density == pytest.approx(0.0630, abs=5e-5)
    assert report.top_users == 9
    assert report.top_users_share == pytest.approx(
        ml_100k.counts_by_user()[ml_100k.counts_by_user().argsort()[-9:]].sum() / 1e5
    )
    assert [moment.date().isoformat() for moment in report.time_span] == ["1997-09-20", "1998-04-22"]
    said = words(ml_100k)
    assert "100,000 ratings of 1,682 items by 943 users: 6.3 % of all pairs are rated." in said
    assert "1,664 titles for 1,682 items: 18 titles are shared by several items" in said
    assert "141 items got a single rating" in said
    assert "share their second with another of the same user" in said


def test_to_dict_is_json(ml_100k, small):
    for ratings in (ml_100k, small):
        plain = json.loads(json.dumps(checkup(ratings).to_dict()))
        assert plain["n_ratings"] == len(ratings)
        assert set(plain["histogram"][0]) == {"rating", "count", "share"}
    assert plain["time_span"] is None


@pytest.fixture
def small():
    return Ratings.from_columns(["a", "a", "b"], [1, 2, 1], [5, 3, 4])


def test_no_timestamps_and_single_ratings(small):
    report = checkup(small)
    assert (report.users_with_one, report.items_with_one, report.same_second) == (1, 1, None)
    assert "no timestamps" in words(small)
    assert (report.top_users, report.top_users_share) == (1, pytest.approx(2 / 3))


def test_cold_items(latest_2023):
    report = checkup(latest_2023)
    assert report.unrated_items == 86_537 - latest_2023.n_items
    assert "cold items" in words(latest_2023)


@pytest.mark.parametrize(
    ("ratings", "stamps", "sentence"),
    [
        ([3] * 10, None, "All ratings are the same"),
        ([5] * 9 + [1], None, "90.0 % of the ratings are 5"),
        ([0] * 4 + [5, 4, 3, 2, 1, 6], None, "40.0 % of the ratings are 0"),
        ([1, 2] * 5, [20240101 + n for n in range(10)], "fall into 1970"),
        ([1, 2] * 5, [10**9] * 10, "All timestamps are the same"),
        ([1, 2] * 5, [10**9 + n // 2 for n in range(10)], "100.0 % of the ratings share their second"),
        ([1, 2] * 5, [10**9 - n for n in range(10)], "90.0 % of the ratings stand after a later one"),
    ],
)
def test_odd_things_get_a_sentence(ratings, stamps, sentence):
    assert sentence in words(Ratings.from_columns([1] * 10, range(10), ratings, stamps))


def test_constant_users_and_spaced_ids():
    users = ["a"] * 5 + [" b"] * 4
    ratings = Ratings.from_columns(users, list(range(5)) + list(range(4)), [3] * 5 + [1, 1, 1, 1])
    report = checkup(ratings)
    assert (report.constant_users, report.spaced_ids) == (1, 1)
    assert "1 user gave the same rating every time" in words(ratings)
    assert "Blanks at the beginning or end of 1 id:" in words(ratings)


def test_a_continuous_scale_has_bins():
    report = checkup(Ratings.from_columns([1] * 100, range(100), [n * 0.37 for n in range(100)]))
    assert report.levels is None
    assert len(report.histogram) == 10
    assert sum(count for _, count, _ in report.histogram) == 100


def test_a_part_is_checked_as_a_part(ml_100k):
    part = ml_100k.take(ml_100k.user_index < 10)
    assert checkup(part).n_users == 10
