"""History: what each epoch brought, and what the run means in words."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import polars as pl

__all__ = ["Epoch", "History", "print_epoch"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training ratings; losses are means over all its ratings, time is in seconds."""

    epoch: int
    train_loss: float
    valid_loss: float | None
    time: float

    @property
    def watched(self) -> float:
        """The loss that decides: validation where there is one, else training."""
        return self.train_loss if self.valid_loss is None else self.valid_loss


@dataclass(slots=True)
class History:
    """The epochs of a run, and the loss of a guess that knows no user and no item to hold them against.

    Attributes
    ----------
    guess_loss
        Of always guessing the mean rating or, for cross-entropy, the levels' shares; infinite where it is not known.
    epochs
        What each brought.
    kept
        The epoch whose weights were kept, where that was asked for.
    stopped_early
        Whether there were to be more epochs.
    loss
        What the losses are: ``"mse"``, ``"cross_entropy"`` or ``"function"`` for any other.

    Examples
    --------
    >>> History(guess_loss=1.26, epochs=[Epoch(0, 1.4, 1.3, 0.1), Epoch(1, 1.3, 1.27, 0.1)]).in_words()[-1]
    'It is no better than always guessing the mean rating (loss 1.2700 against 1.2600): it learned nothing ...'
    """

    guess_loss: float
    epochs: list[Epoch] = field(default_factory=list)
    kept: int | None = None
    stopped_early: bool = False
    loss: str = "mse"

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def to_frame(self) -> pl.DataFrame:
        """One row an epoch: `epoch`, `train_loss`, `valid_loss`, `time` (seconds)."""
        schema = {"epoch": pl.Int64, "train_loss": pl.Float64, "valid_loss": pl.Float64, "time": pl.Float64}
        return pl.DataFrame([asdict(e) for e in self.epochs], schema=schema)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers, ready for JSON; `from_dict` is the way back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Make the history again that `to_dict` wrote down.

        Raises
        ------
        TypeError
            If something is missing, or there that does not belong.
        """
        return cls(**(plain | {"epochs": [Epoch(**epoch) for epoch in plain["epochs"]]}))

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest watched loss."""
        finite = [e for e in self.epochs if math.isfinite(e.watched)]
        return min(finite, key=lambda e: e.watched) if finite else None

    @property
    def degenerate(self) -> bool:
        """Whether the run ended no better (by at least 2 %) than the guess."""
        return bool(self.epochs) and not self._last().watched < 0.98 * self.guess_loss

    def _last(self) -> Epoch:
        return self.epochs[-1] if self.kept is None else self.epochs[self.kept]

    def in_words(self) -> list[str]:
        """Say what a reader of the table should not have to notice alone."""
        if not self.epochs:
            return []
        last, best, words = self._last(), self.best, []
        if self.stopped_early:
            words.append(f"Stopped early after epoch {self.epochs[-1].epoch}: the validation loss no longer fell.")
        if self.kept is not None and self.kept != len(self.epochs) - 1:
            words.append(f"The weights kept are those of epoch {self.epochs[self.kept].epoch}, the best.")
        elif best is not None and last.valid_loss is not None and last.valid_loss > 1.01 * best.watched:
            words.append(
                f"The validation loss rose from {best.watched:.4f} (epoch {best.epoch}) to {last.valid_loss:.4f} while"
                " the training loss fell: overfitting. More weight decay (wd), fewer epochs or keep_best=True help."
            )
        if self.degenerate:
            guess = "how often each rating is given" if self.loss == "cross_entropy" else "the mean rating"
            words.append(
                f"It is no better than always guessing {guess} (loss {last.watched:.4f} against"
                f" {self.guess_loss:.4f}): it learned nothing about taste. Try a higher lr, more epochs, or less wd."
            )
        return words


def print_epoch(epoch: Epoch) -> None:
    """Print one row of the table of epochs to stderr, the headings before the first."""
    if epoch.epoch == 0:
        print(f"{'epoch':>5}  {'train_loss':>10}  {'valid_loss':>10}  {'time':>7}", file=sys.stderr)
    valid = "-" if epoch.valid_loss is None else f"{epoch.valid_loss:.6f}"
    print(f"{epoch.epoch:>5}  {epoch.train_loss:>10.6f}  {valid:>10}  {epoch.time:>6.2f}s", file=sys.stderr)
