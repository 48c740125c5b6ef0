"""Gradient descent: the learner, its loop, schedules and optimisers.

A bundle tells of its training without torch; so what needs torch is imported when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from alsoliked.training.history import Epoch, History, print_epoch

if TYPE_CHECKING:
    from alsoliked.training.learner import Learner
    from alsoliked.training.lr_find import LrFind

__all__ = ["Epoch", "History", "Learner", "LrFind", "print_epoch"]

_HOMES = {"Learner": "learner", "LrFind": "lr_find"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'alsoliked.training' has no name {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"alsoliked.training.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
