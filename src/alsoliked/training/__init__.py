"""Gradient descent: the learner, its loop, schedules and optimisers.

A bundle tells of its training without torch; so what needs torch is imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.lazily import imported
from alsoliked.training.history import Epoch, History, print_epoch

if TYPE_CHECKING:
    from alsoliked.training.learner import Learner
    from alsoliked.training.lr_find import LrFind

__all__ = ["Epoch", "History", "Learner", "LrFind", "print_epoch"]

_HOMES = {"Learner": "learner", "LrFind": "lr_find"}


def __getattr__(name: str) -> object:
    return imported(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
