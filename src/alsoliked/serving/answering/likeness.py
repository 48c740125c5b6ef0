"""Likeness: items that people take for alike, by the live model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alsoliked.errors import OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.neighbours import likeness_to
from alsoliked.recommendation.topk import top_n
from alsoliked.serving.answering.asked import check
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.newly import expected_row, like_row
from alsoliked.serving.answering.tokens import issue
from alsoliked.serving.answering.told import Told, told_of
from alsoliked.serving.answering.wanted import NO_MODEL, Answered, Place, Wanted
from alsoliked.serving.answering.whom import whom

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["similar"]


def similar(service: Service, item: str, n: int = 10) -> Answered:
    """List the items whose factors point the same way, without what is blocked; `score` is the cosine.

    Raises
    ------
    NotThereError
        If nobody has told of such an item.
    OptionError
        If `n` is out of range.
    """
    check(Wanted(n=n))
    standing, who = whom(service, Wanted())
    about = told_of(service, who.held, item)
    fell = [each.why for each in who.fell]
    places: tuple[Place, ...] = ()
    served_by, held = "nothing", who.held
    if held is not None and who.assigned.model is not None:
        try:
            near, served_by = _near(held, about)
            places = _best(held, near, Edited.at(standing.edits, service.clock.now()), n)
        except OptionError as error:
            fell.append(str(error))
    model = who.assigned.model if places and who.assigned.model else NO_MODEL
    stage, arm = who.assigned.stage if places else "none", who.assigned.arm
    token = issue(service, user=None, model=model, stage=stage, arm=arm, served_by=served_by)
    return Answered(token, model, stage, arm, served_by, tuple(fell), places, "model" if places else "nothing")


def _near(held: Held, about: Told) -> tuple[FloatArray, str]:
    if about.place is not None:
        near, name = likeness_to(held.answers, about.place)
        near[about.place] = -np.inf
        return near, f"{name} {about.title!r}"
    row = expected_row(held, about.columns)
    found = None if row is None else like_row(held, row)
    if found is None:
        raise OptionError(
            f"model {held.model} was trained before {about.title!r} came, and its columns tell it nothing."
        )
    return found.copy(), f"item factors near what the columns of {about.title!r} let one expect"


def _best(held: Held, near: FloatArray, edited: Edited, n: int) -> tuple[Place, ...]:
    counts = held.answers.counts
    near[counts < 1] = -np.inf
    near[[held.place[item] for item in edited.blocked if item in held.place]] = -np.inf
    best = top_n(near[None], n)[0]
    return tuple(
        Place(rank, held.items[place], held.titles[place], float(near[place]), None, None, int(counts[place]))
        for rank, place in enumerate(best[best >= 0].tolist(), 1)
    )
