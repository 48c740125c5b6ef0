"""Lists: an answer to every request, within its time budget, by the best that can be had now."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alsoliked.serving.answering.asked import check, key_of
from alsoliked.serving.answering.chain import scored
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.listing import Listed, listed
from alsoliked.serving.answering.naming import named
from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.answering.shadowing import Shadow
from alsoliked.serving.answering.tokens import issue
from alsoliked.serving.answering.unscored import by_editor, without_a_model
from alsoliked.serving.answering.wanted import NO_MODEL, Answered, Place, Step, Wanted
from alsoliked.serving.answering.whom import Known, from_memory, known, seen, spared
from alsoliked.serving.assigned import Assigned
from alsoliked.serving.refusals import ServiceError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Answered", "Made", "Place", "Wanted", "asked_of", "in_time", "late", "recommend"]

DAY = 86_400  # seconds; what explores changes with the day
LATE = Fell("out of time", "the time budget was spent")


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A list before it has an id: remembered, so it holds no model.

    Attributes
    ----------
    listed, step, fell
        The places, how far down the chain they were found, and why no step before had any.
    known
        How many ratings of the person were known to the model.
    """

    listed: Listed
    step: Step
    fell: tuple[Fell, ...]
    known: int


def recommend(service: Service, wanted: Wanted) -> Answered:
    """Answer a request: down the chain as far as it has to go, and when the time budget is spent by what is ready.

    Raises
    ------
    OptionError, DataError
        If what is wanted makes no sense for the model that answers.
    """
    check(wanted)
    answered = service.work.within(service.settings.budget, partial(in_time, service, wanted))
    return late(service, wanted) if answered is None else answered


def in_time(service: Service, wanted: Wanted, found: Known | None = None) -> Answered:
    """Go down the chain as far as it has to go; `found`: what the database was asked already."""
    began = time.perf_counter()
    found = found or known(service, wanted)
    standing, who = found.standing, seen(service, wanted, found)
    edited = Edited.at(standing.edits, service.clock.now())
    made = _remembered(service, edited, who, wanted)
    failed = _failed(who, made)
    if failed and who.assigned.stage == "candidate" and wanted.model is None:
        who = spared(service, standing, who, failed[0])
        made = _remembered(service, edited, who, wanted)
    took = 1000 * (time.perf_counter() - began)
    answered = _answered(service, wanted, who.assigned, made, took)
    shadow = who.assigned.shadow
    if shadow is not None and wanted.user is not None and made.step == "model":
        service.shadows.offer(Shadow(wanted, shadow, tuple(place.item for place in answered.items)))
    return answered


def late(service: Service, wanted: Wanted) -> Answered:
    """Answer from what is ready: the typical user's list or the popular one."""
    service.metrics.late()
    standing, who = from_memory(service, wanted, LATE)
    made = _list(service, Edited.at(standing.edits, service.clock.now()), who, wanted, quick=True)
    return _answered(service, wanted, who.assigned, made, 1000 * service.settings.budget)


def asked_of(service: Service, wanted: Wanted, model: str) -> tuple[str, ...]:
    """Return the items that a model would list for a user, however long that takes; for comparison alone.

    Raises
    ------
    ServiceError, BundleError
        If the model cannot be loaded or asked, or the database does not answer.
    """
    held = service.shelf.take(model)
    with service.reading() as connection:
        standing = service.standing(connection)
        them = person(service, connection, standing, str(wanted.user))
    who = Person(wanted.user, replace(them.assigned, model=model, shadow=None), held, them.said)
    made = _list(service, Edited.at(standing.edits, service.clock.now()), who, wanted)
    if _failed(who, made):
        raise ServiceError(made.fell[0].why)
    return tuple(place.item for place in made.listed.items)


def _remembered(service: Service, edited: Edited, who: Person, wanted: Wanted) -> Made:
    """Return the list that was made of just this before, or make it."""
    of = None if who.held is None else who.held.model
    key: Hashable = (of, who.assigned, who.key, key_of(wanted), edited, _seed(service), who.fell)
    found = service.memory.get(key)
    service.metrics.cache("lists", hit=found is not None)
    if found is None:
        found = _list(service, edited, who, wanted)
        if of is not None and not _failed(who, found):  # the next request may have better luck
            service.memory.put(key, found)
    return found


def _list(service: Service, edited: Edited, who: Person, wanted: Wanted, *, quick: bool = False) -> Made:
    found, count = scored(who, quick=quick), len(who.own.items)
    if found is None or who.held is None:
        return Made(*without_a_model(service, who, wanted, edited, quick=quick), count)
    names = {} if quick else named(service, who.held, (item for _, item in edited.pins))
    made = listed(who.held, found.served, who.own, wanted, edited, seed=_seed(service), names=names)
    fell = (*found.fell, *_left_out(who, quick=quick))
    if not made.items and edited.listed and not wanted.only:
        fell = (*fell, Fell("empty", "nothing else is left to list"))
        return Made(*by_editor(service, who, wanted, edited, fell), count)
    return Made(made, found.step, fell, count)


def _left_out(who: Person, *, quick: bool) -> tuple[Fell, ...]:
    count = len(who.own.unknown)
    if quick or not count or who.held is None:
        return ()
    rated = "1 rated item is" if count == 1 else f"{count} rated items are"
    return (Fell("items unknown", f"{rated} left out of account, unknown to model {who.held.model}"),)


def _failed(who: Person, made: Made) -> tuple[Fell, ...]:
    """Return what failed while the list was made; that a model could not be loaded was known before."""
    return tuple(fell for fell in made.fell if fell.word == "model failed" and fell not in who.fell)


def _seed(service: Service) -> int:
    return int(service.clock.now() // DAY)


def _answered(service: Service, wanted: Wanted, assigned: Assigned, made: Made, took: float) -> Answered:
    by_model, served_by = made.step in ("model", "columns", "typical"), made.listed.served_by
    model = assigned.model if by_model and assigned.model else NO_MODEL
    stage = assigned.stage if by_model else "none"
    reasons = (*(fell.why for fell in made.fell), *made.listed.notes)
    service.metrics.listed(model, stage, made.step, tuple(fell.word for fell in made.fell), made.known)
    how: dict[str, Any] = {"model": model, "stage": stage, "arm": assigned.arm, "served_by": served_by}
    token = issue(service, user=wanted.user, **how, took=round(took, 2))
    return Answered(token, model, stage, assigned.arm, served_by, reasons, made.listed.items, made.step)
