"""Lists follow what people said: in training, and since."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alsoliked import Recommender
from alsoliked.errors import DataError, OptionError
from alsoliked.serving.answering import tokens
from alsoliked.serving.answering.lists import Wanted, recommend
from alsoliked.serving.answering.predicting import predict
from alsoliked.serving.service import Service
from alsoliked.serving.writing.people import forget, put_user
from alsoliked.serving.writing.rating import rate, withdraw


def listed(service: Service, **wanted: object) -> list[str]:
    return [place.item for place in recommend(service, Wanted(**wanted)).items]


def test_every_field_of_an_answer(service: Service, bundle: Path) -> None:
    answered = recommend(service, Wanted("3", n=5))
    expected = Recommender.load(bundle).recommend(3, n=5)
    assert answered.model.startswith("als-")
    assert (answered.stage, answered.arm, answered.step) == ("stable", "stable", "model")
    assert answered.served_by == expected.served_by == "trained row"
    assert answered.reasons == ()
    assert [place.rank for place in answered.items] == [1, 2, 3, 4, 5]
    assert [place.item for place in answered.items] == [str(item) for item in expected.items]
    assert [place.title for place in answered.items] == list(expected.titles)
    for name, values in (("score", expected.scores), ("rating", expected.ratings), ("width", expected.widths)):
        np.testing.assert_allclose([getattr(place, name) for place in answered.items], values, rtol=1e-5)
    assert [place.count for place in answered.items] == list(expected.counts)
    assert not any(place.pinned or place.explores for place in answered.items)


def test_the_id_of_an_answer_says_what_it_was_and_cannot_be_made_up(service: Service) -> None:
    answered = recommend(service, Wanted("3"))
    told = tokens.read(service, answered.recommendation_id)
    assert (told.user, told.model, told.stage, told.arm) == ("3", answered.model, "stable", "stable")
    assert told.served_by == "trained row"
    with service.database.read() as connection:
        assert abs(told.at - service.database.now(connection)) < 60
    assert recommend(service, Wanted("3")).recommendation_id != answered.recommendation_id
    for made_up in (answered.recommendation_id[:-1] + "!", "", "x" * 3000, "a.b"):
        with pytest.raises(DataError, match="recommendation id"):
            tokens.read(service, made_up)


def test_a_rating_changes_the_next_list_as_the_librarys_fold_in_does(service: Service, bundle: Path) -> None:
    rec, before = Recommender.load(bundle), listed(service, user="11", n=10)
    rate(service, "11", before[0], 1.0)
    rate(service, "11", before[1], 5.0)
    answered = recommend(service, Wanted("11", n=10))
    items, ratings = rec.fitted.by_user.row(rec.train_ratings.users.index(11))
    own = {rec.train_ratings.items[int(item)]: float(rating) for item, rating in zip(items, ratings, strict=True)}
    expected = rec.recommend(given=own | {int(before[0]): 1.0, int(before[1]): 5.0}, n=10)
    assert [place.item for place in answered.items] == [str(item) for item in expected.items]
    assert answered.served_by == f"fold-in of {len(own) + 2} ratings"
    np.testing.assert_allclose([place.rating for place in answered.items], expected.ratings, rtol=1e-4)
    assert set(before[:2]).isdisjoint(place.item for place in answered.items)


def test_what_was_said_again_as_in_training_leaves_the_trained_row(service: Service, bundle: Path) -> None:
    rec = Recommender.load(bundle)
    items, ratings = rec.fitted.by_user.row(rec.train_ratings.users.index(12))
    rate(service, "12", str(rec.train_ratings.items[int(items[0])]), float(ratings[0]))
    assert recommend(service, Wanted("12")).served_by == "trained row"


def test_a_withdrawn_rating_counts_no_more_and_its_item_may_be_listed(service: Service, bundle: Path) -> None:
    rec = Recommender.load(bundle)
    items, _ = rec.fitted.by_user.row(rec.train_ratings.users.index(13))
    gone = str(rec.train_ratings.items[int(items[0])])
    assert gone not in listed(service, user="13", n=80)
    withdraw(service, "13", gone)
    assert gone in listed(service, user="13", n=80)
    assert recommend(service, Wanted("13")).served_by == f"fold-in of {len(items) - 1} ratings"


def test_who_was_forgotten_is_a_newcomer(service: Service) -> None:
    forget(service, "14")
    answered = recommend(service, Wanted("14"))
    assert answered.step == "typical"
    assert answered.reasons[0] == "no ratings of user '14' are known"


def test_a_stranger_is_answered_and_not_kept(service: Service, bundle: Path) -> None:
    answered = recommend(service, Wanted(given={"5": 5.0, "Title 8 (1968)": 2.0, "unheard-of": 3.0}, n=6))
    expected = Recommender.load(bundle).recommend(given={5: 5.0, 8: 2.0}, n=6)
    assert [place.item for place in answered.items] == [str(item) for item in expected.items]
    assert answered.reasons == (f"1 rated item is left out of account, unknown to model {answered.model}",)
    assert tokens.read(service, answered.recommendation_id).user is None
    with pytest.raises(DataError, match="expected a number from"):
        recommend(service, Wanted(given={"5": 11.0}))


def test_what_makes_no_sense_is_refused(service: Service) -> None:
    for wanted, why in (
        (Wanted("3", n=0), "n=0 came"),
        (Wanted("3", n=5000), "n=5000 came"),
        (Wanted("3", diversity=2.0), "diversity=2 came"),
        (Wanted("3", explore=-1.0), "explore=-1 came"),
    ):
        with pytest.raises(OptionError, match=why):
            recommend(service, wanted)


def test_one_id_is_written_in_one_way(service: Service) -> None:
    for other in ("03", " 3", "3.0", "+3", "٣", "9" * 150):
        assert recommend(service, Wanted(other)).step == "typical"


def test_predicting_one_pair_is_what_the_list_says(service: Service) -> None:
    place = recommend(service, Wanted("15")).items[0]
    with service.database.read() as connection:
        assert predict(service, connection, "15", place.item).rating == pytest.approx(place.rating, rel=1e-5)
        assert predict(service, connection, "15", "unheard-of").rating is None
    rate(service, "15", place.item, 1.0)
    place = recommend(service, Wanted("15")).items[0]
    with service.database.read() as connection:
        assert predict(service, connection, "15", place.item).rating == pytest.approx(place.rating, rel=1e-5)


def test_two_services_on_one_database_agree(
    open_service: Callable[..., Service], fresh_postgres: Callable[[], str]
) -> None:
    url = fresh_postgres()
    one, other = open_service(database=url), open_service(database=url)
    first = listed(one, user="16")
    assert first == listed(other, user="16")
    rate(one, "16", first[0], 1.0)
    assert listed(other, user="16") == listed(one, user="16") != first


def test_columns_speak_for_newcomers(open_service: Callable[..., Service], planted, tmp_path: Path) -> None:
    rec = Recommender("als", n_factors=4, seed=1).fit(planted)
    rec.fit_attributes(users=["age", "gender"], how="linear")
    service = open_service(bundle=rec.save(tmp_path / "columns"))
    put_user(service, "newcomer", {"gender": "F", "age": 30})
    answered = recommend(service, Wanted("newcomer", n=5))
    expected = rec.recommend(columns={"gender": "F", "age": 30}, n=5)
    assert [place.item for place in answered.items] == [str(item) for item in expected.items]
    assert (answered.step, answered.served_by) == ("columns", "columns")
    assert [place.item for place in recommend(service, Wanted(columns={"gender": "F", "age": 30}, n=5)).items] == [
        str(item) for item in expected.items
    ]
    with pytest.raises(DataError, match="shoe_size"):
        recommend(service, Wanted(columns={"shoe_size": 44}))


def test_reading_writes_nothing(serving) -> None:
    def dump() -> list[str]:
        with sqlite3.connect(serving.service.settings.home / "serving.db") as connection:
            return list(connection.iterdump())

    before = dump()
    for path in (
        "/users/3/recommendations?n=5&genres=Drama&diversity=0.5&explore=0.2",
        "/users/nobody/recommendations",
        "/items/5/similar",
        "/users/3/explanations/5",
        "/health/ready",
        "/health/live",
    ):
        assert serving.http.get(path).status_code == 200, path
    assert serving.http.post("/recommendations", json={"ratings": {"5": 4}}).status_code == 200
    assert serving.http.post("/explanations", json={"ratings": {"5": 4}, "item": "6"}).status_code == 200
    assert dump() == before


def test_over_http_it_is_the_same(serving) -> None:
    told = serving.http.get("/users/3/recommendations", params={"n": 4, "genres": "Drama"}).json()
    expected = recommend(serving.service, Wanted("3", n=4, only={"genres": ("Drama",)}))
    assert told["items"] == [dataclasses.asdict(place) for place in expected.items]
    assert set(told) == {field.name for field in dataclasses.fields(expected)}
    wrong = serving.http.get("/users/3/recommendations", params={"colour": "red"})
    assert wrong.status_code == 422
    assert "genres" in wrong.json()["detail"]
    assert serving.http.get("/users/3/recommendations", params={"n": 0}).status_code == 422
    assert serving.http.post("/recommendations", json={"ratings": {"5": 99}}).status_code == 422
    assert serving.http.post("/recommendations", json={"rating": {}}).status_code == 422
