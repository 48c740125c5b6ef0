"""Unscored: the end of the chain, where no model is in memory: an editor's list, else what was rated most here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import func, select

from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.listing import Listed
from alsoliked.serving.answering.naming import named
from alsoliked.serving.answering.person import Person
from alsoliked.serving.answering.wanted import Place, Step, Wanted
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.tables import ratings

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["by_editor", "without_a_model"]

Ending: TypeAlias = tuple[Listed, Step, tuple[Fell, ...]]


def without_a_model(service: Service, who: Person, wanted: Wanted, edited: Edited, *, quick: bool) -> Ending:
    """Return the popular list by stored ratings, else the editor's; `quick` asks the database for nothing."""
    fell = who.fell or (Fell("no model", "no model is in memory"),)
    most = () if quick else _most_rated(service, wanted.n + len(who.given) + len(wanted.exclude) + len(edited.blocked))
    left = tuple(item for item in most if item not in edited.blocked)
    places = () if wanted.only else _places(service, left, who, wanted)
    if places:
        return Listed(places, f"popular: {fell[0]}"), "popular", fell
    if edited.listed:
        return by_editor(service, who, wanted, edited, fell)
    why = Fell("empty", "nothing can be listed: there is no model in memory, no rating and no editor's list")
    return Listed((), "nothing"), "nothing", (*fell, why)


def by_editor(service: Service, who: Person, wanted: Wanted, edited: Edited, fell: tuple[Fell, ...]) -> Ending:
    """Return the editor's list."""
    return Listed(_places(service, edited.listed, who, wanted), "editor's list"), "editor", fell


def _places(service: Service, items: tuple[str, ...], who: Person, wanted: Wanted) -> tuple[Place, ...]:
    rated, held = set(who.given), who.held
    left = [item for item in items if item not in rated and item not in wanted.exclude][: wanted.n]
    names = named(service, held, left)
    made = []
    for rank, item in enumerate(left, 1):
        place = None if held is None else held.place.get(item)
        one = Place(rank, item, names.get(item, item), None, None, None, 0)
        if held is not None and place is not None:
            one = replace(one, title=held.titles[place], count=int(held.answers.counts[place]))
        made.append(one)
    return tuple(made)


def _most_rated(service: Service, n: int) -> tuple[str, ...]:
    asked = select(ratings.c.item).where(ratings.c.rating.is_not(None)).group_by(ratings.c.item)
    try:
        with service.reading() as connection:
            found = connection.execute(asked.order_by(func.count().desc(), ratings.c.item).limit(n)).scalars().all()
    except UnavailableError:
        return ()
    return tuple(found)
