"""When something fails the next step answers, and says why."""

from __future__ import annotations

import contextlib
import gc
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from alsoliked import Recommender
from alsoliked.serving.answering.lists import Wanted, recommend
from alsoliked.serving.answering.switching import kill, release
from alsoliked.serving.answering.work import THREADS
from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.service import Service
from alsoliked.serving.storage import rollouts, tables
from alsoliked.serving.storage.edits import Wish, add
from alsoliked.serving.storage.models import let_in
from alsoliked.serving.storage.standing import change
from alsoliked.serving.writing.rating import rate


def roll_in(service: Service, candidate: Path, state: str = "partial", share: float = 1.0) -> str:
    """Put a candidate on its way, as the steps of a rollout do."""
    with service.database.write() as connection:
        now = service.database.now(connection)
        model = let_in(connection, now, service.settings.home, candidate, "somebody")
        told = {"candidate": model, "previous": str(service.last_standing.row.model), "salt": "s", "plan": {}}
        number = rollouts.add(connection, now, **told)
        rollouts.save(connection, replace(rollouts.find(connection, number), state=state, share=share))
        change(connection)
    return model


def test_a_candidate_answers_whom_it_is_shown_to(open_service: Callable[..., Service], candidate: Path) -> None:
    service = open_service()
    stable = recommend(service, Wanted("3"))
    model = roll_in(service, candidate)
    answered = recommend(service, Wanted("3"))
    assert (answered.model, answered.stage, answered.arm) == (model, "candidate", "candidate")
    assert answered.items != stable.items
    assert recommend(service, Wanted(given={"5": 4.0})).model == stable.model
    preview = recommend(service, Wanted("3", model=stable.model))
    assert (preview.items, preview.stage) == (stable.items, "stable")


def test_a_corrupt_candidate_is_not_asked(open_service: Callable[..., Service], candidate: Path) -> None:
    service = open_service()
    stable = recommend(service, Wanted("3"))
    model = roll_in(service, candidate)
    place = service.settings.home / "models" / model / "arrays.safetensors"
    place.write_bytes(place.read_bytes()[:-10])
    answered = recommend(service, Wanted("3"))
    assert (answered.model, answered.stage, answered.arm) == (stable.model, "stable", "candidate")
    assert answered.items == stable.items
    assert "cannot be loaded" in answered.reasons[0]
    assert "truncated or edited" in answered.reasons[0]


def test_a_candidate_whose_folder_is_gone_is_not_asked(open_service: Callable[..., Service], candidate: Path) -> None:
    service = open_service()
    stable = service.last_standing.row.model
    model = roll_in(service, candidate)
    shutil.rmtree(service.settings.home / "models" / model)
    assert recommend(service, Wanted("3")).model == stable


def test_a_candidate_that_answers_nonsense_is_not_listened_to(
    open_service: Callable[..., Service], planted, tmp_path: Path
) -> None:
    service, broken = open_service(), Recommender("als", n_factors=4, seed=3).fit(planted)
    sound = broken.fitted
    factors = sound.rating.item_factors.copy()
    factors[0] = np.nan
    known = {"known_prior": sound.prior, "known_widths": sound.widths, "known_weight": sound.rating_weight}
    broken.answers_ = replace(sound, rating=replace(sound.rating, item_factors=factors), **known)
    stable = recommend(service, Wanted("3"))
    model = roll_in(service, broken.save(tmp_path / "broken"))
    answered = recommend(service, Wanted("3"))
    assert answered.items == stable.items
    assert (answered.model, answered.stage, answered.arm) == (stable.model, "stable", "candidate")
    assert answered.reasons == (f"model {model} failed; it was logged",)


def test_no_time_for_the_model(open_service: Callable[..., Service]) -> None:
    service = open_service(budget=0.05)
    go_on = threading.Event()
    for _ in range(THREADS):
        service.work.begin(go_on.wait)
    answered = recommend(service, Wanted("3", n=5))
    go_on.set()
    assert answered.step == "typical"
    assert answered.reasons == ("the time budget was spent",)
    assert len(answered.items) == 5


def test_where_too_much_waits_nobody_waits_longer(open_service: Callable[..., Service]) -> None:
    service = open_service()
    go_on = threading.Event()
    under_way = [service.work.begin(go_on.wait) for _ in range(100)]
    assert None in under_way  # what waits is bounded
    assert recommend(service, Wanted("3")).reasons == ("the time budget was spent",)
    go_on.set()


def test_the_kill_switch(open_service: Callable[..., Service]) -> None:
    one, other = open_service(), open_service()
    own = set(recommend(one, Wanted("3", n=80)).items)
    kill(one, "lists look wrong", "somebody")
    for service in (one, other):
        answered = recommend(service, Wanted("3", n=5))
        assert (answered.model, answered.stage, answered.step) == ("none", "none", "popular")
        assert answered.reasons == ("all models are switched off: lists look wrong",)
        counts = [place.count for place in answered.items]
        assert counts == sorted(counts, reverse=True)
        assert {place.item for place in answered.items} <= {place.item for place in own}  # what they rated is left out
    release(other, "looked into it", "somebody")
    assert recommend(one, Wanted("3")).step == "model"
    with pytest.raises(ConflictError, match="not switched off"):
        release(other, "again", "somebody")


