"""What is quick needs no thread; what is not has its time budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from alsoliked.errors import OptionError
from alsoliked.serving.answering.lists import recommend
from alsoliked.serving.answering.pace import QUICK
from alsoliked.serving.answering.soon import recommend_soon
from alsoliked.serving.answering.wanted import Answered, Wanted
from alsoliked.serving.service import Service
from alsoliked.serving.writing.rating import rate


def soon(service: Service, wanted: Wanted) -> Answered:
    return asyncio.run(recommend_soon(service, wanted))


def same(one: Answered, other: Answered) -> bool:
    return replace(one, recommendation_id="") == replace(other, recommendation_id="")


@pytest.fixture
def without_threads(open_service: Callable[..., Service]) -> Service:
    """A service that has seen some requests, and can hand nothing over any more."""
    service = open_service()
    for user in range(1, 6):
        soon(service, Wanted(str(user)))
    service.work.close()
    service.lane.close()
    return service


def test_quick_lists_are_made_at_once_and_are_the_same(without_threads: Service) -> None:
    for user in ("7", "8", "nobody"):
        at_once = soon(without_threads, Wanted(user))
        assert at_once.step == ("model" if user != "nobody" else "typical")
        assert same(at_once, soon(without_threads, Wanted(user)))
    rate(without_threads, "7", "3", 5.0)
    assert soon(without_threads, Wanted("7")).served_by.startswith("fold-in of")


def test_a_list_at_once_equals_one_from_a_thread(open_service: Callable[..., Service]) -> None:
    service = open_service()
    first = [soon(service, Wanted(str(user), n=7)) for user in range(1, 30)]
    assert all(same(one, recommend(service, Wanted(str(user), n=7))) for user, one in enumerate(first, 1))


def test_kinds_that_were_never_asked_or_turned_out_slow_get_a_thread(without_threads: Service) -> None:
    late = soon(without_threads, Wanted("7", diversity=0.5))  # a kind of its own, and there are no threads
    assert late.step == "typical"
    assert late.reasons[0] == "the time budget was spent"
    kinds = list(without_threads.pace._seconds)
    for kind in kinds:
        without_threads.pace.took(kind, 10.0)
    assert soon(without_threads, Wanted("9")).step == "typical"


def test_one_slow_answer_is_forgiven_after_some_quick_ones(open_service: Callable[..., Service]) -> None:
    pace = open_service().pace
    pace.took("als", QUICK / 4)
    pace.took("als", 20 * QUICK)
    assert not pace.quick("als")
    for _ in range(20):
        pace.took("als", QUICK / 4)
    assert pace.quick("als")


def test_a_model_that_is_not_in_memory_is_never_waited_for_in_the_loop(without_threads: Service) -> None:
    without_threads.shelf.keep([], idle=-1.0)
    began = time.perf_counter()
    assert soon(without_threads, Wanted("7")).step != "model"
    assert time.perf_counter() - began < without_threads.settings.budget / 2


def test_what_makes_no_sense_is_refused_either_way(without_threads: Service) -> None:
    for wanted in (Wanted("7", n=0), Wanted("7", explore=2.0)):
        with pytest.raises(OptionError):
            soon(without_threads, wanted)
