"""Person: what is known of one user by now: what they rated in training and said since, and which model they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from alsoliked.recommender import Recommender
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.held import Held
from alsoliked.serving.assigned import Assigned
from alsoliked.serving.storage.said import Said, said_by

if TYPE_CHECKING:
    from alsoliked.serving.service import Service, Standing

__all__ = ["Own", "Person", "person", "speaking"]

PATIENCE = 0.75  # of the time budget, for a model that is being loaded


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Ratings as a model can take them.

    Attributes
    ----------
    items, ratings
        Indices and ratings of the items it knows, int64 and float32, shape (n,).
    unknown
        Items it does not know, which it leaves out.
    """

    items: npt.NDArray[np.int64]
    ratings: npt.NDArray[np.float32]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, held: Held, given: Mapping[str, float]) -> Own:
        """Look items up, by id or by title."""
        low, high = held.answers.train.rating_scale
        found = {item: held.item(item) for item in given}
        kept = [item for item, place in found.items() if place is not None]
        items = np.array([found[item] for item in kept], dtype=np.int64)
        ratings = np.clip(np.array([given[item] for item in kept], dtype=np.float32), low, high)
        return cls(items, ratings, tuple(item for item, place in found.items() if place is None))


@dataclass(frozen=True, eq=False)
class Person:
    """A user as one model sees them.

    Attributes
    ----------
    user
        Their id; None: a stranger, of whom all that is known stands in `said`.
    assigned
        What they get.
    held
        The model that speaks of them: the one they are assigned to, else the live one; None: none is in memory.
    said
        What they said since training.
    fell
        What kept them from the model they should get, or from what they said.
    """

    user: str | None
    assigned: Assigned
    held: Held | None
    said: Said = field(default_factory=Said)
    fell: tuple[Fell, ...] = ()

    @property
    def rec(self) -> Recommender | None:
        """The model as a recommender."""
        return None if self.held is None else self.held.rec

    @property
    def columns(self) -> Mapping[str, Any]:
        """What is known of them."""
        return self.said.columns

    @cached_property
    def index(self) -> int | None:
        """Their index in training; None where they had no ratings there, or asked to be forgotten."""
        if self.held is None or self.user is None or self.said.forgotten:
            return None
        return self.held.user(self.user)

    @cached_property
    def changed(self) -> bool:
        """Whether their ratings are others than in training, so that their trained row is not what they are now."""
        return self.said.forgotten or (bool(self.said.ratings) and self.given != self._trained)

    @cached_property
    def given(self) -> dict[str, float]:
        """All their ratings that hold now, by item: those of training, and over them what they said since."""
        since = {
            item: None if rating is None else float(np.float32(rating)) for item, rating in self.said.ratings.items()
        }
        merged: dict[str, float | None] = {**self._trained, **since}
        return {item: rating for item, rating in merged.items() if rating is not None}

    @cached_property
    def _trained(self) -> dict[str, float]:
        if self.held is None or self.index is None:
            return {}
        items, ratings = self.held.own(self.index)
        texts = self.held.items
        return {texts[item]: rating for item, rating in zip(items.tolist(), ratings.tolist(), strict=True)}

    @cached_property
    def own(self) -> Own:
        """The same as the model takes it."""
        if self.held is None:
            return Own(np.zeros(0, np.int64), np.zeros(0, np.float32), tuple(self.given))
        if not self.changed and self.index is not None:
            items, ratings = self.held.own(self.index)
            return Own(items.astype(np.int64), ratings, ())
        return Own.of(self.held, self.given)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What tells this person, at this moment, from any other; the same as long as their list stays the same."""
        said = self.said
        known = tuple(sorted((name, repr(value)) for name, value in said.columns.items()))
        return self.user, said.forgotten, tuple(sorted(said.ratings.items())), known


def person(service: Service, connection: Connection | None, standing: Standing, user: str) -> Person:
    """Look a user up; without a connection (the database is gone) as training knew them."""
    said = Said() if connection is None else said_by(connection, user, service.digest(user))
    assigned, held, fell = speaking(service, standing, standing.assigned(user))
    return Person(user, assigned, held, said, fell)


def speaking(
    service: Service, standing: Standing, assigned: Assigned
) -> tuple[Assigned, Held | None, tuple[Fell, ...]]:
    """Return the model that speaks for whoever got this: if theirs cannot be had the live one, else whatever is there.

    A model that was not yet in memory is waited for as long as the time budget allows.
    """
    live = standing.row.model
    fell: list[Fell] = []
    for model in dict.fromkeys((assigned.model, live)):
        if assigned.model is None or model is None:
            continue
        held = service.shelf.await_(model, service.settings.budget * PATIENCE)
        if isinstance(held, Held):
            stage = assigned.stage if model == assigned.model else "stable"
            return replace(assigned, model=model, stage=stage), held, tuple(fell)
        fell.append(held)
    there = service.shelf.any()
    if assigned.model is None:
        held_live = service.shelf.get(live) if live is not None else None
        return assigned, held_live or there, (_none(standing, assigned),)
    if there is None:
        return replace(assigned, model=None, stage="none"), None, tuple(fell)
    return replace(assigned, model=there.model, stage="stable"), there, tuple(fell)


def _none(standing: Standing, assigned: Assigned) -> Fell:
    """Say why no model is asked."""
    if assigned.arm == "holdout":
        return Fell("holdout", "no recommender makes this list: one of those held out to compare with")
    if standing.row.killed is not None:
        return Fell("killed", f"all models are switched off: {standing.row.killed}")
    return Fell("no model", "no model is live")
