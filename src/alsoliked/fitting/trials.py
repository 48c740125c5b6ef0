"""Trials: models fitted one after the other to the same part, against the clock."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alsoliked.data.ratings import Ratings
from alsoliked.errors import AlsolikedError
from alsoliked.fitting.hidden import fit_spelled, missed
from alsoliked.models.spelling import Spelled, written_options

__all__ = ["Stopwatch", "Trial", "Trials"]

LARGER = 1.3  # times as long as on the part a fit may take on the whole
ENOUGH = 0.05  # of a fit that must be seen to say how long the rest will take


class _TooLongError(Exception):
    """A fit that would not leave time enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Stopwatch:
    """So many seconds from now on.

    Attributes
    ----------
    budget
        Seconds in all.
    on_progress
        Called with the share of them that is spent.
    """

    budget: float
    on_progress: Callable[[float], None] | None = None
    began: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """Seconds that are gone."""
        return time.perf_counter() - self.began

    def tell(self) -> None:
        """Say how much is spent; more than everything is everything."""
        if self.on_progress is not None:
            self.on_progress(min(1.0, self.spent / self.budget))


@dataclass(frozen=True, slots=True)
class Trial:
    """One model as it was tried; `rmse` is None, and `note` says why, where nothing came of it."""

    model: Spelled
    rmse: float | None
    seconds: float
    note: str = ""

    def row(self, *, chosen: bool) -> dict[str, Any]:
        """Return it as plain values."""
        name, options = self.model
        told = {"model": name, "settings": written_options(options), "rmse": self.rmse}
        return {**told, "seconds": round(self.seconds, 3), "chosen": chosen, "note": self.note}


class Trials:
    """Fits models to a part of the ratings and measures them on the rest, as long as time is left for the last fit."""

    def __init__(self, part: Ratings, hidden: Ratings, clock: Stopwatch, seed: int) -> None:
        self.part, self.hidden, self.clock, self.seed = part, hidden, clock, seed
        self.done: list[Trial] = []

    @property
    def best(self) -> Trial | None:
        """The trial with the least error, the earliest of equals."""
        return min((t for t in self.done if t.rmse is not None), key=lambda t: t.rmse or 0.0, default=None)

    def error(self, name: str) -> float:
        """Return the least error of a model; infinite where nothing came of it."""
        found = (t.rmse for t in self.done if t.model[0] == name and t.rmse is not None)
        return min(found, default=float("inf"))

    def time_left(self, seconds: float = 0.0) -> float:
        """Return how much is left after the last fit, if the best so far or one that takes so long is the best."""
        longest = max(seconds, 0.0 if self.best is None else self.best.seconds)
        return self.clock.budget - self.clock.spent - LARGER * longest

    def run(self, model: Spelled) -> Trial:
        """Try one; a fit that is seen to take longer than there is time for is given up."""
        began = time.perf_counter()
        rmse, note = None, ""
        try:
            with warnings.catch_warnings():  # what comes to nothing is not chosen
                warnings.simplefilter("ignore", UserWarning)
                rating = fit_spelled(model, self.part, self.seed, _Watch(self, began)).answers.rating
            assert rating is not None  # noqa: S101  only models that predict ratings are tried
            rmse = missed(rating.pairs(self.hidden.user_index, self.hidden.item_index), self.hidden)
        except _TooLongError:
            note = "given up: it would take longer than was left"
        except AlsolikedError as error:
            note = f"failed: {error}"
        self.done.append(Trial(model, rmse, time.perf_counter() - began, note))
        self.clock.tell()
        return self.done[-1]


@dataclass(slots=True)
class _Watch:
    """Is told the share of a fit that is done, foresees when it would end, and raises where that is too late."""

    trials: Trials
    began: float
    first: tuple[float, float] | None = None  # seconds and share when it was first told

    def __call__(self, share: float) -> None:
        self.trials.clock.tell()
        elapsed = time.perf_counter() - self.began
        rest = 0.0
        if self.first is None:
            self.first = elapsed, share
        elif share - self.first[1] >= ENOUGH:
            rest = (1 - share) * (elapsed - self.first[0]) / (share - self.first[1])
        if rest > self.trials.time_left(elapsed + rest):
            raise _TooLongError
