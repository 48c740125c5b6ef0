"""The chain: a list from the model, else from columns, else the typical user's, else the popular one.

Each step either has scores or says why not. The editor's list comes after them and needs no scores (`listing`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from alsoliked.errors import DataError
from alsoliked.recommendation.listing import Served
from alsoliked.recommendation.lists import ListOptions, folded, popular, trained
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.person import Person
from alsoliked.serving.answering.predicting import told
from alsoliked.serving.answering.wanted import Step

__all__ = ["Scored", "from_memory", "scored"]

log = logging.getLogger("alsoliked.serving")
AS_IT_IS = ListOptions()


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scores of all items for one person, how far down the chain they were found, and why no step before had any."""

    served: Served
    step: Step
    fell: tuple[Fell, ...]


def scored(who: Person, *, quick: bool = False) -> Scored | None:
    """Go down the chain until a step has scores; None where there is no model in memory to take even counts from.

    Parameters
    ----------
    who
        A person, and the model that speaks of them.
    quick
        Compute nothing: the typical user or the popular list, which are ready.

    Raises
    ------
    DataError
        If a stranger's columns do not fit what the model learned from.
    """
    held, fell = who.held, list(who.fell)
    if held is None:
        return None
    asked = who.assigned.model is not None
    steps: tuple[tuple[Step, Callable[[Held, Person], Served | Fell]], ...] = ()
    if asked:
        steps = (("typical", _typical),) if quick else (("model", _model), ("columns", _columns), ("typical", _typical))
    for step, make in steps:
        made = _tried(make, held, who)
        if isinstance(made, Served):
            return Scored(made, step, tuple(fell))
        fell.append(made)
    return Scored(from_memory(held, fell[0].why if fell else "no model is asked"), "popular", tuple(fell))


def from_memory(held: Held, why: str) -> Served:
    """Return how often items were rated in training, which needs no model."""
    return popular(held.answers, why.rstrip("."))


def _tried(make: Callable[[Held, Person], Served | Fell], held: Held, who: Person) -> Served | Fell:
    """Whatever a model does wrong, the next step answers; what a stranger did wrong they are told."""
    try:
        made = make(held, who)
        if isinstance(made, Served) and np.isnan(made.scores).any():
            raise ArithmeticError("scores that are no numbers")
        return made
    except DataError:
        if who.user is None:
            raise
        return Fell("no columns", "what is stored of this user does not fit the columns the model learned from")
    except Exception:
        log.exception("model %s failed", held.model)
        return Fell("model failed", f"model {held.model} failed; it was logged")


def _model(held: Held, who: Person) -> Served | Fell:
    if not held.answers.ordered:
        return Fell("no model", f"model {held.model} predicts the same for every item and orders none")
    if who.index is not None and not who.changed:
        return trained(held.answers, np.array([who.index]), AS_IT_IS)
    own = who.own
    if len(own.items):
        return folded(held.answers, own.items, own.ratings, AS_IT_IS, told(who) or None)
    if own.unknown:
        return Fell("no ratings", f"of what was rated model {held.model} knows no item")
    return Fell(
        "no ratings", "no ratings are known" if who.user is None else f"no ratings of user {who.user!r} are known"
    )


def _columns(held: Held, who: Person) -> Served | Fell:
    if not who.columns:
        return Fell("no columns", "nothing else is known of them")
    if not held.told_columns:
        return Fell("no columns", f"model {held.model} learned nothing of what users are like")
    known = dict(who.columns) if who.user is None else told(who)
    if not known:
        return Fell("no columns", f"of what is known model {held.model} learned from nothing")
    if not held.answers.ordered:
        return Fell("no columns", "no columns order items")
    return folded(held.answers, who.own.items, who.own.ratings, AS_IT_IS, known)


def _typical(held: Held, _: Person) -> Served | Fell:
    if held.typical is None:
        return Fell("no typical user", f"model {held.model} predicts no ratings, so no user is typical")
    return replace(held.typical, scores=held.typical.scores.copy())
