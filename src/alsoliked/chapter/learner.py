"""Learner: the chapter's, a skin over `alsoliked.training.Learner`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

from alsoliked.chapter.asked import Asked, Metric
from alsoliked.chapter.carried import about
from alsoliked.chapter.fitted import make_trainer
from alsoliked.chapter.lists import L
from alsoliked.chapter.loaders import DataLoaders
from alsoliked.chapter.losses import MSELossFlat
from alsoliked.chapter.recorder import Recorder, draw_lr_find
from alsoliked.chapter.saved import place_of, put_weights, read_weights, write_weights
from alsoliked.errors import NotFittedError, OptionError
from alsoliked.training import Epoch, History
from alsoliked.training import Learner as Trainer

__all__ = ["Learner", "SuggestedLRs"]


class SuggestedLRs(NamedTuple):
    """What `Learner.lr_find` suggests: see `alsoliked.training.valley`."""

    valley: float


class Learner(Asked):
    """Train a model of two columns on data loaders, and ask it.

    Parameters
    ----------
    dls
        What to train on.
    model
        Any module whose ``forward(x)`` takes a batch, shape (bs, 2), and returns one prediction a row. It is trained
        in place.
    loss_func
        `MSELossFlat` unless told otherwise; or any function of (predicted, actual) that returns the batch's mean.
    lr, wd
        What `fit` and `fit_one_cycle` take where they are not told; `wd` None: 0.01, as with the chapter's library.
    metrics
        A function of (predicted, actual), or several; each is a column of the table.
    path, model_dir
        Where to save: `path` None is that of the data loaders.

    Attributes
    ----------
    recorder
        The figures of the last run.

    Raises
    ------
    OptionError
        If the model's `y_range` cannot reach the ratings, or it does not fit the data.
    """

    def __init__(
        self,
        dls: DataLoaders,
        model: nn.Module,
        loss_func: Callable[[Tensor, Tensor], Tensor] | None = None,
        *,
        lr: float = 1e-3,
        wd: float | None = None,
        metrics: Metric | Sequence[Metric] | None = None,
        path: str | os.PathLike[str] | None = None,
        model_dir: str | os.PathLike[str] = "models",
    ) -> None:
        self.dls, self.model, self.lr, self.wd = dls, model, lr, wd
        self.loss_func = MSELossFlat() if loss_func is None else loss_func
        self.metrics = L(metrics)
        self.path, self.model_dir = dls.path if path is None else Path(path), model_dir
        self.recorder = Recorder([getattr(metric, "__name__", "metric") for metric in self.metrics])
        self._say: Callable[[str], object] | None = print
        self._trainer: Trainer | None = None
        self._parts: tuple[DataLoaders, nn.Module, Metric] | None = None  # what the trainer was made of
        if dls.train.n:
            self._ready()

    @property
    def final_record(self) -> L:
        """The figures of the last epoch."""
        return self.recorder.final_record

    def fit_one_cycle(
        self,
        n_epoch: int,
        lr_max: float | None = None,
        *,
        div: float = 25.0,
        pct_start: float = 0.25,
        wd: float | None = None,
    ) -> None:
        """Train along one cycle: see `alsoliked.training.Learner.fit_one_cycle`."""
        trainer, lr, wd = self._settings(lr_max, wd)
        with self._running(trainer):
            trainer.fit_one_cycle(n_epoch, lr, wd=wd, div=div, pct_start=pct_start)

    def fit(self, n_epoch: int, lr: float | None = None, wd: float | None = None) -> None:
        """Train with AdamW at a constant learning rate."""
        trainer, lr, wd = self._settings(lr, wd)
        with self._running(trainer):
            trainer.fit(n_epoch, lr, wd=wd, momentum=0.9, optimizer="adamw")

    def lr_find(
        self, start_lr: float = 1e-7, end_lr: float = 10.0, num_it: int = 100, *, show_plot: bool = True
    ) -> SuggestedLRs:
        """Try ever larger learning rates, draw the losses in a notebook, suggest one; the model stays as it is."""
        found = self._ready().lr_find(num_it, start_lr, end_lr)
        if show_plot:
            draw_lr_find(found.to_frame())
        return SuggestedLRs(found.suggestion)

    def save(self, file: str | os.PathLike[str], with_opt: bool = False) -> Path:
        """Write the weights to ``path/model_dir/file.safetensors`` and return that; never a pickle.

        ``with_opt=True`` is refused: each run starts with a fresh optimiser, so there is no state to keep.
        """
        _no_optimiser(with_opt)
        return write_weights(self._place(file), self.model, {})

    def load(self, file: str | os.PathLike[str], with_opt: bool = False) -> Learner:
        """Take the weights that `save` wrote into the model, and return the learner."""
        _no_optimiser(with_opt)
        put_weights(self.model, *read_weights(self._place(file)))
        return self

    def export(self, fname: str | os.PathLike[str] = "export") -> Path:
        """Write the weights and the classes to ``path/fname.safetensors``, for `load_learner`; never a pickle."""
        return write_weights(place_of(self.path / fname), self.model, about(self.model, self.dls, self.loss_func))

    @contextmanager
    def no_logging(self) -> Iterator[None]:
        """Print no table for as long as it lasts."""
        said, self._say = self._say, None
        try:
            yield
        finally:
            self._say = said

    @contextmanager
    def no_bar(self) -> Iterator[None]:
        """Do nothing: there is no bar to leave out."""
        yield

    def _after_epoch(self, epoch: Epoch) -> None:
        figures = self.validate()[1:] if self.metrics else []
        self.recorder.add(epoch, figures, self._say)

    def _ready(self) -> Trainer:
        """Return the learner underneath; a new one if the data loaders, the model or the loss were exchanged."""
        parts = (self.dls, self.model, self.loss_func)
        if not self.dls.train.n:
            raise NotFittedError("this learner came from a file, without training rows; set learn.dls to train it on.")
        kept = self._parts is not None and all(a is b for a, b in zip(parts, self._parts, strict=True))
        if self._trainer is None or not kept:
            self._trainer, self._parts = make_trainer(*parts, self._after_epoch), parts
        return self._trainer

    def _settings(self, lr: float | None, wd: float | None) -> tuple[Trainer, float, float]:
        wd = self.wd if wd is None else wd
        return self._ready(), self.lr if lr is None else lr, 0.01 if wd is None else wd

    @contextmanager
    def _running(self, trainer: Trainer) -> Iterator[None]:
        self.recorder.start(History(trainer.history.guess_loss))
        try:
            yield
        finally:
            self.recorder.history = trainer.history
            self.model.eval()

    def _place(self, file: str | os.PathLike[str]) -> Path:
        return place_of(self.path / self.model_dir / file)


def _no_optimiser(with_opt: bool) -> None:
    if with_opt:
        raise OptionError("with_opt=True came; each run starts with a fresh optimiser, so leave it out.")
