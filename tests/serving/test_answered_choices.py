"""Filters, what is left out, diversity, exploring, and what editors chose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import update

from alsoliked.errors import DataError, OptionError
from alsoliked.recommendation.similar import cosine_to
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.lists import Wanted, recommend
from alsoliked.serving.answering.switching import kill
from alsoliked.serving.service import Service
from alsoliked.serving.storage import tables
from alsoliked.serving.storage.edits import Edit, Wish, add, withdraw
from alsoliked.serving.storage.standing import change
from alsoliked.serving.writing.catalogue import put_item
from alsoliked.serving.writing.rating import rate


def listed(service: Service, **wanted: object) -> list[str]:
    return [place.item for place in recommend(service, Wanted(**wanted)).items]


def edit(service: Service, kind: str, item: str, amount: float | None = None, **told: object) -> int:
    with service.database.write() as connection:
        wish = Wish(kind, item, "an editor", "a reason", amount, **told)
        made = add(connection, service.database.now(connection), wish)
        change(connection)
    return made.id


def test_filters_keep_the_order_of_what_fits(service: Service) -> None:
    whole = listed(service, user="3", n=80)
    drama = [item for item in whole if int(item) % 3 == 0]
    assert listed(service, user="3", n=80, only={"genres": ("War",)}) == drama
    assert listed(service, user="3", n=80, only={"genres": ("War", "Comedy")}) == whole
    sixties = [item for item in drama if 1960 + int(item) % 40 <= 1969]
    assert listed(service, user="3", n=80, only={"genres": ("War",), "year": ("..1969",)}) == sixties
    assert listed(service, user="3", n=80, only={"year": ("1965", "1970..1971")}) == [
        item for item in whole if 1960 + int(item) % 40 in (1965, 1970, 1971)
    ]
    assert listed(service, user="3", only={"genres": ("Opera",)}) == []
    for only, error in (({"colour": ("red",)}, OptionError), ({"year": ("nineteen",)}, DataError)):
        with pytest.raises(error, match="came"):
            recommend(service, Wanted("3", only=only))


def test_what_is_excluded_by_id_or_title_is_left_out(service: Service) -> None:
    answered = recommend(service, Wanted("3"))
    first, second = answered.items[:2]
    left = listed(service, user="3", n=8, exclude=(first.item, second.title, "unheard-of"))
    assert left == [place.item for place in answered.items[2:]]


def test_diversity_makes_lists_less_alike_and_starts_with_the_best(service: Service) -> None:
    factors = service.shelf.any().rec.fitted.rating.item_factors
    places = service.shelf.any().place

    def alike(items: list[str]) -> float:
        return float(np.mean([cosine_to(factors, places[one])[[places[i] for i in items]].mean() for one in items]))

    by_score = listed(service, user="3", n=8)
    spread = [listed(service, user="3", n=8, diversity=share) for share in (0.3, 0.6, 1.0)]
    assert all(items[0] == by_score[0] for items in spread)
    likeness = [alike(items) for items in (by_score, *spread)]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[-1] < likeness[0] - 0.1
    assert "diversity 0.6" in recommend(service, Wanted("3", diversity=0.6)).served_by


def test_a_share_of_the_places_explores(service: Service) -> None:
    plain, answered = recommend(service, Wanted("3")), recommend(service, Wanted("3", explore=0.5))
    assert 5 <= sum(place.explores for place in answered.items) <= 6
    assert answered.items == recommend(service, Wanted("3", explore=0.5)).items
    kept = [place.item for place in answered.items if not place.explores]
    assert kept == [place.item for place in plain.items][: len(kept)]


def test_edits_change_every_list_while_they_hold(open_service: Callable[..., Service]) -> None:
    service = open_service()
    before = listed(service, user="3", n=80)
    blocked, low, pinned = before[0], before[-1], before[40]
    edits = [edit(service, "block", blocked), edit(service, "boost", low, 10.0), edit(service, "pin", pinned, 3)]
    answered = recommend(service, Wanted("3"))
    items = [place.item for place in answered.items]
    assert blocked not in listed(service, user="3", n=80)
    assert items[0] == low
    assert items[2] == pinned
    assert [place.pinned for place in answered.items] == [rank == 3 for rank in range(1, 11)]
    assert [item for item in items if item not in (low, pinned)] == before[1:9]
    assert [place.rank for place in answered.items] == list(range(1, 11))
    for only in ({"user": "newcomer"}, {"given": {before[5]: 4.0}}):
        items = listed(service, n=80, **only)
        assert blocked not in items
        assert items[2] == pinned
    kill(service, "to see", "somebody")
    items = listed(service, user="3", n=80)
    assert blocked not in items
    assert items[2] == pinned
    with service.database.write() as connection:
        for made in edits:
            withdraw(connection, service.database.now(connection), made, "an editor", "over")
        change(connection)
    assert blocked in listed(service, user="3", n=80)


def test_an_edit_ends_by_itself(open_service: Callable[..., Service]) -> None:
    service = open_service()
    first = listed(service, user="3")[0]
    edit(service, "block", first, seconds=3600)
    assert first not in listed(service, user="3")
    held = service.last_standing.edits
    assert Edited.at(held, service.clock.now()).blocked == {first}
    assert Edited.at(held, service.clock.now() + 3601).blocked == frozenset()
    with service.database.write() as connection:  # an hour later
        connection.execute(update(tables.edits).values(expires_at=tables.edits.c.expires_at - 3601))
        change(connection)
    assert listed(service, user="3")[0] == first


def test_a_pin_does_not_show_what_somebody_rated_or_left_out(open_service: Callable[..., Service]) -> None:
    service = open_service()
    held = service.shelf.any()
    rated = held.items[int(held.own(held.user("3"))[0][0])]
    edit(service, "pin", rated, 1)
    assert rated not in listed(service, user="3", n=80)
    first = listed(service, user="3")[5]
    edit(service, "pin", first, 1)
    assert listed(service, user="3")[0] == first
    assert first not in listed(service, user="3", exclude=(first,))


def test_a_pin_of_an_item_that_came_since_has_its_title(open_service: Callable[..., Service]) -> None:
    service = open_service()
    put_item(service, "new-one", "A new one", {})
    edit(service, "pin", "new-one", 2)
    place = recommend(service, Wanted("3")).items[1]
    assert (place.item, place.title, place.pinned, place.score, place.rating) == (
        "new-one",
        "A new one",
        True,
        None,
        None,
    )
    rate(service, "3", "new-one", 4.0)
    answered = recommend(service, Wanted("3"))
    assert "new-one" not in [place.item for place in answered.items]
    assert "unknown to model" in answered.reasons[0]


def test_places_of_pins_are_kept_in_order() -> None:
    edits = [Edit(1, "pin", "a", 2, "e", "r", None), Edit(2, "pin", "b", 1, "e", "r", None)]
    edits += [Edit(3, "pin", "c", 1, "e", "r", None), Edit(4, "block", "c", None, "e", "r", None)]
    edited = Edited.at(edits, 0.0)
    assert sorted(edited.pins) == [(1, "b"), (2, "a")]  # what is blocked is not pinned
