"""Who gets which model: a stable hash of the user's id, the same in every worker and after every restart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Arm", "Assigned", "Rolling", "Stage", "assign", "place_of"]

Stage: TypeAlias = Literal["stable", "candidate", "none"]
Arm: TypeAlias = Literal["stable", "candidate", "control", "holdout"]


@dataclass(frozen=True, slots=True)
class Rolling:
    """A candidate on its way in.

    Attributes
    ----------
    candidate
        Its model id.
    share
        Of users who are served by it, from 0 to 1.
    shadow
        Whether it is asked beside the live model, and not shown.
    salt
        Of this rollout alone, so that not always the same people go first.
    """

    candidate: str
    share: float
    shadow: bool
    salt: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """What one user gets.

    Attributes
    ----------
    model
        To be asked; None: nobody's list comes from a model now, or there is none.
    stage
        Of that model: live (``"stable"``), on its way in, or no model at all.
    arm
        What the user counts as in comparisons; ``"control"`` is a random group as large as the candidate's, served by
        the live model; ``"holdout"`` sees lists no recommender made.
    shadow
        A model to ask beside it, whose answer is not shown.
    """

    model: str | None
    stage: Stage
    arm: Arm
    shadow: str | None = None


def place_of(salt: str, user: str) -> float:
    """Return a number from 0 to 1 that this user always has under this salt.

    >>> place_of("spring", "196") == place_of("spring", "196")
    True
    """
    digest = hashlib.sha256(f"{salt}\x00{user}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def assign(user: str | None, live: str | None, holdout: float = 0.0, rolling: Rolling | None = None) -> Assigned:
    """Say what a user gets; a stranger (None) always gets the live model.

    Examples
    --------
    >>> assign("196", "als-1", rolling=Rolling("als-2", share=1.0, shadow=False, salt="a")).model
    'als-2'
    >>> assign("196", "als-1", holdout=1.0).arm
    'holdout'
    """
    if user is not None and place_of("holdout", user) < holdout:
        return Assigned(None, "none", "holdout")
    if live is None:  # no model at all, a candidate neither: the kill switch means all of them
        return Assigned(None, "none", "stable")
    if user is None or rolling is None:
        return Assigned(live, "stable", "stable")
    if rolling.shadow:
        return Assigned(live, "stable", "stable", shadow=rolling.candidate)
    place = place_of(rolling.salt, user)
    if place < rolling.share:
        return Assigned(rolling.candidate, "candidate", "candidate")
    return Assigned(live, "stable", "control" if place < 2 * rolling.share else "stable")
