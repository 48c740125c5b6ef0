"""The interview as a value: what is asked, what replies do, and that it can be put away and taken up again."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.coldstart.interview import Interview
from alsoliked.data.synthetic import Planted, planted_ratings
from alsoliked.errors import DataError, OptionError, UnknownIdError, UnknownItemError


@pytest.fixture(scope="module")
def planted() -> Planted:
    return planted_ratings(240, 60, n_factors=3, density=0.4, noise=0.5, seed=3)


@pytest.fixture(scope="module")
def rec(planted: Planted) -> Recommender:
    return Recommender("als", n_factors=3, seed=1).fit(planted.ratings.take(planted.ratings.user_index < 200))


def through(interview: Interview, rating: Any = 4.0) -> Interview:
    """Reply the same to everything until it is over."""
    while not interview.done:
        interview = interview.answered(interview.question.item, rating)
    return interview


def test_each_rating_narrows_and_no_item_is_asked_twice(rec: Recommender) -> None:
    interview, widths, asked = rec.interview(worth=0), [], []
    while not interview.done:
        question = interview.question
        assert (question.form, question.number, question.most) == ("rate", len(asked) + 1, 8)
        assert 0 < question.chance < 1
        assert 0 < question.drop < 1
        assert f"of {200} users rated it" in question.why
        widths.append(interview.width)
        asked.append(question.item)
        interview = interview.answered(question.item, 3)
    assert interview.question is None
    assert len(set(asked)) == 8
    assert all(a > b for a, b in zip(widths, [*widths[1:], interview.width], strict=True))
    assert interview.why_done == "8 questions were asked, which is the most"


def test_a_list_sharpens_and_says_how_it_was_made(rec: Recommender) -> None:
    before = rec.interview()
    first = before.answered(before.question.item, 5)
    second = first.answered(first.question.item, None)
    assert before.recommend(3).served_by == "interview: nothing said yet"
    assert second.recommend(3).served_by == "interview: 1 rating, 1 not seen"
    known, unseen = before.question.item, first.question.item
    everything = set(second.recommend(60))
    assert known not in everything
    assert unseen in everything
    assert set(second.recommend(60, exclude=[unseen])) == everything - {unseen}
    assert set(second.recommend(2, among=[known, unseen])) == {unseen}
    wide, narrow = (np.mean(i.recommend(60).widths) for i in (before, second))
    assert narrow < wide
    assert list(second.recommend(5, objective="rating")) != list(second.recommend(5, objective="choice"))


def test_rated_items_alone_give_the_row_and_the_list_of_a_stranger(rec: Recommender) -> None:
    """What not having seen says is beside it: with ratings given beforehand, both ways are told the same."""
    given = {3: 5.0, 10: 1.0, 20: 4.0}
    interview = rec.interview(given=given)
    replied = rec.interview()
    for item, rating in given.items():
        replied = replied.answered(item, rating)
    assert interview.row == pytest.approx(replied.row)
    assert interview.recommend(3).served_by == "interview: 3 given beforehand"
    stranger = rec.recommend(given=given, n=57, objective="rating")
    listed = interview.recommend(57, objective="rating")
    assert set(listed) == set(stranger)
    assert np.corrcoef(np.argsort(listed.items), np.argsort(stranger.items))[0, 1] > 0.9
    assert not set(given) & {interview.question.item}


def test_not_having_seen_teaches(rec: Recommender) -> None:
    interview = rec.interview()
    unseen = interview.answered(interview.question.item, None)
    assert not np.array_equal(unseen.row, interview.row)
    assert unseen.question.item != interview.question.item


@pytest.mark.parametrize("form", ["rate", "pair", "pick_three"])
def test_put_away_as_json_and_taken_up_again(rec: Recommender, form: Any) -> None:
    interview = rec.interview(form=form, most=4, least=1, given={5: 2}, exclude=[7])
    for reply in range(3):
        again = rec.interview(state=json.loads(json.dumps(interview.to_dict())))
        assert again.state == interview.state
        assert again.question == interview.question
        assert again.recommend(5) == interview.recommend(5)
        assert json.loads(json.dumps(interview.question.to_dict()))["why"] == interview.question.why
        question = interview.question
        if question.form == "pair":
            interview = interview.compared(*question.items, ("first", "same", None)[reply])
        elif question.form == "pick_three":
            interview = interview.picked(question.items[:3])
        else:
            interview = interview.answered(question.item, (None, 5)[reply % 2])


def test_a_reply_leaves_the_interview_and_the_model_as_they_were(rec: Recommender) -> None:
    interview = rec.interview()
    question, row = interview.question, interview.row.copy()
    model = rec.fitted.rating
    before = [array.copy() for array in (model.user_factors, model.item_factors, model.item_bias)]
    drawn = np.random.get_state()[1].copy()  # noqa: NPY002  the global state is what must not move
    through(interview).recommend(5)
    assert interview.question == question
    assert np.array_equal(interview.row, row)
    after = (model.user_factors, model.item_factors, model.item_bias)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert np.array_equal(np.random.get_state()[1], drawn)  # noqa: NPY002
    assert [through(rec.interview()).state for _ in range(2)] == [through(interview).state] * 2


def test_when_it_ends(rec: Recommender) -> None:
    assert len(through(rec.interview(most=5, worth=0)).state.replies) == 5
    assert len(through(rec.interview(least=2, worth=1)).state.replies) == 2
    assert len(through(rec.interview(least=0, worth=1)).state.replies) == 0
    assert "is expected to lower the error by a share of 0.0" in through(rec.interview(least=2, worth=1)).why_done
    few = rec.interview(exclude=range(58), least=8, worth=0)
    assert through(few).why_done == "there is nothing left to ask about"
    assert {few.question.item} <= {58, 59}
    assert through(rec.interview(most=1)).why_done == "one question was to be asked"


def test_pairs_move_the_difference(rec: Recommender) -> None:
    interview = rec.interview(form="pair")
    first, second = interview.question.items
    assert "you know both with a chance of" in interview.question.why
    apart = {}
    for said in ("first", "same", "second", None):
        ratings = rec.fitted.rating.rows(interview.compared(first, second, said).row[None])[0]
        apart[said] = ratings[first] - ratings[second]
    assert apart["first"] > apart["same"] > apart["second"]
    told = interview.compared(first, second, "first")
    assert told.width < interview.width
    assert told.recommend(3).served_by == "interview: 1 comparison"
    assert not {first, second} & set(told.recommend(60))
    assert interview.compared(first, second, None).recommend(3).served_by == "interview: 1 not comparable"


def test_a_page_of_loved_items(rec: Recommender) -> None:
    interview = rec.interview(form="pick_three")
    page = interview.question.items
    assert len(set(page)) == 12
    loved = interview.picked(page[1:4])
    before, after = (rec.fitted.rating.rows(i.row[None])[0] for i in (interview, loved))
    assert (after - before)[list(page[1:4])].min() > 0
    assert loved.question.form == "rate"
    assert loved.question.item not in page
    assert loved.recommend(3).served_by == "interview: 3 loved"
    assert interview.picked([]).row == pytest.approx(interview.row)
    shown = rec.interview().picked([1], shown=[1, 2, 3])
    assert shown.recommend(3).served_by == "interview: 1 loved"


MODELS: dict[str, dict[str, Any]] = {
    "damped_bias": {},
    "als": {"n_factors": 2},
    "bayes": {"n_factors": 2, "samples": 5, "burn_in": 5},
    "dot_bias": {"n_factors": 3, "epochs": 2},
    "net": {"layers": (8,), "user_size": 3, "item_size": 3, "epochs": 2},
    "levels": {"model": "dot_bias", "loss": "cross_entropy", "n_factors": 3, "epochs": 2},
    "blend": {"of": ("als:n_factors=2", "damped_bias")},
}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_that_predicts_ratings_can_interview(planted: Planted, name: str) -> None:
    options = {"model": name, "seed": 1} | MODELS[name]
    triples = planted.ratings.user_index, planted.ratings.item_index, planted.ratings.rating
    rec = Recommender(**options).fit(Ratings.from_columns(*triples[:2], triples[2].round().clip(1, 5)))
    interview = rec.interview(most=3, worth=0)
    after = through(interview, 5.0)
    assert after.width < interview.width
    assert len(after.recommend(5)) == 5
    assert after.recommend(5).served_by == "interview: 3 ratings"


@pytest.mark.parametrize("name", ["popular", "global_mean", "ease"])
def test_a_model_without_taste_or_ratings_says_so(planted: Planted, name: str) -> None:
    with pytest.raises(OptionError, match="predicts no ratings by taste"):
        Recommender(name).fit(planted.ratings).interview()


def test_what_does_not_fit_is_refused(rec: Recommender) -> None:
    interview = rec.interview()
    item = interview.question.item
    for call, match in (
        (lambda: interview.answered(item, 99), "expected a number from"),
        (lambda: interview.answered(item, 4).answered(item, 4), "spoken of already"),
        (lambda: rec.interview(given={item: 3}).answered(item, 3), "spoken of already"),
        (lambda: interview.compared(item, item, "first"), "spoken of already"),
        (lambda: interview.compared(1, 2, "both"), "expected 'first', 'second', 'same' or None"),
        (lambda: interview.picked([item]), "no page of items is asked about"),
        (lambda: interview.picked([9], shown=[1, 2]), "expected some of the page"),
        (lambda: rec.interview(form="essay"), "form='essay' is unknown"),
        (lambda: rec.interview(most=0), "most=0 came"),
        (lambda: rec.interview(least=-1), "least=-1 came"),
        (lambda: rec.interview(worth=-0.1), "worth=-0.1 came"),
        (lambda: rec.interview(given={item: 77}), "expected a number from"),
        (lambda: rec.interview(columns={"age": 24}).question, "columns age came"),
        (lambda: rec.interview(most=3, state=interview.to_dict()), "state= brings its own options"),
    ):
        with pytest.raises(OptionError, match=match):
            call()
    with pytest.raises(UnknownItemError):
        interview.answered("nobody knows it", 3)


def test_a_state_somebody_changed_is_refused(rec: Recommender) -> None:
    told = rec.interview().answered(3, 4).to_dict()
    for changed in (
        {"format": 99},
        {"replies": [{"it": 1}]},
        {"replies": [{"item": 3, "rating": 1e9}]},
        {"replies": [{"item": 3, "rating": "NaN"}]},
        {"replies": [{"item": 3, "rating": 4}] * 2},
        {"replies": [{"first": 1, "second": 2, "preferred": "third"}]},
        {"given": [[3, 4]]},
        {"given": [["three", "four"]]},
        {"columns": 7},
    ):
        with pytest.raises(DataError):
            rec.interview(state={**told, **changed})
    with pytest.raises(DataError):
        rec.interview(state={"form": "rate"})
    with pytest.raises(OptionError):
        rec.interview(state={**told, "most": 0})
    with pytest.raises(UnknownIdError):
        _ = rec.interview(state={**told, "replies": [{"item": 12345, "rating": 4}]}).question


def test_what_tables_say_is_where_it_begins(ml_100k: Ratings) -> None:
    rec = Recommender("als", n_factors=2, seed=0).fit(ml_100k.take(ml_100k.user_index < 200))
    rec.fit_attributes(users=["age"], items=None, how="linear")
    unknown, known = rec.interview(), rec.interview(columns={"age": 65})
    assert not np.allclose(unknown.row, known.row)
    assert known.recommend(3).served_by == "interview: age"
    again = rec.interview(state=json.loads(json.dumps(known.to_dict())))
    assert again.row == pytest.approx(known.row)


def test_it_learns_more_from_five_questions_than_asking_at_random(planted: Planted, rec: Recommender) -> None:
    """Strangers who rate as they were sown, and know what they rated."""
    rng = np.random.default_rng(0)
    by_user = planted.ratings.by_user()
    error = {"interview": 0.0, "random": 0.0}
    for user in range(200, 225):
        known = dict(zip(*(side.tolist() for side in by_user.row(user)), strict=True))
        truth = planted.expected(np.full(60, user), np.arange(60))
        for way in error:
            interview, order = rec.interview(most=6, worth=0), rng.permutation(60).tolist()
            for place in range(5):
                item = interview.question.item if way == "interview" else order[place]
                interview = interview.answered(item, known.get(item))
            error[way] += np.mean((rec.fitted.rating.rows(interview.row[None])[0] - truth) ** 2)
    assert error["interview"] < 0.95 * error["random"]
