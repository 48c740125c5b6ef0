"""Talk: where a run on an engine says what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from alsoliked.training.history import Epoch

__all__ = ["Bar", "Talk"]

Bar: TypeAlias = Callable[[str], AbstractContextManager[Callable[[float], None]]]


def _nothing(_: object) -> None:
    """Say nothing."""


@contextmanager
def _no_bar(_: str) -> Iterator[Callable[[float], None]]:
    yield _nothing


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a run says what it does; silent by default.

    Attributes
    ----------
    say
        Called with a sentence.
    on_epoch
        Called as each epoch ends.
    bar
        Called with what begins; the context it returns gives a function to be called with the share that is done.
    """

    say: Callable[[str], None] = _nothing
    on_epoch: Callable[[Epoch], None] = _nothing
    bar: Bar = _no_bar