def test_killed_it_starts_without_any_model(open_service: Callable[..., Service]) -> None:
    service = open_service()
    kill(service, "corrupt", "somebody")
    rate(service, "a", "7", 4.0)
    rate(service, "b", "7", 4.0)
    rate(service, "b", "8", 4.0)
    model = str(service.last_standing.row.model)
    (service.settings.home / "models" / model / "manifest.json").write_text("{}")
    again = open_service(bundle=None)
    assert len(again.shelf) == 0
    answered = recommend(again, Wanted("c"))
    assert [place.item for place in answered.items] == ["7", "8"]  # what was rated most here
    assert answered.served_by.startswith("popular")
    with service.database.write() as connection:
        connection.execute(delete(tables.ratings))
        add(connection, service.database.now(connection), Wish("list", "9", "an editor", "good", 1))
        change(connection)
    answered = recommend(again, Wanted("c"))
    assert ([place.item for place in answered.items], answered.step) == (["9"], "editor")
    with service.database.write() as connection:
        connection.execute(delete(tables.edits))
        change(connection)
    assert recommend(again, Wanted("c")).step == "nothing"


def test_the_holdout_gets_lists_no_recommender_made(open_service: Callable[..., Service]) -> None:
    service = open_service()
    with service.database.write() as connection:
        change(connection, holdout=1.0)
    answered = recommend(service, Wanted("3"))
    assert (answered.arm, answered.model, answered.stage, answered.step) == ("holdout", "none", "none", "popular")
    assert answered.served_by.startswith("popular: no recommender makes this list")
    assert recommend(service, Wanted(given={"5": 4.0})).step == "model"  # a stranger is nobody's to hold out


def test_a_model_that_predicts_nothing_falls_to_the_popular_list(
    open_service: Callable[..., Service], planted, tmp_path: Path
) -> None:
    service = open_service(bundle=Recommender("ease").fit(planted).save(tmp_path / "ease"))
    assert recommend(service, Wanted("3")).step == "model"
    answered = recommend(service, Wanted("newcomer"))
    assert answered.step == "popular"
    assert "predicts no ratings" in answered.reasons[-1]


@contextlib.contextmanager
def gone(service: Service) -> Iterator[None]:
    """Take the tables away, as a database that was restored from nothing has none."""
    place = service.settings.home / "serving.db"
    service.database.engine.dispose()
    place.rename(place.with_suffix(".away"))
    place.mkdir()  # so that nothing can be opened there
    try:
        yield
    finally:
        place.rmdir()
        place.with_suffix(".away").rename(place)


def test_lists_go_on_when_the_database_is_gone(serve_anew: Callable[..., object]) -> None:
    up = serve_anew()
    service, http = up.service, up.http
    trained = http.get("/users/3/recommendations").json()
    http.put("/ratings/3/" + trained["items"][0]["item"], json={"rating": 1})
    rate(service, "3", trained["items"][0]["item"], 1.0)
    assert http.get("/users/3/recommendations").json()["served_by"].startswith("fold-in")
    with gone(service):
        answered = http.get("/users/3/recommendations").json()
        assert answered["items"] == trained["items"]
        assert "the database does not answer" in answered["reasons"][0]
        assert http.get("/health/ready").status_code == 503
        with pytest.raises(UnavailableError):
            rate(service, "3", "5", 1.0)
    until = time.monotonic() + 20
    while http.get("/health/ready").status_code != 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert http.get("/users/3/recommendations").json()["served_by"].startswith("fold-in")


def test_models_are_loaded_ahead_and_let_go(open_service: Callable[..., Service], candidate: Path) -> None:
    service = open_service()
    live = str(service.last_standing.row.model)
    service._preloader.look()
    model = roll_in(service, candidate, "shadow")
    service._preloader.look()
    service.shelf.take(model)
    with service.database.write() as connection:
        connection.execute(delete(tables.rollouts))
        change(connection)
    service._preloader.look()
    assert service.shelf.held(model)  # an operator may still look at it
    service.shelf.keep([live], idle=0)
    assert service.shelf.held(live)
    assert not service.shelf.held(model)


def test_what_is_remembered_holds_no_model(open_service: Callable[..., Service]) -> None:
    service = open_service()
    recommend(service, Wanted("3"))
    recommend(service, Wanted("newcomer"))
    held = weakref.ref(service.shelf.any())
    service.shelf.keep([], idle=0)
    gc.collect()
    assert held() is None
    assert len(service.memory) == 2
